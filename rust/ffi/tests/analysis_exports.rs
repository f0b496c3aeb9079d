//! The exports that look at blocks of elements, called as C code would call them.

mod caller;

use caller::{Answer, call};
use fundir_core::error::Status;
use fundir_ffi::analysis::{
    DISTANCE_SIZE, MOMENTS_SIZE, fundir_distance, fundir_histogram, fundir_moments, fundir_outliers,
};

const I8: u32 = 5;
const U8: u32 = 4;
const C64: u32 = 18;

const BLOCK: [u8; 4] = [1, 0, 2, 5];

fn words(answer: &Answer) -> Vec<u64> {
    assert_eq!(answer.status, Status::Ok as i32, "{answer:?}");
    answer.output.chunks(8).map(|word| u64::from_le_bytes(word.try_into().unwrap())).collect()
}

fn numbers(words: &[u64]) -> Vec<f64> {
    words.iter().map(|&word| f64::from_bits(word)).collect()
}

fn moments(bytes: &[u8], dtype: u32) -> Answer {
    // SAFETY: the record has its size, and the input is as long as it says.
    call(MOMENTS_SIZE, |out, _, _, detail| unsafe {
        fundir_moments(bytes.as_ptr(), bytes.len() as u64, dtype, out, detail)
    })
}

#[test]
fn moments_are_written_in_their_order() {
    let found = words(&moments(&BLOCK, U8));
    assert_eq!(found[..4], [4, 1, 0, 0]);
    assert_eq!(numbers(&found[4..]), [0.0, 5.0, 2.0, 14.0]);
}

#[test]
fn outliers_are_written_behind_their_counts() {
    // SAFETY: the output has room for two, and the input is as long as it says.
    let answer = call(48, |out, _, _, detail| unsafe {
        fundir_outliers(BLOCK.as_ptr(), 4, U8, 2.0, 1.0, 2, out, detail)
    });
    let found = words(&answer);
    assert_eq!(found[..3], [2, 2, 3]);
    assert_eq!((f64::from_bits(found[3]), found[4], f64::from_bits(found[5])), (5.0, 1, 0.0));
}

#[test]
fn bins_stand_between_what_is_below_and_above() {
    // SAFETY: the output has room for four counts, and the input is as long as it says.
    let answer = call(32, |out, _, _, detail| unsafe {
        fundir_histogram(BLOCK.as_ptr(), 4, U8, 1.0, 3.0, 2, out, detail)
    });
    assert_eq!(words(&answer), [1, 1, 1, 1]);
}

#[test]
fn distances_are_those_of_two_dtypes() {
    let other = [1u8, 0, 255, 5];
    // SAFETY: the record has its size, and the inputs are as long as they say.
    let answer = call(DISTANCE_SIZE, |out, _, _, detail| unsafe {
        fundir_distance(BLOCK.as_ptr(), 4, U8, other.as_ptr(), 4, I8, out, detail)
    });
    let found = words(&answer);
    assert_eq!(found[..2], [4, 1]);
    assert_eq!(numbers(&found[2..]), [3.0, 9.0, 30.0, 24.0, 27.0]);
}

#[test]
fn what_cannot_be_is_refused() {
    assert_eq!(moments(&BLOCK, 22).status, Status::InvalidArgument as i32);
    assert_eq!(moments(&[0; 8], C64).status, Status::Request as i32);
    // SAFETY: nothing is read or written before the arguments are checked.
    let answers = unsafe {
        [
            call(0, |_, _, _, detail| fundir_moments(BLOCK.as_ptr(), 4, U8, std::ptr::null_mut(), detail)),
            call(16, |out, _, _, detail| fundir_moments(std::ptr::null(), 4, U8, out, detail)),
            call(16, |out, _, _, detail| fundir_outliers(BLOCK.as_ptr(), 4, U8, 0.0, 0.0, 1001, out, detail)),
            call(16, |out, _, _, detail| {
                fundir_histogram(BLOCK.as_ptr(), 4, U8, 0.0, 1.0, 4097, out, detail)
            }),
        ]
    };
    for answer in answers {
        assert_eq!(answer.status, Status::InvalidArgument as i32, "{answer:?}");
    }
}
