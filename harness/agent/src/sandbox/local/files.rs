//! File operations on the host, with the contract's answers.

use std::io;
use std::path::{Path, PathBuf};

use tokio::fs;

use super::super::{DirEntry, FileKind, FileStat, SandboxError};

/// A path of the host, and how it was asked for.
pub(super) struct Place<'a> {
    pub(super) asked: &'a str,
    pub(super) path: PathBuf,
}

impl Place<'_> {
    pub(super) async fn read(&self) -> Result<Vec<u8>, SandboxError> {
        self.refuse_special("read").await?;
        self.told(fs::read(&self.path).await)
    }

    pub(super) async fn write(&self, contents: &[u8]) -> Result<(), SandboxError> {
        if self.kind().await == Some(FileKind::Other) && !self.is_device().await {
            self.refuse_special("written").await?;
        }
        let first = fs::write(&self.path, contents).await;
        let missing = matches!(&first, Err(error) if error.kind() == io::ErrorKind::NotFound);
        match self.path.parent() {
            Some(parent) if missing => {
                self.told(fs::create_dir_all(parent).await)?;
                self.told(fs::write(&self.path, contents).await)
            }
            _ => self.told(first),
        }
    }

    pub(super) async fn stat(&self) -> Result<FileStat, SandboxError> {
        let itself = self.told(fs::symlink_metadata(&self.path).await)?;
        let is_symlink = itself.is_symlink();
        let target = if is_symlink {
            self.told(fs::metadata(&self.path).await)?
        } else {
            itself
        };
        Ok(FileStat {
            kind: kind_of(&target),
            is_symlink: Some(is_symlink),
            size_bytes: Some(target.len()),
            modified: target.modified().ok(),
        })
    }

    pub(super) async fn list(&self) -> Result<Vec<DirEntry>, SandboxError> {
        let mut reader = self.told(fs::read_dir(&self.path).await)?;
        let mut entries = Vec::new();
        while let Some(entry) = self.told(reader.next_entry().await)? {
            let name = entry.file_name().to_string_lossy().into_owned();
            entries.push(DirEntry { name });
        }
        entries.sort();
        Ok(entries)
    }

    pub(super) async fn mkdir(&self, recursive: bool) -> Result<(), SandboxError> {
        self.told(if recursive {
            fs::create_dir_all(&self.path).await
        } else {
            fs::create_dir(&self.path).await
        })
    }

    pub(super) async fn remove(&self, recursive: bool, force: bool) -> Result<(), SandboxError> {
        let removed = async {
            // A link is removed, not what it leads to.
            match fs::symlink_metadata(&self.path).await?.is_dir() {
                false => fs::remove_file(&self.path).await,
                true if recursive => fs::remove_dir_all(&self.path).await,
                true => Err(rustix::io::Errno::ISDIR.into()),
            }
        };
        match removed.await {
            Err(error) if force && error.kind() == io::ErrorKind::NotFound => Ok(()),
            result => self.told(result),
        }
    }

    async fn kind(&self) -> Option<FileKind> {
        fs::metadata(&self.path).await.ok().as_ref().map(kind_of)
    }

    async fn is_device(&self) -> bool {
        use std::os::unix::fs::FileTypeExt;
        fs::metadata(&self.path)
            .await
            .is_ok_and(|meta| meta.file_type().is_char_device())
    }

    /// A pipe without a peer would block for ever, and devices do not end.
    async fn refuse_special(&self, done: &str) -> Result<(), SandboxError> {
        if self.kind().await != Some(FileKind::Other) {
            return Ok(());
        }
        Err(SandboxError::File {
            path: self.asked.to_owned(),
            message: format!("not a regular file: it can be {done} by a command only"),
            not_found: false,
        })
    }

    fn told<T>(&self, result: io::Result<T>) -> Result<T, SandboxError> {
        result.map_err(|error| SandboxError::File {
            path: self.asked.to_owned(),
            message: message_of(&error),
            not_found: error.kind() == io::ErrorKind::NotFound,
        })
    }
}

/// `path` as the system resolves it from `cwd`.
pub(super) fn place<'a>(cwd: &Path, path: &'a str) -> Place<'a> {
    Place {
        asked: path,
        path: cwd.join(path),
    }
}

fn kind_of(meta: &std::fs::Metadata) -> FileKind {
    if meta.is_file() {
        FileKind::File
    } else if meta.is_dir() {
        FileKind::Directory
    } else {
        FileKind::Other
    }
}

/// The system's text without the number that Rust puts behind it.
fn message_of(error: &io::Error) -> String {
    let text = error.to_string();
    match text.split_once(" (os error") {
        Some((message, _)) => message.to_owned(),
        None => text,
    }
}
