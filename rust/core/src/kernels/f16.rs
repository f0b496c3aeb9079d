//! F16 to F32 by the instruction that x86-64 has for it. In steps, which the compiler finds no such instruction in, it takes
//! three times as long on bytes in the cache.

use super::convert::f16_to_f32;
#[cfg(target_arch = "x86_64")]
use super::simd::Kind;
use super::simd::{Level, kernels};

/// Widens F16 to the bytes of F32. A NaN keeps its sign and payload; a signalling one becomes quiet, as processors do it.
pub fn widen(level: Level, bytes: &[u8], out: &mut [u8]) {
    match level.kind() {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: these levels are only made after this machine was found to have AVX2 and F16C.
        Kind::Avx2 | Kind::Avx512 => unsafe { by_instruction(bytes, out) },
        _ => in_steps(level, bytes, out),
    }
}

kernels! {
    /// Widens F16 to the bytes of F32, as [`widen`] does.
    pub fn in_steps(bytes: &[u8], out: &mut [u8]) {
        for (o, b) in out.as_chunks_mut::<4>().0.iter_mut().zip(bytes.as_chunks::<2>().0) {
            let bits = f16_to_f32(u16::from_le_bytes(*b)).to_bits();
            let is_nan = (bits & 0x7FFF_FFFF) as i32 > 0x7F80_0000;
            *o = (bits | u32::from(is_nan) << 22).to_le_bytes();
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,f16c")]
fn by_instruction(bytes: &[u8], out: &mut [u8]) {
    use std::arch::x86_64::{_mm_set_epi64x, _mm256_castps_si256, _mm256_cvtph_ps, _mm256_extract_epi64};
    let (eights, rest) = bytes.as_chunks::<16>();
    let (wide_eights, wide_rest) = out.as_chunks_mut::<32>();
    for (o, b) in wide_eights.iter_mut().zip(eights) {
        // The compiler makes one load of the two words, and one store of the four.
        let [low, high] = [0, 1].map(|i| i64::from_le_bytes(b.as_chunks::<8>().0[i]));
        let wide = _mm256_castps_si256(_mm256_cvtph_ps(_mm_set_epi64x(high, low)));
        let words = [
            _mm256_extract_epi64::<0>(wide),
            _mm256_extract_epi64::<1>(wide),
            _mm256_extract_epi64::<2>(wide),
            _mm256_extract_epi64::<3>(wide),
        ];
        for (o, word) in o.as_chunks_mut::<8>().0.iter_mut().zip(words) {
            *o = word.to_le_bytes();
        }
    }
    in_steps(Level::SCALAR, rest, wide_rest);
}
