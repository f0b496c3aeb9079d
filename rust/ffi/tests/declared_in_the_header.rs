//! `include/fundir.h` says what the library exports, and nothing else: the same functions with the same types, and the
//! same numbers.

use std::collections::BTreeSet;
use std::path::Path;

use fundir_core::error::Status;

fn folder() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn header() -> String {
    std::fs::read_to_string(folder().join("include/fundir.h")).unwrap()
}

/// What cbindgen makes of the exports in the sources.
fn generated() -> String {
    let mut builder = cbindgen::Builder::new().with_language(cbindgen::Language::C).with_documentation(false);
    for entry in std::fs::read_dir(folder().join("src")).unwrap() {
        builder = builder.with_src(entry.unwrap().path());
    }
    let mut text = Vec::new();
    builder.generate().unwrap().write(&mut text);
    String::from_utf8(text).unwrap()
}

/// The prototypes in a C header, each on one line with single spaces.
fn prototypes(header: &str) -> BTreeSet<String> {
    let code = without_comments(header);
    let code: Vec<_> =
        code.lines().filter(|line| !line.starts_with('#') && !line.contains("extern \"C\"")).collect();
    let code = code.join(" ");
    let statements = code.split(';').filter(|statement| statement.contains("fundir_"));
    statements
        .map(|statement| {
            let words: Vec<_> = statement.split_whitespace().collect();
            words.join(" ").replace("( ", "(").replace("* ", "*")
        })
        .collect()
}

fn without_comments(header: &str) -> String {
    let mut code = String::new();
    let mut rest = header;
    while let Some((before, comment)) = rest.split_once("/*") {
        code += before;
        rest = comment.split_once("*/").expect("a comment ends").1;
    }
    code + rest
}

/// The numbers that the header defines for a name.
fn defined(name: &str) -> u64 {
    let header = header();
    let prefix = format!("#define {name} ");
    let line = header.lines().find_map(|line| line.strip_prefix(&prefix));
    line.unwrap_or_else(|| panic!("{name} is defined")).parse().unwrap()
}

#[test]
fn header_and_exports_have_the_same_functions() {
    let (declared, exported) = (prototypes(&header()), prototypes(&generated()));
    assert!(declared.contains("uint32_t fundir_abi_version(void)"), "{declared:#?}");
    assert_eq!(declared, exported);
}

#[test]
fn header_and_library_have_the_same_numbers() {
    assert_eq!(defined("FUNDIR_ABI_VERSION"), u64::from(fundir_ffi::fundir_abi_version()));
    assert_eq!(defined("FUNDIR_STRICT"), u64::from(fundir_ffi::header::STRICT));
    assert_eq!(defined("FUNDIR_DETAIL_SIZE"), fundir_ffi::detail::SIZE as u64);
    assert_eq!(defined("FUNDIR_CONTROL_SIZE"), fundir_ffi::merge::CONTROL_SIZE as u64);
    assert_eq!(defined("FUNDIR_REPORT_SIZE"), fundir_ffi::merge::REPORT_SIZE as u64);
    assert_eq!(defined("FUNDIR_PROGRESS_SIZE"), fundir_ffi::text::PROGRESS_SIZE as u64);
    assert_eq!(defined("FUNDIR_MOMENTS_SIZE"), fundir_ffi::analysis::MOMENTS_SIZE as u64);
    assert_eq!(defined("FUNDIR_DISTANCE_SIZE"), fundir_ffi::analysis::DISTANCE_SIZE as u64);
    assert_eq!(defined("FUNDIR_MOST_OUTLIERS"), fundir_ffi::analysis::MOST_OUTLIERS as u64);
    assert_eq!(defined("FUNDIR_MOST_BINS"), fundir_core::analysis::MOST_BINS as u64);
    assert_eq!(defined("FUNDIR_SHA256_STATE_SIZE"), fundir_core::sha256::STATE_SIZE as u64);
    for (name, status) in [
        ("OK", Status::Ok),
        ("FORMAT", Status::Format),
        ("IO", Status::Io),
        ("TRUNCATED", Status::Truncated),
        ("REQUEST", Status::Request),
        ("CANCELLED", Status::Cancelled),
        ("BUFFER_TOO_SMALL", Status::BufferTooSmall),
        ("MORE_INPUT", Status::MoreInput),
        ("INVALID_ARGUMENT", Status::InvalidArgument),
        ("INTERNAL", Status::Internal),
    ] {
        assert_eq!(defined(&format!("FUNDIR_{name}")), status as u64, "{name}");
    }
}
