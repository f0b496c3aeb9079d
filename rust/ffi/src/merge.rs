//! Merging: the table of methods, and running a plan.

use std::sync::atomic::AtomicU64;

use fundir_core::error::Result;
use fundir_core::merge::{self, Control, Plan, Report, method};

use crate::guard::{Output, guard, input, invalid, output};

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
    // SAFETY: the caller's, by the rules of the ABI.
    unsafe { run(plan, length, control, report, detail, merge::run) }
}

/// Runs a plan on memory in place of its files.
///
/// # Safety
/// As [`fundir_merge_run`] asks; `ranges` as [`input`] asks, and each range in it is valid while the call lasts: that of an
/// input for reads, with nobody writing to it, that of an output for writes, with nobody else using it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fundir_merge_run_in_memory(
    plan: *const u8,
    length: u64,
    ranges: *const u8,
    ranges_length: u64,
    control: *mut u64,
    report: *mut u8,
    detail: *mut u8,
) -> i32 {
    let in_memory = |plan: &Plan, control: Control<'_>| {
        // SAFETY: the caller's, by the rules of the ABI.
        let ranges = unsafe { input("list of ranges", ranges, ranges_length) }?;
        // SAFETY: as above.
        let (inputs, outputs) = unsafe { memory(ranges, plan.inputs.len()) }?;
        merge::run_in_memory(plan, control, &inputs, outputs)
    };
    // SAFETY: as above.
    unsafe { run(plan, length, control, report, detail, in_memory) }
}

/// What the two ways to run a plan have in common.
///
/// # Safety
/// As [`fundir_merge_run`] asks.
unsafe fn run(
    plan: *const u8,
    length: u64,
    control: *mut u64,
    report: *mut u8,
    detail: *mut u8,
    merge: impl FnOnce(&Plan, Control<'_>) -> Result<Report>,
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
        let encoded = encode(&merge(&plan, control)?);
        // SAFETY: not null, and the caller vouches for its size.
        unsafe { report.copy_from_nonoverlapping(encoded.as_ptr(), REPORT_SIZE) };
        Ok(())
    };
    // SAFETY: as above.
    unsafe { guard(detail, body) }
}

/// Inputs and outputs in memory.
type Memory<'a> = (Vec<&'a [u8]>, Vec<&'a mut [u8]>);

/// The ranges of memory of `inputs` inputs, and those of the outputs after them, which are checked to overlap nothing.
///
/// # Safety
/// As [`fundir_merge_run_in_memory`] asks of the ranges, during `'a`.
unsafe fn memory<'a>(ranges: &[u8], inputs: usize) -> Result<Memory<'a>> {
    let (ranges, []) = ranges.as_chunks::<16>() else {
        return Err(invalid(format!("a list of ranges has {} bytes, no multiple of 16", ranges.len())));
    };
    let word =
        |range: &[u8; 16], i: usize| u64::from_le_bytes(*range[8 * i..].first_chunk().unwrap_or(&[0; 8]));
    let ranges: Vec<_> = ranges.iter().map(|range| (word(range, 0), word(range, 1))).collect();
    let (inputs, outputs) = ranges.split_at(inputs.min(ranges.len()));
    let mut sorted: Vec<_> = ranges
        .iter()
        .enumerate()
        .filter(|(_, range)| range.1 > 0)
        .map(|(i, r)| (*r, i >= inputs.len()))
        .collect();
    sorted.sort();
    let mut end = 0;
    let mut is_written = false;
    for ((start, length), is_output) in sorted {
        if start < end && (is_output || is_written) {
            return Err(invalid("an output overlaps another range"));
        }
        is_written = if start < end { is_written } else { is_output };
        end = end.max(start.saturating_add(length));
    }
    let address = |address: u64| usize::try_from(address).map_err(|_| invalid("an address is beyond memory"));
    let inputs = inputs.iter().map(|(start, length)| {
        // SAFETY: the caller's, by the rules of the ABI.
        unsafe { input("input", std::ptr::with_exposed_provenance(address(*start)?), *length) }
    });
    let outputs = outputs.iter().map(|(start, length)| {
        // SAFETY: as above, and no two of the slices overlap, as was checked.
        unsafe { output(std::ptr::with_exposed_provenance_mut(address(*start)?), *length) }
    });
    Ok((inputs.collect::<Result<_>>()?, outputs.collect::<Result<_>>()?))
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
