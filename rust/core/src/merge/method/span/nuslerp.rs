//! `nuslerp`: spherical interpolation between two models, or between their differences from a base, whose weights say
//! where; as one vector, or row by row, or column by column.

use super::slerp::arc;
use super::{
    AnyMethod, Axis, Base, Declaration, Entry, Gram, Kind, NUMBER, ParameterDeclaration, Result, Rule,
    Setting, Span, Vectors,
};

/// As `slerp` with t = w₂/(w₁+w₂).
pub static NUSLERP: Declaration = Declaration {
    name: "nuslerp",
    label: "nuslerp",
    base: Base::Optional,
    fewest_models: 2,
    most_models: 2,
    parameters: &[
        ParameterDeclaration::model("weight", NUMBER, None),
        ParameterDeclaration::shared("nuslerp_flatten", Kind::Bool, Some(1.0)),
        ParameterDeclaration::shared("nuslerp_row_wise", Kind::Bool, Some(0.0)),
    ],
    build: |_, setting| Ok(Box::new(Span(NuSlerp { setting: setting.clone() })) as Box<dyn AnyMethod>),
};

/// Weights whose sum is below this mean half way.
const SMALLEST_SUM: f64 = 1e-6;

/// A norm below this counts as this.
const SMALLEST_NORM: f64 = 1e-7;

/// Vectors whose angle has a square of the sine of at most this are taken for parallel.
const PARALLEL: f64 = 1e-16;

/// What the rounding of dot products can take from the cosine of parallel vectors.
const ROUNDING: f64 = 4.0 * f64::EPSILON;

#[derive(Clone)]
struct NuSlerp {
    setting: Setting,
}

impl Rule for NuSlerp {
    fn vectors(&self, entry: &Entry) -> Vectors {
        let axis = match self.setting.flag("nuslerp_flatten", true) {
            true => Axis::Whole,
            false if self.setting.flag("nuslerp_row_wise", false) => Axis::First,
            false => Axis::Last,
        };
        Vectors { origin: self.setting.base, inputs: super::models(entry, self.setting.base), axis }
    }

    fn coefficients(&self, inputs: &[usize], gram: &Gram<'_>) -> Result<Vec<f64>> {
        let [w1, w2] = [0, 1].map(|i| self.setting.of_input("weight", inputs[i], 1.0));
        let t = if (w1 + w2).abs() < SMALLEST_SUM { 0.5 } else { w2 / (w1 + w2) };
        let norms = [0, 1].map(|i| gram.norm(i));
        // One root of both squares: vectors of one element are parallel to the last bit then.
        let both = match norms.iter().all(|norm| *norm >= SMALLEST_NORM) {
            true => (gram.product(0, 0) * gram.product(1, 1)).sqrt(),
            false => norms.iter().map(|norm| norm.max(SMALLEST_NORM)).product(),
        };
        let cosine = (gram.product(0, 1) / both).clamp(-1.0, 1.0);
        let parallel = 1.0 - cosine * cosine <= PARALLEL || 1.0 - cosine.abs() <= ROUNDING;
        Ok(if parallel { vec![1.0 - t, t] } else { arc(t, cosine) })
    }
}
