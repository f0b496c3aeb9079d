//! The plan of a merge and its decoding. The encoding is written down in `fundir.h`.

use crate::dtype;
use crate::error::{Error, Result};
use crate::io;
use safetensors::Dtype;
use std::ops::Range;
use std::path::PathBuf;

const MAGIC: u32 = 0x4E4C_5046;
const VERSION: u32 = 2;

/// The setting of tensors whose bytes are copied from their only input.
pub const COPY: &str = "copy";

/// The setting of tensors that have to be the same in all inputs, and are copied from the first.
pub const IDENTICAL: &str = "identical";

/// A merge, with everything resolved: where each tensor's bytes are, what is done with them, and where the result goes.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// Worker threads, 0 for as many as there are processors; the engine has a limit of its own.
    pub threads: u32,
    /// Which random numbers masks are drawn from.
    pub generator: Generator,
    /// Bytes that blocks and reductions may take.
    pub memory: u64,
    /// The seed of the masks.
    pub seed: u64,
    /// The dtype that the recipe asks to work in; without one mergekit works in that of the inputs.
    pub work: Option<Dtype>,
    /// The files read.
    pub inputs: Vec<PlannedFile>,
    /// The files written; they exist already.
    pub outputs: Vec<PlannedFile>,
    /// The distinct combinations of a method and its parameters.
    pub settings: Vec<Setting>,
    /// The output tensors, in lexicographic order of their names.
    pub entries: Vec<Entry>,
    /// The entries that are run. The others only have their share of the random numbers.
    pub part: Range<usize>,
}

/// The random generators of masks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Generator {
    /// Philox4x32-10, addressed by element.
    Philox,
    /// One mt19937 over all elements in order, as mergekit draws it.
    Mt19937,
    /// None: a plan that draws is refused. For parts of a merge whose stream stands elsewhere.
    None,
}

/// A file and the size it has, or is to have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedFile {
    /// Where it is.
    pub path: PathBuf,
    /// Its size in bytes.
    pub size: u64,
}

/// A method with its parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct Setting {
    /// The method's name in the registry.
    pub method: String,
    /// Which of an entry's inputs is the base.
    pub base: Option<usize>,
    /// The parameters given.
    pub parameters: Vec<Parameter>,
}

/// A parameter's value, for one input or for all.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameter {
    /// Its name.
    pub key: String,
    /// The input it is for, `None` for a shared one.
    pub input: Option<usize>,
    /// The number, the position of the choice, or 0 and 1 for false and true.
    pub value: f64,
}

/// One output tensor.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The tensor's name.
    pub name: String,
    /// Its place in [`Plan::settings`].
    pub setting: usize,
    /// The shape of the inputs and of the output, in elements.
    pub shape: Vec<u64>,
    /// The product of the shape.
    pub elements: u64,
    /// Where the result goes.
    pub output: Stored,
    /// Where the inputs are.
    pub inputs: Vec<Source>,
}

/// The place and dtype of a tensor's elements, which are known to lie inside the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stored {
    /// The file's place in the plan's list.
    pub file: usize,
    /// The first byte, from the start of the file.
    pub offset: u64,
    /// The dtype of the elements.
    pub dtype: Dtype,
    /// The number of bytes.
    pub bytes: u64,
}

/// An input tensor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Source {
    /// Where it is.
    pub stored: Stored,
    /// The number of its model in the recipe; it picks the model's random stream.
    pub model: u32,
}

impl Plan {
    /// Decodes a plan. Every number is checked here: files and settings exist, tensors lie inside their files.
    pub fn decode(bytes: &[u8]) -> Result<Plan> {
        let mut r = Reader { rest: bytes };
        if r.u32()? != MAGIC {
            return Err(malformed("it does not start with the magic number"));
        }
        let version = r.u32()?;
        if version != VERSION {
            return Err(malformed(&format!("version {version}, expected {VERSION}")));
        }
        let threads = r.u32()?;
        let generator = match r.u32()? {
            0 => Generator::Philox,
            1 => Generator::Mt19937,
            2 => Generator::None,
            other => return Err(malformed(&format!("random generator {other}"))),
        };
        let (memory, seed) = (r.u64()?, r.u64()?);
        let work = r.optional_index()?.map(dtype_with_code).transpose()?;
        let inputs = r.list(Reader::file)?;
        let outputs = r.list(Reader::file)?;
        let settings = r.list(Reader::setting)?;
        let entries = r.list(|r| r.entry(&inputs, &outputs, &settings))?;
        let first = r.index()?;
        let part = first..first.saturating_add(r.index()?);
        if part.end > entries.len() {
            return Err(malformed("the part to run reaches beyond the entries"));
        }
        if !r.rest.is_empty() {
            return Err(malformed(&format!("{} bytes are left over", r.rest.len())));
        }
        if let Some(pair) = entries.windows(2).find(|pair| pair[0].name >= pair[1].name) {
            return Err(malformed(&format!("entries are out of order at `{}`", pair[1].name)));
        }
        Ok(Plan { threads, generator, memory, seed, work, inputs, outputs, settings, entries, part })
    }

    /// Whether mergekit would compute this tensor in BF16: its own random masks depend on it, and nothing else here does.
    pub fn works_in_bf16(&self, entry: &Entry) -> bool {
        match self.work {
            Some(dtype) => dtype == Dtype::BF16,
            None => entry.inputs.iter().all(|source| source.stored.dtype == Dtype::BF16),
        }
    }
}

