//! Random masks: Philox, addressed by element, and mt19937 as one stream over the whole merge.

use super::blocks::BLOCK;
use super::plan::Generator;
use crate::kernels::convert::f32_to_bf16;
use crate::kernels::simd::Level;
use crate::kernels::sparsify::{RANDOM_GROUP, random_mask, random_words};

/// Where the masks of a merge come from. Tensors draw in the order of the plan.
#[derive(Debug)]
pub enum Masks {
    /// Philox4x32-10, with a key of its own for each tensor and model.
    Philox {
        /// The seed of the merge.
        seed: u64,
    },
    /// mergekit's stream.
    Mt19937(Box<Mt19937>),
}

/// The random words of one model's elements in one tensor: 32 bits each, evenly distributed.
#[derive(Debug)]
pub enum Words {
    /// Computed from the element's number.
    Philox {
        /// The key of the tensor and model.
        key: u64,
    },
    /// The part of mergekit's stream that belongs to the tensor and model.
    Mt19937 {
        /// The generator as it stands before every [`BLOCK`]-th element.
        states: Vec<Mt19937>,
        /// Probabilities are rounded to BF16 and not only to F32.
        bf16: bool,
    },
}

impl Words {
    /// What the word of an element has to be below for an event of this probability: the probability times 2³², rounded up.
    pub fn threshold(&self, probability: f64) -> u64 {
        let probability = match self {
            Words::Philox { .. } => probability,
            Words::Mt19937 { bf16: false, .. } => f64::from(probability as f32),
            Words::Mt19937 { bf16: true, .. } => f64::from(bf16_rounded(probability as f32)),
        };
        (probability * 2f64.powi(32)).ceil() as u64
    }

    /// The words of the elements from number `start` on.
    pub fn fill(&self, level: Level, start: u64, out: &mut [u32]) {
        match self {
            Words::Philox { key } => random_words(level, *key, start, out),
            Words::Mt19937 { states, .. } => {
                let mut random = states[(start / BLOCK) as usize].clone();
                (0..start % BLOCK).for_each(|_| _ = random.next());
                out.fill_with(|| random.word());
            }
        }
    }

    /// A bit for each element from number `start` on, a multiple of [`RANDOM_GROUP`]: 1 where its word is below `threshold`.
    pub fn bits_below(&self, level: Level, start: u64, threshold: u64, bits: &mut [u64]) {
        debug_assert!(start.is_multiple_of(RANDOM_GROUP as u64));
        match self {
            Words::Philox { key } => random_mask(level, *key, start, threshold, bits),
            Words::Mt19937 { .. } => {
                let mut words = vec![0; bits.len() * 64];
                self.fill(level, start, &mut words);
                for (bits, words) in bits.iter_mut().zip(words.as_chunks::<64>().0) {
                    let below = |i: usize| u64::from(u64::from(words[i]) < threshold) << i;
                    *bits = (0..64).map(below).fold(0, |all, bit| all | bit);
                }
            }
        }
    }
}

impl Masks {
    /// The masks of a merge with this generator and seed.
    pub fn new(generator: Generator, seed: u64) -> Masks {
        match generator {
            // Where there is no generator the engine lets nobody draw.
            Generator::Philox | Generator::None => Masks::Philox { seed },
            Generator::Mt19937 => Masks::Mt19937(Box::new(Mt19937::new(seed as u32))),
        }
    }

    /// The words of one tensor's models, drawn in their order. `bf16` says that mergekit would compute this tensor in BF16,
    /// where it rounds probabilities to that dtype first; only its own stream heeds it.
    pub fn draw(&mut self, name: &str, elements: u64, bf16: bool, models: &[u32]) -> Vec<Words> {
        let mut one = |model: &u32| match self {
            Masks::Philox { seed } => Words::Philox { key: philox_key(*seed, name, *model) },
            Masks::Mt19937(random) => Words::Mt19937 { states: states(random, elements), bf16 },
        };
        models.iter().map(&mut one).collect()
    }

    /// Goes on as if the words had been drawn.
    pub fn skip(&mut self, elements: u64, models: usize) {
        if let Masks::Mt19937(random) = self {
            (0..elements * models as u64).for_each(|_| _ = random.next());
        }
    }
}

fn bf16_rounded(x: f32) -> f32 {
    f32::from_bits(u32::from(f32_to_bf16(x)) << 16)
}

/// Draws a word for each element; the generator before every [`BLOCK`]-th.
fn states(random: &mut Mt19937, elements: u64) -> Vec<Mt19937> {
    let mut states = Vec::new();
    for i in 0..elements {
        if i.is_multiple_of(BLOCK) {
            states.push(random.clone());
        }
        random.next();
    }
    states
}

