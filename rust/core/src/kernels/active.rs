//! Elements that some models changed: their magnitude in a task vector is above a threshold. `counts` says for each element how
//! many models changed it. All slices of one call have the same length.

use super::simd::kernels;

kernels! {
    /// `counts = counts + 1` where the element is active
    pub fn count_active<R>(threshold: R, x: &[R], counts: &mut [R]) {
        for (n, x) in counts.iter_mut().zip(x) {
            *n += if x.abs() > threshold { R::ONE } else { R::ZERO };
        }
    }

    /// Adds to `shares` how many active elements of `x` are active in others too, and how many in `x` alone.
    pub fn add_shares<R>(threshold: R, x: &[R], counts: &[R], shares: &mut [u64; 2]) {
        for (x, n) in x.chunks(1 << 14).zip(counts.chunks(1 << 14)) {
            let (mut shared, mut unique) = (0u32, 0u32);
            for (x, n) in x.iter().zip(n) {
                let active = x.abs() > threshold;
                shared += u32::from(active & (*n > R::ONE));
                unique += u32::from(active & (*n == R::ONE));
            }
            shares[0] += u64::from(shared);
            shares[1] += u64::from(unique);
        }
    }

    /// Adds the active elements of `x` to `out`: times `strength` where no other model changed them, divided by the number of
    /// models elsewhere.
    pub fn add_active<R>(threshold: R, x: &[R], counts: &[R], strength: R, out: &mut [R]) {
        for ((o, x), n) in out.iter_mut().zip(x).zip(counts) {
            let share = if *n > R::ONE { *x / *n } else { *x * strength };
            *o += if x.abs() > threshold { share } else { R::ZERO };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::simd::Level;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn active_elements_are_counted_and_added(rows in prop::collection::vec(prop::array::uniform3(-2i8..=2), 0..100)) {
            let columns: Vec<Vec<f32>> =
                (0..3).map(|c| rows.iter().map(|row| f32::from(row[c])).collect()).collect();
            let active = |x: f32| x.abs() > 1.0;
            for level in Level::available() {
                let mut counts = vec![0.0; rows.len()];
                columns.iter().for_each(|x| count_active(level, 1.0, x, &mut counts));
                for (row, count) in rows.iter().zip(&counts) {
                    prop_assert_eq!(row.iter().filter(|x| active(f32::from(**x))).count(), *count as usize);
                }
                let mut shares = [10, 20];
                add_shares(level, 1.0, &columns[0], &counts, &mut shares);
                let of = |test: fn(f32) -> bool| {
                    columns[0].iter().zip(&counts).filter(|(x, n)| active(**x) && test(**n)).count() as u64
                };
                prop_assert_eq!(shares, [10 + of(|n| n > 1.0), 20 + of(|n| n == 1.0)]);
                let mut out = vec![0.25; rows.len()];
                add_active(level, 1.0, &columns[0], &counts, 1.5, &mut out);
                for ((x, n), out) in columns[0].iter().zip(&counts).zip(&out) {
                    let share = if *n > 1.0 { x / n } else { x * 1.5 };
                    prop_assert_eq!(*out, 0.25 + if active(*x) { share } else { 0.0 });
                }
            }
        }
    }
}
