//! The text of a script and the position in it.

/// Where further lines come from when a script is read as it runs.
pub trait LineSource {
    /// Appends a line with its newline; false at the end.
    fn line(&mut self, buf: &mut Vec<u8>, place: Place) -> bool;
}

/// `Input::quote` between the parentheses of an array's elements.
pub const ELEMENTS: u8 = b'=';

/// Where the reader stands that wants a line.
#[derive(Clone, Copy)]
pub struct Place {
    pub line: u32,
    /// As in `Input`.
    pub quote: u8,
    pub in_body: bool,
}

/// Script text being read. Byte 0 stands for the end: scripts hold none.
pub struct Input {
    pub src: Vec<u8>,
    pub pos: usize,
    pub line: u32,
    pub source: Option<Box<dyn LineSource>>,
    /// Aliases whose text is being read, or lies ahead.
    pub aliases: Vec<Spliced>,
    /// The quote being read, `(` for a command substitution, or 0.
    pub quote: u8,
    /// A here-document's text is being read.
    pub in_body: bool,
    /// The end of a last line without newline has been read.
    pub cut_line_ended: bool,
}

impl Input {
    /// The whole text, starting on a line number.
    pub fn new(mut src: Vec<u8>, line: u32) -> Input {
        if src.contains(&0) {
            src.retain(|byte| *byte != 0);
        }
        Input {
            src,
            pos: 0,
            line,
            source: None,
            aliases: Vec::new(),
            quote: 0,
            in_body: false,
            cut_line_ended: false,
        }
    }

    /// Lines as they come.
    pub fn from_source(source: Box<dyn LineSource>) -> Input {
        Input {
            source: Some(source),
            ..Input::new(Vec::new(), 1)
        }
    }

    /// The byte at the position; 0 at the end.
    #[inline]
    pub fn cur(&mut self) -> u8 {
        match self.src.get(self.pos) {
            Some(byte) => *byte,
            None => self.refill(0),
        }
    }

    /// A byte further on; 0 beyond the end.
    #[inline]
    pub fn ahead(&mut self, distance: usize) -> u8 {
        match self.src.get(self.pos + distance) {
            Some(byte) => *byte,
            None => self.refill(distance),
        }
    }

    #[cold]
    fn refill(&mut self, distance: usize) -> u8 {
        while self.src.len() <= self.pos + distance {
            let Some(source) = &mut self.source else {
                return 0;
            };
            if distance == 0 && self.pos > 1 << 16 && self.aliases.is_empty() {
                self.src.drain(..self.pos);
                self.pos = 0;
            }
            let before = self.src.len();
            let place = Place {
                line: self.line,
                quote: self.quote,
                in_body: self.in_body,
            };
            if !source.line(&mut self.src, place) {
                self.source = None;
                return 0;
            }
            if self.src[before..].contains(&0) {
                let mut at = 0;
                self.src.retain(|byte| {
                    at += 1;
                    at <= before || *byte != 0
                });
            }
        }
        self.src[self.pos + distance]
    }

    /// Moves on by one byte, counting lines.
    #[inline]
    pub fn bump(&mut self) -> u8 {
        let byte = self.cur();
        if byte == b'\n' {
            self.line += 1;
        }
        self.pos += usize::from(byte != 0);
        byte
    }

    /// Takes bytes up to one that ends them, at least one; a newline must end them.
    #[inline]
    pub fn take_until(&mut self, text: &mut Vec<u8>, ends: impl Fn(u8) -> bool) {
        let rest = &self.src[self.pos.min(self.src.len())..];
        let run = rest.iter().position(|c| ends(*c)).unwrap_or(rest.len());
        text.extend_from_slice(&rest[..run]);
        self.pos += run;
    }

    /// Moves on by bytes that are no newlines.
    #[inline]
    pub fn skip(&mut self, count: usize) {
        self.pos += count;
    }

    /// Removes continued line ends (`\\` and newline) that stand `distance` bytes
    /// on: the bytes before them move up, so that little is copied.
    pub fn join(&mut self, distance: usize) {
        let mut removed = 0;
        while self.ahead(distance + removed) == b'\\' && self.ahead(distance + removed + 1) == b'\n'
        {
            removed += 2;
            self.line += 1;
        }
        if removed > 0 {
            let pos = self.pos;
            self.src.copy_within(pos..pos + distance, pos + removed);
            self.pos += removed;
        }
    }

    /// Whether the text goes on with these bytes.
    pub fn starts_with(&mut self, text: &[u8]) -> bool {
        (0..text.len()).all(|at| self.ahead(at) == text[at])
    }

    /// The line around the position, for messages.
    pub fn line_text(&self, pos: usize) -> &[u8] {
        let pos = pos.min(self.src.len());
        let start = self.src[..pos]
            .iter()
            .rposition(|byte| *byte == b'\n')
            .map_or(0, |at| at + 1);
        let end = self.src[pos..]
            .iter()
            .position(|byte| *byte == b'\n')
            .map_or(self.src.len(), |at| pos + at);
        &self.src[start..end]
    }

    /// Replaces the text from `start` to the position by an alias's value.
    pub fn splice_alias(&mut self, name: &[u8], start: usize, value: &[u8]) {
        let end = self.pos;
        self.src.splice(start..end, value.iter().copied());
        let moved = |place: usize| place + value.len() + start - end;
        for alias in &mut self.aliases {
            if alias.start >= end {
                alias.start = moved(alias.start);
            }
            if alias.end >= end {
                alias.end = moved(alias.end);
            }
        }
        self.aliases.push(Spliced {
            name: name.to_vec(),
            start,
            end: start + value.len(),
        });
        self.pos = start;
    }

    /// Whether the text at a position came from this alias.
    pub fn in_alias(&self, name: &[u8], pos: usize) -> bool {
        self.aliases
            .iter()
            .any(|alias| (alias.start..alias.end).contains(&pos) && alias.name == name)
    }

    /// Forgets aliases whose text lies before a position.
    pub fn leave_aliases(&mut self, pos: usize) {
        self.aliases.retain(|alias| alias.end > pos);
    }
}

/// Text that came from an alias.
pub struct Spliced {
    name: Vec<u8>,
    start: usize,
    /// Where the text after it begins.
    pub end: usize,
}
