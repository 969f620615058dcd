//! The filesystem as a value.

use crate::node::{Ino, Timestamp};
use crate::quota::{Quota, Usage};

/// A filesystem. `clone` takes constant time and shares everything.
#[derive(Clone)]
pub struct Vfs {}

#[allow(unused_variables)]
impl Vfs {
    /// A filesystem with nothing but `/`, of mode 0755, owned by root.
    #[must_use]
    pub fn new(quota: Quota, now: Timestamp) -> Vfs {
        todo!()
    }

    /// The number of `/`.
    #[must_use]
    pub fn root(&self) -> Ino {
        Ino(1)
    }

    /// The limits.
    #[must_use]
    pub fn quota(&self) -> &Quota {
        todo!()
    }

    /// Replaces the limits. What is there already stays, even beyond them.
    pub fn set_quota(&mut self, quota: Quota) {
        todo!()
    }

    /// What is used of the limits.
    #[must_use]
    pub fn usage(&self) -> Usage {
        todo!()
    }

    /// A copy for another sandbox: like `clone`, but no file is open in it, so
    /// removed files that were only open are gone.
    #[must_use]
    pub fn fork(&self) -> Vfs {
        todo!()
    }
}
