//! Random operation sequences: against a simple model, against the host's own
//! filesystem, and against the accounts.

mod accounts;
#[cfg(target_os = "linux")]
mod host;
mod model;
mod script;
mod world;
