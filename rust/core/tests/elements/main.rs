//! Conversions of elements, at every SIMD level, against exact arithmetic and against the Python package ml_dtypes.

mod ml_dtypes;
mod oracle;

use fundir_core::dtype::ALL;
use fundir_core::error::Status;
use fundir_core::kernels::elements::convert;
use fundir_core::kernels::simd::Level;
use proptest::prelude::*;
use safetensors::Dtype;

/// The dtypes whose codes are too many to try them all.
const WIDE: [Dtype; 6] = [Dtype::I32, Dtype::U32, Dtype::F32, Dtype::F64, Dtype::I64, Dtype::U64];

/// The dtypes that are converted to others.
fn convertible() -> impl Iterator<Item = Dtype> {
    ALL.into_iter().filter(|dtype| *dtype != Dtype::C64)
}

fn is_integer(dtype: Dtype) -> bool {
    use Dtype::*;
    matches!(dtype, BOOL | I8 | U8 | I16 | U16 | I32 | U32 | I64 | U64)
}

/// Every code of a dtype of at most 16 bits.
fn every_code(dtype: Dtype) -> Vec<u64> {
    (0..1 << dtype.bitsize()).collect()
}

/// Converts codes at every level and compares with the oracle.
fn check(from: Dtype, codes: &[u64], to: Dtype) {
    let bytes = oracle::pack(from, codes);
    let expected: Vec<u64> = codes.iter().map(|code| oracle::convert(from, *code, to)).collect();
    let expected_bytes = oracle::pack(to, &expected);
    for level in Level::available() {
        let mut out = vec![0xA5; expected_bytes.len()];
        convert(level, from, &bytes, to, &mut out).unwrap();
        if out != expected_bytes {
            for ((code, expected), found) in codes.iter().zip(&expected).zip(oracle::unpack(to, &out)) {
                assert_eq!(
                    found,
                    *expected,
                    "{from} {code:#x} to {to} at level {}: {found:#x}, not {expected:#x}",
                    level.name()
                );
            }
        }
    }
}

#[test]
fn every_element_of_at_most_16_bits_becomes_every_dtype() {
    for from in convertible().filter(|dtype| !WIDE.contains(dtype)) {
        for to in convertible() {
            check(from, &every_code(from), to);
        }
    }
}

/// Codes of `from` at the numbers that `to` has, halfway between them, and next to both.
fn borders(from: Dtype, to: Dtype) -> Vec<u64> {
    let highest = u64::MAX >> (64 - from.bitsize());
    let mut codes = Vec::new();
    let mut add = |value: f64| {
        let code = oracle::encode(from, oracle::decode(Dtype::F64, value.to_bits()));
        codes.extend((0..=4).map(|by| code.wrapping_add(by).wrapping_sub(2) & highest));
    };
    if to.bitsize() <= 16 && !is_integer(to) {
        let numbers: Vec<f64> = every_code(to)
            .into_iter()
            .map(|code| f64::from_bits(oracle::encode(Dtype::F64, oracle::decode(to, code))))
            .filter(|x| x.is_finite())
            .collect();
        for pair in numbers.windows(2) {
            add(pair[0]);
            add(pair[0] / 2.0 + pair[1] / 2.0);
        }
        let largest = numbers.into_iter().fold(0.0, f64::max);
        (0..16).for_each(|i| add(largest * (1.0 + f64::from(i) / 16.0)));
    }
    for bit in -160..130 {
        for factor in
            [1.0, 1.0 + 2f64.powi(-24), 1.5, 1.5 + 2f64.powi(-30), 2.0 - 2f64.powi(-24), 2.0 - 2f64.powi(-53)]
        {
            add(factor * 2f64.powi(bit));
            add(-factor * 2f64.powi(bit));
        }
    }
    for halves in -10..10 {
        add(f64::from(halves) / 2.0);
    }
    for edge in [
        0,
        -1,
        i64::MAX,
        i64::MIN,
        i32::MAX.into(),
        i32::MIN.into(),
        i16::MIN.into(),
        u16::MAX.into(),
        u32::MAX.into(),
        127,
        255,
    ] {
        for by in [0.0, 0.25, 0.5, 0.75, 1.0] {
            add(edge as f64 + by);
            add(edge as f64 - by);
        }
    }
    for value in [f64::NAN, -f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::MAX, f64::MIN, 5e-324, -5e-324]
    {
        add(value);
    }
    codes.truncate(codes.len() & !3); // whole bytes of every dtype
    codes
}

