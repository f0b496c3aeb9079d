//! The rules of the format one by one, each row of its table of errors. Every file is judged by the crate `safetensors` too.

mod header_oracle;

use fundir_core::error::Reason;
use header_oracle::expect::{assert_accepted, assert_numbers, assert_rejected};
use header_oracle::{file, file_of_bytes};

#[test]
fn rejects_a_file_of_fewer_than_eight_bytes() {
    for length in 0..8 {
        let error = assert_rejected(&vec![0; length], Reason::HeaderTooSmall);
        assert_numbers(&error, "", length as u64, 8);
    }
}

#[test]
fn rejects_a_header_over_the_formats_limit() {
    for length in [100_000_001, 1 << 63, u64::MAX, 0xFFFF_FF00_0000_003C] {
        let mut file = length.to_le_bytes().to_vec();
        file.extend(b"{}");
        let error = assert_rejected(&file, Reason::HeaderTooLarge);
        assert_numbers(&error, "", length, 100_000_000);
    }
}

#[test]
fn names_what_a_file_is_instead() {
    for (start, name) in
        [(&b"PK\x03\x04\0\0\x08\x08"[..], "zip"), (b"GGUF\x03\0\0\0\0", "GGUF"), (b"<!DOCTYPE html>", "HTML")]
    {
        let error = assert_rejected(start, Reason::HeaderTooLarge);
        assert!(error.message.contains(name), "{error}");
    }
}

#[test]
fn rejects_a_header_that_goes_beyond_the_file() {
    let error = assert_rejected(&60u64.to_le_bytes(), Reason::HeaderBeyondFile);
    assert_numbers(&error, "", 8, 68);
    let mut cut = file("{}      ", 0);
    cut.pop();
    let error = assert_rejected(&cut, Reason::HeaderBeyondFile);
    assert_numbers(&error, "", 15, 16);
    assert!(error.message.contains("download it again"), "{error}");
}

#[test]
fn rejects_a_header_that_is_not_utf8() {
    let error = assert_rejected(&file_of_bytes(b"\xff", 0), Reason::HeaderNotUtf8);
    assert_numbers(&error, "", 8, 0);
    assert_rejected(&file_of_bytes(b"{\"\xed\xa0\x80\":1}", 0), Reason::HeaderNotUtf8);
}

#[test]
fn not_utf8_comes_before_not_json() {
    assert_rejected(&file_of_bytes(b"nonsense \xc3", 0), Reason::HeaderNotUtf8);
}

