//! Computations of unknown type and width, as the engine runs them.

use super::block::{Block, Special, Stored, Work, Workspace};
use super::blocks::Blocks;
use super::computation::Computation;
use super::plan::Entry;
use crate::error::Result;
use crate::kernels::real::Real;
use std::collections::BTreeMap;
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

/// A computation that has started.
pub trait Running: Send + Sync {
    /// How the tensor is cut, the same in every pass.
    fn blocks(&self) -> Blocks;
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
        write: &dyn Fn(&mut Vec<u8>) -> Result<()>,
    ) -> Result<Special>;
}

/// A computation and the pass that it makes.
pub struct Erased<R: Real, C: Computation<R>> {
    computation: C,
    blocks: Blocks,
    pass: Mutex<Pass<C::Partial, C::Total>>,
}

/// The partials of a reduce pass. They are gathered in the order of the blocks, so that those that are ready before their
/// turn wait.
struct Pass<P, T> {
    next: u64,
    waiting: BTreeMap<u64, P>,
    total: T,
}

impl<P, T: Default> Default for Pass<P, T> {
    fn default() -> Self {
        Pass { next: 0, waiting: BTreeMap::new(), total: T::default() }
    }
}

impl<P, T> Pass<P, T> {
    fn gather(&mut self, block: u64, partial: P, mut add: impl FnMut(&mut T, P)) {
        self.waiting.insert(block, partial);
        while let Some(partial) = self.waiting.remove(&self.next) {
            add(&mut self.total, partial);
            self.next += 1;
        }
    }
}

impl<R: Real, C: Computation<R>> Erased<R, C> {
    /// Wraps the computation of an entry.
    pub fn new(computation: C, entry: &Entry) -> Self {
        let blocks = Blocks::new(entry.elements, computation.cut());
        Erased { computation, blocks, pass: Mutex::default() }
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
        Block::read(work, self.blocks, wanted, stored, worker.as_mut())
    }
}

impl<R: Real, C: Computation<R>> Running for Erased<R, C>
where
    Worker: AsMut<Workspace<R>>,
{
    fn blocks(&self) -> Blocks {
        self.blocks
    }

    fn wants_reduce(&self) -> bool {
        self.computation.wants_reduce()
    }

    fn reduce(&self, work: Work<'_>, stored: &mut Stored, worker: &mut Worker) -> Result<()> {
        let partial = self.computation.reduce(&mut self.block(work, stored, worker)?);
        let mut pass = self.pass.lock().unwrap_or_else(PoisonError::into_inner);
        pass.gather(work.block, partial, |total, partial| self.computation.add(total, partial));
        Ok(())
    }

    fn fold(&mut self) -> Result<()> {
        let pass = std::mem::take(self.pass.get_mut().unwrap_or_else(PoisonError::into_inner));
        self.computation.fold(pass.total)
    }

    fn apply(
        &self,
        work: Work<'_>,
        stored: &mut Stored,
        worker: &mut Worker,
        write: &dyn Fn(&mut Vec<u8>) -> Result<()>,
    ) -> Result<Special> {
        let mut block = self.block(work, stored, worker)?;
        write(self.computation.apply(&mut block)?)?;
        Ok(block.special())
    }
}
