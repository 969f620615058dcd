//! Taking names away.

use crate::tree::inode::{Body, Inode};
use crate::{Ctx, Errno, Ino, Vfs, name, permission};

impl Vfs {
    /// Removes a name of a node that is not a directory. The node goes with its
    /// last name, or later with its last [`Vfs::release`].
    ///
    /// # Errors
    /// `ENOENT`: no such directory or entry. `ENOTDIR`: `dir` is not a directory.
    /// `EACCES`: no right to change the directory. `EPERM`: the directory is
    /// sticky and neither it nor the node is the caller's. `EISDIR`: a directory.
    pub fn unlink(&mut self, ctx: &Ctx, dir: Ino, name: &[u8]) -> Result<(), Errno> {
        if name::is_special(name) {
            self.dir(dir)?;
            return Err(Errno::Isdir);
        }
        let (ino, victim) = self.victim(ctx, dir, name)?;
        if matches!(victim.body, Body::Directory(_) | Body::Magic(_)) {
            return Err(Errno::Isdir);
        }
        self.detach(dir, name, ctx.now)?;
        self.drop_link(ino, dir, ctx.now)
    }

    /// Removes an empty directory.
    ///
    /// # Errors
    /// `ENOENT`, `EACCES`, `EPERM` as for [`Vfs::unlink`]. `ENOTDIR`: not a
    /// directory. `ENOTEMPTY`: not empty, or `..`. `EINVAL`: `.`.
    /// `EBUSY`: the root or a magic node.
    pub fn rmdir(&mut self, ctx: &Ctx, dir: Ino, name: &[u8]) -> Result<(), Errno> {
        self.dir(dir)?;
        match name {
            b"." => return Err(Errno::Inval),
            b".." => return Err(Errno::Notempty),
            b"/" => return Err(Errno::Busy),
            _ => {}
        }
        let (ino, victim) = self.victim(ctx, dir, name)?;
        match &victim.body {
            Body::Directory(entries) if entries.is_empty() => {}
            Body::Directory(_) => return Err(Errno::Notempty),
            Body::Magic(_) => return Err(Errno::Busy),
            _ => return Err(Errno::Notdir),
        }
        self.detach(dir, name, ctx.now)?;
        self.drop_link(ino, dir, ctx.now)
    }

    /// The node an entry names, once it is clear that the entry may go.
    fn victim(&self, ctx: &Ctx, dir: Ino, name: &[u8]) -> Result<(Ino, &Inode), Errno> {
        let (holder, entries) = self.dir(dir)?;
        name::check(name, self.quota())?;
        let ino = entries.get(name).ok_or(Errno::Noent)?;
        let victim = self.inode(ino)?;
        permission::check_removal(holder, victim, &ctx.cred)?;
        Ok((ino, victim))
    }
}
