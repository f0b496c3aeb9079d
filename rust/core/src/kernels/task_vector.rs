//! What merges of task vectors do to each element: the difference from the base, what is kept of it and its weight; then the
//! election of signs and the sum, in one go. All slices of one call have the same length.

use super::real::{Real, is_between};
use super::reduce::{LANES, Lanes, finite};
use super::simd::kernels;

/// Which elements of a task vector take part. The others count as 0.
#[derive(Debug, Clone, Copy)]
pub enum Kept<'k, R> {
    /// All of them.
    All,
    /// Those with a magnitude of at least the first number that is not at least the second; that may be NaN for none. A NaN is
    /// not among them.
    Between(R, R),
    /// Those whose bit is 1. Bit 0 of the first word is that of the first element.
    Bits(&'k [u64]),
}

/// What becomes of the weighted differences.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Consensus<R> {
    /// All are added up, and the sum divided by this, if there is something.
    All(Option<R>),
    /// Only those with the elected sign are, and with `normalize` the sum is divided by the weights of the models that took part,
    /// a sum of 0 counting as 1.
    Elected {
        /// How the sign is elected.
        by: Election,
        /// Whether the sum is divided.
        normalize: bool,
    },
}

/// How the sign of each element is elected: + where the votes add up to 0 or more, − elsewhere. A zero has no sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Election {
    /// By the sum of the weighted differences.
    Mass,
    /// By the number of models of each sign.
    Count,
}

/// Elements with a word of bits.
const WORD: usize = 64;

/// Elements of which a merge of many models is made at a time.
const PART: usize = 256;

/// 1, −1, or 0 for 0 and NaN.
#[inline(always)]
fn sign<R: Real>(x: R) -> R {
    let up = if x > R::ZERO { R::ONE } else { R::ZERO };
    let down = if x < R::ZERO { R::ONE } else { R::ZERO };
    up - down
}

/// The elected sign, 1 or −1.
#[inline(always)]
fn elected<R: Real>(votes: R) -> R {
    if votes >= R::ZERO { R::ONE } else { -R::ONE }
}

/// The number if it is positive, else 0.
#[inline(always)]
fn positive<R: Real>(x: R) -> R {
    if x > R::ZERO { x } else { R::ZERO }
}

/// The weight of a model whose difference, times the elected sign, is positive.
#[inline(always)]
fn counting<R: Real>(along: R, weight: R) -> R {
    if along > R::ZERO { weight } else { R::ZERO }
}

#[inline(always)]
fn divided<R: Real>(sum: R, weight: R) -> R {
    sum / if weight == R::ZERO { R::ONE } else { weight }
}

/// Adds magnitudes of differences to the sums of all and of those that are kept; `value` says what a magnitude counts.
#[inline(always)]
fn add_both<R: Real>([all, of_kept]: [&mut f64; 2], magnitude: R, is_kept: bool, value: &impl Fn(R) -> f64) {
    *all += value(magnitude);
    *of_kept += value(if is_kept { magnitude } else { R::ZERO });
}

#[inline(always)]
fn magnitudes<R: Real>(
    x: &[R],
    base: &[R],
    kept: Kept<'_, R>,
    sums: &[Lanes; 2],
    value: impl Fn(R) -> f64,
) -> [Lanes; 2] {
    let [mut all, mut of_kept] = sums.map(|mut lanes| *lanes.sums());
    let ((xs, x_rest), (bases, base_rest)) = (x.as_chunks::<LANES>(), base.as_chunks::<LANES>());
    let done = xs.len() * LANES;
    match kept {
        Kept::Bits(bits) => {
            for (number, (x, base)) in xs.iter().zip(bases).enumerate() {
                let bits = (bits[number * LANES / WORD] >> (number * LANES % WORD)) as u32;
                for i in 0..LANES {
                    let is_kept = bits & 1 << i != 0;
                    add_both([&mut all[i], &mut of_kept[i]], (x[i] - base[i]).abs(), is_kept, &value);
                }
            }
            for (i, (x, base)) in x_rest.iter().zip(base_rest).enumerate() {
                let is_kept = bits[(done + i) / WORD] >> ((done + i) % WORD) & 1 != 0;
                add_both([&mut all[i], &mut of_kept[i]], (*x - *base).abs(), is_kept, &value);
            }
        }
        Kept::All | Kept::Between(..) => {
            let (least, beyond) = match kept {
                Kept::Between(least, beyond) => (least, beyond),
                _ => (R::ZERO, R::NAN),
            };
            for (x, base) in xs.iter().zip(bases) {
                for i in 0..LANES {
                    let magnitude = (x[i] - base[i]).abs();
                    let is_kept = is_between(magnitude, least, beyond);
                    add_both([&mut all[i], &mut of_kept[i]], magnitude, is_kept, &value);
                }
            }
            for (i, (x, base)) in x_rest.iter().zip(base_rest).enumerate() {
                let magnitude = (*x - *base).abs();
                let is_kept = is_between(magnitude, least, beyond);
                add_both([&mut all[i], &mut of_kept[i]], magnitude, is_kept, &value);
            }
        }
    }
    [Lanes::from(all), Lanes::from(of_kept)]
}

