//! Which elements a density leaves out: by magnitude, or at random.

use super::simd::kernels;

/// Elements whose words are drawn together.
pub const RANDOM_GROUP: usize = 4096;

/// Leading bits of a group's random words that are drawn as planes: a plane has one bit of each word.
const PLANES: usize = 8;

/// Philox counters of a plane: a block is a bit of 128 elements' words.
const COUNTERS: usize = RANDOM_GROUP / 128;

/// A bit of each word of a group, 64 to an item: the lower halves of the counters' blocks, then the higher ones.
type Plane = [u64; 2 * COUNTERS];

/// The leading bits of a word and the rest of it come from counters that differ in their third word.
#[derive(Clone, Copy)]
enum Part {
    Leading = 0,
    Rest = 1,
}

/// Ten rounds of Philox4x32 (Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as 1, 2, 3", 2011) for some counters,
/// whose rounds go in step so that the processor does not wait for a product: each block of 128 bits, the lower half first.
/// Words are kept in 64 bits, of which only the lower 32 count: that is how vectors multiply.
#[inline(always)]
fn philox<const N: usize>(key: u64, counters: [u64; N], part: Part) -> [[u64; 2]; N] {
    const WORD: u64 = 0xFFFF_FFFF;
    let (mut k0, mut k1) = (key & WORD, key >> 32);
    let mut states = counters.map(|counter| [counter, counter >> 32, part as u64, 0]);
    for _ in 0..10 {
        for [c0, c1, c2, c3] in &mut states {
            let p0 = 0xD251_1F53 * (*c0 & WORD);
            let p1 = 0xCD9E_8D57 * (*c2 & WORD);
            (*c0, *c1) = (p1 >> 32 ^ *c1 ^ k0, p1);
            (*c2, *c3) = (p0 >> 32 ^ *c3 ^ k1, p0);
        }
        (k0, k1) = (k0.wrapping_add(0x9E37_79B9), k1.wrapping_add(0xBB67_AE85));
    }
    states.map(|[c0, c1, c2, c3]| [c0 & WORD | c1 << 32, c2 & WORD | c3 << 32])
}

/// Draws a plane of a group; number 0 is the highest bit.
#[inline(always)]
fn draw_plane(key: u64, group: u64, number: usize, plane: &mut Plane) {
    /// Counters are drawn two at a time.
    const STEP: usize = COUNTERS / 2;
    let first = (group * PLANES as u64 + number as u64) * COUNTERS as u64;
    let (lower, higher) = plane.split_at_mut(COUNTERS);
    let ((lower, lower_later), (higher, higher_later)) =
        (lower.split_at_mut(STEP), higher.split_at_mut(STEP));
    for i in 0..STEP {
        let counter = first + i as u64;
        let [now, later] = philox(key, [counter, counter + STEP as u64], Part::Leading);
        (lower[i], higher[i]) = (now[0], now[1]);
        (lower_later[i], higher_later[i]) = (later[0], later[1]);
    }
}

/// The words of four elements but for their leading bits, from that of number `4·quarter` on.
#[inline(always)]
fn rests(key: u64, quarter: u64) -> [u32; 4] {
    let [[lower, higher]] = philox(key, [quarter], Part::Rest);
    [lower as u32, (lower >> 32) as u32, higher as u32, (higher >> 32) as u32].map(|word| word & 0xFF_FFFF)
}

/// Adds the bits of the `equal` elements of a group, whose leading bits leave it open, where the rest of the word is below `rest`.
#[inline(always)]
fn add_below_in_rest(key: u64, group: u64, rest: u32, equal: &Plane, bits: &mut [u64]) {
    let starts = (group * RANDOM_GROUP as u64..).step_by(64);
    for ((start, bits), equal) in starts.zip(bits).zip(equal) {
        let mut equal = *equal;
        while equal != 0 {
            let at = u64::from(equal.trailing_zeros());
            let word = rests(key, (start + at) / 4)[(at % 4) as usize];
            *bits |= u64::from(word < rest) << at;
            equal &= equal - 1;
        }
    }
}

