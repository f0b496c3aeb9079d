//! The methods whose result lies in the span of their inputs: `origin + Σ cᵢvᵢ`, where the vectors vᵢ are the inputs, or their
//! differences from an origin. The coefficients depend on the vectors' lengths and angles alone, so that a method needs no
//! more than all dot products: it is a declaration and a [`Rule`].

mod combination;
mod gram;
mod karcher;
mod model_stock;
mod multislerp;
mod nuslerp;
mod slerp;

use super::{AnyMethod, Base, Declaration, Kind, Method, NUMBER, ParameterDeclaration, Tensor};
use crate::error::Result;
use crate::kernels::real::Real;
use crate::merge::plan::{Entry, Setting};
use combination::Combination;
use gram::Gram;
pub use karcher::KARCHER;
pub use model_stock::MODEL_STOCK;
pub use multislerp::MULTISLERP;
pub use nuslerp::NUSLERP;
pub use slerp::SLERP;

/// What a method of the family knows.
trait Rule: Clone + Send + Sync + 'static {
    /// The vectors of an entry.
    fn vectors(&self, entry: &Entry) -> Vectors;

    /// The input whose bytes are the result as they stand.
    fn unchanged(&self, entry: &Entry) -> Option<usize> {
        let _ = entry;
        None
    }

    /// The coefficients of the vectors, which come from these inputs, from their dot products.
    fn coefficients(&self, inputs: &[usize], gram: &Gram) -> Result<Vec<f64>>;
}

/// Which vectors are combined.
#[derive(Debug, Clone)]
struct Vectors {
    /// The input that is subtracted from each, and added to the result.
    origin: Option<usize>,
    /// The inputs that the vectors come from.
    inputs: Vec<usize>,
    axis: Axis,
}

/// How the elements of a tensor make vectors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Axis {
    /// The tensor is one vector.
    Whole,
    /// The vectors run along the last dimension.
    Last,
    /// The vectors run along the first dimension.
    First,
}

/// A method of the family.
struct Span<T>(T);

impl<T: Rule> Method for Span<T> {
    type Computation<R: Real> = Combination<R, T>;

    fn unchanged(&self, entry: &Entry) -> Option<usize> {
        self.0.unchanged(entry)
    }

    fn start<R: Real>(&self, tensor: &mut Tensor<'_, R>) -> Result<Combination<R, T>> {
        Ok(Combination::new(self.0.clone(), self.0.vectors(tensor.entry), tensor.entry))
    }
}

/// The inputs of an entry but the base.
fn models(entry: &Entry, base: Option<usize>) -> Vec<usize> {
    (0..entry.inputs.len()).filter(|input| Some(*input) != base).collect()
}
