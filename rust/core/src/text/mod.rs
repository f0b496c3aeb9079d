//! Elements as numbers of a text: the `data` of models that are kept in JSON and YAML.
//!
//! Floats are written with the fewest digits that give the same F32 or F64 back; narrower ones as the F32 they widen to.
//! NaN and the infinities are the strings `"NaN"`, `"Infinity"` and `"-Infinity"`, a BOOL is 0 or 1, a C64 two numbers. What
//! is written reads back to the same bits, but for the payload of a NaN.
//!
//! A text goes through in blocks: each call takes what it can, and [`Progress`] says how far it came.

mod decimal;
mod list;
mod read;
mod round;
mod token;
mod write;

pub use read::read;
pub use write::write;

use safetensors::Dtype;

/// How the numbers of a list stand in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Between the brackets of a JSON array, separated by commas.
    Json,
    /// Between the brackets of a YAML flow sequence.
    YamlFlow,
    /// Each on a line of its own behind a dash: a YAML block sequence.
    YamlBlock,
}

impl Style {
    /// The style of this number in the C ABI.
    pub fn from_number(number: u32) -> Option<Style> {
        [Style::Json, Style::YamlFlow, Style::YamlBlock].get(number as usize).copied()
    }
}

/// How far a text has come, and what the next call has to know of it. All zero before the first block of a text.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Bytes of the input that the call took.
    pub taken: u64,
    /// Bytes of the output that it wrote.
    pub written: u64,
    /// Where in its grammar the text stands; of a text that is written, how many numbers stand in the line.
    pub state: u64,
    /// Lines that have ended so far in the text that is read.
    pub line: u64,
    /// Bytes of the line that have been read.
    pub column: u64,
    /// Numbers that the call read; after an error, those before the mistake.
    pub numbers: u64,
}

/// Why reading stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The next number, or the end of the list, is not in the text.
    MoreText = 0,
    /// The output is full, and another number follows.
    OutputFull = 1,
    /// The list has ended.
    Ended = 2,
}

/// The bits of one number of a text: of an element, or of a part of a complex one.
fn number_bits(dtype: Dtype) -> usize {
    if dtype == Dtype::C64 { 32 } else { dtype.bitsize() }
}

/// How many numbers of a text go together into whole bytes, or into one element.
fn group(dtype: Dtype) -> usize {
    match dtype {
        Dtype::F4 | Dtype::C64 => 2,
        Dtype::F6_E2M3 | Dtype::F6_E3M2 => 4,
        _ => 1,
    }
}
