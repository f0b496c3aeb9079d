//! `sce`: select the elements in which the models differ most, calculate each model's weight from what it changed, erase what
//! goes against the elected sign (Wan et al., "FuseChat: knowledge fusion of chat models", 2024).

use super::{Base, Computation, Declaration, Kind, Method, ParameterDeclaration, Tensor};
use crate::error::Result;
use crate::kernels::combine::{
    add, add_elected, add_scaled, divide_each_at_least, keep_where, scale_in_place, subtract, variance,
};
use crate::kernels::rank::count_between;
use crate::kernels::real::Real;
use crate::kernels::reduce::{Lanes, add_dot};
use crate::kernels::simd::Level;
use crate::merge::block::{Block, Chunk};
use crate::merge::blocks::{BLOCK, CHUNK};
use crate::merge::plan::{Entry, Setting};
use crate::merge::selection::{Counted, Selection, Ties};

/// base + Σ kept wᵢΔᵢ / max(Σ kept wᵢ, 1e-6), with wᵢ = mean(Δᵢ²)/Σⱼ mean(Δⱼ²).
pub static SCE: Declaration = Declaration {
    name: "sce",
    label: "sce",
    base: Base::Required,
    fewest_models: 1,
    most_models: u32::MAX,
    parameters: &[
        ParameterDeclaration::shared("select_topk", Kind::Number(0.0, 1.0), Some(1.0)),
        ParameterDeclaration::shared("int8_mask", Kind::Bool, Some(0.0)),
    ],
    build: |_, setting| Ok(Box::new(Sce { setting: setting.clone() })),
};

/// A sum of the models' mean squares below this says nothing about their weights: they count alike.
const SMALLEST_SUM: f64 = 1e-6;

/// A sum of kept weights below this counts as this.
const SMALLEST_WEIGHT: f64 = 1e-6;

/// The least key of a number that is not 0.
const NOT_ZERO: u64 = 2;

/// Of so many neighbouring elements one is sampled.
const SAMPLED: usize = 1024;

struct Sce {
    setting: Setting,
}

impl Sce {
    fn share(&self) -> f64 {
        self.setting.shared("select_topk", 1.0)
    }
}

impl Method for Sce {
    type Computation<R: Real> = Erasing<R>;

    fn unchanged(&self, _: &Entry) -> Option<usize> {
        (self.share() <= 0.0).then_some(self.setting.base.unwrap_or(0))
    }

    fn start<R: Real>(&self, tensor: &mut Tensor<'_, R>) -> Result<Erasing<R>> {
        let base = self.setting.base.unwrap_or(0);
        let models: Vec<_> = (0..tensor.entry.inputs.len()).filter(|input| *input != base).collect();
        let elements = tensor.entry.elements;
        let limit = (elements / 8).max(4 * BLOCK).min(tensor.memory / (2 * size_of::<R::Key>() as u64));
        let choice =
            if self.share() < 1.0 { Choice::Unknown { share: self.share(), limit } } else { Choice::All };
        Ok(Erasing { base, models, elements, choice, weights: None })
    }
}

/// Which elements are selected.
enum Choice {
    /// How many there are to choose from is not known yet.
    Unknown {
        share: f64,
        limit: u64,
    },
    /// Those whose variances the selection names.
    Largest(Selection),
    All,
    None,
}

struct Erasing<R> {
    base: usize,
    models: Vec<usize>,
    elements: u64,
    choice: Choice,
    weights: Option<Vec<R>>,
}

/// What a block gives to a pass.
enum Partial<K> {
    /// How many variances are not 0, and some of them.
    Varying(u64, Vec<K>),
    Counts(Counted<K>),
    /// Σ Δᵢ² of the selected elements of each model.
    Squares(Vec<f64>),
}

/// The differences of a chunk, and their variances.
struct Work<R> {
    deltas: Vec<Vec<R>>,
    variances: Vec<R>,
}

impl<R: Real> Erasing<R> {
    fn work(&self) -> Work<R> {
        Work { deltas: vec![vec![R::ZERO; CHUNK]; self.models.len()], variances: vec![R::ZERO; CHUNK] }
    }

    fn differ(&self, level: Level, chunk: &Chunk<'_, R>, work: &mut Work<R>) {
        for (input, delta) in self.models.iter().zip(&mut work.deltas) {
            subtract(level, chunk.input(*input), chunk.input(self.base), &mut delta[..chunk.len()]);
        }
    }

    fn vary(&self, level: Level, chunk: &Chunk<'_, R>, work: &mut Work<R>) {
        self.differ(level, chunk, work);
        variance(level, &work.deltas, &mut work.variances[..chunk.len()]);
    }

    /// The differences, but for the elements that are not selected.
    fn select(&self, level: Level, chunk: &Chunk<'_, R>, work: &mut Work<R>, ties: &mut u64) {
        let Choice::Largest(selection) = &self.choice else {
            return self.differ(level, chunk, work);
        };
        self.vary(level, chunk, work);
        let variances = &mut work.variances[..chunk.len()];
        selection.keep(level, variances, ties);
        for delta in &mut work.deltas {
            keep_where(level, variances, &mut delta[..chunk.len()]);
        }
    }

