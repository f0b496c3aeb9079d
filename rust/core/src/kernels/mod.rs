//! Element loops over slices: one generic body each, compiled once per SIMD level and chosen at run time.
//!
//! Every kernel gives the same bits at every level: a body names each rounding step, nothing is contracted into fused
//! operations, and sums go through a fixed number of lanes whatever the width of the registers.

pub mod active;
pub mod combine;
pub mod convert;
pub mod direct;
pub mod e8m0;
pub mod elements;
pub mod exponential;
pub mod f16;
pub mod f8;
pub mod half;
pub mod integer;
pub mod packed;
pub mod rank;
pub mod real;
pub mod reduce;
pub mod simd;
pub mod sparsify;
pub mod statistics;
pub mod task_vector;
