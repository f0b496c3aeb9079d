//! Setting the elements to zero that a density leaves out.

use super::real::Real;
use super::simd::{Level, kernels};

/// Elements whose bits are drawn together, from 16 Philox counters.
const PHILOX_GROUP: usize = 64;

/// Counters computed side by side: a register's worth.
const COUNTERS: usize = 8;

/// One word of the counters. The words are 32 bits in 64-bit lanes, where their products fit; what is above the low 32 bits
/// means nothing.
type Words = [u64; COUNTERS];

const LOW: u64 = 0xFFFF_FFFF;

/// Ten rounds of Philox4x32 (Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as 1, 2, 3", 2011) for the
/// counters from `first` on.
#[inline(always)]
fn philox(key: u64, first: u64) -> [Words; 4] {
    let (mut k0, mut k1) = (key as u32, (key >> 32) as u32);
    let (mut c0, mut c1, mut c2, mut c3) = ([0; COUNTERS], [0; COUNTERS], [0; COUNTERS], [0; COUNTERS]);
    for (i, (c0, c1)) in c0.iter_mut().zip(&mut c1).enumerate() {
        *c0 = first + i as u64;
        *c1 = (first + i as u64) >> 32;
    }
    for _ in 0..10 {
        for i in 0..COUNTERS {
            let p0 = 0xD251_1F53 * (c0[i] & LOW);
            let p1 = 0xCD9E_8D57 * (c2[i] & LOW);
            c0[i] = (p1 >> 32) ^ c1[i] ^ u64::from(k0);
            c1[i] = p1;
            c2[i] = (p0 >> 32) ^ c3[i] ^ u64::from(k1);
            c3[i] = p0;
        }
        (k0, k1) = (k0.wrapping_add(0x9E37_79B9), k1.wrapping_add(0xBB67_AE85));
    }
    [c0, c1, c2, c3]
}

kernels! {
    /// Zeroes the elements with a key below `least`.
    pub fn keep_largest<R>(values: &mut [R], least: R::Key) {
        for x in values {
            *x = if x.key() >= least { *x } else { R::ZERO };
        }
    }

    /// Zeroes the elements with a key of at least `least`.
    pub fn drop_largest<R>(values: &mut [R], least: R::Key) {
        for x in values {
            *x = if x.key() >= least { R::ZERO } else { *x };
        }
    }

    /// Draws a bit for each element, 64 to a word of `bits`, that is 1 with a probability of `threshold`·2⁻³². The first
    /// bit is that of element `start` of its tensor.
    ///
    /// The bit of element `i` is 1 when its random word is below the threshold: with `g = ⌊i/64⌋` and `e = i mod 64`,
    /// word `⌊e/16⌋` of the Philox block with counter `16g + (e mod 16)`. Each word of a block serves one element.
    ///
    /// # Panics
    /// If `start` is no multiple of 64.
    pub fn random_mask(key: u64, start: u64, threshold: u64, bits: &mut [u64]) {
        assert_eq!(start % PHILOX_GROUP as u64, 0);
        for (counter, bits) in (start / 4..).step_by(PHILOX_GROUP / 4).zip(bits) {
            let mut lanes = [0; COUNTERS];
            for half in [0, COUNTERS] {
                for (w, words) in philox(key, counter + half as u64).iter().enumerate() {
                    for i in 0..COUNTERS {
                        let bit = 1 << (w * PHILOX_GROUP / 4 + half + i);
                        lanes[i] |= if words[i] & LOW < threshold { bit } else { 0 };
                    }
                }
            }
            *bits = lanes.iter().fold(0, |all, lane| all | lane);
        }
    }

    /// Draws a word for each element from number `start` of its tensor on: those that [`random_mask`] compares.
    pub fn random_words(key: u64, start: u64, out: &mut [u32]) {
        let group_start = start - start % PHILOX_GROUP as u64;
        let mut skipped = (start - group_start) as usize;
        let mut out = out;
        for counter in (group_start / 4..).step_by(PHILOX_GROUP / 4) {
            let mut group = [0u32; PHILOX_GROUP];
            for half in [0, COUNTERS] {
                for (w, words) in philox(key, counter + half as u64).iter().enumerate() {
                    for i in 0..COUNTERS {
                        group[w * PHILOX_GROUP / 4 + half + i] = words[i] as u32;
                    }
                }
            }
            let taken = (PHILOX_GROUP - skipped).min(out.len());
            let (now, later) = out.split_at_mut(taken);
            now.copy_from_slice(&group[skipped..][..taken]);
            (out, skipped) = (later, 0);
            if out.is_empty() {
                return;
            }
        }
    }

    /// Zeroes the elements whose bit is 0. Bit 0 of the first word is that of the first element.
    pub fn keep_bits<R>(values: &mut [R], bits: &[u64]) {
        for (part, bits) in values.chunks_mut(32).zip(bits.iter().flat_map(|b| [*b as u32, (*b >> 32) as u32])) {
            for (i, x) in part.iter_mut().enumerate() {
                *x = if bits & 1 << i == 0 { R::ZERO } else { *x };
            }
        }
    }
}

