//! The single values of a list, as texts have them.

use super::Style;
use super::decimal::Decimal;

/// A value of a list.
#[derive(Debug, Clone, Copy)]
pub(super) struct Token<'t> {
    /// Where it begins in the text.
    pub at: usize,
    /// Its bytes, quotes included.
    pub text: &'t [u8],
    pub value: Value<'t>,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Value<'t> {
    Decimal(Decimal<'t>),
    /// NaN or an infinity.
    Special(f32),
    Truth(bool),
}

impl Token<'_> {
    /// As messages quote it: the beginning, if it is long.
    pub fn quoted(&self) -> String {
        quoted(self.text)
    }
}

/// Bytes of a text as messages quote them: the beginning, if they are many.
pub(super) fn quoted(text: &[u8]) -> String {
    const MOST: usize = 40;
    let cut = &text[..text.len().min(MOST)];
    let end = if text.len() > MOST { "…" } else { "" };
    format!("{}{end}", String::from_utf8_lossy(cut).escape_debug())
}

/// The value that a word stands for: what is between white space, commas and brackets, or a string with its quotes.
pub(super) fn value(word: &[u8], style: Style) -> Option<Value<'_>> {
    let is_yaml = style != Style::Json;
    let unquoted = unquoted(word, is_yaml);
    if let Some(special) = special(unquoted.unwrap_or(word), unquoted.is_some(), is_yaml) {
        return Some(Value::Special(special));
    }
    match word {
        b"true" => return Some(Value::Truth(true)),
        b"false" => return Some(Value::Truth(false)),
        b"True" | b"TRUE" if is_yaml => return Some(Value::Truth(true)),
        b"False" | b"FALSE" if is_yaml => return Some(Value::Truth(false)),
        _ => {}
    }
    match Decimal::at_start(word, is_yaml) {
        Some((decimal, length)) if length == word.len() => Some(Value::Decimal(decimal)),
        _ => None,
    }
}

fn unquoted(word: &[u8], is_yaml: bool) -> Option<&[u8]> {
    match word {
        [b'"', inner @ .., b'"'] => Some(inner),
        [b'\'', inner @ .., b'\''] if is_yaml => Some(inner),
        _ => None,
    }
}

/// NaN and the infinities: strings in JSON; in YAML these without quotes too, and YAML's own words for them.
fn special(word: &[u8], is_quoted: bool, is_yaml: bool) -> Option<f32> {
    match word {
        b"NaN" if is_quoted || is_yaml => Some(f32::NAN),
        b"Infinity" if is_quoted || is_yaml => Some(f32::INFINITY),
        b"-Infinity" if is_quoted || is_yaml => Some(f32::NEG_INFINITY),
        b".nan" | b".NaN" | b".NAN" if is_yaml && !is_quoted => Some(f32::NAN),
        b".inf" | b".Inf" | b".INF" | b"+.inf" | b"+.Inf" | b"+.INF" if is_yaml && !is_quoted => {
            Some(f32::INFINITY)
        }
        b"-.inf" | b"-.Inf" | b"-.INF" if is_yaml && !is_quoted => Some(f32::NEG_INFINITY),
        _ => None,
    }
}
