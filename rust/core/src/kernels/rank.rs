//! Counting by rank of magnitude, without sorting. Ranks go by [`Real::key`](super::real::Real::key).

use super::simd::kernels;
use std::sync::atomic::{AtomicU64, Ordering};

/// Elements looked at together before any is taken out, a bit of a word for each.
const GROUP: usize = 32;

/// Elements looked at side by side.
const LANES: usize = 16;

kernels! {
    /// Counts the elements with a key of at least `high`, and appends the keys in `low..high` to `inside` in their order.
    pub fn gather_between<R>(values: &[R], low: R::Key, high: R::Key, inside: &mut Vec<R::Key>) -> u64 {
        let (groups, rest) = values.as_chunks::<GROUP>();
        let mut above = 0;
        for many in groups.chunks(1 << 20) {
            let mut over = [0u32; LANES];
            for group in many {
                let mut found = [0u32; LANES];
                for (part, lanes) in group.as_chunks::<LANES>().0.iter().enumerate() {
                    for i in 0..LANES {
                        let key = lanes[i].key();
                        over[i] += u32::from(key >= high);
                        found[i] |= if (key >= low) & (key < high) { 1 << (part * LANES + i) } else { 0 };
                    }
                }
                let mut found = found.iter().fold(0, |all, lane| all | lane);
                while found != 0 {
                    inside.push(group[found.trailing_zeros() as usize].key());
                    found &= found - 1;
                }
            }
            above += over.iter().map(|lane| u64::from(*lane)).sum::<u64>();
        }
        for x in rest {
            above += u64::from(x.key() >= high);
            inside.extend(Some(x.key()).filter(|key| (low..high).contains(key)));
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
        let (low, high) = (R::from_f64(low).key(), R::from_f64(high).key());
        let (low, high) = (low.min(high), low.max(high));
        let keys: Vec<R::Key> =
            values.iter().map(|x| x.key()).filter(|key| *key >= low && *key < high).collect();
        let above = values.iter().filter(|x| x.key() >= high).count() as u64;
        let width = Into::<u64>::into(high) - Into::<u64>::into(low);
        let shift = (width / 100).next_power_of_two().trailing_zeros();
        for level in Level::available() {
            let mut inside = vec![R::ONE.key()];
            prop_assert_eq!(gather_between(level, &values, low, high, &mut inside), above);
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
            values in prop::collection::vec(prop_oneof![8 => -2.0..2.0f64, 1 => Just(f64::NAN), 1 => Just(0.0), 1 => Just(f64::INFINITY)], 0..200),
            low in 0.0..2.0f64, high in 0.0..2.0f64,
        ) {
            check::<f32>(&values, low, high)?;
            check::<f64>(&values, low, high)?;
        }
    }
}
