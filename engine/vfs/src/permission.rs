//! Who may do what: the one place that reads permission bits.

use crate::tree::inode::Inode;
use crate::{Access, Cred, Errno, Ino, Vfs};

/// Set-user-id.
pub(crate) const SET_UID: u16 = 0o4000;
/// Set-group-id.
pub(crate) const SET_GID: u16 = 0o2000;
/// Only the owner removes entries.
const STICKY: u16 = 0o1000;
/// The group may execute.
const GROUP_EXECUTE: u16 = 0o0010;
/// Someone may execute.
const ANY_EXECUTE: u16 = 0o0111;

/// Checks the rights `want` on a node.
///
/// # Errors
/// `EACCES`.
pub(crate) fn check(inode: &Inode, cred: &Cred, want: Access) -> Result<(), Errno> {
    let granted = if cred.is_root() {
        let runs = inode.is_directory() || inode.mode & ANY_EXECUTE != 0;
        0o6 | u16::from(runs)
    } else if cred.uid == inode.uid {
        inode.mode >> 6
    } else if cred.gid == inode.gid {
        inode.mode >> 3
    } else {
        inode.mode
    };
    let wanted = u16::from(want.read) << 2 | u16::from(want.write) << 1 | u16::from(want.execute);
    if wanted & !granted == 0 {
        Ok(())
    } else {
        Err(Errno::Acces)
    }
}

/// Checks that `cred` owns a node or is root.
///
/// # Errors
/// `EPERM`.
pub(crate) fn check_owner(inode: &Inode, cred: &Cred) -> Result<(), Errno> {
    if cred.is_root() || cred.uid == inode.uid {
        Ok(())
    } else {
        Err(Errno::Perm)
    }
}

/// Checks that an entry for `victim` may leave the directory `dir`.
///
/// # Errors
/// `EACCES`: the directory may not be changed. `EPERM`: it is sticky, and the
/// caller owns neither it nor the node.
pub(crate) fn check_removal(dir: &Inode, victim: &Inode, cred: &Cred) -> Result<(), Errno> {
    check(dir, cred, Access::CHANGE)?;
    if dir.mode & STICKY == 0 || check_owner(dir, cred).is_ok() {
        return Ok(());
    }
    check_owner(victim, cred)
}

/// Takes away the bits that a changed file must not keep: set-user-id, and
/// set-group-id where it is not the mark of mandatory locking.
pub(crate) fn drop_set_ids(inode: &mut Inode) {
    inode.mode &= !SET_UID;
    if inode.mode & GROUP_EXECUTE != 0 {
        inode.mode &= !SET_GID;
    }
}

impl Vfs {
    /// Checks that `cred` has the rights `want` on a node.
    ///
    /// # Errors
    /// `ENOENT`: no such node. `EACCES`: a right is missing. `EROFS`: to write in
    /// a tree mounted read-only.
    pub fn access(&self, ino: Ino, cred: &Cred, want: Access) -> Result<(), Errno> {
        if want.write {
            self.check_writable(ino)?;
        }
        check(self.inode(ino)?, cred, want)
    }
}
