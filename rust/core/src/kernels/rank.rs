//! Counting by rank of magnitude, without sorting. Ranks go by [`Real::key`](super::real::Real::key).

use super::real::is_between;
use super::simd::kernels;
use std::sync::atomic::{AtomicU64, Ordering};

/// Elements looked at side by side, long enough to fill registers of any width.
const LANES: usize = 64;

/// Rows of them that are looked at together before any element is taken out, a bit of a word for each.
const ROWS: usize = 16;

kernels! {
    /// Counts the elements with a magnitude of at least `high`, and appends the keys of the others with one of at least `low` to
    /// `inside`. A NaN is neither; where `high` is NaN, no element is counted.
    pub fn gather_between<R>(values: &[R], low: R, high: R, inside: &mut Vec<R::Key>) -> u64 {
        let (groups, rest) = values.as_chunks::<{ LANES * ROWS }>();
        let mut above = 0;
        for group in groups {
            let (mut over, mut found) = ([0u32; LANES], [0u32; LANES]);
            for (number, row) in group.as_chunks::<LANES>().0.iter().enumerate() {
                for i in 0..LANES {
                    let magnitude = row[i].abs();
                    over[i] += u32::from(magnitude >= high);
                    found[i] |= if is_between(magnitude, low, high) { 1 << number } else { 0 };
                }
            }
            for (lane, found) in found.iter_mut().enumerate() {
                while *found != 0 {
                    inside.push(group[found.trailing_zeros() as usize * LANES + lane].key());
                    *found &= *found - 1;
                }
            }
            above += over.iter().map(|lane| u64::from(*lane)).sum::<u64>();
        }
        for x in rest {
            above += u64::from(x.abs() >= high);
            inside.extend(is_between(x.abs(), low, high).then(|| x.key()));
        }
        above
    }

    /// Counts the elements with a key of at least `high`, and those with a key in `low..high`.
    pub fn count_between<R>(values: &[R], low: R::Key, high: R::Key) -> (u64, u64) {
        let (mut above, mut inside) = (0, 0);
        for part in values.chunks(1 << 14) {
            let (mut over, mut found) = (0u32, 0u32);
            for x in part {
                let key = x.key();
                over += u32::from(key >= high);
                found += u32::from((key >= low) & (key < high));
            }
            above += u64::from(over);
            inside += u64::from(found);
        }
        (above, inside)
    }

    /// Adds 1 to bucket `(key − low) >> shift` for each element with a key in `low..high`.
    pub fn count_buckets<R>(values: &[R], low: R::Key, high: R::Key, shift: u32, buckets: &[AtomicU64]) {
        let (low, high): (u64, u64) = (low.into(), high.into());
        for x in values {
            let key: u64 = x.key().into();
            if key >= low && key < high {
                buckets[((key - low) >> shift) as usize].fetch_add(1, Ordering::Relaxed);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::real::Real;
    use crate::kernels::simd::Level;
    use proptest::prelude::*;

    fn check<R: Real>(values: &[f64], low: f64, high: f64) -> Result<(), TestCaseError> {
        let values: Vec<R> = values.iter().map(|x| R::from_f64(*x)).collect();
        let (lower, higher) = (R::from_f64(low.min(high)), R::from_f64(low.max(high)));
        let (low, high) = (lower.key(), higher.key());
        let mut keys: Vec<R::Key> =
            values.iter().map(|x| x.key()).filter(|key| *key >= low && *key < high).collect();
        keys.sort();
        let above = values.iter().filter(|x| x.key() >= high).count() as u64;
        let width = Into::<u64>::into(high) - Into::<u64>::into(low);
        let shift = (width / 100).next_power_of_two().trailing_zeros();
        for level in Level::available() {
            let mut inside = vec![R::ONE.key()];
            prop_assert_eq!(gather_between(level, &values, lower, higher, &mut inside), above);
            prop_assert_eq!(inside[0], R::ONE.key());
            inside[1..].sort();
            prop_assert_eq!(&inside[1..], &keys);
            prop_assert_eq!(count_between(level, &values, low, high), (above, keys.len() as u64));
            let buckets: Vec<_> = (0..=width >> shift).map(|_| AtomicU64::new(0)).collect();
            count_buckets(level, &values, low, high, shift, &buckets);
            for (i, bucket) in (0..).zip(&buckets) {
                let expected =
                    keys.iter().filter(|k| (Into::<u64>::into(**k) - Into::<u64>::into(low)) >> shift == i);
                prop_assert_eq!(bucket.load(Ordering::Relaxed), expected.count() as u64);
            }
        }
        Ok(())
    }

    proptest! {
        #[test]
        fn counts_what_a_plain_loop_counts(
            values in prop::collection::vec(prop_oneof![8 => -2.0..2.0f64, 1 => Just(f64::NAN), 1 => Just(0.0), 1 => Just(f64::INFINITY)], 0..2500),
            low in 0.0..2.0f64, high in 0.0..2.0f64,
        ) {
            check::<f32>(&values, low, high)?;
            check::<f64>(&values, low, high)?;
        }
    }
}
