//! Sums and extremes of elements: in 16 lanes each, so that the width of the registers does not show.

use super::real::Real;
use super::reduce::{LANES, Lanes};
use super::simd::kernels;

/// Extremes of numbers, and how many are zero, one for each lane.
#[derive(Debug, Clone, Copy)]
pub struct Extremes<R> {
    min: [R; LANES],
    max: [R; LANES],
    zeros: [u32; LANES],
}

impl<R: Real> Extremes<R> {
    /// Of nothing; `low` and `high` are the least and the largest number there are.
    pub fn none(low: R, high: R) -> Self {
        Extremes { min: [high; LANES], max: [low; LANES], zeros: [0; LANES] }
    }

    /// The least and the largest number; zeros have no sign.
    pub fn range(&self) -> (f64, f64) {
        let min = self.min.iter().fold(f64::INFINITY, |least, x| least.min(x.to_f64()));
        let max = self.max.iter().fold(f64::NEG_INFINITY, |most, x| most.max(x.to_f64()));
        (min + 0.0, max + 0.0)
    }

    /// How many were zero.
    pub fn zeros(&self) -> u64 {
        self.zeros.iter().map(|&count| u64::from(count)).sum()
    }
}

/// Differences of two lists of numbers, one for each lane.
#[derive(Debug, Clone, Copy, Default)]
pub struct Differences {
    squares: [f64; LANES],
    largest: [f64; LANES],
    unequal: [u32; LANES],
}

impl Differences {
    /// The sum of their squares.
    pub fn squares(&self) -> f64 {
        Lanes::from(self.squares).total()
    }

    /// The largest magnitude.
    pub fn largest(&self) -> f64 {
        self.largest.iter().fold(0.0, |most, &x| most.max(x))
    }

    /// How many are not 0.
    pub fn unequal(&self) -> u64 {
        self.unequal.iter().map(|&count| u64::from(count)).sum()
    }
}

/// Adds terms and their squares, lane by lane.
#[inline(always)]
fn add_terms<R: Real>(x: &[R], sums: &mut [f64; LANES], squares: &mut [f64; LANES], term: impl Fn(R) -> f64) {
    let (chunks, rest) = x.as_chunks::<LANES>();
    let (mut a, mut b) = (*sums, *squares);
    for x in chunks {
        for i in 0..LANES {
            let d = term(x[i]);
            a[i] += d;
            b[i] += d * d;
        }
    }
    for (i, x) in rest.iter().enumerate() {
        let d = term(*x);
        a[i] += d;
        b[i] += d * d;
    }
    (*sums, *squares) = (a, b);
}

kernels! {
    /// Adds `Σ x` and `Σ x²` to two sums; false when something infinite or NaN is in them then.
    pub fn add_powers<R>(x: &[R], sums: &mut [Lanes; 2]) -> bool {
        let [first, second] = sums;
        add_terms(x, first.sums(), second.sums(), R::to_f64);
        first.is_finite() & second.is_finite()
    }

    /// Adds `Σ (x - shift)` and `Σ (x - shift)²` to two sums; false when something infinite or NaN is in them then.
    pub fn add_deviations<R>(x: &[R], shift: f64, sums: &mut [Lanes; 2]) -> bool {
        let [first, second] = sums;
        add_terms(x, first.sums(), second.sums(), |x| x.to_f64() - shift);
        first.is_finite() & second.is_finite()
    }

    /// Widens `extremes` to hold `x`, which has no NaN.
    pub fn widen_extremes<R>(x: &[R], extremes: &mut Extremes<R>) {
        let (chunks, rest) = x.as_chunks::<LANES>();
        let Extremes { mut min, mut max, mut zeros } = *extremes;
        for x in chunks {
            for i in 0..LANES {
                min[i] = if x[i] < min[i] { x[i] } else { min[i] };
                max[i] = if x[i] > max[i] { x[i] } else { max[i] };
                zeros[i] += u32::from(x[i] == R::ZERO);
            }
        }
        for (i, x) in rest.iter().enumerate() {
            min[i] = if *x < min[i] { *x } else { min[i] };
            max[i] = if *x > max[i] { *x } else { max[i] };
            zeros[i] += u32::from(*x == R::ZERO);
        }
        *extremes = Extremes { min, max, zeros };
    }

    /// How many elements are more than `limit` from `mean`, and how far the farthest is. NaN and infinities do not count.
    pub fn count_outside<R>(x: &[R], mean: f64, limit: f64) -> (u64, f64) {
        let (chunks, rest) = x.as_chunks::<LANES>();
        let mut counts = [0u32; LANES];
        let mut farthest = [0f64; LANES];
        for x in chunks {
            for i in 0..LANES {
                let distance = (x[i].to_f64() - mean).abs();
                counts[i] += u32::from((distance > limit) & (distance < f64::INFINITY));
                farthest[i] = if (distance > farthest[i]) & (distance < f64::INFINITY) { distance } else { farthest[i] };
            }
        }
        for (i, x) in rest.iter().enumerate() {
            let distance = (x.to_f64() - mean).abs();
            counts[i] += u32::from((distance > limit) & (distance < f64::INFINITY));
            farthest[i] = if (distance > farthest[i]) & (distance < f64::INFINITY) { distance } else { farthest[i] };
        }
        let count = counts.iter().map(|&count| u64::from(count)).sum();
        (count, farthest.iter().fold(0.0, |most, &x| most.max(x)))
    }

    /// The bin of each element: 1 for the first of `bins` bins from `from` to `to`, whose last one has its upper edge; 0 below,
    /// `bins + 1` above, `bins + 2` for NaN and infinities.
    pub fn find_bins<R>(x: &[R], from: f64, to: f64, bins: u32, places: &mut [u32]) {
        let scale = f64::from(bins) / (to - from);
        let scale = if scale.is_finite() { scale } else { 0.0 };
        for (place, x) in places.iter_mut().zip(x) {
            let x = x.to_f64();
            let bin = ((x - from) * scale).max(0.0).min(f64::from(bins - 1)) as u32 + 1;
            let bin = if x < from { 0 } else { bin };
            let bin = if x > to { bins + 1 } else { bin };
            *place = if x.is_finite() { bin } else { bins + 2 };
        }
    }

    /// Adds what `x` and `y` differ in.
    pub fn add_differences<R>(x: &[R], y: &[R], differences: &mut Differences) {
        let (xs, x_rest) = x.as_chunks::<LANES>();
        let (ys, y_rest) = y.as_chunks::<LANES>();
        let Differences { mut squares, mut largest, mut unequal } = *differences;
        for (x, y) in xs.iter().zip(ys) {
            for i in 0..LANES {
                let d = x[i].to_f64() - y[i].to_f64();
                squares[i] += d * d;
                let d = d.abs();
                largest[i] = if d > largest[i] { d } else { largest[i] };
                unequal[i] += u32::from(x[i] != y[i]);
            }
        }
        for (i, (x, y)) in x_rest.iter().zip(y_rest).enumerate() {
            let d = x.to_f64() - y.to_f64();
            squares[i] += d * d;
            let d = d.abs();
            largest[i] = if d > largest[i] { d } else { largest[i] };
            unequal[i] += u32::from(*x != *y);
        }
        *differences = Differences { squares, largest, unequal };
    }
}
