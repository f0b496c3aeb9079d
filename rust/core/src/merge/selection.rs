//! Which elements of a tensor are its `keep` largest by magnitude, found by counting instead of sorting.
//!
//! A selection knows a window of keys in which the threshold lies. A pass over the tensor counts what is above the window
//! and takes out what is inside; then the threshold is among few keys. The first window comes from a sample. When the sample
//! was off, or more lies inside than may be kept, the window is moved or narrowed by counting buckets, and another
//! pass follows: the sample decides how long it takes, never what comes out.

use crate::kernels::rank::{count_between, count_buckets, gather_between};
use crate::kernels::real::Real;
use crate::kernels::simd::Level;
use crate::kernels::sparsify::{keep_largest, keep_largest_and_first_ties};
use std::sync::atomic::{AtomicU64, Ordering};

const BUCKETS: usize = 1 << 11;

/// The lowest key that can be kept: that of zero. NaN is below it.
const LOWEST: u64 = 1;

/// The search for the `keep` largest elements, and then what it found.
#[derive(Debug)]
pub struct Selection {
    keep: u64,
    /// Keys that all blocks together may take out in one pass.
    limit: u64,
    taken: AtomicU64,
    state: State,
}

#[derive(Debug)]
enum State {
    /// The threshold is expected in `low..high`.
    Gather { low: u64, high: u64 },
    /// The threshold is in `low..high`, of which there are too many to take out.
    Buckets { low: u64, high: u64, shift: u32, counts: Vec<AtomicU64> },
    /// Elements above the threshold are kept, and of those at it the first ones up to the cut.
    Found { threshold: u64, cut: Cut },
}

/// Where, among the elements at the threshold, keeping ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Cut {
    block: u64,
    /// Elements at the threshold that are kept in `block`; all are before it, none behind.
    ties: u64,
}

/// What one block counts in a pass.
#[derive(Debug, Default)]
pub struct Counted<K> {
    above: u64,
    inside: u64,
    keys: Vec<K>,
}

impl Selection {
    /// A search for the `keep ≥ 1` largest of `elements`, with a sample of their magnitudes' keys (which may be empty).
    pub fn new<R: Real>(keep: u64, elements: u64, sample: &mut [R::Key], limit: u64) -> Selection {
        let (low, high) = first_window::<R>(keep, elements, sample);
        Selection { keep, limit, taken: AtomicU64::new(0), state: State::Gather { low, high } }
    }

    /// True when the threshold is known.
    pub fn is_found(&self) -> bool {
        matches!(self.state, State::Found { .. })
    }

    /// Counts a part of a block.
    pub fn count<R: Real>(&self, level: Level, values: &[R], counted: &mut Counted<R::Key>) {
        match &self.state {
            State::Gather { low, high }
                if high - low > 1 && self.taken.load(Ordering::Relaxed) <= self.limit =>
            {
                let before = counted.keys.len();
                counted.above +=
                    gather_between(level, values, R::key_from(*low), R::key_from(*high), &mut counted.keys);
                let more = (counted.keys.len() - before) as u64;
                counted.inside += more;
                self.taken.fetch_add(more, Ordering::Relaxed);
            }
            State::Gather { low, high } => {
                let (above, inside) = count_between(level, values, R::key_from(*low), R::key_from(*high));
                counted.above += above;
                counted.inside += inside;
            }
            State::Buckets { low, high, shift, counts } => {
                let (low, high) = (R::key_from(*low), R::key_from(*high));
                counted.above += count_between(level, values, low, high).0;
                count_buckets(level, values, low, high, *shift, counts);
            }
            State::Found { .. } => {}
        }
    }

