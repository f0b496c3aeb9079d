//! Headers and shard indexes.

use fundir_core::header::{self, Declaration, Index, Rules, ShardIndex};

use crate::guard::{Output, guard, input, invalid};

/// The flag of the strict mode; `FUNDIR_STRICT` in the header.
pub const STRICT: u32 = 1;

/// Checks the header of a safetensors file and writes its index.
///
/// # Safety
/// As [`input`], [`Output::new`] and [`guard`] ask.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fundir_header_parse(
    start: *const u8,
    length: u64,
    file_length: u64,
    seed: u64,
    flags: u32,
    max_header: u64,
    max_tensors: u64,
    index: *mut u8,
    capacity: u64,
    needed: *mut u64,
    detail: *mut u8,
) -> i32 {
    let body = || {
        // SAFETY: the caller's, by the rules of the ABI.
        let start = unsafe { input("start of the file", start, length) }?;
        // SAFETY: as above.
        let output = unsafe { Output::new(index, capacity, needed, start) }?;
        if start.len() as u64 > file_length {
            return Err(invalid(format!("{} bytes are given of a file of {file_length}", start.len())));
        }
        if flags & !STRICT != 0 {
            return Err(invalid(format!("there are no flags {flags:#x}")));
        }
        let rules = Rules { strict: flags & STRICT != 0, max_header, max_tensors };
        let wanted = header::extent(start, file_length, &rules)?;
        if wanted > start.len() as u64 {
            output.say_needed(wanted);
        }
        let header = header::parse_by(start, file_length, &rules)?;
        let index = Index::new(&header)?;
        output.fill(index.byte_size(), |out| index.write(seed, out))
    };
    // SAFETY: as above.
    unsafe { guard(detail, body) }
}

/// The hash of a name as in the header index; of no bytes when `name` is null.
///
/// # Safety
/// As [`input`] asks.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fundir_name_hash(name: *const u8, length: u64, seed: u64) -> u64 {
    // SAFETY: the caller's, by the rules of the ABI.
    let name = unsafe { input("name", name, length) }.unwrap_or_default();
    header::name_hash(name, seed)
}

/// Writes the first `8 + N` bytes of a file for a declaration.
///
/// # Safety
/// As [`input`], [`Output::new`] and [`guard`] ask.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fundir_header_write(
    declaration: *const u8,
    length: u64,
    header: *mut u8,
    capacity: u64,
    needed: *mut u64,
    detail: *mut u8,
) -> i32 {
    let body = || {
        // SAFETY: the caller's, by the rules of the ABI.
        let declaration = unsafe { input("declaration", declaration, length) }?;
        // SAFETY: as above.
        let output = unsafe { Output::new(header, capacity, needed, declaration) }?;
        output.write(&Declaration::decode(declaration)?.header()?)
    };
    // SAFETY: as above.
    unsafe { guard(detail, body) }
}

/// Reads the JSON of a shard index and writes it in the encoding of the border.
///
/// # Safety
/// As [`input`], [`Output::new`] and [`guard`] ask.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fundir_shard_index_parse(
    json: *const u8,
    length: u64,
    index: *mut u8,
    capacity: u64,
    needed: *mut u64,
    detail: *mut u8,
) -> i32 {
    let body = || {
        // SAFETY: the caller's, by the rules of the ABI.
        let json = unsafe { input("shard index", json, length) }?;
        // SAFETY: as above.
        let output = unsafe { Output::new(index, capacity, needed, json) }?;
        output.write(&ShardIndex::parse(json)?.encode())
    };
    // SAFETY: as above.
    unsafe { guard(detail, body) }
}
