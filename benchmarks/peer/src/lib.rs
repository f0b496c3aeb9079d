//! The safetensors crate as a JNI library would call it.

use std::panic::catch_unwind;
use std::slice;

use safetensors::SafeTensors;

/// Opens a file with `SafeTensors::deserialize`, and lets go of it again.
///
/// Gives the number of its tensors, or -1 when the crate refuses the file or panics.
///
/// # Safety
/// `file` is valid for reads of `length` bytes, which nobody writes to during the call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fundir_peer_open(file: *const u8, length: u64) -> i64 {
    let opened = catch_unwind(|| {
        // SAFETY: the caller vouches for the bytes.
        let bytes = unsafe { slice::from_raw_parts(file, usize::try_from(length).ok()?) };
        i64::try_from(SafeTensors::deserialize(bytes).ok()?.len()).ok()
    });
    opened.ok().flatten().unwrap_or(-1)
}
