//! Where changed nodes hang: the directories on the way to them, so that the
//! comparison goes nowhere else.
//!
//! Nodes do not know their names, directories do. So the names of changed files
//! are searched for: from the numbers just below theirs downwards, for nodes
//! made together have numbers close together, and only until all are found. At
//! worst each entry of the filesystem is looked at once, never its contents.

use std::collections::{BTreeSet, HashMap, HashSet};

use wardian_vfs::{Ino, Name, NodeKind, Vfs};

/// How many numbers are searched at a time, in ascending order.
const BLOCK: u64 = 256;

/// What to visit in the directories of one filesystem.
#[derive(Default)]
pub(super) struct Trail {
    /// By directory: the entries that lead to something changed.
    entries: HashMap<Ino, BTreeSet<Name>>,
}

impl Trail {
    /// The entries of a directory that lead to something changed.
    pub(super) fn below(&self, dir: Ino) -> impl Iterator<Item = &Name> {
        self.entries.get(&dir).into_iter().flatten()
    }

    /// The trail to these nodes, which are in ascending order.
    pub(super) fn to(vfs: &Vfs, nodes: &[Ino]) -> Trail {
        let mut trail = Trail::default();
        let mut wanted: HashMap<Ino, u32> = HashMap::new();
        for ino in nodes {
            match vfs.stat(*ino) {
                Ok(stat) if stat.kind == NodeKind::Directory => trail.climb(vfs, *ino),
                Ok(stat) => {
                    wanted.insert(*ino, stat.links);
                }
                Err(_) => {}
            }
        }
        trail.search(vfs, nodes, wanted);
        trail
    }

    /// Notes a directory and all above it.
    fn climb(&mut self, vfs: &Vfs, dir: Ino) {
        let mut at = dir;
        while at != vfs.root() {
            let Some((parent, name)) = vfs.place_of(at) else {
                return;
            };
            if !self.entries.entry(parent).or_default().insert(name.clone()) {
                return;
            }
            at = parent;
        }
    }

    /// Looks for all names of the nodes `wanted`: how many each has.
    fn search(&mut self, vfs: &Vfs, changed: &[Ino], mut wanted: HashMap<Ino, u32>) {
        // Directories that changed themselves are the likeliest.
        let mut searched = HashSet::new();
        for dir in changed {
            if wanted.is_empty() {
                return;
            }
            if self.search_in(vfs, *dir, &mut wanted) {
                searched.insert(*dir);
            }
        }
        self.search_mounts(vfs, &mut wanted);
        let Some(highest) = wanted.keys().max().copied() else {
            return;
        };
        let top = highest.0 / BLOCK;
        let last = vfs.next_ino().0 / BLOCK;
        for block in (0..=top).rev().chain(top + 1..=last) {
            let start = block * BLOCK;
            let dirs = vfs.nodes(Ino(start));
            for dir in dirs.take_while(|ino| ino.0 - start < BLOCK) {
                if wanted.is_empty() {
                    return;
                }
                if !searched.contains(&dir) {
                    self.search_in(vfs, dir, &mut wanted);
                }
            }
        }
    }

    /// Looks for nodes of mounted trees where they were listed. Those that moved
    /// did so into directories that changed, which were searched before.
    fn search_mounts(&mut self, vfs: &Vfs, wanted: &mut HashMap<Ino, u32>) {
        wanted.retain(|ino, _| {
            let Some(place) = vfs.lower_place(*ino) else {
                return true;
            };
            if vfs.lookup(place.parent, &place.name) == Ok(*ino) {
                let names = self.entries.entry(place.parent).or_default();
                names.insert(place.name);
                self.climb(vfs, place.parent);
            }
            false
        });
    }

    /// Looks through one directory; whether it is one.
    fn search_in(&mut self, vfs: &Vfs, dir: Ino, wanted: &mut HashMap<Ino, u32>) -> bool {
        let Ok(entries) = vfs.entries(dir) else {
            return false;
        };
        for entry in entries {
            if let Some(left) = wanted.get_mut(&entry.ino) {
                *left = left.saturating_sub(1);
                if *left == 0 {
                    wanted.remove(&entry.ino);
                }
                let names = self.entries.entry(dir).or_default();
                names.insert(entry.name.clone());
                self.climb(vfs, dir);
            }
        }
        true
    }
}
