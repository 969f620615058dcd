//! The virtual sandbox as an agent knows it: the engine behind the contract of
//! all reaches.

use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use async_trait::async_trait;
use wardian_agent::sandbox::{
    DirEntry, ExecOptions, ExecOutput, FileKind, FileStat, Sandbox, SandboxError,
};
use wardian_engine::{
    CancelToken, Errno, Error, ErrorKind, ExecResult, FileType, MountMode, Snapshot,
};
use wardian_snapshot::TextLimits;

/// How long the processes of a cancelled command may take to be cleared up
/// before its caller hears of the cancel in any case.
const CLEARING_UP: Duration = Duration::from_millis(40);

/// How much of what changed is shown line by line.
const CHANGES: TextLimits = TextLimits {
    file_bytes: 1 << 20,
    total_bytes: 16 << 20,
    context: 3,
};

/// A sandbox in memory: commands are WebAssembly, and there is no network. Files
/// belong to it alone, but for folders of the host that were mounted.
/// [`super::Virtual`] makes them.
///
/// Without a timeout of its own a command has that of the engine's limits.
/// Processes that a command leaves in the background end with it.
pub struct VirtualSandbox {
    sandbox: wardian_engine::Sandbox,
    cwd: String,
    /// The files as they were when it was made.
    start: Snapshot,
    /// How folders of the host are mounted.
    mounts: Vec<MountMode>,
}

impl VirtualSandbox {
    pub(super) fn new(
        sandbox: wardian_engine::Sandbox,
        cwd: &str,
        mut mounts: Vec<MountMode>,
    ) -> VirtualSandbox {
        let start = sandbox.snapshot();
        // What was mounted behind our back may be of any kind: the widest is assumed.
        if mounts.is_empty() && start.tree().has_mounts() {
            mounts.push(MountMode::ReadWrite);
        }
        VirtualSandbox {
            sandbox,
            cwd: cwd.to_owned(),
            start,
            mounts,
        }
    }

    /// The engine's sandbox, for what the contract does not name.
    pub fn engine(&self) -> &wardian_engine::Sandbox {
        &self.sandbox
    }
}

#[async_trait]
impl Sandbox for VirtualSandbox {
    async fn exec(&self, command: &str, options: ExecOptions) -> Result<ExecOutput, SandboxError> {
        let cancel = options.cancel.unwrap_or_default();
        if cancel.is_cancelled() {
            return Err(SandboxError::Cancelled);
        }
        let token = CancelToken::new();
        let mut exec = self
            .sandbox
            .exec(command)
            .stdin(options.stdin)
            .cancel(&token);
        if let Some(cwd) = options.cwd {
            exec = exec.cwd(cwd);
        }
        for (name, value) in options.env {
            exec = exec.env(name, value);
        }
        if let Some(timeout) = options.timeout {
            exec = exec.timeout(timeout);
        }
        let run = exec.run();
        tokio::pin!(run);
        let result = tokio::select! {
            biased;
            () = cancel.cancelled() => {
                token.cancel();
                // What is left after that ends as its future is dropped.
                let _ = tokio::time::timeout(CLEARING_UP, &mut run).await;
                return Err(SandboxError::Cancelled);
            }
            result = &mut run => result,
        };
        match result {
            Ok(result) if result.cancelled => Err(SandboxError::Cancelled),
            Ok(result) => Ok(output(result)),
            Err(error) => refused(&error),
        }
    }

    async fn read_file(&self, path: &str) -> Result<Vec<u8>, SandboxError> {
        told(path, self.sandbox.fs().read(path))
    }

    async fn write_file(&self, path: &str, contents: &[u8]) -> Result<(), SandboxError> {
        told(path, self.sandbox.fs().write(path, contents))
    }

    async fn stat(&self, path: &str) -> Result<FileStat, SandboxError> {
        let files = self.sandbox.fs();
        let stat = told(path, files.stat(path))?;
        let itself = told(path, files.symlink_stat(path))?;
        Ok(FileStat {
            kind: kind(stat.file_type),
            is_symlink: Some(itself.file_type == FileType::Symlink),
            size_bytes: Some(stat.size_bytes),
            modified: UNIX_EPOCH.checked_add(Duration::from_nanos(stat.modified_ns)),
        })
    }

    async fn read_dir(&self, path: &str) -> Result<Vec<DirEntry>, SandboxError> {
        let entries = told(path, self.sandbox.fs().list(path))?;
        let mut names: Vec<DirEntry> = entries
            .into_iter()
            .map(|entry| DirEntry {
                name: String::from_utf8_lossy(&entry.name).into_owned(),
            })
            .collect();
        // Names that were not text may have moved.
        names.sort();
        Ok(names)
    }

    async fn mkdir(&self, path: &str, recursive: bool) -> Result<(), SandboxError> {
        let files = self.sandbox.fs();
        if !recursive {
            if files.symlink_stat(path).is_ok() {
                return Err(failed(path, Errno::Exist));
            }
            let parent = told(path, files.stat(parent(path)))?;
            if parent.file_type != FileType::Directory {
                return Err(failed(path, Errno::Notdir));
            }
        }
        told(path, files.create_dir_all(path))
    }

