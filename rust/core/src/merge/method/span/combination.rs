//! The computation of the family: dot products, coefficients, weighted sum.

use super::gram::{Gram, pairs, products};
use super::{Axis, Rule, Vectors};
use crate::error::Result;
use crate::kernels::combine::{add, add_scaled_each, scale_each, subtract, weighted_sum};
use crate::kernels::real::Real;
use crate::kernels::reduce::{Lanes, add_dot, add_dots_of_two, add_products};
use crate::kernels::simd::Level;
use crate::merge::block::{Block, Chunk};
use crate::merge::blocks::{BLOCK, CHUNK, Cut};
use crate::merge::computation::Computation;
use crate::merge::plan::Entry;

/// The merge of one tensor.
pub struct Combination<R, T> {
    rule: T,
    origin: Option<usize>,
    inputs: Vec<usize>,
    layout: Layout,
    /// Those of all vectors' coefficients that a pass had to find.
    found: Option<Vec<R>>,
}

/// Where the vectors of an input are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Layout {
    /// One after the other, with so many elements each.
    Rows(u64),
    /// So many side by side.
    Columns(u64),
}

impl Layout {
    fn of(axis: Axis, entry: &Entry) -> Layout {
        let last = entry.shape.last().copied().unwrap_or(1);
        let columns = entry.shape.first().map_or(1, |first| entry.elements / (*first).max(1));
        match axis {
            Axis::Last => Layout::Rows(last),
            Axis::First if columns > 1 => Layout::Columns(columns),
            _ => Layout::Rows(entry.elements),
        }
    }
}

/// What a block gives to the dot products: those of the vectors from number `first` on, as far as it has parts of them. Of
/// rows, all products of one after the other; of columns, each product for one column after the other.
pub struct Sums {
    first: u64,
    sums: Vec<f64>,
}

impl<R: Real, T: Rule> Combination<R, T> {
    /// The merge of an entry.
    pub fn new(rule: T, vectors: Vectors, entry: &Entry) -> Self {
        let layout = Layout::of(vectors.axis, entry);
        Combination { rule, origin: vectors.origin, inputs: vectors.inputs, layout, found: None }
    }

    /// Calls `f` with the vectors' elements of each chunk.
    fn each_chunk(&self, block: &mut Block<'_, R>, mut f: impl FnMut(&Chunk<'_, R>, &[&[R]])) {
        let mut differences = self.buffers();
        let level = block.level;
        block.each_chunk(|chunk| {
            let vectors = self.of_chunk(level, &chunk, &mut differences);
            f(&chunk, &vectors);
        });
    }

    /// Room for the differences from an origin.
    fn buffers(&self) -> Vec<Vec<R>> {
        let count = if self.origin.is_some() { self.inputs.len() } else { 0 };
        vec![vec![R::ZERO; CHUNK]; count]
    }

    fn of_chunk<'c>(
        &self,
        level: Level,
        chunk: &'c Chunk<'_, R>,
        differences: &'c mut [Vec<R>],
    ) -> Vec<&'c [R]> {
        let Some(origin) = self.origin else {
            return self.inputs.iter().map(|input| chunk.input(*input)).collect();
        };
        for (input, difference) in self.inputs.iter().zip(&mut *differences) {
            subtract(level, chunk.input(*input), chunk.input(origin), &mut difference[..chunk.len()]);
        }
        differences.iter().map(|difference| &difference[..chunk.len()]).collect()
    }

    /// The dot products of the rows that a block has elements of.
    fn row_sums(&self, block: &mut Block<'_, R>) -> Sums {
        let (level, count) = (block.level, self.inputs.len());
        let (mut first, mut row) = (None, None);
        let mut lanes = vec![Lanes::default(); products(count)];
        let mut sums = Vec::new();
        self.each_chunk(block, |chunk, vectors| {
            first.get_or_insert(chunk.row);
            if row.replace(chunk.row).is_some_and(|before| before != chunk.row) {
                sums.extend(lanes.iter().map(Lanes::total));
                lanes.fill(Lanes::default());
            }
            match (vectors, &mut lanes[..]) {
                ([x, y], [xx, xy, yy]) => {
                    let mut sums = [*xx, *xy, *yy];
                    add_dots_of_two(level, x, y, &mut sums);
                    [*xx, *xy, *yy] = sums;
                }
                (_, lanes) => {
                    for ((i, j), lanes) in pairs(count).zip(lanes) {
                        add_dot(level, vectors[i], vectors[j], lanes);
                    }
                }
            }
        });
        sums.extend(lanes.iter().map(Lanes::total));
        Sums { first: first.unwrap_or(0), sums }
    }

    /// The same of the columns.
    fn column_sums(&self, block: &mut Block<'_, R>, columns: u64) -> Sums {
        let (level, count) = (block.level, self.inputs.len());
        let first = block.elements.start % columns;
        let width = columns.min(block.len() as u64) as usize;
        let mut sums = vec![0.0; products(count) * width];
        self.each_chunk(block, |chunk, vectors| {
            let from = (chunk.start % columns - first) as usize;
            for ((i, j), sums) in pairs(count).zip(sums.chunks_mut(width)) {
                add_products(level, vectors[i], vectors[j], &mut sums[from..from + chunk.len()]);
            }
        });
        Sums { first, sums }
    }

    /// The coefficients of rows, from all their products: those of one row after the other.
    fn of_rows(&self, sums: &[f64]) -> Result<Vec<R>> {
        let count = self.inputs.len();
        let mut coefficients = Vec::with_capacity(sums.len() / products(count) * count);
        for row in sums.chunks(products(count)) {
            let found = self.rule.coefficients(&self.inputs, &Gram::new(count, row))?;
            coefficients.extend(found.into_iter().map(R::from_f64));
        }
        Ok(coefficients)
    }

    /// The coefficients of columns: those of one input after the other.
    fn of_columns(&self, sums: &[f64], columns: u64) -> Result<Vec<R>> {
        let (count, columns) = (self.inputs.len(), columns as usize);
        let mut coefficients = vec![R::ZERO; count * columns];
        let mut products = vec![0.0; products(count)];
        for column in 0..columns {
            for (product, sums) in products.iter_mut().zip(sums.chunks(columns)) {
                *product = sums[column];
            }
            let found = self.rule.coefficients(&self.inputs, &Gram::new(count, &products))?;
            for (input, c) in found.into_iter().enumerate() {
                coefficients[input * columns + column] = R::from_f64(c);
            }
        }
        Ok(coefficients)
    }

    fn in_one_pass(&self) -> bool {
        matches!(self.layout, Layout::Rows(length) if length <= BLOCK)
    }

    /// Adds up the vectors of rows with their coefficients, which begin with those of row `first`.
    fn combine_rows<'b>(
        &self,
        block: &'b mut Block<'_, R>,
        coefficients: &[R],
        first: u64,
    ) -> &'b mut Vec<u8> {
        let (level, count) = (block.level, self.inputs.len());
        let mut differences = self.buffers();
        block.compute(|chunk, out| {
            let vectors = self.of_chunk(level, &chunk, &mut differences);
            let coefficients = &coefficients[(chunk.row - first) as usize * count..][..count];
            // A vector that does not count takes nothing in, be it infinite.
            let counting = coefficients.iter().zip(vectors).filter(|(c, _)| **c != R::ZERO);
            let (coefficients, vectors): (Vec<_>, Vec<_>) = counting.unzip();
            weighted_sum(level, &vectors, &coefficients, None, out);
            self.add_origin(level, &chunk, out);
        })
    }

    fn combine_columns<'b>(
        &self,
        block: &'b mut Block<'_, R>,
        coefficients: &[R],
        columns: u64,
    ) -> &'b mut Vec<u8> {
        let level = block.level;
        let mut differences = self.buffers();
        block.compute(|chunk, out| {
            let vectors = self.of_chunk(level, &chunk, &mut differences);
            let from = (chunk.start % columns) as usize;
            let of_input = |input: usize| &coefficients[input * columns as usize + from..][..chunk.len()];
            for (input, vector) in vectors.into_iter().enumerate() {
                match input {
                    0 => scale_each(level, of_input(input), vector, out),
                    _ => add_scaled_each(level, of_input(input), vector, out),
                }
            }
            self.add_origin(level, &chunk, out);
        })
    }

    fn add_origin(&self, level: Level, chunk: &Chunk<'_, R>, out: &mut [R]) {
        if let Some(origin) = self.origin {
            add(level, chunk.input(origin), out);
        }
    }
}