/// The Philox key of a tensor and model: FNV-1a of the name, mixed with seed and model by the finalizer of SplitMix64.
fn philox_key(seed: u64, name: &str, model: u32) -> u64 {
    let hash = name
        .bytes()
        .fold(0xCBF2_9CE4_8422_2325u64, |h, byte| (h ^ u64::from(byte)).wrapping_mul(0x100_0000_01B3));
    mix(hash ^ mix(seed ^ mix(u64::from(model))))
}

fn mix(x: u64) -> u64 {
    let x = x.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let x = (x ^ x >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let x = (x ^ x >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ x >> 31
}

/// The Mersenne Twister of Matsumoto and Nishimura (1998), seeded as its `init_genrand` does.
#[derive(Debug, Clone)]
pub struct Mt19937 {
    state: [u32; 624],
    next: usize,
}

impl Mt19937 {
    /// A generator with this seed.
    pub fn new(seed: u32) -> Mt19937 {
        let mut state = [seed; 624];
        for i in 1..624 {
            let before = state[i - 1];
            state[i] = (before ^ before >> 30).wrapping_mul(1_812_433_253).wrapping_add(i as u32);
        }
        Mt19937 { state, next: 624 }
    }

    /// The next 32 random bits.
    #[allow(clippy::should_implement_trait)]
    pub fn next(&mut self) -> u32 {
        if self.next == 624 {
            self.twist();
        }
        let x = self.state[self.next];
        self.next += 1;
        let x = x ^ x >> 11;
        let x = x ^ x << 7 & 0x9D2C_5680;
        let x = x ^ x << 15 & 0xEFC6_0000;
        x ^ x >> 18
    }

    /// The next random word: the 24 bits that mergekit makes a fraction of, in the high bits.
    fn word(&mut self) -> u32 {
        self.next() << 8
    }

    fn twist(&mut self) {
        for i in 0..624 {
            let x = self.state[i] & 0x8000_0000 | self.state[(i + 1) % 624] & 0x7FFF_FFFF;
            let odd = if x & 1 == 1 { 0x9908_B0DF } else { 0 };
            self.state[i] = self.state[(i + 397) % 624] ^ x >> 1 ^ odd;
        }
        self.next = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mt19937_gives_the_first_and_the_ten_thousandth_number_of_the_standard() {
        let mut random = Mt19937::new(5489);
        assert_eq!(random.next(), 3_499_211_612);
        for _ in 0..9998 {
            random.next();
        }
        assert_eq!(random.next(), 4_123_659_995, "the 10,000th, as the C++ standard demands of mt19937");
    }

    #[test]
    fn models_draw_from_the_stream_one_after_the_other() {
        let (mut masks, mut stream) = (Masks::new(Generator::Mt19937, 42), Mt19937::new(42));
        masks.skip(50, 2);
        (0..100).for_each(|_| _ = stream.next());
        let elements = BLOCK + 100;
        for words in masks.draw("t", elements, false, &[1, 2]) {
            let expected: Vec<u32> = (0..elements).map(|_| stream.next() << 8).collect();
            for start in [0, 64, BLOCK - 64, BLOCK, BLOCK + 64] {
                let place = start as usize..(start as usize + 64).min(elements as usize);
                let mut found = vec![0; place.len()];
                words.fill(Level::SCALAR, start, &mut found);
                assert_eq!(found, expected[place]);
            }
        }
    }

    #[test]
    fn bits_and_words_say_the_same() {
        for generator in [Generator::Philox, Generator::Mt19937] {
            let words = &Masks::new(generator, 7).draw("t", 5000, false, &[1])[0];
            let threshold = words.threshold(0.3);
            let (mut bits, mut numbers) = ([0; 3], [0; 192]);
            words.bits_below(Level::SCALAR, 4096, threshold, &mut bits);
            words.fill(Level::SCALAR, 4096, &mut numbers);
            for (i, word) in numbers.iter().enumerate() {
                assert_eq!(bits[i / 64] >> (i % 64) & 1 == 1, u64::from(*word) < threshold);
            }
        }
    }

    #[test]
    fn thresholds_are_exact_and_rounded_as_mergekit_rounds() {
        let philox = Words::Philox { key: 0 };
        assert_eq!(philox.threshold(0.5), 1 << 31);
        assert_eq!(philox.threshold(1.0), 1 << 32);
        assert_eq!(philox.threshold(1e-12), 1, "what can happen does");
        let drawn = |bf16| Words::Mt19937 { states: vec![], bf16 };
        assert_eq!(drawn(false).threshold(0.1), (f64::from(0.1f32) * 2f64.powi(32)).ceil() as u64);
        assert_eq!(drawn(true).threshold(0.1), 0x19A0_0000, "0.1 is 0x3DCD in BF16");
    }

    #[test]
    fn models_tensors_and_seeds_have_keys_of_their_own() {
        let keys =
            [philox_key(0, "a", 0), philox_key(0, "a", 1), philox_key(0, "b", 0), philox_key(1, "a", 0)];
        assert!((0..4).all(|i| keys[i + 1..].iter().all(|k| *k != keys[i])));
    }
}
