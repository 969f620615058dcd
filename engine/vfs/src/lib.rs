//! A copy-on-write filesystem in memory, for sandboxes.
//!
//! [`Vfs`] is a value: `clone` and [`Vfs::fork`] take constant time whatever
//! the tree holds, and what two of them still share is stored once. It has no
//! clock, no randomness and no host files: whoever calls supplies them.
//!
//! ```
//! use wardian_vfs::{At, Create, Cred, Ctx, Follow, PathMode, Quota, Vfs, image};
//!
//! # fn main() -> Result<(), wardian_vfs::Errno> {
//! let mut base = Vfs::new(Quota::default(), 0);
//! base.populate_base(0)?;
//!
//! // A sandbox starts from a fork and never touches the base.
//! let mut sandbox = base.fork();
//! let ctx = Ctx { cred: image::USER, now: 1 };
//! let at = At {
//!     base: sandbox.find("/home/user")?,
//!     root: sandbox.root(),
//!     cred: &ctx.cred,
//!     mode: PathMode::Posix,
//! };
//! let place = sandbox.resolve(&at, b"../user/notes", Follow::Entry)?;
//! let file = sandbox.create_at(&ctx, &place, Create::Regular, 0o644)?;
//! sandbox.append(&ctx, file, b"remember")?;
//!
//! assert_eq!(sandbox.read_file("/home/user/notes")?, b"remember");
//! assert!(base.find("/home/user/notes").is_err());
//! # Ok(())
//! # }
//! ```
//!
//! The layers, each knowing only those below it: paths (`resolve`, `at`,
//! `embed`, `walk`, `image`), whole trees (`inspect`, `import`), operations on nodes (`create`, `remove`, `rename`,
//! `attributes`, `data`, `query`, `open_files`), their steps and rules (`links`,
//! `permission`, `quota`), and the persistent structures (`tree`, and `lower` for trees that are kept elsewhere).
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
mod denials;
mod embed;
mod extent;
pub mod image;
mod import;
mod inspect;
mod links;
mod lower;
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
pub use denials::Denials;
pub use extent::Extent;
pub use import::{Attributes, Flaw, FlawKind, Import};
pub use inspect::{CHUNK_BYTES, Entry};
pub use lower::{
    Fingerprint, Listed, Live, LivePlace, Lower, LowerEntry, LowerFile, LowerKind, LowerPlace, Room,
};
pub use name::Name;
pub use node::{Create, Device, Ino, Magic, NodeKind, SetTime, Stat, Timestamp};
pub use query::{DirEntry, ReadDir};
pub use quota::{ENTRY_BYTES, Quota, Usage};
pub use resolve::{At, Follow, PathMode, Resolved};
pub use vfs::Vfs;
pub use walk::{Walk, WalkEntry};
pub use wardian_abi::{Errno, FileType};
