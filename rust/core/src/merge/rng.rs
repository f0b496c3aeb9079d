//! Random masks: Philox, addressed by element, and mt19937 as one stream over the whole merge.

use super::block::CHUNK;
use super::plan::Generator;
use crate::kernels::convert::f32_to_bf16;
use crate::kernels::real::Real;
use crate::kernels::simd::Level;
use crate::kernels::sparsify::{keep_masked, random_mask};

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

/// How one model's mask is drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Draw {
    /// The model's number in the recipe.
    pub model: u32,
    /// The probability to keep an element; from 1 on nothing is drawn.
    pub density: f64,
}

/// The mask of one task vector.
#[derive(Debug)]
pub enum Mask {
    /// Nothing is left out.
    All,
    /// Philox words below the threshold keep their element.
    Philox {
        /// The key of the tensor and model.
        key: u64,
        /// The probability, times 2^32.
        threshold: u32,
    },
    /// A bit for each element, drawn beforehand.
    Drawn(Vec<u64>),
}

impl Mask {
    /// Zeroes what the mask leaves out. `values` are a chunk of the tensor that begins with element `start`. Random bits drawn for it are appended to `drawn`, if there is one.
    pub fn apply<R: Real>(&self, level: Level, values: &mut [R], start: u64, drawn: Option<&mut Vec<u64>>) {
        let words = values.len().div_ceil(64);
        match self {
            Mask::All => {}
            Mask::Drawn(bits) => keep_masked(level, values, &bits[(start / 64) as usize..][..words]),
            Mask::Philox { key, threshold } => {
                let mut bits = [0; CHUNK / 64];
                let bits = &mut bits[..words];
                random_mask(level, *key, start, *threshold, bits);
                keep_masked(level, values, bits);
                if let Some(drawn) = drawn {
                    drawn.extend_from_slice(bits);
                }
            }
        }
    }
}

impl Masks {
    /// The masks of a merge with this generator and seed.
    pub fn new(generator: Generator, seed: u64) -> Masks {
        match generator {
            Generator::Philox => Masks::Philox { seed },
            Generator::Mt19937 => Masks::Mt19937(Box::new(Mt19937::new(seed as u32))),
        }
    }

    /// The masks of one tensor's models, in the order of the models. `bf16` says that mergekit would compute this tensor in
    /// BF16, where it rounds the probability to that dtype first; only its own stream heeds it.
    pub fn draw(&mut self, name: &str, elements: u64, bf16: bool, draws: &[Draw]) -> Vec<Mask> {
        let mut one = |draw: &Draw| match self {
            _ if draw.density >= 1.0 => Mask::All,
            Masks::Philox { seed } => Mask::Philox {
                key: philox_key(*seed, name, draw.model),
                threshold: (draw.density * 2f64.powi(32)) as u32,
            },
            Masks::Mt19937(random) => {
                let probability = draw.density as f32;
                let probability = if bf16 { bf16_rounded(probability) } else { probability };
                Mask::Drawn(drawn(random, elements, probability))
            }
        };
        draws.iter().map(&mut one).collect()
    }
}

fn bf16_rounded(x: f32) -> f32 {
    f32::from_bits(u32::from(f32_to_bf16(x)) << 16)
}

fn drawn(random: &mut Mt19937, elements: u64, probability: f32) -> Vec<u64> {
    let mut bits = vec![0u64; elements.div_ceil(64) as usize];
    for i in 0..elements {
        let kept = ((random.next() & 0xFF_FFFF) as f32) * 2f32.powi(-24) < probability;
        bits[(i / 64) as usize] |= u64::from(kept) << (i % 64);
    }
    bits
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
#[derive(Debug)]
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
    fn a_density_of_one_draws_nothing_and_others_follow_each_other() {
        let mut masks = Masks::new(Generator::Mt19937, 42);
        let draws = [1.0, 0.5, 0.25].map(|density| Draw { model: 0, density });
        let mut expected = Mt19937::new(42);
        match &masks.draw("t", 100, false, &draws)[..] {
            [Mask::All, Mask::Drawn(a), Mask::Drawn(b)] => {
                assert_eq!(*a, drawn(&mut expected, 100, 0.5));
                assert_eq!(*b, drawn(&mut expected, 100, 0.25));
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn models_tensors_and_seeds_have_keys_of_their_own() {
        let keys =
            [philox_key(0, "a", 0), philox_key(0, "a", 1), philox_key(0, "b", 0), philox_key(1, "a", 0)];
        assert!((0..4).all(|i| keys[i + 1..].iter().all(|k| *k != keys[i])));
    }
}
