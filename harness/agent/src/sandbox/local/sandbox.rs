//! The sandbox that is none: commands run as the user on the host.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use super::super::{
    DirEntry, ExecOptions, ExecOutput, FileStat, Sandbox, SandboxError, SandboxFactory,
};
use super::environment::{Environment, invalid};
use super::files::place;
use super::process::{Run, run};

/// **No isolation.** Commands run on the host, as the user who runs this program,
/// with all of that user's rights: every file, every process, the network. Use it
/// only where each command of the model may do what you may do yourself.
///
/// The folder is where commands start and where relative paths begin; it keeps
/// nothing in. What is narrowed is the environment: commands see the variables
/// of [`super::PASSED_VARIABLES`], as they were when this was made, and those
/// named here.
///
/// | what | default |
/// |---|---|
/// | shell | `bash` where `PATH` finds it, else `sh` |
/// | timeout | 10 minutes |
/// | kept of each output | 64 MiB: its first and last half |
/// | longest file that is read | 256 MiB |
///
/// A command leads a process group. When it times out, is cancelled, or its
/// future is dropped, the group gets SIGTERM and two seconds later SIGKILL. What
/// a finished command left in the background lives on, as in a terminal.
///
/// It is its own factory: all instances share the folder.
#[derive(Clone, Debug)]
pub struct Local {
    cwd: PathBuf,
    /// The same as text.
    cwd_text: String,
    shell: PathBuf,
    env: Environment,
    timeout: Duration,
    output_bytes: usize,
    file_bytes: u64,
}

impl Local {
    /// Commands and files of the host itself, starting in `directory`. See
    /// [`Local`] for what that means: nothing is kept from a command.
    ///
    /// # Errors
    /// [`SandboxError::Setup`]: the directory does not exist, its path is not
    /// UTF-8, or no shell is found.
    pub fn without_isolation(directory: impl AsRef<Path>) -> Result<Local, SandboxError> {
        let directory = directory.as_ref();
        let setup =
            |message: String| SandboxError::Setup(format!("{}: {message}", directory.display()));
        let cwd = std::fs::canonicalize(directory).map_err(|error| setup(error.to_string()))?;
        if !cwd.is_dir() {
            return Err(setup("not a directory; name a folder to work in".into()));
        }
        let cwd_text = cwd
            .to_str()
            .ok_or_else(|| setup("its path is not UTF-8; name another folder".into()))?
            .to_owned();
        let env = Environment::of_host();
        let shell = find_shell(&env).ok_or_else(|| {
            SandboxError::Setup("neither bash nor sh is in PATH: install one of them".into())
        })?;
        Ok(Local {
            cwd,
            cwd_text,
            shell,
            env,
            timeout: Duration::from_secs(600),
            output_bytes: 64 << 20,
            file_bytes: 256 << 20,
        })
    }

    /// Passes a variable of the host's environment besides the usual ones, with
    /// the value it has now; nothing when the host lacks it.
    #[must_use]
    pub fn pass_env(mut self, name: &str) -> Local {
        self.env.pass(name);
        self
    }

    /// Sets a variable of every command.
    ///
    /// # Errors
    /// [`SandboxError::Setup`]: no process could receive it.
    pub fn env(mut self, name: &str, value: &str) -> Result<Local, SandboxError> {
        if let Some(reason) = invalid(name, value) {
            return Err(SandboxError::Setup(reason));
        }
        self.env.set(name.into(), value.into());
        Ok(self)
    }

    /// Takes a variable away from every command.
    #[must_use]
    pub fn without_env(mut self, name: &str) -> Local {
        self.env.remove(name);
        self
    }

    /// How long a command may take that names no timeout itself.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Local {
        self.timeout = timeout;
        self
    }

    /// Most bytes kept of standard output, and as many of standard error.
    #[must_use]
    pub fn output_bytes(mut self, bytes: usize) -> Local {
        self.output_bytes = bytes;
        self
    }

    /// Most bytes of a file that is read by [`Sandbox::read_file`]; commands read as
    /// much as they like.
    #[must_use]
    pub fn file_bytes(mut self, bytes: u64) -> Local {
        self.file_bytes = bytes;
        self
    }
}

#[async_trait]
impl Sandbox for Local {
    async fn exec(&self, command: &str, options: ExecOptions) -> Result<ExecOutput, SandboxError> {
        let mut env = self.env.clone();
        for (name, value) in &options.env {
            if let Some(reason) = invalid(name, value) {
                return Err(SandboxError::Unsupported(reason));
            }
            env.set(name.into(), value.into());
        }
        run(Run {
            shell: &self.shell,
            script: command,
            cwd: &self.cwd.join(options.cwd.unwrap_or_default()),
            env: env
                .pairs()
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect(),
            stdin: options.stdin,
            timeout: Some(options.timeout.unwrap_or(self.timeout)),
            cancel: options.cancel,
            output_bytes: self.output_bytes,
        })
        .await
    }

    async fn read_file(&self, path: &str) -> Result<Vec<u8>, SandboxError> {
        place(&self.cwd, path).read(self.file_bytes).await
    }

    async fn write_file(&self, path: &str, contents: &[u8]) -> Result<(), SandboxError> {
        place(&self.cwd, path).write(contents).await
    }

    async fn stat(&self, path: &str) -> Result<FileStat, SandboxError> {
        place(&self.cwd, path).stat().await
    }

    async fn read_dir(&self, path: &str) -> Result<Vec<DirEntry>, SandboxError> {
        place(&self.cwd, path).list().await
    }

    async fn mkdir(&self, path: &str, recursive: bool) -> Result<(), SandboxError> {
        place(&self.cwd, path).mkdir(recursive).await
    }

    async fn rm(&self, path: &str, recursive: bool, force: bool) -> Result<(), SandboxError> {
        // Nobody means that.
        if self.resolve_path(path) == "/" {
            return Err(SandboxError::Unsupported(format!(
                "{path}: the root of the host is never removed"
            )));
        }
        place(&self.cwd, path).remove(recursive, force).await
    }

    fn cwd(&self) -> &str {
        &self.cwd_text
    }

    fn reach(&self) -> &'static str {
        "local"
    }
}

#[async_trait]
impl SandboxFactory for Local {
    async fn create(&self, _id: &str) -> Result<Arc<dyn Sandbox>, SandboxError> {
        Ok(Arc::new(self.clone()))
    }
}

/// `bash` before `sh`, along `PATH` and then where they usually are.
fn find_shell(env: &Environment) -> Option<PathBuf> {
    let path = env.get("PATH").cloned().unwrap_or_default();
    let usual = ["/bin", "/usr/bin", "/usr/local/bin"].map(PathBuf::from);
    let folders: Vec<PathBuf> = std::env::split_paths(&path)
        .filter(|folder| folder.is_absolute())
        .chain(usual)
        .collect();
    ["bash", "sh"]
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)))
        .find(|shell| shell.is_file())
}
