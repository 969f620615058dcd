//! What an embedder holds: a runtime, sandboxes made from it, commands run in
//! them, and their files.

mod builder;
mod cancel;
mod determinism;
mod exec;
mod files;
mod import;
mod launch;
mod ordered;
mod overlay;
mod recording;
mod run;
mod runtime;
mod shell;
mod snapshot;
mod streams;
mod tar_guard;
mod tarball;
mod tools;

pub use builder::{Sandbox, SandboxBuilder};
pub use cancel::CancelToken;
pub use determinism::Determinism;
pub use exec::{Exec, ExecResult, Usage};
pub use files::{DirEntry, FileStat, Files};
pub use overlay::Overlay;
pub use recording::{Difference, Recording};
pub use runtime::{Runtime, RuntimeBuilder};
pub use shell::{Shell, ShellState, Syntax};
pub use snapshot::Snapshot;
pub use streams::{InputWriter, OutputReader, Streaming};
pub use tools::{Tool, Tools};
