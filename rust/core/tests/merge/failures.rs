//! What goes wrong in a merge: each failure names its file and tensor, and no worker is left waiting.

use super::common::{Model, Recipe};
use fundir_core::error::{Error, Status};
use fundir_core::kernels::simd::Level;
use fundir_core::merge::engine::run_at;
use fundir_core::merge::plan::{COPY, Generator, IDENTICAL, Parameter, Setting};
use fundir_core::merge::{Control, Plan, Report};
use safetensors::Dtype::{self, BF16, F32, I64};
use std::sync::atomic::{AtomicU64, Ordering};

fn run(plan: &Plan, cancel: u64) -> Result<Report, Error> {
    let words = [AtomicU64::new(0), AtomicU64::new(0), AtomicU64::new(cancel)];
    run_at(plan, Control { bytes: &words[0], tensors: &words[1], cancel: &words[2] }, Level::detect())
}

/// A plan over tensors of 300,000 elements, three models each.
fn plan(folder: &std::path::Path, tensors: usize) -> Plan {
    let set: Vec<_> = (0..3).map(|i| Model::random(i, BF16, &[300, 1000])).collect();
    Recipe::new("ties").model("weight", &[1.0, 1.0]).model("density", &[0.5, 0.5]).plan(
        folder,
        &vec![set; tensors],
        F32,
    )
}

#[test]
fn a_file_that_is_cut_after_planning_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let plan = plan(folder.path(), 3);
    let cut = std::fs::OpenOptions::new().write(true).open(&plan.inputs[1].path).unwrap();
    cut.set_len(plan.inputs[1].size - 1).unwrap();
    let error = run(&plan, 0).unwrap_err();
    assert_eq!(error.status, Status::Truncated);
    assert_eq!(error.path, plan.inputs[1].path.display().to_string());
    assert_eq!((error.found, error.expected), (plan.inputs[1].size - 1, plan.inputs[1].size));
}

#[test]
fn a_file_that_is_cut_while_it_is_read_is_named_with_the_tensor() {
    let folder = tempfile::tempdir().unwrap();
    let plan = plan(folder.path(), 40);
    let words = [const { AtomicU64::new(0) }; 3];
    let error = std::thread::scope(|scope| {
        let merge = scope.spawn(|| {
            run_at(
                &plan,
                Control { bytes: &words[0], tensors: &words[1], cancel: &words[2] },
                Level::detect(),
            )
        });
        while words[1].load(Ordering::Relaxed) == 0 {
            std::hint::spin_loop();
        }
        std::fs::OpenOptions::new().write(true).open(&plan.inputs[2].path).unwrap().set_len(100).unwrap();
        merge.join().unwrap().unwrap_err()
    });
    assert_eq!(error.status, Status::Truncated);
    assert_eq!(error.path, plan.inputs[2].path.display().to_string());
    assert!(error.tensor.starts_with('t'), "{error:?}");
}

#[test]
fn a_missing_file_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let plan = plan(folder.path(), 1);
    std::fs::remove_file(&plan.inputs[0].path).unwrap();
    let error = run(&plan, 0).unwrap_err();
    assert_eq!((error.status, error.path), (Status::Io, plan.inputs[0].path.display().to_string()));
}

#[test]
fn a_cancelled_merge_says_so() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(run(&plan(folder.path(), 3), 1).unwrap_err().status, Status::Cancelled);
}

#[test]
fn a_merge_can_be_cancelled_at_any_moment() {
    let folder = tempfile::tempdir().unwrap();
    let plan = Plan { threads: 7, ..plan(folder.path(), 4) };
    for delay in 0..150 {
        let words = [const { AtomicU64::new(0) }; 3];
        let outcome = std::thread::scope(|scope| {
            let merge = scope.spawn(|| {
                run_at(
                    &plan,
                    Control { bytes: &words[0], tensors: &words[1], cancel: &words[2] },
                    Level::detect(),
                )
            });
            std::thread::sleep(std::time::Duration::from_micros(delay * 100));
            words[2].store(1, Ordering::Relaxed);
            merge.join().unwrap()
        });
        assert!(outcome.is_ok() || outcome.unwrap_err().status == Status::Cancelled);
    }
}

