//! Wardian's engine: commands as fresh WebAssembly instances over a filesystem
//! in memory, connected by pipes, under limits.
//!
//! Start at [`Sandbox::builder`]. The layers, each importing only those below:
//! `sandbox`, `process`, `wasi`, `fd`, and beside them `runtime` (Wasmtime)
//! and `mount` (folders of the host).
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic
    )
)]

mod audit;
mod clock;
mod error;
mod fd;
mod limits;
mod mount;
mod process;
mod reached;
mod runtime;
mod sandbox;
mod virtual_time;
mod wasi;

pub use audit::{Audit, AuditEvent};
pub use clock::Clock;
pub use error::{Error, ErrorKind};
pub use limits::Limits;
pub use mount::{
    Applied, Apply, ApplyReport, Conflict, MountMode, OverlayChange, OverlayChangeKind,
    OverlayChanges,
};
#[cfg(feature = "compile")]
pub use runtime::precompile;
pub use runtime::{CacheDirectory, ModuleBytes, Observer};
pub use sandbox::{
    CancelToken, Determinism, Difference, DirEntry, Exec, ExecResult, FileStat, Files, InputWriter,
    OutputReader, Overlay, Recording, Runtime, RuntimeBuilder, Sandbox, SandboxBuilder, Shell,
    ShellState, Snapshot, Streaming, Syntax, Tool, Tools, Usage,
};
pub use wardian_abi::{Errno, FileType, Signal, Usage as ProcessUsage};
pub use wasi::{SUPPORT, Support, SupportEntry};