    /// Ends a pass, with the counts of all blocks in order.
    pub fn fold<R: Real>(&mut self, blocks: &[Counted<R::Key>]) {
        let above: u64 = blocks.iter().map(|b| b.above).sum();
        self.state = match &self.state {
            State::Gather { low, high } => self.after_gathering::<R>(*low, *high, above, blocks),
            State::Buckets { low, shift, counts, high } => {
                let mut above = above;
                let mut bucket = counts.len() - 1;
                while above + counts[bucket].load(Ordering::Relaxed) < self.keep {
                    above += counts[bucket].load(Ordering::Relaxed);
                    bucket -= 1;
                }
                let low = low + ((bucket as u64) << shift);
                State::Gather { low, high: (*high).min(low + (1 << shift)) }
            }
            State::Found { .. } => return,
        };
        self.taken = AtomicU64::new(0);
    }

    fn after_gathering<R: Real>(&self, low: u64, high: u64, above: u64, blocks: &[Counted<R::Key>]) -> State {
        let inside: u64 = blocks.iter().map(|b| b.inside).sum();
        if above >= self.keep {
            return State::Gather { low: high, high: R::KEY_END };
        }
        if above + inside < self.keep {
            return match low {
                LOWEST => State::Found { threshold: LOWEST, cut: Cut { block: u64::MAX, ties: 0 } },
                _ => State::Gather { low: LOWEST, high: low },
            };
        }
        let missing = self.keep - above;
        if high - low == 1 {
            return State::Found { threshold: low, cut: cut(missing, blocks.iter().map(|b| b.inside)) };
        }
        let gathered: u64 = blocks.iter().map(|b| b.keys.len() as u64).sum();
        if gathered < inside {
            let shift = (high - low).div_ceil(BUCKETS as u64).next_power_of_two().trailing_zeros();
            let counts = (0..BUCKETS).map(|_| AtomicU64::new(0)).collect();
            return State::Buckets { low, high, shift, counts };
        }
        let mut keys: Vec<R::Key> = blocks.iter().flat_map(|b| b.keys.iter().copied()).collect();
        let place = keys.len() - missing as usize;
        let threshold = *keys.select_nth_unstable(place).1;
        let larger = keys[place..].iter().filter(|key| **key > threshold).count() as u64;
        let ties = blocks.iter().map(|b| b.keys.iter().filter(|key| **key == threshold).count() as u64);
        State::Found { threshold: threshold.into(), cut: cut(missing - larger, ties) }
    }

    /// The ties that [`Selection::keep`] may still keep at the start of a block.
    pub fn ties_of_block(&self, block: u64) -> u64 {
        match &self.state {
            State::Found { cut, .. } if block < cut.block => u64::MAX,
            State::Found { cut, .. } if block == cut.block => cut.ties,
            _ => 0,
        }
    }

    /// Zeroes what is not selected in a part of a block; `ties` goes from part to part of a block.
    pub fn keep<R: Real>(&self, level: Level, values: &mut [R], ties: &mut u64) {
        let State::Found { threshold, .. } = &self.state else {
            unreachable!("elements are kept once the threshold is known")
        };
        match *ties {
            u64::MAX => keep_largest(level, values, R::key_from(*threshold)),
            0 => keep_largest(level, values, R::key_from(*threshold + 1)),
            _ => keep_largest_and_first_ties(values, R::key_from(*threshold), ties),
        }
    }
}

/// The block in which the `kept`-th tie lies.
fn cut(kept: u64, ties: impl Iterator<Item = u64>) -> Cut {
    let mut left = kept;
    for (block, ties) in (0..).zip(ties) {
        if left <= ties {
            return Cut { block, ties: left };
        }
        left -= ties;
    }
    Cut { block: u64::MAX, ties: 0 }
}

