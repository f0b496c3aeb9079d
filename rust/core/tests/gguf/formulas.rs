//! Blocks of any bytes and floats of any bits, against formulas that take one element at a time.

use fundir_core::error::Status;
use fundir_core::gguf::{BlockType, BlockType::*, dequantize, quantize};
use fundir_core::kernels::simd::Level;
use proptest::prelude::*;

/// The value of an F16.
fn half(block: &[u8], at: usize) -> f32 {
    let bits = u16::from_le_bytes([block[at], block[at + 1]]);
    let (sign, exponent, fraction) =
        (if bits >> 15 == 1 { -1.0 } else { 1.0 }, i32::from(bits >> 10 & 31), f32::from(bits & 1023));
    match (exponent, fraction) {
        (31, 0.0) => sign * f32::INFINITY,
        (31, _) => f32::NAN,
        (0, _) => sign * fraction * 2f32.powi(-24),
        _ => sign * (1024.0 + fraction) * 2f32.powi(exponent - 25),
    }
}

/// Bits of an element that lies in planes of `width` bits over the bytes from `first`, `stretch` bytes to a plane.
fn plane(block: &[u8], first: usize, stretch: usize, width: usize, i: usize) -> i32 {
    let to_a_byte = 8 / width;
    let (part, within) = (i / (stretch * to_a_byte), i % (stretch * to_a_byte));
    let byte = block[first + part * stretch + within % stretch];
    i32::from(byte) >> (within / stretch * width) & ((1 << width) - 1)
}

/// The scale and the minimum of group `j` of Q4_K and Q5_K, as ggml's get_scale_min_k4 has them.
fn scale_and_minimum(q: &[u8], j: usize) -> (f32, f32) {
    let (scale, minimum) = if j < 4 {
        (q[j] & 63, q[j + 4] & 63)
    } else {
        ((q[j + 4] & 15) | (q[j - 4] >> 6) << 4, (q[j + 4] >> 4) | (q[j] >> 6) << 4)
    };
    (f32::from(scale), f32::from(minimum))
}

/// Element `i` of a block.
fn element(block: BlockType, b: &[u8], i: usize) -> f32 {
    let bit = |first: usize, i: usize| i32::from(b[first + i / 8] >> (i % 8) & 1);
    match block {
        Q4_0 => half(b, 0) * (plane(b, 2, 16, 4, i) - 8) as f32,
        Q4_1 => half(b, 0) * plane(b, 4, 16, 4, i) as f32 + half(b, 2),
        Q5_0 => half(b, 0) * (plane(b, 6, 16, 4, i) + 16 * bit(2, i) - 16) as f32,
        Q5_1 => half(b, 0) * (plane(b, 8, 16, 4, i) + 16 * bit(4, i)) as f32 + half(b, 2),
        Q8_0 => f32::from(b[2 + i] as i8) * half(b, 0),
        Q2_K => {
            let group = b[i / 16];
            let (scale, minimum) = (half(b, 80) * f32::from(group & 15), half(b, 82) * f32::from(group >> 4));
            scale * plane(b, 16, 32, 2, i) as f32 - minimum
        }
        Q3_K => {
            let low = plane(b, 96, 8, 4, i / 16);
            let high = plane(b, 104, 4, 2, i / 16);
            let q = plane(b, 32, 32, 2, i) - 4 * (1 - plane(b, 0, 32, 1, i));
            half(b, 108) * (low + 16 * high - 32) as f32 * q as f32
        }
        Q4_K => {
            let (scale, minimum) = scale_and_minimum(&b[4..16], i / 32);
            half(b, 0) * scale * plane(b, 16, 32, 4, i) as f32 - half(b, 2) * minimum
        }
        Q5_K => {
            let (scale, minimum) = scale_and_minimum(&b[4..16], i / 32);
            let q = plane(b, 48, 32, 4, i) + 16 * plane(b, 16, 32, 1, i);
            half(b, 0) * scale * q as f32 - half(b, 2) * minimum
        }
        Q6_K => {
            let q = plane(b, 0, 64, 4, i) + 16 * plane(b, 128, 32, 2, i) - 32;
            half(b, 208) * f32::from(b[192 + i / 16] as i8) * q as f32
        }
    }
}

/// The bits, with those of a NaN being the one pattern.
fn settled(x: f32) -> u32 {
    if x.is_nan() { 0x7FC0_0000 } else { x.to_bits() }
}

/// The Q8_0 block of 32 elements.
fn q8_0(values: &[f32]) -> Vec<u8> {
    let largest =
        values.iter().fold(0f32, |most, x| if most.is_nan() || x.abs() < most { most } else { x.abs() });
    let scale = largest / 127.0;
    let inverse = if scale == 0.0 { 0.0 } else { 1.0 / scale };
    let code = |x: &f32| {
        let product = x * inverse;
        let down = product.abs().floor();
        let nearest = product.signum() * (down + (2.0 * (product.abs() - down)).floor());
        if nearest.is_finite() { nearest as i8 as u8 } else { 0 }
    };
    scale_bytes(scale).into_iter().chain(values.iter().map(code)).collect()
}

