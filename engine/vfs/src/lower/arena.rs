//! A list that only grows, behind a shared reference: what is in it stays where
//! it is, so that references to it last.

use std::sync::{Mutex, OnceLock, PoisonError};

/// Room of the first block; each next one has twice as much.
const FIRST: u64 = 64;
/// Enough for 2^40 values and more.
const BLOCKS: usize = 36;

type Block<T> = Box<[OnceLock<T>]>;

/// The list.
pub(crate) struct Arena<T> {
    blocks: [OnceLock<Block<T>>; BLOCKS],
    /// How many values there are. Whoever holds this may add some.
    length: Mutex<u64>,
}

/// The right to add values.
pub(crate) struct Growing<'a, T> {
    arena: &'a Arena<T>,
    length: std::sync::MutexGuard<'a, u64>,
}

/// The block in which a value lies, and the place in it.
fn locate(index: u64) -> (usize, usize) {
    let number = index / FIRST + 1;
    let block = number.ilog2();
    let start = ((1 << block) - 1) * FIRST;
    (block as usize, (index - start) as usize)
}

impl<T> Arena<T> {
    pub(crate) fn new() -> Arena<T> {
        Arena {
            blocks: [const { OnceLock::new() }; BLOCKS],
            length: Mutex::new(0),
        }
    }

    /// The value with a number.
    pub(crate) fn get(&self, index: u64) -> Option<&T> {
        let (block, place) = locate(index);
        self.blocks.get(block)?.get()?.get(place)?.get()
    }

    /// Keeps others from adding meanwhile.
    pub(crate) fn grow(&self) -> Growing<'_, T> {
        Growing {
            arena: self,
            length: self.length.lock().unwrap_or_else(PoisonError::into_inner),
        }
    }
}

impl<T> Growing<'_, T> {
    /// The number that the next value gets.
    pub(crate) fn next(&self) -> u64 {
        *self.length
    }

    /// Adds a value.
    pub(crate) fn push(&mut self, value: T) {
        let (block, place) = locate(*self.length);
        let Some(slots) = self.arena.blocks.get(block) else {
            return;
        };
        let slots = slots.get_or_init(|| (0..FIRST << block).map(|_| OnceLock::new()).collect());
        if let Some(slot) = slots.get(place)
            && slot.set(value).is_ok()
        {
            *self.length += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Arena;

    #[test]
    fn keeps_what_it_is_given() {
        let arena = Arena::new();
        assert!(arena.get(0).is_none());
        for value in 0..5000_u64 {
            let mut growing = arena.grow();
            assert_eq!(growing.next(), value);
            growing.push(value);
        }
        for value in 0..5000 {
            assert_eq!(arena.get(value), Some(&value));
        }
        assert!(arena.get(5000).is_none());
        assert!(arena.get(u64::MAX / 2).is_none());
    }
}
