//! Every node below a path, parents before children.

use std::sync::Arc;

use crate::{Errno, Follow, Ino, Name, Stat, Vfs};

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
    pending: Vec<Pending>,
}

struct Pending {
    /// Path of the directory, shared by all its entries: a guest may have put
    /// very many of them under a long path.
    above: Arc<[u8]>,
    name: Name,
    ino: Ino,
}

impl Pending {
    fn path(&self) -> Vec<u8> {
        let mut path = Vec::with_capacity(self.above.len() + 1 + self.name.len());
        path.extend_from_slice(&self.above);
        if !path.is_empty() {
            path.push(b'/');
        }
        path.extend_from_slice(&self.name);
        path
    }
}

impl Iterator for Walk<'_> {
    type Item = Result<WalkEntry, Errno>;

    fn next(&mut self) -> Option<Self::Item> {
        let pending = self.pending.pop()?;
        let (path, ino) = (pending.path(), pending.ino);
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
        let above: Arc<[u8]> = Arc::from(path);
        let start = self.pending.len();
        self.pending.extend(dir.iter().map(|entry| Pending {
            above: Arc::clone(&above),
            name: entry.name.clone(),
            ino: entry.ino,
        }));
        if let Some(added) = self.pending.get_mut(start..) {
            added.sort_by(|left, right| right.name.cmp(&left.name));
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
            pending: vec![Pending {
                above: Arc::default(),
                name: Name::new(b""),
                ino: start,
            }],
        })
    }
}
