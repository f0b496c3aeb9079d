//! Decimal numbers rounded to floats that are narrower than an F32.

use std::array;
use std::cmp::Ordering;

use safetensors::Dtype;

use super::decimal::Decimal;
use super::token::{Token, Value};
use super::{group, number_bits};
use crate::kernels::elements::convert;
use crate::kernels::simd::Level;

/// Rounds to one dtype: to nearest, ties to even.
pub(super) struct Rounding {
    dtype: Dtype,
    level: Level,
}

/// More than the bytes of a batch of any dtype.
const MOST_BYTES: usize = 4 * super::read::BATCH;

impl Rounding {
    pub fn to(dtype: Dtype) -> Self {
        Rounding { dtype, level: Level::detect() }
    }

    /// Rounds a batch. `values` are the F32 nearest to the numbers; where these are not of the dtype, the number itself decides,
    /// so that nothing is rounded twice. Fails with the place of a number that is beyond the dtype, and a sentence.
    pub fn round<'t>(
        &self,
        values: &[f32],
        out: &mut [u8],
        token: impl Fn(usize) -> Token<'t>,
    ) -> Result<(), (usize, String)> {
        let mut exact = [0; MOST_BYTES];
        let exact = &mut exact[..4 * values.len()];
        for (slot, value) in exact.as_chunks_mut::<4>().0.iter_mut().zip(values) {
            *slot = value.to_le_bytes();
        }
        self.convert(Dtype::F32, exact, self.dtype, out);
        let mut back = [0; MOST_BYTES];
        let back = &mut back[..4 * values.len()];
        self.convert(self.dtype, out, Dtype::F32, back);
        let mut differs = false;
        for (number, (back, exact)) in
            back.as_chunks::<4>().0.iter().zip(exact.as_chunks_mut::<4>().0).enumerate()
        {
            let (back, value) = (f32::from_le_bytes(*back), f32::from_le_bytes(*exact));
            if back != value && !(back.is_nan() && value.is_nan()) {
                *exact = self.nearest(&token(number)).map_err(|sentence| (number, sentence))?.to_le_bytes();
                differs = true;
            }
        }
        if differs {
            self.convert(Dtype::F32, exact, self.dtype, out);
        }
        Ok(())
    }

    /// The number of the dtype that is nearest to a token.
    fn nearest(&self, token: &Token<'_>) -> Result<f32, String> {
        let unfit = || format!("{} is beyond the numbers that {} has", token.quoted(), self.dtype);
        let Value::Decimal(decimal) = token.value else { return Err(unfit()) };
        let value = self.nearest_to(&decimal);
        let magnitude = decimal.f64().abs();
        let saturated = match self.dtype {
            // The middle between the largest number and what would be the next: this one rounds to even, the others up.
            Dtype::F8_E4M3 => magnitude > 464.0,
            Dtype::F8_E4M3FNUZ => magnitude >= 248.0,
            Dtype::F8_E5M2FNUZ => magnitude >= 61440.0,
            Dtype::F6_E2M3 => magnitude >= 7.75,
            Dtype::F6_E3M2 => magnitude >= 30.0,
            Dtype::F4 => magnitude >= 7.0,
            _ => false,
        };
        if saturated || !value.is_finite() { Err(unfit()) } else { Ok(value) }
    }

    fn nearest_to(&self, decimal: &Decimal<'_>) -> f32 {
        let double = decimal.f64();
        let (below, above) = (self.one(double.next_down()), self.one(double.next_up()));
        if below.to_bits() == above.to_bits() {
            return below;
        }
        // The F64 lies in the middle of two numbers, and what it was rounded from may not.
        match decimal.compare(double) {
            Ordering::Less => below,
            Ordering::Equal => self.one(double),
            Ordering::Greater => above,
        }
    }

    /// Rounds one number.
    fn one(&self, value: f64) -> f32 {
        let group = group(self.dtype);
        let copies: [u8; 32] = array::from_fn(|i| value.to_le_bytes()[i % 8]);
        let mut narrow = [0; 4];
        let narrow = &mut narrow[..group * number_bits(self.dtype) / 8];
        self.convert(Dtype::F64, &copies[..8 * group], self.dtype, narrow);
        let mut back = [0; 16];
        self.convert(self.dtype, narrow, Dtype::F32, &mut back[..4 * group]);
        f32::from_le_bytes([back[0], back[1], back[2], back[3]])
    }

    fn convert(&self, from: Dtype, bytes: &[u8], to: Dtype, out: &mut [u8]) {
        convert(self.level, from, bytes, to, out).expect("whole elements of floats");
    }
}
