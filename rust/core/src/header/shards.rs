//! The index of a sharded checkpoint, `model.safetensors.index.json`, and its encoding for the JVM (`ffi/include/fundir.h`).

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Number;

use crate::error::{Error, Reason, Result};

const MAGIC: u32 = 0x4452_4853;
const NO_TOTAL_SIZE: u64 = u64::MAX;

/// Which file of a sharded checkpoint holds which tensor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShardIndex {
    /// The `total_size` of the metadata, in bytes; `None` where it is missing or no whole number.
    pub total_size: Option<u64>,
    /// The file name of each tensor, by tensor name. Each is a plain name: it cannot lead out of the folder.
    pub weight_map: BTreeMap<String, String>,
}

impl ShardIndex {
    /// Reads a shard index from its JSON. Unknown fields are ignored; of a tensor that is named twice the last file
    /// counts, as in Python.
    ///
    /// # Errors
    /// `IndexNotValid` for bytes that are not this JSON, and `IndexUnsafePath` for a file name that is not a plain one.
    pub fn parse(json: &[u8]) -> Result<Self> {
        let ShardJson { metadata, weight_map } =
            serde_json::from_slice(json).map_err(|error| not_valid(&error))?;
        for (tensor, file) in &weight_map {
            if let Some(fault) = fault_of_name(file) {
                let message = format!(
                    "the shard index gives the file name {file:?} for the tensor, which {fault}; \
                     fundir opens plain names in the folder of the index only"
                );
                return Err(Error::format(Reason::IndexUnsafePath, message).in_tensor(tensor));
            }
        }
        let total_size =
            metadata.and_then(|metadata| metadata.total_size()).filter(|size| *size != NO_TOTAL_SIZE);
        Ok(ShardIndex { total_size, weight_map })
    }

    /// The file names, each once, in the order of their bytes.
    pub fn files(&self) -> Vec<&str> {
        let mut files: Vec<&str> = self.weight_map.values().map(String::as_str).collect();
        files.sort_unstable();
        files.dedup();
        files
    }

    /// The index in the encoding that crosses to the JVM.
    pub fn encode(&self) -> Vec<u8> {
        let files = self.files();
        let number: BTreeMap<&str, u32> =
            files.iter().enumerate().map(|(i, file)| (*file, i as u32)).collect();
        let mut out = Vec::new();
        for field in [MAGIC, files.len() as u32, self.weight_map.len() as u32, 0] {
            out.extend(field.to_le_bytes());
        }
        out.extend(self.total_size.unwrap_or(NO_TOTAL_SIZE).to_le_bytes());
        files.iter().for_each(|file| push_text(&mut out, file));
        for (tensor, file) in &self.weight_map {
            out.extend(number[file.as_str()].to_le_bytes());
            push_text(&mut out, tensor);
        }
        out
    }
}

fn push_text(out: &mut Vec<u8>, text: &str) {
    out.extend((text.len() as u32).to_le_bytes());
    out.extend(text.as_bytes());
}

fn not_valid(error: &serde_json::Error) -> Error {
    Error::format(
        Reason::IndexNotValid,
        format!(
            "the shard index is not the JSON {{\"metadata\": {{…}}, \"weight_map\": {{tensor: file}}}}: {error}; \
             download or write it again"
        ),
    )
}

/// Why `file` is not a plain name in a folder, on any system.
fn fault_of_name(file: &str) -> Option<&'static str> {
    match file {
        "" => Some("is empty"),
        // With spaces and dots at the end, because Windows drops them.
        _ if file.trim_end_matches(['.', ' ']).is_empty() => Some("is a folder"),
        _ if file.starts_with(['/', '\\']) => Some("is absolute"),
        _ if file.contains(['/', '\\']) => Some("contains a separator"),
        _ if file.contains(':') => Some("contains a colon, as a drive does"),
        _ if file.contains('\0') => Some("contains a NUL"),
        _ => None,
    }
}

#[derive(Deserialize)]
struct ShardJson {
    metadata: Option<ShardMetadata>,
    weight_map: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum ShardMetadata {
    Sized { total_size: Number },
    Other(IgnoredAny),
}

impl ShardMetadata {
    fn total_size(&self) -> Option<u64> {
        let ShardMetadata::Sized { total_size } = self else { return None };
        let whole =
            |size: f64| (size >= 0.0 && size.fract() == 0.0 && size < 2f64.powi(64)).then_some(size as u64);
        total_size.as_u64().or_else(|| total_size.as_f64().and_then(whole))
    }
}
