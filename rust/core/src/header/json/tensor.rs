//! What the JSON of a header says of one tensor.

use std::fmt;

use safetensors::Dtype;
use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

use super::value::{Skipped, Text};
use crate::error::Error;
use crate::header::strict;

/// A tensor's value; its dimensions went into the list of all.
pub(super) struct Declared {
    pub dtype: Dtype,
    pub shape: Shape,
    pub offsets: (u64, u64),
}

/// Where a tensor's dimensions begin in the list of all, and how many they are.
#[derive(Clone, Copy)]
pub(super) struct Shape {
    pub first: u32,
    pub rank: u32,
}

/// Reads a tensor's value, an object or an array `[dtype, shape, data_offsets]`, and appends its dimensions.
pub(super) struct TensorSeed<'d> {
    pub name: &'d str,
    /// The dimensions of all tensors.
    pub dims: &'d mut Vec<u64>,
    /// Takes what the strict mode refuses, unless something was found before.
    pub oddity: &'d mut Option<Error>,
}

impl TensorSeed<'_> {
    fn note(&mut self, oddity: impl FnOnce() -> Error) {
        let name = self.name;
        self.oddity.get_or_insert_with(|| oddity().in_tensor(name));
    }
}

impl<'de> DeserializeSeed<'de> for TensorSeed<'_> {
    type Value = Declared;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Declared, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for TensorSeed<'_> {
    type Value = Declared;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a tensor with dtype, shape and data_offsets")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<Declared, A::Error> {
        let (mut dtype, mut shape, mut offsets) = (None, None, None);
        while let Some(Text(field)) = map.next_key()? {
            match &*field {
                "dtype" => once(&mut dtype, map.next_value()?, "dtype")?,
                "shape" => once(&mut shape, map.next_value_seed(ShapeSeed(self.dims))?, "shape")?,
                "data_offsets" => once(&mut offsets, map.next_value()?, "data_offsets")?,
                unknown => {
                    self.note(|| strict::unknown_field(unknown));
                    let Skipped = map.next_value()?;
                }
            }
        }
        Ok(Declared {
            dtype: dtype.ok_or_else(|| A::Error::missing_field("dtype"))?,
            shape: shape.ok_or_else(|| A::Error::missing_field("shape"))?,
            offsets: offsets.ok_or_else(|| A::Error::missing_field("data_offsets"))?,
        })
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut seq: A) -> Result<Declared, A::Error> {
        self.note(strict::tensor_as_list);
        let too_short =
            |length| A::Error::invalid_length(length, &"the three of dtype, shape and data_offsets");
        let dtype = seq.next_element()?.ok_or_else(|| too_short(0))?;
        let shape = seq.next_element_seed(ShapeSeed(self.dims))?.ok_or_else(|| too_short(1))?;
        let offsets = seq.next_element()?.ok_or_else(|| too_short(2))?;
        Ok(Declared { dtype, shape, offsets })
    }
}

fn once<T, E: serde::de::Error>(field: &mut Option<T>, value: T, name: &'static str) -> Result<(), E> {
    match field.replace(value) {
        None => Ok(()),
        Some(_) => Err(E::duplicate_field(name)),
    }
}

struct ShapeSeed<'d>(&'d mut Vec<u64>);

impl<'de> DeserializeSeed<'de> for ShapeSeed<'_> {
    type Value = Shape;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Shape, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for ShapeSeed<'_> {
    type Value = Shape;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of dimensions")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Shape, A::Error> {
        let first = self.0.len();
        while let Some(dim) = seq.next_element()? {
            self.0.push(dim);
        }
        Ok(Shape { first: first as u32, rank: (self.0.len() - first) as u32 })
    }
}
