//! The methods as the formulas say, one element after the other in f64. Only differences are taken in the width of the
//! merge, because the ranking is by them.

use super::{Model, Recipe};
use fundir_core::kernels::simd::Level;
use fundir_core::merge::plan::Generator;
use fundir_core::merge::rng::{Masks, Words};
use safetensors::Dtype;

pub fn merge(recipe: &Recipe, models: &[Model]) -> Vec<f64> {
    let values: Vec<Vec<f64>> = models.iter().map(Model::values).collect();
    match recipe.method {
        "linear" => linear(recipe, &values),
        "slerp" => slerp(recipe, &values),
        _ => task_vectors(recipe, models, &values),
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

fn slerp(recipe: &Recipe, models: &[Vec<f64>]) -> Vec<f64> {
    let t = recipe.setting().shared("t", f64::NAN);
    let (a, b) = (&models[0], &models[1]);
    let dot = |x: &[f64], y: &[f64]| x.iter().zip(y).map(|(x, y)| x * y).sum::<f64>();
    let norm = |x: &[f64]| Some(dot(x, x).sqrt()).filter(|n| *n > 1e-8).unwrap_or(1.0);
    let cosine = (dot(a, b) / (norm(a) * norm(b))).clamp(-1.0, 1.0);
    let (wa, wb) = if cosine.abs() > 0.9995 {
        (1.0 - t, t)
    } else {
        let angle = cosine.acos();
        (((1.0 - t) * angle).sin() / angle.sin(), (t * angle).sin() / angle.sin())
    };
    a.iter().zip(b).map(|(a, b)| wa * a + wb * b).collect()
}

fn task_vectors(recipe: &Recipe, inputs: &[Model], models: &[Vec<f64>]) -> Vec<f64> {
    let setting = recipe.setting();
    let in_f64 = inputs.iter().any(|m| m.dtype == Dtype::F64);
    let base = &models[0];
    let weights: Vec<f64> = (1..models.len()).map(|i| setting.of_input("weight", i, 1.0)).collect();
    let densities: Vec<f64> = (1..models.len()).map(|i| setting.of_input("density", i, 1.0)).collect();
    let random = recipe.method.starts_with("dare");
    let bf16 = inputs.iter().all(|m| m.dtype == Dtype::BF16);
    let masks = random_masks(recipe, base.len(), bf16, &densities);
    let deltas: Vec<Vec<f64>> = (1..models.len())
        .map(|i| {
            let difference =
                |(x, b): (&f64, &f64)| if in_f64 { x - b } else { f64::from(*x as f32 - *b as f32) };
            let delta: Vec<f64> = models[i].iter().zip(base).map(difference).collect();
            let density = densities[i - 1];
            let kept: Vec<bool> = match recipe.method {
                "ties" => largest(&delta, density),
                _ if random => masks[i - 1].clone(),
                _ => vec![true; delta.len()],
            };
            let sparse: Vec<f64> =
                delta.iter().zip(kept).map(|(d, kept)| if kept { *d } else { 0.0 }).collect();
            let magnitude = |v: &[f64]| v.iter().map(|x| x.abs()).sum::<f64>();
            let factor = match setting.shared("rescale", if random { 1.0 } else { 0.0 }) {
                1.0 if density < 1.0 && magnitude(&sparse) >= 1e-7 => magnitude(&delta) / magnitude(&sparse),
                2.0 if density < 1.0 => 1.0 / density,
                _ => 1.0,
            };
            sparse.iter().map(|d| d * factor * weights[i - 1]).collect()
        })
        .collect();
    let elects = recipe.method.ends_with("ties");
    let count = setting.shared("sign_election", 0.0) == 1.0;
    let normalize = setting.flag("normalize", recipe.method == "ties");
    let lambda = setting.shared("lambda", 1.0);
    let sign = |x: f64| {
        if x > 0.0 {
            1.0
        } else if x < 0.0 {
            -1.0
        } else {
            0.0
        }
    };
    (0..base.len())
        .map(|e| {
            let elected = deltas.iter().map(|d| if count { sign(d[e]) } else { d[e] }).sum::<f64>();
            let majority = if elected >= 0.0 { 1.0 } else { -1.0 };
            let kept = |d: f64| !elects || sign(d) == majority;
            let sum: f64 = deltas.iter().map(|d| if kept(d[e]) { d[e] } else { 0.0 }).sum();
            let mut divisor: f64 =
                deltas.iter().zip(&weights).map(|(d, w)| if kept(d[e]) { *w } else { 0.0 }).sum();
            if elects && divisor == 0.0 || !elects && divisor.abs() < 1e-8 {
                divisor = 1.0;
            }
            base[e] + lambda * if normalize { sum / divisor } else { sum }
        })
        .collect()
}

/// Ranks by a full sort.
fn largest(delta: &[f64], density: f64) -> Vec<bool> {
    let keep = match density {
        d if d >= 1.0 => delta.len(),
        d => ((d * delta.len() as f64) as usize).max(1),
    };
    let mut order: Vec<usize> = (0..delta.len()).collect();
    order.sort_by(|a, b| delta[*b].abs().total_cmp(&delta[*a].abs()).then(a.cmp(b)));
    let mut kept = vec![false; delta.len()];
    order.iter().take(keep).for_each(|i| kept[*i] = true);
    kept
}

/// The masks of the merge itself: how they are drawn has tests of its own.
fn random_masks(recipe: &Recipe, elements: usize, bf16: bool, densities: &[f64]) -> Vec<Vec<bool>> {
    let mut masks = Masks::new(Generator::Philox, recipe.seed);
    let models: Vec<u32> = (1..=densities.len() as u32).collect();
    let words = masks.draw("t000", elements as u64, bf16, &models);
    let kept = |(words, density): (Words, &f64)| {
        let mut drawn = vec![0; elements];
        words.fill(Level::SCALAR, 0, &mut drawn);
        drawn.iter().map(|word| u64::from(*word) < words.threshold(*density)).collect()
    };
    words.into_iter().zip(densities).map(kept).collect()
}
