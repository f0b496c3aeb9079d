//! The bits of every dtype survive, and their digits are as few as can be.

use fundir_core::dtype::ALL;
use fundir_core::kernels::elements::convert;
use fundir_core::kernels::simd::Level;
use fundir_core::text::Style;
use proptest::prelude::*;
use safetensors::Dtype;

use crate::blocks::{STYLES, read_all, read_at_once, written};

/// The bytes with every NaN as reading gives it: without sign and payload.
fn with_plain_nans(dtype: Dtype, bytes: &[u8]) -> Vec<u8> {
    let mut plain = bytes.to_vec();
    match dtype {
        Dtype::F32 | Dtype::C64 => {
            for x in plain.as_chunks_mut::<4>().0 {
                if f32::from_le_bytes(*x).is_nan() {
                    *x = f32::NAN.to_le_bytes();
                }
            }
        }
        Dtype::F64 => {
            for x in plain.as_chunks_mut::<8>().0 {
                if f64::from_le_bytes(*x).is_nan() {
                    *x = f64::NAN.to_le_bytes();
                }
            }
        }
        Dtype::BOOL => plain.iter_mut().for_each(|x| *x = u8::from(*x != 0)),
        Dtype::F16 | Dtype::BF16 | Dtype::F8_E5M2 | Dtype::F8_E4M3 => {
            let mut wide = vec![0; 8 * bytes.len() * 8 / dtype.bitsize()];
            convert(Level::SCALAR, dtype, bytes, Dtype::F64, &mut wide).unwrap();
            convert(Level::SCALAR, Dtype::F64, &wide, dtype, &mut plain).unwrap();
        }
        _ => {}
    }
    plain
}

/// Whole elements, and their number is one for which they fill whole bytes.
fn elements() -> impl Strategy<Value = (Dtype, Vec<u8>)> {
    (prop::sample::select(ALL.to_vec()), prop::collection::vec(any::<u64>(), 0..40)).prop_map(
        |(dtype, words)| {
            let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
            let whole = if dtype.bitsize() == 6 { bytes.len() - bytes.len() % 3 } else { bytes.len() };
            (dtype, bytes[..whole].to_vec())
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn every_dtype_in_every_style_and_block(
        (dtype, bytes) in elements(),
        in_line in 1u64..12,
        room in 0usize..200,
        block in 1usize..300,
        capacity in 1usize..10,
    ) {
        for style in STYLES {
            let text = written(dtype, &bytes, style, in_line, 4 * 32 + room);
            let (back, left) = read_all(text.as_bytes(), style, dtype, block, 24 * capacity).unwrap();
            prop_assert_eq!(&back, &with_plain_nans(dtype, &bytes), "{} {:?} {}", dtype, style, text);
            prop_assert_eq!(left.taken, text.len());
            prop_assert_eq!(left.line, 1 + text.matches('\n').count() as u64);
        }
    }

    #[test]
    fn digits_are_the_fewest(singles in prop::collection::vec(any::<f32>(), 1..20), doubles in prop::collection::vec(any::<f64>(), 1..20)) {
        // The standard library's exponent form has the fewest digits.
        let fewest = |shortest: String| shortest.split('e').next().unwrap().replace(['.', '-'], "").len();
        let texts = |text: &str| -> Vec<String> { text.trim_end_matches(']').split(',').map(str::to_owned).collect() };
        let bytes: Vec<u8> = singles.iter().flat_map(|x| x.to_le_bytes()).collect();
        for (x, text) in singles.iter().zip(texts(&written(Dtype::F32, &bytes, Style::Json, 1000, 4096))) {
            if x.is_finite() {
                prop_assert_eq!(text.parse::<f32>().unwrap().to_bits(), x.to_bits());
                prop_assert_eq!(significant(&text), fewest(format!("{x:e}")), "{}", text);
            }
        }
        let bytes: Vec<u8> = doubles.iter().flat_map(|x| x.to_le_bytes()).collect();
        for (x, text) in doubles.iter().zip(texts(&written(Dtype::F64, &bytes, Style::Json, 1000, 4096))) {
            if x.is_finite() {
                prop_assert_eq!(text.parse::<f64>().unwrap().to_bits(), x.to_bits());
                prop_assert_eq!(significant(&text), fewest(format!("{x:e}")), "{}", text);
            }
        }
    }
}

/// Digits without zeros in front and behind, one at least.
fn significant(text: &str) -> usize {
    let digits = text.split('e').next().unwrap().replace(['.', '-'], "");
    digits.trim_matches('0').len().max(1)
}

#[test]
fn every_16_bit_and_narrower_float_survives() {
    for dtype in ALL.into_iter().filter(|dtype| dtype.bitsize() <= 16) {
        let bytes: Vec<u8> = match dtype.bitsize() {
            16 => (0..=u16::MAX).flat_map(u16::to_le_bytes).collect(),
            6 => (0..=u16::MAX).flat_map(|x| [x as u8, (x >> 8) as u8, (x >> 4) as u8]).collect(),
            _ => (0..=u8::MAX).collect(),
        };
        let text = written(dtype, &bytes, Style::Json, 16, 1 << 16);
        assert_eq!(
            read_at_once(&text, Style::Json, dtype).unwrap(),
            with_plain_nans(dtype, &bytes),
            "{dtype}"
        );
    }
}
