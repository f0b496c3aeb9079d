//! The exports for headers as a C caller meets them: arguments that cannot be, outputs that are too small, and answers
//! byte by byte.

mod caller;

use std::ptr;

use caller::{Answer, Detail, call};
use fundir_core::error::{Reason, Status};
use fundir_ffi::header::{
    STRICT, fundir_header_parse, fundir_header_write, fundir_name_hash, fundir_shard_index_parse,
};
use fundir_ffi::{detail, fundir_abi_version, fundir_build_id, fundir_simd_level};

const SEED: u64 = 0x0123_4567_89AB_CDEF;
const HEADER: &str = r#"{"__metadata__":{"k":"v"},"b":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]},"a":{"dtype":"U8","shape":[],"data_offsets":[8,9]}}"#;
const SHARDS: &str = r#"{"metadata":{"total_size":9},"weight_map":{"b":"2.safetensors","a":"1.safetensors","c":"2.safetensors"}}"#;

/// The beginning of a file with [`HEADER`], without its data, and the length of the whole file.
fn start() -> (Vec<u8>, u64) {
    let start = [&(HEADER.len() as u64).to_le_bytes(), HEADER.as_bytes()].concat();
    let file_length = start.len() as u64 + 9;
    (start, file_length)
}

fn parse(start: &[u8], file_length: u64, capacity: usize) -> Answer {
    parse_by(start, file_length, capacity, 0, u64::MAX, u64::MAX)
}

fn parse_by(
    start: &[u8],
    file_length: u64,
    capacity: usize,
    flags: u32,
    max_header: u64,
    max_tensors: u64,
) -> Answer {
    call(capacity, |out, capacity, needed, detail| {
        // SAFETY: the slices and the caller's buffers are valid for their lengths.
        unsafe {
            fundir_header_parse(
                start.as_ptr(),
                start.len() as u64,
                file_length,
                SEED,
                flags,
                max_header,
                max_tensors,
                out,
                capacity,
                needed,
                detail,
            )
        }
    })
}

fn write(declaration: &[u8], capacity: usize) -> Answer {
    call(capacity, |out, capacity, needed, detail| {
        // SAFETY: as above.
        unsafe {
            fundir_header_write(declaration.as_ptr(), declaration.len() as u64, out, capacity, needed, detail)
        }
    })
}

fn shards(json: &[u8], capacity: usize) -> Answer {
    call(capacity, |out, capacity, needed, detail| {
        // SAFETY: as above.
        unsafe { fundir_shard_index_parse(json.as_ptr(), json.len() as u64, out, capacity, needed, detail) }
    })
}

fn build_id(capacity: usize) -> Answer {
    // SAFETY: as above.
    call(capacity, |out, capacity, needed, detail| unsafe { fundir_build_id(out, capacity, needed, detail) })
}

/// One tensor `t` of shape [2] and dtype F32, and no metadata map.
fn declaration() -> Vec<u8> {
    let mut bytes = Vec::new();
    bytes.extend(1u32.to_le_bytes());
    bytes.extend(u32::MAX.to_le_bytes());
    bytes.push(17);
    bytes.extend(1u32.to_le_bytes());
    bytes.extend(2u64.to_le_bytes());
    bytes.extend(1u32.to_le_bytes());
    bytes.push(b't');
    bytes
}

fn assert_status(answer: &Answer, status: Status) {
    assert_eq!(answer.status, status as i32, "{:?}", answer.detail);
}

#[test]
fn each_answer_comes_in_two_calls_of_which_the_first_asks_for_the_size() {
    let (start, file_length) = start();
    let exports: [&dyn Fn(usize) -> Answer; 4] = [
        &|capacity| parse(&start, file_length, capacity),
        &|capacity| write(&declaration(), capacity),
        &|capacity| shards(SHARDS.as_bytes(), capacity),
        &build_id,
    ];
    for export in exports {
        let first = export(0);
        assert_status(&first, Status::BufferTooSmall);
        let size = first.needed as usize;
        assert_eq!((first.detail.found, first.detail.expected), (0, size as u64));
        let short = export(size - 1);
        assert_status(&short, Status::BufferTooSmall);
        assert_eq!(short.needed as usize, size);
        let exact = export(size);
        assert_status(&exact, Status::Ok);
        assert_eq!(exact.needed as usize, size);
        let large = export(size + 100);
        assert_status(&large, Status::Ok);
        assert_eq!(large.output[..size], exact.output);
        assert_eq!(large.output[size..], [0; 100], "the rest of a large output is left alone");
    }
}

