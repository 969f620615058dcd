//! Files met before, told by their identity and their place in the tree.

use super::place::{identity, same_entry};
use crate::sys::ExtStat;
use std::collections::HashMap;

/// The files met so far.
#[derive(Default)]
pub struct Seen {
    paths: HashMap<(u64, u64), Vec<Vec<u8>>>,
}

impl Seen {
    /// Whether this entry of this directory was met.
    pub fn has(&self, path: &[u8], stat: &ExtStat) -> bool {
        let known = self.paths.get(&identity(stat));
        known.is_some_and(|paths| paths.iter().any(|known| same_entry(known, path)))
    }

    /// Remembers an entry.
    pub fn add(&mut self, path: &[u8], stat: &ExtStat) {
        let paths = self.paths.entry(identity(stat)).or_default();
        paths.push(path.to_vec());
    }
}
