//! A compiled script.

use super::replacement::Replacement;
use wardian_posix_regex::{self as posix, Regex};

/// Index of a compiled regular expression; `None`: the one used last.
pub type Pattern = Option<usize>;

/// A line or set of lines.
#[derive(Clone, Debug)]
pub enum Address {
    Line(u64),
    /// `first~step`.
    Step(u64, u64),
    Last,
    Regex(Pattern),
}

/// Where a range ends.
#[derive(Clone, Debug)]
pub enum End {
    Line(u64),
    /// `+N`.
    Plus(u64),
    /// `~N`: the next line that is a multiple.
    Multiple(u64),
    Last,
    Regex(Pattern),
}

/// How far a range is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RangeState {
    Inactive,
    /// In it, up to this line if that is known.
    Active(Option<u64>),
    Closed,
}

/// One command with its addresses.
#[derive(Debug)]
pub struct Command {
    pub from: Option<Address>,
    pub to: Option<End>,
    pub negated: bool,
    pub range: RangeState,
    /// What `--debug` shows after the addresses (`s`: after the pattern).
    pub shown: Vec<u8>,
    pub action: Action,
}

/// What a command does. Outputs are indices of the script's outputs, targets
/// indices of commands.
#[derive(Debug)]
pub enum Action {
    /// `{`: goes to the target unless selected.
    Block(usize),
    /// `}`, `:label`: nothing.
    Nothing,
    Append(Vec<u8>),
    Insert(Vec<u8>),
    Change(Vec<u8>),
    Branch(usize),
    BranchIfReplaced(usize),
    BranchUnlessReplaced(usize),
    Delete,
    DeleteFirst,
    FileName,
    Get,
    GetAppend,
    Hold,
    HoldAppend,
    List(Option<u64>),
    Next,
    NextAppend,
    Number,
    Print,
    PrintFirst,
    Quit(i32),
    QuitSilently(i32),
    ReadFile(Vec<u8>),
    ReadLine(usize),
    Substitute(Box<Substitution>),
    Translate(Box<Translation>),
    Write(usize),
    WriteFirst(usize),
    Exchange,
    /// Runs a command; an empty one is the pattern space.
    Execute(Vec<u8>),
    Empty,
}

/// An `s` command.
#[derive(Clone, Debug)]
pub struct Substitution {
    pub pattern: Pattern,
    pub replacement: Replacement,
    pub global: bool,
    /// The first match that is replaced, from 1.
    pub number: u64,
    pub print: bool,
    /// The result is run as a command (`e`).
    pub execute: bool,
    pub write: Option<usize>,
}

/// A `y` command.
#[derive(Debug)]
pub enum Translation {
    Bytes(Box<[u8; 256]>),
    /// Characters longer than a byte take part: pairs, sorted by the first.
    Chars(Vec<(Vec<u8>, Vec<u8>)>),
}

/// What the options and the script say.
pub struct Script {
    pub commands: Vec<Command>,
    pub patterns: Vec<CompiledPattern>,
    /// Files of `w`, after those that [`super::output`] reserves.
    pub writes: Vec<Vec<u8>>,
    /// Files of `R`.
    pub reads: Vec<Vec<u8>>,
    /// `-n`, or a first line `#n`.
    pub quiet: bool,
}

/// A regular expression of the script.
pub struct CompiledPattern {
    /// As written, and its flags: `I`, `M`.
    pub text: Vec<u8>,
    pub ignore_case: bool,
    pub multi_line: bool,
    pub regex: Regex,
    /// The same for a search through many lines.
    pub lines: Lines,
}

/// A regular expression for a search through many lines.
pub enum Lines {
    /// Not asked for yet: the pattern.
    Source(Vec<u8>, posix::Options),
    Ready(Box<Regex>),
    /// It can match across lines, or takes too long.
    None,
}

impl Lines {
    /// Compiles it if that has not been done; whether there is one.
    pub fn make(&mut self) -> bool {
        if let Lines::Source(text, options) = self {
            *self = match Regex::new(text, options) {
                Ok(regex) => Lines::Ready(Box::new(regex)),
                Err(_) => Lines::None,
            };
        }
        matches!(self, Lines::Ready(_))
    }
}
