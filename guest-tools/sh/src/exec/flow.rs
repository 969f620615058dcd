//! How execution leaves the normal order.

/// A reason to leave what is being executed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// Out of this many loops.
    Break(u32),
    /// To the next round of the loop that many levels up.
    Continue(u32),
    /// Out of the function or sourced file.
    Return(i32),
    /// Out of the shell.
    Exit(i32),
    /// Out of the current line: an error in an expansion.
    Discard(i32),
}

/// An exit status, or a reason to leave.
pub type Run = Result<i32, Flow>;