/// `out = base + λ·Σδᵢ`, where the compiler knows the number of models.
#[inline(always)]
fn sum_few<R: Real, const N: usize>(
    base: &[R],
    deltas: &[&[R]],
    divisor: Option<R>,
    lambda: R,
    out: &mut [R],
) {
    let base = &base[..out.len()];
    let deltas: [&[R]; N] = std::array::from_fn(|n| &deltas[n][..base.len()]);
    let sum = |i: usize| deltas.iter().fold(R::ZERO, |sum, delta| sum + delta[i]);
    match divisor {
        Some(divisor) => (0..out.len()).for_each(|i| out[i] = base[i] + lambda * (sum(i) / divisor)),
        None => (0..out.len()).for_each(|i| out[i] = base[i] + lambda * sum(i)),
    }
}

/// The same of the elements with the sign that is elected by mass.
#[inline(always)]
fn elect_few<R: Real, const N: usize, const NORMALIZE: bool>(
    base: &[R],
    deltas: &[&[R]],
    weights: &[R],
    lambda: R,
    out: &mut [R],
) {
    let base = &base[..out.len()];
    let deltas: [&[R]; N] = std::array::from_fn(|n| &deltas[n][..base.len()]);
    let weights: [R; N] = std::array::from_fn(|n| weights[n]);
    for i in 0..out.len() {
        let votes = deltas.iter().fold(R::ZERO, |votes, delta| votes + delta[i]);
        let sign = elected(votes);
        let (mut sum, mut weight) = (R::ZERO, R::ZERO);
        for n in 0..N {
            let along = deltas[n][i] * sign;
            sum += positive(along) * sign;
            weight += counting(along, weights[n]);
        }
        out[i] = base[i] + lambda * if NORMALIZE { divided(sum, weight) } else { sum };
    }
}

/// The same for any number of models and any consensus, model by model.
#[inline(always)]
fn sum_many<R: Real>(
    base: &[R],
    deltas: &[&[R]],
    weights: &[R],
    consensus: Consensus<R>,
    lambda: R,
    out: &mut [R],
) {
    let [mut votes, mut weight] = [[R::ZERO; PART]; 2];
    for (number, out) in out.chunks_mut(PART).enumerate() {
        let from = number * PART;
        let (votes, weight) = (&mut votes[..out.len()], &mut weight[..out.len()]);
        let deltas = || deltas.iter().map(|delta| &delta[from..from + out.len()]);
        let mut sum = [R::ZERO; PART];
        let sum = &mut sum[..out.len()];
        match consensus {
            Consensus::All(divisor) => {
                for delta in deltas() {
                    sum.iter_mut().zip(delta).for_each(|(sum, d)| *sum += *d);
                }
                if let Some(divisor) = divisor {
                    sum.iter_mut().for_each(|sum| *sum = *sum / divisor);
                }
            }
            Consensus::Elected { by, normalize } => {
                votes.fill(R::ZERO);
                weight.fill(R::ZERO);
                for delta in deltas() {
                    match by {
                        Election::Mass => votes.iter_mut().zip(delta).for_each(|(v, d)| *v += *d),
                        Election::Count => votes.iter_mut().zip(delta).for_each(|(v, d)| *v += sign(*d)),
                    }
                }
                votes.iter_mut().for_each(|votes| *votes = elected(*votes));
                for (delta, w) in deltas().zip(weights) {
                    for ((sum, d), sign) in sum.iter_mut().zip(delta).zip(&*votes) {
                        *sum += positive(*d * *sign) * *sign;
                    }
                    for ((weight, d), sign) in weight.iter_mut().zip(delta).zip(&*votes) {
                        *weight += counting(*d * *sign, *w);
                    }
                }
                if normalize {
                    sum.iter_mut().zip(&*weight).for_each(|(sum, weight)| *sum = divided(*sum, *weight));
                }
            }
        }
        for ((out, b), sum) in out.iter_mut().zip(&base[from..]).zip(&*sum) {
            *out = *b + lambda * *sum;
        }
    }
}

