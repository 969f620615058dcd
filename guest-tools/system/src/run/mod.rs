//! Tools that run a command in some special way.

pub mod flock;
pub mod plain;
pub mod rename;
pub mod script;
pub mod time;
pub mod watch;
