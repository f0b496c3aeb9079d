//! `passthrough`: one model as it is, or scaled.

use super::{Base, Computation, Declaration, Method, NUMBER, ParameterDeclaration, Tensor, no_reduce_pass};
use crate::error::Result;
use crate::kernels::combine::scale;
use crate::kernels::real::Real;
use crate::merge::block::Block;
use crate::merge::plan::{Entry, Setting};

/// s·x; with s = 1 and the same dtype the bytes are copied.
pub static PASSTHROUGH: Declaration = Declaration {
    name: "passthrough",
    label: "passthrough",
    base: Base::None,
    fewest_models: 1,
    most_models: 1,
    parameters: &[ParameterDeclaration::model("scale", NUMBER, Some(1.0))],
    build: |_, setting| Ok(Box::new(Passthrough { setting: setting.clone() })),
};

struct Passthrough {
    setting: Setting,
}

impl Passthrough {
    fn scale(&self) -> f64 {
        self.setting.of_input("scale", 0, 1.0)
    }
}

impl Method for Passthrough {
    type Computation<R: Real> = Scaled<R>;

    fn unchanged(&self, _: &Entry) -> Option<usize> {
        (self.scale() == 1.0).then_some(0)
    }

    fn start<R: Real>(&self, _: &mut Tensor<'_, R>) -> Result<Scaled<R>> {
        Ok(Scaled(R::from_f64(self.scale())))
    }
}

struct Scaled<R>(R);

impl<R: Real> Computation<R> for Scaled<R> {
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
        Ok(block.compute(|chunk, out| scale(level, self.0, chunk.input(0), out)))
    }
}
