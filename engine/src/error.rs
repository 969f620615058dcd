//! What can go wrong for an embedder. What goes wrong for a guest is an errno
//! or an exit code, not one of these.

use std::fmt;

/// An error with the subject it is about: a module, a path, a limit.
#[derive(Debug)]
pub struct Error(Box<Inner>);

#[derive(Debug)]
struct Inner {
    kind: ErrorKind,
    subject: String,
    reason: String,
}

/// What an [`Error`] is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// Wasmtime could not be set up on this host.
    Runtime,
    /// A module is not valid wasm, or uses what the engine does not offer.
    Module,
    /// A path of the sandbox.
    File,
    /// A path of the host.
    HostFile,
    /// No program of this name.
    NotFound,
    /// A limit was reached.
    Limit,
    /// The exec was cancelled.
    Cancelled,
    /// The embedder's arguments contradict each other.
    Usage,
}

impl Error {
    /// An error of this kind about `subject`.
    pub(crate) fn new(
        kind: ErrorKind,
        subject: impl Into<String>,
        reason: impl fmt::Display,
    ) -> Error {
        Error(Box::new(Inner {
            kind,
            subject: subject.into(),
            reason: reason.to_string(),
        }))
    }

    /// An error about a path of the sandbox.
    pub(crate) fn path(path: &[u8], errno: wardian_abi::Errno) -> Error {
        Error::new(ErrorKind::File, String::from_utf8_lossy(path), errno)
    }

    /// What it is about.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The module, path or limit concerned.
    pub fn subject(&self) -> &str {
        &self.0.subject
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.0.subject, self.0.reason)
    }
}

impl std::error::Error for Error {}
