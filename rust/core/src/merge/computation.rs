//! What a method has to say: the passes it makes over one tensor.

use super::block::Block;
use super::plan::Entry;
use super::rng::Masks;
use crate::error::Result;
use crate::kernels::real::Real;
use crate::kernels::simd::Level;

/// A method with its parameters, as a setting of a plan gives them.
pub trait Method: Send + Sync {
    /// The computation of one tensor.
    type Computation<R: Real>: Computation<R>;

    /// The input whose bytes are the result as they stand, where that is so whatever the elements are.
    fn unchanged(&self, entry: &Entry) -> Option<usize> {
        let _ = entry;
        None
    }

    /// Starts the computation of a tensor.
    fn start<R: Real>(&self, tensor: &mut Tensor<'_, R>) -> Result<Self::Computation<R>>;
}

/// The computation of one tensor: reduce passes as long as it wants them, then one apply pass.
pub trait Computation<R: Real>: Send + Sync + 'static {
    /// What a reduce pass takes from one block.
    type Partial: Send + 'static;

    /// Whether another reduce pass is needed before the apply pass.
    fn wants_reduce(&self) -> bool {
        false
    }

    /// Whether the next pass reads this input.
    fn reads(&self, input: usize) -> bool {
        let _ = input;
        true
    }

    /// One block of a reduce pass. The blocks come in any order and many at once.
    fn reduce(&self, block: &mut Block<'_, R>) -> Self::Partial;

    /// Ends a reduce pass, with the partials of all blocks in the order of the blocks.
    fn fold(&mut self, partials: Vec<Self::Partial>) -> Result<()>;

    /// One block of the apply pass: the bytes of the result. The blocks come in any order and many at once.
    fn apply<'b>(&self, block: &'b mut Block<'_, R>) -> &'b [u8];
}

/// Reads `(input, first, out)`: as many items of an input of a tensor, from number `first` on, as fit into `out`.
pub type Read<'a, T> = &'a dyn Fn(usize, u64, &mut [T]) -> Result<()>;

/// A tensor whose computation starts.
pub struct Tensor<'a, R> {
    /// The plan's entry.
    pub entry: &'a Entry,
    /// The SIMD level.
    pub level: Level,
    /// Bytes that the computation may keep between its passes.
    pub memory: u64,
    /// The random masks of the merge.
    pub masks: &'a mut Masks,
    /// Reads elements of an input.
    pub read: Read<'a, R>,
}
