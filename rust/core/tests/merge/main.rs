//! Whole merges: their results, their plans, their failures.

mod common;
mod failures;
mod formulas;
mod plan;
