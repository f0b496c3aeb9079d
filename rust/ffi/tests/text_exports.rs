//! The exports for texts as a C caller meets them.

mod caller;

use std::ptr;

use caller::{Answer, call};
use fundir_core::error::{Reason, Status};
use fundir_ffi::text::{PROGRESS_SIZE, fundir_text_read, fundir_text_write};

const F32: u32 = 17;
const F6: u32 = 2;
const JSON: u32 = 0;

/// The progress record of a caller, at an odd address.
struct Progress([u8; PROGRESS_SIZE + 1]);

impl Progress {
    fn new() -> Self {
        Progress([0; PROGRESS_SIZE + 1])
    }

    fn start(&mut self) -> *mut u8 {
        self.0[1..].as_mut_ptr()
    }

    /// Taken, written, state, lines, bytes of the line, numbers, outcome.
    fn words(&self) -> [u64; 7] {
        std::array::from_fn(|i| u64::from_le_bytes(self.0[1 + 8 * i..][..8].try_into().unwrap()))
    }
}

fn write(elements: &[u8], dtype: u32, style: u32, capacity: usize, progress: *mut u8) -> Answer {
    call(capacity, |out, capacity, _, detail| {
        // SAFETY: the slices and the caller's buffers are valid for their lengths.
        unsafe {
            fundir_text_write(
                elements.as_ptr(),
                elements.len() as u64,
                dtype,
                style,
                2,
                out,
                capacity,
                progress,
                detail,
            )
        }
    })
}

fn read(text: &[u8], dtype: u32, style: u32, capacity: usize, progress: *mut u8) -> Answer {
    call(capacity, |out, capacity, _, detail| {
        // SAFETY: as above.
        unsafe {
            fundir_text_read(
                text.as_ptr(),
                text.len() as u64,
                0,
                style,
                dtype,
                out,
                capacity,
                progress,
                detail,
            )
        }
    })
}

#[test]
fn elements_become_text_and_come_back() {
    let elements: Vec<u8> = [1.5f32, -2.0, 0.25].iter().flat_map(|x| x.to_le_bytes()).collect();
    let mut progress = Progress::new();
    let answer = write(&elements, F32, JSON, 96, progress.start());
    assert_eq!((answer.status, progress.words()), (Status::Ok as i32, [12, 16, 1, 0, 0, 0, 0]));
    assert_eq!(&answer.output[..16], b",\n1.5,-2.0,\n0.25");

    let mut progress = Progress::new();
    let answer = read(b"1.5,\n-2.0,0.25", F32, JSON, 8, progress.start());
    assert_eq!((answer.status, &answer.output[..]), (Status::Ok as i32, &elements[..8]));
    assert_eq!(progress.words(), [10, 8, 1, 1, 5, 2, 0], "0.25 might go on");
    let answer = read(b"0.25]", F32, JSON, 4, progress.start());
    assert_eq!((answer.status, &answer.output[..]), (Status::Ok as i32, &elements[8..]));
    assert_eq!(progress.words(), [5, 4, 3, 1, 10, 1, 2]);
}

#[test]
fn a_full_output_is_told_from_the_end() {
    let mut progress = Progress::new();
    let answer = read(b"1,2]", F32, JSON, 4, progress.start());
    assert_eq!((answer.status, progress.words()[6]), (Status::Ok as i32, 1));
    let mut progress = Progress::new();
    let answer = read(b"1]", F32, JSON, 4, progress.start());
    assert_eq!((answer.status, progress.words()[6]), (Status::Ok as i32, 2));
}

#[test]
fn a_mistake_is_told_with_its_place() {
    let mut progress = Progress::new();
    let answer = read(b"1,2,\n 3,x]", F32, JSON, 96, progress.start());
    assert_eq!((answer.status, answer.detail.reason), (Status::Format as i32, Reason::ModelNotValid as u32));
    assert!(answer.detail.message.contains("x is not a number"), "{}", answer.detail.message);
    let [taken, _, _, line, column, numbers, _] = progress.words();
    assert_eq!([taken, numbers, line, column], [8, 3, 1, 3]);
}

#[test]
fn arguments_that_cannot_be_are_refused() {
    let mut progress = Progress::new();
    let refused = |answer: Answer, problem: &str| {
        assert_eq!(answer.status, Status::InvalidArgument as i32);
        assert!(answer.detail.message.contains(problem), "{}", answer.detail.message);
    };
    refused(read(b"1]", 22, JSON, 4, progress.start()), "no element type of a text has the number 22");
    refused(read(b"1]", F32, 3, 4, progress.start()), "no style of a text has the number 3");
    refused(read(b"1]", F32, JSON, 5, progress.start()), "5 bytes are not whole elements of F32");
    refused(read(b"1]", F32, JSON, 4, ptr::null_mut()), "the pointer to the progress is null");
    refused(
        write(&[0; 4], 0x100, JSON, 99, progress.start()),
        "no element type of a text has the number 256",
    );
    refused(write(&[0; 4], F6, JSON, 99, progress.start()), "4 bytes are not whole elements of F6_E2M3");
    refused(write(&[0; 4], F32, u32::MAX, 99, progress.start()), "no style of a text");
    refused(write(&[0; 4], F32, JSON, 99, ptr::null_mut()), "the pointer to the progress is null");

    let mut memory = [0u8; 64];
    let mut detail = [0; 4096];
    let start = memory.as_mut_ptr();
    // SAFETY: both ranges lie in the memory, and nothing is done with them because they overlap.
    let status = unsafe {
        fundir_text_write(start, 8, F32, JSON, 1, start.add(4), 32, progress.start(), detail.as_mut_ptr())
    };
    assert_eq!(status, Status::InvalidArgument as i32);
    // SAFETY: as above.
    let status = unsafe {
        fundir_text_read(start, 8, 0, JSON, F32, start.add(4), 32, progress.start(), detail.as_mut_ptr())
    };
    assert_eq!(status, Status::InvalidArgument as i32);
    assert_eq!(progress.words(), [0; 7]);
}

/// Any state that a caller could make up gives an answer.
#[test]
fn a_state_that_cannot_be_crashes_nothing() {
    for state in [0, 1, 2, 3, 4, 5, 77, u64::MAX] {
        for style in 0..3 {
            let mut progress = Progress::new();
            progress.0[1..].fill(0xFF);
            progress.0[17..25].copy_from_slice(&state.to_le_bytes());
            let answer = read(b"  - 1\n  - 2\n,3]", F32, style, 96, progress.start());
            assert!(
                [Status::Ok as i32, Status::Format as i32].contains(&answer.status),
                "{:?}",
                answer.detail
            );
        }
    }
}
