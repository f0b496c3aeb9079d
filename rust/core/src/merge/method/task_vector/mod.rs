//! The task-vector family: base + λ·Σ wᵢΔᵢ with Δᵢ = model − base, sparsified and with a sign election where the method
//! has them. Task arithmetic: Ilharco et al. 2022; TIES: Yadav et al. 2023; DARE: Yu et al. 2023;
//! breadcrumbs: Davari and Belilovsky 2023; DELLA: Deep et al. 2024.

mod magprune;
mod sample;
mod sparsifier;
mod sum;

use super::{AnyMethod, Base, Declaration, Kind, Method, NUMBER, ParameterDeclaration, Tensor};
use crate::error::{Error, Result};
use crate::kernels::real::Real;
use crate::kernels::task_vector::{Consensus, Election};
use crate::merge::blocks::Cut;
use crate::merge::plan::{Entry, Setting};
use magprune::Probabilities;
use sparsifier::Sparsify;
use sum::{Model, TaskVectorSum};

/// base + λ·Σ wᵢΔᵢ
pub static TASK_ARITHMETIC: Declaration = Declaration {
    parameters: &[WEIGHT, normalize(false), LAMBDA, INT8_MASK],
    build: |d, s| family(d, s, Sparsify::Nothing),
    ..declaration("task_arithmetic", "task_arithmetic")
};

/// The `density` largest elements of each task vector, then a sign election.
pub static TIES: Declaration = Declaration {
    parameters: &[
        WEIGHT,
        DENSITY,
        normalize(true),
        rescale(&["false", "true"], 0.0),
        LAMBDA,
        ELECTION,
        INT8_MASK,
    ],
    build: |d, s| family(d, s, Sparsify::Magnitude),
    ..declaration("ties", "TIES")
};

/// Random elements of each task vector, rescaled.
pub static DARE_LINEAR: Declaration = Declaration {
    parameters: &[
        WEIGHT,
        DENSITY,
        normalize(false),
        rescale(&["false", "true", "expected"], 1.0),
        LAMBDA,
        INT8_MASK,
    ],
    build: |d, s| family(d, s, Sparsify::Bernoulli),
    ..declaration("dare_linear", "DARE")
};

/// Random elements of each task vector, rescaled, then a sign election.
pub static DARE_TIES: Declaration = Declaration {
    parameters: &[
        WEIGHT,
        DENSITY,
        normalize(false),
        rescale(&["false", "true", "expected"], 1.0),
        LAMBDA,
        ELECTION,
        INT8_MASK,
    ],
    build: |d, s| family(d, s, Sparsify::Bernoulli),
    ..declaration("dare_ties", "dare_ties")
};

/// Random elements of each task vector, chosen by their ranks and rescaled, then a sign election.
pub static DELLA: Declaration = Declaration {
    parameters: &[
        WEIGHT,
        DENSITY,
        ParameterDeclaration::model("epsilon", Kind::Number(0.0, 1.0), Some(EPSILON)),
        normalize(true),
        rescale(&["false", "true"], 1.0),
        LAMBDA,
        ELECTION,
        INT8_MASK,
    ],
    build: |d, s| family(d, s, Sparsify::MagPrune),
    ..declaration("della", "della")
};

/// Random elements of each task vector, chosen by their ranks and rescaled.
pub static DELLA_LINEAR: Declaration = Declaration {
    parameters: &[
        WEIGHT,
        DENSITY,
        ParameterDeclaration::model("epsilon", Kind::Number(0.0, 1.0), Some(EPSILON)),
        normalize(false),
        rescale(&["false", "true"], 1.0),
        LAMBDA,
        INT8_MASK,
    ],
    build: |d, s| family(d, s, Sparsify::MagPrune),
    ..declaration("della_linear", "della_linear")
};

