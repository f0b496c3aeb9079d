//! Locks of files, taken and given back as C code would.

mod caller;

use std::path::Path;
use std::ptr;

use caller::{Answer, call};
use fundir_core::error::Status;
use fundir_ffi::lock::{fundir_lock_release, fundir_lock_take};

/// Takes a lock; the token is the answer's output.
fn take(path: &Path) -> (Answer, u64) {
    let path = path.to_str().unwrap();
    let answer = call(9, |out, _, _, detail| {
        // SAFETY: the path is as long as it says, and the output has eight bytes from this odd address.
        unsafe { fundir_lock_take(path.as_ptr(), path.len() as u64, out.add(1).cast(), detail) }
    });
    let token = u64::from_le_bytes(answer.output[1..].try_into().unwrap());
    (answer, token)
}

fn release(token: u64) -> Answer {
    // SAFETY: the record has its size.
    call(0, |_, _, _, detail| unsafe { fundir_lock_release(token, detail) })
}

#[test]
fn a_lock_has_one_holder_until_its_token_is_given_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.lock");
    let (answer, token) = take(&path);
    assert_eq!((answer.status, token > 0), (Status::Ok as i32, true), "{answer:?}");
    assert_eq!(take(&path).1, 0);
    let (_, other) = take(&folder.path().join("b.lock"));
    assert!(other > 0 && other != token);
    assert_eq!(release(token).status, Status::Ok as i32);
    let (_, again) = take(&path);
    assert!(again > 0 && again != token);
    for token in [other, again] {
        assert_eq!(release(token).status, Status::Ok as i32);
    }
}

#[test]
fn a_wrong_token_gives_nothing_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.lock");
    let (_, token) = take(&path);
    for wrong in [0, token + 1_000_000, u64::MAX] {
        let answer = release(wrong);
        assert_eq!(answer.status, Status::InvalidArgument as i32);
        assert_eq!(answer.detail.message, format!("no lock is held by the token {wrong}"));
    }
    assert_eq!(take(&path).1, 0);
    assert_eq!(release(token).status, Status::Ok as i32);
    assert_eq!(release(token).status, Status::InvalidArgument as i32);
}

#[test]
fn a_path_that_cannot_be_locked_is_an_error_with_its_number() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("missing").join("a.lock");
    let (answer, _) = take(&path);
    assert_eq!(answer.status, Status::Io as i32);
    assert_eq!(answer.detail.path, path.display().to_string());
    assert!(answer.detail.os_error != 0);
}

#[test]
fn null_is_no_argument() {
    // SAFETY: null is allowed and refused.
    let answer = call(8, |out, _, _, detail| unsafe { fundir_lock_take(ptr::null(), 5, out.cast(), detail) });
    assert_eq!(answer.status, Status::InvalidArgument as i32);
    let path = b"a";
    // SAFETY: as above, and the path has its byte.
    let answer =
        call(0, |_, _, _, detail| unsafe { fundir_lock_take(path.as_ptr(), 1, ptr::null_mut(), detail) });
    assert_eq!(answer.status, Status::InvalidArgument as i32);
    assert!(!Path::new("a").exists());
}

#[test]
fn many_threads_take_turns() {
    use std::sync::atomic::{AtomicU32, Ordering};
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.lock");
    let (inside, turns) = (AtomicU32::new(0), AtomicU32::new(0));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while turns.load(Ordering::Relaxed) < 200 {
                    let (_, token) = take(&path);
                    if token == 0 {
                        std::thread::yield_now();
                        continue;
                    }
                    assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0);
                    turns.fetch_add(1, Ordering::Relaxed);
                    assert_eq!(inside.fetch_sub(1, Ordering::SeqCst), 1);
                    assert_eq!(release(token).status, Status::Ok as i32);
                }
            });
        }
    });
}
