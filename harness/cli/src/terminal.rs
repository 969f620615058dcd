//! Text on its way to a terminal: what models, tools and guests say must not drive
//! it.

use std::io::{IsTerminal, Stdout, Write};

use serde::Serialize;

use crate::report::without_colours;

/// The text without what a terminal would obey: escape sequences, control
/// characters and marks that turn the direction of writing.
pub fn plain(text: &str) -> String {
    without_colours(text)
        .chars()
        .filter(|char| matches!(char, '\n' | '\t') || !drives(*char))
        .collect()
}

/// A value as one line of JSON in which no character drives a terminal.
pub fn json_line(value: &impl Serialize) -> String {
    // What is printed here is made of strings, numbers and lists.
    let line = serde_json::to_string(value).unwrap_or_default();
    let mut out = String::with_capacity(line.len());
    for char in line.chars() {
        if drives(char) {
            // None of them needs two units of UTF-16.
            out.push_str(&format!("\\u{:04x}", char as u32));
        } else {
            out.push(char);
        }
    }
    out
}

/// Whether a terminal would do something with it but show it.
fn drives(char: char) -> bool {
    char.is_control()
        || matches!(
            char,
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
        )
}

/// Standard output, for text that holds what a guest wrote: where it is a terminal,
/// the text is made plain, line by line; else it goes out as it is.
pub fn guest_text() -> GuestText<Stdout> {
    let out = std::io::stdout();
    GuestText {
        is_plain: out.is_terminal(),
        line: Vec::new(),
        out,
    }
}

/// See [`guest_text`].
pub struct GuestText<W: Write> {
    is_plain: bool,
    /// The line that has not ended.
    line: Vec<u8>,
    out: W,
}

impl<W: Write> Write for GuestText<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if !self.is_plain {
            return self.out.write(bytes);
        }
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.line.extend_from_slice(piece);
            if piece.ends_with(b"\n") {
                self.end_line()?;
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.end_line()?;
        self.out.flush()
    }
}

impl<W: Write> GuestText<W> {
    fn end_line(&mut self) -> std::io::Result<()> {
        let line = std::mem::take(&mut self.line);
        let text = plain(&String::from_utf8_lossy(&line));
        self.out.write_all(text.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_drives_the_terminal() {
        for (text, wanted) in [
            ("a\x1b[2J\x1b[1;31mb", "ab"),
            ("\x1b]0;title\x07x", "]0;titlex"),
            ("a\rb\x08\u{9b}31m", "ab31m"),
            ("tab\tand\nline ü", "tab\tand\nline ü"),
            ("\u{202e}txt\u{200f}", "txt"),
        ] {
            assert_eq!(plain(text), wanted);
        }
    }

    #[test]
    fn json_says_the_same_without_driving_it() {
        let text = "ü\u{9b}31m\u{202e}\x1b\x7f\n🦀";
        let line = json_line(&text);
        assert!(!line.chars().any(drives), "{line:?}");
        assert_eq!(serde_json::from_str::<String>(&line).unwrap(), text);
    }

    #[test]
    fn lines_are_made_plain_whole() {
        for (is_plain, wanted) in [(true, "ab\nrest"), (false, "a\x1b[2Jb\nrest\x07")] {
            let mut text = GuestText {
                is_plain,
                line: Vec::new(),
                out: Vec::new(),
            };
            for piece in ["a\x1b", "[2", "Jb\nre", "st\x07"] {
                text.write_all(piece.as_bytes()).unwrap();
            }
            text.flush().unwrap();
            assert_eq!(text.out, wanted.as_bytes());
        }
    }
}
