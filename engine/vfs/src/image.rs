//! The tree a sandbox starts with.

use crate::{Errno, Timestamp, Vfs};

#[allow(unused_variables)]
impl Vfs {
    /// Makes the standard layout in an empty filesystem.
    ///
    /// # Errors
    /// Those of [`Vfs::create`]: `ENOSPC` when the quota is too small, `EEXIST`
    /// when part of the layout is there already.
    pub fn populate_base(&mut self, now: Timestamp) -> Result<(), Errno> {
        todo!()
    }

    /// Puts a program into `/usr/bin`, mode 0755, owned by root.
    ///
    /// # Errors
    /// Those of [`Vfs::write_file`].
    pub fn add_program(
        &mut self,
        name: &[u8],
        contents: &[u8],
        now: Timestamp,
    ) -> Result<(), Errno> {
        todo!()
    }
}
