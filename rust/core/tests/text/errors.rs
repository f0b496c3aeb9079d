//! What is no list of numbers: the sentence, and the place of the mistake, whatever blocks the text comes in.

use fundir_core::error::{Reason, Status};
use fundir_core::text::Style;
use safetensors::Dtype;

use crate::blocks::{Left, read_all};

/// Reads the text in blocks of any size; all find the same mistake in the same place. Checks its line, column, and the numbers
/// before it.
fn refuses(
    style: Style,
    dtype: Dtype,
    text: &str,
    (line, column, numbers): (u64, u64, usize),
    sentence: &str,
) {
    for block in 1..=text.len() {
        for capacity in [24, 240] {
            let (error, left) = read_all(text.as_bytes(), style, dtype, block, capacity).expect_err(text);
            assert_eq!((error.status, error.reason), (Status::Format, Reason::ModelNotValid));
            let Left { line: found_line, column: found_column, numbers: found_numbers, .. } = left;
            assert_eq!(
                (found_line, found_column, found_numbers),
                (line, column, numbers),
                "{text} {block}: {error}"
            );
            assert!(error.message.contains(sentence), "{text}: {error}");
        }
    }
}

#[test]
fn mistakes_of_json() {
    let refuses = |text, place, sentence| refuses(Style::Json, Dtype::F32, text, place, sentence);
    refuses("1,2", (1, 3, 1), "the file ends inside the list");
    refuses("1,2 ", (1, 5, 2), "the file ends inside the list");
    refuses("", (1, 1, 0), "the file ends inside the list");
    refuses("1,\n2\n3]", (3, 1, 2), "3 follows on a number, expected a comma");
    refuses("1,]", (1, 3, 1), "a comma before the end of the list");
    refuses(",1]", (1, 1, 0), "a comma without a number before it");
    refuses("1,,2]", (1, 3, 1), "a comma without a number before it");
    refuses("1,\n [2]]", (2, 2, 1), "data is one flat list");
    refuses("{\"a\":1}]", (1, 1, 0), "data is one flat list");
    refuses("1,null]", (1, 3, 1), "null in place of a number; NaN and infinities are the strings \"NaN\"");
    refuses("NaN]", (1, 1, 0), "NaN without quotes is not JSON");
    refuses("-Infinity]", (1, 1, 0), "-Infinity without quotes is not JSON");
    refuses("\"1.0\"]", (1, 1, 0), "\\\"1.0\\\" is not a number");
    refuses("'NaN']", (1, 1, 0), "is not a number");
    refuses("\"NaN]", (1, 1, 0), "the file ends inside the list");
    refuses("01]", (1, 1, 0), "01 is not a number");
    refuses("1.]", (1, 1, 0), "1. is not a number");
    refuses("+1]", (1, 1, 0), "+1 is not a number");
    refuses(".5]", (1, 1, 0), ".5 is not a number");
    refuses("1e]", (1, 1, 0), "1e is not a number");
    refuses("1#]", (1, 1, 0), "1# is not a number");
    refuses("1,true]", (1, 3, 1), "true is not a number, which F32 takes");
    refuses("\u{7}]", (1, 1, 0), "\\u{7} is not a number");
}

#[test]
fn mistakes_of_flow_sequences() {
    let refuses = |text, place, sentence| refuses(Style::YamlFlow, Dtype::F32, text, place, sentence);
    refuses("1, 2", (1, 4, 1), "the file ends inside the list");
    refuses(",]", (1, 1, 0), "a comma without a number");
    refuses("[1]]", (1, 1, 0), "data is one flat list");
    refuses("&a 1]", (1, 1, 0), "takes no anchors");
    refuses("*a]", (1, 1, 0), "takes no anchors");
    refuses("!!float 1]", (1, 1, 0), "takes no anchors, aliases and tags");
    refuses("1 2]", (1, 3, 1), "2 follows on a number");
    refuses("~]", (1, 1, 0), "~ in place of a number");
}

