//! `slerp`: spherical interpolation between two models (Shoemake, "Animating rotation with quaternion curves", 1985).

use super::{
    AnyMethod, Axis, Base, Declaration, Entry, Gram, NUMBER, ParameterDeclaration, Result, Rule, Span,
    Vectors,
};

/// [sin((1−t)θ)·a + sin(tθ)·b] / sin θ with θ the angle between the tensors, a the base; nearly parallel ones are
/// interpolated linearly.
pub static SLERP: Declaration = Declaration {
    name: "slerp",
    label: "SLERP",
    base: Base::Required,
    fewest_models: 1,
    most_models: 1,
    parameters: &[ParameterDeclaration::shared("t", NUMBER, None)],
    build: |_, setting| {
        let rule = Slerp { t: setting.required("t")?, base: setting.base.unwrap_or(0) };
        Ok(Box::new(Span(rule)) as Box<dyn AnyMethod>)
    },
};

/// A norm up to this counts as 1.
const SMALLEST_NORM: f64 = 1e-8;

/// A cosine beyond this is taken for parallel.
const PARALLEL: f64 = 0.9995;

#[derive(Clone)]
struct Slerp {
    t: f64,
    base: usize,
}

impl Slerp {
    fn other(&self, entry: &Entry) -> usize {
        super::models(entry, Some(self.base)).first().copied().unwrap_or(self.base)
    }
}

impl Rule for Slerp {
    fn vectors(&self, entry: &Entry) -> Vectors {
        Vectors { origin: None, inputs: vec![self.base, self.other(entry)], axis: Axis::Whole }
    }

    fn unchanged(&self, entry: &Entry) -> Option<usize> {
        match self.t {
            0.0 => Some(self.base),
            1.0 => Some(self.other(entry)),
            _ => None,
        }
    }

    fn coefficients(&self, _: &[usize], gram: &Gram<'_>) -> Result<Vec<f64>> {
        let [a, b] = [0, 1].map(|i| gram.norm(i)).map(|norm| if norm <= SMALLEST_NORM { 1.0 } else { norm });
        let cosine = (gram.product(0, 1) / (a * b)).clamp(-1.0, 1.0);
        let parallel = cosine.abs() > PARALLEL;
        Ok(if parallel { vec![1.0 - self.t, self.t] } else { arc(self.t, cosine) })
    }
}

/// The coefficients of a point on the arc between two vectors whose angle has this cosine.
pub fn arc(t: f64, cosine: f64) -> Vec<f64> {
    // libm and not the system's mathematics: the same bits on every platform.
    let angle = libm::acos(cosine);
    let sine = libm::sin(angle);
    vec![libm::sin((1.0 - t) * angle) / sine, libm::sin(t * angle) / sine]
}
