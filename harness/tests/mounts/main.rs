//! Folders of the host in a sandbox: what scripts see and change of them, and
//! what reaches the host.

mod escapes;
mod overlays;
mod read_only;
mod read_write;
#[path = "../support/runtime.rs"]
mod runtime;
mod sources;
mod support;