#[test]
fn wide_elements_are_rounded_once_at_the_borders_of_every_dtype() {
    for from in WIDE {
        for to in convertible() {
            check(from, &borders(from, to), to);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_wide_element_becomes_every_dtype(words in prop::collection::vec(any::<u64>(), 256), shift in 0..64u32) {
        for from in WIDE {
            let codes: Vec<u64> = words
                .iter()
                .flat_map(|word| [*word, *word >> shift])
                .map(|word| word & u64::MAX >> (64 - from.bitsize()))
                .collect();
            for to in convertible() {
                check(from, &codes, to);
            }
        }
    }

    #[test]
    fn any_float_near_one_becomes_every_dtype(values in prop::collection::vec(-1000.0..1000.0f64, 256), scale in -40..40i32) {
        let scaled = values.iter().map(|x| x * 2f64.powi(scale));
        let doubles: Vec<u64> = scaled.clone().map(f64::to_bits).collect();
        let singles: Vec<u64> = scaled.map(|x| u64::from((x as f32).to_bits())).collect();
        for to in convertible() {
            check(Dtype::F64, &doubles, to);
            check(Dtype::F32, &singles, to);
        }
    }
}

#[test]
fn any_length_at_any_address_gives_the_same_and_nothing_beside_it() {
    const FENCE: u8 = 0xA5;
    let noise: Vec<u8> = (0..600u32).map(|i| ((i * i * 167 + i * 13) >> 3) as u8).collect();
    for from in ALL {
        for to in ALL.into_iter().filter(|to| from == *to || from != Dtype::C64 && *to != Dtype::C64) {
            let codes = oracle::unpack(from, &noise[..from.bitsize() * 9]);
            let expected: Vec<u64> = codes
                .iter()
                .map(|code| if from == to { *code } else { oracle::convert(from, *code, to) })
                .collect();
            let is_whole = |count: &usize| {
                (count * from.bitsize()).is_multiple_of(8) && (count * to.bitsize()).is_multiple_of(8)
            };
            for count in (0..=70).filter(is_whole) {
                let (length, expected) = (count * from.bitsize() / 8, oracle::pack(to, &expected[..count]));
                for (place, out_place) in (0..8).flat_map(|a| (0..8).map(move |b| (a, b))) {
                    let mut input = vec![0; place];
                    input.extend(&noise[..length]);
                    for level in Level::available() {
                        let mut out = vec![FENCE; out_place + expected.len() + 8];
                        convert(level, from, &input[place..], to, &mut out[out_place..][..expected.len()])
                            .unwrap();
                        let (before, rest) = out.split_at(out_place);
                        let (written, after) = rest.split_at(expected.len());
                        assert_eq!(
                            written, expected,
                            "{count} elements, {from} to {to}, at {place} and {out_place}"
                        );
                        assert!(before.iter().chain(after).all(|byte| *byte == FENCE), "{from} to {to}");
                    }
                }
            }
        }
    }
}

#[test]
fn lengths_that_do_not_fit_each_other_are_refused() {
    let fails = |from, length: usize, to, out_length: usize| {
        let mut out = vec![7; out_length];
        let error = convert(Level::SCALAR, from, &vec![1; length], to, &mut out).unwrap_err();
        assert_eq!(error.status, Status::Request, "{error}");
        assert!(error.message.contains(&from.to_string()), "{error}");
        assert!(out.iter().all(|byte| *byte == 7), "nothing is written");
        error
    };
    let error = fails(Dtype::F16, 4, Dtype::F32, 7);
    assert_eq!((error.found, error.expected), (7, 8));
    fails(Dtype::F16, 4, Dtype::F32, 9);
    fails(Dtype::F16, 3, Dtype::F32, 6);
    fails(Dtype::F16, 3, Dtype::F16, 3);
    fails(Dtype::F16, 4, Dtype::F16, 2);
    fails(Dtype::F32, 12, Dtype::F4, 1);
    fails(Dtype::F32, 12, Dtype::F4, 2);
    fails(Dtype::F4, 1, Dtype::F6_E2M3, 1);
    fails(Dtype::F6_E3M2, 2, Dtype::U8, 2);
    fails(Dtype::F32, 0, Dtype::U8, 1);
    fails(Dtype::F32, 4, Dtype::U8, 0);
}

#[test]
fn complex_numbers_stay_complex() {
    for other in convertible() {
        for (from, to) in [(Dtype::C64, other), (other, Dtype::C64)] {
            let mut out = vec![0; 3 * to.bitsize()];
            let error = convert(Level::SCALAR, from, &vec![0; 3 * from.bitsize()], to, &mut out).unwrap_err();
            assert_eq!(error.status, Status::Request);
            assert!(error.message.contains("C64"), "{error}");
        }
    }
}
