//! What a provider of sandboxes has to offer to be one of ours.

use std::time::Duration;

use async_trait::async_trait;

use super::super::{DirEntry, ExecOutput, FileStat, SandboxError};

/// A sandbox of a provider.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Machine {
    /// What the provider calls it; every later call names it.
    pub handle: String,
    /// The absolute directory where its commands start.
    pub cwd: String,
}

/// A command for a provider.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ExecRequest {
    /// Names this run in [`Connector::kill`]; no two runs share one.
    pub exec_id: String,
    /// Text for the shell.
    pub command: String,
    /// Absolute directory to run it in.
    pub cwd: String,
    /// Variables beside the machine's own.
    pub env: Vec<(String, String)>,
    /// What it reads.
    pub stdin: Vec<u8>,
    /// When the provider is to end it, with exit code 124. Where a provider takes
    /// whole seconds only, round up.
    pub timeout: Duration,
}

/// Speaks to a provider of sandboxes. Paths are absolute.
///
/// [`super::Remote`] bounds each call in time and drops its future when the time
/// is over or nobody waits any more, so that a connector needs no deadlines of
/// its own.
///
/// # Errors
/// All calls: [`SandboxError::Transport`] when the provider cannot be reached,
/// [`SandboxError::Died`] when the machine is gone for good.
/// [`SandboxError::File`] for what the machine's files are to blame for.
#[async_trait]
pub trait Connector: Send + Sync {
    /// The provider, as messages name it.
    fn name(&self) -> &str;

    /// The machine that belongs to this identity: made, or found again where the
    /// provider still has it.
    ///
    /// # Errors
    /// [`SandboxError::Setup`] when the provider does not make one.
    async fn create(&self, id: &str) -> Result<Machine, SandboxError>;

    /// Runs a command to its end. A command that ran is `Ok` whatever its exit
    /// code.
    async fn exec(&self, handle: &str, request: ExecRequest) -> Result<ExecOutput, SandboxError>;

    /// Ends a command with all its processes. One that has ended, or never was,
    /// is no error; one that arrives after its kill must not run.
    async fn kill(&self, handle: &str, exec_id: &str) -> Result<(), SandboxError>;

    /// A file's contents.
    async fn read_file(&self, handle: &str, path: &str) -> Result<Vec<u8>, SandboxError>;

    /// Writes a file; directories above it are made.
    async fn write_file(
        &self,
        handle: &str,
        path: &str,
        contents: &[u8],
    ) -> Result<(), SandboxError>;

    /// What a path is, following links.
    async fn stat(&self, handle: &str, path: &str) -> Result<FileStat, SandboxError>;

    /// The names in a directory.
    async fn read_dir(&self, handle: &str, path: &str) -> Result<Vec<DirEntry>, SandboxError>;

    /// Makes a directory.
    async fn mkdir(&self, handle: &str, path: &str, recursive: bool) -> Result<(), SandboxError>;

    /// Removes a file or directory.
    ///
    /// # Errors
    /// [`SandboxError::Unsupported`] before anything is changed, where an option
    /// cannot be honoured.
    async fn rm(
        &self,
        handle: &str,
        path: &str,
        recursive: bool,
        force: bool,
    ) -> Result<(), SandboxError>;

    /// Puts the machine to rest; its files stay.
    async fn suspend(&self, handle: &str) -> Result<(), SandboxError> {
        let _ = handle;
        Err(cannot(self.name(), "suspended"))
    }

    /// Wakes it.
    async fn resume(&self, handle: &str) -> Result<(), SandboxError> {
        let _ = handle;
        Err(cannot(self.name(), "resumed"))
    }

    /// Removes the machine with its files.
    async fn destroy(&self, handle: &str) -> Result<(), SandboxError> {
        let _ = handle;
        Err(cannot(self.name(), "destroyed"))
    }
}

fn cannot(provider: &str, done: &str) -> SandboxError {
    SandboxError::Unsupported(format!("machines of {provider} cannot be {done} from here"))
}
