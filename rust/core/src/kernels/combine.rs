//! Element-wise combinations. All slices of one call have the same length.

use super::real::Real;
use super::simd::kernels;

/// `out = Σ wᵢxᵢ`, divided by the divisor if there is one, where the compiler knows the number of terms.
#[inline(always)]
fn sum_few<R: Real, const N: usize>(x: &[&[R]], w: &[R], divisor: Option<R>, out: &mut [R]) {
    let len = out.len();
    let x: [&[R]; N] = std::array::from_fn(|n| &x[n][..len]);
    let w: [R; N] = std::array::from_fn(|n| w[n]);
    let sum = |i: usize| (1..N).fold(w[0] * x[0][i], |sum, n| sum + w[n] * x[n][i]);
    match divisor {
        Some(divisor) => (0..len).for_each(|i| out[i] = sum(i) / divisor),
        None => (0..len).for_each(|i| out[i] = sum(i)),
    }
}

kernels! {
    /// `out = Σ wᵢxᵢ`, added up in this order, and divided by the divisor if there is one
    pub fn weighted_sum<R>(x: &[&[R]], w: &[R], divisor: Option<R>, out: &mut [R]) {
        match x.len() {
            0 => out.fill(R::ZERO),
            1 => sum_few::<R, 1>(x, w, divisor, out),
            2 => sum_few::<R, 2>(x, w, divisor, out),
            3 => sum_few::<R, 3>(x, w, divisor, out),
            4 => sum_few::<R, 4>(x, w, divisor, out),
            _ => {
                sum_few::<R, 4>(x, w, None, out);
                for (x, w) in x[4..].iter().zip(&w[4..]) {
                    out.iter_mut().zip(*x).for_each(|(o, x)| *o += *w * *x);
                }
                if let Some(divisor) = divisor {
                    out.iter_mut().for_each(|o| *o = *o / divisor);
                }
            }
        }
    }

    /// `out = w·x`
    pub fn scale<R>(w: R, x: &[R], out: &mut [R]) {
        for (o, x) in out.iter_mut().zip(x) {
            *o = w * *x;
        }
    }

    /// `out = w·out`
    pub fn scale_in_place<R>(w: R, out: &mut [R]) {
        for o in out.iter_mut() {
            *o = w * *o;
        }
    }

    /// `out = out + w·x`
    pub fn add_scaled<R>(w: R, x: &[R], out: &mut [R]) {
        for (o, x) in out.iter_mut().zip(x) {
            *o += w * *x;
        }
    }

    /// `out = out + x`
    pub fn add<R>(x: &[R], out: &mut [R]) {
        for (o, x) in out.iter_mut().zip(x) {
            *o = *x + *o;
        }
    }

    /// `out = w·x`, with a factor for each element
    pub fn scale_each<R>(w: &[R], x: &[R], out: &mut [R]) {
        for ((o, w), x) in out.iter_mut().zip(w).zip(x) {
            *o = *w * *x;
        }
    }

    /// `out = out + w·x`, with a factor for each element
    pub fn add_scaled_each<R>(w: &[R], x: &[R], out: &mut [R]) {
        for ((o, w), x) in out.iter_mut().zip(w).zip(x) {
            *o += *w * *x;
        }
    }

    /// `out = out / max(d, least)`
    pub fn divide_each_at_least<R>(least: R, d: &[R], out: &mut [R]) {
        for (o, d) in out.iter_mut().zip(d) {
            *o = *o / if *d > least { *d } else { least };
        }
    }

    /// `out = 0` where `condition` is 0
    pub fn keep_where<R>(condition: &[R], out: &mut [R]) {
        for (o, c) in out.iter_mut().zip(condition) {
            *o = if *c == R::ZERO { R::ZERO } else { *o };
        }
    }

    /// `out = Σ (xᵢ − m)² / n` with m = Σ xᵢ / n: the variance of each element over n slices, of which the first elements count.
    pub fn variance<R>(x: &[Vec<R>], out: &mut [R]) {
        let n = R::from_f64(x.len() as f64);
        let mut mean = [R::ZERO; 64];
        let mut done = 0;
        for part in out.chunks_mut(64) {
            let mean = &mut mean[..part.len()];
            mean.fill(R::ZERO);
            part.fill(R::ZERO);
            for x in x {
                mean.iter_mut().zip(&x[done..]).for_each(|(m, x)| *m += *x);
            }
            mean.iter_mut().for_each(|m| *m = *m / n);
            for x in x {
                for ((o, x), m) in part.iter_mut().zip(&x[done..]).zip(&*mean) {
                    let d = *x - *m;
                    *o += d * d;
                }
            }
            part.iter_mut().for_each(|o| *o = *o / n);
            done += part.len();
        }
    }

    /// `out = (1 − q)·a + q·b` with `q = clamp(t / max(|a − b|, smallest), 0, 1)`
    pub fn near_blend<R>(t: R, smallest: R, a: &[R], b: &[R], out: &mut [R]) {
        for ((o, a), b) in out.iter_mut().zip(a).zip(b) {
            let apart = (*a - *b).abs();
            let q = t / if apart > smallest { apart } else { smallest };
            let q = if q > R::ZERO { q } else { R::ZERO };
            let q = if q < R::ONE { q } else { R::ONE };
            *o = (R::ONE - q) * *a + q * *b;
        }
    }

    /// `out = |b − a|·w`
    pub fn importances<R>(b: &[R], a: &[R], w: R, out: &mut [R]) {
        for ((o, b), a) in out.iter_mut().zip(b).zip(a) {
            *o = (*b - *a).abs() * w;
        }
    }

    /// `out = a + (b − a)` where the importance is at least the threshold, `a` elsewhere
    pub fn add_important<R>(threshold: R, importance: &[R], b: &[R], a: &[R], out: &mut [R]) {
        for (((o, i), b), a) in out.iter_mut().zip(importance).zip(b).zip(a) {
            *o = *a + if *i >= threshold { *b - *a } else { R::ZERO };
        }
    }

    /// `out = x − base`, the task vector
    pub fn subtract<R>(x: &[R], base: &[R], out: &mut [R]) {
        for ((o, x), b) in out.iter_mut().zip(x).zip(base) {
            *o = *x - *b;
        }
    }

    /// Adds the elements of `x` that have the elected sign to `sum`, and their model's weight `w` to `weights`. The sign
    /// elected is + where `election ≥ 0`, − elsewhere; a zero has neither.
    pub fn add_elected<R>(x: &[R], w: R, election: &[R], sum: &mut [R], weights: &mut [R]) {
        for (((x, e), s), d) in x.iter().zip(election).zip(sum).zip(weights) {
            let up = *e >= R::ZERO;
            let kept = (*x > R::ZERO) & up | (*x < R::ZERO) & !up;
            *s += if kept { *x } else { R::ZERO };
            *d += if kept { w } else { R::ZERO };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::simd::Level;
    use proptest::prelude::*;

    /// Compares bits, any NaN with any other.
    fn same<R: Real>(a: &[R], b: &[R]) -> bool {
        a.len() == b.len()
            && a.iter().zip(b).all(|(a, b)| {
                a.to_f64().to_bits() == b.to_f64().to_bits() || a.to_f64().is_nan() && b.to_f64().is_nan()
            })
    }

    fn check<R: Real>(w: f64, v: f64, rows: &[[f64; 4]]) -> Result<(), TestCaseError> {
        let [w, v] = [w, v].map(R::from_f64);
        let column = |i: usize| rows.iter().map(|row| R::from_f64(row[i])).collect::<Vec<_>>();
        let [x, y, out, more] = [0, 1, 2, 3].map(column);
        let each = |f: &dyn Fn(usize) -> R| (0..rows.len()).map(f).collect::<Vec<_>>();
        let sign = |x: R| {
            if x > R::ZERO {
                R::ONE
            } else if x < R::ZERO {
                -R::ONE
            } else {
                R::ZERO
            }
        };
        for level in Level::available() {
            let run = |kernel: &dyn Fn(&mut [R])| {
                let mut result = out.clone();
                kernel(&mut result);
                result
            };
            prop_assert!(same(&run(&|o| scale(level, w, &x, o)), &each(&|i| w * x[i])));
            let (terms, factors) = ([&x[..], &y, &out, &more, &y, &x], [w, v, R::ONE, v, w, v]);
            for n in 0..=terms.len() {
                for divisor in [None, Some(v)] {
                    let sum = |i: usize| {
                        let terms = terms[..n].iter().zip(factors).map(|(x, w)| w * x[i]);
                        let sum = terms.reduce(|a, b| a + b).unwrap_or(R::ZERO);
                        divisor.filter(|_| n > 0).map_or(sum, |d| sum / d)
                    };
                    let found = run(&|o| weighted_sum(level, &terms[..n], &factors[..n], divisor, o));
                    prop_assert!(same(&found, &each(&sum)));
                }
            }
            prop_assert!(same(&run(&|o| scale_in_place(level, w, o)), &each(&|i| w * out[i])));
            prop_assert!(same(&run(&|o| add_scaled(level, w, &x, o)), &each(&|i| out[i] + w * x[i])));
            prop_assert!(same(&run(&|o| add(level, &x, o)), &each(&|i| x[i] + out[i])));
            prop_assert!(same(&run(&|o| scale_each(level, &y, &x, o)), &each(&|i| y[i] * x[i])));
            prop_assert!(same(
                &run(&|o| add_scaled_each(level, &y, &x, o)),
                &each(&|i| out[i] + y[i] * x[i])
            ));
            let at_least = |i: usize| if y[i] > w { y[i] } else { w };
            prop_assert!(same(
                &run(&|o| divide_each_at_least(level, w, &y, o)),
                &each(&|i| out[i] / at_least(i))
            ));
            let where_not_zero = |i: usize| if y[i] == R::ZERO { R::ZERO } else { out[i] };
            prop_assert!(same(&run(&|o| keep_where(level, &y, o)), &each(&where_not_zero)));
            let three = R::from_f64(3.0);
            let of_three = |i: usize| {
                let mean = (R::ZERO + x[i] + y[i] + more[i]) / three;
                let square = |x: R| (x - mean) * (x - mean);
                (R::ZERO + square(x[i]) + square(y[i]) + square(more[i])) / three
            };
            let slices = [x.clone(), y.clone(), more.clone()];
            prop_assert!(same(&run(&|o| variance(level, &slices, o)), &each(&of_three)));
            let near = |i: usize| {
                let apart = (x[i] - y[i]).abs();
                let q = w / if apart > v { apart } else { v };
                let q = if q > R::ONE {
                    R::ONE
                } else if q > R::ZERO {
                    q
                } else {
                    R::ZERO
                };
                (R::ONE - q) * x[i] + q * y[i]
            };
            prop_assert!(same(
                &run(&|o| importances(level, &x, &y, w, o)),
                &each(&|i| (x[i] - y[i]).abs() * w)
            ));
            let important = |i: usize| y[i] + if more[i] >= w { x[i] - y[i] } else { R::ZERO };
            prop_assert!(same(&run(&|o| add_important(level, w, &more, &x, &y, o)), &each(&important)));
            prop_assert!(same(&run(&|o| near_blend(level, w, v, &x, &y, o)), &each(&near)));
            prop_assert!(same(&run(&|o| subtract(level, &x, &y, o)), &each(&|i| x[i] - y[i])));
            let kept = |i: usize| sign(x[i]) == if y[i] >= R::ZERO { R::ONE } else { -R::ONE };
            let (mut sums, mut weights) = (out.clone(), more.clone());
            add_elected(level, &x, w, &y, &mut sums, &mut weights);
            let elected = |i: usize, x: R| if kept(i) { x } else { R::ZERO };
            prop_assert!(same(&sums, &each(&|i| out[i] + elected(i, x[i]))));
            prop_assert!(same(&weights, &each(&|i| more[i] + elected(i, w))));
        }
        Ok(())
    }

    fn number() -> impl Strategy<Value = f64> {
        prop_oneof![
            8 => -2.0..2.0f64,
            1 => prop::sample::select(vec![0.0, -0.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e-42, -3e38, 5e-324]),
        ]
    }

    proptest! {
        #[test]
        fn combinations_are_their_formulas_at_every_level_and_length(
            w in number(), v in number(), rows in prop::collection::vec(prop::array::uniform4(number()), 0..130),
        ) {
            check::<f32>(w, v, &rows)?;
            check::<f64>(w, v, &rows)?;
        }
    }
}
