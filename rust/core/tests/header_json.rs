//! The forms of JSON on which readers of headers differ. Every file is judged by the crate `safetensors` too.

mod header_oracle;

use fundir_core::error::Reason;
use header_oracle::expect::{assert_accepted, assert_header_not_valid, assert_rejected};
use header_oracle::{assert_same_verdict, file};

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
        ["-1", "-0", "1.0", "1e0", "01", "+1", "18446744073709551616", "1e400", "\"1\"", "null", "[1]", ","]
    {
        for header in [
            format!(r#"{{"t":{{"dtype":"U8","shape":[{number}],"data_offsets":[0,1]}}}}"#),
            format!(r#"{{"t":{{"dtype":"U8","shape":[1],"data_offsets":[{number},1]}}}}"#),
            format!(r#"{{"t":{{"dtype":"U8","shape":[1],"data_offsets":[0,{number}]}}}}"#),
        ] {
            assert_header_not_valid(&[&header], 1);
        }
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