/// The largest elements of each task vector but for the very largest.
pub static BREADCRUMBS: Declaration = Declaration {
    parameters: &[
        WEIGHT,
        DENSITY,
        ParameterDeclaration::model("gamma", Kind::Number(0.0, 1.0), Some(GAMMA)),
        normalize(false),
        rescale(&["false", "true"], 0.0),
        LAMBDA,
        INT8_MASK,
    ],
    build: |d, s| family(d, s, Sparsify::Outliers),
    ..declaration("breadcrumbs", "breadcrumbs")
};

/// The largest elements of each task vector but for the very largest, then a sign election.
pub static BREADCRUMBS_TIES: Declaration = Declaration {
    parameters: &[
        WEIGHT,
        DENSITY,
        ParameterDeclaration::model("gamma", Kind::Number(0.0, 1.0), Some(GAMMA)),
        normalize(false),
        rescale(&["false", "true"], 0.0),
        LAMBDA,
        ELECTION,
        INT8_MASK,
    ],
    build: |d, s| family(d, s, Sparsify::Outliers),
    ..declaration("breadcrumbs_ties", "breadcrumbs_ties")
};

/// The share of the largest elements that breadcrumbs leave out.
const GAMMA: f64 = 0.01;

/// A sum of weights below this is not divided by.
const SMALLEST_DIVISOR: f64 = 1e-8;

/// The longest row whose elements are ranked: a worker has all of it in memory.
const LONGEST_ROW: u64 = 1 << 22;

/// How far the probabilities of `della` go from the density.
const EPSILON: f64 = 0.15;

const WEIGHT: ParameterDeclaration = ParameterDeclaration::model("weight", NUMBER, None);
const DENSITY: ParameterDeclaration =
    ParameterDeclaration::model("density", Kind::Number(0.0, 1.0), Some(1.0));
const LAMBDA: ParameterDeclaration = ParameterDeclaration::shared("lambda", NUMBER, Some(1.0));
/// Accepted and without effect: it chose the dtype of mergekit's masks.
const INT8_MASK: ParameterDeclaration = ParameterDeclaration::shared("int8_mask", Kind::Bool, Some(0.0));
/// The methods that have it elect signs: by the sum of the weighted task vectors, or by the number of models per sign.
const ELECTION: ParameterDeclaration =
    ParameterDeclaration::shared("sign_election", Kind::Choice(&["mass", "count"]), Some(0.0));

const fn normalize(default: bool) -> ParameterDeclaration {
    ParameterDeclaration::shared("normalize", Kind::Bool, Some(default as u8 as f64))
}

const fn rescale(choices: &'static [&'static str], default: f64) -> ParameterDeclaration {
    ParameterDeclaration::shared("rescale", Kind::Choice(choices), Some(default))
}

/// What the methods of the family have in common; parameters and build are each method's own.
const fn declaration(name: &'static str, label: &'static str) -> Declaration {
    Declaration {
        name,
        label,
        base: Base::Required,
        fewest_models: 1,
        most_models: u32::MAX,
        parameters: &[],
        build: |d, s| family(d, s, Sparsify::Nothing),
    }
}

/// What makes up for the elements left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rescale {
    Never,
    /// The sum of magnitudes stays what it was.
    Magnitudes,
    /// The expected value stays what it was: 1/density.
    Expected,
}

struct TaskVectors {
    sparsify: Sparsify,
    rescale: Rescale,
    election: Option<Election>,
    normalize: bool,
    lambda: f64,
    base: usize,
    setting: Setting,
}

fn family(declaration: &Declaration, setting: &Setting, sparsify: Sparsify) -> Result<Box<dyn AnyMethod>> {
    let shared = |key| {
        let declared = declaration.parameters.iter().find(|p| p.name == key)?;
        Some(setting.shared(key, declared.default.unwrap_or_default()))
    };
    Ok(Box::new(TaskVectors {
        sparsify,
        rescale: match shared("rescale") {
            Some(1.0) => Rescale::Magnitudes,
            Some(2.0) => Rescale::Expected,
            _ => Rescale::Never,
        },
        election: shared("sign_election").map(|c| if c == 0.0 { Election::Mass } else { Election::Count }),
        normalize: shared("normalize") == Some(1.0),
        lambda: setting.shared("lambda", 1.0),
        base: setting.base.unwrap_or(0),
        setting: setting.clone(),
    }))
}

