//! Tensors in temporary files, recipes that run over them, and the oracle.

pub mod encode;
pub mod oracle;

use fundir_core::dtype;
use fundir_core::error::Result;
use fundir_core::kernels::convert::{narrow, widen};
use fundir_core::kernels::simd::Level;
use fundir_core::merge::engine::run_at;
use fundir_core::merge::plan::{Entry, Generator, Parameter, Plan, PlannedFile, Setting, Source, Stored};
use fundir_core::merge::{Control, Report};
use safetensors::Dtype;
use std::path::Path;
use std::sync::atomic::AtomicU64;

/// A number in 0..1 that looks random (SplitMix64).
pub fn random(seed: u64) -> f64 {
    let x = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(0x1234_5678_9ABC_DEF1);
    let x = (x ^ x >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let x = (x ^ x >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
    (x >> 11) as f64 / (1u64 << 53) as f64
}

/// One tensor of a model.
#[derive(Debug, Clone)]
pub struct Model {
    pub dtype: Dtype,
    pub shape: Vec<u64>,
    pub bytes: Vec<u8>,
}

impl Model {
    /// Model 0 is the base, the others are near it as fine-tunes are.
    pub fn random(number: u64, dtype: Dtype, shape: &[u64]) -> Model {
        let elements: u64 = shape.iter().product();
        let element =
            |i| random(i) - 0.5 + if number == 0 { 0.0 } else { (random(i + (number << 40)) - 0.5) / 8.0 };
        Model::from_values(dtype, shape, &(0..elements).map(element).collect::<Vec<_>>())
    }

    /// Models that have nothing to do with each other, so that signs and directions differ.
    pub fn unrelated(number: u64, dtype: Dtype, shape: &[u64]) -> Model {
        let elements: u64 = shape.iter().product();
        let element = |i| random(i + ((number + 1) << 40)) - 0.5;
        Model::from_values(dtype, shape, &(0..elements).map(element).collect::<Vec<_>>())
    }

    pub fn from_values(dtype: Dtype, shape: &[u64], values: &[f64]) -> Model {
        let mut bytes = vec![0; values.len() * dtype.bitsize() / 8];
        narrow(Level::SCALAR, values, dtype, &mut bytes);
        Model { dtype, shape: shape.to_vec(), bytes }
    }

    pub fn values(&self) -> Vec<f64> {
        let mut values = vec![0f64; self.bytes.len() * 8 / self.dtype.bitsize()];
        widen(Level::SCALAR, self.dtype, &self.bytes, &mut values);
        values
    }

    pub fn put(&mut self, element: usize, value: f64) {
        let width = self.dtype.bitsize() / 8;
        narrow(Level::SCALAR, &[value], self.dtype, &mut self.bytes[element * width..][..width]);
    }
}

/// A method, its parameters, and how it is run.
#[derive(Debug, Clone)]
pub struct Recipe {
    pub method: &'static str,
    /// Whether the first model is the base.
    pub with_base: bool,
    pub parameters: Vec<Parameter>,
    pub generator: Generator,
    pub seed: u64,
    pub work: Option<Dtype>,
    pub threads: u32,
    pub memory: u64,
    pub level: Level,
    /// Bytes before each tensor, so that it lies at any address.
    pub padding: u64,
}

/// A merged tensor.
#[derive(Debug)]
pub struct Merged {
    pub dtype: Dtype,
    pub bytes: Vec<u8>,
    pub report: Report,
}

impl Merged {
    pub fn values(&self) -> Vec<f64> {
        Model { dtype: self.dtype, shape: vec![], bytes: self.bytes.clone() }.values()
    }
}

impl Recipe {
    pub fn new(method: &'static str) -> Recipe {
        Recipe {
            method,
            with_base: !matches!(method, "linear" | "passthrough" | "nuslerp" | "multislerp" | "karcher"),
            parameters: vec![],
            generator: Generator::Philox,
            seed: 0,
            work: None,
            threads: 2,
            memory: 64 << 20,
            level: Level::detect(),
            padding: 0,
        }
    }

    pub fn base(&self) -> Option<usize> {
        self.with_base.then_some(0)
    }

    /// The first model is the base, though the method does without.
    pub fn with_base(self) -> Recipe {
        Recipe { with_base: true, ..self }
    }

    /// How many models it merges here, the base too.
    pub fn inputs(&self) -> usize {
        match self.method {
            "passthrough" => 1,
            "slerp" | "nearswap" | "arcee_fusion" => 2,
            "nuslerp" if !self.with_base => 2,
            _ => 3,
        }
    }

    /// A parameter of the models, in order; the base has none.
    pub fn model(mut self, key: &str, values: &[f64]) -> Recipe {
        let first = usize::from(self.base().is_some());
        let each = values.iter().enumerate();
        self.parameters.extend(each.map(|(i, v)| Parameter {
            key: key.into(),
            input: Some(first + i),
            value: *v,
        }));
        self
    }

    pub fn shared(mut self, key: &str, value: f64) -> Recipe {
        self.parameters.push(Parameter { key: key.into(), input: None, value });
        self
    }

    pub fn setting(&self) -> Setting {
        Setting { method: self.method.into(), base: self.base(), parameters: self.parameters.clone() }
    }

    /// True when no element of the result depends on other elements.
    pub fn is_elementwise(&self) -> bool {
        match self.method {
            "linear" | "passthrough" | "nearswap" | "ram" | "task_arithmetic" => true,
            "dare_linear" | "dare_ties" => self.setting().shared("rescale", 1.0) != 1.0,
            _ => false,
        }
    }

    /// True when the elements are chosen by numbers that are computed in the width of the merge: next to the threshold some can
    /// be chosen otherwise than by the formula in f64.
    pub fn chooses_by_rounded_numbers(&self) -> bool {
        matches!(self.method, "arcee_fusion" | "sce")
    }

    pub fn run(&self, models: &[Model], output: Dtype) -> Merged {
        let (mut merged, report) = self.run_all(&[models.to_vec()], output).unwrap();
        Merged { dtype: output, bytes: merged.remove(0), report }
    }

    /// Merges several tensors in one plan, each given by its models.
    pub fn run_all(&self, tensors: &[Vec<Model>], output: Dtype) -> Result<(Vec<Vec<u8>>, Report)> {
        let folder = tempfile::tempdir().unwrap();
        let plan = self.plan(folder.path(), tensors, output);
        let words = [const { AtomicU64::new(0) }; 3];
        let report =
            run_at(&plan, Control { bytes: &words[0], tensors: &words[1], cancel: &words[2] }, self.level)?;
        let written = std::fs::read(&plan.outputs[0].path).unwrap();
        let bytes = plan
            .entries
            .iter()
            .map(|e| written[e.output.offset as usize..(e.output.offset + e.output.bytes) as usize].to_vec());
        Ok((bytes.collect(), report))
    }

    /// The plan, with its files in `folder`: one for each model, and one for the output.
    pub fn plan(&self, folder: &Path, tensors: &[Vec<Model>], output: Dtype) -> Plan {
        let mut files = vec![Vec::new(); tensors.iter().map(Vec::len).max().unwrap_or(0)];
        let mut end = 0;
        let entries = tensors.iter().enumerate().map(|(number, models)| {
            let inputs = models.iter().enumerate().map(|(i, model)| {
                let file: &mut Vec<u8> = &mut files[i];
                file.extend(std::iter::repeat_n(0, self.padding as usize));
                let offset = file.len() as u64;
                file.extend(&model.bytes);
                let bytes = model.bytes.len() as u64;
                Source { stored: Stored { file: i, offset, dtype: model.dtype, bytes }, model: i as u32 }
            });
            let inputs = inputs.collect();
            let shape = models[0].shape.clone();
            let elements = shape.iter().product();
            let stored = Stored {
                file: 0,
                offset: end,
                dtype: output,
                bytes: dtype::byte_size(output, elements).unwrap(),
            };
            end += stored.bytes + self.padding;
            Entry { name: format!("t{number:03}"), setting: 0, shape, elements, output: stored, inputs }
        });
        let entries: Vec<_> = entries.collect();
        let written = files.iter().enumerate().map(|(i, bytes)| {
            let path = folder.join(format!("model{i}"));
            std::fs::write(&path, bytes).unwrap();
            PlannedFile { path, size: bytes.len() as u64 }
        });
        let inputs = written.collect();
        let output = PlannedFile { path: folder.join("output"), size: end };
        std::fs::write(&output.path, []).unwrap();
        Plan {
            threads: self.threads,
            generator: self.generator,
            memory: self.memory,
            seed: self.seed,
            work: self.work,
            inputs,
            outputs: vec![output],
            settings: vec![self.setting()],
            part: 0..entries.len(),
            entries,
        }
    }
}

/// Elements that can be chosen otherwise, of a tensor of which some have nearly the number of the threshold.
const CHOSEN_OTHERWISE: usize = 3;

/// Compares with what the formula gives in f64: within the rounding to the output dtype, and of the arithmetic in f32.
pub fn assert_close(recipe: &Recipe, merged: &Merged, expected: &[f64], output: Dtype) {
    let step = match output {
        Dtype::F16 => 2f64.powi(-11),
        Dtype::BF16 => 2f64.powi(-8),
        _ => 0.0,
    };
    let values = merged.values();
    assert_eq!(values.len(), expected.len());
    let is_off = |i: &usize| {
        let (got, want) = (values[*i], expected[*i]);
        let tolerance = step * 1.01 * want.abs() + 1e-6 * want.abs() + 4e-7;
        (got - want).abs() > tolerance || got.is_nan()
    };
    let off: Vec<_> = (0..values.len()).filter(is_off).collect();
    let allowed = if recipe.chooses_by_rounded_numbers() { CHOSEN_OTHERWISE } else { 0 };
    let shown: Vec<_> = off.iter().take(3).map(|i| (*i, values[*i], expected[*i])).collect();
    assert!(off.len() <= allowed, "{recipe:?}: {} off, such as {shown:?}", off.len());
}
