//! Files in a map, and commands as a function of the test.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use wardian_agent::sandbox::{
    DirEntry, ExecOptions, ExecOutput, FileKind, FileStat, Sandbox, SandboxError, SandboxFactory,
    resolve_path,
};

type Commands = dyn Fn(&str) -> ExecOutput + Send + Sync;

/// A sandbox at `/home/user`. The command `hang` runs until it is cancelled and
/// `die` kills the sandbox; all others are the test's.
pub struct MemorySandbox {
    files: Mutex<BTreeMap<String, Vec<u8>>>,
    directories: Mutex<BTreeSet<String>>,
    commands: Arc<Commands>,
    pub executed: Mutex<Vec<String>>,
    pub started: tokio::sync::Notify,
    pub is_dead: AtomicBool,
    pub forks: AtomicUsize,
}

impl MemorySandbox {
    pub fn new() -> Arc<MemorySandbox> {
        MemorySandbox::with_commands(|command| ExecOutput {
            exit_code: if command == "rg --version" { 127 } else { 0 },
            stdout: command.strip_prefix("echo ").unwrap_or("").into(),
            ..ExecOutput::default()
        })
    }

    pub fn with_commands(
        commands: impl Fn(&str) -> ExecOutput + Send + Sync + 'static,
    ) -> Arc<MemorySandbox> {
        Arc::new(MemorySandbox {
            files: Mutex::default(),
            directories: Mutex::new(BTreeSet::from(["/".into(), "/home/user".into()])),
            commands: Arc::new(commands),
            executed: Mutex::default(),
            started: tokio::sync::Notify::new(),
            is_dead: AtomicBool::new(false),
            forks: AtomicUsize::new(0),
        })
    }

    pub fn file(self: Arc<Self>, path: &str, contents: &str) -> Arc<Self> {
        self.put(&self.resolve_path(path), contents.as_bytes());
        self
    }

    pub fn text(&self, path: &str) -> Option<String> {
        let files = self.files.lock().unwrap();
        let bytes = files.get(&self.resolve_path(path))?;
        Some(String::from_utf8_lossy(bytes).into_owned())
    }

    fn put(&self, path: &str, contents: &[u8]) {
        let mut directories = self.directories.lock().unwrap();
        for (at, _) in path.match_indices('/').skip(1) {
            directories.insert(path[..at].to_owned());
        }
        let mut files = self.files.lock().unwrap();
        files.insert(path.to_owned(), contents.to_vec());
    }
}

fn missing(path: &str) -> SandboxError {
    SandboxError::File {
        path: path.to_owned(),
        message: "No such file or directory".to_owned(),
        not_found: true,
    }
}

#[async_trait]
impl Sandbox for MemorySandbox {
    async fn exec(&self, command: &str, options: ExecOptions) -> Result<ExecOutput, SandboxError> {
        self.executed.lock().unwrap().push(command.to_owned());
        if self.is_dead.load(Ordering::SeqCst) {
            return Err(SandboxError::Died("it was told to".into()));
        }
        match command {
            "hang" => {
                self.started.notify_one();
                match options.cancel {
                    Some(cancel) => cancel.cancelled().await,
                    None => std::future::pending().await,
                }
                Err(SandboxError::Cancelled)
            }
            "die" => {
                self.is_dead.store(true, Ordering::SeqCst);
                Err(SandboxError::Died("it was told to".into()))
            }
            command => Ok((self.commands)(command)),
        }
    }

    async fn read_file(&self, path: &str) -> Result<Vec<u8>, SandboxError> {
        // Gives others a chance to come in between.
        tokio::task::yield_now().await;
        let files = self.files.lock().unwrap();
        files
            .get(&self.resolve_path(path))
            .cloned()
            .ok_or_else(|| missing(path))
    }

    async fn write_file(&self, path: &str, contents: &[u8]) -> Result<(), SandboxError> {
        tokio::task::yield_now().await;
        self.put(&self.resolve_path(path), contents);
        Ok(())
    }

    async fn stat(&self, path: &str) -> Result<FileStat, SandboxError> {
        let resolved = self.resolve_path(path);
        let size = self.files.lock().unwrap().get(&resolved).map(Vec::len);
        let is_directory = self.directories.lock().unwrap().contains(&resolved);
        if size.is_none() && !is_directory {
            return Err(missing(path));
        }
        Ok(FileStat {
            kind: if is_directory {
                FileKind::Directory
            } else {
                FileKind::File
            },
            is_symlink: Some(false),
            size_bytes: size.map(|size| size as u64),
            modified: None,
        })
    }

    async fn read_dir(&self, path: &str) -> Result<Vec<DirEntry>, SandboxError> {
        let resolved = self.resolve_path(path);
        if !self.directories.lock().unwrap().contains(&resolved) {
            return Err(missing(path));
        }
        let prefix = format!("{}/", resolved.trim_end_matches('/'));
        let mut names = BTreeSet::new();
        let files = self.files.lock().unwrap();
        let directories = self.directories.lock().unwrap();
        for path in files.keys().chain(directories.iter()) {
            if let Some(below) = path.strip_prefix(&prefix) {
                names.extend(below.split('/').next().filter(|name| !name.is_empty()));
            }
        }
        let entry = |name: &str| DirEntry {
            name: name.to_owned(),
        };
        Ok(names.into_iter().map(entry).collect())
    }

    async fn mkdir(&self, path: &str, _recursive: bool) -> Result<(), SandboxError> {
        let path = format!("{}/x", self.resolve_path(path));
        self.put(&path, b"");
        self.files.lock().unwrap().remove(&path);
        Ok(())
    }

    async fn rm(&self, path: &str, recursive: bool, force: bool) -> Result<(), SandboxError> {
        let resolved = self.resolve_path(path);
        let below = format!("{resolved}/");
        let is_in = |name: &str| name == resolved || recursive && name.starts_with(&below);
        let mut files = self.files.lock().unwrap();
        let before = files.len();
        files.retain(|name, _| !is_in(name));
        if files.len() == before && !force {
            return Err(missing(path));
        }
        self.directories.lock().unwrap().retain(|name| !is_in(name));
        Ok(())
    }

    fn cwd(&self) -> &str {
        "/home/user"
    }

    fn resolve_path(&self, path: &str) -> String {
        resolve_path(self.cwd(), path)
    }

    fn reach(&self) -> &'static str {
        "memory"
    }

    async fn fork(&self) -> Result<Arc<dyn Sandbox>, SandboxError> {
        self.forks.fetch_add(1, Ordering::SeqCst);
        Ok(Arc::new(MemorySandbox {
            files: Mutex::new(self.files.lock().unwrap().clone()),
            directories: Mutex::new(self.directories.lock().unwrap().clone()),
            commands: self.commands.clone(),
            executed: Mutex::default(),
            started: tokio::sync::Notify::new(),
            is_dead: AtomicBool::new(false),
            forks: AtomicUsize::new(0),
        }))
    }

    async fn changes(&self) -> Result<String, SandboxError> {
        let files = self.files.lock().unwrap();
        let lines = files
            .iter()
            .map(|(path, bytes)| format!("+ {path} {}\n", bytes.len()));
        Ok(lines.collect())
    }
}

/// Gives everybody the same sandbox.
pub struct MemoryFactory(pub Arc<MemorySandbox>);

#[async_trait]
impl SandboxFactory for MemoryFactory {
    async fn create(&self, _id: &str) -> Result<Arc<dyn Sandbox>, SandboxError> {
        Ok(self.0.clone())
    }
}
