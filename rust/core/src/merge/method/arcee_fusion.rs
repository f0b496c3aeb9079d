//! `arcee_fusion`: the base takes over another model's elements where they matter most: where they differ, in rows whose
//! softmax distributions differ.

use super::{Base, Computation, Declaration, Method, Tensor};
use crate::error::Result;
use crate::kernels::combine::{add_important, importances};
use crate::kernels::exponential::{Softmax, add_divergence, add_exponentials, max_finite};
use crate::kernels::real::Real;
use crate::kernels::reduce::Lanes;
use crate::merge::block::{Block, Chunk};
use crate::merge::blocks::{BLOCK, CHUNK, Cut};
use crate::merge::selection::{Counted, Selection, Ties};

/// a + Δ where |Δ|·KL(softmax(b) ‖ softmax(a)), with the divergence of the element's row, is at least the median of all plus 1.5
/// times the distance of their quartiles; a is the base.
///
/// Softmax and divergence are taken along the last dimension, in f64, each probability with 1e-8 added. Elements that are not
/// finite have no probability.
pub static ARCEE_FUSION: Declaration = Declaration {
    name: "arcee_fusion",
    label: "arcee_fusion",
    base: Base::Required,
    fewest_models: 1,
    most_models: 1,
    parameters: &[],
    build: |_, setting| Ok(Box::new(ArceeFusion { base: setting.base.unwrap_or(0) })),
};

/// The shares of the order statistics: the quartiles.
const SHARES: [f64; 3] = [0.25, 0.5, 0.75];

/// How many distances of the quartiles the threshold is above the median.
const DISTANCES: f64 = 1.5;

/// Of so many neighbouring elements one is sampled.
const SAMPLED: u64 = 256;

struct ArceeFusion {
    base: usize,
}

impl Method for ArceeFusion {
    type Computation<R: Real> = Fusion<R>;

    fn start<R: Real>(&self, tensor: &mut Tensor<'_, R>) -> Result<Fusion<R>> {
        let entry = tensor.entry;
        let other = (0..entry.inputs.len()).find(|input| *input != self.base).unwrap_or(self.base);
        let row = entry.shape.last().copied().unwrap_or(1);
        let rows = entry.elements / row.max(1);
        let key_bytes = size_of::<R::Key>() as u64;
        Ok(Fusion {
            a: self.base,
            b: other,
            row,
            elements: entry.elements,
            limit: (entry.elements / 8)
                .max(4 * BLOCK)
                .min(tensor.memory / (4 * key_bytes * SHARES.len() as u64)),
            keeps_rows: rows.saturating_mul(8) <= tensor.memory / 2,
            step: if row <= BLOCK { Step::Divergence(vec![]) } else { Step::Largest },
            rows: Rows::default(),
            quartiles: vec![],
            threshold: None,
        })
    }
}

struct Fusion<R> {
    a: usize,
    b: usize,
    row: u64,
    elements: u64,
    /// Keys that each search may take out in one pass.
    limit: u64,
    /// Whether the memory suffices for the divergences of all rows, where rows fit into a block.
    keeps_rows: bool,
    step: Step,
    rows: Rows,
    quartiles: Vec<Selection>,
    threshold: Option<R>,
}

/// What a pass finds.
#[derive(Debug, Clone, PartialEq)]
enum Step {
    /// The largest elements of rows that are longer than a block.
    Largest,
    /// Their sums of exponentials, from their largest elements.
    Sums(Vec<[f64; 2]>),
    /// The divergences; of rows that are longer than a block from these.
    Divergence(Vec<[Softmax; 2]>),
    /// The quartiles of the importances.
    Quartiles,
}

/// The divergences of all rows, or none where they are found anew for each block.
type Rows = Vec<f64>;

/// What a block gives to a pass.
pub enum Partial<K> {
    /// Of the block's only row: what the step finds for b and for a.
    Row(u64, [f64; 2]),
    /// The divergences of the block's rows, and some importances.
    Rows(Vec<f64>, Vec<K>),
    Counts(Vec<Counted<K>>),
}