    async fn rm(&self, path: &str, recursive: bool, force: bool) -> Result<(), SandboxError> {
        let files = self.sandbox.fs();
        let removed = told(path, files.symlink_stat(path)).and_then(|stat| {
            match (stat.file_type, recursive) {
                (FileType::Directory, true) => told(path, files.remove_all(path)),
                (FileType::Directory, false) => Err(failed(path, Errno::Isdir)),
                // A link is removed, not what it leads to.
                _ => told(path, files.remove(path)),
            }
        });
        match removed {
            Err(SandboxError::File {
                not_found: true, ..
            }) if force => Ok(()),
            result => result,
        }
    }

    fn cwd(&self) -> &str {
        &self.cwd
    }

    fn reach(&self) -> &'static str {
        match self.mounts.as_slice() {
            [] => "virtual",
            modes if modes.iter().all(|mode| *mode == MountMode::Overlay) => "overlay",
            _ => "mount",
        }
    }

    /// Takes constant time, whatever the sandbox holds. Not with a folder of the
    /// host that commands write in place: there is only one of it.
    async fn fork(&self) -> Result<Arc<dyn Sandbox>, SandboxError> {
        if self.mounts.contains(&MountMode::ReadWrite) {
            return Err(SandboxError::Unsupported(
                "a sandbox that writes to a folder of the host cannot be forked: \
                 mount the folder as an overlay instead"
                    .to_owned(),
            ));
        }
        let fork = VirtualSandbox::new(self.sandbox.fork(), &self.cwd, self.mounts.clone());
        Ok(Arc::new(fork))
    }

    async fn changes(&self) -> Result<String, SandboxError> {
        let (before, after) = (self.start.clone(), self.sandbox.snapshot());
        // As long as it takes to compare all that changed.
        let compare = tokio::task::spawn_blocking(move || {
            let (before, after) = (before.tree(), after.tree());
            let mut text = Vec::new();
            wardian_snapshot::diff(before, after)
                .write_unified(before, after, &CHANGES, &mut text)
                .map(|()| String::from_utf8_lossy(&text).into_owned())
        });
        match compare.await {
            Ok(Ok(text)) => Ok(text),
            Ok(Err(error)) => Err(SandboxError::Died(error.to_string())),
            Err(error) => Err(SandboxError::Died(error.to_string())),
        }
    }
}

fn output(result: ExecResult) -> ExecOutput {
    ExecOutput {
        exit_code: result.exit_code,
        dropped_bytes: result.stdout_dropped_bytes + result.stderr_dropped_bytes,
        stdout: result.stdout,
        stderr: result.stderr,
        timed_out: result.timed_out,
        wall_time: result.usage.wall_time,
        cpu_time: Some(result.usage.cpu_time),
        peak_memory_bytes: Some(result.usage.peak_memory_bytes),
    }
}

/// A command that was not run. What its text is to blame for is its result, so
/// that whoever wrote it can do better.
fn refused(error: &Error) -> Result<ExecOutput, SandboxError> {
    let code = match error.kind() {
        ErrorKind::Limit | ErrorKind::Module | ErrorKind::Usage => 126,
        ErrorKind::NotFound => 127,
        ErrorKind::Cancelled => return Err(SandboxError::Cancelled),
        ErrorKind::File => return Err(file_error(error.subject(), error)),
        ErrorKind::Runtime | ErrorKind::HostFile => {
            return Err(SandboxError::Died(error.to_string()));
        }
    };
    Ok(ExecOutput {
        exit_code: code,
        stderr: format!("wardian: {error}\n").into_bytes(),
        ..ExecOutput::default()
    })
}

fn told<T>(path: &str, result: Result<T, Error>) -> Result<T, SandboxError> {
    result.map_err(|error| file_error(path, &error))
}

fn file_error(path: &str, error: &Error) -> SandboxError {
    // The engine's text is its own form of the path, then the reason.
    let text = error.to_string();
    let reason = text
        .strip_prefix(error.subject())
        .and_then(|rest| rest.strip_prefix(": "))
        .unwrap_or(&text);
    SandboxError::File {
        path: path.to_owned(),
        not_found: reason == Errno::Noent.to_string(),
        message: reason.to_owned(),
    }
}

fn failed(path: &str, errno: Errno) -> SandboxError {
    SandboxError::File {
        path: path.to_owned(),
        message: errno.to_string(),
        not_found: errno == Errno::Noent,
    }
}

/// The path of the directory that holds `path`.
fn parent(path: &str) -> &str {
    match path.trim_end_matches('/').rsplit_once('/') {
        Some(("", _)) => "/",
        Some((parent, _)) => parent,
        None => ".",
    }
}

fn kind(file_type: FileType) -> FileKind {
    match file_type {
        FileType::Regular => FileKind::File,
        FileType::Directory => FileKind::Directory,
        _ => FileKind::Other,
    }
}
