//! Addresses: numbers, marks, searches, and what is added to them.

use super::cursor::Cursor;
use super::{Done, Editor, bad_address, error};
use std::cell::RefCell;
use std::rc::Rc;
use wardian_posix_regex::{Options, Regex};

/// A compiled pattern, which may be used again.
pub type Shared = Rc<RefCell<Regex>>;

/// The lines that a command is for, counted from 1.
#[derive(Clone, Copy, Default)]
pub struct Range {
    pub first: usize,
    pub second: usize,
    /// How many addresses were given.
    pub count: usize,
}

impl Editor {
    /// Takes the addresses before a command.
    pub(super) fn addresses(&mut self, cursor: &mut Cursor) -> Done<Range> {
        let mut range = Range {
            first: self.buffer.current,
            second: self.buffer.current,
            count: 0,
        };
        let mut last = None;
        while let Some(address) = self.address(cursor, &mut range)? {
            range.count += 1;
            range.first = range.second;
            range.second = address;
            last = Some(address);
            match cursor.peek() {
                b',' => {}
                b';' => self.buffer.current = address,
                _ => break,
            }
            cursor.next();
            last = None;
        }
        if range.count == 1 || last.is_none() {
            range.first = range.second;
        }
        Ok(range)
    }

    /// One address, if there is one.
    fn address(&mut self, cursor: &mut Cursor, range: &mut Range) -> Done<Option<usize>> {
        let mut address: Option<i64> = None;
        let line = |at: usize| i64::try_from(at).unwrap_or(i64::MAX);
        cursor.skip_blanks();
        loop {
            let byte = cursor.peek();
            let base = match byte {
                b'0'..=b'9' => {
                    let Some(number) = cursor.number() else {
                        return error("Number out of range");
                    };
                    address = Some(address.unwrap_or(0) + number);
                    continue;
                }
                b'+' | b'-' => {
                    let step = if cursor.peek_at(1).is_ascii_digit() {
                        match cursor.number() {
                            Some(number) => number,
                            None => return error("Number out of range"),
                        }
                    } else {
                        cursor.next();
                        if byte == b'+' { 1 } else { -1 }
                    };
                    address = Some(address.unwrap_or(line(self.buffer.current)) + step);
                    continue;
                }
                b' ' | b'\t' => {
                    cursor.skip_blanks();
                    continue;
                }
                b'.' | b'$' | b'/' | b'?' | b'\'' if address.is_some() => return bad_address(),
                b'.' | b'$' => {
                    cursor.next();
                    if byte == b'.' {
                        self.buffer.current
                    } else {
                        self.buffer.len()
                    }
                }
                b'/' | b'?' => self.search(cursor)?,
                b'\'' => {
                    cursor.next();
                    let letter = cursor.next();
                    if !letter.is_ascii_lowercase() {
                        return error("Invalid mark character");
                    }
                    match self.buffer.marked(letter) {
                        Some(at) => at + 1,
                        None => return bad_address(),
                    }
                }
                b',' | b';' | b'%' if address.is_none() && range.count == 0 => {
                    cursor.next();
                    range.count += 1;
                    range.second = match byte {
                        b';' => self.buffer.current,
                        _ => 1,
                    };
                    let found = self.address(cursor, range)?;
                    found.unwrap_or(self.buffer.len())
                }
                _ => break,
            };
            address = Some(line(base));
            if matches!(byte, b',' | b';' | b'%') {
                break;
            }
        }
        match address {
            None => Ok(None),
            Some(address) => match usize::try_from(address) {
                Ok(address) if address <= self.buffer.len() => Ok(Some(address)),
                _ => bad_address(),
            },
        }
    }

