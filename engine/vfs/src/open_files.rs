//! Counts of open files: a node without links lives until its last release.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::{Errno, Ino, Vfs};

/// How often nodes are open, and which of those have no links.
#[derive(Clone, Default)]
pub(crate) struct OpenFiles {
    counts: BTreeMap<Ino, u32>,
    orphans: BTreeSet<Ino>,
}

impl OpenFiles {
    pub(crate) fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }

    /// The nodes that live only because they are open.
    pub(crate) fn orphans(&self) -> impl Iterator<Item = Ino> {
        self.orphans.iter().copied()
    }
}

impl Vfs {
    /// Whether any node is open.
    #[must_use]
    pub fn has_open_files(&self) -> bool {
        !self.open_files.is_empty()
    }

    /// Notes that a node is open: it outlives its last link until as many
    /// [`Vfs::release`] calls.
    ///
    /// # Errors
    /// `ENOENT`: no such node. `ENFILE`: opened 2^32 times.
    pub fn retain(&mut self, ino: Ino) -> Result<(), Errno> {
        self.inode(ino)?;
        let open_files = Arc::make_mut(&mut self.open_files);
        let count = open_files.counts.entry(ino).or_insert(0);
        *count = count.checked_add(1).ok_or(Errno::Nfile)?;
        Ok(())
    }

    /// Takes back one [`Vfs::retain`]; the last one frees a node without links.
    pub fn release(&mut self, ino: Ino) {
        let open_files = Arc::make_mut(&mut self.open_files);
        let Some(count) = open_files.counts.get_mut(&ino) else {
            return;
        };
        *count -= 1;
        if *count == 0 {
            open_files.counts.remove(&ino);
            if open_files.orphans.remove(&ino) {
                if let Some(live) = self.live(ino)
                    && let Ok(place) = self.live_place(ino)
                {
                    live.forget(&place.seen);
                }
                self.free(ino);
            }
        }
    }

    /// Whether a node is open.
    pub(crate) fn is_open(&self, ino: Ino) -> bool {
        self.open_files.counts.contains_key(&ino)
    }

    /// Frees a node that lost its last link, now or at its last release.
    pub(crate) fn abandon(&mut self, ino: Ino) {
        if self.open_files.counts.contains_key(&ino) {
            Arc::make_mut(&mut self.open_files).orphans.insert(ino);
        } else {
            self.free(ino);
        }
    }
}
