//! Count, extremes, mean and spread of a block.

use super::chunks::{self, Finite};
use crate::error::Result;
use crate::kernels::elements::{CHUNK, is_exact_in_f32};
use crate::kernels::half::{Bf16, BitRange, F16, Half, add_half_powers, count_half_zeros};
use crate::kernels::real::Real;
use crate::kernels::reduce::Lanes;
use crate::kernels::simd::Level;
use crate::kernels::statistics::{Extremes, add_deviations, add_powers, widen_extremes};
use safetensors::Dtype;

/// What the elements of a block come to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Moments {
    /// Finite elements; the figures from `min` on are theirs.
    pub finite: u64,
    /// Zeros among them.
    pub zeros: u64,
    /// Elements that are NaN.
    pub nan: u64,
    /// Elements that are infinite.
    pub infinite: u64,
    /// The least; infinite when there are none.
    pub min: f64,
    /// The largest; negative infinite when there are none.
    pub max: f64,
    /// Their mean; 0 when there are none.
    pub mean: f64,
    /// The sum of their squared distances from it.
    pub squared_deviations: f64,
}

/// How much of the sum of squares must be left when the mean is taken off it, for the difference to be exact enough.
const LEFT: f64 = 1e-4;

/// So many elements are summed before sums are put together.
const PART: usize = 1 << 16;

/// Computes the moments of a block.
///
/// Elements and their squares are summed, part by part. Where the mean is so far from 0, compared to the spread, that their
/// difference would cancel, deviations from the mean of the part's first elements are summed in their place. As those are
/// elements of the part, the squared deviations from the true mean are then no less than some 64th of the sum, whatever the
/// elements are.
///
/// # Errors
/// [`Status::Request`](crate::error::Status::Request) if the bytes are no block of a real dtype.
pub fn moments(level: Level, dtype: Dtype, bytes: &[u8]) -> Result<Moments> {
    chunks::count(dtype, bytes)?;
    let of_part = |bytes| match dtype {
        Dtype::BF16 => of_halves::<Bf16>(level, dtype, bytes),
        Dtype::F16 => of_halves::<F16>(level, dtype, bytes),
        _ if is_exact_in_f32(dtype) => of::<f32>(level, dtype, bytes, f32s()),
        _ => of::<f64>(level, dtype, bytes, Extremes::none(f64::NEG_INFINITY, f64::INFINITY)),
    };
    Ok(bytes.chunks(PART * dtype.bitsize() / 8).map(of_part).fold(Moments::NONE, Moments::plus))
}

impl Moments {
    /// Of no elements.
    pub const NONE: Moments = Moments {
        finite: 0,
        zeros: 0,
        nan: 0,
        infinite: 0,
        min: f64::INFINITY,
        max: f64::NEG_INFINITY,
        mean: 0.0,
        squared_deviations: 0.0,
    };

    /// Of these elements and others together. Mean and spread are put together as by Chan, Golub and LeVeque ("Updating
    /// Formulae and a Pairwise Algorithm for Computing Sample Variances", 1979), which cancels nothing.
    pub fn plus(self, other: Moments) -> Moments {
        let [nan, infinite] = [self.nan + other.nan, self.infinite + other.infinite];
        // Without elements on one side there is no distance; its square could overflow, and NaN would come of it.
        if self.finite == 0 || other.finite == 0 {
            return Moments { nan, infinite, ..if self.finite == 0 { other } else { self } };
        }
        let finite = self.finite + other.finite;
        let part = other.finite as f64 / finite as f64;
        let distance = other.mean - self.mean;
        Moments {
            finite,
            zeros: self.zeros + other.zeros,
            nan,
            infinite,
            min: self.min.min(other.min),
            max: self.max.max(other.max),
            mean: self.mean + distance * part,
            squared_deviations: self.squared_deviations
                + other.squared_deviations
                + distance * distance * part * self.finite as f64,
        }
    }
}

fn f32s() -> Extremes<f32> {
    Extremes::none(f32::NEG_INFINITY, f32::INFINITY)
}

fn of_halves<T: Half>(level: Level, dtype: Dtype, bytes: &[u8]) -> Moments {
    let mut sums = HalfSums { rest: Sums::new(level, Shift::None, f32s()), bits: BitRange::NONE, zeros: 0 };
    bytes.chunks(2 * CHUNK).for_each(|bytes| sums.add::<T>(dtype, bytes));
    if sums.rest.cancels() {
        let mut sums = Sums::new(level, Shift::FirstMean, f32s());
        chunks::for_each(level, dtype, bytes, |_, x| sums.add(x));
        return sums.total();
    }
    sums.total::<T>()
}

