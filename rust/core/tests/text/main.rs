//! Elements as numbers of a text: what is written is read back, whatever blocks it goes through in.

// Errors of these helpers are looked at once: their size does not matter.
#![allow(clippy::result_large_err)]

mod blocks;
mod errors;
mod forms;
mod round_trip;
mod rounding;
