//! The strict mode and the limits that a caller sets. Every file here is one that the crate `safetensors` accepts.

mod header_oracle;

use fundir_core::error::{Error, Reason, Status};
use fundir_core::header::{self, Rules};
use header_oracle::expect::{assert_accepted, assert_numbers};
use header_oracle::file;

const STRICT: Rules = Rules { strict: true, ..Rules::FORMAT };

/// A file whose header is padded with spaces as the format's writers do it.
fn padded(header: &str, data: usize) -> Vec<u8> {
    file(&format!("{header}{}", " ".repeat(header.len().next_multiple_of(8) - header.len())), data)
}

fn tensor(name: &str, dtype: &str, shape: usize, begin: usize, end: usize) -> String {
    format!(r#""{name}":{{"dtype":"{dtype}","shape":[{shape}],"data_offsets":[{begin},{end}]}}"#)
}

/// The strict mode's error for a file that the crate accepts.
#[track_caller]
fn refused(file: &[u8], reason: Reason) -> Error {
    assert_accepted(file);
    let error = header::parse_by(file, file.len() as u64, &STRICT).expect_err("the strict mode refuses it");
    assert_eq!((error.status, error.reason), (Status::Format, reason), "{error}");
    error
}

#[track_caller]
fn assert_strict_accepts(file: &[u8]) {
    let header = header::parse_by(file, file.len() as u64, &STRICT).unwrap();
    assert_eq!(header, header::parse(file, file.len() as u64).unwrap());
}

#[test]
fn what_the_crate_writes_is_accepted() {
    let (a, b) = (tensor("a", "I64", 1, 0, 8), tensor("b", "F16", 3, 8, 14));
    for header in [
        "{}".to_owned(),
        format!("{{{a},{b}}}"),
        format!(r#"{{"__metadata__":{{"a":"b","c":"\u0000"}},{a},{b}}}"#),
        format!(r#"{{ "__metadata__" : {{ }} , {a} , {b} }}"#),
        format!(r#"{{{a},"\n\\\u00e9":{{"shape":[3], "data_offsets":[8,14],"dtype":"F16"}}}}"#),
    ] {
        assert_strict_accepts(&padded(&header, if header.contains("F16") { 14 } else { 0 }));
    }
}

#[test]
fn names_that_stand_twice_are_refused() {
    let header = format!(
        "{{{},{},{}}}",
        tensor("a", "U8", 9, 0, 9),
        tensor("b", "U8", 1, 0, 1),
        tensor("a", "F16", 1, 1, 3)
    );
    let error = refused(&padded(&header, 3), Reason::DuplicateName);
    assert_numbers(&error, "a", 2, 1);
    assert!(error.message.contains("U8 with data at [0, 9] and F16 with data at [1, 3]"), "{error}");
    // The same name, once with an escape.
    let header = format!("{{{},{}}}", tensor("a", "U8", 9, 0, 9), tensor("\\u0061", "U8", 2, 0, 2));
    refused(&padded(&header, 2), Reason::DuplicateName);
    // Without the rule it would be a hole that nobody understands.
    let header = format!("{{{},{}}}", tensor("a", "U8", 2, 0, 2), tensor("a", "U8", 2, 2, 4));
    let file = padded(&header, 4);
    assert_eq!(header::parse(&file, file.len() as u64).unwrap_err().reason, Reason::InvalidOffset);
    let strict = header::parse_by(&file, file.len() as u64, &STRICT).unwrap_err();
    assert_eq!(strict.reason, Reason::DuplicateName);
}

#[test]
fn metadata_keys_that_stand_twice_are_refused() {
    for a in ["", &tensor("a", "U8", 1, 0, 1), r#""a" : ["U8",[1],[0,1]]"#] {
        let comma = if a.is_empty() { "" } else { "," };
        let header = format!(r#"{{"__metadata__":{{"k":"v","l":"","\u006b":"w","l":"x"}}{comma}{a}}}"#);
        let error = refused(&padded(&header, a.len().min(1)), Reason::DuplicateKey);
        assert_numbers(&error, "", 2, 1);
        assert!(error.message.contains(r#""k" twice, as "v" and "w""#), "{error}");
    }
}

#[test]
fn a_nul_in_a_name_is_refused() {
    let error =
        refused(&padded(&format!("{{{}}}", tensor("ab\\u0000c", "U8", 1, 0, 1)), 1), Reason::NulInName);
    assert_numbers(&error, "ab\0c", 2, 0);
}

#[test]
fn unknown_fields_are_refused() {
    let header = r#"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1],"stride":[1]}}"#;
    let error = refused(&padded(header, 1), Reason::UnknownField);
    assert_eq!(error.tensor, "a");
    assert!(error.message.contains(r#""stride""#), "{error}");
}

#[test]
fn forms_that_are_not_the_formats_are_refused() {
    let list = format!(r#"{{{},"b":["U8",[1],[1,2]]}}"#, tensor("a", "U8", 1, 0, 1));
    let error = refused(&padded(&list, 2), Reason::HeaderNotValid);
    assert_eq!(error.tensor, "b");
    assert!(error.message.contains("list"), "{error}");
    let error = refused(&padded(r#"{"__metadata__":null}"#, 0), Reason::HeaderNotValid);
    assert!(error.message.contains("null"), "{error}");
    let error = refused(&file(" {}     ", 0), Reason::HeaderNotValid);
    assert!(error.message.contains("begins with white space"), "{error}");
    let error = refused(&file("{}   \n  ", 0), Reason::HeaderNotValid);
    assert!(error.message.contains("not spaces"), "{error}");
}

#[test]
fn tensors_begin_at_multiples_of_their_elements() {
    for (dtype, width) in [("I16", 2), ("BF16", 2), ("F32", 4), ("C64", 8), ("F64", 8), ("U64", 8)] {
        for begin in 1..=width {
            let header = format!(
                "{{{},{}}}",
                tensor("a", "U8", begin, 0, begin),
                tensor("w", dtype, 1, begin, begin + width)
            );
            let file = padded(&header, begin + width);
            if begin == width {
                assert_strict_accepts(&file);
            } else {
                assert_numbers(&refused(&file, Reason::Misaligned), "w", begin as u64, width as u64);
            }
        }
    }
    // Narrow elements begin anywhere, and so does nothing at all.
    let header = format!(
        "{{{},{},{}}}",
        tensor("a", "U8", 1, 0, 1),
        tensor("b", "F4", 2, 1, 2),
        tensor("c", "I64", 0, 2, 2)
    );
    assert_strict_accepts(&padded(&header, 2));
}

#[test]
fn data_begin_at_a_multiple_of_eight() {
    for spaces in 0..8 {
        let file = file(&format!("{{}}{}", " ".repeat(spaces)), 0);
        if spaces == 6 {
            assert_strict_accepts(&file);
        } else {
            let end = 10 + spaces as u64;
            assert_numbers(&refused(&file, Reason::Misaligned), "", end, end.next_multiple_of(8));
        }
    }
}

#[test]
fn the_first_oddity_of_the_json_is_told() {
    let header = r#"{"a":{"x":1,"dtype":"U8","shape":[1],"data_offsets":[0,1],"y":2},"b":["U8",[1],[1,2]],"__metadata__":null}"#;
    let error = refused(&padded(header, 2), Reason::UnknownField);
    assert!(error.message.contains(r#""x""#), "{error}");
}

#[test]
fn a_header_over_the_callers_limit_is_not_asked_for() {
    let file = padded(&format!("{{{}}}", tensor("a", "U8", 1, 0, 1)), 1);
    let length = file.len() as u64 - 9;
    let limited = |max_header| Rules { max_header, ..Rules::FORMAT };
    assert!(header::parse_by(&file, file.len() as u64, &limited(length)).is_ok());
    let error = header::extent(&file[..8], file.len() as u64, &limited(length - 1)).unwrap_err();
    assert_eq!((error.status, error.reason), (Status::Format, Reason::OverLimit));
    assert_numbers(&error, "", length, length - 1);
    // What is over the format's own limit is that still.
    let over = 100_000_001u64.to_le_bytes();
    let error = header::extent(&over, 1 << 40, &limited(u64::MAX)).unwrap_err();
    assert_eq!(error.reason, Reason::HeaderTooLarge);
}

#[test]
fn more_tensors_than_the_caller_allows_are_not_read() {
    for space in ["", " "] {
        let tensors: Vec<_> = (0..100).map(|i| tensor(&format!("t{i}"), "U8", 1, i, i + 1)).collect();
        let file = padded(&format!("{{{}}}", tensors.join(&format!(",{space}"))), 100);
        let limited = |max_tensors| Rules { max_tensors, ..Rules::FORMAT };
        assert!(header::parse_by(&file, file.len() as u64, &limited(100)).is_ok());
        for max in [0, 1, 99] {
            let error = header::parse_by(&file, file.len() as u64, &limited(max)).unwrap_err();
            assert_eq!((error.status, error.reason), (Status::Format, Reason::OverLimit));
            assert_numbers(&error, "", max + 1, max);
        }
    }
}
