//! Setting the elements to zero that a density leaves out.

use super::real::Real;
use super::simd::{Level, kernels};

/// Elements whose words are drawn together, from [`COUNTERS`] Philox counters.
const PHILOX_GROUP: usize = 64;

/// Philox counters of a group.
const COUNTERS: usize = 8;

/// Groups whose counters are computed in one loop, long enough to fill registers of any width.
const GROUPS: usize = 16;

/// The four words of the Philox blocks of several groups.
type Words = [[u32; GROUPS * COUNTERS]; 4];

/// The two halves of the elements' words come from counters that differ in their third word.
#[derive(Clone, Copy)]
enum Half {
    High = 0,
    Low = 1,
}

/// Ten rounds of Philox4x32 (Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as 1, 2, 3", 2011).
#[inline(always)]
fn philox(key: u64, counter: u64, half: Half) -> [u32; 4] {
    let (mut k0, mut k1) = (key as u32, (key >> 32) as u32);
    let (mut c0, mut c1, mut c2, mut c3) = (counter as u32, (counter >> 32) as u32, half as u32, 0);
    for _ in 0..10 {
        let p0 = 0xD251_1F53 * u64::from(c0);
        let p1 = 0xCD9E_8D57 * u64::from(c2);
        (c0, c1) = ((p1 >> 32) as u32 ^ c1 ^ k0, p1 as u32);
        (c2, c3) = ((p0 >> 32) as u32 ^ c3 ^ k1, p0 as u32);
        (k0, k1) = (k0.wrapping_add(0x9E37_79B9), k1.wrapping_add(0xBB67_AE85));
    }
    [c0, c1, c2, c3]
}

