//! Blocks and floats as the package `gguf` makes them of each other.

use fundir_core::gguf::{BlockType, dequantize, quantize};
use fundir_core::kernels::simd::Level;
use safetensors::SafeTensors;

static KEPT: &[u8] = include_bytes!("blocks.safetensors");

fn kept(name: &str) -> &'static [u8] {
    SafeTensors::deserialize(KEPT).unwrap().tensor(name).unwrap().data()
}

fn floats(name: &str) -> Vec<f32> {
    kept(name).as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect()
}

#[test]
fn blocks_become_the_same_floats() {
    for block in BlockType::ALL {
        let (bytes, expected) = (kept(&format!("{block:?} blocks")), floats(&format!("{block:?} floats")));
        for level in Level::available() {
            let mut found = vec![0.0; expected.len()];
            dequantize(level, block, bytes, &mut found);
            for (i, (x, y)) in found.iter().zip(&expected).enumerate() {
                assert_eq!(
                    x.to_bits(),
                    y.to_bits(),
                    "{block:?} element {i} at {}: {x}, not {y}",
                    level.name()
                );
            }
        }
    }
}

#[test]
fn floats_become_the_same_blocks() {
    let values = floats("floats");
    for block in BlockType::ALL.into_iter().filter(|each| each.is_written()) {
        let expected = kept(&format!("{block:?} of floats"));
        for level in Level::available() {
            let mut found = vec![0xAA; expected.len()];
            quantize(level, &values, block, &mut found);
            let pairs = found.chunks(block.bytes()).zip(expected.chunks(block.bytes()));
            for (i, (x, y)) in pairs.enumerate() {
                assert_eq!(x, y, "{block:?} of {:?} at {}", &values[32 * i..][..32], level.name());
            }
        }
    }
}
