//! How a tensor is cut into blocks, the unit of reading, computing and writing, and of reductions.

use std::ops::Range;

/// The most elements of a block. Reductions are combined per block, so this is a constant and not a setting: results depend
/// on it.
pub const BLOCK: u64 = 1 << 16;

/// The most elements widened and computed at a time, few enough to stay in the first-level cache. A multiple of the lanes of
/// sums and of the groups of random masks.
pub const CHUNK: usize = 1 << 10;

/// Where a tensor may be cut into blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// Wherever a block is full.
    Anywhere,
    /// Between rows of this length, and inside those that are longer than a block.
    AtRows(u64),
    /// Between rows of this length only: a longer row makes a larger block.
    BetweenRows(u64),
}

/// The blocks of a tensor, and the chunks of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Blocks {
    elements: u64,
    /// The tensor is cut into parts of this many elements first, and then each into blocks.
    part: u64,
    block: u64,
    /// No chunk has elements of two rows.
    row: u64,
}

impl Blocks {
    /// Blocks of [`BLOCK`] elements, wherever rows end.
    fn flat(elements: u64) -> Blocks {
        Blocks { elements, part: elements, block: BLOCK, row: elements }
    }

    /// Blocks of as many whole rows as fit into [`BLOCK`] elements, or of parts of one row where not even one fits. Chunks
    /// end with their row.
    fn of_rows(elements: u64, row: u64) -> Blocks {
        match row {
            0 => Blocks::flat(elements),
            1..=BLOCK => Blocks { elements, part: elements, block: BLOCK / row * row, row },
            _ => Blocks { elements, part: row, block: BLOCK, row },
        }
    }

    /// The blocks of a computation's choice.
    pub fn new(elements: u64, cut: Cut) -> Blocks {
        match cut {
            Cut::Anywhere => Blocks::flat(elements),
            Cut::AtRows(row) => Blocks::of_rows(elements, row),
            Cut::BetweenRows(row) if row <= BLOCK => Blocks::of_rows(elements, row),
            Cut::BetweenRows(row) => Blocks { elements, part: row, block: row, row },
        }
    }

    /// How many there are.
    pub fn count(&self) -> u64 {
        match self.elements {
            0 => 0,
            elements => elements / self.part * self.in_part() + (elements % self.part).div_ceil(self.block),
        }
    }

    /// The elements of a block.
    pub fn range(&self, number: u64) -> Range<u64> {
        let part = number / self.in_part() * self.part;
        let start = part + number % self.in_part() * self.block;
        start..(start + self.block).min(part + self.part).min(self.elements)
    }

    /// The chunk that begins with element `start` of a block that ends before `end`.
    pub fn chunk(&self, start: u64, end: u64) -> Range<u64> {
        let row_end = start - start % self.row + self.row;
        start..(start + CHUNK as u64).min(row_end).min(end)
    }

    /// The row of an element.
    pub fn row_of(&self, element: u64) -> u64 {
        element / self.row.max(1)
    }

    fn in_part(&self) -> u64 {
        self.part.div_ceil(self.block)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(blocks: Blocks, elements: u64, most: u64) -> Result<(), TestCaseError> {
        let mut next = 0;
        for number in 0..blocks.count() {
            let block = blocks.range(number);
            prop_assert_eq!(block.start, next);
            prop_assert!(!block.is_empty() && block.end - block.start <= most);
            while next < block.end {
                let chunk = blocks.chunk(next, block.end);
                prop_assert_eq!(chunk.start, next);
                prop_assert!(!chunk.is_empty() && chunk.end - chunk.start <= CHUNK as u64);
                prop_assert_eq!(blocks.row_of(chunk.start), blocks.row_of(chunk.end - 1));
                next = chunk.end;
            }
            prop_assert_eq!(next, block.end);
        }
        prop_assert_eq!(next, elements);
        Ok(())
    }

    proptest! {
        #[test]
        fn blocks_and_chunks_cover_a_tensor_once(
            rows in prop_oneof![0u64..5, 0u64..3000],
            row in prop_oneof![0u64..5, 0u64..3000, BLOCK - 2..BLOCK + 3, BLOCK * 2 - 2..BLOCK * 2 + 3],
        ) {
            let elements = rows * row;
            check(Blocks::new(elements, Cut::Anywhere), elements, BLOCK)?;
            let whole = Blocks::new(elements, Cut::BetweenRows(row));
            check(whole, elements, BLOCK.max(row))?;
            prop_assert!((0..whole.count()).all(|number| whole.range(number).end.is_multiple_of(row)));
            let blocks = Blocks::new(elements, Cut::AtRows(row));
            check(blocks, elements, BLOCK)?;
            for number in 0..blocks.count() {
                let block = blocks.range(number);
                if row <= BLOCK {
                    prop_assert!(block.start.is_multiple_of(row) && block.end.is_multiple_of(row));
                } else {
                    prop_assert_eq!(blocks.row_of(block.start), blocks.row_of(block.end - 1));
                }
            }
        }
    }
}
