//! Merging: a decoded [`plan::Plan`] is run block by block by the [`engine`]; the methods declare what they compute.

pub mod block;
pub mod blocks;
mod board;
pub mod computation;
pub mod engine;
mod identical;
mod memory;
pub mod method;
mod places;
pub mod plan;
pub mod rng;
pub mod running;
pub mod selection;

pub use engine::{Control, Report, run, run_in_memory};
pub use plan::Plan;
