//! Moving a name.

use crate::{Ctx, Errno, Ino, Vfs};

#[allow(unused_variables)]
impl Vfs {
    /// Moves a name, replacing what `to` names: a file by a file, an empty
    /// directory by a directory. Two names of the same node: nothing happens.
    ///
    /// # Errors
    /// `ENOENT`: a directory or `from` is missing. `ENOTDIR`: a directory would
    /// replace a file, or `from_dir` or `to_dir` is no directory. `EISDIR`: a file
    /// would replace a directory. `ENOTEMPTY`: the replaced directory is not
    /// empty. `EINVAL`: a directory into itself, or a malformed name.
    /// `EBUSY`: `.`, `..`, the root or a magic node. `EACCES`, `EPERM`: no right
    /// at either end, as for [`Vfs::unlink`]; a directory that changes its parent
    /// must be writable. `EMLINK`, `ENAMETOOLONG`, `ENOSPC` as for
    /// [`Vfs::create`].
    pub fn rename(
        &mut self,
        ctx: &Ctx,
        from_dir: Ino,
        from: &[u8],
        to_dir: Ino,
        to: &[u8],
    ) -> Result<(), Errno> {
        todo!()
    }
}
