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
    /// `EROFS`: in a tree mounted read-only.
    pub fn unlink(&mut self, ctx: &Ctx, dir: Ino, name: &[u8]) -> Result<(), Errno> {
        if name::is_special(name) {
            self.dir(dir)?;
            return Err(Errno::Isdir);
        }
        let (ino, victim) = self.victim(ctx, dir, name)?;
        if victim.is_directory() || matches!(victim.body, Body::Magic(_)) {
            return Err(Errno::Isdir);
        }
        if let Some(live) = self.live(dir) {
            return self.remove_through(&*live, (dir, name), ino);
        }
        self.raise(dir)?;
        self.raise(ino)?;
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
            Body::Directory(_) | Body::Unlisted => {
                self.check_no_top(ino)?;
                // The host knows best of its own.
                if self.live(ino).is_none() && !self.dir(ino)?.1.is_empty() {
                    return Err(Errno::Notempty);
                }
            }
            Body::Magic(_) => return Err(Errno::Busy),
            _ => return Err(Errno::Notdir),
        }
        if let Some(live) = self.live(dir) {
            return self.remove_through(&*live, (dir, name), ino);
        }
        self.raise(dir)?;
        self.raise(ino)?;
        self.detach(dir, name, ctx.now)?;
        self.drop_link(ino, dir, ctx.now)
    }

    /// The node an entry names, once it is clear that the entry may go.
    fn victim(&self, ctx: &Ctx, dir: Ino, name: &[u8]) -> Result<(Ino, &Inode), Errno> {
        let (holder, entries) = self.dir(dir)?;
        name::check(name, self.quota())?;
        let ino = entries.get(name).ok_or(Errno::Noent)?;
        self.check_writable(dir)?;
        let victim = self.inode(ino)?;
        permission::check_removal(holder, victim, &ctx.cred)?;
        Ok((ino, victim))
    }
}