#[test]
fn parse_asks_for_more_input_until_it_has_the_header() {
    let (start, file_length) = start();
    for given in 0..8 {
        let answer = parse(&start[..given], file_length, 1000);
        assert_status(&answer, Status::MoreInput);
        assert_eq!(answer.needed, 8);
    }
    for given in [8, 9, start.len() - 1] {
        let answer = parse(&start[..given], file_length, 1000);
        assert_status(&answer, Status::MoreInput);
        assert_eq!(answer.needed, start.len() as u64);
    }
    assert_status(&parse(&start, file_length, 1000), Status::Ok);
    let with_data = [&start[..], &[0; 9]].concat();
    assert_status(&parse(&with_data, file_length, 1000), Status::Ok);
}

#[test]
fn a_header_is_read_by_the_rules_of_the_caller() {
    let (start, file_length) = start();
    let length = start.len() as u64 - 8;
    assert_status(&parse_by(&start, file_length, 1000, 0, length, 2), Status::Ok);
    // The header is not asked for when it is too long.
    let answer = parse_by(&start[..8], file_length, 1000, 0, length - 1, 2);
    assert_status(&answer, Status::Format);
    assert_eq!((answer.detail.reason, answer.needed), (Reason::OverLimit as u32, 0));
    assert_eq!((answer.detail.found, answer.detail.expected), (length, length - 1));
    let answer = parse_by(&start, file_length, 1000, 0, length, 1);
    assert_eq!((answer.detail.reason, answer.detail.found), (Reason::OverLimit as u32, 2));
    // 134 bytes of header are not padded.
    let answer = parse_by(&start, file_length, 1000, STRICT, length, 2);
    assert_eq!((answer.detail.reason, answer.detail.found), (Reason::Misaligned as u32, length + 8));
    for flags in [2, STRICT | 4, u32::MAX] {
        assert_status(&parse_by(&start, file_length, 1000, flags, length, 2), Status::InvalidArgument);
    }
}

#[test]
fn an_lfs_pointer_is_asked_for_as_a_whole() {
    let pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12345\n";
    let answer = parse(&pointer[..8], pointer.len() as u64, 0);
    assert_status(&answer, Status::MoreInput);
    assert_eq!(answer.needed, pointer.len() as u64);
    let answer = parse(pointer, pointer.len() as u64, 0);
    assert_status(&answer, Status::Format);
    assert_eq!((answer.detail.reason, answer.detail.expected), (Reason::LfsPointer as u32, 12345));
}

#[test]
fn a_length_that_lies_asks_for_nothing() {
    for length in [1 << 63, u64::MAX, 100_000_001, 100_000_000] {
        let answer = parse(&u64::to_le_bytes(length), 1000, 0);
        assert_status(&answer, Status::Format);
        assert_eq!(answer.needed, 0);
    }
}

#[test]
fn more_bytes_than_the_file_has_are_an_invalid_argument() {
    let (start, _) = start();
    assert_status(&parse(&start, start.len() as u64 - 1, 1000), Status::InvalidArgument);
}

#[test]
fn the_index_is_laid_out_as_the_c_header_says() {
    let (start, file_length) = start();
    let index = parse(&start, file_length, 0);
    let index = parse(&start, file_length, index.needed as usize).output;
    let u16_at = |at: usize| u16::from_le_bytes(index[at..at + 2].try_into().unwrap());
    let u32_at = |at: usize| u32::from_le_bytes(index[at..at + 4].try_into().unwrap());
    let u64_at = |at: usize| u64::from_le_bytes(index[at..at + 8].try_into().unwrap());
    assert_eq!((u32_at(0), u32_at(4), u64_at(8)), (0x5849_4E46, 2, start.len() as u64));
    assert_eq!((u32_at(16), u32_at(20), u32_at(24), u32_at(28)), (1, 1, 2, 4));
    let (b, a) = (32, 72);
    assert_eq!((u64_at(b), u64_at(b + 8), u64_at(a), u64_at(a + 8)), (0, 8, 8, 9));
    let dims = 120;
    let pairs = dims + 16;
    let text = pairs + 16;
    let text_at = |at: usize| {
        let (offset, length) = (text + u32_at(at) as usize, u32_at(at + 4) as usize);
        std::str::from_utf8(&index[offset..offset + length]).unwrap()
    };
    assert_eq!((text_at(b + 24), text_at(a + 24)), ("b", "a"));
    // SAFETY: one byte is read of a text of one byte.
    let hash = |name: &str| unsafe { fundir_name_hash(name.as_ptr(), 1, SEED) };
    assert_eq!((u64_at(b + 16), u64_at(a + 16)), (hash("b"), hash("a")));
    assert_eq!((u32_at(b + 32), u16_at(b + 36), index[b + 38], index[b + 39]), (0, 2, 17, 0));
    assert_eq!((u32_at(a + 32), u16_at(a + 36), index[a + 38], index[a + 39]), (2, 0, 4, 0));
    assert_eq!((u32_at(112), u32_at(116)), (1, 0), "name order");
    assert_eq!((u64_at(dims), u64_at(dims + 8)), (1, 2));
    assert_eq!((text_at(pairs), text_at(pairs + 8)), ("k", "v"));
    assert_eq!(index.len(), text + 4);
}

