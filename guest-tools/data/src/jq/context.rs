//! What the functions of a running program share.

use super::regex::Regexes;
use crate::json::Value;

/// What ends a filter early.
pub enum Raise {
    /// An error, with its value.
    Error(Value),
    /// The end of the program, with its exit code.
    Halt(i32),
}

/// An error with this text.
pub fn error<T>(text: impl Into<String>) -> Result<T, Raise> {
    Err(Raise::Error(Value::string(text.into())))
}

/// Where a program's inputs come from.
pub trait Source {
    /// The next input.
    fn next(&mut self) -> Option<Result<Value, Raise>>;
    /// Name of the file the last one came from.
    fn file(&self) -> Option<String>;
    /// Lines read in that file.
    fn line(&self) -> usize;
}

/// What the functions of a running program share.
pub struct Context {
    /// The program's inputs.
    pub source: Box<dyn Source>,
    /// Regular expressions in use.
    pub regexes: Regexes,
    /// `-L` directories.
    pub library: Vec<String>,
    /// Writes on standard error, after what is due on standard output.
    pub say: fn(&[u8]),
}
