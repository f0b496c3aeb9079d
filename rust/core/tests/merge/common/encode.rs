//! The encoding of plans, written from `fundir.h` and independent of the decoder.

use fundir_core::dtype;
use fundir_core::merge::plan::{Generator, Plan, PlannedFile, Stored};

pub fn encode(plan: &Plan) -> Vec<u8> {
    let mut out = Encoder(Vec::new());
    out.u32(0x4E4C_5046);
    out.u32(2);
    out.u32(plan.threads);
    out.u32(match plan.generator {
        Generator::Philox => 0,
        Generator::Mt19937 => 1,
        Generator::None => 2,
    });
    out.u64(plan.memory);
    out.u64(plan.seed);
    out.u32(plan.work.map_or(u32::MAX, |dtype| u32::from(dtype::code(dtype))));
    out.list(&plan.inputs, Encoder::file);
    out.list(&plan.outputs, Encoder::file);
    out.list(&plan.settings, |out, setting| {
        out.text(&setting.method);
        out.index(setting.base);
        out.list(&setting.parameters, |out, parameter| {
            out.text(&parameter.key);
            out.index(parameter.input);
            out.u64(parameter.value.to_bits());
        });
    });
    out.list(&plan.entries, |out, entry| {
        out.text(&entry.name);
        out.u32(entry.setting as u32);
        out.list(&entry.shape, |out, dim| out.u64(*dim));
        out.stored(&entry.output);
        out.list(&entry.inputs, |out, input| {
            out.stored(&input.stored);
            out.u32(input.model);
        });
    });
    out.u32(plan.part.start as u32);
    out.u32(plan.part.len() as u32);
    out.0
}

struct Encoder(Vec<u8>);

impl Encoder {
    fn u32(&mut self, value: u32) {
        self.0.extend(value.to_le_bytes());
    }

    fn u64(&mut self, value: u64) {
        self.0.extend(value.to_le_bytes());
    }

    fn index(&mut self, index: Option<usize>) {
        self.u32(index.map_or(u32::MAX, |i| i as u32));
    }

    fn text(&mut self, text: &str) {
        self.u32(text.len() as u32);
        self.0.extend(text.as_bytes());
    }

    fn list<T>(&mut self, items: &[T], write: impl Fn(&mut Self, &T)) {
        self.u32(items.len() as u32);
        items.iter().for_each(|item| write(self, item));
    }

    fn file(&mut self, file: &PlannedFile) {
        self.text(file.path.to_str().unwrap());
        self.u64(file.size);
    }

    fn stored(&mut self, stored: &Stored) {
        self.u32(stored.file as u32);
        self.u64(stored.offset);
        self.0.push(dtype::code(stored.dtype));
    }
}
