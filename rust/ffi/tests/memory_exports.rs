//! Memory for a caller of the C ABI, and hints about mappings.

use std::ptr;

use fundir_ffi::memory::{fundir_memory_allocate, fundir_memory_free, fundir_memory_prefetch};

#[test]
fn memory_is_aligned_and_of_its_length_until_it_is_given_back() {
    for length in [1, 4096, (2 << 20) - 1, 2 << 20, (64 << 20) + 3] {
        let start = fundir_memory_allocate(length);
        assert!(!start.is_null());
        assert_eq!(start.addr() % (2 << 20), 0);
        // SAFETY: the memory is as long as was asked for, nobody else has it, and it is given back once.
        unsafe {
            for at in (0..length as usize).step_by(4096).chain([length as usize - 1]) {
                start.add(at).write(at as u8);
            }
            assert_eq!(start.add(length as usize - 1).read(), (length - 1) as u8);
            fundir_memory_free(start, length);
        }
    }
}

#[test]
fn there_is_no_memory_of_impossible_lengths() {
    for length in [0, isize::MAX as u64, u64::MAX] {
        assert!(fundir_memory_allocate(length).is_null(), "{length}");
    }
    // SAFETY: null is nothing.
    unsafe { fundir_memory_free(ptr::null_mut(), 5) };
}

#[test]
#[cfg(unix)]
fn a_hint_about_any_part_of_a_mapping_is_taken() {
    use rustix::mm::{MapFlags, ProtFlags, mmap, munmap};
    let file = std::fs::File::open(std::env::current_exe().unwrap()).unwrap();
    let length = 300_000;
    assert!(file.metadata().unwrap().len() > length as u64);
    // SAFETY: a new mapping that nothing else uses.
    let start =
        unsafe { mmap(ptr::null_mut(), length, ProtFlags::READ, MapFlags::SHARED, &file, 0) }.unwrap();
    let address = start.addr() as u64;
    for (offset, length) in [(0, 300_000), (1, 5), (4095, 2), (299_999, 1), (70_001, 200_000), (9, 0)] {
        assert_eq!(fundir_memory_prefetch(address + offset, length), 1, "{length} bytes at {offset}");
    }
    // SAFETY: nobody uses the mapping any more.
    unsafe { munmap(start, length) }.unwrap();
}

#[test]
fn a_hint_about_what_is_no_memory_is_refused() {
    for (start, length) in [(1 << 62, 4096), (u64::MAX - 5, 100), (u64::MAX, u64::MAX)] {
        assert_eq!(fundir_memory_prefetch(start, length), 0, "{length} bytes at {start:#x}");
    }
}
