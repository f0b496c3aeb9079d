//! The methods that find directions: over explicit vectors.

use super::{Recipe, deltas};

fn dot(x: &[f64], y: &[f64]) -> f64 {
    x.iter().zip(y).map(|(x, y)| x * y).sum()
}

fn norm(x: &[f64]) -> f64 {
    dot(x, x).sqrt()
}

fn scaled(s: f64, x: &[f64]) -> Vec<f64> {
    x.iter().map(|x| s * x).collect()
}

fn sum(vectors: &[Vec<f64>]) -> Vec<f64> {
    (0..vectors[0].len()).map(|e| vectors.iter().map(|v| v[e]).sum()).collect()
}

pub fn slerp(recipe: &Recipe, models: &[Vec<f64>]) -> Vec<f64> {
    let t = recipe.setting().shared("t", f64::NAN);
    let (a, b) = (&models[0], &models[1]);
    let norm = |x: &[f64]| Some(norm(x)).filter(|n| *n > 1e-8).unwrap_or(1.0);
    let cosine = (dot(a, b) / (norm(a) * norm(b))).clamp(-1.0, 1.0);
    let (wa, wb) = if cosine.abs() > 0.9995 {
        (1.0 - t, t)
    } else {
        let angle = cosine.acos();
        (((1.0 - t) * angle).sin() / angle.sin(), (t * angle).sin() / angle.sin())
    };
    a.iter().zip(b).map(|(a, b)| wa * a + wb * b).collect()
}

/// Applies `f` to the vectors that the elements make along an axis: 0 the whole, 1 the last dimension, 2 the first one.
fn along(axis: u8, shape: &[u64], inputs: &[Vec<f64>], f: impl Fn(&[Vec<f64>]) -> Vec<f64>) -> Vec<f64> {
    let n = inputs[0].len();
    let (length, step) = match axis {
        0 => (n, 1),
        1 => (shape.last().map_or(1, |d| *d as usize), 1),
        _ => (shape.first().map_or(1, |d| *d as usize), n / shape.first().map_or(1, |d| *d as usize)),
    };
    let mut out = vec![0.0; n];
    for vector in 0..n / length {
        let place = |i: usize| if step == 1 { vector * length + i } else { i * step + vector };
        let vectors: Vec<Vec<f64>> =
            inputs.iter().map(|x| (0..length).map(|i| x[place(i)]).collect()).collect();
        for (i, x) in f(&vectors).into_iter().enumerate() {
            out[place(i)] = x;
        }
    }
    out
}

pub fn nuslerp(recipe: &Recipe, values: &[Vec<f64>], shape: &[u64]) -> Vec<f64> {
    let setting = recipe.setting();
    let from = usize::from(recipe.base().is_some());
    let weight = |i: usize| setting.of_input("weight", from + i, 1.0);
    let total = weight(0) + weight(1);
    let t = if total.abs() < 1e-6 { 0.5 } else { weight(1) / total };
    let axis = match (setting.flag("nuslerp_flatten", true), setting.flag("nuslerp_row_wise", false)) {
        (true, _) => 0,
        (false, false) => 1,
        (false, true) => 2,
    };
    let between = |v: &[Vec<f64>]| {
        let lengths = norm(&v[0]).max(1e-7) * norm(&v[1]).max(1e-7);
        // Rounding must not bend what is straight: next to it the formula is no measure for anything.
        let cosine = (dot(&v[0], &v[1]) / lengths).clamp(-1.0, 1.0);
        let cosine = if 1.0 - cosine.abs() < 1e-15 { cosine.signum() } else { cosine };
        let (wa, wb) = if 1.0 - cosine * cosine <= 1e-16 {
            (1.0 - t, t)
        } else {
            let angle = cosine.acos();
            (((1.0 - t) * angle).sin() / angle.sin(), (t * angle).sin() / angle.sin())
        };
        sum(&[scaled(wa, &v[0]), scaled(wb, &v[1])])
    };
    match from {
        0 => along(axis, shape, values, between),
        _ => sum(&[values[0].clone(), along(axis, shape, &deltas(values), between)]),
    }
}

