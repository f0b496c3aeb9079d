//! Headers of arbitrary tensors: written as the crate `safetensors` writes them, read back to the same, and indexed.

mod header_oracle;

use std::collections::{BTreeMap, HashMap};

use fundir_core::dtype;
use fundir_core::error::{Error, Status};
use fundir_core::header::{self, Declaration, DeclaredTensor, Index};
use header_oracle::{Contents, TensorFacts, Verdict, crates_verdict, index};
use proptest::prelude::*;
use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensorError};

/// Tensors by name.
type Tensors = BTreeMap<String, (Dtype, Vec<u64>)>;

fn any_tensors() -> impl Strategy<Value = Tensors> {
    let name = prop_oneof!["[a-c.0-9]{1,6}", ".{0,20}", "layers\\.[0-9]{1,2}\\.weight"];
    let name = name.prop_filter("the name of the metadata", |name| name != "__metadata__");
    let shape = prop::collection::vec(0u64..5, 0..5);
    // Sub-byte tensors of odd sizes are left to tests of their own.
    let tensor = (prop::sample::select(&dtype::ALL[..]), shape)
        .prop_filter("a partial byte", |(dtype, shape)| {
            dtype::byte_size(*dtype, shape.iter().product()).is_some()
        });
    prop::collection::btree_map(name, tensor, 0..12)
}

fn declaration<'a>(tensors: &'a Tensors, metadata: Option<&'a BTreeMap<String, String>>) -> Declaration<'a> {
    let tensor = |(name, (dtype, shape)): (&'a String, &(Dtype, Vec<u64>))| DeclaredTensor {
        name,
        dtype: *dtype,
        shape: shape.clone(),
    };
    Declaration {
        metadata: metadata.map(|map| map.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect()),
        tensors: tensors.iter().map(tensor).collect(),
    }
}

fn byte_size(dtype: Dtype, shape: &[u64]) -> u64 {
    dtype::byte_size(dtype, shape.iter().product()).expect("whole bytes")
}

/// The file that the crate writes, of zeros.
fn crates_file(
    tensors: &Tensors,
    metadata: Option<HashMap<String, String>>,
) -> Result<Vec<u8>, SafeTensorError> {
    let zeros = vec![0; 1 << 16];
    let view = |(dtype, shape): &(Dtype, Vec<u64>)| {
        let data = &zeros[..byte_size(*dtype, shape) as usize];
        TensorView::new(*dtype, shape.iter().map(|dim| *dim as usize).collect(), data)
    };
    let views = tensors.iter().map(|(name, tensor)| view(tensor).map(|view| (name, view)));
    safetensors::serialize(views.collect::<Result<Vec<_>, SafeTensorError>>()?, metadata)
}

proptest! {
    #[test]
    fn headers_are_those_that_the_crate_writes(
        tensors in any_tensors(),
        // With more than one pair the crate's order is random.
        pair in prop::option::of((".{0,8}", ".{0,20}")),
    ) {
        let metadata: Option<BTreeMap<_, _>> = pair.map(|pair| [pair].into());
        let ours = declaration(&tensors, metadata.as_ref()).header().unwrap();
        let theirs = crates_file(&tensors, metadata.map(|map| map.into_iter().collect())).unwrap();
        prop_assert_eq!(&ours[..], &theirs[..ours.len()]);
    }

    #[test]
    fn written_headers_read_back(
        tensors in any_tensors(),
        metadata in prop::option::of(prop::collection::btree_map(".{0,8}", ".{0,20}", 0..6)),
        seed: u64,
    ) {
        let start = declaration(&tensors, metadata.as_ref()).header().unwrap();
        let data: u64 = tensors.values().map(|(dtype, shape)| byte_size(*dtype, shape)).sum();
        let header = header::parse(&start, start.len() as u64 + data).unwrap();
        let contents = header_oracle::contents(&header);
        prop_assert_eq!(&contents.metadata, &metadata);
        let declared: Tensors =
            contents.tensors.iter().map(|(name, facts)| (name.clone(), (facts.dtype, facts.shape.clone()))).collect();
        prop_assert_eq!(&declared, &tensors);

        let whole = [&start[..], &vec![0; data as usize]].concat();
        prop_assert_eq!(crates_verdict(&whole), Verdict::Accepted(contents.clone()));

        let index = Index::new(&header).unwrap();
        let mut bytes = vec![0xFF; index.byte_size()];
        index.write(seed, &mut bytes);
        prop_assert_eq!(index::decode(&bytes, seed), (contents, start.len() as u64));
    }

    #[test]
    fn the_order_of_declaration_does_not_matter(tensors in any_tensors(), shuffle: u64) {
        let mut declared = declaration(&tensors, None);
        let header = declared.header().unwrap();
        declared.tensors.sort_by_key(|tensor| header::name_hash(tensor.name.as_bytes(), shuffle));
        prop_assert_eq!(declared.header().unwrap(), header);
    }
}

