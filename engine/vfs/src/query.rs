//! Reading the tree: attributes, links, entries, paths.

use crate::{Access, Cred, Errno, Ino, NodeKind, Stat, Vfs};

/// One entry of a directory.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DirEntry<'a> {
    /// Its name.
    pub name: &'a [u8],
    /// The node it names.
    pub ino: Ino,
    /// What that node is.
    pub kind: NodeKind,
    /// The cookie that continues after this entry.
    pub next_cookie: u64,
}

/// The entries of a directory: `.`, `..`, then the others in order of creation.
pub struct ReadDir<'a>(std::marker::PhantomData<&'a ()>);

impl<'a> Iterator for ReadDir<'a> {
    type Item = DirEntry<'a>;

    fn next(&mut self) -> Option<DirEntry<'a>> {
        todo!()
    }
}

#[allow(unused_variables)]
impl Vfs {
    /// The attributes of a node.
    ///
    /// # Errors
    /// `ENOENT`: no such node.
    pub fn stat(&self, ino: Ino) -> Result<Stat, Errno> {
        todo!()
    }

    /// Checks that `cred` has the rights `want` on a node.
    ///
    /// # Errors
    /// `ENOENT`: no such node. `EACCES`: a right is missing.
    pub fn access(&self, ino: Ino, cred: &Cred, want: Access) -> Result<(), Errno> {
        todo!()
    }

    /// The target of a symbolic link.
    ///
    /// # Errors
    /// `ENOENT`: no such node. `EINVAL`: not a symbolic link.
    pub fn readlink(&self, ino: Ino) -> Result<&[u8], Errno> {
        todo!()
    }

    /// The node that `name` names in a directory; `.` and `..` work.
    ///
    /// # Errors
    /// `ENOENT`: no such directory or entry. `ENOTDIR`: not a directory.
    pub fn lookup(&self, dir: Ino, name: &[u8]) -> Result<Ino, Errno> {
        todo!()
    }

    /// The directory that holds a directory; the root holds itself.
    ///
    /// # Errors
    /// `ENOENT`: no such node, or it was removed. `ENOTDIR`: not a directory.
    pub fn parent_of(&self, dir: Ino) -> Result<Ino, Errno> {
        todo!()
    }

    /// The absolute path of a directory.
    ///
    /// # Errors
    /// `ENOENT`: no such node, or it was removed. `ENOTDIR`: not a directory.
    pub fn path_of(&self, dir: Ino) -> Result<Vec<u8>, Errno> {
        todo!()
    }

    /// The entries of a directory after the one whose cookie is given; 0 begins
    /// at the start. Cookies stay valid while other entries come and go.
    ///
    /// # Errors
    /// `ENOENT`: no such node, or it was removed. `ENOTDIR`: not a directory.
    pub fn read_dir(&self, dir: Ino, after_cookie: u64) -> Result<ReadDir<'_>, Errno> {
        todo!()
    }
}
