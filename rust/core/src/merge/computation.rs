//! What a method has to say: the passes it makes over one tensor.

use super::block::Block;
use super::blocks::Cut;
use super::plan::Entry;
use super::rng::Words;
use crate::error::Result;
use crate::kernels::real::Real;
use crate::kernels::simd::Level;

/// A method with its parameters, as a setting of a plan gives them.
pub trait Method: Send + Sync {
    /// The computation of one tensor.
    type Computation<R: Real>: Computation<R>;

    /// Refuses an entry that its parameters cannot be used on. Asked for every entry before any work.
    fn check(&self, entry: &Entry) -> Result<()> {
        let _ = entry;
        Ok(())
    }

    /// The input whose bytes are the result as they stand, where that is so whatever the elements are.
    fn unchanged(&self, entry: &Entry) -> Option<usize> {
        let _ = entry;
        None
    }

    /// The inputs of an entry that random words are drawn for, in the order in which mergekit draws.
    fn draws(&self, entry: &Entry) -> Vec<usize> {
        let _ = entry;
        Vec::new()
    }

    /// Starts the computation of a tensor.
    fn start<R: Real>(&self, tensor: &mut Tensor<'_, R>) -> Result<Self::Computation<R>>;
}

/// The computation of one tensor: reduce passes as long as it wants them, then one apply pass.
pub trait Computation<R: Real>: Send + Sync + 'static {
    /// What a reduce pass takes from one block.
    type Partial: Send + 'static;

    /// What the partials of a pass are gathered in.
    type Total: Default + Send + 'static;

    /// Where the tensor may be cut into blocks. The answer is always the same.
    fn cut(&self) -> Cut {
        Cut::Anywhere
    }

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

    /// Gathers the partial of one block. The blocks come in their order.
    fn add(&self, total: &mut Self::Total, partial: Self::Partial);

    /// Ends a reduce pass, with all partials gathered.
    fn fold(&mut self, total: Self::Total) -> Result<()>;

    /// One block of the apply pass: the bytes of the result. The blocks come in any order and many at once.
    fn apply<'b>(&self, block: &'b mut Block<'_, R>) -> Result<&'b mut Vec<u8>>;
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
    /// The random words of the inputs that [`Method::draws`] named, in its order.
    pub words: Vec<Words>,
    /// Reads elements of an input.
    pub read: Read<'a, R>,
}
