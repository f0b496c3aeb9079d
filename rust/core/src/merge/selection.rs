//! Which elements of a tensor are its so many largest by magnitude, found by counting instead of sorting.
//!
//! A selection knows a window of keys in which the threshold lies. A pass over the tensor counts what is above the window
//! and takes out what is inside; then the threshold is among few keys. The first window comes from a sample. When the sample
//! was off, or more lies inside than may be kept, the window is moved or narrowed by counting buckets, and another
//! pass follows: the sample decides how long it takes, never what comes out.

use crate::kernels::rank::{count_between, count_buckets, gather_between};
use crate::kernels::real::Real;
use crate::kernels::simd::Level;
use crate::kernels::sparsify::keep_largest;
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
    ties: Ties,
    taken: AtomicU64,
    state: State,
}

/// Which of the elements with the magnitude of the threshold are selected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ties {
    /// Those with the lowest indices.
    First,
    /// Those with the highest: the ranking from below leaves out the others first.
    Last,
}

#[derive(Debug)]
enum State {
    /// The threshold is expected in `low..high`.
    Gather { low: u64, high: u64 },
    /// The threshold is in `low..high`, of which there are too many to take out.
    Buckets { low: u64, high: u64, shift: u32, counts: Vec<AtomicU64> },
    /// Elements above the threshold are selected, and of those at it the ones on one side of the cut.
    Found { threshold: u64, cut: Cut },
}

