//! What texts look like, and which forms of them are read.

use fundir_core::text::Style;
use safetensors::Dtype;

use crate::blocks::{STYLES, read_at_once, singles, written};

fn bytes(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|x| x.to_le_bytes()).collect()
}

#[test]
fn numbers_are_written_as_every_reader_takes_them() {
    let values = [
        1.0,
        -0.0,
        0.1,
        1e-5,
        1.5e-7,
        1e20,
        -3.4028235e38,
        16777216.0,
        123456790.0,
        1e12,
        1e13,
        0.0001,
        1e-45,
        f32::NAN,
        f32::INFINITY,
        f32::NEG_INFINITY,
    ];
    assert_eq!(
        written(Dtype::F32, &bytes(&values), Style::Json, 100, 4096),
        "1.0,-0.0,0.1,0.00001,1.5e-7,1.0e+20,-3.4028235e+38,16777216.0,123456790.0,1000000000000.0,1.0e+13,0.0001,\
         1.0e-45,\"NaN\",\"Infinity\",\"-Infinity\"]"
    );
    assert_eq!(written(Dtype::F64, &1e300f64.to_le_bytes(), Style::Json, 1, 32), "1.0e+300]");
    assert_eq!(written(Dtype::F64, &0.1f64.to_le_bytes(), Style::Json, 1, 32), "0.1]");
    assert_eq!(written(Dtype::F16, &[0x66, 0x2E], Style::Json, 1, 32), "0.099975586]", "as the F32 it is");
    assert_eq!(written(Dtype::U64, &[0xFF; 8], Style::Json, 1, 32), "18446744073709551615]");
    assert_eq!(written(Dtype::I64, &i64::MIN.to_le_bytes(), Style::Json, 1, 32), "-9223372036854775808]");
    assert_eq!(written(Dtype::BOOL, &[0, 1, 2], Style::Json, 9, 128), "0,1,1]");
    assert_eq!(written(Dtype::C64, &bytes(&[1.0, -2.0]), Style::Json, 9, 128), "1.0,-2.0]");
    assert_eq!(written(Dtype::F4, &[0x21], Style::Json, 9, 128), "0.5,1.0]");
}

#[test]
fn a_row_is_a_line() {
    let six = bytes(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    assert_eq!(written(Dtype::F32, &six, Style::Json, 3, 96), "1.0,2.0,3.0,\n4.0,5.0,6.0]");
    assert_eq!(written(Dtype::F32, &six, Style::Json, 3, 32), "1.0,2.0,3.0,\n4.0,5.0,6.0]");
    assert_eq!(written(Dtype::F32, &six[..8], Style::YamlBlock, 3, 64), "- 1.0\n- 2.0\n");
}

#[test]
fn json_lists_of_other_writers_are_read() {
    for text in [
        "1,2,-0.5]",
        " 1 ,\r\n\t2e0\n, -5.0E-1 ]",
        "\n    1.0,\n    2.0,\n    -0.50\n  ]",
        "1,2,-0.5]}garbage",
    ] {
        assert_eq!(singles(text, Style::Json).unwrap(), [1.0, 2.0, -0.5], "{text}");
    }
    for style in [Style::Json, Style::YamlFlow] {
        assert_eq!(singles(" ]", style).unwrap(), [0f32; 0]);
        assert_eq!(
            singles("\"Infinity\",\"-Infinity\"]", style).unwrap(),
            [f32::INFINITY, f32::NEG_INFINITY]
        );
        assert!(singles("\"NaN\"]", style).unwrap()[0].is_nan());
    }
}

#[test]
fn yaml_lists_of_other_writers_are_read() {
    let block = [
        "- 1\n- 2\n- -0.5",
        "- 1\n- 2\n- -0.5\n",
        "  -   1.0  \r\n  - +2. # two\r\n\r\n  # a comment\n  - -.5\r\nnext: 1\n",
        "# a comment\n\n- 01.0\n- 2.0e+0\n- -5.0e-1\n---\n",
        "- 1\n- 2\n- -.5\n...\n",
        "- 1\n- 2\n- -.5\n---",
    ];
    for text in block {
        assert_eq!(singles(text, Style::YamlBlock).unwrap(), [1.0, 2.0, -0.5], "{text}");
    }
    for text in ["1, 2.0 , # two\n -.5,\n]", "+1.0,2.0,-0.5]", "\n1.,\n2.,\n-5e-1\n# end\n]"] {
        assert_eq!(singles(text, Style::YamlFlow).unwrap(), [1.0, 2.0, -0.5], "{text}");
    }
    for text in ["", "next: 1\n", "\n\n", "# nothing", "---\n"] {
        assert_eq!(singles(text, Style::YamlBlock).unwrap(), [0f32; 0], "{text}");
    }
    for (style, text) in [
        (Style::YamlFlow, ".nan, .inf, +.Inf, -.INF, NaN, 'NaN', \"NaN\", Infinity, -Infinity]"),
        (
            Style::YamlBlock,
            "- .nan\n- .inf\n- +.Inf\n- -.INF\n- NaN\n- 'NaN'\n- \"NaN\"\n- Infinity\n- -Infinity\n",
        ),
    ] {
        let (nan, more, less) = (f32::NAN, f32::INFINITY, f32::NEG_INFINITY);
        let read = singles(text, style).unwrap();
        assert_eq!(format!("{read:?}"), format!("{:?}", [nan, more, more, less, nan, nan, nan, more, less]));
    }
}

#[test]
fn whole_numbers_may_have_a_point() {
    for style in STYLES {
        let text = |values: &[&str]| match style {
            Style::YamlBlock => values.iter().map(|value| format!("- {value}\n")).collect(),
            _ => values.join(",") + "]",
        };
        assert_eq!(read_at_once(&text(&["3.0", "1e2", "-128"]), style, Dtype::I8).unwrap(), [3, 100, 128]);
        assert_eq!(
            read_at_once(&text(&["1", "0.0", "true", "false"]), style, Dtype::BOOL).unwrap(),
            [1, 0, 1, 0]
        );
        let most = "18446744073709551615";
        assert_eq!(read_at_once(&text(&[most]), style, Dtype::U64).unwrap(), [0xFF; 8]);
    }
}