#[test]
fn mistakes_of_block_sequences() {
    let refuses = |text, place, sentence| refuses(Style::YamlBlock, Dtype::F32, text, place, sentence);
    refuses("- 1\n - 2\n", (2, 2, 1), "stands behind 1 spaces, those before it behind 0");
    refuses("  - 1\n- 2\n", (2, 1, 1), "stands behind 0 spaces, those before it behind 2");
    refuses("- 1\n  2\n", (2, 3, 1), "the line begins with 2, expected a dash");
    refuses("- 1\n-2\n", (2, 1, 1), "the line begins with -2, expected a dash");
    refuses("- 1\n\t- 2\n", (2, 1, 1), "expected a dash");
    refuses("- 1\n-\n", (2, 1, 1), "expected a dash, a space and a number");
    refuses("- 1\n- \n", (2, 3, 1), "an item of the list is empty");
    refuses("- - 1\n", (1, 3, 0), "a list in the list of numbers");
    refuses("- [1]\n", (1, 3, 0), "data is one flat list");
    refuses("- 1 2\n", (1, 3, 0), "1 2 is not a number");
    refuses("- null\n", (1, 3, 0), "null in place of a number");
    refuses("- &a 1\n", (1, 3, 0), "takes no anchors");
    refuses("- 1,\n", (1, 3, 0), "1, is not a number");
}

#[test]
fn numbers_beyond_the_dtype() {
    let refuses = |dtype, text, sentence| {
        let json = format!("0, 1,\n{text},1]");
        let yaml = format!("- 0\n- 1\n- {text}\n- 1\n");
        let first = if dtype == Dtype::F8_E8M0 { "1" } else { "0" };
        refuses(Style::Json, dtype, &json.replacen('0', first, 1), (2, 1, 2), sentence);
        refuses(Style::YamlBlock, dtype, &yaml.replacen('0', first, 1), (3, 3, 2), sentence);
    };
    refuses(Dtype::U8, "300", "300 is beyond the numbers that U8 has");
    refuses(Dtype::U8, "-1", "-1 is beyond the numbers that U8 has");
    refuses(Dtype::I64, "9223372036854775808", "is beyond the numbers that I64 has");
    refuses(Dtype::U64, "1e99", "1e99 is beyond");
    refuses(Dtype::I32, "0.5", "0.5 is not a whole number, which I32 takes");
    refuses(Dtype::I32, "true", "true is not a number, which I32 takes");
    refuses(Dtype::I32, "\"NaN\"", "is not a whole number");
    refuses(Dtype::BOOL, "2", "2 is no BOOL, expected 0, 1, true or false");
    refuses(Dtype::F32, "3.5e38", "3.5e38 is beyond the numbers that F32 has");
    refuses(Dtype::C64, "-1e39", "-1e39 is beyond the numbers that C64 has");
    refuses(Dtype::F64, "1e309", "1e309 is beyond the numbers that F64 has");
    refuses(Dtype::F16, "65520", "65520 is beyond the numbers that F16 has");
    refuses(Dtype::F16, "1e39", "1e39 is beyond the numbers that F16 has");
    refuses(Dtype::BF16, "3.4e38", "3.4e38 is beyond the numbers that BF16 has");
    refuses(Dtype::F8_E5M2, "-61440", "-61440 is beyond");
    refuses(Dtype::F8_E4M3, "464.1", "464.1 is beyond");
    refuses(Dtype::F8_E4M3, "\"Infinity\"", "is beyond");
    refuses(Dtype::F8_E4M3FNUZ, "248", "248 is beyond");
    refuses(Dtype::F8_E5M2FNUZ, "61440", "61440 is beyond");
    refuses(Dtype::F6_E2M3, "7.75", "7.75 is beyond");
    refuses(Dtype::F6_E3M2, "30", "30 is beyond");
    refuses(Dtype::F4, "7", "7 is beyond");
    refuses(Dtype::F4, "\"NaN\"", "is beyond");
    refuses(Dtype::F8_E8M0, "0", "0 is beyond");
    refuses(Dtype::F8_E8M0, "-1", "-1 is beyond");
    refuses(Dtype::F8_E8M0, "\"Infinity\"", "is beyond");
}

#[test]
fn a_long_text_is_quoted_by_its_beginning() {
    let text = format!("{}]", "x".repeat(1000));
    let (error, _) =
        read_all(text.as_bytes(), Style::Json, Dtype::F32, 2000, 4).expect_err("it is no number");
    assert!(error.message.starts_with("xxxx") && error.message.len() < 200, "{error}");
}

/// Numbers that do not fill an element, or a byte, are not read.
#[test]
fn an_element_is_read_whole() {
    for (dtype, text, whole) in
        [(Dtype::C64, "1,2,3]", 2), (Dtype::F4, "1,2,3]", 2), (Dtype::F6_E2M3, "1,1,1,1,1]", 4)]
    {
        for block in 1..=text.len() {
            let (bytes, left) = read_all(text.as_bytes(), Style::Json, dtype, block, 24).unwrap();
            assert_eq!((left.numbers, left.taken), (whole, text.len()), "{dtype}");
            assert_eq!(bytes.len() * 8, whole * if dtype == Dtype::C64 { 32 } else { dtype.bitsize() });
        }
    }
}
