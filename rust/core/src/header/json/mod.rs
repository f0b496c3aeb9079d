//! The JSON of a header, in every form that the reference crate accepts.
//!
//! The crate reads it through serde's buffered `Content`, because its map of tensors is a flattened field. That decides
//! details that a direct visitor would judge otherwise: a tensor may be an array `[dtype, shape, data_offsets]`, and what
//! is skipped is still parsed in full (numbers in range, strings valid, nested no deeper than serde_json's limit).

mod metadata;
mod tensor;
mod value;

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserializer, Error as _, MapAccess, Visitor};

pub(super) use self::metadata::MetadataValue;
use self::tensor::{Declared, Shape, TensorSeed};
use self::value::Text;
use super::entries::{Entries, Tensor};
use super::rules::Rules;
use super::strict;
use crate::error::{Error, Reason, Result};

/// The key of the metadata among the names of tensors.
pub(super) const METADATA_KEY: &str = "__metadata__";

/// Reads all entries of a header.
pub(super) fn parse<'a>(text: &'a str, rules: &Rules) -> Result<Entries<'a>> {
    let mut entries = Entries::default();
    let mut current = Cow::Borrowed("");
    let mut over_limit = false;
    let mut json = serde_json::Deserializer::from_str(text);
    let read = json
        .deserialize_map(HeaderVisitor {
            entries: &mut entries,
            current: &mut current,
            max_tensors: rules.max_tensors,
            over_limit: &mut over_limit,
        })
        .and_then(|()| json.end());
    match read {
        Ok(()) => Ok(entries),
        Err(_) if over_limit => Err(rules.tensors_over_limit()),
        Err(error) => Err(not_valid(text, &error).in_tensor(current)),
    }
}

fn not_valid(text: &str, error: &serde_json::Error) -> Error {
    let message = if text.trim_ascii().is_empty() {
        "the header is empty; a safetensors header is a JSON object, `{}` at least".to_owned()
    } else {
        format!(
            "the header is not the JSON of a safetensors header: {error} of the header; the file is damaged, or was \
             written by a faulty tool: download or write it again"
        )
    };
    Error::format(Reason::HeaderNotValid, message)
}

struct HeaderVisitor<'e, 'a> {
    entries: &'e mut Entries<'a>,
    /// The name of the entry whose value is being read, for an error to say; empty between entries.
    current: &'e mut Cow<'a, str>,
    max_tensors: u64,
    /// Set when there are more tensors than that.
    over_limit: &'e mut bool,
}

impl<'de> Visitor<'de> for HeaderVisitor<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of tensors by name")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> std::result::Result<(), A::Error> {
        let mut metadata_seen = false;
        while let Some(Text(name)) = map.next_key()? {
            *self.current = name.clone();
            if name == METADATA_KEY {
                if std::mem::replace(&mut metadata_seen, true) {
                    return Err(A::Error::duplicate_field(METADATA_KEY));
                }
                let MetadataValue { metadata, twice } = map.next_value()?;
                let null = || metadata.is_none().then(strict::null_metadata);
                self.entries.oddity = self.entries.oddity.take().or(twice).or_else(null);
                self.entries.metadata = metadata;
            } else {
                let Entries { tensors, dims, oddity, .. } = &mut *self.entries;
                let declared = map.next_value_seed(TensorSeed { name: &name, dims, oddity })?;
                let Declared { dtype, shape: Shape { first, rank }, offsets: (begin, end) } = declared;
                tensors.push(Tensor { name, dtype, begin, end, first_dim: first, rank });
                if tensors.len() as u64 > self.max_tensors {
                    *self.over_limit = true;
                    return Err(A::Error::custom("more tensors than are allowed"));
                }
            }
            *self.current = Cow::Borrowed("");
        }
        Ok(())
    }
}
