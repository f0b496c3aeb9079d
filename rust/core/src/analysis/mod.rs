//! What the elements of a block are like: their moments, outliers and bins, and how far two blocks are apart.
//!
//! A block has at most [`MOST_ELEMENTS`] elements; who folds the results of the blocks of a tensor in their order gets the same
//! bits whatever the number of threads and the SIMD level. NaN and infinite elements are counted and take no part in anything
//! else. Elements are stored bytes of a real dtype, little-endian at any address.

mod chunks;
mod distance;
mod histogram;
mod moments;
mod outliers;

pub use distance::{Distance, distance};
pub use histogram::{MOST_BINS, histogram};
pub use moments::{Moments, moments};
pub use outliers::{Outlier, Outliers, outliers};

/// The most elements of a block.
pub const MOST_ELEMENTS: usize = 1 << 21;
