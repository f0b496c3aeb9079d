//! The block types of GGUF: against the package `gguf`, whose results `scripts/peers/gguf_blocks.py` kept, and against plain
//! formulas.

mod conversion;
mod formulas;
mod package;
