//! Memory from the operating system, and hints about which of it will be read.

use std::alloc::{Layout, alloc, dealloc};
use std::ptr;

/// What memory begins at a multiple of: the size of a huge page on most machines.
const ALIGNMENT: usize = 1 << 21;

/// Gives memory of undefined contents, or null.
#[unsafe(no_mangle)]
pub extern "C" fn fundir_memory_allocate(length: u64) -> *mut u8 {
    let Some(layout) = layout(length) else { return ptr::null_mut() };
    // SAFETY: the layout has a size.
    let start = unsafe { alloc(layout) };
    if !start.is_null() {
        system::use_huge_pages(start, layout.size());
    }
    start
}

/// Takes memory back.
///
/// # Safety
/// `start` is from [`fundir_memory_allocate`] with the same length, nobody uses it any more, and it is given back once; or it
/// is null.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fundir_memory_free(start: *mut u8, length: u64) {
    if let Some(layout) = layout(length)
        && !start.is_null()
    {
        // SAFETY: the caller vouches that it is from `alloc` with this layout.
        unsafe { dealloc(start, layout) };
    }
}

/// The layout of memory of this length, unless there is no such memory.
fn layout(length: u64) -> Option<Layout> {
    let length = usize::try_from(length).ok().filter(|&length| length > 0)?;
    Layout::from_size_align(length, ALIGNMENT).ok()
}

/// Asks the system to read the pages of a mapped file that hold a range of memory; 1 when it took the hint.
///
/// The range can be any: no byte of it is touched.
#[unsafe(no_mangle)]
pub extern "C" fn fundir_memory_prefetch(start: u64, length: u64) -> u32 {
    let range = usize::try_from(start).ok().zip(usize::try_from(length).ok());
    range.is_some_and(|(start, length)| system::prefetch(start, length)).into()
}

#[cfg(unix)]
mod system {
    use rustix::mm::{Advice, madvise};
    use rustix::param::page_size;
    use std::ptr;

    /// The most that one hint asks for. Linux cuts a hint to what it reads ahead at once, which is rarely less than this.
    const HINT: usize = 128 << 10;

    /// Has faults bring whole huge pages, which costs a fraction of as many small ones.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    pub fn use_huge_pages(start: *mut u8, length: usize) {
        let whole = length & !(super::ALIGNMENT - 1);
        // SAFETY: the advice changes no contents. Without it memory works as well, only slower.
        _ = unsafe { madvise(start.cast(), whole, Advice::LinuxHugepage) };
    }

    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    pub fn use_huge_pages(_: *mut u8, _: usize) {}

    pub fn prefetch(start: usize, length: usize) -> bool {
        let first = start & !(page_size() - 1);
        let Some(end) = start.checked_add(length) else { return false };
        (first..end).step_by(HINT).all(|at| {
            let page = ptr::without_provenance_mut(at);
            // SAFETY: the advice touches no contents, and a range that is not mapped is an error.
            unsafe { madvise(page, HINT.min(end - at), Advice::WillNeed) }.is_ok()
        })
    }
}

#[cfg(not(unix))]
mod system {
    pub fn use_huge_pages(_: *mut u8, _: usize) {}

    pub fn prefetch(_: usize, _: usize) -> bool {
        false
    }
}
