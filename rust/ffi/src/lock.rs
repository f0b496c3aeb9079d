//! Locks of files, each held by a token: the open file that holds it stays on this side.

use std::collections::BTreeMap;
use std::fs::File;
use std::sync::{Mutex, MutexGuard, PoisonError};

use fundir_core::io::{self, lock};

use crate::guard::{guard, input, invalid};

/// The locks that are held. A token is given once in the life of the process, so a stale one finds nothing.
static HELD: Mutex<Held> = Mutex::new(Held { last: 0, files: BTreeMap::new() });

struct Held {
    last: u64,
    files: BTreeMap<u64, File>,
}

/// Takes the lock of a file, unless somebody has it.
///
/// # Safety
/// As [`input`] and [`guard`] ask; `token` is null, or valid for a write of eight bytes at any alignment.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fundir_lock_take(
    path: *const u8,
    length: u64,
    token: *mut u64,
    detail: *mut u8,
) -> i32 {
    let body = || {
        // SAFETY: the caller's, by the rules of the ABI.
        let path = unsafe { input("path", path, length) }?;
        if token.is_null() {
            return Err(invalid("the pointer `token` is null"));
        }
        let path = io::path_of(path).ok_or_else(|| invalid("the path is not UTF-8"))?;
        let held = lock::take(&path)?.map_or(0, hold);
        // SAFETY: not null, and the caller vouches for the eight bytes.
        unsafe { token.write_unaligned(held) };
        Ok(())
    };
    // SAFETY: as above.
    unsafe { guard(detail, body) }
}

/// Gives a lock back.
///
/// # Safety
/// As [`guard`] asks.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fundir_lock_release(token: u64, detail: *mut u8) -> i32 {
    let body = || {
        let file = held().files.remove(&token);
        // Closing the file gives its lock back.
        file.map(drop::<File>).ok_or_else(|| invalid(format!("no lock is held by the token {token}")))
    };
    // SAFETY: the caller's, by the rules of the ABI.
    unsafe { guard(detail, body) }
}

fn hold(file: File) -> u64 {
    let mut held = held();
    held.last += 1;
    let token = held.last;
    held.files.insert(token, file);
    token
}

/// No code can panic between changes of the map, so it is whole after a panic elsewhere.
fn held() -> MutexGuard<'static, Held> {
    HELD.lock().unwrap_or_else(PoisonError::into_inner)
}
