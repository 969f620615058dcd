//! File operations on the host, with the contract's answers.

use std::io;
use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};
use std::pin::pin;

use rustix::fs::OFlags;
use tokio::fs;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::super::{DirEntry, FileKind, FileStat, SandboxError};

/// A path of the host, and how it was asked for.
pub(super) struct Place<'a> {
    pub(super) asked: &'a str,
    pub(super) path: PathBuf,
}

impl Place<'_> {
    /// The file's bytes, if there are no more than `most`.
    pub(super) async fn read(&self, most: u64) -> Result<Vec<u8>, SandboxError> {
        let file = self.told(self.open(fs::OpenOptions::new().read(true)).await)?;
        let kind = kind_of(&self.told(file.metadata().await)?);
        if kind == FileKind::Other {
            return Err(self.special("read"));
        }
        let mut contents = Vec::new();
        // Counted while it is read: what is in /proc says that it is empty.
        let read = file.take(most.saturating_add(1));
        let read = pin!(read).read_to_end(&mut contents).await;
        if self.told(read)? as u64 > most {
            return Err(self.failed(format!(
                "longer than {most} bytes: read it in pieces with a command, or allow more with \
                 Local::file_bytes"
            )));
        }
        Ok(contents)
    }

    pub(super) async fn write(&self, contents: &[u8]) -> Result<(), SandboxError> {
        let mut options = fs::OpenOptions::new();
        options.write(true).create(true).truncate(true);
        let mut opened = self.open(&options).await;
        let missing = matches!(&opened, Err(error) if error.kind() == io::ErrorKind::NotFound);
        if let (true, Some(parent)) = (missing, self.path.parent()) {
            self.told(fs::create_dir_all(parent).await)?;
            opened = self.open(&options).await;
        }
        if matches!(&opened, Err(error) if is_pipe_without_reader(error)) {
            return Err(self.special("written"));
        }
        let mut file = self.told(opened)?;
        let meta = self.told(file.metadata().await)?;
        if kind_of(&meta) == FileKind::Other && !meta.file_type().is_char_device() {
            return Err(self.special("written"));
        }
        self.told(file.write_all(contents).await)?;
        self.told(file.flush().await)
    }

    /// Opens it without waiting: a pipe without a peer would block for ever. What it
    /// is has to be asked of the open file, for its name may come to mean another.
    async fn open(&self, options: &fs::OpenOptions) -> io::Result<fs::File> {
        let mut options = options.clone();
        options.custom_flags(OFlags::NONBLOCK.bits().cast_signed());
        options.open(&self.path).await
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

    /// Pipes wait for their peers, and devices do not end.
    fn special(&self, done: &str) -> SandboxError {
        self.failed(format!(
            "not a regular file: it can be {done} by a command only"
        ))
    }

    fn failed(&self, message: String) -> SandboxError {
        SandboxError::File {
            path: self.asked.to_owned(),
            message,
            not_found: false,
        }
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

/// What opening a pipe for writing says that nobody reads.
fn is_pipe_without_reader(error: &io::Error) -> bool {
    error.raw_os_error() == Some(rustix::io::Errno::NXIO.raw_os_error())
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
