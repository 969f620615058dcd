//! Strings: short ones in place, long ones shared, and slices of the buffer
//! that a record was read into, which cost no copy.

use std::rc::Rc;

/// Bytes that fit in place.
const SMALL_MAX: usize = 21;

/// A string. `input` marks text from outside, which is a number where it
/// looks like one.
#[derive(Clone)]
pub enum Str {
    /// A short text.
    Small {
        /// Whether it came from outside.
        input: bool,
        /// Bytes in use.
        len: u8,
        /// The text.
        bytes: [u8; SMALL_MAX],
    },
    /// A long text.
    Heap {
        /// Whether it came from outside.
        input: bool,
        /// The text.
        bytes: Rc<[u8]>,
    },
    /// A part of a read buffer; [`Str::keep`] before it is stored.
    Slice {
        /// Whether it came from outside.
        input: bool,
        /// The buffer.
        buf: Rc<Vec<u8>>,
        /// Where the text starts.
        start: u32,
        /// Its length.
        len: u32,
    },
}

impl Str {
    /// The empty string.
    pub const EMPTY: Str = Str::Small {
        input: false,
        len: 0,
        bytes: [0; SMALL_MAX],
    };

    /// A text made by the program.
    pub fn new(text: &[u8]) -> Str {
        Str::with(text, false)
    }

    /// A text from outside.
    pub fn input(text: &[u8]) -> Str {
        Str::with(text, true)
    }

    fn with(text: &[u8], input: bool) -> Str {
        if text.len() <= SMALL_MAX {
            let mut bytes = [0; SMALL_MAX];
            bytes[..text.len()].copy_from_slice(text);
            Str::Small {
                input,
                len: text.len() as u8,
                bytes,
            }
        } else {
            Str::Heap {
                input,
                bytes: Rc::from(text),
            }
        }
    }

    /// A part of a read buffer, from outside.
    pub fn slice(buf: &Rc<Vec<u8>>, start: usize, len: usize) -> Str {
        Str::Slice {
            input: true,
            buf: Rc::clone(buf),
            start: start as u32,
            len: len as u32,
        }
    }

    /// A field that is not there: an empty text that can be told from others.
    pub fn missing() -> Str {
        Str::slice(&Rc::new(vec![0]), 1, 0)
    }

    /// Whether it is a field that is not there.
    pub fn is_missing(&self) -> bool {
        matches!(self, Str::Slice { buf, start: 1, len: 0, .. } if buf.len() == 1)
    }

    /// The text.
    pub fn bytes(&self) -> &[u8] {
        match self {
            Str::Small { len, bytes, .. } => &bytes[..usize::from(*len)],
            Str::Heap { bytes, .. } => bytes,
            Str::Slice {
                buf, start, len, ..
            } => &buf[*start as usize..*start as usize + *len as usize],
        }
    }

    /// Whether it came from outside.
    pub fn is_input(&self) -> bool {
        match self {
            Str::Small { input, .. } | Str::Heap { input, .. } | Str::Slice { input, .. } => *input,
        }
    }

    /// The same text, as from outside or not.
    #[must_use]
    pub fn marked(mut self, mark: bool) -> Str {
        match &mut self {
            Str::Small { input, .. } | Str::Heap { input, .. } | Str::Slice { input, .. } => {
                *input = mark;
            }
        }
        self
    }

    /// The same text, holding no read buffer.
    #[must_use]
    pub fn keep(self) -> Str {
        match self {
            Str::Slice { input, .. } => Str::with(self.bytes(), input),
            other => other,
        }
    }
}
