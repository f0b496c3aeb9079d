//! The two orders of a header's tensors, and names that appear twice.

use super::entries::Tensor;
use super::rules::Rules;
use super::strict;
use crate::error::Result;

/// Brings the tensors into file order, keeps only the last of those with the same name (as the reference crate does),
/// and returns the positions of the rest in name order. The strict mode refuses names that stand twice.
///
/// The sorts are stable ones that make use of sorted runs: headers are usually sorted by offset, and by name
/// within each dtype.
pub(super) fn by_name_and_offset(tensors: &mut Vec<Tensor<'_>>, rules: &Rules) -> Result<Vec<u32>> {
    let mut by_name = name_order(tensors);
    let twice = by_name.windows(2).find(|pair| name(tensors, pair[0]) == name(tensors, pair[1]));
    if let Some(&[first, second]) = twice {
        if rules.strict {
            return Err(strict::duplicate_name(&tensors[first as usize], &tensors[second as usize]));
        }
        drop_shadowed(tensors, &by_name);
        by_name = name_order(tensors);
    }
    if tensors.is_sorted_by_key(offsets) {
        return Ok(by_name);
    }
    let mut by_offset: Vec<u32> = (0..tensors.len() as u32).collect();
    by_offset.sort_by_key(|i| offsets(&tensors[*i as usize]));
    let mut place = vec![0; tensors.len()];
    for (new, old) in by_offset.iter().enumerate() {
        place[*old as usize] = new as u32;
    }
    tensors.sort_by_key(offsets);
    by_name.iter_mut().for_each(|i| *i = place[*i as usize]);
    Ok(by_name)
}

fn name_order(tensors: &[Tensor<'_>]) -> Vec<u32> {
    let mut order: Vec<u32> = (0..tensors.len() as u32).collect();
    order.sort_by(|a, b| name(tensors, *a).cmp(name(tensors, *b)));
    order
}

fn name<'t>(tensors: &'t [Tensor<'_>], i: u32) -> &'t str {
    &tensors[i as usize].name
}

fn offsets(tensor: &Tensor<'_>) -> (u64, u64) {
    (tensor.begin, tensor.end)
}

/// Removes the tensors whose name comes again later in the header.
fn drop_shadowed(tensors: &mut Vec<Tensor<'_>>, by_name: &[u32]) {
    let mut shadowed = vec![false; tensors.len()];
    for pair in by_name.windows(2) {
        shadowed[pair[0] as usize] = name(tensors, pair[0]) == name(tensors, pair[1]);
    }
    let mut shadowed = shadowed.into_iter();
    tensors.retain(|_| !shadowed.next().unwrap_or(false));
}
