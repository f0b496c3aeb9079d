//! The core of fundir: safetensors headers checked and written, element kernels, elements as text, and the merge engine.
//!
//! Nothing here takes a foreign pointer; the C ABI is the crate `fundir-ffi`.

pub mod analysis;
pub mod dtype;
pub mod error;
pub mod gguf;
pub mod header;
pub mod io;
pub mod kernels;
pub mod merge;
pub mod sha256;
pub mod text;
