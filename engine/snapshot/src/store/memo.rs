//! Hashes of chunks saved before. A tree that is saved again shares most of its
//! chunks with what was saved first: those need not be hashed anew.

use std::collections::HashMap;
use std::sync::{Arc, Weak};

use crate::hash::Hash;

/// Fewest entries at which the dead are looked for.
const PRUNE_FROM: usize = 1 << 16;

/// Hashes by the chunks themselves. A chunk never changes while somebody else
/// holds it, weakly too: it is copied or moved elsewhere first. So an address
/// stands for the same bytes as long as its chunk lives.
#[derive(Default)]
pub(super) struct Memo {
    known: HashMap<usize, (Weak<Vec<u8>>, Hash)>,
    prune_at: usize,
}

impl Memo {
    /// The hash of a chunk.
    pub(super) fn hash(&mut self, chunk: &Arc<Vec<u8>>) -> Hash {
        let address = Arc::as_ptr(chunk).addr();
        if let Some((known, hash)) = self.known.get(&address)
            && known.strong_count() > 0
        {
            return *hash;
        }
        let hash = Hash::of(chunk);
        if self.known.len() >= self.prune_at.max(PRUNE_FROM) {
            self.known.retain(|_, (chunk, _)| chunk.strong_count() > 0);
            self.prune_at = self.known.len() * 2;
        }
        self.known.insert(address, (Arc::downgrade(chunk), hash));
        hash
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_chunk_is_hashed_anew() {
        let mut memo = Memo::default();
        let mut chunk = Arc::new(vec![1; 100]);
        let first = memo.hash(&chunk);
        assert_eq!(memo.hash(&chunk), first);
        Arc::make_mut(&mut chunk).push(2);
        assert_eq!(memo.hash(&chunk), Hash::of(&chunk));
        assert_ne!(memo.hash(&chunk), first);
        for byte in 0..=255 {
            // The same address, over and over.
            let other = Arc::new(vec![byte; 10]);
            assert_eq!(memo.hash(&other), Hash::of(&other));
        }
    }

    #[test]
    fn the_dead_are_forgotten() {
        let mut memo = Memo::default();
        let kept = Arc::new(vec![7]);
        memo.hash(&kept);
        for number in 0..3 * PRUNE_FROM as u32 {
            memo.hash(&Arc::new(number.to_le_bytes().to_vec()));
        }
        assert!(memo.known.len() <= PRUNE_FROM + 1);
        assert!(memo.known.contains_key(&Arc::as_ptr(&kept).addr()));
    }
}
