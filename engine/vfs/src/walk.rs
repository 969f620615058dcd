//! Every node below a path, parents before children.

use crate::{Errno, Follow, Ino, Stat, Vfs};

/// One step of a [`Walk`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WalkEntry {
    /// Path from the walk's start, without a leading `/`; empty for the start.
    pub path: Vec<u8>,
    /// The node's attributes.
    pub stat: Stat,
}

/// The nodes below a path, each directory's entries sorted by name.
pub struct Walk<'a> {
    vfs: &'a Vfs,
    /// Nodes still to visit, the next one last.
    pending: Vec<(Vec<u8>, Ino)>,
}

impl Iterator for Walk<'_> {
    type Item = Result<WalkEntry, Errno>;

    fn next(&mut self) -> Option<Self::Item> {
        let (path, ino) = self.pending.pop()?;
        if path.len() > self.vfs.quota().path_bytes as usize {
            return Some(Err(Errno::Nametoolong));
        }
        let stat = match self.vfs.stat(ino) {
            Ok(stat) => stat,
            Err(errno) => return Some(Err(errno)),
        };
        self.push_entries(&path, ino);
        Some(Ok(WalkEntry { path, stat }))
    }
}

impl Walk<'_> {
    /// Adds the entries of a directory, the last name first.
    fn push_entries(&mut self, path: &[u8], ino: Ino) {
        let Ok((_, dir)) = self.vfs.dir(ino) else {
            return;
        };
        let start = self.pending.len();
        let mut from = 0;
        while let Some((cookie, entry)) = dir.first_at(from) {
            let mut below = Vec::with_capacity(path.len() + 1 + entry.name.len());
            below.extend_from_slice(path);
            if !path.is_empty() {
                below.push(b'/');
            }
            below.extend_from_slice(&entry.name);
            self.pending.push((below, entry.ino));
            from = cookie.saturating_add(1);
        }
        if let Some(added) = self.pending.get_mut(start..) {
            added.sort_by(|left, right| right.0.cmp(&left.0));
        }
    }
}

impl Vfs {
    /// Walks the node at `path` and all below it. Symbolic links are reported,
    /// not followed, `path` itself included. A step is `ENAMETOOLONG`, and what
    /// lies below it is left out, where the path would be longer than the quota
    /// lets paths be.
    ///
    /// # Errors
    /// Those of [`Vfs::find`].
    pub fn walk(&self, path: impl AsRef<[u8]>) -> Result<Walk<'_>, Errno> {
        let start = self.node_at(path.as_ref(), Follow::NoLast)?;
        Ok(Walk {
            vfs: self,
            pending: vec![(Vec::new(), start)],
        })
    }
}
