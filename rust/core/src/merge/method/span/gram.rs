//! The dot products of some vectors with each other.

/// A Gram matrix: G = (vᵢ·vⱼ), in f64. With it, a combination `Σ cᵢvᵢ` is known by its coefficients.
///
/// Sums of N products carry a relative error of about 1e-16·√N, so that the angle of two nearly parallel vectors is known to
/// about 1e-8 and better: far less than what the elements' own dtypes leave of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Gram<'g> {
    vectors: usize,
    /// Row by row, from the diagonal on.
    products: &'g [f64],
}

/// The number of dot products of so many vectors.
pub const fn products(vectors: usize) -> usize {
    vectors * (vectors + 1) / 2
}

/// The pairs whose dot products make a Gram matrix, in its order.
pub fn pairs(vectors: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..vectors).flat_map(move |i| (i..vectors).map(move |j| (i, j)))
}

impl<'g> Gram<'g> {
    /// The matrix of these products, in the order of [`pairs`].
    pub fn new(vectors: usize, products: &'g [f64]) -> Self {
        Gram { vectors, products }
    }

    /// vᵢ·vⱼ
    pub fn product(&self, i: usize, j: usize) -> f64 {
        let (i, j) = (i.min(j), i.max(j));
        self.products[i * self.vectors - i * (i + 1) / 2 + j]
    }

    /// ‖vᵢ‖
    pub fn norm(&self, i: usize) -> f64 {
        self.product(i, i).sqrt()
    }

    /// The dot product of two combinations.
    pub fn dot(&self, a: &[f64], b: &[f64]) -> f64 {
        let row = |i: usize| (0..self.vectors).map(|j| self.product(i, j) * b[j]).sum::<f64>();
        (0..self.vectors).map(|i| a[i] * row(i)).sum()
    }

    /// The norm of a combination. Rounding can leave the square of a tiny one below zero.
    pub fn norm_of(&self, a: &[f64]) -> f64 {
        self.dot(a, a).max(0.0).sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn combinations_are_measured_as_explicit_vectors_are() {
        let v = [[1.0, 2.0, -1.0, 0.5], [0.0, 3.0, 1.0, -2.0], [4.0, -1.0, 0.25, 1.0]];
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        let sums: Vec<_> = pairs(3).map(|(i, j)| dot(&v[i], &v[j])).collect();
        assert_eq!(sums.len(), products(3));
        let gram = Gram::new(3, &sums);
        let combined = |c: &[f64]| (0..4).map(|e| (0..3).map(|i| c[i] * v[i][e]).sum()).collect::<Vec<f64>>();
        let (a, b) = ([0.5, -1.0, 2.0], [1.0, 1.0, 0.25]);
        assert!((gram.dot(&a, &b) - dot(&combined(&a), &combined(&b))).abs() < 1e-12);
        assert!((gram.norm_of(&a) - dot(&combined(&a), &combined(&a)).sqrt()).abs() < 1e-12);
        assert_eq!(gram.product(2, 1), dot(&v[1], &v[2]));
        assert_eq!(gram.norm(1), dot(&v[1], &v[1]).sqrt());
    }
}