kernels! {
    /// `delta = s·(x − base)` of what is kept.
    pub fn weigh<R>(x: &[R], base: &[R], kept: Kept<'_, R>, s: R, delta: &mut [R]) {
        match kept {
            Kept::All => {
                for ((d, x), b) in delta.iter_mut().zip(x).zip(base) {
                    *d = s * (*x - *b);
                }
            }
            Kept::Between(least, beyond) => {
                for ((d, x), b) in delta.iter_mut().zip(x).zip(base) {
                    let difference = *x - *b;
                    *d = s * if is_between(difference.abs(), least, beyond) { difference } else { R::ZERO };
                }
            }
            Kept::Bits(bits) => {
                let (deltas, delta_rest) = delta.as_chunks_mut::<WORD>();
                let ((xs, x_rest), (bases, base_rest)) = (x.as_chunks::<WORD>(), base.as_chunks::<WORD>());
                for (((delta, x), base), bits) in deltas.iter_mut().zip(xs).zip(bases).zip(bits) {
                    for half in 0..2 {
                        let bits = (bits >> (half * WORD / 2)) as u32;
                        for bit in 0..WORD / 2 {
                            let i = half * WORD / 2 + bit;
                            delta[i] = s * if bits & 1 << bit == 0 { R::ZERO } else { x[i] - base[i] };
                        }
                    }
                }
                let bits = bits.get(deltas.len()).copied().unwrap_or_default();
                for (i, ((d, x), b)) in delta_rest.iter_mut().zip(x_rest).zip(base_rest).enumerate() {
                    *d = s * if bits >> i & 1 == 0 { R::ZERO } else { *x - *b };
                }
            }
        }
    }

    /// Adds `Σ |x − base|` to the first sum, and to the second the same of what is kept. NaN and infinite differences count as 0.
    pub fn add_magnitudes_of<R>(x: &[R], base: &[R], kept: Kept<'_, R>, sums: &mut [Lanes; 2]) {
        let mut added = magnitudes(x, base, kept, sums, R::to_f64);
        if !added[0].is_finite() {
            added = magnitudes(x, base, kept, sums, finite);
        }
        *sums = added;
    }

    /// `out = base + λ·Σδᵢ`, of the weighted differences δᵢ that the consensus takes.
    pub fn add_task_vectors<R>(
        base: &[R], deltas: &[&[R]], weights: &[R], consensus: Consensus<R>, lambda: R, out: &mut [R],
    ) {
        use Election::Mass;
        match (consensus, deltas.len()) {
            (Consensus::All(divisor), 1) => sum_few::<R, 1>(base, deltas, divisor, lambda, out),
            (Consensus::All(divisor), 2) => sum_few::<R, 2>(base, deltas, divisor, lambda, out),
            (Consensus::All(divisor), 3) => sum_few::<R, 3>(base, deltas, divisor, lambda, out),
            (Consensus::Elected { by: Mass, normalize: false }, 2) => {
                elect_few::<R, 2, false>(base, deltas, weights, lambda, out);
            }
            (Consensus::Elected { by: Mass, normalize: false }, 3) => {
                elect_few::<R, 3, false>(base, deltas, weights, lambda, out);
            }
            (Consensus::Elected { by: Mass, normalize: true }, 2) => {
                elect_few::<R, 2, true>(base, deltas, weights, lambda, out);
            }
            (Consensus::Elected { by: Mass, normalize: true }, 3) => {
                elect_few::<R, 3, true>(base, deltas, weights, lambda, out);
            }
            _ => sum_many(base, deltas, weights, consensus, lambda, out),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::simd::Level;
    use proptest::prelude::*;

    fn number() -> impl Strategy<Value = f32> {
        prop_oneof![
            8 => -2.0..2.0f32,
            1 => prop::sample::select(vec![0.0, -0.0, f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 1e-42, -3e38]),
        ]
    }

    /// Compares bits, any NaN with any other.
    fn bits_of(values: &[f32]) -> Vec<u32> {
        values.iter().map(|x| if x.is_nan() { f32::NAN.to_bits() } else { x.to_bits() }).collect()
    }

    /// The definition, element by element.
    fn merged(base: f32, deltas: &[f32], weights: &[f32], consensus: Consensus<f32>, lambda: f32) -> f32 {
        let sum = match consensus {
            Consensus::All(divisor) => deltas.iter().fold(0.0, |sum, d| sum + d) / divisor.unwrap_or(1.0),
            Consensus::Elected { by, normalize } => {
                let votes = deltas.iter().fold(0.0, |votes: f32, d| match by {
                    Election::Mass => votes + d,
                    Election::Count => votes + sign(*d),
                });
                let elected = if votes >= 0.0 { 1.0 } else { -1.0 };
                let (mut sum, mut weight) = (0.0, 0.0);
                for (d, w) in deltas.iter().zip(weights).filter(|(d, _)| sign(**d) == elected) {
                    (sum, weight) = (sum + d, weight + w);
                }
                if normalize && weight != 0.0 { sum / weight } else { sum }
            }
        };
        base + lambda * sum
    }

    proptest! {
        #[test]
        fn differences_are_weighed_and_measured_by_their_definition(
            rows in prop::collection::vec(prop::array::uniform2(number()), 0..200),
            bits in prop::collection::vec(any::<u64>(), 4), s in number(), least in number(), beyond in number(),
        ) {
            let [x, base] = [0, 1].map(|c| rows.iter().map(|row| row[c]).collect::<Vec<f32>>());
            let difference = |i: usize| x[i] - base[i];
            let inside = |i: usize| {
                let magnitude = difference(i).abs();
                magnitude >= least && (magnitude < beyond || beyond.is_nan())
            };
            type Choice<'c> = (Kept<'c, f32>, &'c dyn Fn(usize) -> bool);
            let choices: [Choice<'_>; 3] = [
                (Kept::All, &|_| true),
                (Kept::Between(least, beyond), &inside),
                (Kept::Bits(&bits), &|i| bits[i / 64] >> (i % 64) & 1 == 1),
            ];
            for level in Level::available() {
                for (kept, is_kept) in choices {
                    let mut delta = vec![9.0; x.len()];
                    weigh(level, &x, &base, kept, s, &mut delta);
                    let expected: Vec<_> =
                        (0..x.len()).map(|i| s * if is_kept(i) { difference(i) } else { 0.0 }).collect();
                    prop_assert_eq!(bits_of(&delta), bits_of(&expected));
                    let mut expected = [[0.5; LANES]; 2];
                    for i in (0..x.len()).filter(|i| difference(*i).is_finite()) {
                        let magnitude = f64::from(difference(i).abs());
                        expected[0][i % LANES] += magnitude;
                        expected[1][i % LANES] += if is_kept(i) { magnitude } else { 0.0 };
                    }
                    let mut sums = [Lanes::from([0.5; LANES]); 2];
                    add_magnitudes_of(level, &x, &base, kept, &mut sums);
                    prop_assert_eq!(sums, expected.map(Lanes::from));
                }
            }
        }

        #[test]
        fn task_vectors_are_added_by_their_definition(
            rows in prop::collection::vec(prop::array::uniform5(number()), 0..600), weights in prop::array::uniform4(number()),
            models in 0usize..=4, divisor in number(), lambda in number(),
        ) {
            let columns: Vec<Vec<f32>> = (0..5).map(|c| rows.iter().map(|row| row[c]).collect()).collect();
            let deltas: Vec<&[f32]> = columns[1..=models].iter().map(|c| &c[..]).collect();
            let elections = [Election::Mass, Election::Count].into_iter();
            let consensuses = elections.flat_map(|by| [false, true].map(|normalize| Consensus::Elected { by, normalize }));
            for consensus in consensuses.chain([Consensus::All(None), Consensus::All(Some(divisor))]) {
                let expected: Vec<_> = (0..rows.len())
                    .map(|i| merged(rows[i][0], &rows[i][1..=models], &weights, consensus, lambda))
                    .collect();
                for level in Level::available() {
                    let mut out = vec![9.0; rows.len()];
                    add_task_vectors(level, &columns[0], &deltas, &weights, consensus, lambda, &mut out);
                    prop_assert_eq!(bits_of(&out), bits_of(&expected));
                }
            }
        }
    }
}
