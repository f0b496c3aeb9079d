//! The exports of merging, called as C code would call them.

mod caller;

use std::ptr;

use caller::{Answer, call};
use fundir_core::error::Status;
use fundir_core::merge::method::REGISTRY;
use fundir_ffi::merge::{fundir_merge_methods, fundir_merge_run, fundir_merge_run_in_memory};

/// A plan of no tensors, as `fundir.h` lays it down.
fn empty_plan() -> Vec<u8> {
    let mut plan = Vec::new();
    for word in [0x4E4C_5046u32, 2, 2, 0] {
        plan.extend(word.to_le_bytes());
    }
    for word in [64u64 << 20, 7] {
        plan.extend(word.to_le_bytes());
    }
    plan.extend((-1i32).to_le_bytes());
    plan.extend([0; 24]);
    plan
}

/// Runs `plan` with the control words at `control`.
fn run(plan: &[u8], control: *mut u64, report: *mut u8) -> Answer {
    call(0, |_, _, _, detail| {
        // SAFETY: the tests give valid ranges, or pointers that have to be refused before they are used.
        unsafe { fundir_merge_run(plan.as_ptr(), plan.len() as u64, control, report, detail) }
    })
}

#[test]
fn a_plan_of_nothing_is_done_at_once() {
    let (mut control, mut report) = ([0u64; 8], [0xFFu8; 128]);
    let answer = run(&empty_plan(), control.as_mut_ptr(), report.as_mut_ptr());
    assert_eq!(answer.status, Status::Ok as i32);
    assert_eq!(control, [0; 8]);
    assert_eq!(report[..48], [0; 48], "nothing was read, written, merged, copied or found");
    assert_eq!(report[56..60], 2u32.to_le_bytes(), "two threads");
    assert_eq!(report[64..], [0; 64]);
}

#[test]
fn control_words_and_report_are_checked_before_anything_is_done() {
    let (mut control, mut report) = ([0u64; 9], [0u8; 128]);
    let plan = empty_plan();
    let odd = control.as_mut_ptr().wrapping_byte_add(1);
    for (control, report) in [
        (ptr::null_mut(), report.as_mut_ptr()),
        (odd, report.as_mut_ptr()),
        (control.as_mut_ptr(), ptr::null_mut()),
    ] {
        assert_eq!(run(&plan, control, report).status, Status::InvalidArgument as i32);
    }
    // SAFETY: without a place for details nothing is looked at.
    let status = unsafe {
        fundir_merge_run(
            plan.as_ptr(),
            plan.len() as u64,
            control.as_mut_ptr(),
            report.as_mut_ptr(),
            ptr::null_mut(),
        )
    };
    assert_eq!(status, Status::InvalidArgument as i32);
}

#[test]
fn what_is_no_plan_is_refused() {
    let (mut control, mut report) = ([0u64; 8], [0u8; 128]);
    let plan = empty_plan();
    for bytes in [&[][..], &plan[1..], &plan[..plan.len() - 1]] {
        let answer = run(bytes, control.as_mut_ptr(), report.as_mut_ptr());
        assert_eq!(answer.status, Status::Request as i32);
        assert!(answer.detail.message.contains("malformed"), "{answer:?}");
    }
}

#[test]
fn a_set_cancel_word_stops_a_merge() {
    let (mut control, mut report) = ([0u64, 0, 1, 0, 0, 0, 0, 0], [0u8; 128]);
    let answer = run(&empty_plan(), control.as_mut_ptr(), report.as_mut_ptr());
    assert_eq!(answer.status, Status::Cancelled as i32);
}

