//! The index of a sharded checkpoint: what is read of it, and what is refused.

use fundir_core::error::{Error, Reason, Status};
use fundir_core::header::ShardIndex;

fn rejected(json: &str, reason: Reason) -> Error {
    let error = ShardIndex::parse(json.as_bytes()).expect_err(json);
    assert_eq!((error.status, error.reason), (Status::Format, reason), "{error}");
    error
}

#[test]
fn reads_the_file_of_each_tensor() {
    let json = r#"{"metadata":{"total_size":12,"x":[1]},"weight_map":{"b":"2.st","a":"1.st","c":"1.st"},"y":{"z":null}}"#;
    let index = ShardIndex::parse(json.as_bytes()).unwrap();
    assert_eq!(index.total_size, Some(12));
    let map: Vec<_> =
        index.weight_map.iter().map(|(tensor, file)| (tensor.as_str(), file.as_str())).collect();
    assert_eq!(map, [("a", "1.st"), ("b", "2.st"), ("c", "1.st")]);
    assert_eq!(index.files(), ["1.st", "2.st"]);
}

#[test]
fn a_total_size_is_optional_and_may_be_a_float() {
    let total_size = |metadata: &str| {
        let json = format!(r#"{{{metadata}"weight_map":{{}}}}"#);
        ShardIndex::parse(json.as_bytes()).unwrap_or_else(|error| panic!("{json}: {error}")).total_size
    };
    assert_eq!(total_size(""), None);
    assert_eq!(total_size(r#""metadata":null,"#), None);
    assert_eq!(total_size(r#""metadata":{},"#), None);
    assert_eq!(total_size(r#""metadata":{"total_size":null},"#), None);
    assert_eq!(total_size(r#""metadata":{"total_size":0},"#), Some(0));
    assert_eq!(total_size(r#""metadata":{"total_size":1.3e10},"#), Some(13_000_000_000));
    for unusable in ["-1", "1.5", "1e300", r#""12""#, "[12]", "18446744073709551615"] {
        assert_eq!(total_size(&format!(r#""metadata":{{"total_size":{unusable}}},"#)), None, "{unusable}");
    }
}

#[test]
fn of_two_files_for_a_tensor_the_last_counts() {
    let index = ShardIndex::parse(br#"{"weight_map":{"a":"1","a":"2"}}"#).unwrap();
    assert_eq!(index.files(), ["2"]);
}

#[test]
fn rejects_what_is_not_a_shard_index() {
    let jsons = [
        "",
        "{}",
        "[]",
        "null",
        r#"{"weight_map":null}"#,
        r#"{"weight_map":[]}"#,
        r#"{"weight_map":{"a":1}}"#,
        r#"{"weight_map":{"a":null}}"#,
        r#"{"weight_map":{}}}"#,
        r#"{"weight_map":{},"weight_map":{}}"#,
        "\u{feff}{\"weight_map\":{}}",
    ];
    for json in jsons {
        rejected(json, Reason::IndexNotValid);
    }
    assert_eq!(
        ShardIndex::parse(b"{\"weight_map\":{\"a\":\"\xff\"}}").unwrap_err().reason,
        Reason::IndexNotValid
    );
    let deep = format!(r#"{{"x":{}"#, "[".repeat(1_000_000));
    rejected(&deep, Reason::IndexNotValid);
}

#[test]
fn refuses_file_names_that_lead_elsewhere() {
    let names = [
        "",
        ".",
        "..",
        "...",
        ".. ",
        "/etc/passwd",
        r"\\\\server\\share",
        "../x",
        "a/b",
        r"a\\b",
        r"..\\x",
        "C:x",
        r"C:\\x",
        "x:stream",
        r"a\u0000",
        r"\u002e\u002e",
        r"a\u002fb",
    ];
    for name in names {
        let json = format!(r#"{{"weight_map":{{"good":"1.safetensors","bad":"{name}"}}}}"#);
        let error = rejected(&json, Reason::IndexUnsafePath);
        assert_eq!(error.tensor, "bad", "{error}");
    }
    let error = rejected(r#"{"weight_map":{"t":"../secret"}}"#, Reason::IndexUnsafePath);
    assert!(error.message.contains("../secret"), "{error}");
}

#[test]
fn takes_plain_names() {
    for name in ["model-00001-of-00002.safetensors", ".hidden", "..x", "modèle", "a b", "~", "-"] {
        let json = format!(r#"{{"weight_map":{{"t":"{name}"}}}}"#);
        assert_eq!(ShardIndex::parse(json.as_bytes()).unwrap().files(), [name]);
    }
}
