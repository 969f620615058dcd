//! Applets about modes, owners and kinds of files.

pub mod chmod;
pub mod chown;
pub mod install;
pub mod mkdir;
pub mod mode;
pub mod special;
pub mod stat;
mod walk;
