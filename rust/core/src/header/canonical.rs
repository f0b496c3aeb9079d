//! Headers in the very layout that the reference crate writes, read several times faster than a JSON parser can.
//!
//! Nearly every header in the world has it: no whitespace but padding at the end, names without escapes, and of each
//! tensor `{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]}`. At the first byte that deviates this reader gives up
//! and the header goes to [`json`](super::json), which alone decides what is an error.

use safetensors::Dtype;
use serde::Deserialize;
use serde::de::value::{Error as DtypeError, StrDeserializer};

use super::entries::{Entries, Metadata, Tensor};
use super::json::{METADATA_KEY, MetadataValue};
use super::rules::Rules;
use crate::error::Error;

/// Bytes of a header per tensor, about, by which room is made for its entries.
const BYTES_PER_TENSOR: usize = 96;

/// Reads all entries of a header in the canonical layout; `None` for any other, be it valid or not.
pub(super) fn parse<'a>(text: &'a str, rules: &Rules) -> Option<Entries<'a>> {
    let mut scan = Scan { text, at: 0, dtype: ("F32", Dtype::F32) };
    let mut entries = Entries::default();
    entries.tensors.reserve(text.len() / BYTES_PER_TENSOR);
    scan.expect("{")?;
    if !scan.take("}") {
        loop {
            let name = scan.string()?;
            scan.colon()?;
            if name != METADATA_KEY {
                let tensor = scan.tensor(name, &mut entries.dims)?;
                entries.tensors.push(tensor);
                if entries.tensors.len() as u64 > rules.max_tensors {
                    return None;
                }
            } else if entries.metadata.replace(scan.metadata(&mut entries.oddity)?).is_some() {
                return None;
            }
            if scan.take("}") {
                break;
            }
            scan.expect(",")?;
        }
    }
    scan.rest().bytes().all(|byte| byte == b' ').then_some(entries)
}

/// A place in a header.
struct Scan<'a> {
    text: &'a str,
    at: usize,
    /// The last dtype and its name: most tensors have that of the one before.
    dtype: (&'a str, Dtype),
}

