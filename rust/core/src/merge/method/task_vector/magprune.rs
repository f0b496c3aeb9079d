//! The masks of `della`: each element is kept with a probability that grows with its rank in its row (Deep et al., "DELLA-Merging:
//! reducing interference in model merging through magnitude-based sampling", 2024).

use crate::kernels::real::Real;
use crate::merge::rng::Words;

/// Bits of a digit that keys are sorted by.
const DIGIT: u32 = 11;

/// The probabilities of the ranks in a row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Probabilities {
    /// That of the middle rank.
    pub density: f64,
    /// How far those of the lowest and the highest rank are from it.
    pub epsilon: f64,
}

impl Probabilities {
    /// Why these are none, if so.
    pub fn problem(self) -> Option<String> {
        let Probabilities { density, epsilon } = self;
        let fits = density - epsilon > 0.0 && density + epsilon < 1.0;
        (!fits).then(|| {
            format!(
                "density {density} with epsilon {epsilon} gives probabilities from {} to {}, but they must lie \
                 between 0 and 1: choose a smaller epsilon",
                density - epsilon,
                density + epsilon
            )
        })
    }

    /// That of a rank, which counts from 0, in a row of so many elements.
    fn of_rank(self, rank: u64, row: u64) -> f64 {
        match row {
            1 => self.density,
            _ => self.density - self.epsilon + rank as f64 / (row - 1) as f64 * (2.0 * self.epsilon),
        }
    }
}

/// Sets a bit of `bits`, from number `at` on, for each element of a row that is kept. The row is given by its keys and the
/// elements' random words; ties in the ranking go by the lower index.
pub fn keep_by_rank<R: Real>(
    keys: &[R::Key],
    drawn: &[u32],
    words: &Words,
    probabilities: Probabilities,
    bits: &mut [u64],
    at: usize,
    work: &mut Ranking<R::Key>,
) {
    let row = keys.len() as u64;
    for (rank, item) in (0..).zip(work.sort(keys)) {
        let index = item.index as usize;
        let kept = u64::from(drawn[index]) < words.threshold(probabilities.of_rank(rank, row));
        bits[(at + index) / 64] |= u64::from(kept) << ((at + index) % 64);
    }
}

/// An element of a row.
#[derive(Debug, Clone, Copy, Default)]
pub struct Item<K> {
    key: K,
    index: u32,
}

/// Sorts rows; the memory is used again.
#[derive(Debug)]
pub struct Ranking<K> {
    items: Vec<Item<K>>,
    other: Vec<Item<K>>,
}

impl<K: Copy + Default + Into<u64>> Ranking<K> {
    /// No row yet.
    pub fn new() -> Self {
        Ranking { items: Vec::new(), other: Vec::new() }
    }

    /// The elements in rising order of their keys, equal ones in that of their indices. A radix sort, from the last digit on.
    fn sort(&mut self, keys: &[K]) -> &[Item<K>] {
        self.items.clear();
        self.items.extend((0..).zip(keys).map(|(index, key)| Item { key: *key, index }));
        self.other.resize(keys.len(), Item::default());
        let varying =
            keys.iter().fold((u64::MAX, 0), |(all, any), key| (all & (*key).into(), any | (*key).into()));
        let varying = varying.0 ^ varying.1;
        for shift in (0..u64::BITS).step_by(DIGIT as usize) {
            let mask = (1 << DIGIT) - 1;
            if varying >> shift & mask == 0 {
                continue;
            }
            let digit = |item: &Item<K>| (item.key.into() >> shift & mask) as usize;
            let mut places = [0u32; 1 << DIGIT];
            self.items.iter().for_each(|item| places[digit(item)] += 1);
            let mut next = 0;
            for place in &mut places {
                (*place, next) = (next, next + *place);
            }
            for item in &self.items {
                let place = &mut places[digit(item)];
                self.other[*place as usize] = *item;
                *place += 1;
            }
            std::mem::swap(&mut self.items, &mut self.other);
        }
        &self.items
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn sorts_stably(values in prop::collection::vec(prop_oneof![-1.0..1.0f64, Just(0.5), Just(f64::NAN)], 0..300)) {
            fn check<R: Real>(values: &[f64]) -> Vec<u32> {
                let keys: Vec<_> = values.iter().map(|x| R::from_f64(*x).key()).collect();
                let mut expected: Vec<u32> = (0..keys.len() as u32).collect();
                expected.sort_by_key(|i| keys[*i as usize]);
                let mut ranking = Ranking::new();
                ranking.sort(&keys[..keys.len() / 2]);
                let found: Vec<_> = ranking.sort(&keys).iter().map(|item| item.index).collect();
                assert_eq!(found, expected);
                found
            }
            check::<f32>(&values);
            check::<f64>(&values);
        }
    }

    #[test]
    fn probabilities_rise_with_the_rank() {
        let p = Probabilities { density: 0.5, epsilon: 0.25 };
        assert_eq!([0, 1, 2].map(|rank| p.of_rank(rank, 3)), [0.25, 0.5, 0.75]);
        assert_eq!(p.of_rank(0, 1), 0.5);
        assert_eq!(p.problem(), None);
        let wide = Probabilities { density: 0.9, epsilon: 0.25 };
        assert!(wide.problem().is_some_and(|text| text.contains("from 0.65 to 1.15")));
    }
}
