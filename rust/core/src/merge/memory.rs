//! The memory budget: the stored bytes of a tensor are kept from one pass to the next while there is room for them.

use super::block::Stored;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A budget of bytes: what tensors have taken of it, and buffers that are used again. Both together stay within it.
#[derive(Debug)]
pub struct Memory {
    budget: u64,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    taken: u64,
    free: Vec<Stored>,
    free_bytes: u64,
}

/// The part of the budget that one tensor has taken, and its blocks.
#[derive(Debug)]
pub struct Kept {
    memory: Arc<Memory>,
    /// Bytes of the blocks that are not released.
    bytes: AtomicU64,
    blocks: Vec<Mutex<Stored>>,
}

impl Memory {
    /// A budget of so many bytes.
    pub fn new(budget: u64) -> Arc<Memory> {
        Arc::new(Memory { budget, state: Mutex::default() })
    }

    /// Takes `bytes` for a tensor's blocks, if the budget has them left.
    pub fn keep(self: &Arc<Self>, bytes: u64, blocks: u64) -> Option<Kept> {
        let mut state = self.state();
        state.taken = state.taken.checked_add(bytes).filter(|sum| *sum <= self.budget)?;
        state.shrink(self.budget);
        let blocks = (0..blocks).map(|_| Mutex::default()).collect();
        Some(Kept { memory: self.clone(), bytes: AtomicU64::new(bytes), blocks })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn take(&mut self) -> Option<Stored> {
        let stored = self.free.pop()?;
        self.free_bytes -= stored.capacity();
        Some(stored)
    }

    /// Lets go of buffers that are beyond the budget.
    fn shrink(&mut self, budget: u64) {
        while self.taken.saturating_add(self.free_bytes) > budget && self.take().is_some() {}
    }
}

impl Kept {
    /// A block's bytes. In every pass one worker alone asks for a block.
    pub fn block(&self, number: u64) -> MutexGuard<'_, Stored> {
        let mut stored = self.blocks[number as usize].lock().unwrap_or_else(PoisonError::into_inner);
        if stored.is_empty()
            && let Some(free) = self.memory.state().take()
        {
            *stored = free;
        }
        stored
    }

    /// Gives the buffers of a block back, whose last pass is done.
    pub fn release(&self, mut stored: MutexGuard<'_, Stored>) {
        let bytes = stored.bytes();
        stored.forget();
        let stored = std::mem::take(&mut *stored);
        self.bytes.fetch_sub(bytes, Ordering::Relaxed);
        let mut state = self.memory.state();
        state.taken -= bytes;
        state.free_bytes += stored.capacity();
        state.free.push(stored);
        state.shrink(self.memory.budget);
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        self.memory.state().taken -= self.bytes.load(Ordering::Relaxed);
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
        assert_eq!(memory.state().taken, 0);
    }

    #[test]
    fn buffers_that_are_used_again_stay_within_the_budget() {
        let memory = Memory::new(100);
        let within = || {
            let state = memory.state();
            assert!(state.taken + state.free_bytes <= 100, "{state:?}");
            state.free_bytes
        };
        let (first, second) = (memory.keep(40, 1).unwrap(), memory.keep(50, 1).unwrap());
        for (kept, bytes) in [(&first, 40), (&second, 50)] {
            let mut block = kept.block(0);
            block.fill(0, bytes, |_| Ok(())).unwrap();
            kept.release(block);
            assert!(within() >= bytes as u64, "a released block is used again");
        }
        let third = memory.keep(90, 1).expect("released blocks count no more");
        within();
        drop((first, second, third));
        assert_eq!(memory.state().taken, 0);
    }
}
