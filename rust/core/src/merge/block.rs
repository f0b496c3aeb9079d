//! A block of a tensor: its bytes, widened chunk by chunk, and its result.

use super::blocks::{Blocks, CHUNK};
use super::computation::Read;
use super::plan::Entry;
use crate::error::Result;
use crate::kernels::convert::{count_special, narrow, widen};
use crate::kernels::real::Real;
use crate::kernels::simd::Level;
use safetensors::Dtype;
use std::ops::Range;

/// A block to work on.
#[derive(Clone, Copy)]
pub struct Work<'a> {
    /// The SIMD level.
    pub level: Level,
    /// The plan's entry.
    pub entry: &'a Entry,
    /// The number of the block.
    pub block: u64,
    /// Reads bytes of an input.
    pub read: Read<'a, u8>,
}

/// The stored bytes of a block of every input, as far as they have been read.
#[derive(Debug, Default)]
pub struct Stored {
    inputs: Vec<(Vec<u8>, bool)>,
}

impl Stored {
    /// True when there are no buffers.
    pub fn is_empty(&self) -> bool {
        self.inputs.is_empty()
    }

    /// The bytes that were read.
    pub fn bytes(&self) -> u64 {
        self.inputs.iter().filter(|(_, is_read)| *is_read).map(|(buffer, _)| buffer.len() as u64).sum()
    }

    /// The bytes that the buffers take.
    pub fn capacity(&self) -> u64 {
        self.inputs.iter().map(|(buffer, _)| buffer.capacity() as u64).sum()
    }

    /// Forgets what was read; the memory is used again.
    pub fn forget(&mut self) {
        self.inputs.iter_mut().for_each(|(_, is_read)| *is_read = false);
    }

    /// Makes sure of the bytes of an input: calls `read` if they are not there yet.
    pub fn fill(
        &mut self,
        input: usize,
        bytes: usize,
        read: impl FnOnce(&mut [u8]) -> Result<()>,
    ) -> Result<()> {
        if self.inputs.len() <= input {
            self.inputs.resize_with(input + 1, Default::default);
        }
        let (buffer, is_read) = &mut self.inputs[input];
        if !*is_read {
            buffer.resize(bytes, 0);
            read(buffer)?;
            *is_read = true;
        }
        Ok(())
    }
}

/// A worker's memory, reused from block to block.
#[derive(Debug, Default)]
pub struct Workspace<R> {
    widened: Vec<Vec<R>>,
    result: Vec<R>,
    output: Vec<u8>,
}

/// The same elements of every input of an entry.
#[derive(Debug)]
pub struct Block<'w, R> {
    /// The SIMD level to compute at.
    pub level: Level,
    /// The block's number in its tensor.
    pub number: u64,
    /// The elements' numbers in the tensor.
    pub elements: Range<u64>,
    blocks: Blocks,
    dtypes: Vec<Dtype>,
    output_dtype: Dtype,
    wanted: Vec<bool>,
    special: Special,
    stored: &'w Stored,
    work: &'w mut Workspace<R>,
}

/// Elements that are no finite numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Special {
    /// NaN elements.
    pub nan: u64,
    /// Infinite elements.
    pub infinite: u64,
}

/// Part of a block, widened.
#[derive(Debug)]
pub struct Chunk<'c, R> {
    /// The number in the tensor of the first element.
    pub start: u64,
    /// The number of the row, for a computation that asked for rows.
    pub row: u64,
    inputs: &'c [Vec<R>],
    len: usize,
}

impl<R: Real> Chunk<'_, R> {
    /// The number of elements.
    pub fn len(&self) -> usize {
        self.len
    }

    /// True when there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The elements of input `i`.
    pub fn input(&self, i: usize) -> &[R] {
        &self.inputs[i][..self.len]
    }
}

