//! Trees that lie below this one: read when first looked into, kept elsewhere.
//! What a guest changes of them is copied up first, or, of a live tree, changed
//! there.

mod arena;
mod fresh;
mod live;
mod mount;
mod raise;
mod source;
#[cfg(test)]
mod tests;
mod through;

pub use live::{Listed, Live, LivePlace};
pub(crate) use mount::{Mounts, is_lower};
pub use raise::LowerPlace;
pub use source::{Fingerprint, Lower, LowerEntry, LowerFile, LowerKind, Room};