/// What belongs to one model.
#[derive(Debug, Clone, Copy)]
struct Parameters {
    input: usize,
    weight: f64,
    density: f64,
    gamma: f64,
    epsilon: f64,
}

impl TaskVectors {
    /// The inputs other than the base.
    fn models(&self, entry: &Entry) -> Vec<Parameters> {
        let of = |key, input, default| self.setting.of_input(key, input, default);
        let parameters = |input| Parameters {
            input,
            weight: of("weight", input, 1.0),
            density: of("density", input, 1.0),
            gamma: of("gamma", input, GAMMA),
            epsilon: of("epsilon", input, EPSILON),
        };
        (0..entry.inputs.len()).filter(|input| *input != self.base).map(parameters).collect()
    }
}

impl Method for TaskVectors {
    type Computation<R: Real> = TaskVectorSum<R>;

    fn check(&self, entry: &Entry) -> Result<()> {
        let models = self.models(entry);
        let mut by_rank = models.iter().filter_map(|model| self.sparsify.by_rank(model)).peekable();
        let row = row_of(entry);
        if by_rank.peek().is_some() && row > LONGEST_ROW {
            return Err(Error::request(format!(
                "its rows have {row} elements, but {} ranks rows of at most {LONGEST_ROW}",
                self.setting.method
            )));
        }
        match by_rank.find_map(Probabilities::problem) {
            Some(problem) => Err(Error::request(problem)),
            None => Ok(()),
        }
    }

    fn unchanged(&self, entry: &Entry) -> Option<usize> {
        (self.lambda == 0.0 || self.models(entry).iter().all(|m| m.weight == 0.0)).then_some(self.base)
    }

    fn draws(&self, entry: &Entry) -> Vec<usize> {
        let models = self.models(entry);
        models.iter().filter(|model| self.sparsify.draws(model)).map(|model| model.input).collect()
    }

    fn start<R: Real>(&self, tensor: &mut Tensor<'_, R>) -> Result<TaskVectorSum<R>> {
        let models = self.models(tensor.entry);
        let sparsifiers = self.sparsify.start(tensor, self.base, &models)?;
        let by_rank = sparsifiers.iter().any(|sparsifier| sparsifier.is_by_rank());
        let total_weight: f64 = models.iter().map(|m| m.weight).sum();
        let divisor = if total_weight.abs() < SMALLEST_DIVISOR { 1.0 } else { total_weight };
        let models = models.into_iter().zip(sparsifiers).map(|(m, sparsifier)| {
            let expected = self.rescale == Rescale::Expected && m.density > 0.0 && m.density < 1.0;
            let scale = if expected { 1.0 / m.density } else { 1.0 };
            let rescales = self.rescale == Rescale::Magnitudes && m.density < 1.0;
            Model { input: m.input, weight: m.weight, scale, rescales, sparsifier }
        });
        Ok(TaskVectorSum {
            base: self.base,
            models: models.filter(|m| m.weight != 0.0 && !m.sparsifier.is_nothing()).collect(),
            consensus: match self.election {
                Some(by) => Consensus::Elected { by, normalize: self.normalize },
                None => Consensus::All(self.normalize.then_some(R::from_f64(divisor))),
            },
            lambda: R::from_f64(self.lambda),
            cut: if by_rank { Cut::BetweenRows(row_of(tensor.entry)) } else { Cut::Anywhere },
            // A bit for each element.
            remembers: tensor.entry.elements / 8 * (tensor.entry.inputs.len() as u64) <= tensor.memory,
        })
    }
}

/// The elements of a row of the last dimension.
fn row_of(entry: &Entry) -> u64 {
    entry.shape.last().copied().unwrap_or(1)
}
