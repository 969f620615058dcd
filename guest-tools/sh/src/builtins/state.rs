//! What builtins remember between calls.

use crate::history::History;
use crate::regex::Compiled;
use crate::vars::FastSet;

/// State of the builtins.
#[derive(Default)]
pub struct State {
    /// Names that `enable -n` disabled.
    pub disabled: FastSet<Vec<u8>>,
    /// Where `getopts` is inside a group of letters.
    pub getopts_at: usize,
    /// How many `eval`, `source` or traps are being run.
    pub evaluating: u32,
    /// The directory stack below the current directory, the top first.
    pub directories: Vec<Vec<u8>>,
    /// Commands that are remembered.
    pub history: History,
    /// The last expression of `=~`.
    pub regex: Option<Box<Compiled>>,
    /// Completion specifications by command, as `complete` printed them.
    pub completions: Vec<(Vec<u8>, Vec<u8>)>,
    /// Commands bound to keys: keymap, keys, command.
    pub bindings: Vec<(Vec<u8>, Vec<u8>, Vec<u8>)>,
    /// Variables of line editing that `bind` set.
    pub editing: Vec<(Vec<u8>, Vec<u8>)>,
    /// Whether there has been a specification.
    pub completed: bool,
    /// How often PS4's first character is repeated: evaluations and substitutions.
    pub trace_level: usize,
    /// There has been a `local -`.
    pub options_kept: bool,
    /// The mask for new files, if it is known.
    pub mask: Option<u32>,
    /// What `ulimit` set, by letter; it only shows.
    pub limits: Vec<(u8, Option<u64>)>,
}

impl State {
    /// Whether a builtin is disabled.
    pub fn is_disabled(&self, name: &[u8]) -> bool {
        !self.disabled.is_empty() && self.disabled.contains(name)
    }
}
