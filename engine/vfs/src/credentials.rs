//! Who acts, when, and what they want to do.

use crate::node::Timestamp;

/// The user on whose behalf an operation runs. User 0 passes every check.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Cred {
    /// User.
    pub uid: u32,
    /// Group; there are no supplementary groups.
    pub gid: u32,
}

impl Cred {
    /// The superuser.
    pub const ROOT: Cred = Cred { uid: 0, gid: 0 };

    /// Whether permission checks are waived.
    #[must_use]
    pub fn is_root(&self) -> bool {
        self.uid == 0
    }
}

/// What every changing operation is told: who acts, and the time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ctx {
    /// Who acts.
    pub cred: Cred,
    /// The time written into the nodes that change.
    pub now: Timestamp,
}

/// The rights asked of a node.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Access {
    /// Read the contents, list the directory.
    pub read: bool,
    /// Write the contents, change the directory.
    pub write: bool,
    /// Run the program, search the directory.
    pub execute: bool,
}

impl Access {
    /// Nothing but existence.
    pub const EXISTS: Access = Access::of(false, false, false);
    /// Read.
    pub const READ: Access = Access::of(true, false, false);
    /// Write.
    pub const WRITE: Access = Access::of(false, true, false);
    /// Execute or search.
    pub const EXECUTE: Access = Access::of(false, false, true);
    /// Write and search: what changing a directory takes.
    pub const CHANGE: Access = Access::of(false, true, true);

    const fn of(read: bool, write: bool, execute: bool) -> Access {
        Access {
            read,
            write,
            execute,
        }
    }
}