/// The sums of 16-bit floats in the making.
struct HalfSums {
    /// All sums, and the extremes and zeros of the chunks that have elements that are not finite.
    rest: Sums<f32>,
    /// The range of the other chunks.
    bits: BitRange,
    /// The zeros in them.
    zeros: u64,
}

impl HalfSums {
    fn add<T: Half>(&mut self, dtype: Dtype, bytes: &[u8]) {
        let level = self.rest.level;
        let before = self.rest.powers;
        let bits = add_half_powers::<T>(level, bytes, &mut self.rest.powers);
        if bits.is_finite::<T>() {
            self.rest.finite += bytes.len() as u64 / 2;
            self.bits = self.bits.and(bits);
            self.zeros += if bits.has_zero() { count_half_zeros(level, bytes) } else { 0 };
        } else {
            self.rest.powers = before;
            chunks::for_each(level, dtype, bytes, |_, x| self.rest.add(x));
        }
    }

    fn total<T: Half>(&self) -> Moments {
        let (min, max) = self.bits.range::<T>();
        let rest = self.rest.total();
        Moments { min: min.min(rest.min), max: max.max(rest.max), zeros: self.zeros + rest.zeros, ..rest }
    }
}

fn of<R: Real>(level: Level, dtype: Dtype, bytes: &[u8], none: Extremes<R>) -> Moments {
    let sum = |shift| {
        let mut sums = Sums::new(level, shift, none);
        chunks::for_each::<R>(level, dtype, bytes, |_, x| sums.add(x));
        sums
    };
    let sums = sum(Shift::None);
    if sums.cancels() { sum(Shift::FirstMean).total() } else { sums.total() }
}

/// What is taken off each element before it is summed.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Shift {
    None,
    /// The mean of the first finite elements, once there are some.
    FirstMean,
    Of(f64),
}

/// The sums of a block in the making.
struct Sums<R> {
    level: Level,
    shift: Shift,
    powers: [Lanes; 2],
    extremes: Extremes<R>,
    finite: u64,
    nan: u64,
    infinite: u64,
}

impl<R: Real> Sums<R> {
    fn new(level: Level, shift: Shift, extremes: Extremes<R>) -> Self {
        Sums { level, shift, powers: Default::default(), extremes, finite: 0, nan: 0, infinite: 0 }
    }

    fn add(&mut self, x: &[R]) {
        let before = (self.shift, self.powers);
        if self.add_powers(x) {
            self.count(x);
        } else {
            (self.shift, self.powers) = before;
            let finite = Finite::of(x);
            self.nan += finite.nan;
            self.infinite += finite.infinite;
            self.add_powers(finite.numbers());
            self.count(finite.numbers());
        }
    }

    fn count(&mut self, x: &[R]) {
        self.finite += x.len() as u64;
        widen_extremes(self.level, x, &mut self.extremes);
    }

    /// Adds to the sums; false when there was something infinite or NaN.
    fn add_powers(&mut self, x: &[R]) -> bool {
        if self.shift == Shift::FirstMean && !x.is_empty() {
            let mut sums = Default::default();
            if !add_powers(self.level, x, &mut sums) {
                return false;
            }
            self.shift = Shift::Of(sums[0].total() / x.len() as f64);
        }
        match self.shift {
            Shift::Of(shift) => add_deviations(self.level, x, shift, &mut self.powers),
            _ => add_powers(self.level, x, &mut self.powers),
        }
    }

    fn cancels(&self) -> bool {
        let [sum, squares] = self.powers.map(|lanes| lanes.total());
        squares - sum * sum / (self.finite.max(1) as f64) < LEFT * squares
    }

    fn total(&self) -> Moments {
        let [sum, squares] = self.powers.map(|lanes| lanes.total());
        let (min, max) = self.extremes.range();
        let n = self.finite.max(1) as f64;
        let shift = if let Shift::Of(shift) = self.shift { shift } else { 0.0 };
        Moments {
            finite: self.finite,
            zeros: self.extremes.zeros(),
            nan: self.nan,
            infinite: self.infinite,
            min,
            max,
            mean: shift + sum / n,
            // Where numbers overflow there is no spread to tell, and NaN would not say that it is large.
            squared_deviations: if squares.is_finite() {
                (squares - sum * sum / n).max(0.0)
            } else {
                f64::INFINITY
            },
        }
    }
}
