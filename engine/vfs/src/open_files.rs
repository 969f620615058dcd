//! Counts of open files: a node without links lives until its last release.

use crate::{Errno, Ino, Vfs};

#[allow(unused_variables)]
impl Vfs {
    /// Notes that a node is open: it outlives its last link until as many
    /// [`Vfs::release`] calls.
    ///
    /// # Errors
    /// `ENOENT`: no such node. `ENFILE`: opened 2^32 times.
    pub fn retain(&mut self, ino: Ino) -> Result<(), Errno> {
        todo!()
    }

    /// Takes back one [`Vfs::retain`]; the last one frees a node without links.
    pub fn release(&mut self, ino: Ino) {
        todo!()
    }
}
