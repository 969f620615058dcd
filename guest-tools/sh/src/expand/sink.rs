//! Where expansions go: fields, one string, or a pattern.

use super::split::Ifs;
use crate::pattern;

/// What is made of a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Fields: split, with pathname expansion.
    Fields,
    /// One string.
    Single,
    /// One pattern, in which quoted characters are escaped.
    Pattern,
    /// A regular expression, in which quoted characters are escaped.
    Regex,
}

/// Collects the parts of words.
pub struct Sink {
    pub mode: Mode,
    pub fields: Vec<Vec<u8>>,
    cur: Vec<u8>,
    /// Whether there is a field, be it empty.
    started: bool,
    magic: bool,
    /// Quoted ranges of the current field.
    quoted: Vec<(usize, usize)>,
    /// For finished fields that can be patterns: their place and text.
    pub patterns: Vec<(usize, Vec<u8>)>,
    /// A blank separator has just ended a field.
    after_blank: bool,
    /// Unquoted text of the script is split, too (operands of `${x-…}`).
    pub split_literals: bool,
    pub no_glob: bool,
    pub extglob: bool,
}

impl Sink {
    /// An empty sink.
    pub fn new(mode: Mode) -> Sink {
        Sink {
            mode,
            fields: Vec::new(),
            cur: Vec::new(),
            started: false,
            magic: false,
            quoted: Vec::new(),
            patterns: Vec::new(),
            after_blank: false,
            split_literals: false,
            no_glob: false,
            extglob: false,
        }
    }

    /// Unquoted text of the script.
    pub fn literal(&mut self, text: &[u8]) {
        if self.mode == Mode::Fields {
            self.note_magic(text);
            self.started = true;
            self.after_blank = false;
        }
        self.cur.extend_from_slice(text);
    }

    /// Quoted text.
    pub fn quoted(&mut self, text: &[u8]) {
        match self.mode {
            Mode::Fields => {
                self.started = true;
                self.after_blank = false;
                self.quoted
                    .push((self.cur.len(), self.cur.len() + text.len()));
                self.cur.extend_from_slice(text);
            }
            Mode::Single => self.cur.extend_from_slice(text),
            Mode::Pattern => pattern::push_escaped(&mut self.cur, text),
            Mode::Regex => {
                for c in text {
                    if crate::regex::is_special(*c) {
                        self.cur.push(crate::regex::QUOTED);
                    }
                    self.cur.push(*c);
                }
            }
        }
    }

    /// Marks that quotes stand here, even if nothing is between them.
    pub fn quotes(&mut self) {
        self.started = true;
        self.after_blank = false;
    }

    /// The result of an unquoted expansion.
    pub fn split(&mut self, text: &[u8], ifs: &Ifs) {
        if self.mode != Mode::Fields {
            self.cur.extend_from_slice(text);
            return;
        }
        let mut rest = text;
        while !rest.is_empty() {
            let run = rest
                .iter()
                .position(|c| ifs.separates(*c))
                .unwrap_or(rest.len());
            if run > 0 {
                self.note_magic(&rest[..run]);
                self.cur.extend_from_slice(&rest[..run]);
                self.started = true;
                self.after_blank = false;
                rest = &rest[run..];
                continue;
            }
            if ifs.is_blank(rest[0]) {
                if self.started {
                    self.finish_field();
                    self.after_blank = true;
                }
            } else if self.after_blank {
                self.after_blank = false;
            } else {
                self.started = true;
                self.finish_field();
            }
            rest = &rest[1..];
        }
    }

    fn note_magic(&mut self, text: &[u8]) {
        if !self.magic && !self.no_glob {
            self.magic = text
                .iter()
                .any(|c| matches!(c, b'*' | b'?' | b'[') || (self.extglob && *c == b'('));
        }
    }

    /// Ends a field between the parameters of `"$@"`.
    pub fn next_field(&mut self) {
        self.finish_field();
    }

    /// Ends the field, if one has begun.
    pub fn finish(&mut self) {
        if self.started {
            self.finish_field();
        }
        self.after_blank = false;
    }

    /// Ends a field between unquoted parameters: an empty one vanishes.
    pub fn break_field(&mut self) {
        if self.started {
            self.finish_field();
        }
        self.after_blank = false;
    }

    fn finish_field(&mut self) {
        if self.magic {
            let pattern = self.escaped();
            self.patterns.push((self.fields.len(), pattern));
            self.magic = false;
        }
        self.quoted.clear();
        self.started = false;
        self.fields.push(std::mem::take(&mut self.cur));
    }

    /// The current field as a pattern.
    fn escaped(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.cur.len() + 8);
        let mut at = 0;
        for (start, end) in &self.quoted {
            out.extend_from_slice(&self.cur[at..*start]);
            pattern::push_escaped(&mut out, &self.cur[*start..*end]);
            at = *end;
        }
        out.extend_from_slice(&self.cur[at..]);
        out
    }

    /// The collected string or pattern.
    pub fn into_text(self) -> Vec<u8> {
        self.cur
    }
}
