//! Files that people hand in as safetensors and that are something else, told by their first bytes.

/// A format that is not safetensors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct OtherFormat {
    /// What the file is, with its article.
    pub name: &'static str,
    /// What to do to get a safetensors file.
    pub advice: &'static str,
}

/// PyTorch's archives begin with an entry of this name, in a folder that is named as the file was when it was written.
const PICKLE_ENTRY: &[u8] = b"data.pkl";

/// Where an archive's first entry has its name, at most: a header of 30 bytes and names of usual length.
const ENTRY_NAME_END: usize = 30 + 255;

const ZIP: &[u8] = b"PK\x03\x04";

const PYTORCH: OtherFormat = OtherFormat {
    name: "a PyTorch checkpoint (a pickle in a zip archive)",
    advice: "load it in Python and write it with safetensors.torch.save_file",
};

const PICKLE: OtherFormat = OtherFormat {
    name: "a Python pickle, as old versions of PyTorch write",
    advice: "load it in Python and write it with safetensors.torch.save_file",
};

const OTHERS: [(&[u8], OtherFormat); 11] = [
    (
        ZIP,
        OtherFormat {
            name: "a zip archive",
            advice: "unpack it and give the .safetensors file that is in it",
        },
    ),
    (b"\x80\x02", PICKLE),
    (b"\x80\x03", PICKLE),
    (b"\x80\x04", PICKLE),
    (b"\x80\x05", PICKLE),
    (
        b"GGUF",
        OtherFormat {
            name: "a GGUF file",
            advice: "fundir convert writes its tensors to a .safetensors file",
        },
    ),
    (
        b"\x89HDF",
        OtherFormat {
            name: "an HDF5 file, as Keras writes",
            advice: "load it in Python and write it as safetensors",
        },
    ),
    (
        b"<",
        OtherFormat {
            name: "an HTML or XML page, perhaps the error page of a download",
            advice: "look at it as text, and download the model again",
        },
    ),
    (
        b"{",
        OtherFormat {
            name: "JSON text",
            advice: "the index of a sharded checkpoint ends in .safetensors.index.json, a model as text in .json",
        },
    ),
    (b"\x1f\x8b", OtherFormat { name: "a gzip archive", advice: "unpack it with gunzip or tar -xzf first" }),
    (
        b"\x28\xb5\x2f\xfd",
        OtherFormat { name: "compressed with zstd", advice: "unpack it with zstd -d first" },
    ),
];

/// What a file that begins with `start` is instead of safetensors, as far as its first bytes tell.
pub(super) fn recognise(start: &[u8]) -> Option<OtherFormat> {
    if start.starts_with(ZIP) {
        let names = &start[..start.len().min(ENTRY_NAME_END)];
        if names.windows(PICKLE_ENTRY.len()).any(|window| window == PICKLE_ENTRY) {
            return Some(PYTORCH);
        }
    }
    OTHERS.iter().find(|(magic, _)| start.starts_with(magic)).map(|(_, format)| *format)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pytorch_archives_are_told_from_other_archives() {
        let mut archive = ZIP.to_vec();
        archive.extend([0; 26]);
        archive.extend(b"archive/data.pkl");
        assert_eq!(recognise(&archive), Some(PYTORCH));
        archive.truncate(40);
        assert_eq!(recognise(&archive).map(|other| other.name), Some("a zip archive"));
    }

    #[test]
    fn pickles_of_every_binary_protocol_are_known() {
        for protocol in 2..=5 {
            assert_eq!(recognise(&[0x80, protocol, b'}', b'q']), Some(PICKLE));
        }
        assert_eq!(recognise(&[0x80, 6]), None);
    }

    #[test]
    fn bytes_of_no_known_format_are_nothing() {
        assert_eq!(recognise(b""), None);
        assert_eq!(recognise(&[0; 64]), None);
    }
}