impl Setting {
    /// The shared parameter `key`, or `default` where it is not given.
    pub fn shared(&self, key: &str, default: f64) -> f64 {
        self.find(key, None).unwrap_or(default)
    }

    /// The shared parameter `key`, which has to be there.
    pub fn required(&self, key: &str) -> Result<f64> {
        self.find(key, None)
            .ok_or_else(|| Error::request(format!("{} needs the parameter `{key}`", self.method)))
    }

    /// A shared parameter that is true or false.
    pub fn flag(&self, key: &str, default: bool) -> bool {
        self.find(key, None).map_or(default, |value| value != 0.0)
    }

    /// The parameter `key` of one input: its own, else the shared one, else `default`.
    pub fn of_input(&self, key: &str, input: usize, default: f64) -> f64 {
        self.find(key, Some(input)).unwrap_or_else(|| self.shared(key, default))
    }

    fn find(&self, key: &str, input: Option<usize>) -> Option<f64> {
        self.parameters.iter().find(|p| p.input == input && p.key == key).map(|p| p.value)
    }
}

fn malformed(what: &str) -> Error {
    Error::request(format!("the encoded merge plan is malformed: {what}"))
}

fn dtype_with_code(code: usize) -> Result<Dtype> {
    let dtype = u8::try_from(code).ok().and_then(dtype::from_code);
    dtype.ok_or_else(|| malformed("an unknown dtype"))
}

/// Reads little-endian values; running out of bytes is an error.
struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn bytes(&mut self, length: usize) -> Result<&'a [u8]> {
        let (head, rest) = self.rest.split_at_checked(length).ok_or_else(|| malformed("it ends early"))?;
        self.rest = rest;
        Ok(head)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        let (head, rest) = self.rest.split_first_chunk().ok_or_else(|| malformed("it ends early"))?;
        self.rest = rest;
        Ok(*head)
    }

    fn u8(&mut self) -> Result<u8> {
        Ok(u8::from_le_bytes(self.array()?))
    }

    fn u32(&mut self) -> Result<u32> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    fn u64(&mut self) -> Result<u64> {
        Ok(u64::from_le_bytes(self.array()?))
    }

    fn index(&mut self) -> Result<usize> {
        Ok(self.u32()? as usize)
    }

    /// A number that is −1 for none.
    fn optional_index(&mut self) -> Result<Option<usize>> {
        Ok(usize::try_from(i32::from_le_bytes(self.array()?)).ok())
    }

    fn string(&mut self) -> Result<String> {
        let length = self.index()?;
        let bytes = self.bytes(length)?;
        Ok(std::str::from_utf8(bytes).map_err(|_| malformed("a text is not UTF-8"))?.to_owned())
    }

    /// A count and as many items. Nothing is set aside for a count that the bytes do not bear out.
    fn list<T>(&mut self, mut item: impl FnMut(&mut Self) -> Result<T>) -> Result<Vec<T>> {
        let count = self.index()?;
        let mut items = Vec::with_capacity(count.min(self.rest.len() / 4));
        for _ in 0..count {
            items.push(item(self)?);
        }
        Ok(items)
    }

    fn file(&mut self) -> Result<PlannedFile> {
        let length = self.index()?;
        let path = io::path_of(self.bytes(length)?).ok_or_else(|| malformed("a path is not UTF-8"))?;
        Ok(PlannedFile { path, size: self.u64()? })
    }

    fn setting(&mut self) -> Result<Setting> {
        Ok(Setting {
            method: self.string()?,
            base: self.optional_index()?,
            parameters: self.list(Self::parameter)?,
        })
    }

    fn parameter(&mut self) -> Result<Parameter> {
        Ok(Parameter {
            key: self.string()?,
            input: self.optional_index()?,
            value: f64::from_le_bytes(self.array()?),
        })
    }

    fn entry(
        &mut self,
        inputs: &[PlannedFile],
        outputs: &[PlannedFile],
        settings: &[Setting],
    ) -> Result<Entry> {
        let name = self.string()?;
        let setting = self.index()?;
        let shape = self.list(Self::u64)?;
        let elements = shape.iter().try_fold(1u64, |product, dim| product.checked_mul(*dim));
        let elements = elements.ok_or_else(|| malformed("a shape overflows").in_tensor(&*name))?;
        let output = self.stored(outputs, elements).map_err(|e| e.in_tensor(&*name))?;
        let sources = self.list(|r| Ok(Source { stored: r.stored(inputs, elements)?, model: r.u32()? }));
        let sources = sources.map_err(|e| e.in_tensor(&*name))?;
        let base =
            settings.get(setting).ok_or_else(|| malformed("an unknown setting").in_tensor(&*name))?.base;
        if sources.is_empty() || base.is_some_and(|base| base >= sources.len()) {
            return Err(malformed("an entry without its inputs").in_tensor(name));
        }
        Ok(Entry { name, setting, shape, elements, output, inputs: sources })
    }

    fn stored(&mut self, files: &[PlannedFile], elements: u64) -> Result<Stored> {
        let (file, offset) = (self.index()?, self.u64()?);
        let dtype = dtype_with_code(usize::from(self.u8()?))?;
        let bytes = dtype::byte_size(dtype, elements).ok_or_else(|| malformed("a size overflows"))?;
        let size = files.get(file).ok_or_else(|| malformed("an unknown file"))?.size;
        match offset.checked_add(bytes) {
            Some(end) if end <= size => Ok(Stored { file, offset, dtype, bytes }),
            _ => Err(malformed("a tensor reaches beyond its file")),
        }
    }
}
