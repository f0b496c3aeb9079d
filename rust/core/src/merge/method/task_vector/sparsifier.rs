//! Which elements of a task vector take part.

use super::magprune::{Probabilities, Ranking, keep_by_rank};
use super::{Parameters, Tensor, sample};
use crate::error::Result;
use crate::kernels::combine::subtract;
use crate::kernels::real::Real;
use crate::kernels::sparsify::aligned_bits;
use crate::kernels::task_vector::Kept;
use crate::merge::block::Block;
use crate::merge::blocks::{BLOCK, CHUNK};
use crate::merge::rng::Words;
use crate::merge::selection::{Selection, Ties};
use std::borrow::Cow;
use std::sync::{Mutex, PoisonError};

/// Tensors up to this many elements are not sampled: all their magnitudes can be taken out at once.
const SMALL: u64 = 4 * BLOCK;

/// Rows of more elements than this are ranked one at a time in the whole process, as that takes 24 bytes for each element.
const LONG_ROW: u64 = 1 << 20;

/// Held while a long row is ranked.
static RANKING: Mutex<()> = Mutex::new(());

/// How the elements of a task vector that take part are chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sparsify {
    /// All take part.
    Nothing,
    /// The largest ones.
    Magnitude,
    /// The largest ones but for the very largest.
    Outliers,
    /// Each with the same probability.
    Bernoulli,
    /// Each with a probability that grows with its rank in its row.
    MagPrune,
}

/// The choice for one tensor and model.
#[derive(Debug)]
pub enum Sparsifier {
    /// All elements.
    All,
    /// No element.
    None,
    /// The largest, but for those that the second selection names.
    Largest(Selection, Option<Selection>),
    /// Those whose random word is below a threshold.
    Random { words: Words, threshold: u64 },
    /// Those that are kept by their ranks and words.
    ByRank { words: Words, probabilities: Probabilities },
    /// Those whose bit is 1: bits for each block.
    Drawn(Vec<Vec<u64>>),
}

impl Sparsify {
    /// Whether the choice for a model draws random words.
    pub fn draws(self, model: &Parameters) -> bool {
        match self {
            Sparsify::Bernoulli => model.density < 1.0,
            _ => self.by_rank(model).is_some(),
        }
    }

    /// The probabilities of the ranks in a model's rows, where the choice goes by them.
    pub fn by_rank(self, model: &Parameters) -> Option<Probabilities> {
        let chooses = self == Sparsify::MagPrune && model.density > 0.0 && model.density < 1.0;
        chooses.then_some(Probabilities { density: model.density, epsilon: model.epsilon })
    }

    /// The choices for the models of a tensor.
    pub fn start<R: Real>(
        self,
        tensor: &mut Tensor<'_, R>,
        base: usize,
        models: &[Parameters],
    ) -> Result<Vec<Sparsifier>> {
        match self {
            Sparsify::Nothing => Ok(models.iter().map(|_| Sparsifier::All).collect()),
            Sparsify::Magnitude | Sparsify::Outliers => self.largest(tensor, base, models),
            Sparsify::Bernoulli | Sparsify::MagPrune => Ok(self.random(tensor, models)),
        }
    }

    fn largest<R: Real>(
        self,
        tensor: &Tensor<'_, R>,
        base: usize,
        models: &[Parameters],
    ) -> Result<Vec<Sparsifier>> {
        let elements = tensor.entry.elements;
        let sampled: Vec<_> =
            models.iter().filter(|m| m.density > 0.0 && m.density < 1.0).map(|m| m.input).collect();
        let mut samples = if elements > SMALL {
            sample::keys(tensor, base, &sampled)?
        } else {
            vec![vec![]; sampled.len()]
        };
        let mut samples = samples.iter_mut();
        let key_bytes = size_of::<R::Key>() as u64;
        let searches = models.len() as u64 * if self == Sparsify::Outliers { 2 } else { 1 };
        // A selection sorts out a copy of the keys that its blocks took out; half of the memory is for each.
        let limit = (elements / 8).max(SMALL).min(tensor.memory / (2 * key_bytes * searches));
        let choices = models.iter().map(|model| match model.density {
            d if d >= 1.0 => Sparsifier::All,
            d if d > 0.0 => {
                let sample = samples.next().map(|s| &mut s[..]).unwrap_or_default();
                let select = |keep, ties, sample: &mut [R::Key]| {
                    Selection::new::<R>(keep, ties, elements, sample, limit)
                };
                self.ranks(model, elements).map_or(Sparsifier::None, |(keep, drop)| match self {
                    Sparsify::Outliers => Sparsifier::Largest(
                        select(keep, Ties::Last, sample),
                        (drop > 0).then(|| select(drop, Ties::Last, sample)),
                    ),
                    _ => Sparsifier::Largest(select(keep, Ties::First, sample), None),
                })
            }
            _ => Sparsifier::None,
        });
        Ok(choices.collect())
    }

