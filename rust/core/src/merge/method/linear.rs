//! `linear`: the weighted sum of the models, or their weighted mean.

use super::{
    Base, Computation, Declaration, Kind, Method, NUMBER, ParameterDeclaration, Tensor, no_reduce_pass,
};
use crate::error::{Error, Result};
use crate::kernels::combine::weighted_sum;
use crate::kernels::real::Real;
use crate::merge::block::Block;
use crate::merge::plan::{Entry, Setting};

/// Σ wᵢxᵢ, divided by Σ wᵢ when `normalize`.
pub static LINEAR: Declaration = Declaration {
    name: "linear",
    label: "linear",
    base: Base::None,
    fewest_models: 1,
    most_models: u32::MAX,
    parameters: &[
        ParameterDeclaration::model("weight", NUMBER, None),
        ParameterDeclaration::shared("normalize", Kind::Bool, Some(1.0)),
    ],
    build: |_, setting| Ok(Box::new(Linear { setting: setting.clone() })),
};

struct Linear {
    setting: Setting,
}

impl Linear {
    /// The inputs that count, with their weights. A weight of 0 takes its model out, whatever it holds.
    fn weights(&self, inputs: usize) -> Vec<(usize, f64)> {
        let weights = (0..inputs).map(|i| (i, self.setting.of_input("weight", i, 1.0)));
        weights.filter(|(_, w)| *w != 0.0).collect()
    }

    fn divisor(&self, weights: &[(usize, f64)]) -> Option<f64> {
        let sum: f64 = weights.iter().map(|(_, w)| w).sum();
        self.setting.flag("normalize", true).then_some(sum)
    }
}

impl Method for Linear {
    type Computation<R: Real> = WeightedSum<R>;

    fn unchanged(&self, entry: &Entry) -> Option<usize> {
        match self.weights(entry.inputs.len())[..] {
            [(input, weight)] if weight == self.divisor(&[(input, weight)]).unwrap_or(1.0) => Some(input),
            _ => None,
        }
    }

    fn start<R: Real>(&self, tensor: &mut Tensor<'_, R>) -> Result<WeightedSum<R>> {
        let weights = self.weights(tensor.entry.inputs.len());
        let divisor = self.divisor(&weights);
        if divisor == Some(0.0) {
            return Err(Error::request("the weights add up to 0, so they cannot be normalized"));
        }
        let (inputs, weights) = weights.into_iter().map(|(i, w)| (i, R::from_f64(w))).unzip();
        Ok(WeightedSum { inputs, weights, divisor: divisor.map(R::from_f64).filter(|d| *d != R::ONE) })
    }
}

struct WeightedSum<R> {
    inputs: Vec<usize>,
    weights: Vec<R>,
    divisor: Option<R>,
}

impl<R: Real> Computation<R> for WeightedSum<R> {
    type Partial = ();
    type Total = ();

    fn reads(&self, input: usize) -> bool {
        self.inputs.contains(&input)
    }

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
        Ok(block.compute(|chunk, out| {
            let inputs: Vec<_> = self.inputs.iter().map(|input| chunk.input(*input)).collect();
            weighted_sum(level, &inputs, &self.weights, self.divisor, out);
        }))
    }
}