impl<R: Real> Fusion<R> {
    /// The divergences of the whole rows of a block.
    fn divergences(&self, block: &mut Block<'_, R>) -> Vec<f64> {
        let level = block.level;
        let first = block.elements.start / self.row;
        let of = |row: u64| (row - first) as usize;
        let rows = block.len() / self.row as usize;
        let mut softmax = vec![[Softmax { max: f64::MIN, sum: 0.0 }; 2]; rows];
        block.each_chunk(|chunk| {
            for (softmax, x) in softmax[of(chunk.row)].iter_mut().zip(self.pair(&chunk)) {
                softmax.max = max_finite(level, x, softmax.max);
            }
        });
        let mut sums = vec![[Lanes::default(); 2]; rows];
        block.each_chunk(|chunk| {
            let row = of(chunk.row);
            for (i, x) in self.pair(&chunk).into_iter().enumerate() {
                add_exponentials(level, x, softmax[row][i].max, &mut sums[row][i]);
            }
        });
        for (softmax, sums) in softmax.iter_mut().zip(&sums) {
            softmax.iter_mut().zip(sums).for_each(|(softmax, lanes)| softmax.sum = lanes.total());
        }
        let mut divergences = vec![Lanes::default(); rows];
        block.each_chunk(|chunk| {
            let ([b, a], row) = (self.pair(&chunk), of(chunk.row));
            add_divergence(level, b, softmax[row][0], a, softmax[row][1], &mut divergences[row]);
        });
        divergences.iter().map(Lanes::total).collect()
    }

    /// The divergences of the rows that a block has elements of, with the number of the first.
    fn rows_of(&self, block: &mut Block<'_, R>) -> (u64, Rows) {
        let first = block.elements.start / self.row;
        if self.rows.is_empty() {
            return (first, self.divergences(block));
        }
        let last = (block.elements.end - 1) / self.row;
        (first, self.rows[first as usize..=last as usize].to_vec())
    }

    fn pair<'c>(&self, chunk: &'c Chunk<'_, R>) -> [&'c [R]; 2] {
        [chunk.input(self.b), chunk.input(self.a)]
    }

    /// What the step finds of a block that is part of one row.
    fn of_part(&self, block: &mut Block<'_, R>) -> Partial<R::Key> {
        let level = block.level;
        let row = block.elements.start / self.row;
        let mut lanes = [Lanes::default(); 2];
        let mut max = [f64::MIN; 2];
        block.each_chunk(|chunk| {
            let [b, a] = self.pair(&chunk);
            match &self.step {
                Step::Sums(largest) => {
                    for (i, x) in [b, a].into_iter().enumerate() {
                        add_exponentials(level, x, largest[row as usize][i], &mut lanes[i]);
                    }
                }
                Step::Divergence(softmax) => {
                    let [of_b, of_a] = softmax[row as usize];
                    add_divergence(level, b, of_b, a, of_a, &mut lanes[0]);
                }
                _ => max = [max_finite(level, b, max[0]), max_finite(level, a, max[1])],
            }
        });
        Partial::Row(row, if self.step == Step::Largest { max } else { lanes.map(|lanes| lanes.total()) })
    }

    /// The divergences of whole rows, with a sample of the importances.
    fn of_rows(&self, block: &mut Block<'_, R>) -> Partial<R::Key> {
        let (first, rows) = (block.elements.start / self.row, self.divergences(block));
        let mut sample = Vec::new();
        self.each_importance(block, first, &rows, |start, importances| {
            let skipped = start.next_multiple_of(SAMPLED) - start;
            let sampled = importances.iter().skip(skipped as usize).step_by(SAMPLED as usize);
            sample.extend(sampled.map(|x| x.key()));
        });
        Partial::Rows(if self.keeps_rows { rows } else { vec![] }, sample)
    }

    /// Calls `f` with the number of the first element of each chunk and their importances. `rows` are the divergences of the
    /// block's rows, from number `first` on.
    fn each_importance(
        &self,
        block: &mut Block<'_, R>,
        first: u64,
        rows: &[f64],
        mut f: impl FnMut(u64, &[R]),
    ) {
        let level = block.level;
        let mut work = [R::ZERO; CHUNK];
        block.each_chunk(|chunk| {
            let [b, a] = self.pair(&chunk);
            let work = &mut work[..chunk.len()];
            importances(level, b, a, R::from_f64(rows[(chunk.row - first) as usize]), work);
            f(chunk.start, work);
        });
    }

    /// Starts the search for the quartiles.
    fn search(&mut self, sample: &mut [R::Key]) {
        let sample = if self.elements <= 4 * BLOCK { &mut [] } else { sample };
        let search = |share: f64| {
            let from_below = (share * (self.elements - 1) as f64) as u64;
            Selection::new::<R>(self.elements - from_below, Ties::First, self.elements, sample, self.limit)
        };
        self.quartiles = SHARES.into_iter().map(search).collect();
        self.step = Step::Quartiles;
    }

    fn end_search(&mut self) {
        let found: Vec<_> = self.quartiles.iter().filter_map(|search| search.threshold::<R>()).collect();
        if let [low, median, high] = found[..] {
            self.threshold = Some(median + R::from_f64(DISTANCES) * (high - low));
        }
    }
}

