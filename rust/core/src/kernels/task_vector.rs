//! What merges of task vectors do to each element, in one pass over the chunk: the difference from the base, what is kept of it,
//! and its weight. All slices of one call have the same length.

use super::real::Real;
use super::reduce::{LANES, Lanes};
use super::simd::kernels;

/// Adds up two sums of magnitudes.
#[inline(always)]
fn add_both<R: Real>(delta: R, kept: bool, all: &mut f64, of_kept: &mut f64) {
    let magnitude = delta.abs().to_f64();
    let magnitude = if magnitude.is_finite() { magnitude } else { 0.0 };
    *all += magnitude;
    *of_kept += if kept { magnitude } else { 0.0 };
}

kernels! {
    /// Adds `Σ |x − base|` to `all`, and to `kept` the same of the elements whose bit is 1.
    pub fn add_masked_magnitudes<R>(x: &[R], base: &[R], bits: &[u64], all: &mut Lanes, kept: &mut Lanes) {
        let (mut of_all, mut of_kept) = (*all.sums(), *kept.sums());
        let halves = bits.iter().flat_map(|b| [*b as u32, (*b >> 32) as u32]);
        for ((x, base), bits) in x.chunks(32).zip(base.chunks(32)).zip(halves) {
            let ((xs, x_rest), (bases, base_rest)) = (x.as_chunks::<LANES>(), base.as_chunks::<LANES>());
            for (part, (x, base)) in xs.iter().zip(bases).enumerate() {
                for i in 0..LANES {
                    let is_kept = bits & 1 << (part * LANES + i) != 0;
                    add_both(x[i] - base[i], is_kept, &mut of_all[i], &mut of_kept[i]);
                }
            }
            for (i, (x, base)) in x_rest.iter().zip(base_rest).enumerate() {
                let is_kept = bits & 1 << (xs.len() * LANES + i) != 0;
                add_both(*x - *base, is_kept, &mut of_all[i], &mut of_kept[i]);
            }
        }
        (*all.sums(), *kept.sums()) = (of_all, of_kept);
    }

    /// `delta = s·(x − base)`, and `mass = mass + delta`
    pub fn weigh<R>(x: &[R], base: &[R], s: R, delta: &mut [R], mass: &mut [R]) {
        for (((d, m), x), b) in delta.iter_mut().zip(mass).zip(x).zip(base) {
            *d = s * (*x - *b);
            *m += *d;
        }
    }

    /// The same, with 0 for the differences with a key below `least`.
    pub fn weigh_largest<R>(x: &[R], base: &[R], least: R::Key, s: R, delta: &mut [R], mass: &mut [R]) {
        for (((d, m), x), b) in delta.iter_mut().zip(mass).zip(x).zip(base) {
            let difference = *x - *b;
            *d = s * if difference.key() >= least { difference } else { R::ZERO };
            *m += *d;
        }
    }

    /// The same, with 0 where the bit is 0.
    pub fn weigh_masked<R>(x: &[R], base: &[R], bits: &[u64], s: R, delta: &mut [R], mass: &mut [R]) {
        let halves = bits.iter().flat_map(|b| [*b as u32, (*b >> 32) as u32]);
        let outs = delta.chunks_mut(32).zip(mass.chunks_mut(32));
        for (((delta, mass), (x, base)), bits) in outs.zip(x.chunks(32).zip(base.chunks(32))).zip(halves) {
            for (i, (((d, m), x), b)) in delta.iter_mut().zip(mass).zip(x).zip(base).enumerate() {
                *d = s * if bits & 1 << i == 0 { R::ZERO } else { *x - *b };
                *m += *d;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::combine::{add_scaled, scale_in_place, subtract};
    use crate::kernels::reduce::add_magnitudes;
    use crate::kernels::simd::Level;
    use crate::kernels::sparsify::{keep_bits, keep_largest};
    use proptest::prelude::*;

    fn number() -> impl Strategy<Value = f32> {
        prop_oneof![
            8 => -2.0..2.0f32,
            1 => prop::sample::select(vec![0.0, -0.0, f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 1e-42, -3e38]),
        ]
    }

    proptest! {
        #[test]
        fn each_pass_is_the_steps_that_it_replaces(
            rows in prop::collection::vec(prop::array::uniform3(number()), 0..200),
            bits in prop::collection::vec(any::<u64>(), 4), s in number(), least in number(),
        ) {
            let [x, base, mass] = [0, 1, 2].map(|c| rows.iter().map(|row| row[c]).collect::<Vec<f32>>());
            let bits_of = |v: &[f32]| v.iter().map(|x| if x.is_nan() { 1 } else { x.to_bits() }).collect::<Vec<_>>();
            for level in Level::available() {
                let mut difference = vec![0.0; x.len()];
                subtract(level, &x, &base, &mut difference);
                type Keep<'k> = &'k dyn Fn(&mut [f32]);
                let keeps: [Keep<'_>; 3] =
                    [&|_| (), &|d| keep_largest(level, d, least.key()), &|d| keep_bits(level, d, &bits)];
                type Fused<'f> = &'f dyn Fn(&mut [f32], &mut [f32]);
                let fused: [Fused<'_>; 3] = [
                    &|d, m| weigh(level, &x, &base, s, d, m),
                    &|d, m| weigh_largest(level, &x, &base, least.key(), s, d, m),
                    &|d, m| weigh_masked(level, &x, &base, &bits, s, d, m),
                ];
                for (keep, fused) in keeps.iter().zip(fused) {
                    let (mut expected, mut expected_mass) = (difference.clone(), mass.clone());
                    keep(&mut expected);
                    scale_in_place(level, s, &mut expected);
                    add_scaled(level, 1.0, &expected, &mut expected_mass);
                    let (mut delta, mut found_mass) = (vec![9.0; x.len()], mass.clone());
                    fused(&mut delta, &mut found_mass);
                    prop_assert_eq!(bits_of(&delta), bits_of(&expected));
                    prop_assert_eq!(bits_of(&found_mass), bits_of(&expected_mass));
                }
                let mut kept = difference.clone();
                keep_bits(level, &mut kept, &bits);
                let mut expected = [Lanes::default(); 2];
                add_magnitudes(level, &difference, &mut expected[0]);
                add_magnitudes(level, &kept, &mut expected[1]);
                let [mut all, mut of_kept] = [Lanes::default(); 2];
                add_masked_magnitudes(level, &x, &base, &bits, &mut all, &mut of_kept);
                prop_assert_eq!([all, of_kept], expected);
            }
        }
    }
}
