//! A sandbox seen from a directory of it.

use std::sync::Arc;

use async_trait::async_trait;

use crate::sandbox::{
    DirEntry, ExecOptions, ExecOutput, FileStat, Sandbox, SandboxError, resolve_path,
};

/// The same files and commands with another working directory.
struct AtDirectory {
    sandbox: Arc<dyn Sandbox>,
    cwd: String,
}

/// The sandbox with this working directory, which is made if need be.
pub(crate) async fn at_directory(
    sandbox: Arc<dyn Sandbox>,
    cwd: &str,
) -> Result<Arc<dyn Sandbox>, SandboxError> {
    let cwd = sandbox.resolve_path(cwd);
    if cwd == sandbox.cwd() {
        return Ok(sandbox);
    }
    sandbox.mkdir(&cwd, true).await?;
    Ok(Arc::new(AtDirectory { sandbox, cwd }))
}

impl AtDirectory {
    fn absolute(&self, path: &str) -> String {
        resolve_path(&self.cwd, path)
    }
}

/// The error with the path as it was asked for.
fn named(error: SandboxError, asked: &str) -> SandboxError {
    match error {
        SandboxError::File {
            message, not_found, ..
        } => SandboxError::File {
            path: asked.to_owned(),
            message,
            not_found,
        },
        error => error,
    }
}

#[async_trait]
impl Sandbox for AtDirectory {
    async fn exec(
        &self,
        command: &str,
        mut options: ExecOptions,
    ) -> Result<ExecOutput, SandboxError> {
        options.cwd = Some(self.absolute(options.cwd.as_deref().unwrap_or_default()));
        self.sandbox.exec(command, options).await
    }

    async fn read_file(&self, path: &str) -> Result<Vec<u8>, SandboxError> {
        let done = self.sandbox.read_file(&self.absolute(path)).await;
        done.map_err(|error| named(error, path))
    }

    async fn write_file(&self, path: &str, contents: &[u8]) -> Result<(), SandboxError> {
        let done = self
            .sandbox
            .write_file(&self.absolute(path), contents)
            .await;
        done.map_err(|error| named(error, path))
    }

    async fn stat(&self, path: &str) -> Result<FileStat, SandboxError> {
        let done = self.sandbox.stat(&self.absolute(path)).await;
        done.map_err(|error| named(error, path))
    }

    async fn read_dir(&self, path: &str) -> Result<Vec<DirEntry>, SandboxError> {
        let done = self.sandbox.read_dir(&self.absolute(path)).await;
        done.map_err(|error| named(error, path))
    }

    async fn exists(&self, path: &str) -> bool {
        self.sandbox.exists(&self.absolute(path)).await
    }

    async fn mkdir(&self, path: &str, recursive: bool) -> Result<(), SandboxError> {
        let done = self.sandbox.mkdir(&self.absolute(path), recursive).await;
        done.map_err(|error| named(error, path))
    }

    async fn rm(&self, path: &str, recursive: bool, force: bool) -> Result<(), SandboxError> {
        let done = self
            .sandbox
            .rm(&self.absolute(path), recursive, force)
            .await;
        done.map_err(|error| named(error, path))
    }

    fn cwd(&self) -> &str {
        &self.cwd
    }

    fn reach(&self) -> &'static str {
        self.sandbox.reach()
    }

    async fn fork(&self) -> Result<Arc<dyn Sandbox>, SandboxError> {
        Ok(Arc::new(AtDirectory {
            sandbox: self.sandbox.fork().await?,
            cwd: self.cwd.clone(),
        }))
    }

    async fn changes(&self) -> Result<String, SandboxError> {
        self.sandbox.changes().await
    }
}
