//! Taking names away.

use crate::{Ctx, Errno, Ino, Vfs};

#[allow(unused_variables)]
impl Vfs {
    /// Removes a name of a node that is not a directory. The node goes with its
    /// last name, or later with its last [`Vfs::release`].
    ///
    /// # Errors
    /// `ENOENT`: no such directory or entry. `ENOTDIR`: `dir` is not a directory.
    /// `EACCES`: no right to change the directory. `EPERM`: the directory is
    /// sticky and neither it nor the node is the caller's. `EISDIR`: a directory.
    pub fn unlink(&mut self, ctx: &Ctx, dir: Ino, name: &[u8]) -> Result<(), Errno> {
        todo!()
    }

    /// Removes an empty directory.
    ///
    /// # Errors
    /// `ENOENT`, `EACCES`, `EPERM` as for [`Vfs::unlink`]. `ENOTDIR`: not a
    /// directory. `ENOTEMPTY`: not empty, or `..`. `EINVAL`: `.`.
    /// `EBUSY`: the root or a magic node.
    pub fn rmdir(&mut self, ctx: &Ctx, dir: Ino, name: &[u8]) -> Result<(), Errno> {
        todo!()
    }
}
