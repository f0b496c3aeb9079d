//! Headers as large as the format allows: they are read, in memory that is a small multiple of their size.

use std::fmt::Write;

use fundir_core::error::Reason;
use fundir_core::header::{self, Index, MAX_LENGTH};

/// A header of a million tensors in one of the layouts, and the length of its file.
fn a_million_tensors(space: &str) -> (Vec<u8>, u64) {
    let mut json = String::from("{");
    for i in 0..1_000_000u64 {
        let separator = if i == 0 { "" } else { "," };
        let (begin, end) = (i * 2, i * 2 + 2);
        write!(json, r#"{separator}"layers.{i}.w":{space}{{"dtype":"BF16","shape":[1],"data_offsets":[{begin},{end}]}}"#)
            .unwrap();
    }
    json.push('}');
    let start = [&(json.len() as u64).to_le_bytes(), json.as_bytes()].concat();
    let file_length = start.len() as u64 + 2_000_000;
    assert!(file_length < MAX_LENGTH);
    (start, file_length)
}

/// Lets the peak of this process's memory begin anew; false where the system has no such switch.
fn reset_peak() -> bool {
    std::fs::write("/proc/self/clear_refs", "5").is_ok()
}

/// The most memory that this process has held since, in bytes.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().strip_suffix(" kB").unwrap().parse::<u64>().unwrap() * 1024
}

/// One test, because it measures the memory of the process.
#[test]
fn a_million_tensors_take_a_small_multiple_of_their_header() {
    for space in ["", " "] {
        let (start, file_length) = a_million_tensors(space);
        let before = reset_peak().then(peak);
        let header = header::parse(&start, file_length).unwrap();
        assert_eq!(header.tensors().len(), 1_000_000);
        let index = Index::new(&header).unwrap();
        assert!(index.byte_size() < start.len());
        let mut bytes = vec![0; index.byte_size()];
        index.write(1, &mut bytes);
        if let Some(before) = before {
            let (taken, header) = (peak() - before, start.len() as u64);
            println!("{taken} bytes for a header of {header}");
            assert!(taken < 3 * header, "{taken} bytes were taken for a header of {header}");
        }
        let error = header::parse(&start, file_length - 1).expect_err("a byte is missing");
        assert_eq!(error.reason, Reason::Incomplete);
    }
}
