//! Assertions about one file: what we make of it, and that the crate agrees.

use fundir_core::error::{Error, Reason, Status};
use fundir_core::header;

use super::{Contents, Verdict, assert_same_verdict, file};

/// The error for a file that is rejected for this reason.
#[track_caller]
pub fn assert_rejected(file: &[u8], reason: Reason) -> Error {
    assert_same_verdict(file);
    let error = header::parse(file, file.len() as u64).expect_err("it is rejected");
    assert_eq!((error.status, error.reason), (Status::Format, reason), "{error}");
    error
}

/// Asserts that each of these headers, with `data` bytes after it, is not the JSON it should be.
#[track_caller]
pub fn assert_header_not_valid(headers: &[&str], data: usize) {
    for header in headers {
        assert_rejected(&file(header, data), Reason::HeaderNotValid);
    }
}

/// What is in a file that is accepted.
#[track_caller]
pub fn assert_accepted(file: &[u8]) -> Contents {
    match assert_same_verdict(file) {
        Verdict::Accepted(contents) => contents,
        Verdict::Rejected(fault) => {
            let error = header::parse(file, file.len() as u64).expect_err("rejected");
            panic!("rejected for {fault:?}: {error}");
        }
    }
}

/// Asserts which tensor and which numbers an error carries.
#[track_caller]
pub fn assert_numbers(error: &Error, tensor: &str, found: u64, expected: u64) {
    assert_eq!((error.tensor.as_str(), error.found, error.expected), (tensor, found, expected), "{error}");
}
