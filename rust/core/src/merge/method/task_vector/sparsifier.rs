//! Which elements of a task vector take part.

use super::Tensor;
use crate::error::Result;
use crate::kernels::combine::subtract;
use crate::kernels::real::Real;
use crate::kernels::simd::Level;
use crate::kernels::sparsify::keep_masked;
use crate::merge::blocks::{BLOCK, CHUNK};
use crate::merge::rng::Words;
use crate::merge::selection::Selection;

/// Tensors up to this many elements are not sampled: all their magnitudes can be taken out at once.
const SMALL: u64 = 4 * BLOCK;

/// The sample of a task vector: this many pieces of as many elements each, evenly spread.
const PIECES: u64 = 128;
const PIECE: usize = 1024;

/// How the elements of a task vector that take part are chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sparsify {
    /// All take part.
    Nothing,
    /// The largest ones.
    Magnitude,
    /// Each with the same probability.
    Bernoulli,
}

/// The choice for one tensor and model.
#[derive(Debug)]
pub enum Sparsifier {
    /// All elements.
    All,
    /// No element.
    None,
    /// The largest.
    Largest(Selection),
    /// Those whose random word is below a threshold.
    Random {
        /// The words.
        words: Words,
        /// See [`Words::threshold`].
        threshold: u64,
    },
    /// Those whose bit is 1.
    Drawn(Vec<u64>),
}

impl Sparsify {
    /// The choices for the inputs of a tensor, given with their densities.
    pub fn start<R: Real>(
        self,
        tensor: &mut Tensor<'_, R>,
        base: usize,
        densities: &[(usize, f64)],
    ) -> Result<Vec<Sparsifier>> {
        match self {
            Sparsify::Nothing => Ok(densities.iter().map(|_| Sparsifier::All).collect()),
            Sparsify::Magnitude => largest(tensor, base, densities),
            Sparsify::Bernoulli => Ok(random(tensor, densities)),
        }
    }
}

fn largest<R: Real>(
    tensor: &Tensor<'_, R>,
    base: usize,
    densities: &[(usize, f64)],
) -> Result<Vec<Sparsifier>> {
    let elements = tensor.entry.elements;
    let sampled: Vec<_> =
        densities.iter().filter(|(_, d)| *d > 0.0 && *d < 1.0).map(|(input, _)| *input).collect();
    let mut samples =
        if elements > SMALL { sample(tensor, base, &sampled)? } else { vec![vec![]; sampled.len()] };
    let mut samples = samples.iter_mut();
    let key_bytes = size_of::<R::Key>() as u64;
    // A selection sorts out a copy of the keys that its blocks took out; half of the memory is for each.
    let limit = (elements / 8).max(SMALL).min(tensor.memory / (2 * key_bytes * densities.len() as u64));
    let choices = densities.iter().map(|(_, density)| match density {
        d if *d >= 1.0 => Sparsifier::All,
        d if *d > 0.0 => {
            let keep = ((d * elements as f64) as u64).max(1);
            let sample = samples.next().map(|s| &mut s[..]).unwrap_or_default();
            Sparsifier::Largest(Selection::new::<R>(keep, elements, sample, limit))
        }
        _ => Sparsifier::None,
    });
    Ok(choices.collect())
}

/// Keys of the magnitudes of some elements of each task vector.
fn sample<R: Real>(tensor: &Tensor<'_, R>, base: usize, inputs: &[usize]) -> Result<Vec<Vec<R::Key>>> {
    let mut keys = vec![Vec::with_capacity(PIECES as usize * PIECE); inputs.len()];
    let [mut base_piece, mut piece, mut delta] = [[R::ZERO; PIECE]; 3];
    let last = tensor.entry.elements - PIECE as u64;
    for i in 0..PIECES {
        let start = (u128::from(last) * u128::from(i) / u128::from(PIECES - 1)) as u64;
        (tensor.read)(base, start, &mut base_piece)?;
        for (input, keys) in inputs.iter().zip(&mut keys) {
            (tensor.read)(*input, start, &mut piece)?;
            subtract(tensor.level, &piece, &base_piece, &mut delta);
            keys.extend(delta.iter().map(|x| x.key()));
        }
    }
    Ok(keys)
}

/// Whether a random choice with this density draws: the whole of a task vector is taken without.
pub fn draws(density: f64) -> bool {
    density < 1.0
}

fn random<R: Real>(tensor: &mut Tensor<'_, R>, densities: &[(usize, f64)]) -> Vec<Sparsifier> {
    let mut words = std::mem::take(&mut tensor.words).into_iter();
    let mut choices = Vec::new();
    for (_, density) in densities {
        let drawn = if draws(*density) { words.next() } else { None };
        choices.push(drawn.map_or(Sparsifier::All, |words| Sparsifier::Random {
            threshold: words.threshold(*density),
            words,
        }));
    }
    choices
}

impl Sparsifier {
    /// True when no element takes part.
    pub fn is_nothing(&self) -> bool {
        matches!(self, Sparsifier::None)
    }

    /// The selection that still has to be found.
    pub fn pending(&self) -> Option<&Selection> {
        match self {
            Sparsifier::Largest(selection) if !selection.is_found() => Some(selection),
            _ => None,
        }
    }

    /// The same, to end a pass with.
    pub fn pending_mut(&mut self) -> Option<&mut Selection> {
        match self {
            Sparsifier::Largest(selection) if !selection.is_found() => Some(selection),
            _ => None,
        }
    }

    /// What [`Sparsifier::keep`] counts down within a block.
    pub fn ties_of_block(&self, block: u64) -> u64 {
        match self {
            Sparsifier::Largest(selection) => selection.ties_of_block(block),
            _ => 0,
        }
    }

    /// Zeroes the elements, from number `start` of the tensor on, that take no part. `ties` goes from chunk to chunk of a
    /// block; random bits drawn for the mask are appended to `drawn`.
    pub fn keep<R: Real>(
        &self,
        level: Level,
        values: &mut [R],
        start: u64,
        ties: &mut u64,
        drawn: Option<&mut Vec<u64>>,
    ) {
        match self {
            Sparsifier::All => {}
            Sparsifier::None => values.fill(R::ZERO),
            Sparsifier::Largest(selection) => selection.keep(level, values, ties),
            Sparsifier::Random { words, threshold } => {
                let mut bits = [0; CHUNK / 64];
                let bits = &mut bits[..values.len().div_ceil(64)];
                words.bits_below(level, start, *threshold, bits);
                keep_masked(level, values, bits);
                if let Some(drawn) = drawn {
                    drawn.extend_from_slice(bits);
                }
            }
            Sparsifier::Drawn(bits) => keep_masked(level, values, &bits[(start / 64) as usize..]),
        }
    }

    /// Takes the bits that a pass over all blocks has drawn, so that the next one need not draw them again.
    pub fn remember(&mut self, drawn: Vec<u64>) {
        if !drawn.is_empty() {
            *self = Sparsifier::Drawn(drawn);
        }
    }
}
