//! A shell's state as bytes: what a later shell takes over to go on where this one
//! stopped. Variables, functions, options, aliases, traps, directories, `$?`.
//!
//! Not part of it: open descriptors and jobs.
//!
//! Since version 2 a state is a line with the version, then records: a tag, the
//! length of what follows as four bytes (the lowest first), fields. A text field is
//! a length and bytes. Nothing of it is evaluated, and functions are parsed when
//! they are called. States of version 1 are scripts, which are run.

mod read;
#[cfg(test)]
mod tests;
mod write;

use super::Shell;
use crate::sys;

/// The first line of a state; the version stands at its end.
const HEADER: &[u8] = b"# wardian shell state 2\n";

/// The first line of a state that is a script.
const SCRIPT_HEADER: &[u8] = b"# wardian shell state 1\n";

/// What all of them start with.
const ANY_HEADER: &[u8] = b"# wardian shell state ";

/// Options that a state does not carry: nothing could run after the first, and
/// the other tells how the shell was started.
const NOT_KEPT: &[&str] = &["noexec", "login_shell"];

/// What a record is about.
mod tag {
    pub const ALIAS: u8 = b'a';
    pub const COMPLETION: u8 = b'c';
    pub const DISABLED: u8 = b'd';
    pub const FUNCTION: u8 = b'f';
    pub const HASH: u8 = b'h';
    pub const HISTORY: u8 = b'H';
    pub const LIMIT: u8 = b'l';
    pub const OPTION: u8 = b'o';
    pub const POSITIONAL: u8 = b'p';
    pub const SHELL: u8 = b's';
    pub const SHOPT: u8 = b'O';
    pub const STACK: u8 = b'D';
    pub const TRAP: u8 = b't';
    pub const UNSET: u8 = b'u';
    pub const VARIABLE: u8 = b'v';
    /// The last one: a state that does not end with it has been cut.
    pub const END: u8 = b'.';
}

/// What a variable's record holds after name and attributes.
mod kind {
    pub const UNSET: u8 = 0;
    pub const TEXT: u8 = 1;
    pub const NUMBER: u8 = 2;
    pub const INDEXED: u8 = 3;
    pub const ASSOC: u8 = 4;
}

/// Bits of a function's record.
const EXPORTED: u8 = 1;
const READONLY: u8 = 2;
const TRACED: u8 = 4;

/// Why bytes are no state that this shell takes over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoState {
    /// They are something else.
    Other,
    /// A state of a version that is not known here.
    Version,
    /// A state that is not whole: where that shows.
    Damaged(usize),
}

impl NoState {
    /// What is wrong, for a message.
    pub fn message(self) -> String {
        match self {
            NoState::Other => "not a shell's state".to_string(),
            NoState::Version => {
                "not a shell's state of version 1 or 2: it was left by a newer shell".to_string()
            }
            NoState::Damaged(at) => format!("not a shell's state: damaged at byte {at}"),
        }
    }
}

impl Shell {
    /// Writes the state to a file.
    ///
    /// # Errors
    /// As `open` and `write`.
    pub fn dump_state(&mut self, path: &[u8]) -> Result<(), sys::Errno> {
        let text = self.state_bytes();
        let mode = sys::OpenMode {
            write: true,
            create: true,
            truncate: true,
            ..sys::OpenMode::default()
        };
        let fd = sys::open(path, mode)?;
        let written = sys::write_all(fd, &text);
        sys::close(fd);
        written
    }
}
