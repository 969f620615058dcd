//! Reading and writing contents by node number.
//!
//! None of these checks permissions: opening a file is where that happens,
//! through [`Vfs::access`].

use crate::{Ctx, Errno, Extent, Ino, Vfs};

#[allow(unused_variables)]
impl Vfs {
    /// Reads at `offset`; holes read as zeros. 0 at or past the end.
    ///
    /// # Errors
    /// `ENOENT`: no such node. `EISDIR`: a directory. `EINVAL`: not a regular file.
    pub fn read(&self, ino: Ino, offset: u64, buffer: &mut [u8]) -> Result<usize, Errno> {
        todo!()
    }

    /// The run of bytes at `offset`, to be copied after the lock is released.
    /// It ends with its chunk at the latest; empty at or past the end.
    ///
    /// # Errors
    /// Those of [`Vfs::read`].
    pub fn extent(&self, ino: Ino, offset: u64) -> Result<Extent, Errno> {
        todo!()
    }

    /// Writes at `offset`; how much fitted. A gap before it becomes a hole.
    /// Without root rights, set-user-id and set-group-id are dropped.
    ///
    /// # Errors
    /// Those of [`Vfs::read`]. When not one byte fits: `ENOSPC`: out of bytes;
    /// `EFBIG`: beyond the longest file.
    pub fn write(&mut self, ctx: &Ctx, ino: Ino, offset: u64, data: &[u8]) -> Result<usize, Errno> {
        todo!()
    }

    /// Writes at the end; how much fitted, and the offset after it.
    ///
    /// # Errors
    /// Those of [`Vfs::write`].
    pub fn append(&mut self, ctx: &Ctx, ino: Ino, data: &[u8]) -> Result<(usize, u64), Errno> {
        todo!()
    }

    /// Sets the length: cuts the file, or lengthens it by a hole.
    ///
    /// # Errors
    /// Those of [`Vfs::read`]. `EFBIG`: beyond the longest file.
    pub fn truncate(&mut self, ctx: &Ctx, ino: Ino, size: u64) -> Result<(), Errno> {
        todo!()
    }

    /// Makes sure that writing `length` bytes at `offset` cannot run out of
    /// space, as `posix_fallocate` does; lengthens the file to cover them.
    ///
    /// # Errors
    /// `ENOENT`: no such node. `ENODEV`: not a regular file. `EINVAL`: no length.
    /// `EFBIG`: beyond the longest file. `ENOSPC`: out of bytes.
    pub fn allocate(&mut self, ctx: &Ctx, ino: Ino, offset: u64, length: u64) -> Result<(), Errno> {
        todo!()
    }
}
