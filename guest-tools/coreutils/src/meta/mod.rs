//! Applets about modes, owners and kinds of files.

pub mod mkdir;
pub mod mode;
