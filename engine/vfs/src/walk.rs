//! Every node below a path, parents before children.

use crate::{Errno, Stat, Vfs};

/// One step of a [`Walk`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WalkEntry {
    /// Path from the walk's start, without a leading `/`; empty for the start.
    pub path: Vec<u8>,
    /// The node's attributes.
    pub stat: Stat,
}

/// The nodes below a path, each directory's entries sorted by name.
pub struct Walk<'a>(std::marker::PhantomData<&'a Vfs>);

impl Iterator for Walk<'_> {
    type Item = WalkEntry;

    fn next(&mut self) -> Option<WalkEntry> {
        todo!()
    }
}

#[allow(unused_variables)]
impl Vfs {
    /// Walks the node at `path` and all below it. Symbolic links are reported,
    /// not followed.
    ///
    /// # Errors
    /// Those of [`Vfs::find`].
    pub fn walk(&self, path: impl AsRef<[u8]>) -> Result<Walk<'_>, Errno> {
        todo!()
    }
}
