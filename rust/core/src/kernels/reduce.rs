//! Sums in f64 whose bits depend on the elements' positions alone.
//!
//! Element `i` of a block is added to lane `i mod 16`; the lanes are added up as a fixed tree. So the width of the registers
//! does not matter, nor how a block is cut into chunks, as long as each chunk but the last has a multiple of 16 elements.
//!
//! An element that is NaN or infinite counts as 0: it must not spread to all that a sum decides about.

use super::real::Real;
use super::simd::kernels;

/// The number of lanes.
pub const LANES: usize = 16;

/// A sum in the making.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Lanes([f64; LANES]);

impl Lanes {
    /// The sums, one for each lane.
    #[inline(always)]
    pub(super) fn sums(&mut self) -> &mut [f64; LANES] {
        &mut self.0
    }

    /// True when nothing infinite or NaN was added.
    #[inline(always)]
    pub(super) fn is_finite(&self) -> bool {
        self.0.iter().fold(true, |all, lane| all & lane.is_finite())
    }

    /// The sum of all lanes.
    pub fn total(&self) -> f64 {
        let mut lanes = self.0;
        let mut width = LANES / 2;
        while width > 0 {
            for i in 0..width {
                lanes[i] += lanes[i + width];
            }
            width /= 2;
        }
        lanes[0]
    }
}

impl From<[f64; LANES]> for Lanes {
    #[inline(always)]
    fn from(sums: [f64; LANES]) -> Self {
        Lanes(sums)
    }
}

/// The value, or 0 for NaN and the infinities.
#[inline(always)]
pub(super) fn finite<R: Real>(x: R) -> f64 {
    let x = x.to_f64();
    if x.is_finite() { x } else { 0.0 }
}

/// `Σ x·y` on top of a sum; `value` says what an element counts.
#[inline(always)]
fn dot<R: Real>(x: &[R], y: &[R], sum: &Lanes, value: impl Fn(R) -> f64) -> Lanes {
    let (xs, x_rest) = x.as_chunks::<LANES>();
    let (ys, y_rest) = y.as_chunks::<LANES>();
    let mut sums = sum.0;
    for (x, y) in xs.iter().zip(ys) {
        for i in 0..LANES {
            sums[i] += value(x[i]) * value(y[i]);
        }
    }
    for (s, (x, y)) in sums.iter_mut().zip(x_rest.iter().zip(y_rest)) {
        *s += value(*x) * value(*y);
    }
    Lanes(sums)
}

/// `Σ x·x`, `Σ x·y` and `Σ y·y` on top of three sums.
#[inline(always)]
fn dots_of_two<R: Real>(x: &[R], y: &[R], sums: &[Lanes; 3], value: impl Fn(R) -> f64) -> [Lanes; 3] {
    let (xs, x_rest) = x.as_chunks::<LANES>();
    let (ys, y_rest) = y.as_chunks::<LANES>();
    let [mut xx, mut xy, mut yy] = sums.map(|lanes| lanes.0);
    for (x, y) in xs.iter().zip(ys) {
        for i in 0..LANES {
            let (x, y) = (value(x[i]), value(y[i]));
            xx[i] += x * x;
            xy[i] += x * y;
            yy[i] += y * y;
        }
    }
    for (i, (x, y)) in x_rest.iter().zip(y_rest).enumerate() {
        let (x, y) = (value(*x), value(*y));
        xx[i] += x * x;
        xy[i] += x * y;
        yy[i] += y * y;
    }
    [Lanes(xx), Lanes(xy), Lanes(yy)]
}

/// `Σ |x|` on top of a sum.
#[inline(always)]
fn magnitudes<R: Real>(x: &[R], sum: &Lanes, value: impl Fn(R) -> f64) -> Lanes {
    let (xs, rest) = x.as_chunks::<LANES>();
    let mut sums = sum.0;
    for x in xs {
        for i in 0..LANES {
            sums[i] += value(x[i].abs());
        }
    }
    for (s, x) in sums.iter_mut().zip(rest) {
        *s += value(x.abs());
    }
    Lanes(sums)
}

