//! What there is to do, shared by the workers: which tensors are open, and which of their blocks are taken.

use crate::error::Error;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// The list of work. Items are opened in their order, one at a time; their blocks are handed out in order, and anew for
/// each pass.
#[derive(Debug)]
pub struct Board<J> {
    state: Mutex<State<J>>,
    changed: Condvar,
    items: usize,
    /// Items that may be open at once.
    most_open: usize,
}

#[derive(Debug)]
struct State<J> {
    open: Vec<Slot<J>>,
    next_item: usize,
    opening: bool,
    /// Items between two passes, in nobody's list.
    turning: usize,
    failure: Option<Error>,
}

/// An open item and how far its pass is.
#[derive(Debug)]
struct Slot<J> {
    job: Arc<J>,
    blocks: u64,
    next: u64,
    done: u64,
}

/// What a worker does next.
#[derive(Debug)]
pub enum Claim<J> {
    /// Open the item of this number, and say [`Board::opened`].
    Open(usize),
    /// Work on a block, and say [`Board::block_done`].
    Block(Arc<J>, u64),
}

impl<J> Board<J> {
    /// A board of so many items.
    pub fn new(items: usize, most_open: usize) -> Self {
        let state = State { open: Vec::new(), next_item: 0, opening: false, turning: 0, failure: None };
        Board { state: Mutex::new(state), changed: Condvar::new(), items, most_open }
    }

    /// What to do next; none when all is done, something has failed, or `stopped` says so. Waits while others may still
    /// make work.
    pub fn claim(&self, stopped: impl Fn() -> bool) -> Option<Claim<J>> {
        let mut state = self.lock();
        loop {
            if state.failure.is_some() || stopped() {
                return None;
            }
            if let Some(slot) = state.open.iter_mut().find(|slot| slot.next < slot.blocks) {
                slot.next += 1;
                return Some(Claim::Block(slot.job.clone(), slot.next - 1));
            }
            let busy = state.open.len() + state.turning;
            let left = self.items - state.next_item;
            if left > 0 && !state.opening && busy < self.most_open {
                state.opening = true;
                state.next_item += 1;
                return Some(Claim::Open(state.next_item - 1));
            }
            if left == 0 && busy == 0 && !state.opening {
                return None;
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// The claimed item is open; it has this many blocks in each pass, of which it makes at least one.
    pub fn opened(&self, job: Arc<J>, blocks: u64) {
        let mut state = self.lock();
        state.opening = false;
        if blocks > 0 {
            state.open.push(Slot { job, blocks, next: 0, done: 0 });
        }
        self.changed.notify_all();
    }

    /// A block is done. True when it was the last of its pass: the caller then says [`Board::pass_over`].
    pub fn block_done(&self, job: &Arc<J>) -> bool {
        let mut state = self.lock();
        let Some(place) = state.open.iter().position(|slot| Arc::ptr_eq(&slot.job, job)) else {
            return false;
        };
        let slot = &mut state.open[place];
        slot.done += 1;
        let last = slot.done == slot.blocks;
        if last {
            state.open.remove(place);
            state.turning += 1;
        }
        last
    }

    /// The pass of an item is over, and it makes `another` one over its `blocks`, or is finished.
    pub fn pass_over(&self, job: &Arc<J>, blocks: u64, another: bool) {
        let mut state = self.lock();
        state.turning -= 1;
        if another {
            // Before the others: what is furthest is finished first.
            state.open.insert(0, Slot { job: job.clone(), blocks, next: 0, done: 0 });
        }
        self.changed.notify_all();
    }

    /// Something failed: nobody gets any more work. The first failure counts.
    pub fn fail(&self, failure: Error) {
        self.lock().failure.get_or_insert(failure);
        self.changed.notify_all();
    }

    /// A worker leaves. Those that wait for what it might have done look again.
    pub fn leave(&self) {
        self.changed.notify_all();
    }

    /// The first failure, if there was one.
    pub fn into_failure(self) -> Option<Error> {
        self.state.into_inner().unwrap_or_else(PoisonError::into_inner).failure
    }

    fn lock(&self) -> MutexGuard<'_, State<J>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