fn refused(declaration: &Declaration<'_>) -> Error {
    let error = declaration.header().expect_err("it is refused");
    assert_eq!(error.status, Status::Request, "{error}");
    error
}

fn tensor(name: &str, dtype: Dtype, shape: &[u64]) -> DeclaredTensor<'static> {
    DeclaredTensor { name: Box::leak(name.to_owned().into_boxed_str()), dtype, shape: shape.to_vec() }
}

fn of_tensors<const N: usize>(tensors: [DeclaredTensor<'_>; N]) -> Declaration<'_> {
    Declaration { metadata: None, tensors: tensors.into() }
}

#[test]
fn writes_metadata_in_key_order() {
    let metadata = Some(vec![("z", "1"), ("a", "2"), ("m", "3")]);
    let header = Declaration { metadata, tensors: vec![] }.header().unwrap();
    assert_eq!(&header[8..], br#"{"__metadata__":{"a":"2","m":"3","z":"1"}}      "#);
}

#[test]
fn writes_files_without_tensors_that_can_be_read() {
    for metadata in [None, Some(vec![]), Some(vec![("k", "v")])] {
        let header = Declaration { metadata: metadata.clone(), tensors: vec![] }.header().unwrap();
        assert_eq!(header.len() % 8, 0);
        let pairs = metadata.map(|pairs| pairs.into_iter().map(|(k, v)| (k.into(), v.into())).collect());
        assert_eq!(
            crates_verdict(&header),
            Verdict::Accepted(Contents { tensors: [].into(), metadata: pairs })
        );
    }
}

#[test]
fn writes_tensors_by_dtype_then_name() {
    let tensors = [
        tensor("a", Dtype::BOOL, &[1]),
        tensor("b", Dtype::F32, &[1]),
        tensor("a.b", Dtype::F32, &[1]),
        tensor("A", Dtype::U64, &[1]),
    ];
    let header = of_tensors(tensors).header().unwrap();
    let header = header::parse(&header, header.len() as u64 + 17).unwrap();
    let order: Vec<_> = header.tensors().iter().map(|tensor| &*tensor.name).collect();
    assert_eq!(order, ["A", "a.b", "b", "a"]);
}

#[test]
fn refuses_names_that_cannot_be_written() {
    let twice = of_tensors([
        tensor("t", Dtype::U8, &[1]),
        tensor("s", Dtype::U8, &[1]),
        tensor("t", Dtype::F32, &[1]),
    ]);
    assert_eq!(refused(&twice).tensor, "t");
    let metadata = of_tensors([tensor("a", Dtype::U8, &[1]), tensor("__metadata__", Dtype::U8, &[1])]);
    assert_eq!(refused(&metadata).tensor, "__metadata__");
    let keys = Declaration { metadata: Some(vec![("k", "1"), ("k", "1")]), tensors: vec![] };
    assert!(refused(&keys).message.contains("\"k\""));
}

#[test]
fn refuses_sizes_that_cannot_be() {
    for (dtype, shape) in [
        (Dtype::U8, &[1 << 63, 2][..]),
        (Dtype::U8, &[1 << 63, 2, 0]),
        (Dtype::I64, &[1 << 58]),
        (Dtype::F4, &[3]),
        (Dtype::F6_E2M3, &[2]),
    ] {
        assert_eq!(refused(&of_tensors([tensor("t", dtype, shape)])).tensor, "t", "{dtype} {shape:?}");
    }
    // Each is possible, but no file holds them all.
    let large: Vec<_> = (0..8).map(|i| tensor(&i.to_string(), Dtype::U8, &[1 << 60])).collect();
    assert_eq!(refused(&Declaration { metadata: None, tensors: large }).tensor, "7");
}

#[test]
fn refuses_a_header_over_the_formats_limit() {
    let length_of = |value: &str| {
        Declaration { metadata: Some(vec![("k", value)]), tensors: vec![] }
            .header()
            .map(|header| header.len())
    };
    let frame = r#"{"__metadata__":{"k":""}}"#.len();
    let longest = "x".repeat(header::MAX_LENGTH as usize - frame);
    assert_eq!(length_of(&longest).unwrap() as u64, 8 + header::MAX_LENGTH);
    let error = length_of(&(longest + "x")).expect_err("it is refused");
    assert_eq!((error.status, error.found), (Status::Request, header::MAX_LENGTH + 8));
}

/// The encoding of a declaration, field by field.
fn encoded(declaration: &Declaration<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    let text = |out: &mut Vec<u8>, text: &str| {
        out.extend((text.len() as u32).to_le_bytes());
        out.extend(text.as_bytes());
    };
    out.extend((declaration.tensors.len() as u32).to_le_bytes());
    out.extend(declaration.metadata.as_ref().map_or(u32::MAX, |pairs| pairs.len() as u32).to_le_bytes());
    for (key, value) in declaration.metadata.iter().flatten() {
        text(&mut out, key);
        text(&mut out, value);
    }
    for tensor in &declaration.tensors {
        out.push(dtype::code(tensor.dtype));
        out.extend((tensor.shape.len() as u32).to_le_bytes());
        tensor.shape.iter().for_each(|dim| out.extend(dim.to_le_bytes()));
        text(&mut out, tensor.name);
    }
    out
}

#[test]
fn declarations_decode_and_cut_ones_do_not() {
    for metadata in [None, Some(vec![]), Some(vec![("k", "v"), ("é", "")])] {
        let tensors = vec![tensor("", Dtype::F32, &[]), tensor("t", Dtype::U64, &[1, 2, u64::MAX])];
        let declaration = Declaration { metadata, tensors };
        let bytes = encoded(&declaration);
        assert_eq!(Declaration::decode(&bytes).unwrap(), declaration);
        for length in 0..bytes.len() {
            let error = Declaration::decode(&bytes[..length]).expect_err("it is cut");
            assert_eq!(error.status, Status::Request);
        }
        let longer = [&bytes[..], &[0]].concat();
        assert_eq!(Declaration::decode(&longer).expect_err("it goes on").status, Status::Request);
    }
}

#[test]
fn declarations_that_lie_are_refused_before_anything_is_allocated() {
    let header = |tensors: u32, pairs: u32| [tensors.to_le_bytes(), pairs.to_le_bytes()].concat();
    let of_tensor = |code: u8, rank: u32| [&header(1, u32::MAX)[..], &[code], &rank.to_le_bytes()].concat();
    let bad_text = [&header(0, 1)[..], &1u32.to_le_bytes(), b"\xff"].concat();
    let lies = [
        header(u32::MAX, u32::MAX),
        header(0, u32::MAX - 1),
        of_tensor(0, u32::MAX),
        of_tensor(22, 0),
        bad_text,
    ];
    for bytes in lies {
        let error = Declaration::decode(&bytes).expect_err("it is malformed");
        assert!(error.message.contains("malformed"), "{error}");
    }
}

#[test]
fn an_index_holds_up_to_65535_dimensions() {
    for rank in [65_535, 65_536] {
        let shape = vec![1; rank];
        let start = of_tensors([tensor("t", Dtype::U8, &shape)]).header().unwrap();
        let header = header::parse(&start, start.len() as u64 + 1).unwrap();
        assert_eq!(header.shape(&header.tensors()[0]), shape);
        match Index::new(&header) {
            Ok(index) => {
                let mut bytes = vec![0; index.byte_size()];
                index.write(0, &mut bytes);
                let facts = TensorFacts { dtype: Dtype::U8, shape, offsets: (0, 1) };
                assert_eq!(index::decode(&bytes, 0).0.tensors["t"], facts);
            }
            Err(error) => assert_eq!((rank, error.tensor.as_str(), error.found), (65_536, "t", 65_536)),
        }
    }
}