kernels! {
    /// Zeroes the elements with a magnitude that is not at least `least`.
    pub fn keep_largest<R>(values: &mut [R], least: R) {
        for x in values {
            *x = if x.abs() >= least { *x } else { R::ZERO };
        }
    }

    /// Draws a bit for each element, 64 to a word of `bits`, that is 1 when the element's random word is below `threshold`. The
    /// first bit is that of element `start` of its tensor.
    ///
    /// The highest eight bits of the word of element `i` are bits of Philox blocks: with `g = ⌊i/4096⌋` and
    /// `w = ⌊(i mod 4096)/64⌋`, bit `31 − n` is bit `64·⌊w/32⌋ + i mod 64` of the block with counter `(32·(8g + n) + w mod 32, 0)`.
    /// They are compared with those of the threshold from the highest on, as long as the threshold has other bits that are not
    /// 0. The lower 24 bits are those of word `i mod 4` of the block with counter `(⌊i/4⌋, 1)`. They are seldom needed: only
    /// where the bits before are those of the threshold.
    ///
    /// # Panics
    /// If `start` is no multiple of [`RANDOM_GROUP`].
    pub fn random_mask(key: u64, start: u64, threshold: u64, bits: &mut [u64]) {
        assert_eq!(start % RANDOM_GROUP as u64, 0);
        let Ok(threshold) = u32::try_from(threshold) else {
            return bits.fill(u64::MAX);
        };
        let rest = threshold & 0xFF_FFFF;
        let compared = if rest == 0 { PLANES.min(32 - threshold.trailing_zeros() as usize) } else { PLANES };
        let mut plane = [0; 2 * COUNTERS];
        for (group, bits) in (start / RANDOM_GROUP as u64..).zip(bits.chunks_mut(RANDOM_GROUP / 64)) {
            let (mut below, mut equal) = ([0; 2 * COUNTERS], [u64::MAX; 2 * COUNTERS]);
            for number in 0..compared {
                draw_plane(key, group, number, &mut plane);
                let bit = if threshold << number >> 31 == 1 { u64::MAX } else { 0 };
                for ((below, equal), drawn) in below.iter_mut().zip(&mut equal).zip(&plane) {
                    *below |= *equal & bit & !drawn;
                    *equal &= !(bit ^ drawn);
                }
            }
            bits.copy_from_slice(&below[..bits.len()]);
            if rest != 0 {
                add_below_in_rest(key, group, rest, &equal, bits);
            }
        }
    }

    /// Draws a word for each element from number `start` of its tensor on: those that [`random_mask`] compares.
    pub fn random_words(key: u64, start: u64, out: &mut [u32]) {
        let mut plane = [0; 2 * COUNTERS];
        let mut drawn = [[0u32; 4]; RANDOM_GROUP / 4];
        let mut skipped = (start % RANDOM_GROUP as u64) as usize;
        let mut out = out;
        for group in start / RANDOM_GROUP as u64.. {
            for (quarter, words) in (group * RANDOM_GROUP as u64 / 4..).zip(&mut drawn) {
                *words = rests(key, quarter);
            }
            let drawn = drawn.as_flattened_mut();
            for number in 0..PLANES {
                draw_plane(key, group, number, &mut plane);
                for (words, bits) in drawn.as_chunks_mut::<64>().0.iter_mut().zip(&plane) {
                    for (i, word) in words.iter_mut().enumerate() {
                        *word |= ((bits >> i & 1) as u32) << (31 - number);
                    }
                }
            }
            let taken = (RANDOM_GROUP - skipped).min(out.len());
            let (now, later) = out.split_at_mut(taken);
            now.copy_from_slice(&drawn[skipped..][..taken]);
            (out, skipped) = (later, 0);
            if out.is_empty() {
                return;
            }
        }
    }
}

/// The bits of elements from number `from` on, `count` of them: where they do not begin a word, moved into `shifted`.
pub fn aligned_bits<'b>(bits: &'b [u64], from: usize, count: usize, shifted: &'b mut [u64]) -> &'b [u64] {
    let bits = &bits[from / 64..];
    match from % 64 {
        0 => bits,
        shift => {
            let words = count.div_ceil(64);
            for (i, word) in shifted[..words].iter_mut().enumerate() {
                let later = bits.get(i + 1).map_or(0, |word| word << (64 - shift));
                *word = bits[i] >> shift | later;
            }
            &shifted[..words]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::simd::Level;
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
        let (g, w) = (element / 4096, element % 4096 / 64);
        let at = 64 * (w / 32) + element % 64;
        let leading = (0..8).map(|n| {
            let block = one_philox(key, 32 * (8 * g + n) + w % 32, 0);
            (block[(at / 32) as usize] >> (at % 32) & 1) << (31 - n)
        });
        leading.sum::<u32>() | one_philox(key, element / 4, 1)[(element % 4) as usize] & 0xFF_FFFF
    }

    /// The known answer of the authors' library (Random123) for a key and counter of zeros.
    #[test]
    fn philox_gives_its_authors_known_answer() {
        assert_eq!(philox(0, [0], Part::Leading), [[0xe169_c58d_6627_e8d5, 0x9b00_dbd8_bc57_ac4c]]);
        assert_eq!(one_philox(0, 0, 0), [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]);
    }

    proptest! {
        #[test]
        fn random_masks_are_a_function_of_key_and_element(
            key: u64, group in 0u64..1 << 40, words in 0usize..140, any in 0u64..=1 << 32, skipped in 0u64..6000, at in 0u64..4096,
        ) {
            let start = group * RANDOM_GROUP as u64;
            // Thresholds next to a word that is drawn are those that both of its parts decide about.
            let near = u64::from(word(key, start + at));
            for threshold in [any, near, near + 1, any & !0 << 24, 1 << 31, 3 << 30, 0] {
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
        fn bits_from_any_place_on_are_moved_to_the_first(
            bits in prop::collection::vec(any::<u64>(), 5), from in 0usize..64, count in 0usize..=256,
        ) {
            let mut shifted = [u64::MAX; 4];
            let found = aligned_bits(&bits, from, count, &mut shifted);
            for i in 0..count {
                prop_assert_eq!(found[i / 64] >> (i % 64) & 1, bits[(from + i) / 64] >> ((from + i) % 64) & 1);
            }
        }

        #[test]
        fn keeps_the_largest(values in prop::collection::vec(-4i8..4, 0..100), least in 0u8..5) {
            let nan = values.iter().map(|x| if *x == -4 { f32::NAN } else { f32::from(*x) });
            let (values, least): (Vec<f32>, _) = (nan.collect(), f32::from(least));
            let expected: Vec<_> = values.iter().map(|x| if x.abs() >= least { *x } else { 0.0 }).collect();
            for level in Level::available() {
                let mut kept = values.clone();
                keep_largest(level, &mut kept, least);
                prop_assert_eq!(kept, expected.clone());
            }
        }
    }
}
