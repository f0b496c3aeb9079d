//! The methods as the formulas say, one element after the other in f64, over explicit vectors and with full sorts. Only
//! differences are taken in the width of the merge, because the rankings are by them.

mod others;
mod span;
mod task_vectors;

use super::{Model, Recipe};
use safetensors::Dtype;

pub fn merge(recipe: &Recipe, models: &[Model]) -> Vec<f64> {
    let values: Vec<Vec<f64>> = models.iter().map(Model::values).collect();
    let shape = &models[0].shape;
    match recipe.method {
        "linear" => linear(recipe, &values),
        "passthrough" => {
            let scale = recipe.setting().of_input("scale", 0, 1.0);
            values[0].iter().map(|x| x * scale).collect()
        }
        "nearswap" => others::nearswap(recipe, &values),
        "arcee_fusion" => others::arcee_fusion(&values, shape),
        "sce" => others::sce(recipe, &values),
        "ram" | "ramplus_tl" => others::ram(recipe, &values),
        "slerp" => span::slerp(recipe, &values),
        "nuslerp" => span::nuslerp(recipe, &values, shape),
        "multislerp" => span::multislerp(recipe, &values),
        "karcher" => span::karcher(recipe, &values),
        "model_stock" => span::model_stock(recipe, &values, shape),
        _ => task_vectors::merge(recipe, models, &values),
    }
}

/// The differences from the base, in f64.
fn deltas(values: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let difference = |model: &Vec<f64>| model.iter().zip(&values[0]).map(|(x, b)| x - b).collect();
    values[1..].iter().map(difference).collect()
}

fn sign(x: f64) -> f64 {
    if x > 0.0 {
        1.0
    } else if x < 0.0 {
        -1.0
    } else {
        0.0
    }
}

fn linear(recipe: &Recipe, models: &[Vec<f64>]) -> Vec<f64> {
    let setting = recipe.setting();
    let weights: Vec<f64> = (0..models.len()).map(|i| setting.of_input("weight", i, 1.0)).collect();
    let divisor = if setting.flag("normalize", true) { weights.iter().sum() } else { 1.0 };
    (0..models[0].len())
        .map(|e| weights.iter().zip(models).map(|(w, m)| w * m[e]).sum::<f64>() / divisor)
        .collect()
}
