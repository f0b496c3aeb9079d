//! A declaration of any bytes is refused, or gives a header that reads back to the declared tensors.

#![no_main]

use fundir_core::dtype::byte_size;
use fundir_core::error::Status;
use fundir_core::header::{self, Declaration};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let declaration = match Declaration::decode(bytes) {
        Ok(declaration) => declaration,
        Err(error) => return assert_eq!(error.status, Status::Request),
    };
    let start = match declaration.header() {
        Ok(start) => start,
        Err(error) => return assert_eq!(error.status, Status::Request),
    };
    let sizes =
        declaration.tensors.iter().map(|tensor| byte_size(tensor.dtype, tensor.shape.iter().product()));
    let data: u64 = sizes.map(|size| size.expect("a size that was accepted")).sum();
    let header = header::parse(&start, start.len() as u64 + data).expect("what is written can be read");
    assert_eq!(header.tensors().len(), declaration.tensors.len());
    for declared in &declaration.tensors {
        let found =
            header.by_name().binary_search_by_key(&declared.name, |i| &*header.tensors()[*i as usize].name);
        let tensor = &header.tensors()[header.by_name()[found.expect("the declared name")] as usize];
        assert_eq!((tensor.dtype, header.shape(tensor)), (declared.dtype, &declared.shape[..]));
    }
    assert_eq!(header.metadata().map(|map| map.len()), declaration.metadata.map(|pairs| pairs.len()));
});
