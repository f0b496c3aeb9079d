//! How far two blocks are apart.

use super::chunks;
use crate::error::{Error, Result};
use crate::kernels::elements::{CHUNK, is_exact_in_f32};
use crate::kernels::real::Real;
use crate::kernels::reduce::{Lanes, add_dots_of_two};
use crate::kernels::simd::Level;
use crate::kernels::statistics::{Differences, add_differences};
use safetensors::Dtype;

/// What two blocks differ in.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Distance {
    /// Pairs of finite elements; the figures from `largest` on are theirs.
    pub finite: u64,
    /// Pairs that are not equal. NaN equals NaN here, and an infinity itself.
    pub differing: u64,
    /// The largest difference.
    pub largest: f64,
    /// The sum of the squared differences.
    pub squared_differences: f64,
    /// `Σ a²`.
    pub aa: f64,
    /// `Σ a·b`.
    pub ab: f64,
    /// `Σ b²`.
    pub bb: f64,
}

/// Computes what two blocks of as many elements differ in.
///
/// # Errors
/// [`Status::Request`](crate::error::Status::Request) if the bytes are no blocks of real dtypes, or of different lengths.
pub fn distance(level: Level, a: (Dtype, &[u8]), b: (Dtype, &[u8])) -> Result<Distance> {
    let (a_count, b_count) = (chunks::count(a.0, a.1)?, chunks::count(b.0, b.1)?);
    if a_count != b_count {
        return Err(Error::request(format!("{a_count} elements are compared with {b_count}")));
    }
    let mut sums = Sums::default();
    if is_exact_in_f32(a.0) && is_exact_in_f32(b.0) {
        sums.add_all::<f32>(level, a, b);
    } else {
        sums.add_all::<f64>(level, a, b);
    }
    let mut distance = sums.total();
    if a.0 == b.0 && matches!(a.0, Dtype::I64 | Dtype::U64) {
        // Two of them can be one number in f64.
        distance.differing = a.1.chunks(8).zip(b.1.chunks(8)).filter(|(a, b)| a != b).count() as u64;
    }
    Ok(distance)
}

#[derive(Default)]
struct Sums {
    finite: u64,
    unequal: u64,
    differences: Differences,
    dots: [Lanes; 3],
}

impl Sums {
    fn add_all<R: Real>(&mut self, level: Level, a: (Dtype, &[u8]), b: (Dtype, &[u8])) {
        let mut x = [R::ZERO; CHUNK];
        let mut y = [R::ZERO; CHUNK];
        let size = |dtype: Dtype| CHUNK * dtype.bitsize() / 8;
        for (a_bytes, b_bytes) in a.1.chunks(size(a.0)).zip(b.1.chunks(size(b.0))) {
            let length = a_bytes.len() * 8 / a.0.bitsize();
            let (x, y) = (&mut x[..length], &mut y[..length]);
            chunks::read(level, a.0, a_bytes, x);
            chunks::read(level, b.0, b_bytes, y);
            self.add(level, x, y);
        }
    }

    fn add<R: Real>(&mut self, level: Level, x: &mut [R], y: &mut [R]) {
        let length = self.keep_finite(x, y);
        let (x, y) = (&x[..length], &y[..length]);
        self.finite += length as u64;
        add_differences(level, x, y, &mut self.differences);
        add_dots_of_two(level, x, y, &mut self.dots);
    }

    /// Moves the pairs of finite elements together, if there are others, and counts those that are unequal.
    fn keep_finite<R: Real>(&mut self, x: &mut [R], y: &mut [R]) -> usize {
        let finite = |x: &R| x.to_f64().is_finite();
        if x.iter().fold(true, |all, x| all & finite(x)) && y.iter().fold(true, |all, y| all & finite(y)) {
            return x.len();
        }
        let mut length = 0;
        for i in 0..x.len() {
            if finite(&x[i]) && finite(&y[i]) {
                (x[length], y[length]) = (x[i], y[i]);
                length += 1;
            } else {
                let (a, b) = (x[i].to_f64(), y[i].to_f64());
                self.unequal += u64::from(a != b && !(a.is_nan() && b.is_nan()));
            }
        }
        length
    }

    fn total(&self) -> Distance {
        let [aa, ab, bb] = self.dots.map(|lanes| lanes.total());
        Distance {
            finite: self.finite,
            differing: self.unequal + self.differences.unequal(),
            largest: self.differences.largest(),
            squared_differences: self.differences.squares(),
            aa,
            ab,
            bb,
        }
    }
}