    fn ties(&self, block: u64) -> u64 {
        match &self.choice {
            Choice::Largest(selection) => selection.ties_of_block(block),
            _ => 0,
        }
    }
}

impl<R: Real> Computation<R> for Erasing<R> {
    type Partial = Partial<R::Key>;
    type Total = Vec<Partial<R::Key>>;

    fn wants_reduce(&self) -> bool {
        self.weights.is_none()
    }

    fn reduce(&self, block: &mut Block<'_, R>) -> Partial<R::Key> {
        let level = block.level;
        let mut work = self.work();
        match &self.choice {
            Choice::Unknown { .. } => {
                let (mut varying, mut sample) = (0, Vec::new());
                block.each_chunk(|chunk| {
                    self.vary(level, &chunk, &mut work);
                    let variances = &work.variances[..chunk.len()];
                    let least = R::key_from(NOT_ZERO);
                    varying += count_between(level, variances, least, least).0;
                    sample.extend(variances.iter().step_by(SAMPLED).map(|x| x.key()));
                });
                Partial::Varying(varying, sample)
            }
            Choice::Largest(selection) if !selection.is_found() => {
                let mut counted = Counted::default();
                block.each_chunk(|chunk| {
                    self.vary(level, &chunk, &mut work);
                    selection.count(level, &work.variances[..chunk.len()], &mut counted);
                });
                Partial::Counts(counted)
            }
            _ => {
                let mut ties = self.ties(block.number);
                let mut squares = vec![Lanes::default(); self.models.len()];
                block.each_chunk(|chunk| {
                    self.select(level, &chunk, &mut work, &mut ties);
                    for (delta, lanes) in work.deltas.iter().zip(&mut squares) {
                        add_dot(level, &delta[..chunk.len()], &delta[..chunk.len()], lanes);
                    }
                });
                Partial::Squares(squares.iter().map(Lanes::total).collect())
            }
        }
    }

    fn add(&self, total: &mut Vec<Partial<R::Key>>, partial: Partial<R::Key>) {
        total.push(partial);
    }

    fn fold(&mut self, partials: Vec<Partial<R::Key>>) -> Result<()> {
        let (mut varying, mut sample, mut counts) = (0, Vec::new(), Vec::new());
        let mut squares = vec![0.0; self.models.len()];
        for partial in partials {
            match partial {
                Partial::Varying(more, keys) => {
                    varying += more;
                    sample.extend(keys);
                }
                Partial::Counts(counted) => counts.push(counted),
                Partial::Squares(sums) => squares.iter_mut().zip(sums).for_each(|(sum, more)| *sum += more),
            }
        }
        match &mut self.choice {
            Choice::Unknown { share, limit } => {
                let keep = (varying as f32 * *share as f32) as u64;
                let small = self.elements <= 4 * BLOCK;
                let sample = if small { &mut [] } else { &mut sample[..] };
                self.choice = match keep {
                    0 => Choice::None,
                    _ => {
                        Choice::Largest(Selection::new::<R>(keep, Ties::First, self.elements, sample, *limit))
                    }
                };
                if keep == 0 {
                    self.weights = Some(Vec::new());
                }
            }
            Choice::Largest(selection) if !selection.is_found() => selection.fold::<R>(&counts),
            _ => self.weights = Some(weights(&squares, self.elements)),
        }
        Ok(())
    }

    fn apply<'b>(&self, block: &'b mut Block<'_, R>) -> Result<&'b mut Vec<u8>> {
        let level = block.level;
        let mut ties = self.ties(block.number);
        let mut work = self.work();
        let (mut election, mut kept) = (vec![R::ZERO; CHUNK], vec![R::ZERO; CHUNK]);
        Ok(block.compute(|chunk, out| {
            out.fill(R::ZERO);
            if !matches!(self.choice, Choice::None) {
                self.select(level, &chunk, &mut work, &mut ties);
                let (election, kept) = (&mut election[..chunk.len()], &mut kept[..chunk.len()]);
                election.fill(R::ZERO);
                kept.fill(R::ZERO);
                for delta in &work.deltas {
                    add_scaled(level, R::ONE, &delta[..chunk.len()], election);
                }
                for (delta, w) in work.deltas.iter_mut().zip(self.weights.iter().flatten()) {
                    let delta = &mut delta[..chunk.len()];
                    scale_in_place(level, *w, delta);
                    add_elected(level, delta, *w, election, out, kept);
                }
                divide_each_at_least(level, R::from_f64(SMALLEST_WEIGHT), kept, out);
            }
            add(level, chunk.input(self.base), out);
        }))
    }
}

/// The models' weights, from the sums of their squares.
fn weights<R: Real>(squares: &[f64], elements: u64) -> Vec<R> {
    let means: Vec<_> = squares.iter().map(|sum| sum / elements as f64).collect();
    let sum: f64 = means.iter().sum();
    let weight = |mean: f64| if sum < SMALLEST_SUM { 1.0 / means.len() as f64 } else { mean / sum };
    means.iter().map(|mean| R::from_f64(weight(*mean))).collect()
}