/// A place among the elements at the threshold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Cut {
    block: u64,
    /// Elements at the threshold that are before the cut in `block`; all are in blocks before it, none in those behind.
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
    pub fn new<R: Real>(
        keep: u64,
        ties: Ties,
        elements: u64,
        sample: &mut [R::Key],
        limit: u64,
    ) -> Selection {
        let (low, high) = first_window::<R>(keep, elements, sample);
        Selection { keep, limit, ties, taken: AtomicU64::new(0), state: State::Gather { low, high } }
    }

    /// True when the threshold is known.
    pub fn is_found(&self) -> bool {
        matches!(self.state, State::Found { .. })
    }

    /// The smallest magnitude selected, once it is known.
    pub fn threshold<R: Real>(&self) -> Option<R> {
        match &self.state {
            State::Found { threshold, .. } => Some(R::from_key(*threshold)),
            _ => None,
        }
    }

    /// Counts a part of a block.
    pub fn count<R: Real>(&self, level: Level, values: &[R], counted: &mut Counted<R::Key>) {
        match &self.state {
            State::Gather { low, high }
                if high - low > 1 && self.taken.load(Ordering::Relaxed) <= self.limit =>
            {
                let before = counted.keys.len();
                counted.above +=
                    gather_between(level, values, R::from_key(*low), R::from_key(*high), &mut counted.keys);
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
                LOWEST => State::Found { threshold: LOWEST, cut: self.all_ties() },
                _ => State::Gather { low: LOWEST, high: low },
            };
        }
        let missing = self.keep - above;
        if high - low == 1 {
            return State::Found { threshold: low, cut: self.cut(missing, blocks.iter().map(|b| b.inside)) };
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
        State::Found { threshold: threshold.into(), cut: self.cut(missing - larger, ties) }
    }

    /// What [`Selection::keep`] and [`Selection::selects`] count down from the start of a block on.
    pub fn ties_of_block(&self, block: u64) -> u64 {
        match &self.state {
            State::Found { cut, .. } if block < cut.block => u64::MAX,
            State::Found { cut, .. } if block == cut.block => cut.ties,
            _ => 0,
        }
    }

    /// Zeroes what is not selected in a part of a block; `ties` goes from part to part of a block.
    pub fn keep<R: Real>(&self, level: Level, values: &mut [R], ties: &mut u64) {
        match self.least_of_block::<R>(*ties) {
            Some(least) => keep_largest(level, values, least),
            None => values.iter_mut().filter(|x| !self.selects(**x, ties)).for_each(|x| *x = R::ZERO),
        }
    }

    /// The least magnitude that is selected in a block, where the cut does not go through it: all elements at the threshold
    /// are on one side. NaN if there is none.
    pub fn least_of_block<R: Real>(&self, ties: u64) -> Option<R> {
        match ties {
            0 | u64::MAX if self.takes(ties > 0) => Some(R::from_key(self.found())),
            0 | u64::MAX => Some(R::from_key(self.found() + 1)),
            _ => None,
        }
    }

    /// Whether the next element of a block is selected. `ties` goes from element to element.
    pub fn selects<R: Real>(&self, x: R, ties: &mut u64) -> bool {
        let (key, threshold) = (x.key().into(), self.found());
        let before = key == threshold && *ties > 0;
        *ties -= u64::from(before);
        key > threshold || key == threshold && self.takes(before)
    }

    fn found(&self) -> u64 {
        match &self.state {
            State::Found { threshold, .. } => *threshold,
            _ => unreachable!("elements are selected once the threshold is known"),
        }
    }

    /// Whether an element at the threshold is selected, that is `before` the cut or behind it.
    fn takes(&self, before: bool) -> bool {
        before == (self.ties == Ties::First)
    }

    fn all_ties(&self) -> Cut {
        Cut { block: if self.ties == Ties::First { u64::MAX } else { 0 }, ties: 0 }
    }

    /// The cut that leaves `selected` of the ties of all blocks on the side that is selected.
    fn cut(&self, selected: u64, ties: impl Iterator<Item = u64> + Clone) -> Cut {
        let mut left = match self.ties {
            Ties::First => selected,
            Ties::Last => ties.clone().sum::<u64>() - selected,
        };
        for (block, ties) in (0..).zip(ties) {
            if left <= ties {
                return Cut { block, ties: left };
            }
            left -= ties;
        }
        self.all_ties()
    }
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

    /// The `keep` largest by a full sort: NaN is never kept.
    fn oracle(values: &[f32], keep: usize, ties: Ties) -> Vec<f32> {
        let mut order: Vec<usize> = (0..values.len()).filter(|i| !values[*i].is_nan()).collect();
        if ties == Ties::Last {
            order.reverse();
        }
        order.sort_by(|a, b| values[*b].abs().total_cmp(&values[*a].abs()));
        let mut kept = vec![0.0; values.len()];
        order.iter().take(keep).for_each(|i| kept[*i] = values[*i]);
        kept
    }

    /// Runs a selection over blocks of `block` elements in parts of `part`; answers what is kept, and the passes it took.
    fn select(
        values: &[f32],
        (keep, ties): (u64, Ties),
        sample: &[f32],
        limit: u64,
        block: usize,
        part: usize,
    ) -> (Vec<f32>, usize) {
        let mut sample: Vec<u32> = sample.iter().map(|x| x.key()).collect();
        let mut selection = Selection::new::<f32>(keep, ties, values.len() as u64, &mut sample, limit);
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
        let (mut kept, mut one_by_one) = (values.to_vec(), values.to_vec());
        for (number, block) in (0..).zip(kept.chunks_mut(block)) {
            let mut ties = selection.ties_of_block(number);
            block.chunks_mut(part).for_each(|part| selection.keep(Level::SCALAR, part, &mut ties));
        }
        for (number, block) in (0..).zip(one_by_one.chunks_mut(block)) {
            let mut ties = selection.ties_of_block(number);
            block.iter_mut().filter(|x| !selection.selects(**x, &mut ties)).for_each(|x| *x = 0.0);
        }
        assert!(kept.iter().zip(&one_by_one).all(|(a, b)| a.to_bits() == b.to_bits()));
        let least = kept.iter().filter(|x| **x != 0.0).map(|x| x.abs()).reduce(f32::min);
        assert!(least.is_none_or(|least| selection.threshold::<f32>() <= Some(least)));
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
            share in 0.0..1.0f64, last: bool, limit in 0u64..100, block in 1usize..100, part in 1usize..40,
        ) {
            let keep = ((share * values.len() as f64) as u64).max(1);
            let ties = if last { Ties::Last } else { Ties::First };
            let (kept, _) = select(&values, (keep, ties), &sample, limit, block, part);
            let expected = oracle(&values, keep as usize, ties);
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
            let (kept, passes) = select(&values, (keep, Ties::First), &sample, 10_000, 1 << 12, 1 << 10);
            assert_eq!(kept, oracle(&values, keep as usize, Ties::First));
            assert_eq!(passes, 1, "for {keep}");
        }
    }
}