impl<'w, R: Real> Block<'w, R> {
    /// Reads a block: each input that is `wanted` and not `stored` yet.
    pub fn read(
        from: Work<'_>,
        blocks: Blocks,
        wanted: impl Fn(usize) -> bool,
        stored: &'w mut Stored,
        work: &'w mut Workspace<R>,
    ) -> Result<Self> {
        let Work { level, entry, block: number, read } = from;
        let elements = blocks.range(number);
        let len = (elements.end - elements.start) as usize;
        let dtypes: Vec<_> = entry.inputs.iter().map(|source| source.stored.dtype).collect();
        let wanted: Vec<_> = (0..dtypes.len()).map(wanted).collect();
        if work.widened.len() < dtypes.len() {
            work.widened.resize_with(dtypes.len(), || vec![R::ZERO; CHUNK]);
            work.result.resize(CHUNK, R::ZERO);
        }
        for (i, dtype) in dtypes.iter().enumerate().filter(|(i, _)| wanted[*i]) {
            let width = dtype.bitsize() / 8;
            stored.fill(i, len * width, |buffer| read(i, elements.start * width as u64, buffer))?;
        }
        let output_dtype = entry.output.dtype;
        Ok(Block {
            level,
            number,
            elements,
            blocks,
            dtypes,
            output_dtype,
            wanted,
            special: Special::default(),
            stored,
            work,
        })
    }

    /// The number of elements.
    pub fn len(&self) -> usize {
        (self.elements.end - self.elements.start) as usize
    }

    /// True when there are none.
    pub fn is_empty(&self) -> bool {
        self.elements.is_empty()
    }

    /// Calls `f` with the chunks of the block in their order. Inputs that are not wanted are left as zeros or old values.
    pub fn each_chunk(&mut self, mut f: impl FnMut(Chunk<'_, R>)) {
        let mut start = self.elements.start;
        while start < self.elements.end {
            let chunk = self.blocks.chunk(start, self.elements.end);
            self.widen(&chunk);
            f(self.work.chunk(&chunk, self.blocks));
            start = chunk.end;
        }
    }

    /// Calls `f` with the chunks and where their results go, which are narrowed as the output. Returns the output's bytes.
    pub fn compute(&mut self, mut f: impl FnMut(Chunk<'_, R>, &mut [R])) -> &mut Vec<u8> {
        let width = self.output_dtype.bitsize() / 8;
        let mut output = std::mem::take(&mut self.work.output);
        let mut result = std::mem::take(&mut self.work.result);
        output.resize(self.len() * width, 0);
        let mut start = self.elements.start;
        while start < self.elements.end {
            let chunk = self.blocks.chunk(start, self.elements.end);
            let special = self.widen(&chunk);
            self.special.nan += special.nan;
            self.special.infinite += special.infinite;
            let [from, to] = [chunk.start, chunk.end].map(|i| (i - self.elements.start) as usize);
            let result = &mut result[..to - from];
            f(self.work.chunk(&chunk, self.blocks), result);
            narrow(self.level, result, self.output_dtype, &mut output[from * width..to * width]);
            start = chunk.end;
        }
        (self.work.output, self.work.result) = (output, result);
        &mut self.work.output
    }

    /// The special elements of the inputs that were read, known once the block is computed.
    pub fn special(&self) -> Special {
        self.special
    }

    fn widen(&mut self, chunk: &Range<u64>) -> Special {
        let mut special = Special::default();
        let [from, to] = [chunk.start, chunk.end].map(|i| (i - self.elements.start) as usize);
        for (i, dtype) in self.dtypes.iter().enumerate().filter(|(i, _)| self.wanted[*i]) {
            let width = dtype.bitsize() / 8;
            let bytes = &self.stored.inputs[i].0[from * width..to * width];
            let widened = &mut self.work.widened[i][..to - from];
            if widen(self.level, *dtype, bytes, widened) {
                let (nan, infinite) = count_special(widened);
                special.nan += nan;
                special.infinite += infinite;
            }
        }
        special
    }
}

impl<R> Workspace<R> {
    fn chunk(&self, elements: &Range<u64>, blocks: Blocks) -> Chunk<'_, R> {
        let len = (elements.end - elements.start) as usize;
        Chunk { start: elements.start, row: blocks.row_of(elements.start), inputs: &self.widened, len }
    }
}
