//! Directories opened and listed relative to one another.

#[cfg(not(target_os = "wasi"))]
#[path = "native_unsafe.rs"]
mod at;
#[cfg(target_os = "wasi")]
#[path = "wasi_unsafe.rs"]
mod at;
pub mod filtered;
mod listing;
pub mod rules;

pub use at::{CWD, open_dir, remove_at, stat_at};
pub use listing::{Listing, Pool};