/// The words of the groups from that with counter `first` on.
#[inline(always)]
fn philox_words(key: u64, first: u64, half: Half) -> Words {
    let mut words = [[0; GROUPS * COUNTERS]; 4];
    let [w0, w1, w2, w3] = &mut words;
    for (i, (((w0, w1), w2), w3)) in (0u64..).zip(w0.iter_mut().zip(w1).zip(w2).zip(w3)) {
        [*w0, *w1, *w2, *w3] = philox(key, first + i, half);
    }
    words
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

    /// Draws a bit for each element, 64 to a word of `bits`, that is 1 when the element's random word is below `threshold`. The
    /// first bit is that of element `start` of its tensor.
    ///
    /// The high half of the word of element `i` is a half of a Philox word: with `g = ⌊i/64⌋` and `e = i mod 64` it is in word
    /// `⌊e/8⌋ mod 4` of the block with counter `(8g + e mod 8, 0)`, and there the low half for `e < 32`, the high one for the
    /// others. The low half of the word is found in the same way in the block with counter `(8g + e mod 8, 1)`. It is seldom
    /// needed: only where the high half is that of the threshold.
    ///
    /// # Panics
    /// If `start` is no multiple of 64.
    pub fn random_mask(key: u64, start: u64, threshold: u64, bits: &mut [u64]) {
        assert_eq!(start % PHILOX_GROUP as u64, 0);
        let (high, low) = ((threshold >> 16) as u32, (threshold & 0xFFFF) as u32);
        for (batch, bits) in (start / 8..).step_by(GROUPS * COUNTERS).zip(bits.chunks_mut(GROUPS)) {
            let words = philox_words(key, batch, Half::High);
            let below = marks(&words, |half| half < high);
            for (group, bits) in bits.iter_mut().enumerate() {
                *bits = side_by_side(&below, group);
            }
            if low != 0 {
                let equal = marks(&words, |half| half == high);
                for (group, bits) in bits.iter_mut().enumerate() {
                    let equal = side_by_side(&equal, group);
                    if equal != 0 {
                        *bits |= equal & below_in_low_half(key, batch + (group * COUNTERS) as u64, low);
                    }
                }
            }
        }
    }

    /// Draws a word for each element from number `start` of its tensor on: those that [`random_mask`] compares.
    pub fn random_words(key: u64, start: u64, out: &mut [u32]) {
        const BATCH: usize = GROUPS * PHILOX_GROUP;
        let mut skipped = (start % PHILOX_GROUP as u64) as usize;
        let mut out = out;
        for counter in ((start - skipped as u64) / 8..).step_by(GROUPS * COUNTERS) {
            let mut drawn = [0u32; BATCH];
            let high = philox_words(key, counter, Half::High);
            let low = philox_words(key, counter, Half::Low);
            for (w, (high, low)) in high.iter().zip(&low).enumerate() {
                for (i, (high, low)) in high.iter().zip(low).enumerate() {
                    let first = i / COUNTERS * PHILOX_GROUP + w * COUNTERS + i % COUNTERS;
                    drawn[first] = high << 16 | low & 0xFFFF;
                    drawn[first + 32] = high & 0xFFFF_0000 | low >> 16;
                }
            }
            let taken = (BATCH - skipped).min(out.len());
            let (now, later) = out.split_at_mut(taken);
            now.copy_from_slice(&drawn[skipped..][..taken]);
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

/// For each counter, the bits of its eight elements that `test` says, in two halves: those of the elements below 32 of a group
/// and those of the others, at the places of a group's first counter.
type Marks = [[u32; GROUPS * COUNTERS]; 2];

#[inline(always)]
fn marks(words: &Words, test: impl Fn(u32) -> bool) -> Marks {
    let mut marks = [[0; GROUPS * COUNTERS]; 2];
    let [first, second] = &mut marks;
    for (w, words) in words.iter().enumerate() {
        let bit = 1u32 << (w * COUNTERS);
        for ((first, second), word) in first.iter_mut().zip(&mut *second).zip(words) {
            *first |= if test(word & 0xFFFF) { bit } else { 0 };
            *second |= if test(word >> 16) { bit } else { 0 };
        }
    }
    marks
}

/// The bits of a group, each of its counters' moved to its place.
#[inline(always)]
fn side_by_side(marks: &Marks, group: usize) -> u64 {
    let halves = marks.each_ref().map(|half| {
        let counters = &half[group * COUNTERS..][..COUNTERS];
        counters.iter().enumerate().fold(0, |all, (i, bits)| all | bits << i)
    });
    u64::from(halves[0]) | u64::from(halves[1]) << 32
}

/// A bit for each element of the group at `counter` whose word's low half is below `low`.
#[cold]
fn below_in_low_half(key: u64, counter: u64, low: u32) -> u64 {
    let mut bits = 0;
    for i in 0..COUNTERS {
        for (w, word) in philox(key, counter + i as u64, Half::Low).iter().enumerate() {
            bits |= u64::from(word & 0xFFFF < low) << (w * COUNTERS + i);
            bits |= u64::from(word >> 16 < low) << (32 + w * COUNTERS + i);
        }
    }
    bits
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
    fn one_philox(key: u64, counter: u64, third: u32) -> [u32; 4] {
        let mut k = [key as u32, (key >> 32) as u32];
        let mut c = [counter as u32, (counter >> 32) as u32, third, 0];
        for _ in 0..10 {
            let (a, b) = (u64::from(c[0]) * 0xD251_1F53, u64::from(c[2]) * 0xCD9E_8D57);
            c = [(b >> 32) as u32 ^ c[1] ^ k[0], b as u32, (a >> 32) as u32 ^ c[3] ^ k[1], a as u32];
            k = [k[0].wrapping_add(0x9E37_79B9), k[1].wrapping_add(0xBB67_AE85)];
        }
        c
    }

    /// The word of an element, by its definition.
    fn word(key: u64, element: u64) -> u32 {
        let (g, e) = (element / 64, element % 64);
        let half = |third| {
            let word = one_philox(key, 8 * g + e % 8, third)[(e / 8 % 4) as usize];
            if e < 32 { word & 0xFFFF } else { word >> 16 }
        };
        half(0) << 16 | half(1)
    }

    /// The known answer of the authors' library (Random123) for a key and counter of zeros.
    #[test]
    fn philox_gives_its_authors_known_answer() {
        assert_eq!(philox(0, 0, Half::High), [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]);
        assert_eq!(one_philox(0, 0, 0), [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]);
    }

    proptest! {
        #[test]
        fn random_masks_are_a_function_of_key_and_element(
            key: u64, group in 0u64..1 << 40, words in 0usize..5, any in 0u64..=1 << 32, skipped in 0u64..200, at in 0u64..64,
        ) {
            let start = group * PHILOX_GROUP as u64;
            // Thresholds next to a word that is drawn are those that both of its halves decide about.
            let near = u64::from(word(key, start + at));
            for threshold in [any, near, near + 1] {
                for level in Level::available() {
                    let mut bits = vec![u64::MAX; words];
                    random_mask(level, key, start, threshold, &mut bits);
                    for i in 0..64 * words as u64 {
                        let expected = u64::from(word(key, start + i)) < threshold;
                        prop_assert_eq!(bits[(i / 64) as usize] >> (i % 64) & 1 == 1, expected);
                    }
                    let mut found = vec![0; words * 50];
                    random_words(level, key, start + skipped, &mut found);
                    for (i, found) in (start + skipped..).zip(found) {
                        prop_assert_eq!(found, word(key, i));
                    }
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
