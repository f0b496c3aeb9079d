//! What every export has in common: arguments are checked before they become slices, panics stop here, and a failure
//! fills the caller's detail record.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::slice;

use fundir_core::error::{Error, Result, Status};

use crate::detail;

/// Runs the body of an export: the status of its result, with the details of a failure written to `detail`.
///
/// # Safety
/// `detail` is null, or valid for writes of [`detail::SIZE`] bytes.
pub unsafe fn guard(detail: *mut u8, body: impl FnOnce() -> Result<()>) -> i32 {
    if detail.is_null() {
        return Status::InvalidArgument as i32;
    }
    // Unwind safe: the body's state is dropped with it, and an output is undefined on a failure.
    let result = catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|panic| Err(caught(&*panic)));
    let Err(error) = result else { return Status::Ok as i32 };
    // SAFETY: not null, and the caller vouches for the size; it is uninitialised or initialised memory, only written.
    unsafe { detail::write(&error, detail) };
    error.status as i32
}

fn caught(panic: &(dyn Any + Send)) -> Error {
    let text =
        panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    let text = text.unwrap_or("no message");
    Error::new(Status::Internal, format!("a defect in fundir, please report it: {text}"))
}

/// The caller's `length` bytes at `start`. `what` names the argument in an error.
///
/// # Safety
/// Unless it is null, `start` is valid for reads of `length` bytes, which nobody writes to during `'a`.
pub unsafe fn input<'a>(what: &str, start: *const u8, length: u64) -> Result<&'a [u8]> {
    let length = range(what, start, length)?;
    if length == 0 {
        return Ok(&[]);
    }
    // SAFETY: `range` found it not null and no longer than any object; the caller vouches for the rest.
    Ok(unsafe { slice::from_raw_parts(start, length) })
}

/// The caller's `length` bytes at `start`, to be written.
///
/// # Safety
/// Unless it is null, `start` is valid for writes of `length` initialised bytes, which nobody else uses during `'a`.
pub unsafe fn output<'a>(start: *mut u8, length: u64) -> Result<&'a mut [u8]> {
    let length = range("output", start, length)?;
    if length == 0 {
        return Ok(&mut []);
    }
    // SAFETY: `range` found it not null and no longer than any object; the caller vouches for the rest.
    Ok(unsafe { slice::from_raw_parts_mut(start, length) })
}

/// The caller's `length` bytes that begin `offset` bytes behind `start`, to be written; checked to lie apart from `input`.
///
/// # Safety
/// As [`output`], for those bytes.
pub unsafe fn output_at<'a>(start: *mut u8, offset: u64, length: u64, input: &[u8]) -> Result<&'a mut [u8]> {
    let length = range("output", start, length)?;
    let behind = usize::try_from(offset).ok().filter(|offset| start.addr().checked_add(*offset).is_some());
    let Some(behind) = behind else {
        return Err(invalid(format!("the output begins {offset} bytes behind address {:#x}", start.addr())));
    };
    let start = start.wrapping_add(behind);
    apart(start, range("output", start, length as u64)?, input)?;
    // SAFETY: the caller vouches for the bytes there, and they are none of the input's.
    unsafe { output(start, length as u64) }
}

/// A buffer of the caller's for an answer of unknown size, and the place for that size.
pub struct Output {
    start: *mut u8,
    capacity: usize,
    needed: *mut u64,
}

impl Output {
    /// The buffer of `capacity` bytes at `start`, checked to lie apart from `input`.
    ///
    /// # Safety
    /// Unless null, `start` is valid for writes of `capacity` initialised bytes and `needed` for a write of eight,
    /// at any alignment, until the export returns, and nobody else uses them.
    pub unsafe fn new(start: *mut u8, capacity: u64, needed: *mut u64, input: &[u8]) -> Result<Self> {
        let capacity = range("output", start, capacity)?;
        if needed.is_null() {
            return Err(invalid("the pointer `needed` is null"));
        }
        apart(start, capacity, input)?;
        Ok(Output { start, capacity, needed })
    }

