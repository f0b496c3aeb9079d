//! Figures of blocks of elements.

use fundir_core::analysis::{self, Distance, MOST_BINS, Moments, Outliers};
use fundir_core::dtype::{self, Dtype};
use fundir_core::error::Result;

use crate::guard::{guard, input, invalid, output_at};
use crate::level;

/// Bytes of a record of moments; `FUNDIR_MOMENTS_SIZE` in the header.
pub const MOMENTS_SIZE: usize = 64;

/// Bytes of a record of a distance; `FUNDIR_DISTANCE_SIZE` in the header.
pub const DISTANCE_SIZE: usize = 56;

/// The most outliers that are listed; `FUNDIR_MOST_OUTLIERS` in the header.
pub const MOST_OUTLIERS: usize = 1000;

/// Computes the moments of a block.
///
/// # Safety
/// As [`input`], [`output_at`] and [`guard`] ask.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fundir_moments(
    elements: *const u8,
    length: u64,
    r#type: u32,
    moments: *mut u8,
    detail: *mut u8,
) -> i32 {
    let body = || {
        // SAFETY: the caller's, by the rules of the ABI.
        let bytes = unsafe { input("elements", elements, length) }?;
        // SAFETY: as above.
        let out = unsafe { output_at(moments, 0, MOMENTS_SIZE as u64, bytes) }?;
        let Moments { finite, zeros, nan, infinite, min, max, mean, squared_deviations } =
            analysis::moments(level(), dtype(r#type)?, bytes)?;
        write(out, [finite, zeros, nan, infinite]);
        write(&mut out[32..], [min, max, mean, squared_deviations].map(f64::to_bits));
        Ok(())
    };
    // SAFETY: as above.
    unsafe { guard(detail, body) }
}

/// Finds the outliers of a block.
///
/// # Safety
/// As [`input`], [`output_at`] and [`guard`] ask.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fundir_outliers(
    elements: *const u8,
    length: u64,
    r#type: u32,
    mean: f64,
    limit: f64,
    most: u32,
    outliers: *mut u8,
    detail: *mut u8,
) -> i32 {
    let body = || {
        // SAFETY: the caller's, by the rules of the ABI.
        let bytes = unsafe { input("elements", elements, length) }?;
        let most = Some(most as usize).filter(|&most| most <= MOST_OUTLIERS);
        let most =
            most.ok_or_else(|| invalid(format!("more than {MOST_OUTLIERS} outliers are to be listed")))?;
        // SAFETY: as above.
        let out = unsafe { output_at(outliers, 0, 16 + 16 * most as u64, bytes) }?;
        let Outliers { count, worst } =
            analysis::outliers(level(), dtype(r#type)?, bytes, mean, limit, most)?;
        write(out, [count, worst.len() as u64]);
        for (out, outlier) in out[16..].chunks_mut(16).zip(worst) {
            write(out, [outlier.index, outlier.value.to_bits()]);
        }
        Ok(())
    };
    // SAFETY: as above.
    unsafe { guard(detail, body) }
}

/// Counts the elements of a block in bins.
///
/// # Safety
/// As [`input`], [`output_at`] and [`guard`] ask.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fundir_histogram(
    elements: *const u8,
    length: u64,
    r#type: u32,
    from: f64,
    to: f64,
    bins: u32,
    counts: *mut u8,
    detail: *mut u8,
) -> i32 {
    let body = || {
        // SAFETY: the caller's, by the rules of the ABI.
        let bytes = unsafe { input("elements", elements, length) }?;
        let bins = Some(bins as usize).filter(|&bins| bins <= MOST_BINS);
        let bins = bins.ok_or_else(|| invalid(format!("more than {MOST_BINS} bins")))?;
        let mut found = vec![0; bins + 2];
        // SAFETY: as above.
        let out = unsafe { output_at(counts, 0, 8 * found.len() as u64, bytes) }?;
        analysis::histogram(level(), dtype(r#type)?, bytes, from, to, &mut found)?;
        write(out, found);
        Ok(())
    };
    // SAFETY: as above.
    unsafe { guard(detail, body) }
}

/// Computes what two blocks differ in.
///
/// # Safety
/// As [`input`], [`output_at`] and [`guard`] ask.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fundir_distance(
    a: *const u8,
    a_length: u64,
    a_type: u32,
    b: *const u8,
    b_length: u64,
    b_type: u32,
    distance: *mut u8,
    detail: *mut u8,
) -> i32 {
    let body = || {
        // SAFETY: the caller's, by the rules of the ABI.
        let a = unsafe { input("first elements", a, a_length) }?;
        // SAFETY: as above.
        let b = unsafe { input("second elements", b, b_length) }?;
        // SAFETY: as above; checked against both inputs before it is made.
        unsafe { output_at(distance, 0, DISTANCE_SIZE as u64, a) }?;
        // SAFETY: as above; the slice before this one is gone.
        let out = unsafe { output_at(distance, 0, DISTANCE_SIZE as u64, b) }?;
        let Distance { finite, differing, largest, squared_differences, aa, ab, bb } =
            analysis::distance(level(), (dtype(a_type)?, a), (dtype(b_type)?, b))?;
        write(out, [finite, differing]);
        write(&mut out[16..], [largest, squared_differences, aa, ab, bb].map(f64::to_bits));
        Ok(())
    };
    // SAFETY: as above.
    unsafe { guard(detail, body) }
}

/// Writes words one after the other, little-endian.
fn write(out: &mut [u8], words: impl IntoIterator<Item = u64>) {
    for (out, word) in out.chunks_exact_mut(8).zip(words) {
        out.copy_from_slice(&word.to_le_bytes());
    }
}

fn dtype(code: u32) -> Result<Dtype> {
    let known = u8::try_from(code).ok().and_then(dtype::from_code);
    known.ok_or_else(|| invalid(format!("there is no dtype with the code {code}")))
}
