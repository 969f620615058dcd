//! The list itself, and which lines it takes.

use crate::exec::Shell;
use crate::pattern::{Pattern, PatternOptions};
use crate::sys;
use crate::text::parse_int;

/// A command that was remembered.
pub struct Entry {
    pub text: Vec<u8>,
    /// When, in seconds since 1970.
    pub time: i64,
}

/// What has been remembered.
#[derive(Default)]
pub struct History {
    pub entries: Vec<Entry>,
    /// The number of the first entry, less one.
    pub dropped: usize,
    /// How many entries are new, as `history -a` sees it.
    pub new: usize,
    /// How many lines of the history file have been read.
    pub read: usize,
    /// The last entry is the command being executed.
    pub own: bool,
    /// What the last `!?text?` looked for, and the word where it was found.
    pub sought: Vec<u8>,
    pub found: Vec<u8>,
    /// The last substitution of `:s`.
    pub old: Vec<u8>,
    pub replacement: Vec<u8>,
    /// What starts a comment in a line, to `histchars`.
    pub comment: u8,
}

impl History {
    /// Adds an entry of now.
    pub fn push(&mut self, text: Vec<u8>) {
        let time = (sys::realtime_ns() / 1_000_000_000) as i64;
        self.entries.push(Entry { text, time });
    }

    /// Forgets all entries.
    pub fn clear(&mut self) {
        self.entries.clear();
        self.dropped = 0;
        self.new = 0;
    }

    /// Takes the command being executed off the list; false if it is not there.
    pub fn take_own(&mut self) -> bool {
        let own = std::mem::take(&mut self.own) && self.entries.pop().is_some();
        if own {
            self.new = self.new.saturating_sub(1);
        }
        own
    }

    /// The place of the entry with this number.
    pub fn place(&self, number: i64) -> Option<usize> {
        let at = usize::try_from(number)
            .ok()?
            .checked_sub(self.dropped + 1)?;
        (at < self.entries.len()).then_some(at)
    }

    /// The number of the entry that would come next.
    pub fn next_number(&self) -> i64 {
        (self.dropped + self.entries.len() + 1) as i64
    }

    fn last_is(&self, text: &[u8]) -> bool {
        self.entries.last().is_some_and(|last| last.text == text)
    }

    /// Adds the first line of a command, if the settings let it in.
    pub fn remember(&mut self, text: &[u8], keeping: &Keeping) -> bool {
        if keeping.ignore_space && text.starts_with(b" ")
            || keeping.ignore_repeated && self.last_is(text)
            || self.is_ignored(text, keeping)
        {
            return false;
        }
        if keeping.erase_repeated {
            self.entries.retain(|entry| entry.text != text);
        }
        self.add(text.to_vec(), keeping);
        true
    }

    /// Adds a line whatever it is.
    pub fn add(&mut self, text: Vec<u8>, keeping: &Keeping) {
        if keeping.limit == Some(0) {
            return;
        }
        self.push(text);
        self.new += 1;
        if let Some(limit) = keeping.limit
            && self.entries.len() > limit
        {
            let excess = self.entries.len() - limit;
            self.entries.drain(..excess);
            self.dropped += excess;
        }
    }

    /// A new limit: as in bash, the first number is then how many went.
    pub fn shorten(&mut self, limit: usize) {
        let excess = self.entries.len().saturating_sub(limit);
        if excess > 0 {
            self.entries.drain(..excess);
            self.dropped = excess - 1;
        }
    }

    /// Whether a pattern of HISTIGNORE matches; `&` stands for the last line.
    fn is_ignored(&self, text: &[u8], keeping: &Keeping) -> bool {
        let matches = |pattern: &[u8]| match pattern {
            b"" => false,
            b"&" => self.last_is(text),
            pattern => Pattern::new(pattern, keeping.patterns).matches(text),
        };
        keeping.ignored.split(|c| *c == b':').any(matches)
    }
}

/// How lines are kept: HISTCONTROL, HISTIGNORE, HISTSIZE, `cmdhist`, `lithist`.
pub struct Keeping {
    ignore_space: bool,
    ignore_repeated: bool,
    erase_repeated: bool,
    ignored: Vec<u8>,
    patterns: PatternOptions,
    limit: Option<usize>,
    /// The lines of a command make one entry.
    pub as_one: bool,
    /// With their ends as they are.
    pub literal: bool,
}

impl Keeping {
    /// What the variables and options say at present.
    pub fn of(sh: &mut Shell) -> Keeping {
        let control = sh.get_text(b"HISTCONTROL").unwrap_or_default();
        let has = |name: &[u8]| control.split(|c| *c == b':').any(|word| word == name);
        Keeping {
            ignore_space: has(b"ignorespace") || has(b"ignoreboth"),
            ignore_repeated: has(b"ignoredups") || has(b"ignoreboth"),
            erase_repeated: has(b"erasedups"),
            ignored: sh.get_text(b"HISTIGNORE").unwrap_or_default(),
            patterns: sh.match_options(),
            limit: limit(sh, b"HISTSIZE"),
            as_one: sh.shopt.cmdhist,
            literal: sh.shopt.lithist,
        }
    }
}

/// The limit that a variable sets; negative numbers and other text set none.
pub fn limit(sh: &mut Shell, name: &[u8]) -> Option<usize> {
    let text = sh.get_text(name)?;
    usize::try_from(parse_int(&text)?).ok()
}
