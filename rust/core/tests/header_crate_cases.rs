//! The rules of the format one by one: every row of its table of errors, and the cases on which readers differ. Each is
//! judged by the crate `safetensors` too.

mod header_oracle;

use fundir_core::error::{Error, Reason, Status};
use fundir_core::header;
use header_oracle::{Verdict, assert_same_verdict, crates_verdict, file, file_of_bytes};

/// The error for a file that the crate rejects for the same reason.
fn rejected(file: &[u8]) -> Error {
    assert_same_verdict(file);
    let error = header::parse(file, file.len() as u64).expect_err("the crate rejects it");
    assert_eq!(error.status, Status::Format, "{error}");
    error
}

#[track_caller]
fn assert_rejected(file: &[u8], reason: Reason) -> Error {
    let error = rejected(file);
    assert_eq!(error.reason, reason, "{error}");
    error
}

#[track_caller]
fn assert_header_not_valid(headers: &[&str], data: usize) {
    for header in headers {
        assert_rejected(&file(header, data), Reason::HeaderNotValid);
    }
}

/// The tensors of a file that the crate accepts with the same ones.
#[track_caller]
fn assert_accepted(file: &[u8]) -> header_oracle::Contents {
    match assert_same_verdict(file) {
        Verdict::Accepted(contents) => contents,
        Verdict::Rejected(fault) => {
            let error = header::parse(file, file.len() as u64).expect_err("rejected");
            panic!("rejected for {fault:?}: {error}");
        }
    }
}

#[track_caller]
fn assert_numbers(error: &Error, tensor: &str, found: u64, expected: u64) {
    assert_eq!((error.tensor.as_str(), error.found, error.expected), (tensor, found, expected), "{error}");
}

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
fn rejects_what_is_not_a_json_object() {
    let headers = [
        "",
        " ",
        "{",
        "}",
        "[]",
        "null",
        "7",
        "\"x\"",
        "{}{}",
        "{},",
        "{,}",
        "{} \0",
        "{}\0\0",
        "\u{feff}{}",
    ];
    assert_header_not_valid(&headers, 0);
    assert_header_not_valid(
        &["{'a':1}", "{a:1}", "{\"a\" 1}", "{\"a\":}", "{\"a\":1,}", "{\"a\":null}", "{\"a\":{}}"],
        0,
    );
}

#[test]
fn an_empty_header_is_said_to_be_empty() {
    let error = assert_rejected(&file("", 0), Reason::HeaderNotValid);
    assert!(error.message.contains("the header is empty"), "{error}");
}

#[test]
fn rejects_tensors_that_lack_or_repeat_a_field() {
    assert_header_not_valid(
        &[
            r#"{"t":{"shape":[4],"data_offsets":[0,4]}}"#,
            r#"{"t":{"dtype":"U8","data_offsets":[0,4]}}"#,
            r#"{"t":{"dtype":"U8","shape":[4]}}"#,
            r#"{"t":{"dtype":"U8","dtype":"U8","shape":[4],"data_offsets":[0,4]}}"#,
            r#"{"t":{"dtype":"U8","shape":[4],"shape":[4],"data_offsets":[0,4]}}"#,
            r#"{"t":{"dtype":"U8","shape":[4],"data_offsets":[0,4],"data_offsets":[0,4]}}"#,
        ],
        4,
    );
}

