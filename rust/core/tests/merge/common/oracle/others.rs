//! The methods that go element by element, and those that choose elements.

use super::{Recipe, deltas, sign};

pub fn nearswap(recipe: &Recipe, values: &[Vec<f64>]) -> Vec<f64> {
    let t = recipe.setting().shared("t", f64::NAN);
    let blend = |(a, b): (&f64, &f64)| {
        let q = (t / (a - b).abs().max(1e-6)).clamp(0.0, 1.0);
        (1.0 - q) * a + q * b
    };
    values[0].iter().zip(&values[1]).map(blend).collect()
}

pub fn arcee_fusion(values: &[Vec<f64>], shape: &[u64]) -> Vec<f64> {
    let (a, b) = (&values[0], &values[1]);
    let row = shape.last().map_or(1, |row| *row as usize);
    let softmax = |x: &[f64]| {
        let max = x.iter().copied().fold(f64::MIN, f64::max);
        let sum: f64 = x.iter().map(|x| (x - max).exp()).sum();
        x.iter().map(|x| (x - max).exp() / sum + 1e-8).collect::<Vec<_>>()
    };
    let mut importance = Vec::new();
    for (a, b) in a.chunks(row).zip(b.chunks(row)) {
        let divergence: f64 = softmax(b).iter().zip(softmax(a)).map(|(p, q)| p * (p / q).ln()).sum();
        importance.extend(a.iter().zip(b).map(|(a, b)| (b - a).abs() * divergence));
    }
    let mut sorted = importance.clone();
    sorted.sort_by(f64::total_cmp);
    let at = |q: f64| sorted[(q * (sorted.len() - 1) as f64) as usize];
    let threshold = at(0.5) + 1.5 * (at(0.75) - at(0.25));
    let fused = |i: usize| if importance[i] >= threshold { b[i] } else { a[i] };
    (0..a.len()).map(fused).collect()
}

pub fn sce(recipe: &Recipe, values: &[Vec<f64>]) -> Vec<f64> {
    let share = recipe.setting().shared("select_topk", 1.0);
    let mut deltas = deltas(values);
    let n = deltas.len() as f64;
    if share < 1.0 {
        let variance = |e: usize| {
            let mean = deltas.iter().map(|d| d[e]).sum::<f64>() / n;
            deltas.iter().map(|d| (d[e] - mean).powi(2)).sum::<f64>() / n
        };
        let variances: Vec<f64> = (0..deltas[0].len()).map(variance).collect();
        let varying = variances.iter().filter(|v| **v != 0.0).count();
        let keep = (varying as f32 * share as f32) as usize;
        let mut order: Vec<usize> = (0..variances.len()).collect();
        order.sort_by(|a, b| variances[*b].total_cmp(&variances[*a]));
        for e in &order[keep..] {
            deltas.iter_mut().for_each(|d| d[*e] = 0.0);
        }
    }
    let squares: Vec<f64> =
        deltas.iter().map(|d| d.iter().map(|x| x * x).sum::<f64>() / d.len() as f64).collect();
    let total: f64 = squares.iter().sum();
    let weight = |i: usize| if total < 1e-6 { 1.0 / n } else { squares[i] / total };
    let element = |e: usize| {
        let majority = if deltas.iter().map(|d| d[e]).sum::<f64>() >= 0.0 { 1.0 } else { -1.0 };
        let kept: Vec<usize> = (0..deltas.len()).filter(|i| sign(deltas[*i][e]) == majority).collect();
        let sum: f64 = kept.iter().map(|i| weight(*i) * deltas[*i][e]).sum();
        values[0][e] + sum / kept.iter().map(|i| weight(*i)).sum::<f64>().max(1e-6)
    };
    (0..values[0].len()).map(element).collect()
}

pub fn ram(recipe: &Recipe, values: &[Vec<f64>]) -> Vec<f64> {
    let setting = recipe.setting();
    let epsilon = setting.shared("epsilon", 1e-5);
    let deltas = deltas(values);
    let active = |i: usize, e: usize| deltas[i][e].abs() > epsilon;
    let count = |e: usize| (0..deltas.len()).filter(|i| active(*i, e)).count();
    let strength: Vec<f64> = (0..deltas.len())
        .map(|i| {
            let of = |shared: bool| {
                (0..values[0].len()).filter(|e| active(i, *e) && (count(*e) > 1) == shared).count() as f64
            };
            let ratio = (of(true) / of(false).max(epsilon)).clamp(0.0, setting.shared("alpha", 0.2));
            if recipe.method == "ram" { 1.0 } else { 1.0 + setting.shared("r", 0.1) * ratio }
        })
        .collect();
    let element = |e: usize| {
        let count = count(e);
        let share = |i: usize| match count {
            1 => deltas[i][e] * strength[i],
            _ => deltas[i][e] / count as f64,
        };
        values[0][e] + (0..deltas.len()).filter(|i| active(*i, e)).map(share).sum::<f64>()
    };
    (0..values[0].len()).map(element).collect()
}
