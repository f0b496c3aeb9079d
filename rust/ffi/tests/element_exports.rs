//! The export that converts elements, called as C code would call it.

mod caller;

use std::ptr;

use caller::{Answer, call};
use fundir_core::error::Status;
use fundir_ffi::detail;
use fundir_ffi::elements::fundir_convert;

const U8: u32 = 4;
const F16: u32 = 13;
const F32: u32 = 17;
const C64: u32 = 18;

/// Converts into the bytes from `offset` to `offset + length` of an output with a few more.
fn convert(bytes: &[u8], in_type: u32, out_type: u32, offset: usize, length: usize) -> Answer {
    call(offset + length + 3, |out, _, _, detail| {
        // SAFETY: the output has the bytes, and the input is as long as it says.
        unsafe {
            fundir_convert(
                bytes.as_ptr(),
                bytes.len() as u64,
                in_type,
                out,
                offset as u64,
                length as u64,
                out_type,
                detail,
            )
        }
    })
}

#[test]
fn elements_are_written_where_the_offset_says() {
    for offset in 0..9 {
        let answer = convert(&[1, 2, 255], U8, F32, offset, 12);
        assert_eq!(answer.status, Status::Ok as i32, "{answer:?}");
        let expected = [1f32, 2.0, 255.0].map(f32::to_le_bytes).concat();
        assert_eq!(answer.output, [vec![0; offset], expected, vec![0; 3]].concat());
    }
}

#[test]
fn what_is_not_converted_is_a_failure_that_says_why() {
    let unknown = convert(&[0; 4], 22, F32, 0, 4);
    assert_eq!(unknown.status, Status::InvalidArgument as i32);
    assert!(unknown.detail.message.contains("type 22"), "{unknown:?}");
    // A code that would be known if only its lowest byte counted.
    let unknown = convert(&[0; 4], F32, 0x1_0000 + F32, 0, 4);
    assert_eq!(unknown.status, Status::InvalidArgument as i32);
    assert!(unknown.detail.message.contains("type 65553"), "{unknown:?}");
    assert_eq!(convert(&[0; 8], C64, F32, 0, 8).status, Status::Request as i32);
    let short = convert(&[0; 4], F16, F32, 0, 7);
    assert_eq!(short.status, Status::Request as i32);
    assert_eq!((short.detail.found, short.detail.expected), (7, 8));
}

#[test]
fn pointers_and_ranges_are_checked_before_they_are_used() {
    let (mut memory, mut record) = ([0u8; 64], [0u8; detail::SIZE]);
    let (start, detail) = (memory.as_mut_ptr(), record.as_mut_ptr());
    let nowhere = || ptr::without_provenance_mut::<u8>(4096);
    type Ranges = (*const u8, u64, *mut u8, u64, u64, *mut u8);
    let refused: Vec<Ranges> = vec![
        (ptr::null(), 4, start, 0, 4, detail),
        (start, 4, ptr::null_mut(), 0, 4, detail),
        (start, 4, ptr::null_mut(), 4096, 4, detail),
        (start, 4, nowhere(), u64::MAX, 4, detail),
        (start, 4, nowhere(), u64::MAX - 4096, 4, detail),
        (start, 4, nowhere(), 0, u64::MAX, detail),
        (start, 4, nowhere(), 0, 1 << 63, detail),
        (nowhere(), 1 << 63, start, 0, 4, detail),
        (nowhere(), u64::MAX, start, 0, 4, detail),
        // Overlaps, by the offset too.
        (start, 4, start, 0, 4, detail),
        (start, 4, start, 3, 4, detail),
        (start.wrapping_add(7), 4, start, 4, 4, detail),
        (start, 4, start.wrapping_sub(8), 8, 4, detail),
        (start, 4, start, 8, 4, ptr::null_mut()),
    ];
    for (i, (bytes, in_length, out, offset, out_length, detail)) in refused.into_iter().enumerate() {
        // SAFETY: what leads nowhere is refused for another of the arguments.
        let status = unsafe { fundir_convert(bytes, in_length, U8, out, offset, out_length, U8, detail) };
        assert_eq!(status, Status::InvalidArgument as i32, "call {i}");
    }
    // Side by side is apart, on both sides; nothing goes with any pointer.
    // SAFETY: the ranges lie in the memory.
    unsafe {
        assert_eq!(fundir_convert(start, 4, U8, start, 4, 4, U8, detail), 0);
        assert_eq!(fundir_convert(start.wrapping_add(4), 4, U8, start, 0, 4, U8, detail), 0);
        assert_eq!(fundir_convert(ptr::null(), 0, U8, ptr::null_mut(), 0, 0, F32, detail), 0);
        assert_eq!(fundir_convert(start, 0, U8, start, 0, 0, F32, detail), 0);
    }
}
