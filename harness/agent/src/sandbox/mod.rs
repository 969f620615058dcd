//! Where an agent's commands and files live: one contract, several reaches.

mod contract;
mod error;
mod path;

pub use contract::{
    DirEntry, ExecOptions, ExecOutput, FileKind, FileStat, Sandbox, SandboxFactory,
};
pub use error::SandboxError;
pub use path::resolve_path;
pub use tokio_util::sync::CancellationToken;
