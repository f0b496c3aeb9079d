//! Corners of the crate `safetensors` that callers of ours must not meet. The code is built around these facts: when one of
//! them changes with a new version of the crate, look at what was built around it.

mod header_oracle;

use std::borrow::Cow;
use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::ops::Bound;
use std::panic::catch_unwind;

use fundir_core::header;
use header_oracle::{Verdict, crates_verdict, file};
use safetensors::slice::{TensorIndexer, slice_byte_ranges};
use safetensors::tensor::{Metadata, TensorView};
use safetensors::{Dtype, SafeTensors, View, serialize};

#[test]
fn it_wants_the_whole_file_to_read_a_header() {
    let whole = file(r#"{"t":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}"#, 4);
    let header = &whole[..whole.len() - 4];
    assert!(SafeTensors::read_metadata(header).is_err());
    assert!(header::parse(header, whole.len() as u64).is_ok());
}

#[test]
fn it_checks_a_header_alone_but_not_against_the_file() {
    let json = r#"{"t":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}"#;
    let metadata: Metadata = serde_json::from_str(json).unwrap();
    assert_eq!(metadata.data_len(), 4);
}

#[test]
fn it_panics_on_duplicate_names_when_writing() {
    let view = || TensorView::new(Dtype::U8, vec![1], &[7]).unwrap();
    assert!(catch_unwind(|| serialize([("t", view()), ("t", view())], None)).is_err());
}

#[test]
fn it_writes_a_tensor_called_metadata_that_nobody_can_read() {
    let view = TensorView::new(Dtype::U8, vec![1], &[7]).unwrap();
    let written = serialize([("__metadata__", view)], None).unwrap();
    assert!(matches!(crates_verdict(&written), Verdict::Rejected(_)));
}

#[test]
fn it_writes_empty_metadata_without_tensors_that_nobody_can_read() {
    let written = serialize::<&str, TensorView<'_>, _>([], Some(HashMap::new())).unwrap();
    assert!(matches!(crates_verdict(&written), Verdict::Rejected(_)));
}

#[test]
fn it_writes_metadata_in_random_order() {
    let metadata = || (0..16).map(|i| (i.to_string(), String::new())).collect::<HashMap<_, _>>().into();
    let write = || serialize::<&str, TensorView<'_>, _>([], metadata()).unwrap();
    let first = write();
    assert!((0..100).any(|_| write() != first));
}

#[test]
fn it_writes_a_view_whose_data_is_shorter_than_it_said() {
    struct Short;
    impl View for Short {
        fn dtype(&self) -> Dtype {
            Dtype::U8
        }
        fn shape(&self) -> &[usize] {
            &[4]
        }
        fn data(&self) -> Cow<'_, [u8]> {
            Cow::Borrowed(&[1])
        }
        fn data_len(&self) -> usize {
            4
        }
    }
    let written = serialize([("t", Short)], None).unwrap();
    assert!(matches!(crates_verdict(&written), Verdict::Rejected(_)));
}

#[test]
fn it_slices_ranges_that_are_empty_or_reversed_into_something() {
    let slice = |start, end, step| {
        let step = NonZeroUsize::new(step).unwrap();
        let indexer = TensorIndexer::Narrow(Bound::Included(start), Bound::Excluded(end), step);
        slice_byte_ranges(Dtype::U8, &[4], &[indexer]).ok()
    };
    let (ranges, shape) = slice(2, 2, 2).expect("it is not refused");
    assert_eq!(shape, [0]);
    assert!(!ranges.is_empty(), "bytes for no elements");
    // A panic with overflow checks, a range of nearly 2^64 elements without.
    let reversed = catch_unwind(|| slice(3, 2, 1));
    assert!(!matches!(reversed, Ok(None)), "it is refused");
}

#[cfg(unix)]
#[test]
fn it_writes_files_with_a_mode_of_its_own_and_in_the_place_of_a_link() {
    use std::os::unix::fs::PermissionsExt;

    let folder = tempfile::tempdir().unwrap();
    let (target, link) = (folder.path().join("target"), folder.path().join("link"));
    std::fs::write(&target, "old").unwrap();
    std::os::unix::fs::symlink(&target, &link).unwrap();
    let view = TensorView::new(Dtype::U8, vec![1], &[7]).unwrap();
    safetensors::serialize_to_file([("t", view)], None, &link).unwrap();
    let written = std::fs::symlink_metadata(&link).unwrap();
    assert!(written.is_file(), "the link is gone");
    assert_eq!(written.permissions().mode() & 0o777, 0o600);
    assert_eq!(std::fs::read(&target).unwrap(), b"old");
}