#[test]
fn rejects_holes_and_overlaps() {
    let two = |a: (u64, u64), b: (u64, u64)| {
        let tensor = |name: &str, (begin, end): (u64, u64)| {
            let length = end.saturating_sub(begin);
            format!(r#""{name}":{{"dtype":"U8","shape":[{length}],"data_offsets":[{begin},{end}]}}"#)
        };
        file(&format!("{{{},{}}}", tensor("a", a), tensor("b", b)), 8)
    };
    assert_accepted(&two((0, 4), (4, 8)));
    assert_accepted(&two((4, 8), (0, 4)));
    assert_numbers(&assert_rejected(&two((0, 4), (5, 8)), Reason::InvalidOffset), "b", 5, 4);
    assert_numbers(&assert_rejected(&two((0, 4), (3, 8)), Reason::InvalidOffset), "b", 3, 4);
    assert_numbers(&assert_rejected(&two((0, 4), (0, 8)), Reason::InvalidOffset), "b", 0, 4);
    assert_numbers(&assert_rejected(&two((1, 4), (4, 8)), Reason::InvalidOffset), "a", 1, 0);
    assert_numbers(&assert_rejected(&two((0, 4), (4, 3)), Reason::InvalidOffset), "b", 3, 4);
    assert_numbers(&assert_rejected(&two((u64::MAX, 4), (0, 4)), Reason::InvalidOffset), "a", u64::MAX, 4);
}

#[test]
fn ten_tensors_in_one_place_are_an_overlap() {
    let tensors: Vec<_> = (0..10)
        .map(|i| format!(r#""weight_{i}":{{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]}}"#))
        .collect();
    assert_rejected(&file(&format!("{{{}}}", tensors.join(",")), 16), Reason::InvalidOffset);
}

#[test]
fn rejects_sizes_that_overflow() {
    for shape in
        ["2,18446744073709551614", "2,9223372036854775807", "9223372036854775808,2,0", "18446744073709551615"]
    {
        let header = format!(r#"{{"t":{{"dtype":"I32","shape":[{shape}],"data_offsets":[0,16]}}}}"#);
        let error = assert_rejected(&file(&header, 16), Reason::SizeOverflow);
        assert_eq!(error.tensor, "t");
    }
    // The first dimension of 0 keeps the product from overflowing.
    let header = r#"{"t":{"dtype":"I32","shape":[0,9223372036854775808,2],"data_offsets":[0,0]}}"#;
    assert_accepted(&file(header, 0));
}

#[test]
fn offsets_near_the_end_of_64_bits_are_an_incomplete_file() {
    let eighth = 1u64 << 60;
    let tensors: Vec<_> = (0..15)
        .map(|i| {
            let (begin, end) = (i * eighth, (i + 1) * eighth);
            format!(r#""t{i:02}":{{"dtype":"U8","shape":[{eighth}],"data_offsets":[{begin},{end}]}}"#)
        })
        .collect();
    let rest = eighth - 1;
    let last =
        format!(r#""u":{{"dtype":"U8","shape":[{rest}],"data_offsets":[{},{}]}}"#, 15 * eighth, u64::MAX);
    let error = assert_rejected(&file(&format!("{{{},{last}}}", tensors.join(",")), 0), Reason::Incomplete);
    assert_eq!(error.expected, u64::MAX);
}

#[test]
fn rejects_sub_byte_tensors_that_do_not_fill_bytes() {
    let f4 = |shape: &str, end: usize| {
        file(&format!(r#"{{"t":{{"dtype":"F4","shape":[{shape}],"data_offsets":[0,{end}]}}}}"#), end)
    };
    assert_accepted(&f4("1,2", 1));
    assert_numbers(&assert_rejected(&f4("1,3", 1), Reason::PartialByte), "t", 12, 16);
    assert_numbers(&assert_rejected(&f4("1,2", 2), Reason::SizeMismatch), "t", 2, 1);
}

#[test]
fn rejects_data_that_is_not_the_size_of_its_shape() {
    let header = r#"{"test":{"dtype":"I32","shape":[2,2],"data_offsets":[0, 4]}}"#;
    assert_numbers(&assert_rejected(&file(header, 4), Reason::SizeMismatch), "test", 4, 16);
}

#[test]
fn rejects_files_that_end_early_or_late() {
    let header = r#"{"test":{"dtype":"I32","shape":[2,2],"data_offsets":[0,16]}}"#;
    let end = 8 + header.len() as u64;
    assert_accepted(&file(header, 16));
    let error = assert_rejected(&file(header, 14), Reason::Incomplete);
    assert_numbers(&error, "", end + 14, end + 16);
    assert!(error.message.contains("2 bytes are missing"), "{error}");
    let error = assert_rejected(&file(header, 50), Reason::TrailingBytes);
    assert_numbers(&error, "", end + 50, end + 16);
    assert_rejected(&file("{}", 1), Reason::TrailingBytes);
}

#[test]
fn takes_scalars_and_empty_tensors() {
    let contents = assert_accepted(&file(r#"{"test":{"dtype":"I32","shape":[],"data_offsets":[0,4]}}"#, 4));
    assert!(contents.tensors["test"].shape.is_empty());
    let contents =
        assert_accepted(&file(r#"{"test":{"dtype":"I32","shape":[2,0],"data_offsets":[0, 0]}}"#, 0));
    assert_eq!(contents.tensors["test"].shape, [2, 0]);
    let many = r#"{"a":["U8",[0],[0,0]],"b":["U8",[0],[0,0]],"c":["U8",[2],[0,2]],"d":["U8",[0],[2,2]],"e":["U8",[0],[2,2]]}"#;
    assert_accepted(&file(many, 2));
}

#[test]
fn takes_tensors_at_odd_places() {
    let header = r#"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"F64","shape":[1],"data_offsets":[1,9]}}"#;
    assert_accepted(&file(header, 9));
}

#[test]
fn a_git_lfs_pointer_is_named_as_such() {
    let oid = "sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393";
    let pointer = format!("version https://git-lfs.github.com/spec/v1\noid {oid}\nsize 2200119864\n");
    let error = assert_rejected(pointer.as_bytes(), Reason::LfsPointer);
    assert!(error.message.contains(oid) && error.message.contains("git lfs pull"), "{error}");
    assert_numbers(&error, "", pointer.len() as u64, 2_200_119_864);
    let error = assert_rejected(b"version https://git-lfs", Reason::LfsPointer);
    assert!(error.message.contains("git lfs pull"), "{error}");
    assert_rejected(b"version of something else", Reason::HeaderTooLarge);
    assert_rejected(b"version ", Reason::HeaderTooLarge);
}
