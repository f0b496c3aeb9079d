//! Blocks of any bytes are decoded, and floats of any bits encoded, to the same at every SIMD level.

#![no_main]

use fundir_core::gguf::{BlockType, dequantize, quantize};
use fundir_core::kernels::simd::Level;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u8, &[u8])| {
    let (number, bytes) = input;
    let block = BlockType::ALL[usize::from(number) % BlockType::ALL.len()];
    let count = bytes.len() / block.bytes();
    let bytes = &bytes[..count * block.bytes()];
    let floats: Vec<Vec<u32>> = Level::available()
        .into_iter()
        .map(|level| {
            let mut floats = vec![0.0; count * block.elements()];
            dequantize(level, block, bytes, &mut floats);
            floats.iter().map(|x| x.to_bits()).collect()
        })
        .collect();
    assert!(floats.windows(2).all(|pair| pair[0] == pair[1]));

    if block.is_written() {
        let values: Vec<f32> = bytes.as_chunks::<4>().0.iter().map(|x| f32::from_le_bytes(*x)).collect();
        let count = values.len() / block.elements();
        let values = &values[..count * block.elements()];
        let blocks: Vec<Vec<u8>> = Level::available()
            .into_iter()
            .map(|level| {
                let mut blocks = vec![0; count * block.bytes()];
                quantize(level, values, block, &mut blocks);
                blocks
            })
            .collect();
        assert!(blocks.windows(2).all(|pair| pair[0] == pair[1]));
    }
});
