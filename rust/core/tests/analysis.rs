//! Figures of blocks against plain loops over the same elements in f64, at every SIMD level.

use fundir_core::analysis::{MOST_ELEMENTS, Outlier, distance, histogram, moments, outliers};
use fundir_core::dtype::{ALL, Dtype};
use fundir_core::kernels::elements::convert;
use fundir_core::kernels::simd::Level;
use proptest::prelude::*;

/// Every dtype of real numbers.
fn dtype() -> impl Strategy<Value = Dtype> {
    prop::sample::select(ALL.into_iter().filter(|dtype| *dtype != Dtype::C64).collect::<Vec<_>>())
}

/// Elements of a dtype with these values, behind a byte that makes their address odd; and what they are then.
struct Block {
    bytes: Vec<u8>,
    values: Vec<f64>,
}

impl Block {
    fn of(dtype: Dtype, values: &[f64]) -> Block {
        let whole = values.len() / 8 * 8;
        let values = if dtype.bitsize() < 8 { &values[..whole] } else { values };
        let wide: Vec<u8> = values.iter().flat_map(|x| x.to_le_bytes()).collect();
        let mut bytes = vec![0; 1 + values.len() * dtype.bitsize() / 8];
        convert(Level::SCALAR, Dtype::F64, &wide, dtype, &mut bytes[1..]).unwrap();
        let mut stored = vec![0; values.len() * 8];
        convert(Level::SCALAR, dtype, &bytes[1..], Dtype::F64, &mut stored).unwrap();
        let values = stored.chunks(8).map(|x| f64::from_le_bytes(x.try_into().unwrap())).collect();
        Block { bytes, values }
    }

    fn bytes(&self) -> &[u8] {
        &self.bytes[1..]
    }

    fn finite(&self) -> Vec<f64> {
        self.values.iter().copied().filter(|x| x.is_finite()).collect()
    }
}

fn value() -> impl Strategy<Value = f64> {
    prop_oneof![
        20 => -3f64..3.0,
        2 => Just(0.0),
        1 => Just(-0.0),
        1 => -1e6f64..1e6,
        1 => prop::sample::select(vec![f64::NAN, f64::INFINITY, f64::NEG_INFINITY]),
    ]
}

fn close(found: f64, expected: f64, scale: f64) -> bool {
    (found - expected).abs() <= 1e-12 * scale.max(expected.abs())
}

