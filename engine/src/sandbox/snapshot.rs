//! A sandbox's files at a moment, to go back to.

use wardian_vfs::Vfs;

use super::builder::{Sandbox, quota};
use crate::error::{Error, ErrorKind};

/// The files of a sandbox at a moment. Taking one, copying it and going back to
/// it take constant time; what it shares with sandboxes is stored once.
///
/// The crate `wardian-snapshot` compares them and keeps them on disk or in an
/// object store.
#[derive(Clone)]
pub struct Snapshot {
    tree: Vfs,
}

impl Snapshot {
    /// A snapshot with this tree, such as one loaded from a store.
    pub fn from_tree(tree: Vfs) -> Snapshot {
        Snapshot { tree }
    }

    /// The tree.
    pub fn tree(&self) -> &Vfs {
        &self.tree
    }
}

impl Sandbox {
    /// The files as they are now. Running commands do not stop for it; a file
    /// removed while open is not part of it.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot {
            tree: self.kernel().fs().lock().fork(),
        }
    }

    /// Puts the files back as they were. Limits stay those of this sandbox; what
    /// a snapshot holds beyond them stays too, but cannot grow.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`]: commands are running, whose open files would have no
    /// place in the other tree; or of the two one has folders of the host and the
    /// other has none. Nothing has changed then.
    pub fn restore(&self, snapshot: &Snapshot) -> Result<(), Error> {
        let mut tree = snapshot.tree.fork();
        tree.set_quota(quota(self.kernel().limits()));
        if tree.has_mounts() != self.kernel().fs().lock().has_mounts() {
            return Err(Error::new(
                ErrorKind::Usage,
                "restore",
                "folders of the host are mounted in one of sandbox and snapshot only; \
                 restore it in the sandbox that it was taken of",
            ));
        }
        let running = self.processes();
        if running > 0 || !self.kernel().fs().replace(tree) {
            return Err(Error::new(
                ErrorKind::Usage,
                "restore",
                format!("{running} processes are running; wait for their end or cancel them first"),
            ));
        }
        Ok(())
    }
}
