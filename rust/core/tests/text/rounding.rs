//! Numbers that are not of a narrow dtype become the nearest that is, with one rounding and ties to even.

use fundir_core::dtype::ALL;
use fundir_core::kernels::elements::convert;
use fundir_core::kernels::simd::Level;
use fundir_core::text::Style;
use proptest::prelude::*;
use safetensors::Dtype;

use crate::blocks::read_at_once;

/// Floats of 16 bits and less whose neighbours lie evenly, of which each magnitude is known by its code.
fn dtypes() -> impl Iterator<Item = Dtype> {
    ALL.into_iter()
        .filter(|dtype| dtype.bitsize() <= 16 && dtype.to_string().contains('F') && *dtype != Dtype::F8_E8M0)
}

/// The positive finite numbers of a dtype in ascending order, which is that of their codes.
fn magnitudes(dtype: Dtype) -> Vec<f64> {
    let codes = 1usize << (dtype.bitsize() - 1);
    let bytes: Vec<u8> = match dtype.bitsize() {
        16 => (0..codes as u16).flat_map(u16::to_le_bytes).collect(),
        6 => (0..codes as u32)
            .step_by(4)
            .flat_map(|c| {
                let four = c | (c + 1) << 6 | (c + 2) << 12 | (c + 3) << 18;
                [four as u8, (four >> 8) as u8, (four >> 16) as u8]
            })
            .collect(),
        4 => (0..codes as u8).step_by(2).map(|c| c | (c + 1) << 4).collect(),
        _ => (0..codes as u8).collect(),
    };
    let mut wide = vec![0; 8 * codes];
    convert(Level::SCALAR, dtype, &bytes, Dtype::F64, &mut wide).unwrap();
    let values = wide.as_chunks::<8>().0.iter().map(|x| f64::from_le_bytes(*x));
    values.filter(|x| x.is_finite()).collect()
}

/// Reads numbers as `dtype` and gives their values.
fn read(dtype: Dtype, texts: &[String]) -> Vec<f64> {
    let padding = (4 - texts.len() % 4) % 4;
    let text = texts.iter().map(String::as_str).chain(std::iter::repeat_n("1", padding)).collect::<Vec<_>>();
    let bytes = read_at_once(&(text.join(",") + "]"), Style::Json, dtype).unwrap();
    let mut wide = vec![0; 8 * text.len()];
    convert(Level::SCALAR, dtype, &bytes, Dtype::F64, &mut wide).unwrap();
    wide.as_chunks::<8>().0.iter().take(texts.len()).map(|x| f64::from_le_bytes(*x)).collect()
}

/// The exact digits of a number; those of one that is larger by much less than an F64 can tell; and those of a smaller one.
fn sharp(middle: f64) -> [String; 3] {
    let exact = format!("{middle:.200e}");
    let (digits, power) = exact.split_once('e').unwrap();
    let significant = digits.trim_end_matches('0').trim_end_matches('.');
    let (front, last) = significant.split_at(significant.len() - 1);
    let last: u32 = last.parse().unwrap();
    let point = if significant.contains('.') { "" } else { "." };
    let nines = "9".repeat(100);
    [exact.clone(), format!("{digits}1e{power}"), format!("{front}{}{point}{nines}e{power}", last - 1)]
}

#[test]
fn middles_round_to_even_and_what_is_beside_them_to_its_side() {
    for dtype in dtypes() {
        let numbers = magnitudes(dtype);
        let step = if dtype.bitsize() == 16 { 37 } else { 1 };
        for (code, pair) in numbers.windows(2).enumerate().step_by(step) {
            let (below, above) = (pair[0], pair[1]);
            let even = if code % 2 == 0 { below } else { above };
            let texts = sharp((below + above) / 2.0);
            assert_eq!(read(dtype, &texts), [even, above, below], "{dtype}: {} to {}", below, above);
            let negative = texts.map(|text| format!("-{text}"));
            assert_eq!(read(dtype, &negative), [-even, -above, -below], "{dtype}");
        }
    }
}

proptest! {
    #[test]
    fn any_number_becomes_the_nearest(share in 0.0f64..1.0, place in any::<prop::sample::Index>()) {
        for dtype in dtypes() {
            let numbers = magnitudes(dtype);
            let pair = &numbers[place.index(numbers.len() - 1)..][..2];
            let value = pair[0] + share * (pair[1] - pair[0]);
            let nearest = if value - pair[0] < pair[1] - value { pair[0] } else { pair[1] };
            prop_assume!(value - pair[0] != pair[1] - value);
            prop_assert_eq!(read(dtype, &[format!("{value:e}")]), [nearest], "{}: {:e}", dtype, value);
        }
    }
}
