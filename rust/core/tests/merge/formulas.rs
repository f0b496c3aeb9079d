//! Whole merges against plain formulas in f64, and the promise that results depend on nothing but inputs, recipe and seed.

use super::common::{Model, Recipe, random};
use super::recipes::recipes;
use fundir_core::kernels::simd::Level;
use fundir_core::merge::method::REGISTRY;
use fundir_core::merge::plan::{Generator, Plan};
use fundir_core::merge::rng::Mt19937;
use fundir_core::merge::{Control, run, run_in_memory};
use safetensors::Dtype::{self, BF16, F16, F32, F64};
use std::sync::atomic::AtomicU64;

/// More than one block, and no multiple of anything.
const SHAPE: [u64; 2] = [1031, 211];

fn models(recipe: &Recipe, dtypes: &[Dtype]) -> Vec<Model> {
    (0..recipe.inputs()).map(|i| Model::random(i as u64, dtypes[i % dtypes.len()], &SHAPE)).collect()
}

#[test]
fn the_recipes_cover_every_method() {
    for declaration in REGISTRY {
        assert!(recipes().iter().any(|recipe| recipe.method == declaration.name), "{}", declaration.name);
    }
}

#[test]
fn every_method_is_its_formula_in_every_dtype() {
    for dtypes in [&[F32][..], &[F64], &[BF16], &[F16], &[F32, BF16, F16], &[BF16, F64, F32]] {
        for recipe in recipes() {
            let models = models(&recipe, dtypes);
            let expected = super::common::oracle::merge(&recipe, &models);
            for output in [F32, F64, BF16, F16] {
                let merged = recipe.run(&models, output);
                super::common::assert_close(&recipe, &merged, &expected, output);
            }
        }
    }
}

#[test]
fn bits_do_not_depend_on_threads_levels_or_memory() {
    for dtypes in [&[BF16][..], &[F32, F16], &[F64]] {
        for mut recipe in recipes() {
            for generator in [Generator::Philox, Generator::Mt19937] {
                recipe.generator = generator;
                let models = models(&recipe, dtypes);
                let first = recipe.run(&models, BF16).bytes;
                for threads in [1, 2, 7, u32::MAX] {
                    for memory in [0, 32 << 20, 1 << 30] {
                        let other = Recipe { threads, memory, ..recipe.clone() };
                        assert!(
                            other.run(&models, BF16).bytes == first,
                            "{recipe:?}: {threads} threads, {memory} bytes"
                        );
                    }
                }
                for level in Level::available() {
                    let other = Recipe { level, ..recipe.clone() };
                    assert!(other.run(&models, BF16).bytes == first, "{recipe:?}: {}", level.name());
                }
            }
        }
    }
}

/// Tensors of which a sample is taken, with rows that are longer than a block and with rows that are not.
#[test]
fn bits_of_large_tensors_do_not_depend_on_threads_levels_or_memory() {
    for shape in [&[4, 70_001][..], &[701, 401]] {
        for recipe in recipes() {
            let models: Vec<_> = (0..recipe.inputs()).map(|i| Model::random(i as u64, BF16, shape)).collect();
            let first = recipe.run(&models, BF16).bytes;
            for (threads, memory, level) in
                [(1, 0, Level::SCALAR), (7, 1 << 30, recipe.level), (3, 1 << 20, recipe.level)]
            {
                let other = Recipe { threads, memory, level, ..recipe.clone() };
                assert!(
                    other.run(&models, BF16).bytes == first,
                    "{recipe:?}: {threads} threads, {memory} bytes"
                );
            }
        }
    }
}

#[test]
fn a_tensor_that_fits_the_memory_is_read_once() {
    for recipe in recipes() {
        let models = models(&recipe, &[BF16]);
        let once: u64 = models.iter().map(|m| m.bytes.len() as u64).sum();
        let roomy = Recipe { memory: 1 << 30, ..recipe.clone() }.run(&models, BF16).report;
        assert_eq!(roomy.bytes_read, once, "{recipe:?}");
        let narrow = Recipe { memory: once, ..recipe.clone() }.run(&models, BF16).report;
        assert!(narrow.bytes_read >= once);
    }
}

#[test]
fn bits_do_not_depend_on_the_place_in_the_file() {
    for recipe in recipes() {
        let models = models(&recipe, &[BF16]);
        let first = recipe.run(&models, F32).bytes;
        for padding in [1, 3, 8] {
            assert!(
                Recipe { padding, ..recipe.clone() }.run(&models, F32).bytes == first,
                "{recipe:?} at {padding}"
            );
        }
    }
}

