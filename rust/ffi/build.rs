//! Computes the build id: a text that names the sources of the library. It goes into the library, and into the file
//! `fundir-build-id` beside it, which the Java side ships to tell a stale library from its own.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// What goes into the library, from the workspace's folder.
const SOURCES: [&str; 8] = [
    "Cargo.lock",
    "Cargo.toml",
    "rust-toolchain.toml",
    "core/Cargo.toml",
    "core/src",
    "ffi/Cargo.toml",
    "ffi/include",
    "ffi/src",
];

fn main() -> io::Result<()> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut files = Vec::new();
    for source in SOURCES {
        let path = workspace.join(source);
        println!("cargo::rerun-if-changed={}", path.display());
        collect(&path, &mut files)?;
    }
    files.sort();
    let mut hash = Fnv::new();
    for path in &files {
        // The name, in one form on every system, is part of what a source is.
        let name = path.strip_prefix(&workspace).map_err(io::Error::other)?;
        let name: Vec<_> = name.iter().map(|part| part.to_string_lossy()).collect();
        hash.update(name.join("/").as_bytes());
        hash.update(&fs::read(path).map_err(|error| at(path, &error))?);
    }
    let id = format!("{}-{:016x}", env!("CARGO_PKG_VERSION"), hash.0);
    println!("cargo::rustc-env=FUNDIR_BUILD_ID={id}");
    fs::write(profile_folder()?.join("fundir-build-id"), &id)
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    if path.is_dir() {
        for entry in fs::read_dir(path).map_err(|error| at(path, &error))? {
            collect(&entry?.path(), files)?;
        }
    } else {
        files.push(path.to_owned());
    }
    Ok(())
}

/// The error with the file it is about.
fn at(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}

/// The folder that the library lands in: cargo gives a build script `<profile folder>/build/<crate>/out` only.
fn profile_folder() -> io::Result<PathBuf> {
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("cargo sets OUT_DIR"))?);
    let profile = out.ancestors().nth(3).ok_or_else(|| io::Error::other("OUT_DIR is three levels deep"))?;
    Ok(profile.to_owned())
}

/// FNV-1a, 64 bits; each part is closed with its length so that parts cannot run into each other.
struct Fnv(u64);

impl Fnv {
    fn new() -> Self {
        Fnv(0xCBF2_9CE4_8422_2325)
    }

    fn update(&mut self, part: &[u8]) {
        let length = (part.len() as u64).to_le_bytes();
        for byte in part.iter().chain(&length) {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01B3);
        }
    }
}
