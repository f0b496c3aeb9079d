//! Stored blocks and elements, converted to each other: what decoding and encoding give, in any length and dtype.

use fundir_core::dtype::{self, Dtype};
use fundir_core::error::Status;
use fundir_core::gguf::convert::{decode, encode};
use fundir_core::gguf::{BlockType, dequantize, quantize};
use fundir_core::kernels::elements;
use fundir_core::kernels::simd::Level;

fn is_float(dtype: Dtype) -> bool {
    matches!(dtype, Dtype::F16 | Dtype::BF16 | Dtype::F32 | Dtype::F64) || dtype.to_string().starts_with('F')
}

/// Bytes that look like chance, without exponents that make all of them huge.
fn bytes(count: usize) -> Vec<u8> {
    (0..count as u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8 & 0x3F).collect()
}

fn floats_to(level: Level, floats: &[f32], to: Dtype) -> Vec<u8> {
    let stored: Vec<u8> = floats.iter().flat_map(|x| x.to_le_bytes()).collect();
    let mut out = vec![0; floats.len() * to.bitsize() / 8];
    elements::convert(level, Dtype::F32, &stored, to, &mut out).unwrap();
    out
}

#[test]
fn decoded_blocks_are_narrowed_as_floats_are() {
    let level = Level::detect();
    for block in BlockType::ALL {
        // Around the chunk of 1024 elements.
        for blocks in [0, 1, 3, 4, 5, 32, 33, 70] {
            let stored = bytes(blocks * block.bytes());
            let mut floats = vec![0.0; blocks * block.elements()];
            dequantize(level, block, &stored, &mut floats);
            for to in dtype::ALL.into_iter().filter(|each| is_float(*each)) {
                let mut out = vec![0xAA; floats.len() * to.bitsize() / 8];
                decode(level, block, &stored, to, &mut out).unwrap();
                assert_eq!(out, floats_to(level, &floats, to), "{blocks} blocks of {block:?} to {to}");
            }
        }
    }
}

#[test]
fn elements_are_widened_before_they_are_encoded() {
    let level = Level::detect();
    for block in BlockType::ALL.into_iter().filter(|each| each.is_written()) {
        for blocks in [0, 1, 31, 32, 33, 70] {
            let count = blocks * block.elements();
            for from in dtype::ALL.into_iter().filter(|each| is_float(*each)) {
                let stored = bytes(count * from.bitsize() / 8);
                let mut widened = vec![0; 4 * count];
                elements::convert(level, from, &stored, Dtype::F32, &mut widened).unwrap();
                let floats: Vec<f32> =
                    widened.as_chunks::<4>().0.iter().map(|x| f32::from_le_bytes(*x)).collect();
                let (mut expected, mut found) =
                    (vec![0; blocks * block.bytes()], vec![0xAA; blocks * block.bytes()]);
                quantize(level, &floats, block, &mut expected);
                encode(level, from, &stored, block, &mut found).unwrap();
                assert_eq!(found, expected, "{blocks} blocks of {block:?} from {from}");
            }
        }
    }
}

#[test]
fn what_does_not_fit_is_refused_and_nothing_is_written() {
    let refused = |input: usize, output: usize, block, dtype, words: &str| {
        let mut out = vec![7; output];
        let error = decode(Level::SCALAR, block, &vec![0; input], dtype, &mut out).unwrap_err();
        assert_eq!(error.status, Status::Request);
        assert!(error.message.contains(words), "{error}");
        assert!(out.iter().all(|byte| *byte == 7));
    };
    refused(19, 128, BlockType::Q4_0, Dtype::F32, "no whole number of blocks of Q4_0, which have 18 bytes");
    refused(18, 124, BlockType::Q4_0, Dtype::F32, "32 elements, 128 bytes of F32, not 124");
    refused(84, 256, BlockType::Q2_K, Dtype::I8, "floats only, not I8");
    refused(84, 2048, BlockType::Q2_K, Dtype::C64, "floats only, not C64");
    let mut out = vec![7; 144];
    let error = encode(Level::SCALAR, Dtype::F32, &[0; 1024], BlockType::Q4_K, &mut out).unwrap_err();
    assert!(error.message.contains("Q4_K is decoded only"), "{error}");
    let error = encode(Level::SCALAR, Dtype::F32, &[0; 128], BlockType::Q8_0, &mut out[..33]).unwrap_err();
    assert!(error.message.contains("33 bytes"), "{error}");
    assert!(out.iter().all(|byte| *byte == 7));
}
