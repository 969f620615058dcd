//! Trees that lie below this one: read when first looked into, kept elsewhere.
//! Nothing here changes them; what a guest changes is copied up first.

mod arena;
mod mount;
mod raise;
mod source;

pub(crate) use mount::{Mounts, is_lower};
pub use raise::LowerPlace;
pub use source::{Fingerprint, Lower, LowerEntry, LowerFile, LowerKind};
