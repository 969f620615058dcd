//! Reading and writing contents by node number.
//!
//! None of these checks permissions: opening a file is where that happens,
//! through [`Vfs::access`].

use std::sync::Arc;

use crate::denials::Denial;
use crate::tree::file::File;
use crate::tree::inode::Body;
use crate::{Ctx, Errno, Extent, Ino, Vfs, permission};

impl Vfs {
    /// Reads at `offset`; holes read as zeros. 0 at or past the end.
    ///
    /// # Errors
    /// `ENOENT`: no such node. `EISDIR`: a directory. `EINVAL`: not a regular file.
    /// Those of [`crate::Lower::read`], where the bytes still lie below.
    pub fn read(&self, ino: Ino, offset: u64, buffer: &mut [u8]) -> Result<usize, Errno> {
        let file = self.file(ino)?;
        if let Some(live) = self.live(ino) {
            return live.read(&self.live_place(ino)?, offset, buffer);
        }
        file.read(offset, buffer)
    }

    /// The run of bytes at `offset`, to be copied after the lock is released.
    /// It ends with its chunk at the latest; empty at or past the end.
    ///
    /// # Errors
    /// Those of [`Vfs::read`].
    pub fn extent(&self, ino: Ino, offset: u64) -> Result<Extent, Errno> {
        let extent = self.file(ino)?.extent(offset)?;
        if let Some(live) = self.live(ino) {
            let mut bytes = vec![0; extent.len()];
            let count = live.read(&self.live_place(ino)?, offset, &mut bytes)?;
            bytes.truncate(count);
            return Ok(Extent {
                range: 0..count,
                data: Some(Arc::new(bytes)),
            });
        }
        Ok(extent)
    }

    /// Writes at `offset`; how much fitted. A gap before it becomes a hole.
    /// Without root rights, set-user-id and set-group-id are dropped.
    ///
    /// # Errors
    /// Those of [`Vfs::read`]. When not one byte fits: `ENOSPC`: out of bytes;
    /// `EFBIG`: beyond the longest file.
    pub fn write(&mut self, ctx: &Ctx, ino: Ino, offset: u64, data: &[u8]) -> Result<usize, Errno> {
        self.file(ino)?;
        if data.is_empty() {
            return Ok(0);
        }
        let room = self.longest_file().saturating_sub(offset);
        let data = data
            .get(..usize::try_from(room).unwrap_or(usize::MAX))
            .unwrap_or(data);
        if data.is_empty() {
            return Err(self.too_long());
        }
        self.check_writable(ino)?;
        if let Some(live) = self.live(ino) {
            return self.write_through(&*live, ctx, ino, offset, data);
        }
        self.raise(ino)?;
        let budget = self.bytes_left();
        let wanted = data.len();
        let written =
            self.change_file(ctx, ino, |file| match file.write(offset, data, budget)? {
                0 => Err(Errno::Nospc),
                written => Ok(written),
            });
        if written.map_or(true, |written| written < wanted) {
            self.denials.note(Denial::Bytes);
        }
        written
    }

    /// Writes at the end; how much fitted, and the offset after it.
    ///
    /// # Errors
    /// Those of [`Vfs::write`].
    pub fn append(&mut self, ctx: &Ctx, ino: Ino, data: &[u8]) -> Result<(usize, u64), Errno> {
        let end = self.file(ino)?.size();
        let written = self.write(ctx, ino, end, data)?;
        Ok((written, end + written as u64))
    }

    /// Sets the length: cuts the file, or lengthens it by a hole.
    ///
    /// # Errors
    /// Those of [`Vfs::read`]. `EFBIG`: beyond the longest file.
    pub fn truncate(&mut self, ctx: &Ctx, ino: Ino, size: u64) -> Result<(), Errno> {
        self.file(ino)?;
        if size > self.longest_file() {
            return Err(self.too_long());
        }
        self.check_writable(ino)?;
        if let Some(live) = self.live(ino) {
            return self.resize_through(&*live, ctx, ino, size);
        }
        self.change_file(ctx, ino, |file| {
            file.truncate(size);
            Ok(())
        })
    }

    /// Makes sure that writing `length` bytes at `offset` cannot run out of
    /// space, as `posix_fallocate` does; lengthens the file to cover them.
    ///
    /// # Errors
    /// `ENOENT`: no such node. `ENODEV`: not a regular file. `EINVAL`: no length.
    /// `EFBIG`: beyond the longest file. `ENOSPC`: out of bytes.
    pub fn allocate(&mut self, ctx: &Ctx, ino: Ino, offset: u64, length: u64) -> Result<(), Errno> {
        if !matches!(self.inode(ino)?.body, Body::File(_)) {
            return Err(Errno::Nodev);
        }
        if length == 0 {
            return Err(Errno::Inval);
        }
        let end = offset
            .checked_add(length)
            .filter(|end| *end <= self.longest_file())
            .ok_or_else(|| self.too_long())?;
        self.check_writable(ino)?;
        if let Some(live) = self.live(ino) {
            // The host promises no room, but it may know the length.
            let size = self.file(ino)?.size();
            return if end > size {
                self.resize_through(&*live, ctx, ino, end)
            } else {
                Ok(())
            };
        }
        let budget = self.bytes_left();
        let allocated = self.change_file(ctx, ino, |file| {
            if file.allocate(offset, end, budget)? {
                Ok(())
            } else {
                Err(Errno::Nospc)
            }
        });
        if allocated == Err(Errno::Nospc) {
            self.denials.note(Denial::Bytes);
        }
        allocated
    }

    /// Refuses a file beyond the longest.
    fn too_long(&self) -> Errno {
        self.denials.note(Denial::FileSize);
        Errno::Fbig
    }

    /// The longest file: what the quota says, but no more than offsets can.
    fn longest_file(&self) -> u64 {
        self.quota().file_size_bytes.min(i64::MAX as u64)
    }

    /// Changes contents, with what goes with it: charge, times, mode bits. A
    /// change that fails must leave the bytes as they are.
    fn change_file<R>(
        &mut self,
        ctx: &Ctx,
        ino: Ino,
        change: impl FnOnce(&mut File) -> Result<R, Errno>,
    ) -> Result<R, Errno> {
        let inode = self.inode_mut(ino)?;
        let Body::File(file) = &mut inode.body else {
            return Err(Errno::Inval);
        };
        let before = file.allocated();
        let result = change(file);
        let after = file.allocated();
        if result.is_err() {
            // What was copied up meanwhile is charged all the same.
            self.usage.bytes = (self.usage.bytes - before) + after;
            return result;
        }
        if !ctx.cred.is_root() {
            permission::drop_set_ids(inode);
        }
        inode.touch_modified(ctx.now);
        self.usage.bytes = (self.usage.bytes - before) + after;
        result
    }
}
