//! Figures of elements of any bytes are the same at every SIMD level, fit each other, or are refused for what was asked.

#![no_main]

use fundir_core::analysis::{Moments, distance, histogram, moments, outliers};
use fundir_core::dtype::ALL;
use fundir_core::error::{Result, Status};
use fundir_core::kernels::simd::Level;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u8, u8, f64, f64, u8, &[u8])| {
    let (a_type, b_type, from, to, most, bytes) = input;
    let (a_type, b_type) = (ALL[usize::from(a_type) % ALL.len()], ALL[usize::from(b_type) % ALL.len()]);
    let found = same(|level| moments(level, a_type, bytes));
    let outside = same(|level| outliers(level, a_type, bytes, from, to, usize::from(most)));
    let counted = same(|level| {
        let mut counts = vec![0; usize::from(most) + 2];
        histogram(level, a_type, bytes, from, to, &mut counts).map(|()| counts)
    });
    let (a, b) = bytes.split_at(bytes.len() / 2);
    let _ = same(|level| distance(level, (a_type, a), (b_type, b)));
    let Some(found) = found else { return };
    assert_eq!(elements(&found), bytes.len() as u64 * 8 / a_type.bitsize() as u64);
    assert!(found.zeros <= found.finite && (found.finite == 0 || found.min <= found.max));
    assert!(found.squared_deviations >= 0.0, "{found:?}");
    assert!(outside.is_none_or(|outside| outside.count <= found.finite));
    assert!(counted.is_none_or(|counts| counts.iter().sum::<u64>() == found.finite));
});

fn elements(moments: &Moments) -> u64 {
    moments.finite + moments.nan + moments.infinite
}

/// What every level answers; nothing when the request is refused.
fn same<T: std::fmt::Debug>(figures: impl Fn(Level) -> Result<T>) -> Option<T> {
    let expected = figures(Level::SCALAR);
    for level in Level::available() {
        assert_eq!(format!("{:?}", figures(level)), format!("{expected:?}"), "at level {}", level.name());
    }
    match expected {
        Ok(found) => Some(found),
        Err(error) => {
            assert_eq!(error.status, Status::Request, "{error}");
            None
        }
    }
}
