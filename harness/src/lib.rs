//! Sandboxes for AI agents: commands that a model wrote run as WebAssembly over
//! a filesystem in memory, and nothing of the host is there unless granted.
//!
//! ```
//! # #[tokio::main] async fn main() -> Result<(), wardian::Error> {
//! let runtime = wardian::Runtime::builder()
//!     .cache(wardian::CacheDirectory::of_user())
//!     .build()?;
//! let sandbox = wardian::Sandbox::builder(&runtime)
//!     .tools(&wardian::tools())
//!     .file("/home/user/fruit", "pear\nfig\napple\n")
//!     .build()?;
//!
//! let result = sandbox.exec("sort fruit | tee sorted | wc -l").await?;
//! assert_eq!((result.exit_code, &*result.stdout_text()), (0, "3\n"));
//!
//! let attempt = sandbox.fork();
//! attempt.exec("rm fruit sorted").await?;
//! assert!(sandbox.fs().exists("fruit") && !attempt.fs().exists("fruit"));
//!
//! let shell = sandbox.shell();
//! shell.exec("cd /tmp; count() { ls | wc -l; }; touch a b").await?;
//! assert_eq!(shell.exec("count").await?.stdout_text(), "2\n");
//! # Ok(()) }
//! ```
#![forbid(unsafe_code)]

#[cfg(feature = "agent")]
mod agents;
mod sandbox;

/// Files of sandboxes compared, and saved in a directory or an object store.
pub mod snapshot {
    pub use wardian_snapshot::*;
}

/// Agents: a model works through tools in a sandbox. [`Virtual`] is the sandbox
/// that isolates; the others are in `agent::sandbox`.
#[cfg(feature = "agent")]
pub use wardian_agent as agent;

#[cfg(feature = "agent")]
pub use agents::agent;

pub use sandbox::tools;
#[cfg(feature = "agent")]
pub use sandbox::{Virtual, VirtualSandbox};
pub use wardian_engine::{
    Applied, Apply, ApplyReport, Audit, AuditEvent, CacheDirectory, CancelToken, Clock, Conflict,
    Determinism, Difference, DirEntry, Errno, Error, ErrorKind, Exec, ExecResult, FileStat,
    FileType, Files, InputWriter, Limits, ModuleBytes, MountMode, Observer, OutputReader, Overlay,
    OverlayChange, OverlayChangeKind, OverlayChanges, ProcessUsage, Recording, Runtime,
    RuntimeBuilder, SUPPORT, Sandbox, SandboxBuilder, Shell, ShellState, Signal, Snapshot,
    Streaming, Support, SupportEntry, Syntax, Tool, Tools, Usage,
};
