//! The methods. A new one is a file of this folder and a line in [`REGISTRY`].

mod arcee_fusion;
mod linear;
mod nearswap;
mod passthrough;
mod ram;
mod sce;
mod span;
mod table;
mod task_vector;

use super::computation::{Computation, Method, Tensor};
use super::plan::{Entry, Setting};
use super::running::{Erased, Running};
use crate::error::{Error, Result};
pub use table::table;

/// Every method, in the order in which they are listed to users.
pub static REGISTRY: &[&Declaration] = &[
    &linear::LINEAR,
    &span::SLERP,
    &span::NUSLERP,
    &span::MULTISLERP,
    &span::KARCHER,
    &task_vector::TASK_ARITHMETIC,
    &task_vector::TIES,
    &task_vector::DARE_LINEAR,
    &task_vector::DARE_TIES,
    &task_vector::DELLA,
    &task_vector::DELLA_LINEAR,
    &task_vector::BREADCRUMBS,
    &task_vector::BREADCRUMBS_TIES,
    &sce::SCE,
    &ram::RAM,
    &ram::RAMPLUS_TL,
    &span::MODEL_STOCK,
    &nearswap::NEARSWAP,
    &arcee_fusion::ARCEE_FUSION,
    &passthrough::PASSTHROUGH,
];

/// What a method is called and what it takes.
pub struct Declaration {
    /// The name in recipes.
    pub name: &'static str,
    /// The value of `merge_method` in an output's metadata.
    pub label: &'static str,
    /// Whether it takes a base.
    pub base: Base,
    /// The fewest models, the base not counted.
    pub fewest_models: u32,
    /// The most models, the base not counted.
    pub most_models: u32,
    /// Its parameters.
    pub parameters: &'static [ParameterDeclaration],
    /// Reads the parameters of a setting.
    pub build: fn(&Declaration, &Setting) -> Result<Box<dyn AnyMethod>>,
}

/// Whether a method takes a base.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Base {
    /// It takes none.
    None = 0,
    /// It needs one.
    Required = 1,
    /// It takes one or none.
    Optional = 2,
}

/// One parameter of a method.
#[derive(Debug, Clone, Copy)]
pub struct ParameterDeclaration {
    /// The name in recipes.
    pub name: &'static str,
    /// Shared by all models, or one for each.
    pub scope: Scope,
    /// What values it takes.
    pub kind: Kind,
    /// The value where none is given; none where it has to be given.
    pub default: Option<f64>,
}

/// Whom a parameter belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// The merge.
    Shared = 0,
    /// Each model.
    Model = 1,
}

/// The values that a parameter takes.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// A number between two, both included.
    Number(f64, f64),
    /// True or false, 1 or 0.
    Bool,
    /// One of these, given as its place in the list.
    Choice(&'static [&'static str]),
}

impl ParameterDeclaration {
    const fn shared(name: &'static str, kind: Kind, default: Option<f64>) -> Self {
        ParameterDeclaration { name, scope: Scope::Shared, kind, default }
    }

    const fn model(name: &'static str, kind: Kind, default: Option<f64>) -> Self {
        ParameterDeclaration { name, scope: Scope::Model, kind, default }
    }

    /// Whether it may have this value, for an input or for all.
    fn takes(&self, input: Option<usize>, value: f64) -> bool {
        let is_whole_below = |end: usize| (0..end).any(|n| n as f64 == value);
        let fits = match self.kind {
            Kind::Number(least, most) => least <= value && value <= most,
            Kind::Bool => is_whole_below(2),
            Kind::Choice(words) => is_whole_below(words.len()),
        };
        fits && (self.scope == Scope::Model) == input.is_some()
    }
}

/// Any finite number.
const NUMBER: Kind = Kind::Number(f64::MIN, f64::MAX);

/// The declaration of a setting's method.
pub fn declaration(setting: &Setting) -> Result<&'static Declaration> {
    let declaration = REGISTRY.iter().find(|d| d.name == setting.method).copied();
    declaration.ok_or_else(|| Error::request(format!("there is no method `{}`", setting.method)))
}

/// The method of a setting, with its parameters.
pub fn build(setting: &Setting) -> Result<Box<dyn AnyMethod>> {
    let declaration = declaration(setting)?;
    for parameter in &setting.parameters {
        let declared = declaration.parameters.iter().find(|d| d.name == parameter.key);
        if !declared.is_some_and(|d| d.takes(parameter.input, parameter.value)) {
            return Err(Error::request(format!(
                "{} takes no parameter {} = {} {}",
                declaration.name,
                parameter.key,
                parameter.value,
                if parameter.input.is_some() { "for a model" } else { "for all" }
            )));
        }
    }
    (declaration.build)(declaration, setting)
}

/// Refuses an entry with more or fewer models than its method merges.
pub fn check_models(entry: &Entry, setting: &Setting) -> Result<()> {
    let declaration = declaration(setting)?;
    let models = entry.inputs.len() - usize::from(setting.base.is_some());
    if (declaration.fewest_models as usize..=declaration.most_models as usize).contains(&models) {
        return Ok(());
    }
    let message = format!("{} does not merge {models} models", declaration.name);
    Err(Error::request(message).in_tensor(&*entry.name))
}

/// A [`Method`] of unknown type.
pub trait AnyMethod: Send + Sync {
    /// See [`Method::check`].
    fn check(&self, entry: &Entry) -> Result<()>;
    /// See [`Method::unchanged`].
    fn unchanged(&self, entry: &Entry) -> Option<usize>;
    /// See [`Method::draws`].
    fn draws(&self, entry: &Entry) -> Vec<usize>;
    /// Starts a computation in f32.
    fn start_f32(&self, tensor: &mut Tensor<'_, f32>) -> Result<Box<dyn Running>>;
    /// Starts a computation in f64.
    fn start_f64(&self, tensor: &mut Tensor<'_, f64>) -> Result<Box<dyn Running>>;
}

impl<M: Method> AnyMethod for M {
    fn check(&self, entry: &Entry) -> Result<()> {
        Method::check(self, entry)
    }

    fn unchanged(&self, entry: &Entry) -> Option<usize> {
        Method::unchanged(self, entry)
    }

    fn draws(&self, entry: &Entry) -> Vec<usize> {
        Method::draws(self, entry)
    }

    fn start_f32(&self, tensor: &mut Tensor<'_, f32>) -> Result<Box<dyn Running>> {
        Ok(Box::new(Erased::new(self.start(tensor)?, tensor.entry)))
    }

    fn start_f64(&self, tensor: &mut Tensor<'_, f64>) -> Result<Box<dyn Running>> {
        Ok(Box::new(Erased::new(self.start(tensor)?, tensor.entry)))
    }
}

/// The fold of a computation that makes no reduce pass.
fn no_reduce_pass() -> ! {
    unreachable!("the computation asked for no reduce pass")
}
