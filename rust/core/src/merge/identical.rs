//! Tensors that are not averaged have to be the same in all models: checked before any work.

use super::places::Places;
use super::plan::{Entry, IDENTICAL, Plan};
use crate::error::{Error, Result, Status};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// Bytes compared at a time.
const PIECE: u64 = 1 << 17;

/// The most names in the message.
const NAMED: usize = 10;

/// Compares the inputs of every `identical` entry; an error names all tensors that differ.
pub fn check(plan: &Plan, places: &Places<'_>, threads: usize, cancel: &AtomicU64) -> Result<()> {
    let compares =
        |entry: &&Entry| plan.settings[entry.setting].method == IDENTICAL && entry.inputs.len() > 1;
    let entries: Vec<_> = plan.entries[plan.part.clone()].iter().filter(compares).collect();
    let next = AtomicUsize::new(0);
    let outcomes = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..threads.min(entries.len()) {
            scope.spawn(|| {
                while let Some(entry) = entries.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let outcome = differing_input(entry, places, cancel);
                    outcomes.lock().unwrap_or_else(PoisonError::into_inner).push((entry, outcome));
                }
            });
        }
    });
    let mut outcomes = outcomes.into_inner().unwrap_or_else(PoisonError::into_inner);
    outcomes.sort_by(|(a, _), (b, _)| a.name.cmp(&b.name));
    let mut differing = Vec::new();
    for (entry, outcome) in outcomes {
        if let Some(input) = outcome.map_err(|e| e.in_tensor(&*entry.name))? {
            differing.push((*entry, input));
        }
    }
    if differing.is_empty() { Ok(()) } else { Err(conflict(&differing, plan)) }
}

/// The first input whose bytes are not those of the first one.
fn differing_input(entry: &Entry, places: &Places<'_>, cancel: &AtomicU64) -> Result<Option<usize>> {
    let (mut first, mut other) = (Vec::new(), Vec::new());
    let bytes = entry.output.bytes;
    for start in (0..bytes).step_by(PIECE as usize) {
        if cancel.load(Ordering::Relaxed) != 0 {
            return Err(Error::new(Status::Cancelled, "the merge was cancelled"));
        }
        let length = PIECE.min(bytes - start) as usize;
        let read = |input: usize, buffer: &mut Vec<u8>| {
            let stored = entry.inputs[input].stored;
            buffer.resize(length, 0);
            places.input(stored.file)?.read(stored.offset + start, buffer)
        };
        read(0, &mut first)?;
        for input in 1..entry.inputs.len() {
            read(input, &mut other)?;
            if first != other {
                return Ok(Some(input));
            }
        }
    }
    Ok(None)
}

fn conflict(differing: &[(&Entry, usize)], plan: &Plan) -> Error {
    let name = |(entry, input): &(&Entry, usize)| {
        let path = |i: usize| plan.inputs[entry.inputs[i].stored.file].path.display();
        format!("`{}` ({}) in {} and {}", entry.name, entry.output.dtype, path(0), path(*input))
    };
    let named: Vec<_> = differing.iter().take(NAMED).map(name).collect();
    let more = match differing.len() - named.len() {
        0 => String::new(),
        more => format!(", and {more} more"),
    };
    let message = format!(
        "tensors that are not averaged differ between the models: {}{more}; say whose to take",
        named.join(", ")
    );
    Error::request(message).in_tensor(&*differing[0].0.name)
}
