//! `ram` and `ramplus_tl`: elements that one model alone changed are taken whole, or strengthened; those that several changed
//! are averaged over these (Reinforced Agent Merging, 2026).

use super::{Base, Computation, Declaration, Kind, Method, NUMBER, ParameterDeclaration, Tensor};
use crate::error::Result;
use crate::kernels::active::{add_active, add_shares, count_active};
use crate::kernels::combine::{add, subtract};
use crate::kernels::real::Real;
use crate::kernels::simd::Level;
use crate::merge::block::{Block, Chunk};
use crate::merge::blocks::CHUNK;
use crate::merge::plan::Setting;

/// base + Σ active Δᵢ / count, where Δᵢ is active when |Δᵢ| > ε and count is the number of active models.
pub static RAM: Declaration = Declaration {
    name: "ram",
    label: "ram",
    base: Base::Required,
    fewest_models: 1,
    most_models: u32::MAX,
    parameters: &[THRESHOLD],
    build: |_, setting| Ok(Box::new(Ram { setting: setting.clone(), strengthens: false })),
};

/// As `ram`, with a model's unique elements times 1 + r·clamp(shared/max(unique, ε), 0, α): how many it shares with others, for
/// each one that is its own.
pub static RAMPLUS_TL: Declaration = Declaration {
    name: "ramplus_tl",
    label: "ramplus_tl",
    parameters: &[
        THRESHOLD,
        ParameterDeclaration::shared("r", NUMBER, Some(0.1)),
        ParameterDeclaration::shared("alpha", Kind::Number(0.0, f64::MAX), Some(0.2)),
    ],
    build: |_, setting| Ok(Box::new(Ram { setting: setting.clone(), strengthens: true })),
    ..RAM
};

const THRESHOLD: ParameterDeclaration =
    ParameterDeclaration::shared("epsilon", Kind::Number(0.0, f64::MAX), Some(1e-5));

struct Ram {
    setting: Setting,
    /// Whether unique elements are multiplied.
    strengthens: bool,
}

impl Method for Ram {
    type Computation<R: Real> = ActiveMean<R>;

    fn start<R: Real>(&self, tensor: &mut Tensor<'_, R>) -> Result<ActiveMean<R>> {
        let base = self.setting.base.unwrap_or(0);
        let models: Vec<_> = (0..tensor.entry.inputs.len()).filter(|input| *input != base).collect();
        let strength = if self.strengthens { None } else { Some(vec![R::ONE; models.len()]) };
        Ok(ActiveMean {
            epsilon: self.setting.shared("epsilon", 1e-5),
            setting: self.setting.clone(),
            base,
            models,
            strength,
        })
    }
}

struct ActiveMean<R> {
    setting: Setting,
    epsilon: f64,
    base: usize,
    models: Vec<usize>,
    /// The factors of the models' unique elements, once they are known.
    strength: Option<Vec<R>>,
}

impl<R: Real> ActiveMean<R> {
    /// Room for the differences of a chunk, and for the numbers of active models.
    fn buffers(&self) -> (Vec<Vec<R>>, Vec<R>) {
        (vec![vec![R::ZERO; CHUNK]; self.models.len()], vec![R::ZERO; CHUNK])
    }

    fn count(&self, level: Level, chunk: &Chunk<'_, R>, deltas: &mut [Vec<R>], counts: &mut [R]) {
        counts.fill(R::ZERO);
        for (input, delta) in self.models.iter().zip(deltas) {
            let delta = &mut delta[..chunk.len()];
            subtract(level, chunk.input(*input), chunk.input(self.base), delta);
            count_active(level, R::from_f64(self.epsilon), delta, counts);
        }
    }
}

impl<R: Real> Computation<R> for ActiveMean<R> {
    /// For each model, how many of its active elements are shared and how many are unique.
    type Partial = Vec<[u64; 2]>;
    type Total = Vec<[u64; 2]>;

    fn wants_reduce(&self) -> bool {
        self.strength.is_none()
    }

    fn reduce(&self, block: &mut Block<'_, R>) -> Vec<[u64; 2]> {
        let level = block.level;
        let (mut deltas, mut counts) = self.buffers();
        let mut shares = vec![[0; 2]; self.models.len()];
        block.each_chunk(|chunk| {
            let counts = &mut counts[..chunk.len()];
            self.count(level, &chunk, &mut deltas, counts);
            for (delta, shares) in deltas.iter().zip(&mut shares) {
                add_shares(level, R::from_f64(self.epsilon), &delta[..chunk.len()], counts, shares);
            }
        });
        shares
    }

    fn add(&self, total: &mut Vec<[u64; 2]>, partial: Vec<[u64; 2]>) {
        total.resize(partial.len(), [0; 2]);
        for (total, partial) in total.iter_mut().zip(partial) {
            total.iter_mut().zip(partial).for_each(|(sum, more)| *sum += more);
        }
    }

    fn fold(&mut self, total: Vec<[u64; 2]>) -> Result<()> {
        let (r, alpha) = (self.setting.shared("r", 0.1), self.setting.shared("alpha", 0.2));
        let strength = total.iter().map(|[shared, unique]| {
            let ratio = *shared as f64 / (*unique as f64).max(self.epsilon).max(f64::MIN_POSITIVE);
            R::from_f64(1.0 + r * ratio.clamp(0.0, alpha))
        });
        self.strength = Some(strength.collect());
        Ok(())
    }

    fn apply<'b>(&self, block: &'b mut Block<'_, R>) -> Result<&'b mut Vec<u8>> {
        let level = block.level;
        let (mut deltas, mut counts) = self.buffers();
        Ok(block.compute(|chunk, out| {
            let counts = &mut counts[..chunk.len()];
            self.count(level, &chunk, &mut deltas, counts);
            out.fill(R::ZERO);
            for (delta, strength) in deltas.iter().zip(self.strength.iter().flatten()) {
                add_active(level, R::from_f64(self.epsilon), &delta[..chunk.len()], counts, *strength, out);
            }
            add(level, chunk.input(self.base), out);
        }))
    }
}
