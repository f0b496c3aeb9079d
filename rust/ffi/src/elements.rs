//! Elements converted from one type to another.

use fundir_core::dtype::{self, Dtype};
use fundir_core::error::{Error, Result};
use fundir_core::gguf::{BlockType, convert as blocks};
use fundir_core::kernels::elements;

use crate::guard::{guard, input, invalid, output_at};
use crate::level;

/// What the numbers of block types are raised by.
const BLOCK_TYPES: u32 = 0x100;

/// Converts elements.
///
/// # Safety
/// As [`input`], [`output_at`] and [`guard`] ask.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fundir_convert(
    r#in: *const u8,
    in_length: u64,
    in_type: u32,
    out: *mut u8,
    out_offset: u64,
    out_length: u64,
    out_type: u32,
    detail: *mut u8,
) -> i32 {
    let body = || {
        // SAFETY: the caller's, by the rules of the ABI.
        let bytes = unsafe { input("input", r#in, in_length) }?;
        // SAFETY: as above.
        let out = unsafe { output_at(out, out_offset, out_length, bytes) }?;
        convert(in_type, bytes, out_type, out)
    };
    // SAFETY: as above.
    unsafe { guard(detail, body) }
}

/// What a number of the border stands for.
enum ElementType {
    Plain(Dtype),
    Block(BlockType),
}

impl ElementType {
    fn from_number(number: u32) -> Option<ElementType> {
        let plain = || u8::try_from(number).ok().and_then(dtype::from_code).map(ElementType::Plain);
        let block = || BlockType::from_number(number.checked_sub(BLOCK_TYPES)?).ok().map(ElementType::Block);
        plain().or_else(block)
    }
}

fn convert(in_type: u32, bytes: &[u8], out_type: u32, out: &mut [u8]) -> Result<()> {
    use ElementType::{Block, Plain};
    match (ElementType::from_number(in_type), ElementType::from_number(out_type)) {
        (Some(Plain(from)), Some(Plain(to))) => elements::convert(level(), from, bytes, to, out),
        (Some(Block(from)), Some(Plain(to))) => blocks::decode(level(), from, bytes, to, out),
        (Some(Plain(from)), Some(Block(to))) => blocks::encode(level(), from, bytes, to, out),
        (Some(Block(from)), Some(Block(to))) => Err(Error::request(format!(
            "{from:?} is converted to and from floats only, not {to:?}: convert to F32 first"
        ))),
        (None, _) => Err(invalid(format!("there is no element type {in_type} to convert from"))),
        (_, None) => Err(invalid(format!("there is no element type {out_type} to convert to"))),
    }
}
