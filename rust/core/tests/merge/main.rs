//! Whole merges: their results, their plans, their failures.

mod accuracy;
mod common;
mod failures;
mod formulas;
mod plan;
mod properties;
mod recipes;