/// The Q4_0 block of 32 elements.
fn q4_0(values: &[f32]) -> Vec<u8> {
    let mut peak = values[0];
    for x in values {
        if !peak.is_nan() && (x.is_nan() || x.abs() > peak.abs()) {
            peak = *x;
        }
    }
    let scale = peak / -8.0;
    let inverse = if scale == 0.0 { 0.0 } else { 1.0 / scale };
    let code = |x: f32| {
        let sum = x * inverse + 8.5;
        if sum.is_finite() { (sum.trunc() as u8).min(15) } else { 0 }
    };
    let codes = (0..16).map(|i| code(values[i]) | code(values[16 + i]) << 4);
    scale_bytes(scale).into_iter().chain(codes).collect()
}

/// The F16 of a scale, found by search for the nearest.
fn scale_bytes(scale: f32) -> [u8; 2] {
    if scale.is_nan() {
        return 0x7E00u16.to_le_bytes();
    }
    let value = |bits: u16| if bits == 0x7C00 { 65536.0 } else { f64::from(half(&bits.to_le_bytes(), 0)) };
    let magnitude = f64::from(scale.abs());
    let above = (0..0x7C00u16).collect::<Vec<_>>().partition_point(|bits| value(*bits) < magnitude) as u16;
    let below = above.saturating_sub(1);
    let (up, down) = (value(above) - magnitude, magnitude - value(below));
    let bits = if up < down || up == down && above.is_multiple_of(2) { above } else { below };
    let bits = if magnitude > 65536.0 { 0x7C00 } else { bits };
    (bits | if scale.is_sign_negative() { 0x8000 } else { 0 }).to_le_bytes()
}

/// 64 floats: of any bits, or multiples of one step, so that there are ties, opposites and halves.
fn sharp() -> impl Strategy<Value = Vec<f32>> {
    let any_bits = prop::collection::vec(any::<u32>().prop_map(f32::from_bits), 64);
    let steps = (-149..120i32, prop::collection::vec(-254..=254i32, 64))
        .prop_map(|(exponent, steps)| steps.into_iter().map(|x| x as f32 * 2f32.powi(exponent)).collect());
    let few = (-149..127i32, prop::collection::vec(-1..=1i32, 64))
        .prop_map(|(exponent, steps)| steps.into_iter().map(|x| x as f32 * 2f32.powi(exponent)).collect());
    prop_oneof![any_bits, steps, few]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_bytes_are_decoded_as_the_formulas_say(bytes in prop::collection::vec(any::<u8>(), 3 * 210), special in any::<bool>()) {
        for block in BlockType::ALL {
            let mut bytes = bytes[..3 * block.bytes()].to_vec();
            if special {
                // Any bytes are rarely an F16 that is no number: here the exponents in all likely places are.
                for at in [1, 3, 81, 83, 109, 209].into_iter().filter(|at| *at < block.bytes()) {
                    bytes[at] |= 0x7C;
                }
            }
            let mut found = vec![0.0; 3 * block.elements()];
            for level in Level::available() {
                dequantize(level, block, &bytes, &mut found);
                for (i, x) in found.iter().enumerate() {
                    let (number, within) = (i / block.elements(), i % block.elements());
                    let expected = element(block, &bytes[number * block.bytes()..][..block.bytes()], within);
                    prop_assert_eq!(x.to_bits(), settled(expected), "{:?} element {} at {}", block, i, level.name());
                }
            }
        }
    }

    #[test]
    fn any_floats_are_encoded_as_the_formulas_say(values in sharp()) {
        for (block, formula) in [(Q8_0, q8_0 as fn(&[f32]) -> Vec<u8>), (Q4_0, q4_0)] {
            let expected: Vec<u8> = values.chunks(32).flat_map(formula).collect();
            for level in Level::available() {
                let mut found = vec![0xAA; expected.len()];
                quantize(level, &values, block, &mut found);
                prop_assert_eq!(&found, &expected, "{:?} at {}", block, level.name());
            }
        }
    }
}

#[test]
fn other_numbers_are_no_block_types() {
    for number in 0..300 {
        match BlockType::from_number(number) {
            Ok(block) => assert_eq!(block.number(), number),
            Err(error) => {
                assert_eq!(error.status, Status::Request);
                assert!(error.message.contains(&format!("number {number}:")), "{error}");
            }
        }
    }
    assert!(BlockType::from_number(15).is_err(), "Q8_K is a type of GGML that files do not have");
}

#[test]
#[should_panic(expected = "19 bytes of Q4_0")]
fn parts_of_blocks_are_a_defect() {
    dequantize(Level::SCALAR, Q4_0, &[0; 19], &mut [0.0; 32]);
}