/// A plan that copies the one input of `size` bytes to the one output.
fn copying_plan(size: u64) -> Vec<u8> {
    let mut plan = empty_plan();
    plan.truncate(36);
    let text = |plan: &mut Vec<u8>, text: &str| {
        plan.extend((text.len() as u32).to_le_bytes());
        plan.extend(text.as_bytes());
    };
    let words = |plan: &mut Vec<u8>, words: &[u32]| words.iter().for_each(|w| plan.extend(w.to_le_bytes()));
    for _ in 0..2 {
        words(&mut plan, &[1, 0]);
        plan.extend(size.to_le_bytes());
    }
    words(&mut plan, &[1]);
    text(&mut plan, "copy");
    words(&mut plan, &[u32::MAX, 0, 1]);
    text(&mut plan, "t");
    words(&mut plan, &[0, 1]);
    plan.extend(size.to_le_bytes());
    let u8_code = [4];
    let place = [&0u32.to_le_bytes()[..], &0u64.to_le_bytes(), &u8_code].concat();
    plan.extend(&place);
    words(&mut plan, &[1]);
    plan.extend(&place);
    words(&mut plan, &[1, 0, 1]);
    plan
}

/// Runs `plan` on these ranges of memory.
fn run_in_memory(plan: &[u8], ranges: &[(u64, u64)]) -> Answer {
    let ranges: Vec<u8> = ranges
        .iter()
        .flat_map(|(start, length)| [start.to_le_bytes(), length.to_le_bytes()].concat())
        .collect();
    let (mut control, mut report) = ([0u64; 8], [0u8; 128]);
    call(0, |_, _, _, detail| {
        // SAFETY: the tests give valid ranges, or such that have to be refused before they are used.
        unsafe {
            fundir_merge_run_in_memory(
                plan.as_ptr(),
                plan.len() as u64,
                ranges.as_ptr(),
                ranges.len() as u64,
                control.as_mut_ptr(),
                report.as_mut_ptr(),
                detail,
            )
        }
    })
}

#[test]
fn a_plan_runs_on_memory() {
    let input: Vec<u8> = (0..200_001u32).map(|i| i as u8).collect();
    let mut output = vec![0u8; input.len()];
    let size = input.len() as u64;
    let (from, to) =
        (input.as_ptr().expose_provenance() as u64, output.as_mut_ptr().expose_provenance() as u64);
    let answer = run_in_memory(&copying_plan(size), &[(from, size), (to, size)]);
    assert_eq!(answer.status, Status::Ok as i32, "{answer:?}");
    assert_eq!(output, input);
}

#[test]
fn ranges_of_memory_are_checked_before_they_are_used() {
    let mut memory = vec![0u8; 100];
    let start = memory.as_mut_ptr().expose_provenance() as u64;
    let plan = copying_plan(40);
    for ranges in [
        &[(start, 40), (start + 39, 40)][..],
        &[(start + 20, 40), (start, 40)],
        &[(start, 40), (start, 40)],
        &[(0, 40), (start, 40)],
        &[(start, 40), (u64::MAX - 10, 40)],
        &[(start, u64::MAX), (start, 40)],
    ] {
        assert_eq!(run_in_memory(&plan, ranges).status, Status::InvalidArgument as i32, "{ranges:?}");
    }
    for ranges in
        [&[(start, 40)][..], &[(start, 39), (start + 50, 40)], &[(start, 40), (start + 50, 41)], &[]]
    {
        assert_eq!(run_in_memory(&plan, ranges).status, Status::Request as i32, "{ranges:?}");
    }
}

#[test]
fn the_table_names_every_method() {
    let methods = |capacity| {
        call(capacity, |out, capacity, needed, detail| {
            // SAFETY: the caller gives valid ranges.
            unsafe { fundir_merge_methods(out, capacity, needed, detail) }
        })
    };
    let short = methods(3);
    assert_eq!(short.status, Status::BufferTooSmall as i32);
    let table = methods(short.needed as usize);
    assert_eq!((table.status, table.needed), (Status::Ok as i32, short.needed));
    assert_eq!(table.output[..4], (REGISTRY.len() as u32).to_le_bytes());
    for name in REGISTRY.iter().map(|declaration| declaration.name) {
        let encoded = [&(name.len() as u32).to_le_bytes()[..], name.as_bytes()].concat();
        assert!(table.output.windows(encoded.len()).any(|w| w == encoded), "{name}");
    }
}
