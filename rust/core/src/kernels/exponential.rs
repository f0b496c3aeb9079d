//! Exponentials and logarithms in f64, and the sums over a row that are made of them. Additions and multiplications in a fixed
//! order, so that every SIMD level and platform gives the same bits.

use super::real::Real;
use super::reduce::{LANES, Lanes};
use super::simd::kernels;

/// ln 2 in two parts, the first with zeros at its end, so that its product with a small integer is exact (Cody and Waite,
/// "Software Manual for the Elementary Functions", 1980).
const LN2_HIGH: f64 = 0.693_147_180_369_123_8;
const LN2_LOW: f64 = 1.908_214_929_270_587_7e-10;

/// Added to a number of moderate size and subtracted again, it leaves the nearest integer.
const ROUND: f64 = 6_755_399_441_055_744.0;

/// Below this the exponential counts as 0: the smallest normal number is near.
const LOWEST: f64 = -708.0;

/// e^x for x ≤ 0, within two units in the last place; 0 below [`LOWEST`] and for NaN.
#[inline(always)]
fn exp(x: f64) -> f64 {
    let clamped = if x > LOWEST { x } else { LOWEST };
    let shifted = clamped * std::f64::consts::LOG2_E + ROUND;
    let k = shifted - ROUND;
    let r = (clamped - k * LN2_HIGH) - k * LN2_LOW;
    // The Taylor series: |r| is at most ln(2)/2, where the first term left out is below 1e-17.
    let mut sum = 1.0 / 6_227_020_800.0;
    for factorial in
        [479_001_600.0, 39_916_800.0, 3_628_800.0, 362_880.0, 40_320.0, 5_040.0, 720.0, 120.0, 24.0, 6.0, 2.0]
    {
        sum = sum * r + 1.0 / factorial;
    }
    let e = 1.0 + (r + r * r * sum);
    let power = f64::from_bits(shifted.to_bits().wrapping_add(1023) << 52);
    if x > LOWEST { e * power } else { 0.0 }
}

/// The natural logarithm of a positive normal number, within two units in the last place.
#[inline(always)]
fn ln(x: f64) -> f64 {
    // The exponent of x·√2 leaves a fraction from √½ to √2.
    const HALF_ROOT: u64 = 0x3FE6_A09E_667F_3BCD;
    let bits = x.to_bits().wrapping_sub(HALF_ROOT);
    let exponent = (bits as i64 >> 52) as i32;
    let fraction = f64::from_bits((bits & 0x000F_FFFF_FFFF_FFFF).wrapping_add(HALF_ROOT));
    let f = fraction - 1.0;
    let s = f / (f + 2.0);
    let z = s * s;
    // ln f = 2 artanh s, whose series in z is short: z is at most 0.0295.
    let mut sum = 2.0 / 25.0;
    for odd in [23.0, 21.0, 19.0, 17.0, 15.0, 13.0, 11.0, 9.0, 7.0, 5.0, 3.0] {
        sum = sum * z + 2.0 / odd;
    }
    let k = f64::from(exponent);
    // 2s = f − s·f: f is exact, so that the error near 1 is one of the small product.
    let tail = s * f - s * z * sum;
    k * LN2_HIGH + (f - (tail - k * LN2_LOW))
}

/// What is added to each probability before logarithms are taken.
const FLOOR: f64 = 1e-8;

/// e^(x − max), or 0 for what is no finite number.
#[inline(always)]
fn exp_below<R: Real>(x: R, max: f64) -> f64 {
    let x = x.to_f64();
    let e = exp(x - max);
    if x.is_finite() { e } else { 0.0 }
}

/// What a softmax over a row needs: its largest finite element, and Σ e^(x − max).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Softmax {
    /// The element.
    pub max: f64,
    /// The sum.
    pub sum: f64,
}

impl Softmax {
    /// The factor of an exponential; 0 for a row without a finite element.
    fn scale(self) -> f64 {
        if self.sum > 0.0 { 1.0 / self.sum } else { 0.0 }
    }
}

