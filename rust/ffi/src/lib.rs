//! The C ABI of `fundir-core`, declared and explained in `include/fundir.h`.
//!
//! This is the only place that takes foreign pointers. Each export does three things: it checks its arguments, calls
//! the core, and hands the answer back in the caller's memory; [`guard`](mod@guard) has what they share.

pub mod analysis;
pub mod detail;
pub mod elements;
pub mod guard;
pub mod header;
pub mod lock;
pub mod memory;
pub mod merge;
pub mod sha256;
pub mod text;

use std::panic::catch_unwind;
use std::sync::OnceLock;

use fundir_core::kernels::simd::Level;

use crate::guard::{Output, guard};

/// The version of the ABI; `FUNDIR_ABI_VERSION` in the header.
const ABI_VERSION: u32 = 5;

/// The version of the ABI that the library speaks.
#[unsafe(no_mangle)]
pub extern "C" fn fundir_abi_version() -> u32 {
    ABI_VERSION
}

/// Writes the build id, a text that names the sources the library was built from.
///
/// # Safety
/// As [`Output::new`] and [`guard()`] ask.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fundir_build_id(
    out: *mut u8,
    capacity: u64,
    needed: *mut u64,
    detail: *mut u8,
) -> i32 {
    // SAFETY: the caller's, by the rules of the ABI.
    unsafe {
        guard(detail, || Output::new(out, capacity, needed, &[])?.write(env!("FUNDIR_BUILD_ID").as_bytes()))
    }
}

/// The SIMD level that the kernels use on this machine.
#[unsafe(no_mangle)]
pub extern "C" fn fundir_simd_level() -> u32 {
    catch_unwind(|| Level::detect().number()).unwrap_or(Level::SCALAR.number())
}

/// The level of this process. It is asked for at every block, and finding it reads the environment.
fn level() -> Level {
    static LEVEL: OnceLock<Level> = OnceLock::new();
    *LEVEL.get_or_init(Level::detect)
}