proptest! {
    #[test]
    fn moments_are_those_of_a_plain_loop(
        values in prop::collection::vec(value(), 0..2500),
        dtype in dtype(),
    ) {
        let block = Block::of(dtype, &values);
        let finite = block.finite();
        let n = finite.len().max(1) as f64;
        let mean = finite.iter().sum::<f64>() / n;
        let squares = finite.iter().map(|x| (x - mean).powi(2)).sum::<f64>();
        let first = moments(Level::SCALAR, dtype, block.bytes()).unwrap();
        prop_assert_eq!(first.finite, finite.len() as u64);
        prop_assert_eq!(first.zeros, finite.iter().filter(|x| **x == 0.0).count() as u64);
        prop_assert_eq!(first.nan, block.values.iter().filter(|x| x.is_nan()).count() as u64);
        prop_assert_eq!(first.infinite, block.values.iter().filter(|x| x.is_infinite()).count() as u64);
        prop_assert_eq!(first.min, finite.iter().copied().fold(f64::INFINITY, f64::min));
        prop_assert_eq!(first.max, finite.iter().copied().fold(f64::NEG_INFINITY, f64::max));
        let spread = first.max - first.min;
        prop_assert!(finite.is_empty() || close(first.mean, mean, spread), "{first:?} {mean}");
        prop_assert!(close(first.squared_deviations, squares, squares * 1e3), "{first:?} {squares}");
        for level in Level::available() {
            prop_assert_eq!(format!("{:?}", moments(level, dtype, block.bytes()).unwrap()), format!("{first:?}"));
        }
    }

    #[test]
    fn outliers_are_the_farthest(
        values in prop::collection::vec(value(), 0..2500),
        dtype in dtype(),
        limit in 0f64..4.0,
        most in 0usize..6,
    ) {
        let block = Block::of(dtype, &values);
        let mean = 0.25;
        let mut expected: Vec<Outlier> = block.values.iter().enumerate()
            .filter(|(_, x)| x.is_finite() && (*x - mean).abs() > limit)
            .map(|(i, x)| Outlier { index: i as u64, value: *x })
            .collect();
        let count = expected.len() as u64;
        expected.sort_by(|a, b| (b.value - mean).abs().total_cmp(&(a.value - mean).abs()));
        expected.truncate(most);
        for level in Level::available() {
            let found = outliers(level, dtype, block.bytes(), mean, limit, most).unwrap();
            prop_assert_eq!(found.count, count);
            prop_assert_eq!(&found.worst, &expected);
        }
    }

    #[test]
    fn every_finite_element_is_in_one_bin(
        values in prop::collection::vec(value(), 0..2500),
        dtype in dtype(),
        from in -3f64..0.0,
        width in 0f64..4.0,
        bins in 1usize..70,
    ) {
        let block = Block::of(dtype, &values);
        let to = from + width;
        let mut expected = vec![0u64; bins + 2];
        let scale = bins as f64 / (to - from);
        for x in block.finite() {
            let place = match x {
                x if x < from => 0,
                x if x > to => bins + 1,
                _ if !scale.is_finite() => 1,
                _ => 1 + (((x - from) * scale) as usize).min(bins - 1),
            };
            expected[place] += 1;
        }
        for level in Level::available() {
            let mut counts = vec![0; bins + 2];
            histogram(level, dtype, block.bytes(), from, to, &mut counts).unwrap();
            prop_assert_eq!(&counts, &expected);
        }
    }

    #[test]
    fn distances_are_those_of_a_plain_loop(
        pairs in prop::collection::vec((value(), value(), any::<bool>()), 0..2500),
        dtypes in prop::array::uniform2(dtype()),
    ) {
        let (x, y): (Vec<f64>, Vec<f64>) =
            pairs[..pairs.len() / 8 * 8].iter().map(|(x, y, same)| (*x, if *same { *x } else { *y })).unzip();
        let (a, b) = (Block::of(dtypes[0], &x), Block::of(dtypes[1], &y));
        let (mut differing, mut finite) = (0, Vec::new());
        for (x, y) in a.values.iter().zip(&b.values) {
            differing += u64::from(x != y && !(x.is_nan() && y.is_nan()));
            if x.is_finite() && y.is_finite() {
                finite.push((*x, *y));
            }
        }
        let sum = |term: fn(f64, f64) -> f64| finite.iter().map(|(x, y)| term(*x, *y)).sum::<f64>();
        let first = distance(Level::SCALAR, (dtypes[0], a.bytes()), (dtypes[1], b.bytes())).unwrap();
        prop_assert_eq!((first.finite, first.differing), (finite.len() as u64, differing));
        prop_assert_eq!(first.largest, finite.iter().map(|(x, y)| (x - y).abs()).fold(0.0, f64::max));
        let size = sum(|x, y| x * x + y * y);
        prop_assert!(close(first.squared_differences, sum(|x, y| (x - y) * (x - y)), 0.0));
        prop_assert!(close(first.aa, sum(|x, _| x * x), 0.0) && close(first.bb, sum(|_, y| y * y), 0.0));
        prop_assert!(close(first.ab, sum(|x, y| x * y), size));
        for level in Level::available() {
            let found = distance(level, (dtypes[0], a.bytes()), (dtypes[1], b.bytes())).unwrap();
            prop_assert_eq!(format!("{found:?}"), format!("{first:?}"));
        }
    }
}

