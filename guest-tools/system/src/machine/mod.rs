//! Tools that tell of the machine and of who uses it.

pub mod configuration;
pub mod free;
pub mod hardware;
pub mod hostname;
pub mod mount;
pub mod uptime;
pub mod users;