    /// Of how many of the largest elements a model's are, and how many of the largest are none of them; `None` where nothing is
    /// left.
    fn ranks(self, model: &Parameters, elements: u64) -> Option<(u64, u64)> {
        let part = |share: f64| (share * elements as f64) as u64;
        if self == Sparsify::Magnitude {
            return Some((part(model.density).max(1), 0));
        }
        let (keep, top) = (part(model.density), part(model.gamma));
        let bottom = elements.saturating_sub(keep + top);
        (keep > 0).then_some((elements - bottom, (elements - bottom).saturating_sub(keep)))
    }

    fn random<R: Real>(self, tensor: &mut Tensor<'_, R>, models: &[Parameters]) -> Vec<Sparsifier> {
        let mut words = std::mem::take(&mut tensor.words).into_iter();
        let mut choices = Vec::new();
        for model in models {
            let drawn = if self.draws(model) { words.next() } else { None };
            choices.push(match (drawn, self.by_rank(model)) {
                (Some(words), Some(probabilities)) => Sparsifier::ByRank { words, probabilities },
                (Some(words), None) => {
                    Sparsifier::Random { threshold: words.threshold(model.density), words }
                }
                (None, _) if model.density > 0.0 => Sparsifier::All,
                (None, _) => Sparsifier::None,
            });
        }
        choices
    }
}

impl Sparsifier {
    /// True when no element takes part.
    pub fn is_nothing(&self) -> bool {
        matches!(self, Sparsifier::None)
    }

    /// True when the choice goes by rows.
    pub fn is_by_rank(&self) -> bool {
        matches!(self, Sparsifier::ByRank { .. })
    }

    /// The selections that still have to be found.
    pub fn pending(&self) -> impl Iterator<Item = &Selection> {
        let selections = match self {
            Sparsifier::Largest(largest, outliers) => [Some(largest), outliers.as_ref()],
            _ => [None, None],
        };
        selections.into_iter().flatten().filter(|selection| !selection.is_found())
    }

    /// The same, to end a pass with.
    pub fn pending_mut(&mut self) -> impl Iterator<Item = &mut Selection> {
        let selections = match self {
            Sparsifier::Largest(largest, outliers) => [Some(largest), outliers.as_mut()],
            _ => [None, None],
        };
        selections.into_iter().flatten().filter(|selection| !selection.is_found())
    }

