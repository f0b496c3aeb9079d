//! Where the bytes of a plan's files are: on disk, or in memory that the caller lends.

use super::plan::{Plan, PlannedFile};
use crate::error::{Error, Result};
use crate::io::{Input, Output, Spares};

/// The files of the part of a plan that is run.
#[derive(Debug)]
pub struct Places<'m> {
    inputs: Vec<Option<Input<'m>>>,
    outputs: Vec<Option<Output<'m>>>,
}

impl<'m> Places<'m> {
    /// Opens the files on disk.
    pub fn open(plan: &Plan) -> Result<Places<'m>> {
        let part = &plan.entries[plan.part.clone()];
        let read = |file: usize| part.iter().flat_map(|e| &e.inputs).any(|source| source.stored.file == file);
        let written = |file: usize| part.iter().any(|entry| entry.output.file == file);
        let spares = Spares::default();
        Ok(Places {
            inputs: open(&plan.inputs, read, |f| Input::open(&f.path, f.size))?,
            outputs: open(&plan.outputs, written, |f| Output::open(&f.path, f.size, &spares))?,
        })
    }

    /// Takes memory for the files, in their order.
    pub fn memory(plan: &Plan, inputs: &[&'m [u8]], outputs: Vec<&'m mut [u8]>) -> Result<Places<'m>> {
        check(&plan.inputs, inputs.iter().map(|bytes| bytes.len()))?;
        check(&plan.outputs, outputs.iter().map(|bytes| bytes.len()))?;
        Ok(Places {
            inputs: inputs.iter().map(|bytes| Some(Input::Memory(bytes))).collect(),
            outputs: outputs.into_iter().map(|bytes| Some(Output::memory(bytes))).collect(),
        })
    }

    /// An input of an entry that is run.
    pub fn input(&self, file: usize) -> Result<&Input<'m>> {
        self.inputs[file].as_ref().ok_or_else(outside)
    }

    /// The output of an entry that is run.
    pub fn output(&self, file: usize) -> Result<&Output<'m>> {
        self.outputs[file].as_ref().ok_or_else(outside)
    }
}

fn outside() -> Error {
    Error::request("a file belongs to no entry of the part of the plan that is run")
}

fn open<T>(
    files: &[PlannedFile],
    wanted: impl Fn(usize) -> bool,
    open: impl Fn(&PlannedFile) -> Result<T>,
) -> Result<Vec<Option<T>>> {
    let file = |(number, file)| if wanted(number) { open(file).map(Some) } else { Ok(None) };
    files.iter().enumerate().map(file).collect()
}

fn check(files: &[PlannedFile], lengths: impl ExactSizeIterator<Item = usize>) -> Result<()> {
    if files.len() != lengths.len() {
        return Err(Error::request(format!(
            "the plan has {} files, but there are {} buffers for them",
            files.len(),
            lengths.len()
        )));
    }
    match files.iter().zip(lengths).find(|(file, length)| file.size != *length as u64) {
        Some((file, length)) => {
            Err(Error::request(format!("a buffer has {length} bytes, but the plan expects {}", file.size)))
        }
        None => Ok(()),
    }
}
