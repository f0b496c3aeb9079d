//! Elements as numbers of a text.

use fundir_core::dtype;
use fundir_core::error::Result;
use fundir_core::text::{self, Outcome, Progress, Style};
use safetensors::Dtype;

use crate::guard::{guard, input, invalid, output_at};

/// Bytes of the record that says how far a text has come; `FUNDIR_PROGRESS_SIZE` in the header.
pub const PROGRESS_SIZE: usize = 56;

const OUTCOME: usize = 48;

/// Writes elements as text.
///
/// # Safety
/// As [`input`], [`output_at`] and [`guard`] ask; `progress` is null, or valid for reads and writes of [`PROGRESS_SIZE`] bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fundir_text_write(
    elements: *const u8,
    length: u64,
    r#type: u32,
    style: u32,
    numbers_in_line: u64,
    text: *mut u8,
    capacity: u64,
    progress: *mut u8,
    detail: *mut u8,
) -> i32 {
    let body = || {
        // SAFETY: the caller's, by the rules of the ABI.
        let elements = unsafe { input("elements", elements, length) }?;
        // SAFETY: as above.
        let out = unsafe { output_at(text, 0, capacity, elements) }?;
        let (dtype, style) = (element_type(r#type)?, text_style(style)?);
        require_whole(dtype, elements.len())?;
        // SAFETY: as above.
        let record = unsafe { Record::of(progress) }?;
        let mut state = record.load();
        text::write(dtype, elements, style, numbers_in_line, out, &mut state);
        record.store(&state, Outcome::MoreText);
        Ok(())
    };
    // SAFETY: as above.
    unsafe { guard(detail, body) }
}

/// Reads elements from text.
///
/// # Safety
/// As [`fundir_text_write`] asks.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fundir_text_read(
    text: *const u8,
    length: u64,
    last: u32,
    style: u32,
    r#type: u32,
    elements: *mut u8,
    capacity: u64,
    progress: *mut u8,
    detail: *mut u8,
) -> i32 {
    let body = || {
        // SAFETY: the caller's, by the rules of the ABI.
        let text = unsafe { input("text", text, length) }?;
        // SAFETY: as above.
        let out = unsafe { output_at(elements, 0, capacity, text) }?;
        let (dtype, style) = (element_type(r#type)?, text_style(style)?);
        require_whole(dtype, out.len())?;
        // SAFETY: as above.
        let record = unsafe { Record::of(progress) }?;
        let mut state = record.load();
        let outcome = text::read(text, last != 0, style, dtype, out, &mut state);
        // Where a mistake is stands in the record too.
        record.store(&state, *outcome.as_ref().unwrap_or(&Outcome::MoreText));
        outcome.map(|_| ())
    };
    // SAFETY: as above.
    unsafe { guard(detail, body) }
}

fn element_type(number: u32) -> Result<Dtype> {
    let dtype = u8::try_from(number).ok().and_then(dtype::from_code);
    dtype.ok_or_else(|| invalid(format!("no element type of a text has the number {number}")))
}

fn text_style(number: u32) -> Result<Style> {
    Style::from_number(number).ok_or_else(|| invalid(format!("no style of a text has the number {number}")))
}

fn require_whole(dtype: Dtype, bytes: usize) -> Result<()> {
    let whole = if dtype.bitsize() == 6 { 3 } else { (dtype.bitsize() / 8).max(1) };
    match bytes.is_multiple_of(whole) {
        true => Ok(()),
        false => Err(invalid(format!("{bytes} bytes are not whole elements of {dtype}"))),
    }
}

/// The caller's progress record.
struct Record(*mut [u8; PROGRESS_SIZE]);

impl Record {
    /// The record at an address, which may be any.
    ///
    /// # Safety
    /// Unless null, `start` is valid for reads and writes of [`PROGRESS_SIZE`] bytes while the record is used.
    unsafe fn of(start: *mut u8) -> Result<Self> {
        match start.is_null() {
            true => Err(invalid("the pointer to the progress is null")),
            false => Ok(Record(start.cast())),
        }
    }

    fn load(&self) -> Progress {
        // SAFETY: not null, and the caller of `of` vouches for the bytes; an array of bytes has any alignment.
        let bytes = unsafe { self.0.read() };
        let mut words = bytes.as_chunks::<8>().0.iter().map(|word| u64::from_le_bytes(*word));
        let mut next = || words.next().unwrap_or(0);
        Progress {
            taken: next(),
            written: next(),
            state: next(),
            line: next(),
            column: next(),
            numbers: next(),
        }
    }

    fn store(&self, progress: &Progress, outcome: Outcome) {
        let Progress { taken, written, state, line, column, numbers } = *progress;
        let mut bytes = [0; PROGRESS_SIZE];
        for (slot, word) in
            bytes.as_chunks_mut::<8>().0.iter_mut().zip([taken, written, state, line, column, numbers])
        {
            *slot = word.to_le_bytes();
        }
        bytes[OUTCOME..OUTCOME + 4].copy_from_slice(&(outcome as u32).to_le_bytes());
        // SAFETY: as for `load`.
        unsafe { self.0.write(bytes) };
    }
}