kernels! {
    /// The largest of `max` and the finite elements.
    pub fn max_finite<R>(x: &[R], max: f64) -> f64 {
        let mut lanes = [max; LANES];
        for part in x.chunks(LANES) {
            for (lane, x) in lanes.iter_mut().zip(part) {
                let x = x.to_f64();
                let larger = x.is_finite() & (x > *lane);
                *lane = if larger { x } else { *lane };
            }
        }
        lanes.iter().fold(max, |max, lane| if *lane > max { *lane } else { max })
    }

    /// Adds Σ e^(x − max) over the finite elements, none of which is larger than `max`.
    pub fn add_exponentials<R>(x: &[R], max: f64, lanes: &mut Lanes) {
        let (xs, rest) = x.as_chunks::<LANES>();
        let mut sums = *lanes.sums();
        for x in xs {
            for i in 0..LANES {
                sums[i] += exp_below(x[i], max);
            }
        }
        for (s, x) in sums.iter_mut().zip(rest) {
            *s += exp_below(*x, max);
        }
        *lanes.sums() = sums;
    }

    /// Adds Σ p·ln(p/q) with p and q the softmax of `b` and of `a`, each with 1e-8 added.
    pub fn add_divergence<R>(b: &[R], of_b: Softmax, a: &[R], of_a: Softmax, lanes: &mut Lanes) {
        let (scale_b, scale_a) = (of_b.scale(), of_a.scale());
        let (bs, b_rest) = b.as_chunks::<LANES>();
        let (as_, a_rest) = a.as_chunks::<LANES>();
        let mut sums = *lanes.sums();
        for (b, a) in bs.iter().zip(as_) {
            for i in 0..LANES {
                let p = exp_below(b[i], of_b.max) * scale_b + FLOOR;
                let q = exp_below(a[i], of_a.max) * scale_a + FLOOR;
                sums[i] += p * ln(p / q);
            }
        }
        for (s, (b, a)) in sums.iter_mut().zip(b_rest.iter().zip(a_rest)) {
            let p = exp_below(*b, of_b.max) * scale_b + FLOOR;
            let q = exp_below(*a, of_a.max) * scale_a + FLOOR;
            *s += p * ln(p / q);
        }
        *lanes.sums() = sums;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::simd::Level;
    use proptest::prelude::*;

    /// The distance in units in the last place of the expected number.
    fn units(found: f64, expected: f64) -> f64 {
        let unit = f64::from_bits(expected.abs().to_bits() + 1) - expected.abs();
        (found - expected).abs() / unit
    }

    proptest! {
        #[test]
        fn exponentials_and_logarithms_are_those_of_libm(x in prop_oneof![-700.0..=0.0f64, -1.0..=0.0f64], y in prop_oneof![1e-8..1e8f64, 0.5..2.0f64]) {
            prop_assert!(units(exp(x), libm::exp(x)) <= 2.0, "e^{}: {} {}", x, exp(x), libm::exp(x));
            prop_assert!(units(ln(y), libm::log(y)) <= 2.0, "ln {}: {} {}", y, ln(y), libm::log(y));
        }

        #[test]
        fn sums_are_the_same_at_every_level(
            rows in prop::collection::vec((-30.0..30.0f32, prop_oneof![9 => -30.0..30.0f32, 1 => Just(f32::NAN), 1 => Just(f32::INFINITY)]), 1..100),
        ) {
            let (a, b): (Vec<f32>, Vec<f32>) = rows.into_iter().unzip();
            let softmax = |level, x: &[f32]| {
                let max = max_finite(level, x, f64::MIN);
                let mut lanes = Lanes::default();
                add_exponentials(level, x, max, &mut lanes);
                Softmax { max, sum: lanes.total() }
            };
            let divergence = |level| {
                let mut lanes = Lanes::default();
                add_divergence(level, &b, softmax(level, &b), &a, softmax(level, &a), &mut lanes);
                lanes.total()
            };
            let expected = {
                let probabilities = |x: &[f32]| {
                    let e: Vec<f64> = x.iter().map(|x| if x.is_finite() { f64::from(*x).exp() } else { 0.0 }).collect();
                    let sum: f64 = e.iter().sum();
                    e.iter().map(|e| if sum > 0.0 { e / sum } else { 0.0 } + 1e-8).collect::<Vec<_>>()
                };
                probabilities(&b).iter().zip(probabilities(&a)).map(|(p, q)| p * (p / q).ln()).sum::<f64>()
            };
            let scalar = divergence(Level::SCALAR);
            prop_assert!((scalar - expected).abs() <= 1e-12 * expected.abs().max(1.0), "{} {}", scalar, expected);
            for level in Level::available() {
                prop_assert_eq!(softmax(level, &a), softmax(Level::SCALAR, &a));
                prop_assert_eq!(divergence(level).to_bits(), scalar.to_bits());
            }
        }
    }

    #[test]
    fn the_ends_are_exact() {
        assert_eq!([exp(0.0), exp(-1e3), exp(f64::NEG_INFINITY), exp(f64::NAN)], [1.0, 0.0, 0.0, 0.0]);
        assert_eq!(ln(1.0), 0.0);
        assert_eq!(max_finite(Level::SCALAR, &[f32::NAN, -3.0, f32::INFINITY], f64::MIN), -3.0);
    }
}
