//! Entries and link counts: the steps that creating, removing and renaming
//! share. They check nothing; their callers have.

use std::sync::Arc;

use crate::quota::entry_charge;
use crate::tree::dir::Dir;
use crate::tree::inode::Body;
use crate::{Access, Ctx, Errno, Ino, Name, Timestamp, Vfs, permission};

impl Vfs {
    /// Checks that entries may be added to a directory.
    ///
    /// # Errors
    /// `ENOENT`: removed. `ENOTDIR`: not a directory. `EACCES`: no right to.
    /// `EROFS`.
    pub(crate) fn check_may_add(&self, ctx: &Ctx, dir: Ino) -> Result<(), Errno> {
        let (inode, _) = self.dir(dir)?;
        if inode.links == 0 {
            return Err(Errno::Noent);
        }
        self.check_writable(dir)?;
        permission::check(inode, &ctx.cred, Access::CHANGE)
    }

    /// Refuses one more subdirectory where there are too many.
    ///
    /// # Errors
    /// `EMLINK`.
    pub(crate) fn check_may_hold_subdirectory(&self, dir: Ino) -> Result<(), Errno> {
        if self.inode(dir)?.links >= self.quota().links {
            return Err(Errno::Mlink);
        }
        Ok(())
    }

    /// Adds or replaces an entry and accounts for its name.
    pub(crate) fn attach(
        &mut self,
        dir: Ino,
        name: &[u8],
        ino: Ino,
        now: Timestamp,
    ) -> Result<(), Errno> {
        let replaced = self.change_dir(dir, now, |dir| {
            let before = dir.len();
            dir.set(name, ino);
            dir.len() == before
        })?;
        if !replaced {
            self.usage.bytes += entry_charge(name);
        }
        Ok(())
    }

    /// Removes an entry that is there and accounts for its name.
    pub(crate) fn detach(&mut self, dir: Ino, name: &[u8], now: Timestamp) -> Result<(), Errno> {
        self.change_dir(dir, now, |dir| dir.remove(name))?;
        self.usage.bytes -= entry_charge(name);
        Ok(())
    }

    /// Notes that an entry for a node is gone: the last one takes the node along.
    /// For a directory, `dir` is the one that held it.
    pub(crate) fn drop_link(&mut self, ino: Ino, dir: Ino, now: Timestamp) -> Result<(), Errno> {
        let inode = self.inode_mut(ino)?;
        inode.changed = now;
        let was_directory = inode.is_directory();
        inode.links = if was_directory {
            0
        } else {
            inode.links.saturating_sub(1)
        };
        let gone = inode.links == 0;
        if was_directory {
            self.count_subdirectory(dir, false)?;
        }
        if gone {
            self.abandon(ino);
        }
        Ok(())
    }

    /// Counts one subdirectory more, or one less.
    pub(crate) fn count_subdirectory(&mut self, dir: Ino, more: bool) -> Result<(), Errno> {
        let inode = self.inode_mut(dir)?;
        inode.links = if more {
            inode.links.saturating_add(1)
        } else {
            inode.links.saturating_sub(1)
        };
        Ok(())
    }

    /// Tells a directory where it hangs now.
    pub(crate) fn rehang(&mut self, ino: Ino, parent: Ino, name: &[u8]) -> Result<(), Errno> {
        if let Body::Directory(dir) = &mut self.inode_mut(ino)?.body {
            let dir = Arc::make_mut(dir);
            dir.parent = parent;
            dir.name = Name::new(name);
        }
        Ok(())
    }

    fn change_dir<R>(
        &mut self,
        ino: Ino,
        now: Timestamp,
        change: impl FnOnce(&mut Dir) -> R,
    ) -> Result<R, Errno> {
        let inode = self.inode_mut(ino)?;
        let Body::Directory(dir) = &mut inode.body else {
            return Err(Errno::Notdir);
        };
        let result = change(Arc::make_mut(dir));
        inode.touch_modified(now);
        Ok(result)
    }
}
