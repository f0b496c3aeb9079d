//! The memory budget: the stored bytes of a tensor are kept from one pass to the next while there is room for them.

use super::block::Stored;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A budget of bytes, and the buffers that were used under it before.
#[derive(Debug)]
pub struct Memory {
    budget: u64,
    taken: AtomicU64,
    free: Mutex<Vec<Stored>>,
}

/// The part of the budget that one tensor has taken, and its blocks.
#[derive(Debug)]
pub struct Kept {
    memory: Arc<Memory>,
    bytes: u64,
    blocks: Vec<Mutex<Stored>>,
}

impl Memory {
    /// A budget of so many bytes.
    pub fn new(budget: u64) -> Arc<Memory> {
        Arc::new(Memory { budget, taken: AtomicU64::new(0), free: Mutex::default() })
    }

    /// Takes `bytes` for a tensor's blocks, if the budget has them left.
    pub fn keep(self: &Arc<Self>, bytes: u64, blocks: u64) -> Option<Kept> {
        let fits = |taken: u64| taken.checked_add(bytes).filter(|sum| *sum <= self.budget);
        self.taken.fetch_update(Ordering::Relaxed, Ordering::Relaxed, fits).ok()?;
        let blocks = (0..blocks).map(|_| Mutex::default()).collect();
        Some(Kept { memory: self.clone(), bytes, blocks })
    }

    fn free(&self) -> MutexGuard<'_, Vec<Stored>> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    /// A block's bytes. In every pass one worker alone asks for a block.
    pub fn block(&self, number: u64) -> MutexGuard<'_, Stored> {
        let mut stored = self.blocks[number as usize].lock().unwrap_or_else(PoisonError::into_inner);
        if stored.is_empty()
            && let Some(free) = self.memory.free().pop()
        {
            *stored = free;
        }
        stored
    }

    /// Gives the buffers of a block back, whose last pass is done.
    pub fn release(&self, mut stored: MutexGuard<'_, Stored>) {
        stored.forget();
        self.memory.free().push(std::mem::take(&mut stored));
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        self.memory.taken.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_is_given_out_once_and_comes_back() {
        let memory = Memory::new(100);
        let first = memory.keep(60, 2).unwrap();
        assert!(memory.keep(41, 1).is_none());
        assert!(memory.keep(u64::MAX, 1).is_none());
        let second = memory.keep(40, 1).unwrap();
        drop(first);
        assert!(memory.keep(60, 0).is_some());
        drop(second);
    }
}
