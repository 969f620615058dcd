//! A copy-on-write filesystem in memory, for sandboxes.
//!
//! [`Vfs`] is a value: `clone` and [`Vfs::fork`] take constant time whatever
//! the tree holds, and what two of them still share is stored once. It has no
//! clock, no randomness and no host files: whoever calls supplies them.
#![forbid(unsafe_code)]
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic
    )
)]

mod at;
mod attributes;
mod create;
mod credentials;
mod data;
mod embed;
mod extent;
pub mod image;
mod links;
mod name;
mod node;
mod open_files;
mod permission;
mod query;
mod quota;
mod remove;
mod rename;
mod resolve;
mod tree;
mod vfs;
mod walk;

pub use credentials::{Access, Cred, Ctx};
pub use extent::Extent;
pub use name::Name;
pub use node::{Create, Device, Ino, Magic, NodeKind, SetTime, Stat, Timestamp};
pub use query::{DirEntry, ReadDir};
pub use quota::{ENTRY_BYTES, Quota, Usage};
pub use resolve::{At, Follow, PathMode, Resolved};
pub use vfs::Vfs;
pub use walk::{Walk, WalkEntry};
pub use wardian_abi::{Errno, FileType};
