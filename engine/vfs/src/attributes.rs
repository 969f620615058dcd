//! Changing mode, owner and times.

use crate::lower::is_lower;
use crate::permission::{self, SET_GID};
use crate::tree::inode::Body;
use crate::{Access, Ctx, Errno, Ino, SetTime, Timestamp, Vfs};

/// How long a recorded access stays good enough.
const DAY: Timestamp = 24 * 60 * 60 * 1_000_000_000;

impl Vfs {
    /// Sets the twelve permission bits. Without root rights, set-group-id is
    /// dropped when the node's group is not the caller's.
    ///
    /// # Errors
    /// `ENOENT`: no such node. `EPERM`: not the owner. `ENOTSUP`: a symbolic link.
    /// `EROFS`: in a tree mounted read-only.
    pub fn chmod(&mut self, ctx: &Ctx, ino: Ino, mode: u16) -> Result<(), Errno> {
        let inode = self.inode(ino)?;
        self.check_writable(ino)?;
        permission::check_owner(inode, &ctx.cred)?;
        if matches!(inode.body, Body::Symlink(_)) {
            return Err(Errno::Notsup);
        }
        let mut mode = mode & 0o7777;
        if !ctx.cred.is_root() && ctx.cred.gid != inode.gid {
            mode &= !SET_GID;
        }
        if let Some(live) = self.live(ino) {
            return self.chmod_through(&*live, ino, mode);
        }
        let inode = self.inode_mut(ino)?;
        inode.mode = mode;
        inode.changed = ctx.now;
        Ok(())
    }

    /// Sets owner and group; `None` leaves one. Without root rights only the
    /// owner may, and only to give the node his own group. Whatever is not a
    /// directory loses set-user-id and set-group-id.
    ///
    /// # Errors
    /// `ENOENT`: no such node. `EPERM`: not allowed. `EROFS`.
    pub fn chown(
        &mut self,
        ctx: &Ctx,
        ino: Ino,
        uid: Option<u32>,
        gid: Option<u32>,
    ) -> Result<(), Errno> {
        let inode = self.inode(ino)?;
        self.check_writable(ino)?;
        let keeps_uid = uid.is_none_or(|uid| uid == inode.uid);
        let keeps_gid = gid.is_none_or(|gid| gid == inode.gid || gid == ctx.cred.gid);
        if !ctx.cred.is_root() {
            permission::check_owner(inode, &ctx.cred)?;
            if !keeps_uid || !keeps_gid {
                return Err(Errno::Perm);
            }
        }
        if self.live(ino).is_some() {
            // Who owns a file of the host is the host's affair.
            let keeps =
                uid.is_none_or(|uid| uid == inode.uid) && gid.is_none_or(|gid| gid == inode.gid);
            return if keeps { Ok(()) } else { Err(Errno::Perm) };
        }
        let inode = self.inode_mut(ino)?;
        inode.uid = uid.unwrap_or(inode.uid);
        inode.gid = gid.unwrap_or(inode.gid);
        if !inode.is_directory() {
            permission::drop_set_ids(inode);
        }
        inode.changed = ctx.now;
        Ok(())
    }

    /// Sets the times of access and modification.
    ///
    /// # Errors
    /// `ENOENT`: no such node. `EPERM`: not the owner. `EACCES`: not the owner,
    /// both times are [`SetTime::Now`], and the node is not writable. `EROFS`.
    pub fn set_times(
        &mut self,
        ctx: &Ctx,
        ino: Ino,
        accessed: SetTime,
        modified: SetTime,
    ) -> Result<(), Errno> {
        self.check_writable(ino)?;
        let inode = self.inode(ino)?;
        match (accessed, modified) {
            (SetTime::Keep, SetTime::Keep) => return Ok(()),
            (SetTime::Now, SetTime::Now) => permission::check_owner(inode, &ctx.cred)
                .or_else(|_| permission::check(inode, &ctx.cred, Access::WRITE))?,
            _ => permission::check_owner(inode, &ctx.cred)?,
        }
        if let Some(live) = self.live(ino) {
            return self.set_times_through(&*live, ino, accessed, modified);
        }
        let inode = self.inode_mut(ino)?;
        for (time, set) in [
            (&mut inode.accessed, accessed),
            (&mut inode.modified, modified),
        ] {
            match set {
                SetTime::Keep => {}
                SetTime::Now => *time = ctx.now,
                SetTime::At(at) => *time = at,
            }
        }
        inode.changed = ctx.now;
        Ok(())
    }

    /// Notes an access, as `relatime` does: only when the recorded one is not
    /// newer than the last change, or a day old. Unknown nodes are ignored.
    ///
    /// In a fork the first access of a node copies it (about 1 KiB with the nodes
    /// above it): who wants small forks leaves accesses unnoted.
    pub fn touch_accessed(&mut self, ino: Ino, now: Timestamp) {
        // An access is no reason to copy a node up.
        if is_lower(ino) && (!self.is_raised(ino) || self.live(ino).is_some()) {
            return;
        }
        let Ok(inode) = self.inode(ino) else { return };
        let newest_change = inode.modified.max(inode.changed);
        let is_stale = inode.accessed <= newest_change || now >= inode.accessed.saturating_add(DAY);
        if is_stale
            && inode.accessed != now
            && let Ok(inode) = self.inode_mut(ino)
        {
            inode.accessed = now;
        }
    }
}
