//! Setting the elements to zero that a density leaves out.

use super::real::Real;
use super::simd::kernels;

/// Elements that share 16 Philox counters, see [`keep_random`].
const PHILOX_GROUP: usize = 64;
const COUNTERS: usize = PHILOX_GROUP / 4;

/// One word of 16 counters side by side. The words are 32 bits in 64-bit lanes, where their products fit.
type Words = [u64; COUNTERS];

/// Ten rounds of Philox4x32 (Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as 1, 2, 3", 2011) for the
/// counters `first..first + 16`.
#[inline(always)]
fn philox(key: u64, first: u64) -> [Words; 4] {
    const MULTIPLIERS: [u64; 2] = [0xD251_1F53, 0xCD9E_8D57];
    const WEYL: [u32; 2] = [0x9E37_79B9, 0xBB67_AE85];
    const LOW: u64 = 0xFFFF_FFFF;
    let mut k = [key as u32, (key >> 32) as u32];
    let counters: Words = std::array::from_fn(|i| first + i as u64);
    let mut c = [counters.map(|x| x & LOW), counters.map(|x| x >> 32), [0; COUNTERS], [0; COUNTERS]];
    for _ in 0..10 {
        let mut next: [Words; 4] = [[0; COUNTERS]; 4];
        for i in 0..COUNTERS {
            let p0 = MULTIPLIERS[0] * (c[0][i] & LOW);
            let p1 = MULTIPLIERS[1] * (c[2][i] & LOW);
            next[0][i] = (p1 >> 32) ^ c[1][i] ^ u64::from(k[0]);
            next[1][i] = p1 & LOW;
            next[2][i] = (p0 >> 32) ^ c[3][i] ^ u64::from(k[1]);
            next[3][i] = p0 & LOW;
        }
        c = next;
        k = [k[0].wrapping_add(WEYL[0]), k[1].wrapping_add(WEYL[1])];
    }
    c
}

kernels! {
    /// Zeroes the elements with a key below `least`.
    pub fn keep_largest<R>(values: &mut [R], least: R::Key) {
        for x in values {
            *x = if x.key() >= least { *x } else { R::ZERO };
        }
    }

    /// Keeps each element with a probability of `threshold`·2⁻³². `values` are the elements from `start` on of their tensor.
    ///
    /// Element `i` is kept when its random word is below the threshold: with `g = ⌊i/64⌋` and `e = i mod 64`, word
    /// `⌊e/16⌋` of the Philox block with counter `16g + (e mod 16)`. Each word of a block serves one element.
    ///
    /// # Panics
    /// If `start` is no multiple of 64.
    pub fn keep_random<R>(values: &mut [R], key: u64, start: u64, threshold: u32) {
        assert_eq!(start % PHILOX_GROUP as u64, 0);
        let mut counter = start / 4;
        for group in values.chunks_mut(PHILOX_GROUP) {
            let words = philox(key, counter);
            counter += COUNTERS as u64;
            for (word, part) in words.iter().zip(group.chunks_mut(COUNTERS)) {
                for (word, x) in word.iter().zip(part) {
                    *x = if (*word as u32) < threshold { *x } else { R::ZERO };
                }
            }
        }
    }
}

/// Zeroes the elements below `least`, and of those with exactly that key all after the first `ties`, which is counted down.
pub fn keep_largest_and_first_ties<R: Real>(values: &mut [R], least: R::Key, ties: &mut u64) {
    for x in values {
        let key = x.key();
        let kept = key > least || key == least && *ties > 0;
        *ties -= u64::from(kept && key == least);
        if !kept {
            *x = R::ZERO;
        }
    }
}

/// Zeroes the elements whose bit is 0; the bit of the first element is bit `start` of the mask.
pub fn keep_masked<R: Real>(values: &mut [R], mask: &[u64], start: u64) {
    for (i, x) in (start..).zip(values) {
        if mask[(i / 64) as usize] >> (i % 64) & 1 == 0 {
            *x = R::ZERO;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::simd::Level;
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
        assert_eq!(philox(0, 0).map(|word| word[0]), [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]);
        assert_eq!(one_philox(0, 0), [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]);
    }

    proptest! {
        #[test]
        fn random_masks_are_a_function_of_key_and_element(key: u64, group in 0u64..1 << 40, length in 0usize..200, threshold: u32) {
            let start = group * PHILOX_GROUP as u64;
            let kept = |i: u64| {
                let (g, e) = (i / 64, i % 64);
                one_philox(key, 16 * g + e % 16)[(e / 16) as usize] < threshold
            };
            let expected: Vec<f32> = (start..start + length as u64).map(|i| if kept(i) { 1.5 } else { 0.0 }).collect();
            for level in Level::available() {
                let mut values = vec![1.5f32; length];
                keep_random(level, &mut values, key, start, threshold);
                prop_assert_eq!(&values, &expected);
            }
        }

        #[test]
        fn keeps_the_largest(values in prop::collection::vec(-4i8..4, 0..100), least in 0u32..5, ties in 0u64..10) {
            let values: Vec<f32> = values.iter().map(|x| f32::from(*x)).collect();
            let least = (least as f32).key();
            for level in Level::available() {
                let mut kept = values.clone();
                keep_largest(level, &mut kept, least);
                let expected: Vec<f32> = values.iter().map(|x| if x.key() >= least { *x } else { 0.0 }).collect();
                prop_assert_eq!(kept, expected);
            }
            let (mut kept, mut left, mut expected_left) = (values.clone(), ties, ties);
            keep_largest_and_first_ties(&mut kept, least, &mut left);
            for (x, kept) in values.iter().zip(kept) {
                let tie = x.key() == least && expected_left > 0;
                expected_left -= u64::from(tie);
                prop_assert_eq!(kept, if x.key() > least || tie { *x } else { 0.0 });
            }
            prop_assert_eq!(left, expected_left);
        }
    }

    #[test]
    fn masks_are_read_from_their_first_bit() {
        let mut values = [1.0f32, 2.0, 3.0];
        keep_masked(&mut values, &[1 << 63, 0b10], 63);
        assert_eq!(values, [1.0, 0.0, 3.0]);
    }
}
