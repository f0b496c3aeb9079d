//! `model_stock`: between the base and the models' mean, where the angles between their task vectors say the centre of
//! fine-tuned weights is (Jang et al., "Model Stock: all we need is just a few fine-tuned models", 2024).

use super::{
    AnyMethod, Axis, Base, Declaration, Entry, Gram, Kind, ParameterDeclaration, Result, Rule, Setting, Span,
    Vectors,
};

/// t·mean(xᵢ) + (1−t)·base with t = Nc/(1+(N−1)c), c the mean cosine of the pairs of task vectors.
pub static MODEL_STOCK: Declaration = Declaration {
    name: "model_stock",
    label: "model_stock",
    base: Base::Required,
    fewest_models: 2,
    most_models: u32::MAX,
    parameters: &[ParameterDeclaration::shared("filter_wise", Kind::Bool, Some(0.0))],
    build: |_, setting| Ok(Box::new(Span(ModelStock { setting: setting.clone() })) as Box<dyn AnyMethod>),
};

/// A product of norms below this counts as this.
const SMALLEST_PRODUCT: f64 = 1e-6;

/// With a denominator below this the base stands.
const SMALLEST_DENOMINATOR: f64 = 1e-6;

#[derive(Clone)]
struct ModelStock {
    setting: Setting,
}

impl Rule for ModelStock {
    fn vectors(&self, entry: &Entry) -> Vectors {
        let axis = if self.setting.flag("filter_wise", false) { Axis::Last } else { Axis::Whole };
        Vectors { origin: self.setting.base, inputs: super::models(entry, self.setting.base), axis }
    }

    fn coefficients(&self, inputs: &[usize], gram: &Gram<'_>) -> Result<Vec<f64>> {
        let count = inputs.len();
        let pairs: Vec<_> = super::gram::pairs(count).filter(|(i, j)| i != j).collect();
        let cosine = |(i, j): &(usize, usize)| {
            let norms = gram.norm(*i) * gram.norm(*j);
            (gram.product(*i, *j) / norms.max(SMALLEST_PRODUCT)).clamp(-1.0, 1.0)
        };
        let mean = pairs.iter().map(cosine).sum::<f64>() / pairs.len() as f64;
        let n = count as f64;
        let denominator = 1.0 + (n - 1.0) * mean;
        let t = if denominator.abs() < SMALLEST_DENOMINATOR { 0.0 } else { n * mean / denominator };
        Ok(vec![t / n; count])
    }
}
