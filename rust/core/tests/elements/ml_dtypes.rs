//! The floats of 8, 6 and 4 bits against the Python package ml_dtypes. `scripts/peers/ml_dtypes_fixture.py` made the file.
//!
//! Ours differ by contract in two things. E4M3 and the FNUZ kinds saturate where ml_dtypes gives NaN. And a NaN becomes
//! one code whatever its sign: that of a positive one there.

use fundir_core::kernels::elements::convert;
use fundir_core::kernels::simd::Level;
use safetensors::Dtype;

/// The kinds, in the order of the file.
const KINDS: [Dtype; 8] = [
    Dtype::F4,
    Dtype::F6_E2M3,
    Dtype::F6_E3M2,
    Dtype::F8_E5M2,
    Dtype::F8_E4M3,
    Dtype::F8_E8M0,
    Dtype::F8_E4M3FNUZ,
    Dtype::F8_E5M2FNUZ,
];

/// A number, as the bits of its F32, and the code that it becomes in each kind.
type Record = [u8; 4 + KINDS.len()];

struct Fixture {
    /// For each kind, the F32 values of its codes.
    values: Vec<Vec<f32>>,
    records: Vec<Record>,
}

impl Fixture {
    fn read() -> Fixture {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/ml_dtypes.bin");
        let file = std::fs::read(path).unwrap();
        let mut rest = &file[..];
        let mut values = Vec::new();
        for kind in KINDS {
            let (table, after) = rest.split_at(4 << kind.bitsize());
            values.push(table.as_chunks().0.iter().map(|b| f32::from_le_bytes(*b)).collect());
            rest = after;
        }
        let (records, []) = rest.as_chunks() else { panic!("the fixture ends in the middle of a record") };
        assert!(records.len() > 4000, "{} records", records.len());
        Fixture { values, records: records.to_vec() }
    }
}

/// Codes, each in a byte of its own, as the dtype stores them.
fn packed(dtype: Dtype, codes: &[u8]) -> Vec<u8> {
    let codes: Vec<u64> = codes.iter().map(|code| u64::from(*code)).collect();
    super::oracle::pack(dtype, &codes)
}

#[test]
fn every_code_has_the_value_that_ml_dtypes_gives_it() {
    let fixture = Fixture::read();
    for (kind, values) in KINDS.into_iter().zip(&fixture.values) {
        let codes: Vec<u8> = (0..values.len()).map(|code| code as u8).collect();
        for level in Level::available() {
            let mut out = vec![0; 4 * values.len()];
            convert(level, kind, &packed(kind, &codes), Dtype::F32, &mut out).unwrap();
            for ((code, expected), found) in codes.iter().zip(values).zip(out.as_chunks().0) {
                let found = f32::from_le_bytes(*found);
                let is_same = found.to_bits() == expected.to_bits() || found.is_nan() && expected.is_nan();
                assert!(is_same, "{kind} {code:#x} is {expected:e}, not {found:e}");
            }
        }
    }
}

#[test]
fn every_number_becomes_the_code_that_ml_dtypes_gives_it() {
    let Fixture { records, .. } = Fixture::read();
    // Whole bytes of every kind.
    let records = &records[..records.len() & !3];
    let numbers: Vec<f32> = records.iter().map(|r| f32::from_le_bytes([r[0], r[1], r[2], r[3]])).collect();
    let bytes: Vec<u8> = numbers.iter().flat_map(|x| x.to_le_bytes()).collect();
    for (column, kind) in KINDS.into_iter().enumerate() {
        let codes: Vec<u8> =
            records.iter().zip(&numbers).map(|(r, x)| by_contract(kind, *x, r[4 + column])).collect();
        for level in Level::available() {
            let mut out = vec![0; codes.len() * kind.bitsize() / 8];
            convert(level, Dtype::F32, &bytes, kind, &mut out).unwrap();
            for ((x, expected), found) in numbers.iter().zip(&codes).zip(super::oracle::unpack(kind, &out)) {
                assert_eq!(
                    found,
                    u64::from(*expected),
                    "{x:e} ({:#x}) to {kind}: {found:#x}, not {expected:#x}",
                    x.to_bits()
                );
            }
        }
    }
}

/// The code that a number has to become where ml_dtypes gives it `code`.
fn by_contract(kind: Dtype, number: f32, code: u8) -> u8 {
    let (largest, nan) = match kind {
        Dtype::F8_E4M3 => (0x7E, 0x7F),
        Dtype::F8_E4M3FNUZ | Dtype::F8_E5M2FNUZ => (0x7F, 0x80),
        Dtype::F8_E5M2 => (0x7C, 0x7E),
        Dtype::F8_E8M0 => (0xFF, 0xFF),
        Dtype::F4 => (0x7, 0x8),
        _ => (0x1F, 0x20),
    };
    let saturates = matches!(kind, Dtype::F8_E4M3 | Dtype::F8_E4M3FNUZ | Dtype::F8_E5M2FNUZ);
    let sign = if number.is_sign_negative() { 0x80 } else { 0 };
    let is_nan = code == nan || kind == Dtype::F8_E4M3 && code == nan | 0x80;
    match () {
        _ if number.is_nan() => nan,
        _ if saturates && is_nan => largest | sign,
        _ => code,
    }
}
