//! Elements converted from one type to another.

use std::sync::OnceLock;

use fundir_core::dtype;
use fundir_core::error::Result;
use fundir_core::kernels::elements;
use fundir_core::kernels::simd::Level;

use crate::guard::{guard, input, invalid, output_at};

/// Converts elements.
///
/// # Safety
/// As [`input`], [`output_at`] and [`guard`] ask.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fundir_convert(
    r#in: *const u8,
    in_length: u64,
    in_type: u32,
    out: *mut u8,
    out_offset: u64,
    out_length: u64,
    out_type: u32,
    detail: *mut u8,
) -> i32 {
    let body = || {
        // SAFETY: the caller's, by the rules of the ABI.
        let bytes = unsafe { input("input", r#in, in_length) }?;
        // SAFETY: as above.
        let out = unsafe { output_at(out, out_offset, out_length, bytes) }?;
        convert(in_type, bytes, out_type, out)
    };
    // SAFETY: as above.
    unsafe { guard(detail, body) }
}

fn convert(in_type: u32, bytes: &[u8], out_type: u32, out: &mut [u8]) -> Result<()> {
    let dtype = |number: u32| u8::try_from(number).ok().and_then(dtype::from_code);
    match (dtype(in_type), dtype(out_type)) {
        (Some(from), Some(to)) => elements::convert(level(), from, bytes, to, out),
        (None, _) => Err(invalid(format!("there is no element type {in_type} to convert from"))),
        (_, None) => Err(invalid(format!("there is no element type {out_type} to convert to"))),
    }
}

/// The level of this process. It is asked for at every block, and finding it reads the environment.
fn level() -> Level {
    static LEVEL: OnceLock<Level> = OnceLock::new();
    *LEVEL.get_or_init(Level::detect)
}
