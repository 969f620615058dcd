//! Files of a sandbox, for the embedder.

use std::sync::Arc;

use crate::sandbox::{DirEntry, FileStat, Sandbox, SandboxError};

/// The files of a harness. Paths are relative to its working directory unless
/// absolute.
#[derive(Clone)]
pub struct Files {
    sandbox: Arc<dyn Sandbox>,
}

impl Files {
    pub(crate) fn new(sandbox: Arc<dyn Sandbox>) -> Files {
        Files { sandbox }
    }

    /// A file's bytes.
    ///
    /// # Errors
    /// [`SandboxError::File`] when it is missing or no file.
    pub async fn read_file(&self, path: &str) -> Result<Vec<u8>, SandboxError> {
        self.sandbox.read_file(path).await
    }

    /// A file's text.
    ///
    /// # Errors
    /// [`SandboxError::File`] when it is missing, no file or not UTF-8.
    pub async fn read_text(&self, path: &str) -> Result<String, SandboxError> {
        let bytes = self.sandbox.read_file(path).await?;
        String::from_utf8(bytes).map_err(|error| SandboxError::File {
            path: path.to_owned(),
            message: format!(
                "not UTF-8 text from byte {} on; read_file gives its bytes",
                error.utf8_error().valid_up_to()
            ),
            not_found: false,
        })
    }

    /// Writes a file; directories above it are made.
    ///
    /// # Errors
    /// [`SandboxError::File`] when the path cannot be written.
    pub async fn write_file(
        &self,
        path: &str,
        contents: impl AsRef<[u8]>,
    ) -> Result<(), SandboxError> {
        self.sandbox.write_file(path, contents.as_ref()).await
    }

    /// What a path is, following links.
    ///
    /// # Errors
    /// [`SandboxError::File`] when nothing is there.
    pub async fn stat(&self, path: &str) -> Result<FileStat, SandboxError> {
        self.sandbox.stat(path).await
    }

    /// The names in a directory, sorted.
    ///
    /// # Errors
    /// [`SandboxError::File`] when it is missing or no directory.
    pub async fn read_dir(&self, path: &str) -> Result<Vec<DirEntry>, SandboxError> {
        self.sandbox.read_dir(path).await
    }

    /// Whether a path exists; false when that cannot be found out.
    pub async fn exists(&self, path: &str) -> bool {
        self.sandbox.exists(path).await
    }

    /// Makes a directory; with `recursive` those above it too, and an existing one
    /// is no error.
    ///
    /// # Errors
    /// [`SandboxError::File`] when it cannot be made.
    pub async fn mkdir(&self, path: &str, recursive: bool) -> Result<(), SandboxError> {
        self.sandbox.mkdir(path, recursive).await
    }

    /// Removes a file, or with `recursive` a directory and all in it; with `force`
    /// a missing one is no error.
    ///
    /// # Errors
    /// [`SandboxError::File`] when it cannot be removed, [`SandboxError::Unsupported`]
    /// when the sandbox cannot honour an option.
    pub async fn rm(&self, path: &str, recursive: bool, force: bool) -> Result<(), SandboxError> {
        self.sandbox.rm(path, recursive, force).await
    }
}
