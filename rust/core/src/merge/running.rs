//! Computations of unknown type and width, as the engine runs them.

use super::block::{Block, Special, Stored, Workspace, count};
use super::computation::{Computation, Read};
use super::plan::Entry;
use crate::error::Result;
use crate::kernels::real::Real;
use crate::kernels::simd::Level;
use std::sync::{Mutex, PoisonError};

/// The memory of a worker.
#[derive(Debug, Default)]
pub struct Worker {
    stored: Stored,
    f32: Workspace<f32>,
    f64: Workspace<f64>,
}

impl AsMut<Workspace<f32>> for Worker {
    fn as_mut(&mut self) -> &mut Workspace<f32> {
        &mut self.f32
    }
}

impl AsMut<Workspace<f64>> for Worker {
    fn as_mut(&mut self) -> &mut Workspace<f64> {
        &mut self.f64
    }
}

impl Worker {
    /// Takes the buffers for a block whose bytes are not kept.
    pub fn stored(&mut self) -> Stored {
        std::mem::take(&mut self.stored)
    }

    /// Gives them back.
    pub fn give_back(&mut self, mut stored: Stored) {
        stored.forget();
        self.stored = stored;
    }
}

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

/// A computation that has started.
pub trait Running: Send + Sync {
    /// See [`Computation::wants_reduce`].
    fn wants_reduce(&self) -> bool;
    /// One block of a reduce pass.
    fn reduce(&self, work: Work<'_>, stored: &mut Stored, worker: &mut Worker) -> Result<()>;
    /// Ends a reduce pass, all of whose blocks are done.
    fn fold(&mut self) -> Result<()>;
    /// One block of the apply pass: the bytes of the result.
    fn apply(
        &self,
        work: Work<'_>,
        stored: &mut Stored,
        worker: &mut Worker,
        write: &dyn Fn(&[u8]) -> Result<()>,
    ) -> Result<Special>;
}

/// A computation with its partials.
pub struct Erased<R: Real, C: Computation<R>> {
    computation: C,
    partials: Mutex<Vec<Option<C::Partial>>>,
}

impl<R: Real, C: Computation<R>> Erased<R, C> {
    /// Wraps the computation of an entry.
    pub fn new(computation: C, entry: &Entry) -> Self {
        let mut erased = Erased { computation, partials: Mutex::default() };
        if erased.computation.wants_reduce() {
            erased.expect(count(entry.elements) as usize);
        }
        erased
    }

    fn expect(&mut self, blocks: usize) {
        let partials = self.partials.get_mut().unwrap_or_else(PoisonError::into_inner);
        partials.resize_with(blocks, || None);
    }

    fn block<'w>(
        &self,
        work: Work<'_>,
        stored: &'w mut Stored,
        worker: &'w mut Worker,
    ) -> Result<Block<'w, R>>
    where
        Worker: AsMut<Workspace<R>>,
    {
        let wanted = |input| self.computation.reads(input);
        Block::read(work.level, work.entry, work.block, wanted, stored, worker.as_mut(), work.read)
    }
}

impl<R: Real, C: Computation<R>> Running for Erased<R, C>
where
    Worker: AsMut<Workspace<R>>,
{
    fn wants_reduce(&self) -> bool {
        self.computation.wants_reduce()
    }

    fn reduce(&self, work: Work<'_>, stored: &mut Stored, worker: &mut Worker) -> Result<()> {
        let partial = self.computation.reduce(&mut self.block(work, stored, worker)?);
        self.partials.lock().unwrap_or_else(PoisonError::into_inner)[work.block as usize] = Some(partial);
        Ok(())
    }

    fn fold(&mut self) -> Result<()> {
        let partials = std::mem::take(self.partials.get_mut().unwrap_or_else(PoisonError::into_inner));
        let blocks = partials.len();
        self.computation.fold(partials.into_iter().flatten().collect())?;
        self.expect(blocks);
        Ok(())
    }

    fn apply(
        &self,
        work: Work<'_>,
        stored: &mut Stored,
        worker: &mut Worker,
        write: &dyn Fn(&[u8]) -> Result<()>,
    ) -> Result<Special> {
        let mut block = self.block(work, stored, worker)?;
        write(self.computation.apply(&mut block))?;
        Ok(block.special())
    }
}
