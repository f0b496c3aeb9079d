//! SHA-256 of parts, called as C code would call it.

mod caller;

use std::ptr::{null, null_mut};

use caller::{Answer, call};
use fundir_core::error::Status;
use fundir_core::sha256::{HASH_SIZE, STATE_SIZE};
use fundir_ffi::sha256::{fundir_sha256_finish, fundir_sha256_update};

fn update(state: &mut [u8; STATE_SIZE], bytes: &[u8]) -> i32 {
    // SAFETY: state and bytes are as long as they say.
    let answer = call(0, |_, _, _, detail| unsafe {
        fundir_sha256_update(state.as_mut_ptr(), bytes.as_ptr(), bytes.len() as u64, detail)
    });
    answer.status
}

fn finish(state: &[u8; STATE_SIZE]) -> Answer {
    // SAFETY: the state is whole, and the output has room for a hash.
    call(HASH_SIZE, |out, _, _, detail| unsafe { fundir_sha256_finish(state.as_ptr(), out, detail) })
}

#[test]
fn parts_make_the_hash_of_the_whole() {
    let mut state = [0; STATE_SIZE];
    assert_eq!(update(&mut state, b"a"), Status::Ok as i32);
    assert_eq!(update(&mut state, b"bc"), Status::Ok as i32);
    let hash = finish(&state).output;
    let hex: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

#[test]
fn wrong_arguments_are_refused() {
    let mut state = [0xFF; STATE_SIZE];
    assert_eq!(update(&mut state, b"abc"), Status::InvalidArgument as i32, "no state");
    assert_eq!(finish(&state).status, Status::InvalidArgument as i32, "no state");
    let (start, length) = (state.as_mut_ptr(), 8);
    // SAFETY: what is not null is as long as it says, or refused before it is touched.
    let statuses = unsafe {
        [
            call(0, |_, _, _, detail| fundir_sha256_update(null_mut(), start, length, detail)),
            call(0, |_, _, _, detail| fundir_sha256_update(start, null(), length, detail)),
            call(0, |_, _, _, detail| fundir_sha256_update(start, start, length, detail)),
            call(32, |out, _, _, detail| fundir_sha256_finish(null(), out, detail)),
            call(0, |_, _, _, detail| fundir_sha256_finish(start, null_mut(), detail)),
        ]
    };
    for (i, answer) in statuses.iter().enumerate() {
        assert_eq!(answer.status, Status::InvalidArgument as i32, "{i}");
    }
}
