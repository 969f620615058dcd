//! The contract every sandbox keeps, whatever its reach.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use tokio_util::sync::CancellationToken;

use super::{SandboxError, resolve_path};

/// How to run a command.
#[derive(Clone, Debug, Default)]
pub struct ExecOptions {
    /// Working directory, relative to the sandbox's; the sandbox's when none.
    pub cwd: Option<String>,
    /// Variables beside the sandbox's own.
    pub env: Vec<(String, String)>,
    /// What the command reads; nothing when empty.
    pub stdin: Vec<u8>,
    /// The longest it may take; the sandbox's own limit when none.
    pub timeout: Option<Duration>,
    /// Ends it from outside.
    pub cancel: Option<CancellationToken>,
}

/// How a command ended.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ExecOutput {
    /// Its exit code: 124 after the timeout, 126, 127, 128 + signal as in a shell.
    pub exit_code: i32,
    /// Standard output.
    pub stdout: Vec<u8>,
    /// Standard error; after a timeout or a limit its last line says so.
    pub stderr: Vec<u8>,
    /// Whether the timeout ended it.
    pub timed_out: bool,
    /// Bytes of output that were dropped because there were too many.
    pub dropped_bytes: u64,
    /// Time it took.
    pub wall_time: Duration,
    /// Processor time it took, where known.
    pub cpu_time: Option<Duration>,
    /// Most memory it held at once, in bytes, where known.
    pub peak_memory_bytes: Option<u64>,
}

/// What an entry is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FileKind {
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// A symbolic link: only [`DirEntry`] says so, [`Sandbox::stat`] follows links.
    Symlink,
    /// Anything else.
    Other,
}

/// What is known of a file. Nothing is made up: what a sandbox cannot tell is
/// absent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FileStat {
    /// What it is, after links.
    pub kind: FileKind,
    /// Whether the path itself is a link, where known.
    pub is_symlink: Option<bool>,
    /// Length in bytes, where known.
    pub size_bytes: Option<u64>,
    /// Last change, where known.
    pub modified: Option<SystemTime>,
}

/// An entry of a directory.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct DirEntry {
    /// Its name.
    pub name: String,
}

/// Commands and files of an agent.
///
/// Paths are relative to [`Sandbox::cwd`] unless absolute. A command that ran
/// to its end is `Ok` whatever its exit code; errors are for what kept it from
/// running: a cancel, a lost connection, a sandbox that died.
#[async_trait]
pub trait Sandbox: Send + Sync {
    /// Runs a shell command.
    ///
    /// # Errors
    /// [`SandboxError::Cancelled`] at once when the token fires, before the
    /// start too; [`SandboxError::Died`], [`SandboxError::Transport`].
    async fn exec(&self, command: &str, options: ExecOptions) -> Result<ExecOutput, SandboxError>;

    /// A file's contents.
    async fn read_file(&self, path: &str) -> Result<Vec<u8>, SandboxError>;

    /// Writes a file; directories above it are made.
    async fn write_file(&self, path: &str, contents: &[u8]) -> Result<(), SandboxError>;

    /// What a path is, following links.
    async fn stat(&self, path: &str) -> Result<FileStat, SandboxError>;

    /// The names in a directory, sorted.
    async fn read_dir(&self, path: &str) -> Result<Vec<DirEntry>, SandboxError>;

    /// Whether a path exists; false when that cannot be found out.
    async fn exists(&self, path: &str) -> bool {
        self.stat(path).await.is_ok()
    }

    /// Makes a directory; with `recursive` those above it too, and an existing
    /// one is no error.
    async fn mkdir(&self, path: &str, recursive: bool) -> Result<(), SandboxError>;

    /// Removes a file, or with `recursive` a directory and all in it; with
    /// `force` a missing one is no error.
    ///
    /// # Errors
    /// [`SandboxError::Unsupported`] before anything is changed, where an option
    /// cannot be honoured.
    async fn rm(&self, path: &str, recursive: bool, force: bool) -> Result<(), SandboxError>;

    /// The absolute directory that relative paths start from.
    fn cwd(&self) -> &str;

    /// A path as an absolute one without `.` and `..`, by its text alone.
    fn resolve_path(&self, path: &str) -> String {
        resolve_path(self.cwd(), path)
    }

    /// What the reach is called: `virtual`, `overlay`, `mount`, `local`, `remote`.
    fn reach(&self) -> &'static str;

    /// A copy whose changes this one never sees.
    async fn fork(&self) -> Result<Arc<dyn Sandbox>, SandboxError> {
        Err(SandboxError::Unsupported(format!(
            "a {} sandbox cannot be forked",
            self.reach()
        )))
    }

    /// The unified differences of its files since it was made, where the
    /// sandbox can tell.
    async fn changes(&self) -> Result<String, SandboxError> {
        Err(SandboxError::Unsupported(format!(
            "a {} sandbox does not know what changed",
            self.reach()
        )))
    }
}

/// Makes the sandbox of an agent instance.
#[async_trait]
pub trait SandboxFactory: Send + Sync {
    /// A sandbox for the instance with this identity. Whether two calls with one
    /// identity find the same files is the factory's to say.
    async fn create(&self, id: &str) -> Result<Arc<dyn Sandbox>, SandboxError>;
}
