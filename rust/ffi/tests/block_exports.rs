//! Blocks of GGUF at the border: their numbers, and what is refused.

mod caller;

use caller::{Answer, call};
use fundir_core::error::Status;
use fundir_ffi::elements::fundir_convert;

const F32: u32 = 17;

fn convert(input: &[u8], in_type: u32, output: usize, out_type: u32) -> Answer {
    call(output, |out, length, _, detail| {
        // SAFETY: the slice and the caller's buffers are valid for their lengths.
        unsafe {
            fundir_convert(input.as_ptr(), input.len() as u64, in_type, out, 0, length, out_type, detail)
        }
    })
}

fn floats(answer: &Answer) -> Vec<f32> {
    answer.output.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect()
}

#[test]
fn block_types_are_their_ggml_numbers_raised_by_256() {
    for (number, bytes, elements) in [
        (2, 18, 32),
        (3, 20, 32),
        (6, 22, 32),
        (7, 24, 32),
        (8, 34, 32),
        (10, 84, 256),
        (11, 110, 256),
        (12, 144, 256),
        (13, 176, 256),
        (14, 210, 256),
    ] {
        let answer = convert(&vec![0; 3 * bytes], 0x100 + number, 3 * 4 * elements, F32);
        assert_eq!(answer.status, Status::Ok as i32, "{number}");
        assert!(floats(&answer).iter().all(|x| *x == 0.0));
    }
    let values: Vec<u8> = (0..32).flat_map(|i| (i as f32 - 5.0).to_le_bytes()).collect();
    let blocks = convert(&values, F32, 34, 0x108);
    assert_eq!(blocks.status, Status::Ok as i32);
    let back = floats(&convert(&blocks.output, 0x108, 128, F32));
    assert!(back.iter().enumerate().all(|(i, x)| (x - (i as f32 - 5.0)).abs() < 0.11), "{back:?}");
}

#[test]
fn other_numbers_and_pairs_are_refused() {
    for number in [22, 0xFF, 0x100, 0x101, 0x104, 0x109, 0x10F, 0x11E, 0x202, u32::MAX] {
        let answer = convert(&[0; 36], number, 256, F32);
        assert_eq!(answer.status, Status::InvalidArgument as i32, "{number}");
        assert!(answer.detail.message.contains(&format!("no element type {number}")), "{answer:?}");
    }
    let pair = convert(&[0; 18], 0x102, 34, 0x108);
    assert_eq!(pair.status, Status::Request as i32);
    assert!(pair.detail.message.contains("Q4_0 is converted to and from floats only, not Q8_0"), "{pair:?}");
    let short = convert(&[0; 17], 0x102, 128, F32);
    assert_eq!(short.status, Status::Request as i32);
}