impl<R: Real> Computation<R> for Fusion<R> {
    type Partial = Partial<R::Key>;
    type Total = Vec<Partial<R::Key>>;

    fn cut(&self) -> Cut {
        Cut::AtRows(self.row)
    }

    fn wants_reduce(&self) -> bool {
        self.threshold.is_none()
    }

    fn reduce(&self, block: &mut Block<'_, R>) -> Partial<R::Key> {
        match &self.step {
            Step::Divergence(_) if self.row <= BLOCK => self.of_rows(block),
            Step::Quartiles => {
                let level = block.level;
                let (first, rows) = self.rows_of(block);
                let searches: Vec<_> = self.quartiles.iter().filter(|search| !search.is_found()).collect();
                let mut counts: Vec<_> = searches.iter().map(|_| Counted::default()).collect();
                self.each_importance(block, first, &rows, |_, importances| {
                    for (search, counted) in searches.iter().zip(&mut counts) {
                        search.count(level, importances, counted);
                    }
                });
                Partial::Counts(counts)
            }
            _ => self.of_part(block),
        }
    }

    fn add(&self, total: &mut Vec<Partial<R::Key>>, partial: Partial<R::Key>) {
        match (total.last_mut(), partial) {
            (Some(Partial::Row(row, sums)), Partial::Row(same, more)) if *row == same => {
                for (sum, more) in sums.iter_mut().zip(more) {
                    *sum = if self.step == Step::Largest { sum.max(more) } else { *sum + more };
                }
            }
            (_, partial) => total.push(partial),
        }
    }

    fn fold(&mut self, partials: Vec<Partial<R::Key>>) -> Result<()> {
        let (mut rows, mut divergences, mut sample, mut counts) = (vec![], vec![], vec![], vec![]);
        for partial in partials {
            match partial {
                Partial::Row(_, found) => rows.push(found),
                Partial::Rows(more, keys) => {
                    divergences.extend(more);
                    sample.extend(keys);
                }
                Partial::Counts(counted) => counts.push(counted),
            }
        }
        match &self.step {
            Step::Largest => self.step = Step::Sums(rows),
            Step::Sums(largest) => {
                let softmax =
                    |(max, sum): (&[f64; 2], &[f64; 2])| [0, 1].map(|i| Softmax { max: max[i], sum: sum[i] });
                self.step = Step::Divergence(largest.iter().zip(&rows).map(softmax).collect());
            }
            Step::Divergence(_) => {
                divergences.extend(rows.iter().map(|[divergence, _]| divergence));
                self.rows = divergences;
                self.search(&mut sample);
            }
            Step::Quartiles => {
                let searches = self.quartiles.iter_mut().filter(|search| !search.is_found());
                for (i, search) in searches.enumerate() {
                    let blocks: Vec<_> =
                        counts.iter_mut().map(|block| std::mem::take(&mut block[i])).collect();
                    search.fold::<R>(&blocks);
                }
                self.end_search();
            }
        }
        Ok(())
    }

    fn apply<'b>(&self, block: &'b mut Block<'_, R>) -> Result<&'b mut Vec<u8>> {
        let level = block.level;
        let (first, rows) = self.rows_of(block);
        let threshold = self.threshold.unwrap_or_default();
        let mut work = [R::ZERO; CHUNK];
        Ok(block.compute(|chunk, out| {
            let [b, a] = self.pair(&chunk);
            let work = &mut work[..chunk.len()];
            importances(level, b, a, R::from_f64(rows[(chunk.row - first) as usize]), work);
            add_important(level, threshold, work, b, a, out);
        }))
    }
}
