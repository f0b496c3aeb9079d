//! Judges 100,000 and more mutated headers as the crate `safetensors` does: the same verdict, for the same reason, with
//! the same tensors.

mod header_mutator;
mod header_oracle;

use std::collections::BTreeMap;

use fundir_core::error::{Reason, Status};
use fundir_core::header;
use header_mutator::{Random, mutate};
use header_oracle::{Fault, Verdict, assert_same_verdict, assert_strict_accepts_less, file, file_of_bytes};

/// Each mutated header is judged in a file of a random length and, where only that was wrong, in one of the right one.
const HEADERS: usize = 400_000;

/// Files longer than this are not built to satisfy a mutated header.
const LONGEST_DATA: u64 = 1 << 16;

/// The headers that mutations start from, and the bytes of data that each takes.
fn seeds() -> Vec<(String, usize)> {
    let tensors = |n: usize| {
        let entries: Vec<_> = (0..n)
            .map(|i| {
                let (begin, end) = (i * 8, i * 8 + 8);
                format!(
                    r#""layers.{i}.weight":{{"dtype":"F32","shape":[1,2],"data_offsets":[{begin},{end}]}}"#
                )
            })
            .collect();
        (format!(r#"{{"__metadata__":{{"format":"pt"}},{}}}    "#, entries.join(",")), n * 8)
    };
    let nested = |depth: usize| {
        let extra = "[".repeat(depth) + &"]".repeat(depth);
        (format!(r#"{{"a":{{"x":{extra},"dtype":"U8","shape":[1],"data_offsets":[0,1]}}}}"#), 1)
    };
    let sharp = [
        ("{}", 0),
        (r#"{"__metadata__":{}}"#, 0),
        (r#"{"__metadata__":null,"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]}}"#, 3),
        (
            r#"{"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]},"__metadata__":{"k":"v","k":"w","e":"\n\u00e9"}}"#,
            3,
        ),
        (r#"{"a":{"dtype":"I32","shape":[],"data_offsets":[0,4]}}"#, 4),
        (r#" { "a" : { "dtype" : "I32" , "shape" : [ 2 , 0 ] , "data_offsets" : [ 0 , 0 ] } } "#, 0),
        (r#"{"a":{"shape":[2,2],"data_offsets":[0,8],"dtype":"BF16"}}"#, 8),
        (r#"{"a":["F4",[2,4],[0,4]],"b":{"dtype":{"F6_E3M2":null},"shape":[4],"data_offsets":[4,7]}}"#, 7),
        (
            r#"{"a":["U8",[0],[0,0]],"b":["U8",[0,5],[0,0]],"c":["U8",[2],[0,2]],"d":["I64",[0],[2,2]],"e":["U8",[0],[2,2]]}"#,
            2,
        ),
        (
            r#"{"b":["U8",[4],[4,8]],"a":["U8",[4],[0,4]],"":["U8",[4],[8,12]],"\u0000":["U8",[4],[12,16]]}"#,
            16,
        ),
        (r#"{"a":["U8",[9],[0,9]],"b":["U8",[4],[4,8]],"a":["U8",[4],[0,4]]}"#, 8),
        (
            r#"{"a":{"x":[1,-2.5e3,{"y":"\ud83d\ude00"}],"dtype":"U8","shape":[4],"data_offsets":[0,4],"z":null}}"#,
            4,
        ),
        (r#"{"a":{"dtype":"U8","shape":[0,18446744073709551615],"data_offsets":[0,0]}}"#, 0),
        (r#"{"a":{"dtype":"U8","shape":[18446744073709551615],"data_offsets":[0,18446744073709551615]}}"#, 4),
        (
            r#"{"é\"":{"dtype":"C64","shape":[1],"data_offsets":[0,8]},"ß":{"dtype":"F8_E4M3","shape":[1],"data_offsets":[8,9]}}"#,
            9,
        ),
    ];
    let mut seeds: Vec<_> = sharp.map(|(header, data)| (header.to_owned(), data)).into();
    seeds.extend([tensors(1), tensors(2), tensors(3), tensors(12), nested(125), nested(126), nested(127)]);
    seeds
}

/// The seed of this run: FUNDIR_TEST_SEED, or the same each time.
fn seed() -> u64 {
    match std::env::var("FUNDIR_TEST_SEED") {
        Ok(seed) => seed.parse().expect("FUNDIR_TEST_SEED is a number"),
        Err(_) => 0x5AFE_7E45,
    }
}

#[test]
fn judges_mutated_headers_as_the_crate_does() {
    let seed = seed();
    println!("FUNDIR_TEST_SEED={seed}");
    let seeds = seeds();
    for (header, data) in &seeds {
        assert_same_verdict(&file(header, *data));
    }
    let mut random = Random(seed);
    let mut verdicts = BTreeMap::new();
    for _ in 0..HEADERS {
        let (header, data) = random.pick(&seeds);
        let (other, _) = random.pick(&seeds);
        let header = mutate(header.as_bytes(), other.as_bytes(), &mut random);
        let file = whole_file(&header, *data, &mut random);
        let mut judge = |file: &[u8]| {
            let verdict = assert_same_verdict(file);
            assert_strict_accepts_less(file, &verdict);
            *verdicts.entry(kind(&verdict)).or_insert(0usize) += 1;
            verdict
        };
        if judge(&file) == Verdict::Rejected(Fault::MetadataIncompleteBuffer)
            && let Some(file) = with_right_length(&file)
        {
            judge(&file);
        }
    }
    println!("{verdicts:?}");
    // A mutator that no longer reaches one of the rules tests nothing there.
    assert_eq!(verdicts.len(), 11, "some verdict was never given: {verdicts:?}");
    assert!(verdicts["Accepted"] > HEADERS / 10, "too few headers stay valid: {verdicts:?}");
}

/// The header in a file: nearly always with its own length before it and about as much data as it was made for.
fn whole_file(header: &[u8], data: usize, random: &mut Random) -> Vec<u8> {
    let mut file = file_of_bytes(header, data);
    if random.one_in(8) {
        let length = random.below(file.len() + 1);
        file.truncate(length);
    }
    if random.one_in(8) {
        file.resize(file.len() + random.below(4), 0);
    }
    if random.one_in(8) && file.len() >= 8 {
        let at = random.below(8);
        file[at] = file[at].wrapping_add(random.below(256) as u8);
    }
    file
}

/// The file with as much data as its header asks for.
fn with_right_length(file: &[u8]) -> Option<Vec<u8>> {
    let error = header::parse(file, file.len() as u64).err()?;
    assert_eq!(error.status, Status::Format);
    assert!(matches!(error.reason, Reason::Incomplete | Reason::TrailingBytes));
    let length = usize::try_from(error.expected).ok().filter(|length| *length as u64 <= LONGEST_DATA)?;
    let mut file = file.to_vec();
    file.resize(length, 0);
    Some(file)
}

/// The verdict without its details.
fn kind(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Accepted(_) => "Accepted".to_owned(),
        Verdict::Rejected(Fault::InvalidOffset(_)) => "InvalidOffset".to_owned(),
        Verdict::Rejected(fault) => format!("{fault:?}"),
    }
}
