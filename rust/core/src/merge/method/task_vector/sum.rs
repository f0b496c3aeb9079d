//! The computation of the family: passes that find the largest elements, one for the rescaling, and the sum.

use super::sparsifier::{Sparsifier, Walk};
use crate::error::Result;
use crate::kernels::combine::subtract;
use crate::kernels::real::Real;
use crate::kernels::reduce::{Lanes, in_order};
use crate::kernels::task_vector::{Consensus, add_magnitudes_of, add_task_vectors, weigh};
use crate::merge::block::Block;
use crate::merge::blocks::{CHUNK, Cut};
use crate::merge::computation::Computation;
use crate::merge::selection::Counted;

/// A sum of magnitudes below this is no measure to rescale by.
const SMALLEST_SUM: f64 = 1e-7;

/// One task vector: what takes part of it, and by how much.
#[derive(Debug)]
pub struct Model {
    /// The input.
    pub input: usize,
    /// Its weight.
    pub weight: f64,
    /// The factor that makes up for the elements left out.
    pub scale: f64,
    /// True until `scale` has been found by its pass.
    pub rescales: bool,
    /// What takes part.
    pub sparsifier: Sparsifier,
}

impl Model {
    /// Ends the pass of the rescaling, with what the blocks gave in their order.
    fn rescale(&mut self, blocks: Vec<Sums>) {
        let all = in_order(blocks.iter().map(|block| block.all));
        let kept = in_order(blocks.iter().map(|block| block.kept));
        self.scale = if all >= SMALLEST_SUM && kept >= SMALLEST_SUM { all / kept } else { 1.0 };
        self.rescales = false;
        self.sparsifier.remember(blocks.into_iter().map(|block| block.drawn).collect());
    }
}

/// The merge of one tensor.
#[derive(Debug)]
pub struct TaskVectorSum<R> {
    pub base: usize,
    pub models: Vec<Model>,
    pub consensus: Consensus<R>,
    pub lambda: R,
    /// Between rows, where masks go by ranks in them.
    pub cut: Cut,
    /// Whether random masks are kept from one pass to the next.
    pub remembers: bool,
}

/// What one block gives to a pass.
pub enum Partial<R: Real> {
    /// A count for each pending selection.
    Counts(Vec<Counted<R::Key>>),
    /// For each model to rescale.
    Sums(Vec<Sums>),
}

/// What the rescaling of a model needs of a block.
#[derive(Debug, Default)]
pub struct Sums {
    /// Σ|Δ|
    all: f64,
    /// Σ|Δ| of the elements that take part
    kept: f64,
    /// The block's random mask.
    drawn: Vec<u64>,
}

impl<R: Real> TaskVectorSum<R> {
    fn selects(&self) -> bool {
        self.models.iter().any(|m| m.sparsifier.pending().next().is_some())
    }

    /// The models that take part in the next pass.
    fn active(&self) -> impl Iterator<Item = &Model> {
        let selects = self.selects();
        let rescales = !selects && self.models.iter().any(|m| m.rescales);
        self.models.iter().filter(move |m| match (selects, rescales) {
            (true, _) => m.sparsifier.pending().next().is_some(),
            (false, true) => m.rescales,
            _ => true,
        })
    }

    fn count(&self, block: &mut Block<'_, R>) -> Vec<Counted<R::Key>> {
        let level = block.level;
        let searches = self.models.iter().map(|m| (m.input, m.sparsifier.pending().collect::<Vec<_>>()));
        let searches: Vec<_> = searches.filter(|(_, selections)| !selections.is_empty()).collect();
        let count = searches.iter().map(|(_, selections)| selections.len()).sum();
        let mut counts: Vec<_> = std::iter::repeat_with(Counted::default).take(count).collect();
        let mut delta = [R::ZERO; CHUNK];
        block.each_chunk(|chunk| {
            let delta = &mut delta[..chunk.len()];
            let mut counts = counts.iter_mut();
            for (input, selections) in &searches {
                subtract(level, chunk.input(*input), chunk.input(self.base), delta);
                for (selection, counted) in selections.iter().zip(&mut counts) {
                    selection.count(level, delta, counted);
                }
            }
        });
        counts
    }