pub fn multislerp(recipe: &Recipe, values: &[Vec<f64>]) -> Vec<f64> {
    let setting = recipe.setting();
    let from = usize::from(recipe.base().is_some());
    let vectors = if from == 1 { deltas(values) } else { values.to_vec() };
    let eps = setting.shared("eps", 1e-8);
    let mut weights: Vec<f64> =
        (0..vectors.len()).map(|i| setting.of_input("weight", from + i, 1.0)).collect();
    if setting.flag("normalize_weights", true) {
        weights = scaled(1.0 / weights.iter().sum::<f64>(), &weights);
    }
    let units: Vec<Vec<f64>> = vectors.iter().map(|v| scaled(1.0 / (norm(v) + eps), v)).collect();
    let weighted = |vectors: &[Vec<f64>]| {
        sum(&vectors.iter().zip(&weights).map(|(v, w)| scaled(*w, v)).collect::<Vec<_>>())
    };
    let mean = weighted(&units);
    let mean = scaled(1.0 / norm(&mean), &mean);
    let tangents: Vec<Vec<f64>> =
        units.iter().map(|u| sum(&[u.clone(), scaled(-dot(u, &mean), &mean)])).collect();
    let tangent = weighted(&tangents);
    let angle = norm(&tangent) + eps;
    let length: f64 = vectors.iter().zip(&weights).map(|(v, w)| w * norm(v)).sum();
    let point = sum(&[scaled(angle.cos(), &mean), scaled(angle.sin() / angle, &tangent)]);
    let point = scaled(length, &point);
    if from == 1 { sum(&[values[0].clone(), point]) } else { point }
}

pub fn karcher(recipe: &Recipe, values: &[Vec<f64>]) -> Vec<f64> {
    let setting = recipe.setting();
    let (steps, tol) = (setting.shared("max_iter", 10.0) as usize, setting.shared("tol", 1e-5));
    let n = values.len() as f64;
    let units: Vec<Vec<f64>> =
        values.iter().filter(|v| norm(v) > tol).map(|v| scaled(1.0 / norm(v), v)).collect();
    let share = 1.0 / units.len() as f64;
    let mean = scaled(share, &sum(&units));
    let mut mean = if norm(&mean) < tol { units[0].clone() } else { scaled(1.0 / norm(&mean), &mean) };
    for _ in 0..steps {
        let pull = |u: &Vec<f64>| {
            let cosine = dot(u, &mean).clamp(-1.0, 1.0);
            let angle = cosine.acos();
            let factor = if angle < tol { 0.0 } else { share * angle / angle.sin() };
            scaled(factor, &sum(&[u.clone(), scaled(-cosine, &mean)]))
        };
        let tangent = sum(&units.iter().map(pull).collect::<Vec<_>>());
        let length = norm(&tangent);
        if length < tol {
            break;
        }
        mean = sum(&[scaled(length.cos(), &mean), scaled(length.sin() / length, &tangent)]);
        mean = scaled(1.0 / norm(&mean), &mean);
    }
    scaled(values.iter().map(|v| norm(v)).sum::<f64>() / n, &mean)
}

pub fn model_stock(recipe: &Recipe, values: &[Vec<f64>], shape: &[u64]) -> Vec<f64> {
    let axis = u8::from(recipe.setting().flag("filter_wise", false));
    along(axis, shape, values, |v| {
        let deltas = deltas(v);
        let mut cosines = Vec::new();
        for i in 0..deltas.len() {
            for j in i + 1..deltas.len() {
                let norms = (norm(&deltas[i]) * norm(&deltas[j])).max(1e-6);
                cosines.push((dot(&deltas[i], &deltas[j]) / norms).clamp(-1.0, 1.0));
            }
        }
        let c = cosines.iter().sum::<f64>() / cosines.len() as f64;
        let n = deltas.len() as f64;
        let denominator = 1.0 + (n - 1.0) * c;
        let t = if denominator.abs() < 1e-6 { 0.0 } else { n * c / denominator };
        sum(&[scaled(t / n, &sum(&v[1..])), scaled(1.0 - t, &v[0])])
    })
}