/// A window in which the threshold lies with near certainty, or all keys where there is no sample.
fn first_window<R: Real>(keep: u64, elements: u64, sample: &mut [R::Key]) -> (u64, u64) {
    if sample.is_empty() {
        return (LOWEST, R::KEY_END);
    }
    let size = sample.len() as f64;
    let share = 1.0 - keep as f64 / elements as f64;
    // Four standard deviations of the sample's rank, and a quarter of a percent for what is alike among neighbours.
    let margin = 4.0 * (size * share * (1.0 - share)).max(0.0).sqrt() + size / 400.0;
    let place = share * size;
    let high = match place + margin {
        p if p < size => (*sample.select_nth_unstable(p as usize).1).into() + 1,
        _ => R::KEY_END,
    };
    let low = match place - margin {
        p if p >= 0.0 => (*sample.select_nth_unstable(p as usize).1).into(),
        _ => LOWEST,
    };
    (low.max(LOWEST), high.max(LOWEST + 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The `keep` largest by a full sort: NaN is never kept, ties go to the lower index.
    fn oracle(values: &[f32], keep: usize) -> Vec<f32> {
        let mut order: Vec<usize> = (0..values.len()).filter(|i| !values[*i].is_nan()).collect();
        order.sort_by(|a, b| values[*b].abs().total_cmp(&values[*a].abs()).then(a.cmp(b)));
        let mut kept = vec![0.0; values.len()];
        order.iter().take(keep).for_each(|i| kept[*i] = values[*i]);
        kept
    }

    /// Runs a selection over blocks of `block` elements in parts of `part`; answers what is kept, and the passes it took.
    fn select(
        values: &[f32],
        keep: u64,
        sample: &[f32],
        limit: u64,
        block: usize,
        part: usize,
    ) -> (Vec<f32>, usize) {
        let mut sample: Vec<u32> = sample.iter().map(|x| x.key()).collect();
        let mut selection = Selection::new::<f32>(keep, values.len() as u64, &mut sample, limit);
        let mut passes = 0;
        while !selection.is_found() {
            let blocks = values.chunks(block).map(|block| {
                let mut counted = Counted::default();
                block.chunks(part).for_each(|part| selection.count(Level::SCALAR, part, &mut counted));
                counted
            });
            let blocks: Vec<_> = blocks.collect();
            selection.fold::<f32>(&blocks);
            passes += 1;
            assert!(passes < 20, "the search does not end");
        }
        let mut kept = values.to_vec();
        for (number, block) in (0..).zip(kept.chunks_mut(block)) {
            let mut ties = selection.ties_of_block(number);
            block.chunks_mut(part).for_each(|part| selection.keep(Level::SCALAR, part, &mut ties));
        }
        (kept, passes)
    }

    fn element() -> impl Strategy<Value = f32> {
        prop_oneof![
            4 => -1.0..1.0f32,
            // Few distinct magnitudes, as differences of BF16 numbers have.
            8 => (-3i8..=3).prop_map(|x| f32::from(x) / 8.0),
            1 => prop::sample::select(vec![f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 1e-40]),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn selects_as_a_full_sort_does_whatever_the_sample_says(
            values in prop::collection::vec(element(), 1..400),
            sample in prop::collection::vec(element(), 0..50),
            share in 0.0..1.0f64, limit in 0u64..100, block in 1usize..100, part in 1usize..40,
        ) {
            let keep = ((share * values.len() as f64) as u64).max(1);
            let (kept, _) = select(&values, keep, &sample, limit, block, part);
            let expected = oracle(&values, keep as usize);
            let bits = |v: &[f32]| v.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
            prop_assert_eq!(bits(&kept), bits(&expected));
        }
    }

    #[test]
    fn a_fair_sample_needs_one_pass() {
        let values: Vec<f32> =
            (0..100_000u32).map(|i| (i.wrapping_mul(2_654_435_761) as f32) / 1e9).collect();
        let sample: Vec<f32> = values.iter().step_by(10).copied().collect();
        for keep in [1, 500, 50_000, 99_999, 100_000] {
            let (kept, passes) = select(&values, keep, &sample, 10_000, 1 << 12, 1 << 10);
            assert_eq!(kept, oracle(&values, keep as usize));
            assert_eq!(passes, 1, "for {keep}");
        }
    }
}