impl<'a> Scan<'a> {
    fn tensor(&mut self, name: &'a str, dims: &mut Vec<u64>) -> Option<Tensor<'a>> {
        self.expect(r#"{"dtype":"#)?;
        let dtype = self.dtype()?;
        self.expect(r#","shape":["#)?;
        let first_dim = dims.len();
        if !self.take("]") {
            dims.push(self.number()?);
            while self.take(",") {
                dims.push(self.number()?);
            }
            self.expect("]")?;
        }
        self.expect(r#","data_offsets":["#)?;
        let begin = self.number()?;
        self.expect(",")?;
        let end = self.number()?;
        self.expect("]}")?;
        let rank = (dims.len() - first_dim) as u32;
        Some(Tensor { name: name.into(), dtype, begin, end, first_dim: first_dim as u32, rank })
    }

    /// A colon, before which a name that was made shorter in place has left spaces.
    fn colon(&mut self) -> Option<()> {
        if !self.take(":") {
            let rest = self.rest();
            self.at += rest.len() - rest.trim_start_matches(' ').len();
            self.expect(":")?;
        }
        Some(())
    }

    fn dtype(&mut self) -> Option<Dtype> {
        let name = self.string()?;
        if name != self.dtype.0 {
            let dtype = Dtype::deserialize(StrDeserializer::<DtypeError>::new(name)).ok()?;
            self.dtype = (name, dtype);
        }
        Some(self.dtype.1)
    }

    /// The metadata nest no values, so the JSON parser can read them on their own.
    fn metadata(&mut self, oddity: &mut Option<Error>) -> Option<Metadata<'a>> {
        let mut values = serde_json::Deserializer::from_str(self.rest()).into_iter::<MetadataValue<'a>>();
        let MetadataValue { metadata, twice } = values.next()?.ok()?;
        self.at += values.byte_offset();
        *oddity = twice;
        metadata
    }

    /// A string without escapes.
    fn string(&mut self) -> Option<&'a str> {
        self.expect("\"")?;
        let end = self.at + plain_length(&self.text.as_bytes()[self.at..]);
        let text = &self.text[self.at..end];
        self.at = end;
        self.expect("\"")?;
        Some(text)
    }

    /// A whole number of at most 19 digits, which always fits.
    fn number(&mut self) -> Option<u64> {
        let bytes = &self.text.as_bytes()[self.at..];
        let digits = bytes.iter().take(20).take_while(|byte| byte.is_ascii_digit());
        let (length, value) = digits.fold((0, 0u64), |(length, value), digit| {
            (length + 1, value.wrapping_mul(10).wrapping_add(u64::from(digit - b'0')))
        });
        let leading_zero = length > 1 && bytes[0] == b'0';
        self.at += length;
        ((1..20).contains(&length) && !leading_zero).then_some(value)
    }

    fn expect(&mut self, what: &str) -> Option<()> {
        self.take(what).then_some(())
    }

    fn take(&mut self, what: &str) -> bool {
        let found = self.text.as_bytes()[self.at..].starts_with(what.as_bytes());
        if found {
            self.at += what.len();
        }
        found
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }
}

/// How many bytes come before the first quote, backslash or control character; all of them where there is none.
fn plain_length(bytes: &[u8]) -> usize {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    // Sets the top bit of each byte that is below `limit`, which is at most 0x80, and perhaps of bytes after such a one.
    let below = |word: u64, limit: u8| word.wrapping_sub(ONES * u64::from(limit)) & !word & (ONES << 7);
    let equal = |word: u64, byte: u8| below(word ^ (ONES * u64::from(byte)), 1);
    let (words, _) = bytes.as_chunks::<8>();
    for (i, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let found = below(word, b' ') | equal(word, b'"') | equal(word, b'\\');
        if found != 0 {
            return i * 8 + found.trailing_zeros() as usize / 8;
        }
    }
    let rest = words.len() * 8;
    let in_rest = bytes[rest..].iter().position(|byte| *byte < b' ' || matches!(byte, b'"' | b'\\'));
    in_rest.map_or(bytes.len(), |at| rest + at)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::header::json;

    const TENSOR: &str = r#"{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]}"#;

    #[test]
    fn reads_the_canonical_layout_as_the_json_parser_does() {
        let other = r#"{"dtype":"F6_E2M3","shape":[],"data_offsets":[9999999999999999999,0]}"#;
        for header in [
            "{}".to_owned(),
            "{}      ".to_owned(),
            format!(r#"{{"a":{TENSOR}}}"#),
            format!(r#"{{"":{TENSOR},"a":{other},"a":{TENSOR}}}  "#),
            format!(r#"{{"__metadata__":{{"k":"\u00e9 \"quoted\"","l":""}},"é":{TENSOR}}}"#),
            format!(r#"{{"a":{TENSOR},"__metadata__":{{ "k" : "v" }},"b":{other}}}"#),
            format!(r#"{{"__metadata__":{{"k":"v","k":"w"}},"a"   :{TENSOR},"b" :{other}}}"#),
        ] {
            let entries = parse(&header, &Rules::FORMAT).unwrap_or_else(|| panic!("{header} is canonical"));
            assert_eq!(entries, json::parse(&header, &Rules::FORMAT).unwrap());
        }
    }

    #[test]
    fn leaves_every_other_layout_to_the_json_parser() {
        for header in [
            "",
            " {}",
            "{}\n",
            "{",
            "{} {}",
            r#"{"__metadata__":null}"#,
            r#"{"__metadata__":{},"__metadata__":{}}"#,
            &format!(r#"{{"\u0061":{TENSOR}}}"#),
            &format!("{{\"\n\":{TENSOR}}}"),
            &format!(r#"{{"a": {TENSOR}}}"#),
            &format!(r#"{{"a":{TENSOR},}}"#),
            &format!(r#"{{"a":{TENSOR}"#),
            &format!(r#"{{"a":{}}}"#, TENSOR.replace("F32", "F33")),
            &format!(r#"{{"a":{}}}"#, TENSOR.replace("24", "024")),
            &format!(r#"{{"a":{}}}"#, TENSOR.replace("24", "24.0")),
            &format!(r#"{{"a":{}}}"#, TENSOR.replace("24", "")),
            &format!(r#"{{"a":{}}}"#, TENSOR.replace("24", "18446744073709551615")),
            &format!(r#"{{"a":{}}}"#, TENSOR.replace("2,3", "2,")),
            &format!(r#"{{"a":{}}}"#, TENSOR.replace("]}", "],\"x\":0}")),
        ] {
            assert_eq!(parse(header, &Rules::FORMAT), None, "{header}");
        }
    }

    proptest! {
        #[test]
        fn plain_length_finds_what_a_loop_finds(text: Vec<u8>, plain in "[ -!#-\\[\\]-~é]{0,40}") {
            for bytes in [&text[..], plain.as_bytes(), &[plain.as_bytes(), &text].concat()] {
                let special = |byte: &u8| *byte < 0x20 || *byte == b'"' || *byte == b'\\';
                prop_assert_eq!(plain_length(bytes), bytes.iter().position(special).unwrap_or(bytes.len()));
            }
        }
    }
}
