//! `linear`: the weighted sum of the models, or their weighted mean.

use super::{
    Base, Computation, Declaration, Kind, Method, NUMBER, ParameterDeclaration, Tensor, no_reduce_pass,
};
use crate::error::{Error, Result};
use crate::kernels::combine::weighted_sum;
use crate::kernels::real::Real;
use crate::merge::block::Block;
use crate::merge::plan::{Entry, Setting};
use std::ops::Range;

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

/// Weights whose sum is below this share of their magnitudes add up to 0: what is left is their rounding.
const CANCELLED: f64 = 1e-12;

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

    fn check(&self, entry: &Entry) -> Result<()> {
        let weights = self.weights(entry.inputs.len());
        match self.divisor(&weights) {
            Some(sum) if sum.abs() <= CANCELLED * size(&weights) => {
                Err(Error::request("the weights add up to 0, so they cannot be normalized"))
            }
            _ => Ok(()),
        }
    }

    fn unchanged(&self, entry: &Entry) -> Option<usize> {
        match self.weights(entry.inputs.len())[..] {
            [(input, weight)] if weight == self.divisor(&[(input, weight)]).unwrap_or(1.0) => Some(input),
            _ => None,
        }
    }

    fn start<R: Real>(&self, tensor: &mut Tensor<'_, R>) -> Result<WeightedSum<R>> {
        let weights = self.weights(tensor.entry.inputs.len());
        let divisor = self.divisor(&weights);
        let size = size(&weights);
        // Only the proportions count then: a power of 2 brings them where nothing overflows and changes no bit.
        let unit = if divisor.is_some() && !MODERATE.contains(&size) { power_of_two_near(size) } else { 1.0 };
        let (inputs, weights) = weights.into_iter().map(|(i, w)| (i, R::from_f64(w / unit))).unzip();
        let divisor = divisor.map(|sum| R::from_f64(sum / unit)).filter(|d| *d != R::ONE);
        Ok(WeightedSum { inputs, weights, divisor })
    }
}

/// The sum of the weights' magnitudes.
fn size(weights: &[(usize, f64)]) -> f64 {
    weights.iter().map(|(_, w)| w.abs()).sum()
}

/// Sums of weights that are far from the limits of f32.
const MODERATE: Range<f64> = 1e-18..1e18;

/// The largest power of 2 that is not above a positive normal number, else 1.
fn power_of_two_near(x: f64) -> f64 {
    let power = f64::from_bits(x.to_bits() & f64::INFINITY.to_bits());
    if power.is_normal() { power } else { 1.0 }
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
