//! Copy-on-write filesystems compared, and saved content-addressed and verified.
//!
//! ```
//! use wardian_snapshot::{Limits, Store};
//! use wardian_vfs::{Quota, Vfs};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mut tree = Vfs::new(Quota::default(), 0);
//! tree.write_file("/notes", b"remember\n", 0o644, 1).unwrap();
//!
//! # let directory = tempfile::tempdir()?;
//! # let directory = directory.path();
//! let store = Store::open(directory)?;
//! store.save(&tree, "monday")?;
//! let monday = store.load("monday", &Limits::default())?;
//! assert_eq!(monday.read_file("/notes").unwrap(), b"remember\n");
//! # Ok(())
//! # }
//! ```
//!
//! `FORMAT.md` describes what is stored. Nothing stored is trusted: see
//! [`Store::load`].
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

mod diff;
mod error;
mod format;
mod hash;
mod limits;
mod store;

pub use diff::{Change, ChangeKind, Changes, TextLimits, What, diff, diff_below};
pub use error::{Error, ErrorKind};
pub use hash::Hash;
pub use limits::Limits;
#[cfg(feature = "object-store")]
pub use store::RemoteStore;
pub use store::{Collection, SaveReport, Snapshot, Store, Verification};
