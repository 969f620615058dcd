//! A folder of the host with the host's `sh`: real commands for the tools that
//! are built on them.

use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use wardian_agent::sandbox::{
    DirEntry, ExecOptions, ExecOutput, FileKind, FileStat, Sandbox, SandboxError, SandboxFactory,
};

/// For tests that write nothing through it but files.
pub struct HostFolder {
    cwd: String,
    pub has_ripgrep: bool,
}

impl HostFolder {
    pub fn new(folder: &std::path::Path) -> HostFolder {
        HostFolder {
            cwd: folder.to_str().unwrap().to_owned(),
            has_ripgrep: true,
        }
    }

    fn at(&self, path: &str) -> PathBuf {
        self.resolve_path(path).into()
    }
}

fn failed(path: &str, error: &std::io::Error) -> SandboxError {
    SandboxError::File {
        path: path.to_owned(),
        message: error.kind().to_string(),
        not_found: error.kind() == std::io::ErrorKind::NotFound,
    }
}

#[async_trait]
impl Sandbox for HostFolder {
    async fn exec(&self, command: &str, _: ExecOptions) -> Result<ExecOutput, SandboxError> {
        if command.starts_with("rg") && !self.has_ripgrep {
            return Ok(ExecOutput {
                exit_code: 127,
                ..ExecOutput::default()
            });
        }
        let mut shell = tokio::process::Command::new("sh");
        let ran = shell
            .arg("-c")
            .arg(command)
            .current_dir(&self.cwd)
            .output()
            .await;
        let ran = ran.map_err(|error| SandboxError::Died(error.to_string()))?;
        Ok(ExecOutput {
            exit_code: ran.status.code().unwrap_or(-1),
            stdout: ran.stdout,
            stderr: ran.stderr,
            ..ExecOutput::default()
        })
    }

    async fn read_file(&self, path: &str) -> Result<Vec<u8>, SandboxError> {
        std::fs::read(self.at(path)).map_err(|error| failed(path, &error))
    }

    async fn write_file(&self, path: &str, contents: &[u8]) -> Result<(), SandboxError> {
        let at = self.at(path);
        let made = std::fs::create_dir_all(at.parent().unwrap());
        made.and_then(|()| std::fs::write(at, contents))
            .map_err(|error| failed(path, &error))
    }

    async fn stat(&self, path: &str) -> Result<FileStat, SandboxError> {
        let metadata = std::fs::metadata(self.at(path)).map_err(|error| failed(path, &error))?;
        Ok(FileStat {
            kind: if metadata.is_dir() {
                FileKind::Directory
            } else {
                FileKind::File
            },
            is_symlink: None,
            size_bytes: Some(metadata.len()),
            modified: None,
        })
    }

    async fn read_dir(&self, path: &str) -> Result<Vec<DirEntry>, SandboxError> {
        let entries = std::fs::read_dir(self.at(path)).map_err(|error| failed(path, &error))?;
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut entries: Vec<DirEntry> = names.map(|name| DirEntry { name }).collect();
        entries.sort();
        Ok(entries)
    }

    async fn mkdir(&self, path: &str, _: bool) -> Result<(), SandboxError> {
        std::fs::create_dir_all(self.at(path)).map_err(|error| failed(path, &error))
    }

    async fn rm(&self, path: &str, _: bool, _: bool) -> Result<(), SandboxError> {
        std::fs::remove_file(self.at(path)).map_err(|error| failed(path, &error))
    }

    fn cwd(&self) -> &str {
        &self.cwd
    }

    fn reach(&self) -> &'static str {
        "host folder"
    }
}

/// Gives everybody the same sandbox.
pub struct HostFactory(pub Arc<HostFolder>);

#[async_trait]
impl SandboxFactory for HostFactory {
    async fn create(&self, _id: &str) -> Result<Arc<dyn Sandbox>, SandboxError> {
        Ok(self.0.clone())
    }
}
