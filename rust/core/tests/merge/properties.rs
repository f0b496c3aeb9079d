//! What holds for the methods whatever the numbers are.

use super::common::{Model, Recipe};
use super::recipes::recipes;
use proptest::prelude::*;
use safetensors::Dtype::{BF16, F32, F64};

/// The recipes whose models come in any order: with the same parameters for each of so many models.
fn symmetric(models: usize) -> Vec<Recipe> {
    let same = |method: &'static str| Recipe::new(method).model("weight", &[0.5; 3][..models]);
    let densities = &[0.4; 3][..models];
    let mut recipes = vec![
        same("linear"),
        same("task_arithmetic"),
        same("ties").model("density", densities),
        same("breadcrumbs").model("density", densities),
        same("breadcrumbs_ties").model("density", densities),
        Recipe::new("sce").shared("select_topk", 0.6),
        Recipe::new("ram").shared("epsilon", 0.1),
        Recipe::new("ramplus_tl").shared("epsilon", 0.1),
        Recipe::new("model_stock"),
        Recipe::new("multislerp").with_base().model("weight", &[0.5; 3][..models]),
        Recipe::new("karcher"),
    ];
    let of_two = [
        same("nuslerp"),
        same("nuslerp").shared("nuslerp_flatten", 0.0),
        same("nuslerp").shared("nuslerp_flatten", 0.0).shared("nuslerp_row_wise", 1.0),
    ];
    recipes.extend(of_two.into_iter().filter(|_| models == 2));
    recipes
}

fn tensor(values: &[f64]) -> Model {
    Model::from_values(F32, &[values.len() as u64 / 4, 4], values)
}

fn values() -> impl Strategy<Value = Vec<[f64; 3]>> {
    let number =
        prop_oneof![6 => -1.0..1.0f64, 2 => (-4i8..=4).prop_map(|x| f64::from(x) / 4.0), 1 => Just(0.0)];
    prop::collection::vec(prop::array::uniform4(prop::array::uniform3(number)), 1..30)
        .prop_map(|rows| rows.concat())
}

fn models(rows: &[[f64; 3]], count: usize) -> Vec<Model> {
    (0..count).map(|i| tensor(&rows.iter().map(|row| row[i]).collect::<Vec<_>>())).collect()
}

/// Opposite directions have no mean: the first one is taken for it.
fn are_opposite(models: &[Model]) -> bool {
    let dot = |a: usize, b: usize| {
        models[a].values().iter().zip(models[b].values()).map(|(x, y)| x * y).sum::<f64>()
    };
    dot(0, 1) <= -0.999 * (dot(0, 0) * dot(1, 1)).sqrt()
}