#[test]
fn parts_of_a_long_block_are_put_together() {
    let mut values: Vec<f64> = (0..200_003u32)
        .map(|i| f64::from(i.wrapping_mul(2_654_435_761)) / f64::from(u32::MAX) * 4.0 - 1.0)
        .collect();
    for (place, special) in
        [(0, f64::NAN), (70_000, f64::INFINITY), (140_001, f64::NEG_INFINITY), (140_002, f64::NAN)]
    {
        values[place] = special;
    }
    values.iter_mut().skip(9).step_by(1000).for_each(|x| *x = 0.0);
    // A part whose mean is far from 0, in which squares cancel.
    values[65_536..131_072].iter_mut().for_each(|x| *x = 300.0 + *x / 8.0);
    for dtype in ALL.into_iter().filter(|dtype| *dtype != Dtype::C64) {
        let block = Block::of(dtype, &values);
        let finite = block.finite();
        let mean = finite.iter().sum::<f64>() / finite.len() as f64;
        let squares = finite.iter().map(|x| (x - mean).powi(2)).sum::<f64>();
        let first = moments(Level::SCALAR, dtype, block.bytes()).unwrap();
        assert_eq!(first.finite, finite.len() as u64, "{dtype}");
        assert_eq!(first.zeros, finite.iter().filter(|x| **x == 0.0).count() as u64, "{dtype}");
        assert_eq!(first.nan, block.values.iter().filter(|x| x.is_nan()).count() as u64, "{dtype}");
        assert_eq!(first.infinite, block.values.iter().filter(|x| x.is_infinite()).count() as u64, "{dtype}");
        assert_eq!(first.min, finite.iter().copied().fold(f64::INFINITY, f64::min), "{dtype}");
        assert_eq!(first.max, finite.iter().copied().fold(f64::NEG_INFINITY, f64::max), "{dtype}");
        assert!(close(first.mean, mean, first.max - first.min), "{dtype}: {first:?} {mean}");
        assert!(close(first.squared_deviations, squares, squares * 1e3), "{dtype}: {first:?} {squares}");
        for level in Level::available() {
            assert_eq!(
                moments(level, dtype, block.bytes()).unwrap(),
                first,
                "{dtype} at level {}",
                level.name()
            );
        }
    }
}

#[test]
fn little_is_cancelled_where_the_mean_is_large() {
    let values: Vec<f64> = (0..50_000).map(|i| 1e6 + f64::from(i % 7) / 64.0).collect();
    let bytes: Vec<u8> = values.iter().flat_map(|x| x.to_le_bytes()).collect();
    let found = moments(Level::detect(), Dtype::F64, &bytes).unwrap();
    let mean = values.iter().map(|x| x - 1e6).sum::<f64>() / values.len() as f64;
    let squares: f64 = values.iter().map(|x| (x - 1e6 - mean).powi(2)).sum();
    assert!((found.squared_deviations / squares - 1.0).abs() < 1e-9, "{found:?} {squares}");
}

#[test]
fn large_integers_are_told_apart() {
    let (a, b) = ((1i64 << 60).to_le_bytes(), ((1i64 << 60) + 1).to_le_bytes());
    let found = distance(Level::detect(), (Dtype::I64, &a), (Dtype::I64, &b)).unwrap();
    assert_eq!((found.differing, found.largest), (1, 0.0));
}

#[test]
fn what_is_no_block_is_refused() {
    let level = Level::detect();
    assert!(moments(level, Dtype::F32, &[0; 7]).is_err());
    assert!(moments(level, Dtype::C64, &[0; 8]).is_err());
    assert!(moments(level, Dtype::U8, &vec![0; MOST_ELEMENTS + 1]).is_err());
    assert!(distance(level, (Dtype::U8, &[0; 2]), (Dtype::F16, &[0; 2])).is_err());
    for (from, to, counts) in [(1.0, 0.0, 3), (f64::NAN, 1.0, 3), (0.0, f64::INFINITY, 3), (0.0, 1.0, 2)] {
        assert!(histogram(level, Dtype::U8, &[0; 2], from, to, &mut vec![0; counts]).is_err());
    }
}
