//! What goes wrong with stored snapshots, always with the thing it happened to.

use std::fmt;
use std::io;

/// An error: what kind, about what, and the details.
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
    subject: String,
    detail: String,
    source: Option<io::Error>,
}

/// The kinds of errors.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ErrorKind {
    /// The place where snapshots are stored failed.
    Io,
    /// There is no snapshot of that name.
    NoSnapshot,
    /// Not a name for a snapshot.
    BadName,
    /// An object that a snapshot needs is not there.
    Missing,
    /// Something stored is not what it was when it was saved, or never was a
    /// snapshot.
    Corrupt,
    /// A snapshot is greater than the limits given.
    Limit,
    /// Stored by a version of this format that is not known here.
    Version,
    /// The filesystem cannot be saved.
    Tree,
}

impl Error {
    pub(crate) fn new(
        kind: ErrorKind,
        subject: impl fmt::Display,
        detail: impl fmt::Display,
    ) -> Error {
        Error {
            kind,
            subject: subject.to_string(),
            detail: detail.to_string(),
            source: None,
        }
    }

    pub(crate) fn io(subject: impl fmt::Display, source: io::Error) -> Error {
        Error {
            kind: ErrorKind::Io,
            subject: subject.to_string(),
            detail: source.to_string(),
            source: Some(source),
        }
    }

    pub(crate) fn corrupt(subject: impl fmt::Display, detail: impl fmt::Display) -> Error {
        Error::new(ErrorKind::Corrupt, subject, detail)
    }

    pub(crate) fn limit(
        subject: impl fmt::Display,
        limit: &str,
        most: impl fmt::Display,
        found: impl fmt::Display,
    ) -> Error {
        let detail = format!("{found} exceeds the limit `{limit}` of {most}");
        Error::new(ErrorKind::Limit, subject, detail)
    }

    /// What kind of error.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// What it is about: an object, a pack, a snapshot, a node.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.subject
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.subject, self.detail)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_ref().map(|source| source as _)
    }
}
