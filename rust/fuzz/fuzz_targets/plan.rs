//! A merge plan of any bytes is refused, or keeps every tensor inside its file.

#![no_main]

use fundir_core::error::Status;
use fundir_core::merge::Plan;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let plan = match Plan::decode(bytes) {
        Ok(plan) => plan,
        Err(error) => return assert_eq!(error.status, Status::Request),
    };
    for entry in &plan.entries {
        let setting = &plan.settings[entry.setting];
        assert!(setting.base.is_none_or(|base| base < entry.inputs.len()));
        let output = entry.output;
        assert!(output.offset + output.bytes <= plan.outputs[output.file].size);
        for input in entry.inputs.iter().map(|source| source.stored) {
            assert!(input.offset + input.bytes <= plan.inputs[input.file].size);
        }
    }
});
