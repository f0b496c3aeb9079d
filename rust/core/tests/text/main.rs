//! Elements as numbers of a text: what is written is read back, whatever blocks it goes through in.

mod blocks;
mod errors;
mod forms;
mod round_trip;
mod rounding;
