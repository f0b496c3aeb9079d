//! A sample of a tensor's task vectors, from which the search for their largest elements starts.

use super::Tensor;
use crate::error::Result;
use crate::kernels::combine::subtract;
use crate::kernels::real::Real;

/// Evenly spread pieces of the tensor, and the elements of each.
const PIECES: u64 = 128;
const PIECE: usize = 1024;

/// Keys of the magnitudes of some elements of each input's difference from the base. The tensor has at least as many elements
/// as a piece.
pub fn keys<R: Real>(tensor: &Tensor<'_, R>, base: usize, inputs: &[usize]) -> Result<Vec<Vec<R::Key>>> {
    let mut keys = vec![Vec::with_capacity(PIECES as usize * PIECE); inputs.len()];
    let [mut base_piece, mut piece, mut delta] = [[R::ZERO; PIECE]; 3];
    let last = tensor.entry.elements - PIECE as u64;
    for i in 0..PIECES {
        let start = (u128::from(last) * u128::from(i) / u128::from(PIECES - 1)) as u64;
        (tensor.read)(base, start, &mut base_piece)?;
        for (input, keys) in inputs.iter().zip(&mut keys) {
            (tensor.read)(*input, start, &mut piece)?;
            subtract(tensor.level, &piece, &base_piece, &mut delta);
            keys.extend(delta.iter().map(|x| x.key()));
        }
    }
    Ok(keys)
}
