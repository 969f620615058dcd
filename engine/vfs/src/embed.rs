//! Conveniences for the embedder: by absolute path, with root rights.

use crate::{Cred, Errno, Ino, Stat, Timestamp, Vfs};

#[allow(unused_variables)]
impl Vfs {
    /// The node at a path, symbolic links followed.
    ///
    /// # Errors
    /// Those of [`Vfs::resolve`]; `ENOENT`: nothing there. Inside a magic node
    /// there is nothing.
    pub fn find(&self, path: impl AsRef<[u8]>) -> Result<Ino, Errno> {
        todo!()
    }

    /// The attributes of the node at a path, symbolic links followed.
    ///
    /// # Errors
    /// Those of [`Vfs::find`].
    pub fn stat_path(&self, path: impl AsRef<[u8]>) -> Result<Stat, Errno> {
        todo!()
    }

    /// The whole contents of a file.
    ///
    /// # Errors
    /// Those of [`Vfs::find`] and [`Vfs::read`].
    pub fn read_file(&self, path: impl AsRef<[u8]>) -> Result<Vec<u8>, Errno> {
        todo!()
    }

    /// Replaces the contents of a file, all or nothing. A new file gets `mode`
    /// and belongs to root, as do missing directories on the way (0755); a file
    /// that is there keeps its mode and owner.
    ///
    /// # Errors
    /// Those of [`Vfs::resolve`], [`Vfs::create`] and [`Vfs::write`].
    pub fn write_file(
        &mut self,
        path: impl AsRef<[u8]>,
        data: &[u8],
        mode: u16,
        now: Timestamp,
    ) -> Result<Ino, Errno> {
        todo!()
    }

    /// [`Vfs::write_file`] with an owner for what it makes.
    ///
    /// # Errors
    /// Those of [`Vfs::write_file`].
    pub fn write_file_as(
        &mut self,
        path: impl AsRef<[u8]>,
        data: &[u8],
        mode: u16,
        owner: Cred,
        now: Timestamp,
    ) -> Result<Ino, Errno> {
        todo!()
    }

    /// Makes a directory and what is missing above it. Those that are there stay
    /// as they are.
    ///
    /// # Errors
    /// Those of [`Vfs::resolve`] and [`Vfs::create`]; `ENOTDIR`: something else is
    /// in the way.
    pub fn mkdir_all(
        &mut self,
        path: impl AsRef<[u8]>,
        mode: u16,
        owner: Cred,
        now: Timestamp,
    ) -> Result<Ino, Errno> {
        todo!()
    }

    /// Removes a file, or a directory with all in it. A symbolic link at the end
    /// of the path is removed, not followed.
    ///
    /// # Errors
    /// Those of [`Vfs::resolve`]; `ENOENT`: nothing there. `EBUSY`: the root.
    pub fn remove_all(&mut self, path: impl AsRef<[u8]>, now: Timestamp) -> Result<(), Errno> {
        todo!()
    }
}
