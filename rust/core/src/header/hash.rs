//! The hash of tensor names in the header index.
//!
//! The JVM computes the same hash for its look-ups, so the function is part of the ABI:
//!
//! ```text
//! mix(a, b)  = low 64 bits of a*b  XOR  high 64 bits of a*b          (a and b unsigned, a*b has 128 bits)
//! multiplier = mix(seed XOR 0x9E3779B97F4A7C15, 0xD6E8FEB86659FD93) OR 1
//! h          = seed XOR length                                        (length in bytes)
//! for each full 8 bytes of the name, as a little-endian word w:   h = mix(h XOR w, multiplier)
//! for the 0 to 7 bytes left, as a little-endian word w with zeros above:  h = mix(h XOR w, multiplier)
//! hash       = mix(h, multiplier XOR 0xA0761D6478BD642F)
//! ```
//!
//! Both operands of each product depend on the seed, so names that collide cannot be prepared without knowing it.
//! The product has to be unsigned: with a signed one the words `x` and `-x` would give related results under any seed.

const SEED_SPREAD: u64 = 0x9E37_79B9_7F4A_7C15;
const SEED_MULTIPLIER: u64 = 0xD6E8_FEB8_6659_FD93;
const FINISH: u64 = 0xA076_1D64_78BD_642F;

/// The hash function under one seed.
#[derive(Debug, Clone, Copy)]
pub struct NameHasher {
    seed: u64,
    multiplier: u64,
}

impl NameHasher {
    /// The function for `seed`.
    pub fn new(seed: u64) -> Self {
        NameHasher { seed, multiplier: mix(seed ^ SEED_SPREAD, SEED_MULTIPLIER) | 1 }
    }

    /// The hash of `name`, the UTF-8 bytes of a tensor's name.
    pub fn hash(&self, name: &[u8]) -> u64 {
        let (words, rest) = name.as_chunks::<8>();
        let mut last = [0; 8];
        last[..rest.len()].copy_from_slice(rest);
        let h = words.iter().chain([&last]).fold(self.seed ^ name.len() as u64, |h, word| {
            mix(h ^ u64::from_le_bytes(*word), self.multiplier)
        });
        mix(h, self.multiplier ^ FINISH)
    }
}

/// The hash of `name` under `seed`; see the head of this file for the definition.
pub fn name_hash(name: &[u8], seed: u64) -> u64 {
    NameHasher::new(seed).hash(name)
}

#[inline]
fn mix(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    product as u64 ^ (product >> 64) as u64
}