#[test]
fn a_plan_run_in_parts_gives_the_bits_of_the_whole() {
    let shapes: [&[u64]; 4] = [&[33, 70], &[5], &[70_001], &[2, 3, 4]];
    for mut recipe in recipes() {
        for generator in [Generator::Philox, Generator::Mt19937] {
            recipe.generator = generator;
            let models = |shape: &&[u64]| {
                (0..recipe.inputs()).map(|i| Model::random(i as u64, BF16, shape)).collect::<Vec<_>>()
            };
            let tensors: Vec<_> = shapes.iter().map(models).collect();
            let whole = recipe.run_all(&tensors, BF16).unwrap().0.concat();
            let folder = tempfile::tempdir().unwrap();
            let mut plan = recipe.plan(folder.path(), &tensors, BF16);
            // In an order of their own, as on machines that know nothing of each other.
            for part in [2..3, 0..2, 3..4] {
                plan.part = part;
                run_here(&plan);
            }
            assert!(std::fs::read(&plan.outputs[0].path).unwrap() == whole, "{recipe:?}");
            let inputs: Vec<_> = plan.inputs.iter().map(|f| std::fs::read(&f.path).unwrap()).collect();
            let inputs: Vec<_> = inputs.iter().map(|bytes| &bytes[..]).collect();
            let mut output = vec![0; whole.len()];
            plan.part = 0..shapes.len();
            let words = [const { AtomicU64::new(0) }; 3];
            let control = Control { bytes: &words[0], tensors: &words[1], cancel: &words[2] };
            run_in_memory(&plan, control, &inputs, vec![&mut output]).unwrap();
            assert!(output == whole, "in memory: {recipe:?}");
        }
    }
}

fn run_here(plan: &Plan) {
    let words = [const { AtomicU64::new(0) }; 3];
    run(plan, Control { bytes: &words[0], tensors: &words[1], cancel: &words[2] }).unwrap();
}

#[test]
fn weights_of_one_and_zero_give_the_first_model_bit_for_bit() {
    let recipe = Recipe::new("linear").model("weight", &[1.0, 0.0, 0.0]);
    for dtype in [F16, BF16, F32, F64] {
        let mut models = models(&recipe, &[dtype]);
        models[0].put(7, -0.0);
        models[0].put(8, f64::NAN);
        models[1].put(7, f64::INFINITY);
        let merged = recipe.run(&models, dtype);
        assert!(merged.bytes == models[0].bytes);
        assert_eq!((merged.report.copied, merged.report.merged), (1, 0));
    }
}

#[test]
fn models_equal_to_the_base_give_the_base() {
    for recipe in recipes().into_iter().filter(|r| !matches!(r.method, "linear" | "passthrough")) {
        let base = Model::random(3, BF16, &SHAPE);
        let models = vec![base.clone(); recipe.inputs()];
        assert!(recipe.run(&models, BF16).bytes == base.bytes, "{recipe:?}");
    }
}

#[test]
fn numbers_that_are_none_stay_where_they_are_and_are_counted() {
    for recipe in recipes() {
        let clean = models(&recipe, &[F32]);
        let mut dirty = clean.clone();
        let last = dirty.len() - 1;
        dirty[last].put(70_000, f64::NAN);
        dirty[last].put(70_001, f64::INFINITY);
        dirty[last].put(70_002, f64::NEG_INFINITY);
        let merged = recipe.run(&dirty, F32);
        assert_eq!((merged.report.nan, merged.report.infinite), (1, 2), "{recipe:?}");
        let expected = recipe.run(&clean, F32).values();
        for (i, (a, b)) in merged.values().iter().zip(&expected).enumerate() {
            let special = (70_000..70_003).contains(&i);
            // Sums over the tensor lack three elements then, and a ranking has two more at its top.
            assert!(special || a.is_finite(), "{recipe:?} at {i}: {a}");
            assert!(special || a == b || !recipe.is_elementwise(), "{recipe:?} at {i}: {a} {b}");
        }
    }
}