fn near(a: &[f64], b: &[f64]) -> bool {
    a.iter().zip(b).all(|(a, b)| (a - b).abs() <= 1e-5 + 1e-5 * b.abs())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn the_order_of_models_does_not_matter(rows in values()) {
        for (count, recipe) in [2, 3].into_iter().flat_map(|n| symmetric(n).into_iter().map(move |r| (n, r))) {
            let first = usize::from(recipe.with_base);
            if first + count > 3 {
                continue;
            }
            let models = models(&rows, first + count);
            if recipe.method == "karcher" && are_opposite(&models) {
                continue;
            }
            let mut swapped = models.clone();
            swapped.swap(first, first + count - 1);
            let (a, b) = (recipe.run(&models, F32).values(), recipe.run(&swapped, F32).values());
            prop_assert!(near(&a, &b), "{:?}: {:?} {:?}", recipe, a, b);
        }
    }

    #[test]
    fn finite_inputs_give_finite_results(rows in values(), power in -60i32..60) {
        let rows: Vec<_> = rows.iter().map(|row| row.map(|x| x * 2f64.powi(power))).collect();
        for recipe in recipes() {
            let models = models(&rows, recipe.inputs());
            // Directions that cancel out have no mean, which is an error of its own.
            if recipe.method == "multislerp" && recipe.run_all(std::slice::from_ref(&models), F32).is_err() {
                continue;
            }
            let merged = recipe.run(&models, F32).values();
            prop_assert!(merged.iter().all(|x| x.is_finite()), "{:?}: {:?}", recipe, merged);
        }
    }

    #[test]
    fn scaled_inputs_give_scaled_results(rows in values(), power in 0i32..8) {
        let factor = 2f64.powi(power);
        // Numbers that do not scale with the tensors: distances, thresholds, what is added to norms and probabilities.
        let absolute =
            ["nearswap", "ram", "ramplus_tl", "arcee_fusion", "multislerp", "karcher", "sce", "model_stock", "nuslerp"];
        for recipe in recipes().into_iter().filter(|recipe| !absolute.contains(&recipe.method)) {
            let scaled: Vec<_> = rows.iter().map(|row| row.map(|x| x * factor)).collect();
            let expected: Vec<_> =
                recipe.run(&models(&rows, recipe.inputs()), F64).values().iter().map(|x| x * factor).collect();
            let found = recipe.run(&models(&scaled, recipe.inputs()), F64).values();
            let small = factor * 1e-6;
            let near = found.iter().zip(&expected).all(|(a, b)| (a - b).abs() <= small + 1e-5 * b.abs());
            prop_assert!(near, "{:?}: {:?} {:?}", recipe, found, expected);
        }
    }

    #[test]
    fn the_ends_of_an_arc_are_the_models(rows in values()) {
        let bytes = |models: &[Model], i: usize| models[i].bytes.clone();
        let pair = models(&rows, 2);
        let slerp = |t: f64| Recipe::new("slerp").shared("t", t).run(&pair, F32).bytes;
        prop_assert_eq!(slerp(0.0), bytes(&pair, 0));
        prop_assert_eq!(slerp(1.0), bytes(&pair, 1));
        // Computed and not copied, as the dtype is another one.
        let computed = |t: f64| Recipe::new("slerp").shared("t", t).run(&pair, F64).values();
        prop_assert!(near(&computed(0.0), &pair[0].values()) && near(&computed(1.0), &pair[1].values()));
        let nuslerp = |weights: &[f64]| Recipe::new("nuslerp").model("weight", weights).run(&pair, F32).values();
        prop_assert_eq!(nuslerp(&[1.0, 0.0]), pair[0].values());
        prop_assert_eq!(nuslerp(&[0.0, 1.0]), pair[1].values());
        let nearswap = |t: f64| Recipe::new("nearswap").shared("t", t).run(&pair, F32).values();
        prop_assert_eq!(nearswap(0.0), pair[0].values());
        prop_assert_eq!(nearswap(1e9), pair[1].values());
    }

    #[test]
    fn a_density_of_one_keeps_all(rows in values()) {
        let with = |method: &'static str| Recipe::new(method).model("weight", &[0.5, -0.25]).model("density", &[1.0, 1.0]);
        let models = models(&rows, 3);
        let sum = Recipe::new("task_arithmetic").model("weight", &[0.5, -0.25]).run(&models, F32).bytes;
        for method in ["dare_linear", "della_linear", "breadcrumbs"] {
            prop_assert_eq!(&with(method).run(&models, F32).bytes, &sum, "{}", method);
        }
        let elected = with("ties").shared("normalize", 0.0).run(&models, F32).bytes;
        for method in ["dare_ties", "della", "breadcrumbs_ties"] {
            let other = with(method).shared("normalize", 0.0).run(&models, F32).bytes;
            prop_assert_eq!(&other, &elected, "{}", method);
        }
    }

    #[test]
    fn one_model_alone_is_itself(rows in values()) {
        let models = models(&rows, 1);
        for recipe in [
            Recipe::new("linear").model("weight", &[3.0]),
            Recipe::new("passthrough"),
            Recipe::new("multislerp").model("weight", &[3.0]),
            Recipe::new("karcher"),
        ] {
            let merged = recipe.run(&models, F32);
            prop_assert_eq!(merged.bytes, models[0].bytes.clone(), "{:?}", recipe);
            prop_assert_eq!(merged.report.copied, 1);
        }
    }
}

#[test]
fn impossible_parameters_are_refused_with_the_tensor_named() {
    let models: Vec<_> = (0..3).map(|i| Model::random(i, BF16, &[4, 4])).collect();
    let opposite = {
        let other: Vec<f64> = models[0].values().iter().map(|x| -x).collect();
        Model::from_values(BF16, &[4, 4], &other)
    };
    for (recipe, models, said) in [
        (
            Recipe::new("della").model("weight", &[1.0, 1.0]).model("density", &[0.9, 0.5]),
            &models[..],
            "epsilon",
        ),
        (Recipe::new("linear").model("weight", &[1.0, -1.0, 0.0]), &models[..], "add up to 0"),
        (
            Recipe::new("multislerp").model("weight", &[1.0, 1.0, 0.0]),
            &[models[0].clone(), opposite, models[1].clone()][..],
            "cancel out",
        ),
    ] {
        let error = recipe.run_all(&[models.to_vec()], BF16).unwrap_err();
        assert!(error.message.contains(said) && error.tensor == "t000", "{error:?}");
    }
}
