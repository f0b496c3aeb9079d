//! How near the results are to the formulas, in units in the last place of the output.

use super::common::{Model, Recipe, oracle};
use super::recipes::recipes;
use safetensors::Dtype::{self, BF16, F16, F32, F64};

/// Rows and tensors that end inside and at the ends of chunks and blocks.
const SHAPES: [&[u64]; 8] = [&[], &[1], &[63], &[5, 7, 11], &[37, 129], &[300, 257], &[70_001], &[3, 70_001]];

/// Tensors of fewer elements than this are judged together, larger ones each for itself.
const LARGE: usize = 4000;

/// What terms that cancel may add.
const CANCELLED: f64 = 2e-7;

/// Of each thousand elements, this many are the nearest number or its neighbour where the formula is between two.
const PER_THOUSAND: f64 = 999.0;

/// The distance of two neighbours of the dtype at `x`.
fn unit(dtype: Dtype, x: f64) -> f64 {
    let (bits, lowest) = match dtype {
        F16 => (10, -14),
        _ => (7, -126),
    };
    2f64.powi((x.abs().log2().floor().max(f64::from(lowest)) as i32) - bits)
}

/// The elements beyond 0.51 units of the formula, and those beyond one.
fn beyond(recipe: &Recipe, models: &[Model], dtype: Dtype) -> (usize, usize) {
    let expected = oracle::merge(recipe, models);
    let merged = recipe.run(models, dtype).values();
    let distances = merged.iter().zip(&expected).map(|(got, want)| (got - want).abs() - CANCELLED);
    let units: Vec<f64> = distances.zip(&expected).map(|(d, want)| d / unit(dtype, *want)).collect();
    (units.iter().filter(|u| **u > 0.51).count(), units.iter().filter(|u| **u > 1.0 || u.is_nan()).count())
}

fn check(recipe: &Recipe, dtype: Dtype, model: impl Fn(u64, Dtype, &[u64]) -> Model) {
    let (mut elements, mut far) = (0, 0);
    for shape in SHAPES {
        let models: Vec<_> = (0..recipe.inputs()).map(|i| model(i as u64, dtype, shape)).collect();
        let (beyond_half, beyond_one) = beyond(recipe, &models, dtype);
        // Elements next to a threshold are chosen otherwise where its number is rounded in f32.
        let count = models[0].bytes.len() / 2;
        let otherwise = if recipe.chooses_by_rounded_numbers() { count.min(600) / 200 } else { 0 };
        assert!(beyond_one <= otherwise, "{recipe:?} {dtype} {shape:?}: {beyond_one} beyond a unit");
        if count < LARGE {
            (elements, far) = (elements + count, far + beyond_half);
        } else {
            judge(recipe, dtype, count, beyond_half);
        }
    }
    judge(recipe, dtype, elements, far);
}

fn judge(recipe: &Recipe, dtype: Dtype, elements: usize, far: usize) {
    let share = 1000.0 * (1.0 - far as f64 / elements as f64);
    println!("{dtype} {} {:?}: {share:.3} of 1000", recipe.method, recipe.parameters.len());
    assert!(share >= PER_THOUSAND, "{dtype} {recipe:?}: {share} of 1000 within 0.51 units");
}

#[test]
fn results_are_the_nearest_numbers_to_the_formulas() {
    for dtype in [BF16, F16] {
        for recipe in recipes() {
            check(&recipe, dtype, Model::random);
        }
    }
}

#[test]
fn results_of_unrelated_models_are_the_nearest_numbers_too() {
    for dtype in [BF16, F16] {
        for recipe in recipes() {
            check(&recipe, dtype, Model::unrelated);
        }
    }
}

/// One element is a vector with two directions only: means of directions are decided by a single sign.
#[test]
fn single_elements_of_any_signs_are_merged_by_the_formulas() {
    for dtype in [F32, F64] {
        for recipe in recipes() {
            for number in 0..40 {
                let model = |i: usize| Model::unrelated((number * 10 + i) as u64, dtype, &[1]);
                let models: Vec<_> = (0..recipe.inputs()).map(model).collect();
                let merged = recipe.run(&models, dtype);
                let expected = oracle::merge(&recipe, &models);
                let (got, want) = (merged.values()[0], expected[0]);
                assert!((got - want).abs() <= 1e-6, "{recipe:?} {dtype}: {got}, expected {want}");
            }
        }
    }
}
