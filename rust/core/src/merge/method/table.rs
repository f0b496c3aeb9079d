//! The table of methods in the encoding of `fundir.h`, from which other languages learn names, parameters and bounds.

use super::{Declaration, Kind, ParameterDeclaration, REGISTRY};

/// The encoded table.
pub fn table() -> Vec<u8> {
    let mut out = Vec::new();
    list(&mut out, REGISTRY, |out, declaration| method(out, declaration));
    out
}

fn method(out: &mut Vec<u8>, declaration: &Declaration) {
    string(out, declaration.name);
    string(out, declaration.label);
    number(out, declaration.base as u32);
    number(out, declaration.fewest_models);
    number(out, declaration.most_models);
    list(out, declaration.parameters, parameter);
}

fn parameter(out: &mut Vec<u8>, declaration: &ParameterDeclaration) {
    let (kind, [lowest, highest], choices) = match declaration.kind {
        Kind::Number(lowest, highest) => (0, [lowest, highest], &[][..]),
        Kind::Bool => (1, [0.0, 1.0], &[][..]),
        Kind::Choice(choices) => (2, [0.0, choices.len() as f64 - 1.0], choices),
    };
    string(out, declaration.name);
    number(out, declaration.scope as u32);
    number(out, kind);
    for value in [declaration.default.unwrap_or(f64::NAN), lowest, highest] {
        out.extend(value.to_le_bytes());
    }
    list(out, choices, |out, choice| string(out, choice));
}

fn list<T>(out: &mut Vec<u8>, items: &[T], mut write: impl FnMut(&mut Vec<u8>, &T)) {
    number(out, items.len() as u32);
    for item in items {
        write(out, item);
    }
}

fn string(out: &mut Vec<u8>, text: &str) {
    number(out, text.len() as u32);
    out.extend(text.as_bytes());
}

fn number(out: &mut Vec<u8>, number: u32) {
    out.extend(number.to_le_bytes());
}
