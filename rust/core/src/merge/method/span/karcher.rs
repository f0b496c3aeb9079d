//! `karcher`: the mean of directions on the sphere that minimises the squared arc lengths to them (Karcher, "Riemannian
//! center of mass and mollifier smoothing", 1977), found by steps in the tangent space, with the mean of the lengths.

use super::{
    AnyMethod, Axis, Base, Declaration, Entry, Gram, Kind, ParameterDeclaration, Result, Rule, Setting, Span,
    Vectors,
};

/// Every input counts alike, a base too.
pub static KARCHER: Declaration = Declaration {
    name: "karcher",
    label: "karcher",
    base: Base::Optional,
    fewest_models: 1,
    most_models: u32::MAX,
    parameters: &[
        ParameterDeclaration::shared("max_iter", Kind::Number(0.0, 1e4), Some(10.0)),
        ParameterDeclaration::shared("tol", Kind::Number(0.0, f64::MAX), Some(1e-5)),
    ],
    build: |_, setting| {
        let rule = Karcher { steps: steps(setting), tolerance: setting.shared("tol", 1e-5) };
        Ok(Box::new(Span(rule)) as Box<dyn AnyMethod>)
    },
};

fn steps(setting: &Setting) -> u64 {
    setting.shared("max_iter", 10.0) as u64
}

/// A square of the sine that the rounding of dot products leaves of two parallel vectors.
const OPPOSITE: f64 = 1e-14;

#[derive(Clone)]
struct Karcher {
    steps: u64,
    tolerance: f64,
}

impl Karcher {
    /// The next point on the sphere, or none when the step is too small to count.
    fn step(&self, gram: &Gram<'_>, units: &[(usize, f64)], mean: &[f64]) -> Option<Vec<f64>> {
        let share = 1.0 / units.len() as f64;
        let mut tangent = vec![0.0; mean.len()];
        for (i, scale) in units {
            let mut direction = vec![0.0; mean.len()];
            direction[*i] = *scale;
            let cosine = gram.dot(&direction, mean).clamp(-1.0, 1.0);
            let angle = libm::acos(cosine);
            let sine = libm::sin(angle);
            // Opposite to the mean, every way is as short: there is no direction to go.
            if angle < self.tolerance || sine * sine <= OPPOSITE {
                continue;
            }
            for (t, (d, m)) in tangent.iter_mut().zip(direction.iter().zip(mean)) {
                *t += share * (angle / sine) * (d - cosine * m);
            }
        }
        let length = gram.norm_of(&tangent);
        if length < self.tolerance || length == 0.0 {
            return None;
        }
        let (cosine, sine) = (libm::cos(length), libm::sin(length) / length);
        let next = mean.iter().zip(&tangent).map(|(m, t)| cosine * m + sine * t).collect();
        Some(normalised(gram, next, self.tolerance))
    }
}

/// The combination with length 1, or as it is where it is not longer than `smallest`.
fn normalised(gram: &Gram<'_>, mut combination: Vec<f64>, smallest: f64) -> Vec<f64> {
    let norm = gram.norm_of(&combination);
    if norm > smallest {
        combination.iter_mut().for_each(|c| *c /= norm);
    }
    combination
}

impl Rule for Karcher {
    fn vectors(&self, entry: &Entry) -> Vectors {
        Vectors { origin: None, inputs: super::models(entry, None), axis: Axis::Whole }
    }

    fn unchanged(&self, entry: &Entry) -> Option<usize> {
        (entry.inputs.len() == 1).then_some(0)
    }

    fn coefficients(&self, inputs: &[usize], gram: &Gram<'_>) -> Result<Vec<f64>> {
        let count = inputs.len();
        if count == 1 {
            return Ok(vec![1.0]);
        }
        let units: Vec<_> =
            (0..count).map(|i| (i, gram.norm(i))).filter(|(_, norm)| *norm > self.tolerance).collect();
        let units: Vec<_> = units.into_iter().map(|(i, norm)| (i, 1.0 / norm)).collect();
        let Some(first) = units.first() else {
            return Ok(vec![0.0; count]);
        };
        let mut mean = vec![0.0; count];
        units.iter().for_each(|(i, scale)| mean[*i] = scale / units.len() as f64);
        if gram.norm_of(&mean) < self.tolerance {
            mean.fill(0.0);
            mean[first.0] = first.1;
        } else {
            mean = normalised(gram, mean, 0.0);
        }
        for _ in 0..self.steps {
            match self.step(gram, &units, &mean) {
                Some(next) => mean = next,
                None => break,
            }
        }
        let length = (0..count).map(|i| gram.norm(i)).sum::<f64>() / count as f64;
        Ok(mean.iter().map(|c| c * length).collect())
    }
}
