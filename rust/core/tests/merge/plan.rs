//! Encoded plans: what is written is read, and nothing that is not a plan is taken for one.

use super::common::encode::encode;
use super::common::{Model, Recipe};
use fundir_core::error::Status;
use fundir_core::merge::Plan;
use fundir_core::merge::plan::Generator;
use safetensors::Dtype::{BF16, F32};

fn plan() -> Plan {
    let folder = tempfile::tempdir().unwrap();
    let set = |shape: &[u64]| (0..3).map(|i| Model::random(i, BF16, shape)).collect::<Vec<_>>();
    let recipe = Recipe {
        generator: Generator::Mt19937,
        seed: u64::MAX,
        work: Some(BF16),
        ..Recipe::new("ties").model("weight", &[0.5, -1.0]).shared("lambda", 1e-5)
    };
    recipe.plan(folder.path(), &[set(&[3, 5]), set(&[]), set(&[0, 7])], F32)
}

#[test]
fn a_plan_is_read_as_it_was_written() {
    let plan = plan();
    assert_eq!(Plan::decode(&encode(&plan)).unwrap(), plan);
}

#[test]
fn no_part_of_a_plan_is_a_plan() {
    let bytes = encode(&plan());
    for length in 0..bytes.len() {
        assert_eq!(Plan::decode(&bytes[..length]).unwrap_err().status, Status::Request, "{length} bytes");
    }
    let longer = [&bytes[..], &[0]].concat();
    assert!(Plan::decode(&longer).unwrap_err().message.contains("left over"));
}

#[test]
fn a_changed_plan_is_refused_or_stays_inside_its_files() {
    let bytes = encode(&plan());
    for place in 0..bytes.len() {
        for flip in [0x01, 0x80, 0xFF] {
            let mut changed = bytes.clone();
            changed[place] ^= flip;
            let Ok(plan) = Plan::decode(&changed) else { continue };
            for entry in &plan.entries {
                assert!(entry.setting < plan.settings.len());
                assert!(entry.output.offset + entry.output.bytes <= plan.outputs[entry.output.file].size);
                for input in &entry.inputs {
                    let stored = input.stored;
                    assert!(stored.offset + stored.bytes <= plan.inputs[stored.file].size);
                }
            }
        }
    }
}

#[test]
fn a_count_that_the_bytes_do_not_bear_out_sets_nothing_aside() {
    let mut bytes = encode(&plan())[..36].to_vec();
    bytes.extend(u32::MAX.to_le_bytes());
    assert!(Plan::decode(&bytes).unwrap_err().message.contains("ends early"));
}

#[test]
fn a_dtype_that_does_not_exist_is_not_worked_in() {
    let mut bytes = encode(&plan());
    bytes[32..36].copy_from_slice(&22u32.to_le_bytes());
    assert!(Plan::decode(&bytes).unwrap_err().message.contains("an unknown dtype"));
}

#[test]
fn entries_are_in_the_order_of_their_names() {
    let mut plan = plan();
    plan.entries.swap(0, 1);
    assert!(Plan::decode(&encode(&plan)).unwrap_err().message.contains("out of order"));
}