/// Zeroes the elements whose bit is 0. The first element's bit is number `from`.
pub fn keep_masked<R: Real>(level: Level, values: &mut [R], bits: &[u64], from: usize) {
    let bits = &bits[from / 64..];
    match from % 64 {
        0 => keep_bits(level, values, bits),
        shift => {
            for (i, part) in values.chunks_mut(64).enumerate() {
                let later = bits.get(i + 1).map_or(0, |word| word << (64 - shift));
                keep_bits(level, part, &[bits[i] >> shift | later]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Philox4x32-10 for one counter, straight from the paper.
    fn one_philox(key: u64, counter: u64) -> [u32; 4] {
        let mut k = [key as u32, (key >> 32) as u32];
        let mut c = [counter as u32, (counter >> 32) as u32, 0, 0];
        for _ in 0..10 {
            let (a, b) = (u64::from(c[0]) * 0xD251_1F53, u64::from(c[2]) * 0xCD9E_8D57);
            c = [(b >> 32) as u32 ^ c[1] ^ k[0], b as u32, (a >> 32) as u32 ^ c[3] ^ k[1], a as u32];
            k = [k[0].wrapping_add(0x9E37_79B9), k[1].wrapping_add(0xBB67_AE85)];
        }
        c
    }

    /// The known answer of the authors' library (Random123) for a key and counter of zeros.
    #[test]
    fn philox_gives_its_authors_known_answer() {
        assert_eq!(
            philox(0, 0).map(|word| word[0] as u32),
            [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]
        );
        assert_eq!(one_philox(0, 0), [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]);
    }

    proptest! {
        #[test]
        fn random_masks_are_a_function_of_key_and_element(key: u64, group in 0u64..1 << 40, words in 0usize..5, threshold in 0u64..=1 << 32, skipped in 0u64..200) {
            let start = group * PHILOX_GROUP as u64;
            let word = |g: u64, e: u64| one_philox(key, 16 * g + e % 16)[(e / 16) as usize];
            let bit = |i: u64| {
                let (g, e) = (i / 64, i % 64);
                u64::from(word(g, e)) < threshold
            };
            for level in Level::available() {
                let mut bits = vec![u64::MAX; words];
                random_mask(level, key, start, threshold, &mut bits);
                for i in 0..64 * words as u64 {
                    prop_assert_eq!(bits[(i / 64) as usize] >> (i % 64) & 1 == 1, bit(start + i));
                }
                let mut found = vec![0; words * 50];
                random_words(level, key, start + skipped, &mut found);
                for (i, found) in (start + skipped..).zip(found) {
                    prop_assert_eq!(found, word(i / 64, i % 64));
                }
            }
        }

        #[test]
        fn masks_keep_the_elements_of_their_bits(
            bits in prop::collection::vec(any::<u64>(), 5), from in 0usize..64, length in 0usize..=256,
        ) {
            let kept = |i: usize| bits[i / 64] >> (i % 64) & 1 == 1;
            let expected: Vec<f64> = (from..from + length).map(|i| if kept(i) { -1.5 } else { 0.0 }).collect();
            for level in Level::available() {
                let mut values = vec![-1.5f64; length];
                keep_masked(level, &mut values, &bits, from);
                prop_assert_eq!(&values, &expected);
            }
        }

        #[test]
        fn keeps_or_drops_the_largest(values in prop::collection::vec(-4i8..4, 0..100), least in 0u32..5) {
            let values: Vec<f32> = values.iter().map(|x| f32::from(*x)).collect();
            let least = (least as f32).key();
            let expected = |kept: bool| -> Vec<f32> {
                values.iter().map(|x| if (x.key() >= least) == kept { *x } else { 0.0 }).collect()
            };
            for level in Level::available() {
                let (mut kept, mut dropped) = (values.clone(), values.clone());
                keep_largest(level, &mut kept, least);
                prop_assert_eq!(kept, expected(true));
                drop_largest(level, &mut dropped, least);
                prop_assert_eq!(dropped, expected(false));
            }
        }
    }
}
