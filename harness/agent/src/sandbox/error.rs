//! What keeps a sandbox from doing what it was asked.

/// Why an operation of a sandbox failed.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SandboxError {
    /// The file operation failed; the text is the system's.
    #[error("{path}: {message}")]
    File {
        /// The path as it was asked for.
        path: String,
        /// Such as `No such file or directory`.
        message: String,
        /// Whether it failed because nothing is there.
        not_found: bool,
    },
    /// The cancel token fired.
    #[error("cancelled")]
    Cancelled,
    /// The sandbox cannot do that.
    #[error("{0}")]
    Unsupported(String),
    /// The sandbox is gone and will not come back.
    #[error("the sandbox died: {0}")]
    Died(String),
    /// The way to it failed; it may still be there.
    #[error("cannot reach the sandbox: {0}")]
    Transport(String),
    /// It could not be made.
    #[error("cannot make the sandbox: {0}")]
    Setup(String),
}
