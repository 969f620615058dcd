//! The host itself as a sandbox: its shell, its files, no isolation at all.

mod environment;
mod files;
mod group;
mod kept;
mod process;
mod sandbox;

#[cfg(feature = "mcp")]
pub(crate) use group::Group;

pub use environment::PASSED_VARIABLES;
pub use sandbox::Local;
