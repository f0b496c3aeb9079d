//! What the JSON of a header says of the file itself.

use std::collections::btree_map::Entry;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};

use super::value::Text;
use crate::error::Error;
use crate::header::entries::Metadata;
use crate::header::strict;

/// The value of `__metadata__`.
pub(in crate::header) struct MetadataValue<'a> {
    /// `None` for `null`. Of a key that stands twice, the last value counts.
    pub metadata: Option<Metadata<'a>>,
    /// What the strict mode says of the first key that stands twice.
    pub twice: Option<Error>,
}

impl<'de> Deserialize<'de> for MetadataValue<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (metadata, twice) =
            Option::<Pairs<'de>>::deserialize(deserializer)?.map(|Pairs(map, twice)| (map, twice)).unzip();
        Ok(MetadataValue { metadata, twice: twice.flatten() })
    }
}

struct Pairs<'a>(Metadata<'a>, Option<Error>);

impl<'de> Deserialize<'de> for Pairs<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(PairsVisitor)
    }
}

struct PairsVisitor;

impl<'de> Visitor<'de> for PairsVisitor {
    type Value = Pairs<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs<'de>, A::Error> {
        let mut metadata = Metadata::new();
        let mut twice = None;
        while let Some((Text(key), Text(value))) = map.next_entry()? {
            match metadata.entry(key) {
                Entry::Vacant(place) => {
                    place.insert(value);
                }
                Entry::Occupied(mut there) => {
                    twice.get_or_insert_with(|| strict::duplicate_key(there.key(), there.get(), &value));
                    there.insert(value);
                }
            }
        }
        Ok(Pairs(metadata, twice))
    }
}
