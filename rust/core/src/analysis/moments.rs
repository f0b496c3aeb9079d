//! Count, extremes, mean and spread of a block.

use super::chunks::{self, Finite};
use crate::error::Result;
use crate::kernels::elements::is_exact_in_f32;
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

/// Computes the moments of a block.
///
/// Elements and their squares are summed. Where the mean is so far from 0, compared to the spread, that their difference would
/// cancel, deviations from the mean of the block's first elements are summed in their place. As those are elements of the
/// block, the squared deviations from the true mean are then no less than some 64th of the sum, whatever the elements are.
///
/// # Errors
/// [`Status::Request`](crate::error::Status::Request) if the bytes are no block of a real dtype.
pub fn moments(level: Level, dtype: Dtype, bytes: &[u8]) -> Result<Moments> {
    chunks::count(dtype, bytes)?;
    Ok(if is_exact_in_f32(dtype) {
        of::<f32>(level, dtype, bytes, Extremes::none(f32::NEG_INFINITY, f32::INFINITY))
    } else {
        of::<f64>(level, dtype, bytes, Extremes::none(f64::NEG_INFINITY, f64::INFINITY))
    })
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
