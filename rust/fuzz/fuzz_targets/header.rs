//! Files of any bytes get the verdict of the crate `safetensors`, and what is accepted has an index that decodes to the
//! same tensors. The strict mode accepts a part of them.

#![no_main]

#[path = "../../core/tests/header_oracle/mod.rs"]
mod header_oracle;

use fundir_core::error::Reason;
use fundir_core::header::{self, Index};
use header_oracle::{Verdict, assert_same_verdict, assert_strict_accepts_less, file_of_bytes, index};
use libfuzzer_sys::fuzz_target;

const SEED: u64 = 0x5EED;

/// Longer files are not built for a header that asks for them.
const LONGEST_FILE: u64 = 1 << 20;

fuzz_target!(|bytes: &[u8]| {
    judge(bytes);
    // The same bytes as a header with the right length before it, because the fuzzer seldom gets that right.
    judge(&file_of_bytes(bytes, 0));
});

fn judge(file: &[u8]) {
    let verdict = assert_same_verdict(file);
    assert_strict_accepts_less(file, &verdict);
    match header::parse(file, file.len() as u64) {
        Ok(header) => {
            let index = Index::new(&header).expect("a rank over 65,535 takes a longer input");
            let mut bytes = vec![0; index.byte_size()];
            index.write(SEED, &mut bytes);
            let (contents, _) = index::decode(&bytes, SEED);
            assert_eq!(Verdict::Accepted(contents), verdict);
        }
        Err(error) => {
            assert!(!error.message.is_empty());
            let asked = error.expected;
            if error.reason == Reason::Incomplete && asked < LONGEST_FILE {
                let mut whole = file.to_vec();
                whole.resize(asked as usize, 0);
                judge(&whole);
            }
        }
    }
}
