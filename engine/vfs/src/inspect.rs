//! Views for those who save or compare whole filesystems: every node by number,
//! contents by chunk, and what two filesystems do not share.
//!
//! What was made from the same fork is shared until it is changed, so each of
//! the comparisons takes as long as the change is big, not the tree.

use std::sync::Arc;

pub use crate::tree::chunk::CHUNK_BYTES;
use crate::{Errno, Ino, Name, Vfs};

/// One entry of a directory, as it is stored.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// Its name.
    pub name: &'a Name,
    /// The node it names.
    pub ino: Ino,
    /// Its place in the order of creation: 3 or more, unique in the directory.
    pub cookie: u64,
}

impl Vfs {
    /// The numbers of all nodes from `from` on, in order, without those of mounted
    /// trees. Nodes that live only
    /// because they are open are among them; a [`Vfs::fork`] has none.
    pub fn nodes(&self, from: Ino) -> impl Iterator<Item = Ino> {
        self.inodes()
            .iter_from(from.0)
            .map(|(number, _)| Ino(number))
    }

    /// The entries of a directory in order of creation, without `.` and `..`.
    ///
    /// # Errors
    /// `ENOENT`: no such node. `ENOTDIR`: not a directory.
    pub fn entries(&self, dir: Ino) -> Result<impl Iterator<Item = Entry<'_>>, Errno> {
        let (_, dir) = self.dir(dir)?;
        Ok(dir.iter().map(|entry| Entry {
            name: &entry.name,
            ino: entry.ino,
            cookie: entry.cookie,
        }))
    }

    /// Where a directory hangs: the one that holds it, and its name there; the
    /// root holds itself. `None`: not a directory.
    #[must_use]
    pub fn place_of(&self, dir: Ino) -> Option<(Ino, &Name)> {
        let (_, dir) = self.dir(dir).ok()?;
        Some((dir.parent, &dir.name))
    }

    /// The chunks of a file from number `from` on, in order. Chunk n holds the
    /// bytes from n times [`CHUNK_BYTES`] on; where it ends early, or there is
    /// none, the file reads as zeros.
    ///
    /// # Errors
    /// Those of [`Vfs::read`].
    pub fn chunks(
        &self,
        ino: Ino,
        from: u64,
    ) -> Result<impl Iterator<Item = (u64, &Arc<Vec<u8>>)>, Errno> {
        Ok(self.file(ino)?.chunks(from))
    }

    /// The numbers, in order, of the nodes that are not the same in both: changed
    /// in any way, or missing in one.
    #[must_use]
    pub fn changed_nodes(&self, other: &Vfs) -> Vec<Ino> {
        let numbers = self.inodes().differences(other.inodes());
        let own = numbers.into_iter().map(Ino);
        own.chain(self.changed_above(other)).collect()
    }

    /// Whether a node is stored once for both filesystems: then all of it is
    /// equal, but for what is inside a directory's subdirectories. Nodes may be
    /// equal without being shared.
    #[must_use]
    pub fn shares_node(&self, ino: Ino, other: &Vfs, other_ino: Ino) -> bool {
        match (self.inode(ino), other.inode(other_ino)) {
            (Ok(left), Ok(right)) => std::ptr::eq(left, right),
            _ => false,
        }
    }

    /// Names, in order, among which are all that stand for different numbers in
    /// the two directories, or are missing in one.
    ///
    /// # Errors
    /// `ENOENT`: no such node. `ENOTDIR`: not a directory.
    pub fn changed_names(&self, dir: Ino, other: &Vfs, other_dir: Ino) -> Result<Vec<Name>, Errno> {
        let (left, right) = (self.dir(dir)?.1, other.dir(other_dir)?.1);
        if std::ptr::eq(left, right) {
            return Ok(Vec::new());
        }
        Ok(left.differences(right))
    }

    /// The numbers, in order, of the chunks that are not shared by two files.
    ///
    /// # Errors
    /// Those of [`Vfs::read`].
    pub fn changed_chunks(&self, ino: Ino, other: &Vfs, other_ino: Ino) -> Result<Vec<u64>, Errno> {
        Ok(self.file(ino)?.differences(other.file(other_ino)?))
    }
}