impl<R: Real, T: Rule> Computation<R> for Combination<R, T> {
    type Partial = Sums;
    /// The sums of all vectors, in the order of a block's.
    type Total = Vec<f64>;

    fn cut(&self) -> Cut {
        match self.layout {
            Layout::Rows(length) => Cut::AtRows(length),
            Layout::Columns(count) => Cut::AtRows(count),
        }
    }

    fn wants_reduce(&self) -> bool {
        self.found.is_none() && !self.in_one_pass()
    }

    fn reads(&self, input: usize) -> bool {
        self.origin == Some(input) || self.inputs.contains(&input)
    }

    fn reduce(&self, block: &mut Block<'_, R>) -> Sums {
        match self.layout {
            Layout::Rows(_) => self.row_sums(block),
            Layout::Columns(count) => self.column_sums(block, count),
        }
    }

    fn add(&self, total: &mut Vec<f64>, partial: Sums) {
        let count = products(self.inputs.len());
        match self.layout {
            Layout::Rows(_) => {
                let from = partial.first as usize * count;
                total.resize(total.len().max(from + partial.sums.len()), 0.0);
                total[from..].iter_mut().zip(partial.sums).for_each(|(sum, more)| *sum += more);
            }
            Layout::Columns(columns) => {
                total.resize(count * columns as usize, 0.0);
                let width = partial.sums.len() / count;
                for (total, sums) in total.chunks_mut(columns as usize).zip(partial.sums.chunks(width)) {
                    let total = &mut total[partial.first as usize..];
                    total.iter_mut().zip(sums).for_each(|(sum, more)| *sum += more);
                }
            }
        }
    }

    fn fold(&mut self, total: Vec<f64>) -> Result<()> {
        self.found = Some(match self.layout {
            Layout::Rows(_) => self.of_rows(&total)?,
            Layout::Columns(columns) => self.of_columns(&total, columns)?,
        });
        Ok(())
    }

    fn apply<'b>(&self, block: &'b mut Block<'_, R>) -> Result<&'b mut Vec<u8>> {
        match (&self.found, self.layout) {
            (Some(found), Layout::Columns(columns)) => Ok(self.combine_columns(block, found, columns)),
            (Some(found), Layout::Rows(_)) => Ok(self.combine_rows(block, found, 0)),
            (None, _) => {
                let Sums { first, sums } = self.row_sums(block);
                let found = self.of_rows(&sums)?;
                Ok(self.combine_rows(block, &found, first))
            }
        }
    }
}