    /// Goes through a block, whose task vector is that of `input`.
    pub fn walk<R: Real>(&self, block: &mut Block<'_, R>, base: usize, input: usize) -> Walk<'_> {
        let mut ties = [0; 2];
        let bits = match self {
            Sparsifier::Largest(largest, outliers) => {
                ties[0] = largest.ties_of_block(block.number);
                ties[1] = outliers.as_ref().map_or(0, |o| o.ties_of_block(block.number));
                Cow::default()
            }
            Sparsifier::Random { words, threshold } => {
                let mut bits = vec![0; block.len().div_ceil(64)];
                words.bits_below(block.level, block.elements.start, *threshold, &mut bits);
                Cow::Owned(bits)
            }
            Sparsifier::ByRank { words, probabilities } => {
                Cow::Owned(kept_by_rank(block, base, input, words, *probabilities))
            }
            Sparsifier::Drawn(blocks) => Cow::Borrowed(&blocks[block.number as usize][..]),
            Sparsifier::All | Sparsifier::None => Cow::default(),
        };
        Walk { sparsifier: self, start: block.elements.start, ties, bits, of_chunk: [0; CHUNK / 64] }
    }

    /// Takes the bits that a pass over all blocks has drawn, so that the next one need not draw them again.
    pub fn remember(&mut self, drawn: Vec<Vec<u64>>) {
        if drawn.iter().any(|bits| !bits.is_empty()) {
            *self = Sparsifier::Drawn(drawn);
        }
    }
}

/// The bits of a block of whole rows.
fn kept_by_rank<R: Real>(
    block: &mut Block<'_, R>,
    base: usize,
    input: usize,
    words: &Words,
    probabilities: Probabilities,
) -> Vec<u64> {
    let is_long = block.elements.end - block.elements.start > LONG_ROW;
    let _turn = is_long.then(|| RANKING.lock().unwrap_or_else(PoisonError::into_inner));
    let (level, start) = (block.level, block.elements.start);
    let mut drawn = vec![0; block.len()];
    words.fill(level, start, &mut drawn);
    let mut bits = vec![0; block.len().div_ceil(64)];
    let mut delta = [R::ZERO; CHUNK];
    let mut ranking = Ranking::new();
    let mut keys: Vec<R::Key> = Vec::new();
    let (mut row, mut at) = (None, 0);
    let mut end_row = |keys: &mut Vec<R::Key>, at: &mut usize| {
        let drawn = &drawn[*at..][..keys.len()];
        keep_by_rank::<R>(keys, drawn, words, probabilities, &mut bits, *at, &mut ranking);
        *at += keys.len();
        keys.clear();
    };
    block.each_chunk(|chunk| {
        if row.replace(chunk.row).is_some_and(|before| before != chunk.row) {
            end_row(&mut keys, &mut at);
        }
        let delta = &mut delta[..chunk.len()];
        subtract(level, chunk.input(input), chunk.input(base), delta);
        keys.extend(delta.iter().map(|x| x.key()));
    });
    end_row(&mut keys, &mut at);
    bits
}

/// A choice on its way through a block, chunk by chunk.
#[derive(Debug)]
pub struct Walk<'s> {
    sparsifier: &'s Sparsifier,
    /// The block's first element.
    start: u64,
    /// What the selections count down.
    ties: [u64; 2],
    /// A bit for each element of the block, where the choice is random.
    bits: Cow<'s, [u64]>,
    /// Room for the bits of a chunk.
    of_chunk: [u64; CHUNK / 64],
}

impl Walk<'_> {
    /// What is kept of the chunk `x` of the model that begins with element `start` of the tensor.
    pub fn kept<R: Real>(&mut self, x: &[R], base: &[R], start: u64) -> Kept<'_, R> {
        match self.sparsifier {
            Sparsifier::All => Kept::All,
            Sparsifier::None => Kept::Between(R::NAN, R::NAN),
            Sparsifier::Largest(largest, outliers) => {
                let least = largest.least_of_block(self.ties[0]);
                let beyond = match outliers {
                    Some(outliers) => outliers.least_of_block(self.ties[1]),
                    None => Some(R::NAN),
                };
                match (least, beyond) {
                    (Some(least), Some(beyond)) => Kept::Between(least, beyond),
                    _ => self.one_by_one(largest, outliers.as_ref(), x, base),
                }
            }
            Sparsifier::Random { .. } | Sparsifier::ByRank { .. } | Sparsifier::Drawn(_) => {
                let from = (start - self.start) as usize;
                Kept::Bits(aligned_bits(&self.bits, from, x.len(), &mut self.of_chunk))
            }
        }
    }

    /// The choice in a block where not all elements at a threshold are selected.
    fn one_by_one<R: Real>(
        &mut self,
        largest: &Selection,
        outliers: Option<&Selection>,
        x: &[R],
        base: &[R],
    ) -> Kept<'_, R> {
        let [ties, outlying_ties] = &mut self.ties;
        self.of_chunk.fill(0);
        for (i, (x, base)) in x.iter().zip(base).enumerate() {
            let delta = *x - *base;
            let is_outlier = outliers.is_some_and(|outliers| outliers.selects(delta, outlying_ties));
            let is_kept = largest.selects(delta, ties) && !is_outlier;
            self.of_chunk[i / 64] |= u64::from(is_kept) << (i % 64);
        }
        Kept::Bits(&self.of_chunk)
    }

    /// The bits of the block's random choice.
    pub fn into_bits(self) -> Vec<u64> {
        match self.sparsifier {
            Sparsifier::Random { .. } | Sparsifier::ByRank { .. } => self.bits.into_owned(),
            _ => Vec::new(),
        }
    }
}
