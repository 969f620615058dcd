//! Starting other programs.

#[cfg_attr(target_os = "wasi", path = "wasi.rs")]
#[cfg_attr(not(target_os = "wasi"), path = "native.rs")]
mod backend;
#[expect(
    clippy::module_inception,
    reason = "the folder is about the type in it"
)]
mod program;

pub use backend::Child;
pub use program::{Program, candidates, environment, failure_code, is_executable};
