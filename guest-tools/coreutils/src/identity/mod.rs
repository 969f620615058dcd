//! Applets about users, groups and the machine, as the sandbox has them.

pub mod accounts;
pub mod id;
pub mod machine;
pub mod tty;