#[test]
fn an_error_in_a_tensors_json_names_the_tensor() {
    let error = assert_rejected(
        &file(r#"{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"b":{"dtype":"F33","shape":[]}}"#, 0),
        Reason::HeaderNotValid,
    );
    assert_eq!(error.tensor, "b");
    assert!(error.message.contains("F33") && error.message.contains("BF16"), "{error}");
}

#[test]
fn rejects_numbers_that_are_no_unsigned_64_bit_integers() {
    for number in
        ["-1", "-0", "1.0", "1e0", "01", "+1", "18446744073709551616", "1e400", "\"1\"", "null", "[1]", ""]
    {
        assert_header_not_valid(
            &[
                &format!(r#"{{"t":{{"dtype":"U8","shape":[{number}],"data_offsets":[0,1]}}}}"#),
                &format!(r#"{{"t":{{"dtype":"U8","shape":[1],"data_offsets":[{number},1]}}}}"#),
                &format!(r#"{{"t":{{"dtype":"U8","shape":[1],"data_offsets":[0,{number}]}}}}"#),
            ]
            .map(String::as_str)
            // An empty shape is a scalar's.
            .map(|header| header.replace("\"shape\":[]", "\"shape\":[,]"))
            .each_ref()
            .map(String::as_str),
            1,
        );
    }
}

#[test]
fn reads_the_largest_numbers() {
    let header = r#"{"t":{"dtype":"U8","shape":[0,18446744073709551615],"data_offsets":[0,0]}}"#;
    assert_eq!(assert_accepted(&file(header, 0)).tensors["t"].shape, [0, u64::MAX]);
}

#[test]
fn rejects_offsets_that_are_not_a_pair() {
    for offsets in ["[]", "[0]", "[0,4,4]", "{}", "null", "4", r#"{"0":0,"1":4}"#] {
        assert_header_not_valid(
            &[&format!(r#"{{"t":{{"dtype":"U8","shape":[4],"data_offsets":{offsets}}}}}"#)],
            4,
        );
    }
}

#[test]
fn takes_a_dtype_in_each_form_that_the_crate_takes() {
    for dtype in [r#""F32""#, r#"{"F32":null}"#, r#""F\u00332""#, r#"{ "F\u00332" : null }"#] {
        let header = format!(r#"{{"t":{{"dtype":{dtype},"shape":[1],"data_offsets":[0,4]}}}}"#);
        assert_eq!(assert_accepted(&file(&header, 4)).tensors["t"].dtype, safetensors::Dtype::F32);
    }
    for dtype in [
        r#""f32""#,
        r#""F128""#,
        r#""""#,
        "17",
        "null",
        "[]",
        r#"["F32"]"#,
        "{}",
        r#"{"F32":[]}"#,
        r#"{"F32":0}"#,
    ] {
        assert_header_not_valid(
            &[&format!(r#"{{"t":{{"dtype":{dtype},"shape":[1],"data_offsets":[0,4]}}}}"#)],
            4,
        );
    }
    for dtype in [
        r#"{"F32":{"a":1}}"#,
        r#"{"F32":null,"F32":null}"#,
        r#"{"F32":null,"x":1}"#,
        r#"{"F32":""}"#,
        r#"{"F32":{}}"#,
    ] {
        assert_header_not_valid(
            &[&format!(r#"{{"t":{{"dtype":{dtype},"shape":[1],"data_offsets":[0,4]}}}}"#)],
            4,
        );
    }
}

#[test]
fn knows_every_dtype() {
    for dtype in fundir_core::dtype::ALL {
        let bytes = dtype.bitsize();
        let header = format!(r#"{{"t":{{"dtype":"{dtype}","shape":[2,4],"data_offsets":[0,{bytes}]}}}}"#);
        assert_eq!(assert_accepted(&file(&header, bytes)).tensors["t"].dtype, dtype);
    }
}

#[test]
fn takes_a_tensor_as_an_array() {
    let contents = assert_accepted(&file(r#"{"t":["U8",[2,2],[0,4]]}"#, 4));
    assert_eq!(contents.tensors["t"].shape, [2, 2]);
    assert_header_not_valid(
        &[r#"{"t":[]}"#, r#"{"t":["U8"]}"#, r#"{"t":["U8",[4]]}"#, r#"{"t":["U8",[4],[0,4],0]}"#],
        4,
    );
}

#[test]
fn metadata_is_a_map_of_strings_or_null() {
    let contents = assert_accepted(&file(r#"{"__metadata__":{"b":"2","a":"\u0031"}}"#, 0));
    assert_eq!(contents.metadata, Some([("a", "1"), ("b", "2")].map(|(k, v)| (k.into(), v.into())).into()));
    assert_eq!(assert_accepted(&file(r#"{"__metadata__":{}}"#, 0)).metadata, Some([].into()));
    assert_eq!(assert_accepted(&file(r#"{"__metadata__":null}"#, 0)).metadata, None);
    assert_eq!(assert_accepted(&file("{}", 0)).metadata, None);
    for value in ["[]", "7", r#""x""#, r#"{"a":1}"#, r#"{"a":null}"#, r#"{"a":{}}"#, r#"[["a","b"]]"#] {
        assert_header_not_valid(&[&format!(r#"{{"__metadata__":{value}}}"#)], 0);
    }
}

#[test]
fn metadata_comes_once_but_its_keys_may_repeat() {
    for (first, second) in [("{}", "{}"), ("null", "null"), ("null", "{}"), ("{}", "null")] {
        assert_header_not_valid(&[&format!(r#"{{"__metadata__":{first},"__metadata__":{second}}}"#)], 0);
    }
    assert_header_not_valid(&[r#"{"__metadata__":{},"__met\u0061data__":{}}"#], 0);
    let contents = assert_accepted(&file(r#"{"__metadata__":{"a":"1","a":"2"}}"#, 0));
    assert_eq!(contents.metadata.unwrap()["a"], "2");
}

#[test]
fn of_tensors_with_one_name_the_last_counts() {
    let header = r#"{"t":{"dtype":"U8","shape":[9],"data_offsets":[7,9]},"t":{"dtype":"I8","shape":[4],"data_offsets":[0,4]}}"#;
    let contents = assert_accepted(&file(header, 4));
    assert_eq!(contents.tensors.len(), 1);
    assert_eq!(contents.tensors["t"].dtype, safetensors::Dtype::I8);
    let escaped = r#"{"\u0074":{"dtype":"U8","shape":[9],"data_offsets":[0,9]},"t":{"dtype":"I8","shape":[4],"data_offsets":[0,4]}}"#;
    assert_accepted(&file(escaped, 4));
    assert_header_not_valid(&[r#"{"t":null,"t":{"dtype":"I8","shape":[4],"data_offsets":[0,4]}}"#], 4);
}

#[test]
fn skips_unknown_fields_but_reads_them_in_full() {
    let with = |extra: &str| {
        file(&format!(r#"{{"t":{{"dtype":"U8","shape":[4],{extra},"data_offsets":[0,4]}}}}"#), 4)
    };
    for extra in [
        r#""x":1"#,
        r#""x":[1,-2.5e3,{"y":"\ud83d\ude00"}]"#,
        r#""x":null,"x":true"#,
        r#""":{}"#,
        r#""x":-0"#,
    ] {
        assert_accepted(&with(extra));
    }
    for extra in [
        r#""x":1e999"#,
        r#""x":"\ud800""#,
        r#""x":"\udc00\ud800""#,
        "\"x\":\"\n\"",
        r#""x":01"#,
        r#""\ud800":1"#,
    ] {
        assert_rejected(&with(extra), Reason::HeaderNotValid);
    }
}

#[test]
fn nesting_ends_where_the_crates_does() {
    for depth in 120..135 {
        let extra = "[".repeat(depth) + &"]".repeat(depth);
        assert_same_verdict(&file(
            &format!(r#"{{"t":{{"x":{extra},"dtype":"U8","shape":[4],"data_offsets":[0,4]}}}}"#),
            4,
        ));
    }
    let deep = "[".repeat(1_000_000);
    assert_header_not_valid(&[&format!(r#"{{"t":{{"x":{deep}"#), &deep], 0);
}

#[test]
fn takes_any_name() {
    for name in ["", " ", "\\u0000", "\\\"", "\\/", "é", "\\ud83d\\ude00", "a\u{7f}b", "__metadata", "\\n"] {
        assert_accepted(&file(
            &format!(r#"{{"{name}":{{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}}}"#),
            4,
        ));
    }
    for name in ["\n", "\u{1f}", "\\x", "\\ud800", "\\u12"] {
        assert_header_not_valid(
            &[&format!(r#"{{"{name}":{{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}}}"#)],
            4,
        );
    }
}

#[test]
fn takes_whitespace_around_and_inside() {
    assert!(assert_accepted(&file("{}\r \t\n", 0)).tensors.is_empty());
    assert!(assert_accepted(&file("\t\n{}\r ", 0)).tensors.is_empty());
    assert_accepted(&file(
        " { \"t\" : { \"dtype\" : \"U8\" , \"shape\" : [ 4 ] , \"data_offsets\" : [ 0 , 4 ] } } ",
        4,
    ));
    assert_header_not_valid(&["{}\x0b", "{}\u{a0}"], 0);
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

/// The crate's readers and writers have corners that callers of ours must not meet; spec and code lean on these facts.
mod traps_of_the_crate {
    use std::borrow::Cow;
    use std::collections::HashMap;
    use std::panic::catch_unwind;

    use safetensors::tensor::TensorView;
    use safetensors::{Dtype, SafeTensors, View, serialize};

    use super::*;

    #[test]
    fn it_wants_the_whole_file_to_read_a_header() {
        let whole = file(r#"{"t":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}"#, 4);
        let header = &whole[..whole.len() - 4];
        assert!(SafeTensors::read_metadata(header).is_err());
        assert!(header::parse(header, whole.len() as u64).is_ok());
    }

    #[test]
    fn it_panics_on_duplicate_names_when_writing() {
        let view = || TensorView::new(Dtype::U8, vec![1], &[7]).unwrap();
        assert!(catch_unwind(|| serialize([("t", view()), ("t", view())], None)).is_err());
    }

    #[test]
    fn it_writes_a_tensor_called_metadata_that_nobody_can_read() {
        let view = TensorView::new(Dtype::U8, vec![1], &[7]).unwrap();
        let written = serialize([("__metadata__", view)], None).unwrap();
        assert!(matches!(crates_verdict(&written), Verdict::Rejected(_)));
    }

    #[test]
    fn it_writes_empty_metadata_without_tensors_that_nobody_can_read() {
        let written = serialize::<&str, TensorView<'_>, _>([], Some(HashMap::new())).unwrap();
        assert!(matches!(crates_verdict(&written), Verdict::Rejected(_)));
    }

    #[test]
    fn it_writes_metadata_in_random_order() {
        let metadata = || (0..16).map(|i| (i.to_string(), String::new())).collect::<HashMap<_, _>>().into();
        let write = || serialize::<&str, TensorView<'_>, _>([], metadata()).unwrap();
        let first = write();
        assert!((0..100).any(|_| write() != first));
    }

    #[test]
    fn it_writes_a_view_whose_data_is_shorter_than_it_said() {
        struct Short;
        impl View for Short {
            fn dtype(&self) -> Dtype {
                Dtype::U8
            }
            fn shape(&self) -> &[usize] {
                &[4]
            }
            fn data(&self) -> Cow<'_, [u8]> {
                Cow::Borrowed(&[1])
            }
            fn data_len(&self) -> usize {
                4
            }
        }
        let written = serialize([("t", Short)], None).unwrap();
        assert!(matches!(crates_verdict(&written), Verdict::Rejected(_)));
    }
}
