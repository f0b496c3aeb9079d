//! `slerp`: spherical interpolation between two models (Shoemake, "Animating rotation with quaternion curves", 1985).

use super::{Base, Computation, Declaration, Method, NUMBER, ParameterDeclaration, Tensor};
use crate::error::Result;
use crate::kernels::combine::blend;
use crate::kernels::real::Real;
use crate::kernels::reduce::{Lanes, add_dot};
use crate::merge::block::Block;

/// [sin((1−t)θ)·a + sin(tθ)·b] / sin θ with θ the angle between the tensors, a the base; nearly parallel ones are
/// interpolated linearly.
pub static SLERP: Declaration = Declaration {
    name: "slerp",
    label: "SLERP",
    base: Base::Required,
    fewest_models: 1,
    most_models: 1,
    parameters: &[ParameterDeclaration::shared("t", NUMBER, None)],
    build: |_, setting| Ok(Box::new(Slerp { t: setting.required("t")?, base: setting.base.unwrap_or(0) })),
};

/// A norm up to this counts as 1.
const SMALLEST_NORM: f64 = 1e-8;

/// A cosine beyond this is taken for parallel.
const PARALLEL: f64 = 0.9995;

#[derive(Clone)]
struct Slerp {
    t: f64,
    base: usize,
}

impl Method for Slerp {
    type Computation<R: Real> = Interpolation<R>;

    fn start<R: Real>(&self, tensor: &mut Tensor<'_, R>) -> Result<Interpolation<R>> {
        let other = (0..tensor.entry.inputs.len()).find(|i| *i != self.base).unwrap_or(self.base);
        Ok(Interpolation { t: self.t, a: self.base, b: other, weights: None })
    }
}

struct Interpolation<R> {
    t: f64,
    a: usize,
    b: usize,
    weights: Option<(R, R)>,
}

impl<R: Real> Computation<R> for Interpolation<R> {
    /// a·a, b·b, a·b
    type Partial = [f64; 3];
    type Total = [f64; 3];

    fn wants_reduce(&self) -> bool {
        self.weights.is_none()
    }

    fn reduce(&self, block: &mut Block<'_, R>) -> [f64; 3] {
        let level = block.level;
        let mut sums = [Lanes::default(); 3];
        block.each_chunk(|chunk| {
            let (a, b) = (chunk.input(self.a), chunk.input(self.b));
            for (sum, (x, y)) in sums.iter_mut().zip([(a, a), (b, b), (a, b)]) {
                add_dot(level, x, y, sum);
            }
        });
        sums.map(|sum| sum.total())
    }

    fn add(&self, total: &mut [f64; 3], partial: [f64; 3]) {
        total.iter_mut().zip(partial).for_each(|(sum, more)| *sum += more);
    }

    fn fold(&mut self, [aa, bb, ab]: [f64; 3]) -> Result<()> {
        let (wa, wb) = weights(self.t, aa.sqrt(), bb.sqrt(), ab);
        self.weights = Some((R::from_f64(wa), R::from_f64(wb)));
        Ok(())
    }

    fn apply<'b>(&self, block: &'b mut Block<'_, R>) -> &'b [u8] {
        let (wa, wb) = self.weights.unwrap_or_default();
        let level = block.level;
        block.compute(|chunk, out| blend(level, wa, chunk.input(self.a), wb, chunk.input(self.b), out))
    }
}

/// The weights of a and b, from their norms and dot product.
fn weights(t: f64, norm_a: f64, norm_b: f64, dot: f64) -> (f64, f64) {
    let [norm_a, norm_b] = [norm_a, norm_b].map(|norm| if norm <= SMALLEST_NORM { 1.0 } else { norm });
    let cosine = (dot / (norm_a * norm_b)).clamp(-1.0, 1.0);
    if cosine.abs() > PARALLEL {
        return (1.0 - t, t);
    }
    // libm and not the system's mathematics: the same bits on every platform.
    let angle = libm::acos(cosine);
    let sine = libm::sin(angle);
    (libm::sin((1.0 - t) * angle) / sine, libm::sin(t * angle) / sine)
}
