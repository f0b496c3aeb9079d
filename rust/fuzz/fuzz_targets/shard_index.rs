//! A shard index of any bytes is refused, or names plain files only and encodes to what it says.

#![no_main]

use fundir_core::error::Status;
use fundir_core::header::ShardIndex;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|json: &[u8]| {
    match ShardIndex::parse(json) {
        Err(error) => assert_eq!(error.status, Status::Format),
        Ok(index) => {
            let files = index.files();
            for file in &files {
                assert!(!file.is_empty() && *file != "." && *file != "..");
                assert!(!file.contains(['/', '\\', ':', '\0']));
            }
            let texts = files.iter().map(|file| file.len() + 4);
            let tensors = index.weight_map.keys().map(|tensor| tensor.len() + 8);
            assert_eq!(index.encode().len(), 24 + texts.sum::<usize>() + tensors.sum::<usize>());
        }
    }
});