    fn sums(&self, block: &mut Block<'_, R>) -> Vec<Sums> {
        let level = block.level;
        let models: Vec<_> = self.active().collect();
        let mut walks: Vec<_> = models.iter().map(|m| m.sparsifier.walk(block, self.base, m.input)).collect();
        let mut sums = vec![[Lanes::default(); 2]; models.len()];
        block.each_chunk(|chunk| {
            let base = chunk.input(self.base);
            for ((model, walk), sums) in models.iter().zip(&mut walks).zip(&mut sums) {
                let x = chunk.input(model.input);
                add_magnitudes_of(level, x, base, walk.kept(x, base, chunk.start), sums);
            }
        });
        let drawn = |walk: Walk<'_>| if self.remembers { walk.into_bits() } else { Vec::new() };
        let sums = sums.iter().zip(walks);
        sums.map(|([all, kept], walk)| Sums { all: all.total(), kept: kept.total(), drawn: drawn(walk) })
            .collect()
    }
}

impl<R: Real> Computation<R> for TaskVectorSum<R> {
    type Partial = Partial<R>;
    type Total = Vec<Partial<R>>;

    fn cut(&self) -> Cut {
        self.cut
    }

    fn wants_reduce(&self) -> bool {
        self.selects() || self.models.iter().any(|m| m.rescales)
    }

    fn reads(&self, input: usize) -> bool {
        input == self.base || self.active().any(|m| m.input == input)
    }

    fn reduce(&self, block: &mut Block<'_, R>) -> Partial<R> {
        if self.selects() { Partial::Counts(self.count(block)) } else { Partial::Sums(self.sums(block)) }
    }

    fn add(&self, total: &mut Vec<Partial<R>>, partial: Partial<R>) {
        total.push(partial);
    }

    fn fold(&mut self, partials: Vec<Partial<R>>) -> Result<()> {
        let selects = self.selects();
        let (mut counts, mut sums) = (Vec::new(), Vec::new());
        for partial in partials {
            match partial {
                Partial::Counts(c) => counts.push(c),
                Partial::Sums(s) => sums.push(s),
            }
        }
        if selects {
            let pending = self.models.iter_mut().flat_map(|m| m.sparsifier.pending_mut());
            for (i, selection) in pending.enumerate() {
                let blocks: Vec<_> = counts.iter_mut().map(|block| std::mem::take(&mut block[i])).collect();
                selection.fold::<R>(&blocks);
            }
        } else {
            for (i, model) in self.models.iter_mut().filter(|m| m.rescales).enumerate() {
                let blocks: Vec<_> = sums.iter_mut().map(|block| std::mem::take(&mut block[i])).collect();
                model.rescale(blocks);
            }
        }
        Ok(())
    }

    fn apply<'b>(&self, block: &'b mut Block<'_, R>) -> Result<&'b mut Vec<u8>> {
        let level = block.level;
        let mut walks: Vec<_> =
            self.models.iter().map(|m| m.sparsifier.walk(block, self.base, m.input)).collect();
        let scales: Vec<_> = self.models.iter().map(|m| R::from_f64(m.scale * m.weight)).collect();
        let weights: Vec<_> = self.models.iter().map(|m| R::from_f64(m.weight)).collect();
        let mut deltas = vec![vec![R::ZERO; CHUNK]; self.models.len()];
        Ok(block.compute(|chunk, out| {
            let base = chunk.input(self.base);
            for (((model, walk), s), delta) in
                self.models.iter().zip(&mut walks).zip(&scales).zip(&mut deltas)
            {
                let x = chunk.input(model.input);
                weigh(level, x, base, walk.kept(x, base, chunk.start), *s, &mut delta[..x.len()]);
            }
            let deltas: Vec<_> = deltas.iter().map(|delta| &delta[..chunk.len()]).collect();
            add_task_vectors(level, base, &deltas, &weights, self.consensus, self.lambda, out);
        }))
    }
}