// Looking at each element for NaN and infinities costs more than to add it: all are added, and once more with these as 0
// where a sum shows that there were some.
kernels! {
    /// Adds `Σ x·y` to `lanes`.
    pub fn add_dot<R>(x: &[R], y: &[R], lanes: &mut Lanes) {
        let mut sum = dot(x, y, lanes, R::to_f64);
        if !sum.is_finite() {
            sum = dot(x, y, lanes, finite);
        }
        *lanes = sum;
    }

    /// Adds `Σ x·x`, `Σ x·y` and `Σ y·y` to three sums, as [`add_dot`] would.
    pub fn add_dots_of_two<R>(x: &[R], y: &[R], lanes: &mut [Lanes; 3]) {
        let mut sums = dots_of_two(x, y, lanes, R::to_f64);
        if !sums.iter().all(Lanes::is_finite) {
            sums = dots_of_two(x, y, lanes, finite);
        }
        *lanes = sums;
    }

    /// `sums = sums + x·y`, each element for itself.
    pub fn add_products<R>(x: &[R], y: &[R], sums: &mut [f64]) {
        for ((s, x), y) in sums.iter_mut().zip(x).zip(y) {
            *s += finite(*x) * finite(*y);
        }
    }

    /// Adds `Σ |x|` to `lanes`.
    pub fn add_magnitudes<R>(x: &[R], lanes: &mut Lanes) {
        let mut sum = magnitudes(x, lanes, R::to_f64);
        if !sum.is_finite() {
            sum = magnitudes(x, lanes, finite);
        }
        *lanes = sum;
    }
}

/// Adds the totals of blocks in their order.
pub fn in_order(totals: impl IntoIterator<Item = f64>) -> f64 {
    totals.into_iter().fold(0.0, |sum, x| sum + x)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::simd::Level;
    use proptest::prelude::*;

    /// The definition: element `i` goes to lane `i mod 16`, then the lanes are added as a tree.
    fn oracle(terms: impl Iterator<Item = f64>) -> f64 {
        let mut lanes = [0.0; LANES];
        terms.enumerate().for_each(|(i, term)| lanes[i % LANES] += term);
        fn tree(lanes: &[f64]) -> f64 {
            match lanes {
                [one] => *one,
                _ => {
                    let (low, high) = lanes.split_at(lanes.len() / 2);
                    tree(&low.iter().zip(high).map(|(a, b)| a + b).collect::<Vec<_>>())
                }
            }
        }
        tree(&lanes)
    }

    fn number() -> impl Strategy<Value = f32> {
        prop_oneof![20 => -1e3f32..1e3, 1 => prop::sample::select(vec![f32::NAN, f32::INFINITY, f32::NEG_INFINITY])]
    }

    proptest! {
        #[test]
        fn sums_depend_on_positions_alone(values in prop::collection::vec((number(), number()), 0..300), cut in 0usize..10) {
            let (x, y): (Vec<f32>, Vec<f32>) = values.into_iter().unzip();
            let finite = |x: f32| if x.is_finite() { f64::from(x) } else { 0.0 };
            let dot = oracle(x.iter().zip(&y).map(|(x, y)| finite(*x) * finite(*y)));
            let magnitudes = oracle(x.iter().map(|x| finite(x.abs())));
            let cut = (cut * LANES).min(x.len() / LANES * LANES);
            for level in Level::available() {
                let mut lanes = [Lanes::default(); 2];
                for part in [0..cut, cut..x.len()] {
                    add_dot(level, &x[part.clone()], &y[part.clone()], &mut lanes[0]);
                    add_magnitudes(level, &x[part], &mut lanes[1]);
                }
                prop_assert_eq!(lanes[0].total().to_bits(), dot.to_bits());
                let mut of_two = [Lanes::default(); 3];
                add_dots_of_two(level, &x[..cut], &y[..cut], &mut of_two);
                add_dots_of_two(level, &x[cut..], &y[cut..], &mut of_two);
                let mut one_by_one = [Lanes::default(); 3];
                for (lanes, (x, y)) in one_by_one.iter_mut().zip([(&x, &x), (&x, &y), (&y, &y)]) {
                    add_dot(level, x, y, lanes);
                }
                prop_assert_eq!(of_two, one_by_one);
                let mut each = vec![0.5; x.len()];
                add_products(level, &x, &y, &mut each);
                for (i, sum) in each.iter().enumerate() {
                    prop_assert_eq!(sum.to_bits(), (0.5 + finite(x[i]) * finite(y[i])).to_bits());
                }
                prop_assert_eq!(lanes[1].total().to_bits(), magnitudes.to_bits());
            }
        }
    }
}
