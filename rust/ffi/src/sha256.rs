//! SHA-256 of bytes that come in parts.

use std::array::TryFromSliceError;

use fundir_core::error::Error;
use fundir_core::sha256::{self, HASH_SIZE, STATE_SIZE};

use crate::guard::{guard, input, invalid, output_at};

/// Takes bytes in.
///
/// # Safety
/// As [`input`], [`output_at`] and [`guard`] ask; `state` is valid for reads too.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fundir_sha256_update(
    state: *mut u8,
    bytes: *const u8,
    length: u64,
    detail: *mut u8,
) -> i32 {
    let body = || {
        // SAFETY: the caller's, by the rules of the ABI.
        let bytes = unsafe { input("bytes", bytes, length) }?;
        // SAFETY: as above.
        let state = unsafe { output_at(state, 0, STATE_SIZE as u64, bytes) }?;
        sha256::update(state.try_into().map_err(no_state)?, bytes)
    };
    // SAFETY: as above.
    unsafe { guard(detail, body) }
}

/// Writes the hash of the bytes that were taken in.
///
/// # Safety
/// As [`input`], [`output_at`] and [`guard`] ask.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fundir_sha256_finish(state: *const u8, hash: *mut u8, detail: *mut u8) -> i32 {
    let body = || {
        // SAFETY: the caller's, by the rules of the ABI.
        let state = unsafe { input("state", state, STATE_SIZE as u64) }?;
        // SAFETY: as above.
        let hash = unsafe { output_at(hash, 0, HASH_SIZE as u64, state) }?;
        hash.copy_from_slice(&sha256::finish(state.try_into().map_err(no_state)?)?);
        Ok(())
    };
    // SAFETY: as above.
    unsafe { guard(detail, body) }
}

fn no_state(_: TryFromSliceError) -> Error {
    invalid(format!("the state has not {STATE_SIZE} bytes"))
}
