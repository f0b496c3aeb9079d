//! Headers of safetensors files: read and checked, indexed for the JVM, and written; and the index of a sharded
//! checkpoint.
//!
//! The crate `safetensors` 0.8 is the reference for reading: [`parse()`] accepts what it accepts, with the same
//! tensors, and rejects what it rejects for the same reason. The order of the checks is the crate's too, because it decides
//! which reason is given for a file that breaks several rules. [`Rules`] can ask for more than the crate does.

mod canonical;
mod declaration;
mod entries;
mod hash;
mod index;
mod json;
mod order;
mod other_format;
mod parse;
mod prefix;
mod rules;
mod shards;
mod size;
mod strict;
mod validate;
mod write;

pub use declaration::{Declaration, DeclaredTensor};
pub use entries::Tensor;
pub use hash::{NameHasher, name_hash};
pub use index::Index;
pub use parse::{Header, parse, parse_by};
pub use prefix::{MAX_LENGTH, extent};
pub use rules::Rules;
pub use shards::ShardIndex;
