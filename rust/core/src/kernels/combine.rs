//! Element-wise combinations. All slices of one call have the same length.

use super::simd::kernels;

kernels! {
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

    /// `out = out / d`
    pub fn divide<R>(d: R, out: &mut [R]) {
        for o in out.iter_mut() {
            *o = *o / d;
        }
    }

    /// `out = out / d`, where a divisor of 0 counts as 1
    pub fn divide_each<R>(d: &[R], out: &mut [R]) {
        for (o, d) in out.iter_mut().zip(d) {
            *o = *o / if *d == R::ZERO { R::ONE } else { *d };
        }
    }

    /// `out = x − base`, the task vector
    pub fn subtract<R>(x: &[R], base: &[R], out: &mut [R]) {
        for ((o, x), b) in out.iter_mut().zip(x).zip(base) {
            *o = *x - *b;
        }
    }

    /// `out = base + w·out`
    pub fn add_to_base<R>(base: &[R], w: R, out: &mut [R]) {
        for (o, b) in out.iter_mut().zip(base) {
            *o = *b + w * *o;
        }
    }

    /// `out = wa·a + wb·b`
    pub fn blend<R>(wa: R, a: &[R], wb: R, b: &[R], out: &mut [R]) {
        for ((o, a), b) in out.iter_mut().zip(a).zip(b) {
            *o = wa * *a + wb * *b;
        }
    }

    /// `out = out + sign(x)`, where the sign of 0 and of NaN is 0
    pub fn add_sign<R>(x: &[R], out: &mut [R]) {
        for (o, x) in out.iter_mut().zip(x) {
            let up = if *x > R::ZERO { R::ONE } else { R::ZERO };
            let down = if *x < R::ZERO { R::ONE } else { R::ZERO };
            *o += up - down;
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
    use crate::kernels::real::Real;
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
            prop_assert!(same(&run(&|o| scale_in_place(level, w, o)), &each(&|i| w * out[i])));
            prop_assert!(same(&run(&|o| add_scaled(level, w, &x, o)), &each(&|i| out[i] + w * x[i])));
            prop_assert!(same(&run(&|o| add(level, &x, o)), &each(&|i| x[i] + out[i])));
            prop_assert!(same(&run(&|o| scale_each(level, &y, &x, o)), &each(&|i| y[i] * x[i])));
            prop_assert!(same(
                &run(&|o| add_scaled_each(level, &y, &x, o)),
                &each(&|i| out[i] + y[i] * x[i])
            ));
            prop_assert!(same(&run(&|o| divide(level, w, o)), &each(&|i| out[i] / w)));
            let divisor = |i: usize| if y[i] == R::ZERO { R::ONE } else { y[i] };
            prop_assert!(same(&run(&|o| divide_each(level, &y, o)), &each(&|i| out[i] / divisor(i))));
            prop_assert!(same(&run(&|o| subtract(level, &x, &y, o)), &each(&|i| x[i] - y[i])));
            prop_assert!(same(&run(&|o| add_to_base(level, &x, w, o)), &each(&|i| x[i] + w * out[i])));
            prop_assert!(same(&run(&|o| blend(level, w, &x, v, &y, o)), &each(&|i| w * x[i] + v * y[i])));
            prop_assert!(same(&run(&|o| add_sign(level, &x, o)), &each(&|i| out[i] + sign(x[i]))));
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