#[test]
fn weights_that_add_up_to_nothing_cannot_be_normalized() {
    let set: Vec<_> = (0..2).map(|i| Model::random(i, F32, &[10])).collect();
    let recipe = Recipe::new("linear").model("weight", &[1.0, -1.0]);
    let error = recipe.run_all(&vec![set; 30], F32).unwrap_err();
    assert_eq!(error.status, Status::Request);
    assert!(error.message.contains("add up to 0") && error.tensor.starts_with('t'), "{error:?}");
}

#[test]
fn unknown_methods_and_dtypes_that_cannot_be_computed_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let mut unknown = plan(folder.path(), 1);
    unknown.settings[0].method = "tiez".into();
    assert!(run(&unknown, 0).unwrap_err().message.contains("no method `tiez`"));
    let mut whole = plan(folder.path(), 1);
    whole.entries[0].inputs[1].stored.dtype = Dtype::I16;
    assert!(run(&whole, 0).unwrap_err().message.contains("I16"));
    let mut copied = plan(folder.path(), 1);
    copied.settings[0].method = COPY.into();
    assert!(run(&copied, 0).unwrap_err().message.contains("BF16"), "the output is F32");
}

fn whole_numbers(values: [u8; 3]) -> Vec<Model> {
    values.iter().map(|v| Model { dtype: I64, shape: vec![100_000], bytes: vec![*v; 800_000] }).collect()
}

#[test]
fn tensors_that_are_not_averaged_are_copied_when_equal_and_named_when_not() {
    let recipe = Recipe::new(IDENTICAL);
    let (copies, report) = recipe.run_all(&[whole_numbers([7, 7, 7])], I64).unwrap();
    assert!(copies[0].iter().all(|b| *b == 7));
    assert_eq!((report.copied, report.merged), (1, 0));
    let mut late = whole_numbers([1, 1, 1]);
    late[2].bytes[799_999] = 2;
    let error = recipe.run_all(&[whole_numbers([1, 2, 1]), whole_numbers([3, 3, 3]), late], I64).unwrap_err();
    assert_eq!(error.status, Status::Request);
    assert!(error.message.contains("`t000` (I64)") && error.message.contains("`t002`"), "{error}");
    assert!(!error.message.contains("`t001`"));
}

#[cfg(unix)]
#[test]
fn an_output_that_cannot_take_its_size_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let mut plan = plan(folder.path(), 2);
    plan.outputs[0].path = "/dev/full".into();
    let error = run(&plan, 0).unwrap_err();
    assert_eq!((error.status, &*error.path), (Status::Io, "/dev/full"));
}

#[test]
fn a_plan_that_its_method_cannot_take_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let wrong = |change: &dyn Fn(&mut Plan)| {
        let mut plan = plan(folder.path(), 2);
        change(&mut plan);
        run(&plan, 0).unwrap_err()
    };
    let parameter = |key: &str, input: Option<usize>, value: f64| Parameter { key: key.into(), input, value };
    for wrong_one in [
        parameter("weight", None, 1.0),
        parameter("normalize", Some(0), 1.0),
        parameter("normalize", None, 0.5),
        parameter("weight", Some(0), f64::NAN),
        parameter("epsilon", Some(0), 0.5),
    ] {
        let error = wrong(&|plan| plan.settings[0].parameters.push(wrong_one.clone()));
        assert!(error.status == Status::Request && error.message.contains(&wrong_one.key), "{error}");
    }
    let error = wrong(&|plan| {
        plan.settings[0] = Setting { method: "nuslerp".into(), base: None, parameters: vec![] };
        let first = plan.entries[0].inputs[0];
        plan.entries[0].inputs = vec![first; 3];
    });
    assert!(error.message.contains("nuslerp does not merge 3 models"), "{error}");
}

#[test]
fn without_a_generator_only_merges_that_draw_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let models: Vec<_> = (0..3).map(|i| Model::random(i, BF16, &[30])).collect();
    for (method, density, drawn) in
        [("ties", 0.5, false), ("dare_ties", 1.0, false), ("dare_ties", 0.5, true), ("della", 0.5, true)]
    {
        let recipe = Recipe::new(method).model("weight", &[1.0, 1.0]).model("density", &[density; 2]);
        let recipe = Recipe { generator: Generator::None, ..recipe };
        match run(&recipe.plan(folder.path(), std::slice::from_ref(&models), F32), 0) {
            Ok(_) => assert!(!drawn, "{method}"),
            Err(error) => assert_eq!((error.status, drawn), (Status::InvalidArgument, true), "{method}"),
        }
    }
}
