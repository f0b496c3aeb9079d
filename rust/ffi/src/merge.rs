//! Merging: the table of methods, and running a plan.

use std::sync::atomic::AtomicU64;

use fundir_core::error::Result;
use fundir_core::merge::{self, Control, Plan, Report, method};

use crate::guard::{Output, guard, input, invalid};

/// Bytes of the control words; `FUNDIR_CONTROL_SIZE` in the header.
pub const CONTROL_SIZE: usize = 64;

/// Bytes of a report; `FUNDIR_REPORT_SIZE` in the header.
pub const REPORT_SIZE: usize = 128;

/// Writes the table of merge methods.
///
/// # Safety
/// As [`Output::new`] and [`guard`] ask.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fundir_merge_methods(
    table: *mut u8,
    capacity: u64,
    needed: *mut u64,
    detail: *mut u8,
) -> i32 {
    // SAFETY: the caller's, by the rules of the ABI.
    unsafe { guard(detail, || Output::new(table, capacity, needed, &[])?.write(&method::table())) }
}

/// Runs a plan.
///
/// # Safety
/// As [`input`] and [`guard`] ask; `control` is null, or valid for atomic reads and writes of eight words while the call
/// lasts; `report` is null, or valid for writes of [`REPORT_SIZE`] bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fundir_merge_run(
    plan: *const u8,
    length: u64,
    control: *mut u64,
    report: *mut u8,
    detail: *mut u8,
) -> i32 {
    let body = || {
        // SAFETY: the caller's, by the rules of the ABI.
        let plan = Plan::decode(unsafe { input("merge plan", plan, length) }?)?;
        if report.is_null() {
            return Err(invalid("the pointer to the report is null"));
        }
        // SAFETY: as above.
        let words = unsafe { control_words(control) }?;
        let control = Control { bytes: &words[0], tensors: &words[1], cancel: &words[2] };
        let encoded = encode(&merge::run(&plan, control)?);
        // SAFETY: not null, and the caller vouches for its size.
        unsafe { report.copy_from_nonoverlapping(encoded.as_ptr(), REPORT_SIZE) };
        Ok(())
    };
    // SAFETY: as above.
    unsafe { guard(detail, body) }
}

/// # Safety
/// Unless null or misaligned, `control` is valid for atomic reads and writes of eight words during `'a`.
unsafe fn control_words<'a>(control: *mut u64) -> Result<&'a [AtomicU64; CONTROL_SIZE / 8]> {
    if control.is_null() || !control.is_aligned() {
        return Err(invalid(format!(
            "the control words at {:#x} are not at a multiple of 8",
            control.addr()
        )));
    }
    // SAFETY: not null and aligned, an AtomicU64 has the layout of a u64, and the caller vouches for the rest.
    Ok(unsafe { &*control.cast() })
}

fn encode(report: &Report) -> [u8; REPORT_SIZE] {
    let mut bytes = [0; REPORT_SIZE];
    let words = [
        report.bytes_read,
        report.bytes_written,
        report.merged,
        report.copied,
        report.nan,
        report.infinite,
        report.nanoseconds,
        u64::from(report.threads) | u64::from(report.level) << 32,
    ];
    for (place, word) in bytes.as_chunks_mut::<8>().0.iter_mut().zip(words) {
        *place = word.to_le_bytes();
    }
    bytes
}