    /// The next line that matches `/RE` or the one before for `?RE`.
    fn search(&mut self, cursor: &mut Cursor) -> Done<usize> {
        let forward = cursor.peek() == b'/';
        let regex = self.pattern(cursor)?;
        let mut regex = regex.borrow_mut();
        let count = self.buffer.len();
        let mut at = self.buffer.current;
        for _ in 0..=count {
            at = match (forward, at) {
                (true, at) if at < count => at + 1,
                (true, _) => 0,
                (false, 0) => count,
                (false, at) => at - 1,
            };
            if at > 0 && regex.is_match(&self.buffer.text(at - 1)) {
                return Ok(at);
            }
        }
        error("No match")
    }

    /// Takes a pattern between delimiters, and what may follow it: `I`.
    pub(super) fn pattern(&mut self, cursor: &mut Cursor) -> Done<Shared> {
        let delimiter = cursor.peek();
        let pattern = pattern_text(cursor)?;
        let ignore_case = cursor.eat(delimiter) && cursor.eat(b'I');
        self.compile(&pattern, ignore_case)
    }

    /// The compiled pattern; an empty one stands for the last.
    pub(super) fn compile(&mut self, pattern: &[u8], ignore_case: bool) -> Done<Shared> {
        if pattern.is_empty() {
            return match &self.regex {
                Some(regex) => Ok(Rc::clone(regex)),
                None => error("No previous pattern"),
            };
        }
        let options = Options {
            extended: self.extended,
            ignore_case,
            unicode: wardian_applet::text::utf8_locale(),
            ..Options::default()
        };
        match Regex::new(pattern, &options) {
            Ok(regex) => {
                let regex = Rc::new(RefCell::new(regex));
                self.regex = Some(Rc::clone(&regex));
                Ok(regex)
            }
            Err(failure) => error(failure.0),
        }
    }

    /// Fills in the range if no address was given, and checks it.
    pub(super) fn check(&self, range: &mut Range, first: usize, second: usize) -> Done {
        if range.count == 0 {
            (range.first, range.second) = (first, second);
        }
        if range.first < 1 || range.first > range.second || range.second > self.buffer.len() {
            return bad_address();
        }
        Ok(())
    }

    /// As [`Editor::check`]: the current line if no address was given.
    pub(super) fn check_current(&self, range: &mut Range) -> Done {
        self.check(range, self.buffer.current, self.buffer.current)
    }
}

/// Takes a pattern and the delimiter before it, and leaves the one after.
pub(super) fn pattern_text(cursor: &mut Cursor) -> Done<Vec<u8>> {
    let delimiter = cursor.next();
    if delimiter == b' ' {
        return error("Invalid pattern delimiter");
    }
    let mut pattern = Vec::new();
    loop {
        match cursor.peek() {
            byte if byte == delimiter => break,
            b'\n' => break,
            b'\\' => {
                cursor.next();
                if cursor.peek() == b'\n' {
                    return error("Trailing backslash (\\)");
                }
                pattern.extend_from_slice(&[b'\\', cursor.next()]);
            }
            b'[' => bracket(cursor, &mut pattern)?,
            _ => pattern.push(cursor.next()),
        }
    }
    Ok(pattern)
}

/// Takes a bracket expression, in which delimiters and backslashes are plain.
fn bracket(cursor: &mut Cursor, pattern: &mut Vec<u8>) -> Done {
    pattern.push(cursor.next());
    for byte in [b'^', b']'] {
        if cursor.peek() == byte {
            pattern.push(cursor.next());
        }
    }
    loop {
        match cursor.peek() {
            b'\n' => return error("Unbalanced brackets ([])"),
            b']' => {
                pattern.push(cursor.next());
                return Ok(());
            }
            b'[' if matches!(cursor.peek_at(1), b'.' | b':' | b'=') => {
                let kind = cursor.peek_at(1);
                pattern.extend_from_slice(&[cursor.next(), cursor.next()]);
                while !(cursor.peek() == kind && cursor.peek_at(1) == b']') {
                    if cursor.peek() == b'\n' {
                        return error("Unbalanced brackets ([])");
                    }
                    pattern.push(cursor.next());
                }
                pattern.extend_from_slice(&[cursor.next(), cursor.next()]);
            }
            _ => pattern.push(cursor.next()),
        }
    }
}
