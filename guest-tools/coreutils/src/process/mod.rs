//! Applets that start programs, wait, or send signals.

pub mod duration;
pub mod env;
pub mod filter;
pub mod kill;
pub mod launch;
mod split;
pub mod timeout;
pub mod which;
