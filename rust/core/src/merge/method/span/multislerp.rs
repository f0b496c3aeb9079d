//! `multislerp`: a weighted mean of directions on the sphere, taken in the tangent space at their Euclidean mean, with the
//! weighted mean of the lengths (Goddard, "Multi-SLERP", 2025).

use super::{
    AnyMethod, Axis, Base, Declaration, Entry, Gram, Kind, NUMBER, ParameterDeclaration, Result, Rule,
    Setting, Span, Vectors,
};
use crate::error::Error;

/// With uᵢ = vᵢ/(‖vᵢ‖+ε), m = Σ wᵢuᵢ normalised, T = Σ wᵢ(uᵢ − (uᵢ·m)m) and τ = ‖T‖+ε:
/// (m·cos τ + T·sin τ/τ)·Σ wᵢ‖vᵢ‖.
pub static MULTISLERP: Declaration = Declaration {
    name: "multislerp",
    label: "multislerp",
    base: Base::Optional,
    fewest_models: 1,
    most_models: u32::MAX,
    parameters: &[
        ParameterDeclaration::model("weight", NUMBER, None),
        ParameterDeclaration::shared("normalize_weights", Kind::Bool, Some(1.0)),
        ParameterDeclaration::shared("eps", Kind::Number(0.0, f64::MAX), Some(1e-8)),
    ],
    build: |_, setting| Ok(Box::new(Span(MultiSlerp { setting: setting.clone() })) as Box<dyn AnyMethod>),
};

#[derive(Clone)]
struct MultiSlerp {
    setting: Setting,
}

impl MultiSlerp {
    fn weights(&self, inputs: &[usize]) -> Result<Vec<f64>> {
        let weights: Vec<_> =
            inputs.iter().map(|input| self.setting.of_input("weight", *input, 1.0)).collect();
        if !self.setting.flag("normalize_weights", true) {
            return Ok(weights);
        }
        match weights.iter().sum::<f64>() {
            0.0 => Err(Error::request("the weights add up to 0, so they cannot be normalized")),
            sum => Ok(weights.iter().map(|w| w / sum).collect()),
        }
    }
}

impl Rule for MultiSlerp {
    fn vectors(&self, entry: &Entry) -> Vectors {
        Vectors {
            origin: self.setting.base,
            inputs: super::models(entry, self.setting.base),
            axis: Axis::Whole,
        }
    }

    fn unchanged(&self, entry: &Entry) -> Option<usize> {
        match super::models(entry, self.setting.base)[..] {
            [only] => Some(only),
            _ => None,
        }
    }

    fn coefficients(&self, inputs: &[usize], gram: &Gram<'_>) -> Result<Vec<f64>> {
        if inputs.len() == 1 {
            return Ok(vec![1.0]);
        }
        let eps = self.setting.shared("eps", 1e-8);
        let weights = self.weights(inputs)?;
        let lengths: Vec<_> = (0..inputs.len()).map(|i| gram.norm(i)).collect();
        // A vector of length 0 has no direction; with ε = 0 it is left out.
        let unit: Vec<_> =
            lengths.iter().map(|n| if n + eps == 0.0 { 0.0 } else { 1.0 / (n + eps) }).collect();
        let mut mean: Vec<_> = weights.iter().zip(&unit).map(|(w, u)| w * u).collect();
        let norm = gram.norm_of(&mean);
        if norm < eps || norm == 0.0 {
            return match inputs.len() {
                2 => Ok(weights),
                _ if lengths.iter().all(|n| *n == 0.0) => Ok(weights),
                _ => Err(Error::request(
                    "the weighted directions of the models cancel out, so they have no mean; change the weights",
                )),
            };
        }
        mean.iter_mut().for_each(|c| *c /= norm);
        let mut tangent = vec![0.0; inputs.len()];
        for i in 0..inputs.len() {
            let mut direction = vec![0.0; inputs.len()];
            direction[i] = unit[i];
            let along = gram.dot(&direction, &mean);
            for (j, t) in tangent.iter_mut().enumerate() {
                *t += weights[i] * (direction[j] - along * mean[j]);
            }
        }
        let angle = gram.norm_of(&tangent) + eps;
        let length: f64 = weights.iter().zip(&lengths).map(|(w, n)| w * n).sum();
        let (cosine, sine) = (libm::cos(angle), if angle == 0.0 { 1.0 } else { libm::sin(angle) / angle });
        Ok(mean.iter().zip(&tangent).map(|(m, t)| (m * cosine + t * sine) * length).collect())
    }
}