    /// Has `write` fill the first `size` bytes, or fails with [`Status::BufferTooSmall`]; tells the caller the size in
    /// both cases.
    pub fn fill(self, size: usize, write: impl FnOnce(&mut [u8])) -> Result<()> {
        self.say_needed(size as u64);
        if size > self.capacity {
            let message = format!("the answer takes {size} bytes, but the output has {}", self.capacity);
            return Err(
                Error::new(Status::BufferTooSmall, message).with_numbers(self.capacity as u64, size as u64)
            );
        }
        let out = match size {
            0 => &mut [],
            // SAFETY: `new` found the range apart from the input and no longer than any object; its caller vouches
            // for the rest, and `self` is consumed, so no second slice exists.
            _ => unsafe { slice::from_raw_parts_mut(self.start, size) },
        };
        write(out);
        Ok(())
    }

    /// Writes `bytes`, or fails as [`fill`](Self::fill) does.
    pub fn write(self, bytes: &[u8]) -> Result<()> {
        self.fill(bytes.len(), |out| out.copy_from_slice(bytes))
    }

    /// Tells the caller how many bytes are needed.
    pub fn say_needed(&self, bytes: u64) {
        // SAFETY: not null, and the caller of `new` vouches for the eight bytes.
        unsafe { self.needed.write_unaligned(bytes) };
    }
}

/// Checks that a range of memory, which is one, has no byte of `input`.
fn apart(start: *const u8, length: usize, input: &[u8]) -> Result<()> {
    let (range, input) = (start.addr()..start.addr() + length, input.as_ptr_range());
    if range.start < input.end.addr() && input.start.addr() < range.end {
        return Err(invalid("the output overlaps the input"));
    }
    Ok(())
}

/// An error about an argument.
pub fn invalid(problem: impl Into<String>) -> Error {
    Error::new(Status::InvalidArgument, problem)
}

/// Checks that `length` bytes at `start` can be a range of memory.
fn range(what: &str, start: *const u8, length: u64) -> Result<usize> {
    let wanted = || format!("{length} bytes of {what} at address {:#x}", start.addr());
    match usize::try_from(length) {
        Ok(0) => Ok(0),
        Ok(_) if start.is_null() => Err(invalid(format!("the pointer to the {what} is null"))),
        Ok(bytes) if isize::try_from(bytes).is_ok() && start.addr().checked_add(bytes).is_some() => Ok(bytes),
        _ => Err(invalid(format!("{} cannot be a range of memory", wanted()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_a_status_with_its_message() {
        let panics: [&dyn Fn() -> Result<()>; 3] =
            [&|| panic!("a word"), &|| panic!("the number {}", 7), &|| std::panic::panic_any(7)];
        for (panics, expected) in panics.into_iter().zip(["a word", "the number 7", "no message"]) {
            let mut detail = [0; detail::SIZE];
            // SAFETY: the record has its size.
            let status = unsafe { guard(detail.as_mut_ptr(), panics) };
            assert_eq!(status, Status::Internal as i32);
            let text = String::from_utf8_lossy(&detail);
            assert!(text.contains("a defect in fundir") && text.contains(expected), "{text}");
        }
    }

    #[test]
    fn a_success_leaves_the_record_alone() {
        let mut detail = [0xA5; detail::SIZE];
        // SAFETY: the record has its size.
        assert_eq!(unsafe { guard(detail.as_mut_ptr(), || Ok(())) }, Status::Ok as i32);
        assert_eq!(detail, [0xA5; detail::SIZE]);
    }

    #[test]
    fn nothing_runs_without_a_record() {
        // SAFETY: null is allowed.
        let status = unsafe { guard(std::ptr::null_mut(), || panic!("it ran")) };
        assert_eq!(status, Status::InvalidArgument as i32);
    }
}
