//! Count, extremes, mean and spread of a block.

use super::chunks::{self, Finite};
use crate::error::Result;
use crate::kernels::elements::is_exact_in_f32;
use crate::kernels::real::Real;
use crate::kernels::reduce::Lanes;
use crate::kernels::simd::Level;
use crate::kernels::statistics::{Extremes, add_deviations, widen_extremes};
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

/// Computes the moments of a block.
///
/// Deviations are summed from the mean of the block's first chunk. As the elements of that are elements of the block, the sum
/// of squares is at most some 64 times the squared deviations that are left when the true mean is known, so that little is
/// cancelled whatever the elements are.
///
/// # Errors
/// [`Status::Request`](crate::error::Status::Request) if the bytes are no block of a real dtype.
pub fn moments(level: Level, dtype: Dtype, bytes: &[u8]) -> Result<Moments> {
    chunks::count(dtype, bytes)?;
    Ok(if is_exact_in_f32(dtype) {
        Sums::<f32>::of(level, dtype, bytes, f32::NEG_INFINITY, f32::INFINITY)
    } else {
        Sums::<f64>::of(level, dtype, bytes, f64::NEG_INFINITY, f64::INFINITY)
    })
}

/// The sums of a block in the making.
struct Sums<R> {
    level: Level,
    shift: Option<f64>,
    deviations: [Lanes; 2],
    extremes: Extremes<R>,
    finite: u64,
    nan: u64,
    infinite: u64,
}

impl<R: Real> Sums<R> {
    fn of(level: Level, dtype: Dtype, bytes: &[u8], low: R, high: R) -> Moments {
        let mut sums = Sums {
            level,
            shift: None,
            deviations: Default::default(),
            extremes: Extremes::none(low, high),
            finite: 0,
            nan: 0,
            infinite: 0,
        };
        chunks::for_each::<R>(level, dtype, bytes, |_, x| sums.add(x));
        sums.total()
    }

    fn add(&mut self, x: &[R]) {
        let shift = self.shift.or_else(|| self.mean_of(x));
        let mut deviations = self.deviations;
        add_deviations(self.level, x, shift.unwrap_or(0.0), &mut deviations);
        if deviations.iter().all(|sum| sum.total().is_finite()) {
            self.keep(x, shift, deviations);
        } else {
            let finite = Finite::of(x);
            self.nan += finite.nan;
            self.infinite += finite.infinite;
            let shift = self.shift.or_else(|| self.mean_of(finite.numbers()));
            let mut deviations = self.deviations;
            add_deviations(self.level, finite.numbers(), shift.unwrap_or(0.0), &mut deviations);
            self.keep(finite.numbers(), shift, deviations);
        }
    }

    fn keep(&mut self, x: &[R], shift: Option<f64>, deviations: [Lanes; 2]) {
        self.finite += x.len() as u64;
        self.shift = shift;
        self.deviations = deviations;
        widen_extremes(self.level, x, &mut self.extremes);
    }

    fn mean_of(&self, x: &[R]) -> Option<f64> {
        let mut sums = <[Lanes; 2]>::default();
        add_deviations(self.level, x, 0.0, &mut sums);
        Some(sums[0].total() / x.len() as f64).filter(|mean| mean.is_finite())
    }

    fn total(&self) -> Moments {
        let [sum, squares] = self.deviations.map(|lanes| lanes.total());
        let (min, max) = self.extremes.range();
        let n = self.finite.max(1) as f64;
        Moments {
            finite: self.finite,
            zeros: self.extremes.zeros(),
            nan: self.nan,
            infinite: self.infinite,
            min,
            max,
            mean: self.shift.unwrap_or(0.0) + sum / n,
            squared_deviations: (squares - sum * sum / n).max(0.0),
        }
    }
}
