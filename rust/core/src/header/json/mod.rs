//! The JSON of a header, in every form that the reference crate accepts.
//!
//! The crate reads it through serde's buffered `Content`, because its map of tensors is a flattened field. That decides
//! details that a direct visitor would judge otherwise: a tensor may be an array `[dtype, shape, data_offsets]`, and what
//! is skipped is still parsed in full (numbers in range, strings valid, nested no deeper than serde_json's limit).

mod tensor;
mod value;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error as _, MapAccess, Visitor};

use self::tensor::{Declared, Shape, TensorSeed};
use self::value::Text;
use super::entries::{Entries, Metadata, Tensor};
use crate::error::{Error, Reason, Result};

/// The key of the metadata among the names of tensors.
pub(super) const METADATA_KEY: &str = "__metadata__";

/// Reads all entries of a header.
pub(super) fn parse(text: &str) -> Result<Entries<'_>> {
    let mut entries = Entries::default();
    let mut current = Cow::Borrowed("");
    let mut json = serde_json::Deserializer::from_str(text);
    let read = json
        .deserialize_map(HeaderVisitor { entries: &mut entries, current: &mut current })
        .and_then(|()| json.end());
    match read {
        Ok(()) => Ok(entries),
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

/// Reads the value of `__metadata__`; `null` is no metadata.
pub(super) struct MetadataValue<'a>(pub Option<Metadata<'a>>);

impl<'de> Deserialize<'de> for MetadataValue<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        let map = Option::<BTreeMap<Text<'de>, Text<'de>>>::deserialize(deserializer)?;
        Ok(MetadataValue(map.map(|map| map.into_iter().map(|(key, value)| (key.0, value.0)).collect())))
    }
}

struct HeaderVisitor<'e, 'a> {
    entries: &'e mut Entries<'a>,
    /// The name of the entry whose value is being read, for an error to say; empty between entries.
    current: &'e mut Cow<'a, str>,
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
                MetadataValue(self.entries.metadata) = map.next_value()?;
            } else {
                let declared = map.next_value_seed(TensorSeed(&mut self.entries.dims))?;
                let Declared { dtype, shape: Shape { first, rank }, offsets: (begin, end) } = declared;
                self.entries.tensors.push(Tensor { name, dtype, begin, end, first_dim: first, rank });
            }
            *self.current = Cow::Borrowed("");
        }
        Ok(())
    }
}
