//! What a column of a page is made of: where its text comes from, and how far
//! that has been printed.

/// An input.
pub struct Source {
    text: Vec<u8>,
    at: usize,
}

impl Source {
    /// An input with this text.
    pub fn new(text: Vec<u8>) -> Source {
        Source { text, at: 0 }
    }

    /// The next byte.
    pub fn next(&mut self) -> Option<u8> {
        let byte = self.text.get(self.at).copied();
        self.at += usize::from(byte.is_some());
        byte
    }

    /// Passes over a newline, if one comes next.
    pub fn skip_newline(&mut self) {
        if self.text.get(self.at) == Some(&b'\n') {
            self.at += 1;
        }
    }
}

/// How it stands with the input of a column.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// There is more.
    Open,
    /// A form feed ended its page, and stored lines are still to be printed.
    FormFeed,
    /// A form feed ended its page.
    Held,
    /// It has ended.
    Closed,
}

/// A column.
pub struct Column {
    /// Index of its input.
    pub source: usize,
    pub status: Status,
    /// Lines are numbered here.
    pub numbered: bool,
    /// Lines are stored before they are printed.
    pub stores: bool,
    /// Where it starts, separator included; 0: anywhere.
    pub start: i64,
    /// The last page was full, so that a form feed right after is none more.
    pub full: bool,
    pub lines_left: i64,
    /// Stored lines: the next, and how many.
    pub line: usize,
    pub stored: i64,
}

/// A line that is kept until its row is printed.
pub struct Stored {
    pub text: Vec<u8>,
    /// Columns that it takes.
    pub width: i64,
}
