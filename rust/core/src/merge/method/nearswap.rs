//! `nearswap`: the base, drawn towards another model where the two are near to each other.

use super::{Base, Computation, Declaration, Method, NUMBER, ParameterDeclaration, Tensor, no_reduce_pass};
use crate::error::Result;
use crate::kernels::combine::near_blend;
use crate::kernels::real::Real;
use crate::merge::block::Block;
use crate::merge::plan::Entry;

/// (1−q)a + qb with q = clamp(t/max(|a−b|, 1e-6), 0, 1), a the base.
pub static NEARSWAP: Declaration = Declaration {
    name: "nearswap",
    label: "nearswap",
    base: Base::Required,
    fewest_models: 1,
    most_models: 1,
    parameters: &[ParameterDeclaration::shared("t", NUMBER, None)],
    build: |_, setting| Ok(Box::new(NearSwap { t: setting.required("t")?, base: setting.base.unwrap_or(0) })),
};

/// A difference below this counts as this.
const SMALLEST_DIFFERENCE: f64 = 1e-6;

struct NearSwap {
    t: f64,
    base: usize,
}

impl Method for NearSwap {
    type Computation<R: Real> = NearBlend<R>;

    fn unchanged(&self, _: &Entry) -> Option<usize> {
        (self.t <= 0.0).then_some(self.base)
    }

    fn start<R: Real>(&self, tensor: &mut Tensor<'_, R>) -> Result<NearBlend<R>> {
        let other = (0..tensor.entry.inputs.len()).find(|input| *input != self.base).unwrap_or(self.base);
        Ok(NearBlend { t: R::from_f64(self.t), base: self.base, other })
    }
}

struct NearBlend<R> {
    t: R,
    base: usize,
    other: usize,
}

impl<R: Real> Computation<R> for NearBlend<R> {
    type Partial = ();
    type Total = ();

    fn reduce(&self, _: &mut Block<'_, R>) {
        no_reduce_pass()
    }

    fn add(&self, _: &mut (), _: ()) {
        no_reduce_pass()
    }

    fn fold(&mut self, _: ()) -> Result<()> {
        no_reduce_pass()
    }

    fn apply<'b>(&self, block: &'b mut Block<'_, R>) -> Result<&'b mut Vec<u8>> {
        let level = block.level;
        let smallest = R::from_f64(SMALLEST_DIFFERENCE);
        Ok(block.compute(|chunk, out| {
            near_blend(level, self.t, smallest, chunk.input(self.base), chunk.input(self.other), out)
        }))
    }
}
