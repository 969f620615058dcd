//! Applets that start programs, wait, or send signals.

#[cfg(not(target_os = "wasi"))]
#[path = "program_native.rs"]
mod backend;
#[cfg(target_os = "wasi")]
#[path = "program_wasi.rs"]
mod backend;
pub mod duration;
pub mod env;
pub mod kill;
pub mod launch;
pub mod program;
mod split;
pub mod timeout;
pub mod which;
