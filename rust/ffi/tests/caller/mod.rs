//! A caller of the C ABI: the memory that it owns, and a look into detail records.

// Each test file uses its own part of this module.
#![allow(dead_code)]

use fundir_core::error::Status;
use fundir_ffi::detail;

/// Bytes after each buffer of the caller that nobody may touch.
const FENCE: [u8; 64] = [0xA5; 64];

/// What a call left behind.
#[derive(Debug)]
pub struct Answer {
    pub status: i32,
    pub output: Vec<u8>,
    pub needed: u64,
    pub detail: Detail,
}

/// A decoded detail record.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Detail {
    pub status: u32,
    pub reason: u32,
    pub found: u64,
    pub expected: u64,
    pub os_error: i32,
    pub tensor: String,
    pub path: String,
    pub message: String,
}

/// Calls an export with an output of `capacity` bytes and checks that it wrote nowhere else.
pub fn call(capacity: usize, export: impl FnOnce(*mut u8, u64, *mut u64, *mut u8) -> i32) -> Answer {
    let mut output = [vec![0; capacity], FENCE.to_vec()].concat();
    let mut record = [vec![0; detail::SIZE], FENCE.to_vec()].concat();
    // At an odd address, because the rules allow any.
    let mut needed = [0u8; 9];
    let status =
        export(output.as_mut_ptr(), capacity as u64, needed[1..].as_mut_ptr().cast(), record.as_mut_ptr());
    assert_eq!(output.split_off(capacity), FENCE, "bytes after the output were written");
    assert_eq!(record.split_off(detail::SIZE), FENCE, "bytes after the detail record were written");
    let needed = u64::from_le_bytes(needed[1..].try_into().unwrap());
    let detail = Detail::decode(&record);
    if status == Status::Ok as i32 {
        assert_eq!(detail, Detail::default(), "a success leaves no details");
    } else {
        assert_eq!(detail.status, status as u32);
        assert!(!detail.message.is_empty());
    }
    Answer { status, output, needed, detail }
}

impl Detail {
    fn decode(record: &[u8]) -> Self {
        let u32_at = |at: usize| u32::from_le_bytes(record[at..at + 4].try_into().unwrap());
        let u64_at = |at: usize| u64::from_le_bytes(record[at..at + 8].try_into().unwrap());
        let mut at = 40;
        let mut text = |length: u32| {
            let bytes = &record[at..at + length as usize];
            at += length as usize;
            std::str::from_utf8(bytes).expect("texts are cut at characters").to_owned()
        };
        Detail {
            status: u32_at(0),
            reason: u32_at(4),
            found: u64_at(8),
            expected: u64_at(16),
            os_error: u32_at(24) as i32,
            tensor: text(u32_at(28)),
            path: text(u32_at(32)),
            message: text(u32_at(36)),
        }
    }
}
