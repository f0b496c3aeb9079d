//! Whole texts through blocks of any size.

use fundir_core::error::Error;
use fundir_core::text::{Outcome, Progress, Style, read, write};
use safetensors::Dtype;

pub const STYLES: [Style; 3] = [Style::Json, Style::YamlFlow, Style::YamlBlock];

/// The text of all elements, written with outputs of `capacity` bytes; without what is in front of its first number.
pub fn written(dtype: Dtype, bytes: &[u8], style: Style, in_line: u64, capacity: usize) -> String {
    let (mut text, mut rest, mut progress) = (Vec::new(), bytes, Progress::default());
    while !rest.is_empty() {
        let mut out = vec![0; capacity];
        write(dtype, rest, style, in_line, &mut out, &mut progress);
        assert!(progress.taken > 0, "{capacity} bytes have room for no number");
        rest = &rest[progress.taken as usize..];
        text.extend(&out[..progress.written as usize]);
    }
    let text = String::from_utf8(text).unwrap();
    match (style, bytes) {
        (Style::YamlBlock, _) => format!("{text}\n").trim_start().to_owned(),
        (_, []) => "]".into(),
        _ => text.strip_prefix(",\n").expect("a separator stands before each number").to_owned() + "]",
    }
}

/// Where a text was left, and how many numbers were read of it.
#[derive(Debug, PartialEq, Eq)]
pub struct Left {
    pub taken: usize,
    pub numbers: usize,
    /// From 1.
    pub line: u64,
    /// From 1.
    pub column: u64,
}

/// Reads a text to its end in blocks of at most `block` bytes, with outputs of at most `capacity`.
pub fn read_all(
    text: &[u8],
    style: Style,
    dtype: Dtype,
    block: usize,
    capacity: usize,
) -> Result<(Vec<u8>, Left), (Error, Left)> {
    let (mut bytes, mut numbers, mut at, mut end) = (Vec::new(), 0, 0, 0);
    let mut progress = Progress::default();
    loop {
        let mut out = vec![0; capacity];
        let result = read(&text[at..end], end == text.len(), style, dtype, &mut out, &mut progress);
        at += progress.taken as usize;
        numbers += progress.numbers as usize;
        let left = Left { taken: at, numbers, line: progress.line + 1, column: progress.column + 1 };
        let outcome = result.map_err(|error| (error, left))?;
        bytes.extend(&out[..progress.written as usize]);
        match outcome {
            Outcome::Ended => {
                let left = Left { taken: at, numbers, line: progress.line + 1, column: progress.column + 1 };
                return Ok((bytes, left));
            }
            Outcome::OutputFull => assert_eq!(progress.written as usize, capacity),
            Outcome::MoreText => {
                assert!(end < text.len(), "more than the whole text is wanted");
                end = (end + block).min(text.len());
            }
        }
    }
}

/// Reads a text at once.
pub fn read_at_once(text: &str, style: Style, dtype: Dtype) -> Result<Vec<u8>, (Error, Left)> {
    let result = read_all(text.as_bytes(), style, dtype, text.len().max(1), 8 * text.len() * 3);
    result.map(|(bytes, _)| bytes)
}

/// Reads F32 numbers at once.
pub fn singles(text: &str, style: Style) -> Result<Vec<f32>, (Error, Left)> {
    let bytes = read_at_once(text, style, Dtype::F32)?;
    Ok(bytes.as_chunks::<4>().0.iter().map(|x| f32::from_le_bytes(*x)).collect())
}