#[test]
fn many_tensors_of_all_sizes_are_merged_each_by_its_entry() {
    let shapes: Vec<Vec<u64>> =
        vec![vec![], vec![0], vec![1], vec![3, 0, 2], vec![17], vec![65_536], vec![65_537], vec![300, 1000]];
    let recipe = Recipe::new("ties").model("weight", &[0.5, 0.75]).model("density", &[0.5, 0.3]);
    let sets: Vec<Vec<Model>> =
        shapes.iter().map(|shape| (0..3).map(|i| Model::random(i, BF16, shape)).collect()).collect();
    for threads in [1, 2, 7] {
        let recipe = Recipe { threads, ..recipe.clone() };
        let (together, report) = recipe.run_all(&sets, BF16).unwrap();
        assert_eq!(report.merged, shapes.len() as u64);
        for (set, merged) in sets.iter().zip(together) {
            assert!(merged == recipe.run(set, BF16).bytes, "{:?}", set[0].shape);
        }
    }
}

#[test]
fn different_seeds_and_models_draw_different_masks() {
    let recipe = Recipe::new("dare_linear").model("weight", &[1.0, 1.0]).model("density", &[0.5, 0.5]);
    let recipe = recipe.shared("rescale", 0.0);
    let models = models(&recipe, &[F32]);
    let first = recipe.run(&models, F32).values();
    let other = Recipe { seed: 1, ..recipe.clone() }.run(&models, F32).values();
    let changed = first.iter().zip(&other).filter(|(a, b)| a != b).count() as f64 / first.len() as f64;
    assert!(
        (0.70..0.80).contains(&changed),
        "three of four elements change with two masks of 0.5: {changed}"
    );
    let base = models[0].values();
    let untouched = first.iter().zip(&base).filter(|(a, b)| a == b).count() as f64 / first.len() as f64;
    assert!((0.24..0.26).contains(&untouched), "a quarter is in neither mask: {untouched}");
}

#[test]
fn huge_ties_and_windows_that_miss_are_exact_too() {
    // All differences are one of few values, and the sample, which is of evenly spread pieces, sees only some of them.
    let n = 1_300_000u64;
    let base = Model::from_values(F32, &[n], &vec![0.0; n as usize]);
    let steps: Vec<f64> = (0..n).map(|i| if i / 3000 % 2 == 0 { 0.25 } else { -((i % 5) as f64) }).collect();
    let equal: Vec<f64> = (0..n).map(|i| if i % 2 == 0 { 0.5 } else { -0.5 }).collect();
    let spike: Vec<f64> = (0..n).map(|i| if i > n - 100_000 { 1.0 + random(i) } else { 0.0 }).collect();
    for values in [steps, equal, spike] {
        let models = vec![base.clone(), Model::from_values(F32, &[n], &values)];
        for density in [0.001, 0.05, 0.5, 0.77, 0.999] {
            let recipe = Recipe::new("ties").model("weight", &[1.0]).model("density", &[density]);
            for memory in [0, 1 << 30] {
                let recipe = Recipe { memory, ..recipe.clone() };
                let merged = recipe.run(&models, F32);
                let expected = super::common::oracle::merge(&recipe, &models);
                assert!(merged.values() == expected, "density {density}, memory {memory}");
            }
        }
    }
}

#[test]
fn mt19937_masks_round_probabilities_to_the_dtype_that_is_worked_in() {
    const DENSITY: f64 = 0.5019;
    const IN_BF16: f64 = 0.5;
    for (stored, work, probability) in [
        (F32, None, DENSITY),
        (F32, Some(F32), DENSITY),
        (F32, Some(BF16), IN_BF16),
        (F16, Some(BF16), IN_BF16),
        (BF16, None, IN_BF16),
        (BF16, Some(BF16), IN_BF16),
        (BF16, Some(F32), DENSITY),
    ] {
        let recipe = Recipe::new("dare_linear")
            .model("weight", &[1.0])
            .model("density", &[DENSITY])
            .shared("rescale", 0.0);
        let recipe = Recipe { generator: Generator::Mt19937, seed: 42, work, ..recipe };
        let shape = [20_000];
        let models = [0.0, 1.0].map(|x| Model::from_values(stored, &shape, &vec![x; shape[0] as usize]));
        let mut random = Mt19937::new(42);
        let expected = std::iter::repeat_with(|| {
            let fraction = f64::from(random.next() & 0xFF_FFFF) / f64::from(1 << 24);
            if fraction < f64::from(probability as f32) { 1.0 } else { 0.0 }
        });
        let expected: Vec<f64> = expected.take(shape[0] as usize).collect();
        assert!(recipe.run(&models, F32).values() == expected, "{stored} in {work:?}");
    }
}
