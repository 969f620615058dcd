//! New nodes and new names.

use crate::{Create, Ctx, Errno, Ino, Vfs};

#[allow(unused_variables)]
impl Vfs {
    /// Makes a node and names it. It belongs to `ctx.cred`; a set-group-id
    /// directory passes its group on, and that bit to its subdirectories. The
    /// caller applies its umask to `mode` beforehand.
    ///
    /// # Errors
    /// `ENOENT`: no such directory, it was removed, or an empty name or link
    /// target. `ENOTDIR`: `dir` is not a directory. `EEXIST`: the name is taken.
    /// `EINVAL`: a `/` or NUL in the name, or a NUL in the link target.
    /// `ENAMETOOLONG`: name or target too long. `EACCES`: no right to change the
    /// directory. `ENOSPC`: out of bytes or nodes. `EMLINK`: too many
    /// subdirectories.
    pub fn create(
        &mut self,
        ctx: &Ctx,
        dir: Ino,
        name: &[u8],
        kind: Create<'_>,
        mode: u16,
    ) -> Result<Ino, Errno> {
        todo!()
    }

    /// Gives a node one more name.
    ///
    /// # Errors
    /// Those of [`Vfs::create`], and `EPERM`: the node is a directory; `ENOENT`:
    /// the node has no name left; `EMLINK`: it has too many.
    pub fn link(&mut self, ctx: &Ctx, ino: Ino, dir: Ino, name: &[u8]) -> Result<(), Errno> {
        todo!()
    }
}