#[test]
fn the_shard_index_is_laid_out_as_the_c_header_says() {
    let mut expected = Vec::new();
    let mut text = |number: Option<u32>, text: &str| {
        expected.extend(number.into_iter().flat_map(u32::to_le_bytes));
        expected.extend((text.len() as u32).to_le_bytes());
        expected.extend(text.as_bytes());
    };
    text(None, "1.safetensors");
    text(None, "2.safetensors");
    text(Some(0), "a");
    text(Some(1), "b");
    text(Some(1), "c");
    let mut head: Vec<u8> = [0x4452_4853u32, 2, 3, 0].into_iter().flat_map(u32::to_le_bytes).collect();
    head.extend(9u64.to_le_bytes());
    let answer = shards(SHARDS.as_bytes(), head.len() + expected.len());
    assert_status(&answer, Status::Ok);
    assert_eq!(answer.output, [head, expected].concat());
}

#[test]
fn the_written_header_parses() {
    let size = write(&declaration(), 0).needed as usize;
    let header = write(&declaration(), size).output;
    assert_eq!(&header[8..], br#"{"t":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}  "#);
    assert_status(&parse(&header, size as u64 + 8, 1000), Status::Ok);
}

#[test]
fn failures_carry_their_details() {
    let header = r#"{"tensor é":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#;
    let start = [&(header.len() as u64).to_le_bytes(), header.as_bytes()].concat();
    let answer = parse(&start, start.len() as u64 + 4, 1000);
    assert_status(&answer, Status::Format);
    let Detail { reason, found, expected, os_error, tensor, path, .. } = answer.detail;
    assert_eq!((reason, found, expected, os_error), (Reason::SizeMismatch as u32, 4, 8, 0));
    assert_eq!((tensor.as_str(), path.as_str()), ("tensor é", ""));
    assert_status(&shards(b"{}", 0), Status::Format);
    assert_status(&write(b"", 0), Status::Request);
}

#[test]
fn long_texts_are_cut_at_characters() {
    for shift in 0..3 {
        let name = "x".repeat(shift) + &"é€".repeat(10_000);
        let header = format!(r#"{{"{name}":{{"dtype":"{name}"}}}}"#);
        let start = [&(header.len() as u64).to_le_bytes(), header.as_bytes()].concat();
        let detail = parse(&start, start.len() as u64, 1000).detail;
        assert!(name.starts_with(&detail.tensor) && detail.tensor.len() > 1000, "{detail:?}");
        assert!(detail.message.len() > 2000, "{detail:?}");
    }
}

/// A pointer that leads nowhere, for lengths that must be refused before it is followed.
fn nowhere() -> *mut u8 {
    ptr::without_provenance_mut(4096)
}

#[test]
fn null_pointers_and_impossible_lengths_are_refused() {
    let some = [0u8; 16];
    let (mut out, mut needed, mut detail) = ([0u8; 16], 0u64, [0u8; detail::SIZE]);
    let (out, needed, detail) = (out.as_mut_ptr(), &raw mut needed, detail.as_mut_ptr());
    let (some, null) = (some.as_ptr(), ptr::null_mut::<u8>());
    let impossible = [u64::MAX, 1 << 63, (1 << 63) - 1];
    let mut statuses = Vec::new();
    // SAFETY: what is not null or refused for its length is valid for the length given with it.
    unsafe {
        type Export = unsafe extern "C" fn(*const u8, u64, *mut u8, u64, *mut u64, *mut u8) -> i32;
        unsafe extern "C" fn parse(s: *const u8, l: u64, o: *mut u8, c: u64, n: *mut u64, d: *mut u8) -> i32 {
            // SAFETY: as the caller of this one.
            unsafe { fundir_header_parse(s, l, u64::MAX, SEED, 0, u64::MAX, u64::MAX, o, c, n, d) }
        }
        let exports: [Export; 3] = [parse, fundir_header_write, fundir_shard_index_parse];
        for export in exports {
            statuses.push(export(null, 1, out, 16, needed, detail));
            statuses.push(export(some, 16, null, 16, needed, detail));
            statuses.push(export(some, 16, out, 16, ptr::null_mut(), detail));
            statuses.push(export(some, 16, out, 16, needed, null));
            statuses.push(export(some, 16, some.cast_mut(), 16, needed, detail));
            statuses.push(export(some, 16, some.cast_mut().add(15), 1, needed, detail));
            for length in impossible {
                statuses.push(export(nowhere(), length, out, 16, needed, detail));
                statuses.push(export(some, 16, nowhere(), length, needed, detail));
            }
        }
        statuses.push(fundir_build_id(null, 16, needed, detail));
        statuses.push(fundir_build_id(out, 16, ptr::null_mut(), detail));
        statuses.push(fundir_build_id(out, 16, needed, null));
        statuses.push(fundir_build_id(nowhere(), u64::MAX, needed, detail));
    }
    for (i, status) in statuses.iter().enumerate() {
        assert_eq!(*status, Status::InvalidArgument as i32, "call {i}");
    }
}

#[test]
fn a_length_of_zero_goes_with_any_pointer() {
    let parsed = call(0, |_, _, needed, detail| {
        // SAFETY: nothing is read or written at the pointers with a length of zero.
        unsafe {
            fundir_header_parse(
                ptr::null(),
                0,
                100,
                SEED,
                0,
                u64::MAX,
                u64::MAX,
                ptr::null_mut(),
                0,
                needed,
                detail,
            )
        }
    });
    assert_status(&parsed, Status::MoreInput);
}

#[test]
fn the_name_hash_is_what_its_definition_says() {
    /// The definition in plain words, without the word-wise reading.
    fn defined(name: &[u8], seed: u64) -> u64 {
        let mix = |a: u64, b: u64| {
            let product = a as u128 * b as u128;
            (product & u64::MAX as u128) as u64 ^ (product >> 64) as u64
        };
        let multiplier = mix(seed ^ 0x9E3779B97F4A7C15, 0xD6E8FEB86659FD93) | 1;
        let mut h = seed ^ name.len() as u64;
        for word in 0..=name.len() / 8 {
            let byte = |i: usize| u64::from(name.get(word * 8 + i).copied().unwrap_or(0));
            h = mix(h ^ (0..8).map(|i| byte(i) << (8 * i)).sum::<u64>(), multiplier);
        }
        mix(h, multiplier ^ 0xA0761D6478BD642F)
    }
    let name = "model.layers.0.self_attn.q_proj.weight é";
    for length in 0..name.len() {
        for seed in [0, 1, SEED, u64::MAX] {
            // SAFETY: the length is within the name.
            let hash = unsafe { fundir_name_hash(name.as_ptr(), length as u64, seed) };
            assert_eq!(hash, defined(&name.as_bytes()[..length], seed));
        }
    }
    // Fixed, because the JVM computes the same.
    // SAFETY: the length is that of the name.
    let hash = unsafe { fundir_name_hash(name.as_ptr(), name.len() as u64, SEED) };
    assert_eq!(hash, defined(name.as_bytes(), SEED));
    // SAFETY: a null pointer is not followed.
    assert_eq!(unsafe { fundir_name_hash(ptr::null(), 5, SEED) }, defined(b"", SEED));
}

#[test]
fn the_library_says_what_it_is() {
    assert_eq!(fundir_abi_version(), 5);
    assert!(fundir_simd_level() <= 3);
    let id = build_id(100);
    assert_status(&id, Status::Ok);
    let id = String::from_utf8(id.output[..id.needed as usize].to_vec()).unwrap();
    let (version, hash) = id.split_once('-').unwrap();
    assert_eq!(version, env!("CARGO_PKG_VERSION"));
    assert!(hash.len() == 16 && hash.bytes().all(|b| b.is_ascii_hexdigit()), "{id}");
    let tests = std::env::current_exe().unwrap();
    let beside_the_library = tests.ancestors().nth(2).unwrap().join("fundir-build-id");
    assert_eq!(std::fs::read_to_string(beside_the_library).unwrap(), id);
}
