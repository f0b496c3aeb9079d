//! The family of task vectors.

use super::sign;
use super::{Dtype, Model, Recipe};
use fundir_core::kernels::simd::Level;
use fundir_core::merge::plan::Generator;
use fundir_core::merge::rng::{Masks, Words};

pub fn merge(recipe: &Recipe, inputs: &[Model], models: &[Vec<f64>]) -> Vec<f64> {
    let setting = recipe.setting();
    let in_f64 = inputs.iter().any(|m| m.dtype == Dtype::F64);
    let base = &models[0];
    let weights: Vec<f64> = (1..models.len()).map(|i| setting.of_input("weight", i, 1.0)).collect();
    let densities: Vec<f64> = (1..models.len()).map(|i| setting.of_input("density", i, 1.0)).collect();
    let random = recipe.method.starts_with("dare");
    let rescales = random || recipe.method.starts_with("della");
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
                "breadcrumbs" | "breadcrumbs_ties" => {
                    without_outliers(&delta, density, setting.of_input("gamma", i, 0.01))
                }
                "della" | "della_linear" => {
                    let row = inputs[0].shape.last().map_or(1, |row| *row as usize);
                    by_rank(recipe, i, &delta, row, density, setting.of_input("epsilon", i, 0.15))
                }
                _ if random => masks[i - 1].clone(),
                _ => vec![true; delta.len()],
            };
            let sparse: Vec<f64> =
                delta.iter().zip(kept).map(|(d, kept)| if kept { *d } else { 0.0 }).collect();
            let magnitude = |v: &[f64]| v.iter().map(|x| x.abs()).sum::<f64>();
            let factor = match setting.shared("rescale", if rescales { 1.0 } else { 0.0 }) {
                1.0 if density < 1.0 && magnitude(&sparse) >= 1e-7 => magnitude(&delta) / magnitude(&sparse),
                2.0 if density < 1.0 => 1.0 / density,
                _ => 1.0,
            };
            sparse.iter().map(|d| d * factor * weights[i - 1]).collect()
        })
        .collect();
    let elects = recipe.method.ends_with("ties") || recipe.method == "della";
    let count = setting.shared("sign_election", 0.0) == 1.0;
    let normalize = setting.flag("normalize", matches!(recipe.method, "ties" | "della"));
    let lambda = setting.shared("lambda", 1.0);
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

/// All but the smallest and the largest of the rising ranking.
fn without_outliers(delta: &[f64], density: f64, gamma: f64) -> Vec<bool> {
    let n = delta.len();
    if density >= 1.0 {
        return vec![true; n];
    }
    let (keep, top) = ((density * n as f64) as usize, (gamma * n as f64) as usize);
    let bottom = n.saturating_sub(keep + top);
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|a, b| delta[*a].abs().total_cmp(&delta[*b].abs()));
    let mut kept = vec![false; n];
    order[bottom..n.min(bottom + keep)].iter().for_each(|i| kept[*i] = true);
    kept
}

/// Each element of a row with a probability that grows with its rank.
fn by_rank(
    recipe: &Recipe,
    model: usize,
    delta: &[f64],
    row: usize,
    density: f64,
    epsilon: f64,
) -> Vec<bool> {
    if density >= 1.0 {
        return vec![true; delta.len()];
    }
    let mut masks = Masks::new(Generator::Philox, recipe.seed);
    let words = &masks.draw("t000", delta.len() as u64, false, &[model as u32])[0];
    let mut drawn = vec![0; delta.len()];
    words.fill(Level::SCALAR, 0, &mut drawn);
    let mut kept = vec![false; delta.len()];
    for start in (0..delta.len()).step_by(row) {
        let mut order: Vec<usize> = (start..start + row).collect();
        order.sort_by(|a, b| delta[*a].abs().total_cmp(&delta[*b].abs()));
        for (rank, i) in order.into_iter().enumerate() {
            let p = match row {
                1 => density,
                _ => density - epsilon + rank as f64 / (row - 1) as f64 * (2.0 * epsilon),
            };
            kept[i] = f64::from(drawn[i]) < p * 2f64.powi(32);
        }
    }
    kept
}
