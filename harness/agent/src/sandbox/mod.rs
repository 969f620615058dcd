//! Where an agent's commands and files live: one contract, several reaches.

mod contract;
#[cfg(feature = "testing")]
pub mod contract_tests;
mod error;
#[cfg(unix)]
mod local;
mod path;
pub mod remote;

pub use contract::{
    DirEntry, ExecOptions, ExecOutput, FileKind, FileStat, Sandbox, SandboxFactory,
};
pub use error::SandboxError;
#[cfg(all(unix, feature = "mcp"))]
pub(crate) use local::Group;
#[cfg(unix)]
pub use local::{Local, PASSED_VARIABLES};
pub use path::resolve_path;
pub use tokio_util::sync::CancellationToken;
