//! Changing mode, owner and times.

use crate::{Ctx, Errno, Ino, SetTime, Timestamp, Vfs};

#[allow(unused_variables)]
impl Vfs {
    /// Sets the twelve permission bits. Without root rights, set-group-id is
    /// dropped when the node's group is not the caller's.
    ///
    /// # Errors
    /// `ENOENT`: no such node. `EPERM`: not the owner. `ENOTSUP`: a symbolic link.
    pub fn chmod(&mut self, ctx: &Ctx, ino: Ino, mode: u16) -> Result<(), Errno> {
        todo!()
    }

    /// Sets owner and group; `None` leaves one. Without root rights only the
    /// owner may, and only to give the node his own group; a file then loses
    /// set-user-id and set-group-id.
    ///
    /// # Errors
    /// `ENOENT`: no such node. `EPERM`: not allowed.
    pub fn chown(
        &mut self,
        ctx: &Ctx,
        ino: Ino,
        uid: Option<u32>,
        gid: Option<u32>,
    ) -> Result<(), Errno> {
        todo!()
    }

    /// Sets the times of access and modification.
    ///
    /// # Errors
    /// `ENOENT`: no such node. `EPERM`: not the owner. `EACCES`: not the owner,
    /// both times are [`SetTime::Now`], and the node is not writable.
    pub fn set_times(
        &mut self,
        ctx: &Ctx,
        ino: Ino,
        accessed: SetTime,
        modified: SetTime,
    ) -> Result<(), Errno> {
        todo!()
    }

    /// Notes an access, as `relatime` does: only when the recorded one is not
    /// newer than the last change, or a day old. Unknown nodes are ignored.
    pub fn touch_accessed(&mut self, ino: Ino, now: Timestamp) {
        todo!()
    }
}
