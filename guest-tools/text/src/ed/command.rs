//! The commands, one by one.

use super::address::Range;
use super::cursor::Cursor;
use super::global::Lists;
use super::{Done, Editor, Stop, bad_address, error};
use std::rc::Rc;

/// How lines are shown: `p`, `l`, `n`.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Show {
    pub print: bool,
    pub list: bool,
    pub number: bool,
}

impl Show {
    /// Adds what a letter asks for; whether it is such a letter.
    pub fn add(&mut self, letter: u8) -> bool {
        match letter {
            b'p' => self.print = true,
            b'l' => self.list = true,
            b'n' => self.number = true,
            _ => return false,
        }
        true
    }

    fn any(self) -> bool {
        self != Show::default()
    }
}

/// Characters of a line that `l` shows before it goes on below.
const COLUMNS: usize = 72;

impl Editor {
    /// Runs one command. `lists` is there within a global command.
    pub(super) fn execute(&mut self, cursor: &mut Cursor, lists: Lists<'_>) -> Done {
        let mut range = self.addresses(cursor)?;
        cursor.skip_blanks();
        let mut show = Show::default();
        let command = cursor.next();
        let global = lists.is_some();
        match command {
            b'a' | b'i' => {
                show = self.suffix(cursor)?;
                self.begin(global);
                let at = match command {
                    b'i' => range.second.max(1) - 1,
                    _ => range.second,
                };
                let before = self.buffer.len();
                self.append(cursor, at, global)?;
                if self.buffer.len() == before {
                    self.buffer.current = range.second.max(at).min(before);
                }
            }
            b'c' => {
                self.check_current(&mut range)?;
                show = self.suffix(cursor)?;
                self.begin(global);
                self.delete(range);
                let at = range.first - 1;
                let before = self.buffer.len();
                self.append(cursor, at, global)?;
                if self.buffer.len() == before {
                    self.buffer.current = range.first.min(before);
                }
            }
            b'd' => {
                self.check_current(&mut range)?;
                show = self.suffix(cursor)?;
                self.begin(global);
                self.delete(range);
                self.buffer.current = range.first.min(self.buffer.len());
            }
            b'e' | b'E' => self.edit(cursor, range, command)?,
            b'f' => {
                self.unexpected_address(range)?;
                self.unexpected_suffix(cursor)?;
                let name = self.filename_argument(cursor)?;
                if name.starts_with(b"!") {
                    return error("Invalid redirection");
                }
                if !name.is_empty() {
                    self.filename = name;
                }
                self.out.put(&self.filename);
                self.out.put_byte(b'\n');
            }
            b'g' | b'v' | b'G' | b'V' => {
                if global {
                    return error("Cannot nest global commands");
                }
                let last = self.buffer.len();
                self.check(&mut range, 1, last)?;
                self.global(cursor, range, command)?;
                return Ok(());
            }
            b'h' | b'H' => {
                self.unexpected_address(range)?;
                show = self.suffix(cursor)?;
                if command == b'H' {
                    self.verbose = !self.verbose;
                }
                if (command == b'h' || self.verbose) && !self.message.is_empty() {
                    self.out.put(&self.message);
                    self.out.put_byte(b'\n');
                }
            }
            b'j' => {
                let current = self.buffer.current;
                self.check(&mut range, current, current + 1)?;
                show = self.suffix(cursor)?;
                self.begin(global);
                if range.first != range.second {
                    self.join(range);
                }
            }
            b'k' => {
                let letter = cursor.next();
                if range.second == 0 {
                    return bad_address();
                }
                if !letter.is_ascii_lowercase() {
                    return error("Invalid mark character");
                }
                show = self.suffix(cursor)?;
                self.buffer.mark(letter, range.second - 1);
            }
            b'l' | b'n' | b'p' => {
                self.check_current(&mut range)?;
                let mut form = self.suffix(cursor)?;
                form.add(command);
                self.show(range.first, range.second, form)?;
            }
            b'm' | b't' => {
                self.check_current(&mut range)?;
                let target = self.third_address(cursor)?;
                if command == b'm' && (range.first..range.second).contains(&target) {
                    return error("Invalid destination");
                }
                show = self.suffix(cursor)?;
                self.begin(global);
                self.relocate(range, target, command == b'm');
            }
            b'P' => {
                self.unexpected_address(range)?;
                show = self.suffix(cursor)?;
                self.prompt = match self.prompt.take() {
                    Some(_) => None,
                    None => Some(self.prompt_text.clone()),
                };
            }
            b'q' | b'Q' => {
                self.unexpected_address(range)?;
                self.suffix(cursor)?;
                if command == b'q' && self.buffer.modified && !self.warned {
                    return Err(Stop::Modified);
                }
                return Err(Stop::Quit);
            }
            b'r' => self.insert_file(cursor, range, global)?,
            b's' => show = self.substitute(cursor, range, global)?,
            b'u' => {
                self.unexpected_address(range)?;
                show = self.suffix(cursor)?;
                if !self.buffer.undo() {
                    return error("Nothing to undo");
                }
            }
            b'w' | b'W' => return self.write(cursor, range, command),
            b'x' => {
                show = self.suffix(cursor)?;
                self.begin(global);
                if self.buffer.yanked.is_empty() {
                    return error("Nothing to put");
                }
                let texts = self.buffer.yanked.clone();
                self.insert(range.second, &texts);
            }
            b'y' => {
                self.check_current(&mut range)?;
                show = self.suffix(cursor)?;
                self.yank(range);
            }
            b'z' => {
                let from = self.buffer.current + usize::from(!global);
                if range.count == 0 {
                    range.second = from;
                }
                if range.second < 1 || range.second > self.buffer.len() {
                    return bad_address();
                }
                if matches!(cursor.peek(), b'1'..=b'9') {
                    let Some(number) = cursor.number() else {
                        return error("Number out of range");
                    };
                    self.window = usize::try_from(number).unwrap_or(1);
                }
                let form = self.suffix(cursor)?;
                let last = (range.second + self.window - 1).min(self.buffer.len());
                self.show(range.second, last, form)?;
            }
            b'=' => {
                show = self.suffix(cursor)?;
                let line = match range.count {
                    0 => self.buffer.len(),
                    _ => range.second,
                };
                self.out.put_number(line as u64);
                self.out.put_byte(b'\n');
            }
            b'!' => {
                self.unexpected_address(range)?;
                self.shell(cursor)?;
            }
            b'\n' => {
                let step = usize::from(self.traditional || !global);
                if range.count == 0 {
                    range.second = self.buffer.current + step;
                }
                if range.second < 1 || range.second > self.buffer.len() {
                    return bad_address();
                }
                self.show(range.second, range.second, Show::default())?;
            }
            b'#' => {
                cursor.line();
            }
            _ => return error("Unknown command"),
        }
        if show.any() {
            self.show(self.buffer.current, self.buffer.current, show)?;
        }
        Ok(())
    }

    /// What follows can be undone, as one with what a global command does.
    fn begin(&mut self, global: bool) {
        if !global {
            self.buffer.start_undo();
        }
    }

    /// Takes the letters after a command up to the end of its line.
    pub(super) fn suffix(&self, cursor: &mut Cursor) -> Done<Show> {
        let mut show = Show::default();
        loop {
            match cursor.next() {
                b'\n' => return Ok(show),
                letter if show.add(letter) => {}
                _ => return error("Invalid command suffix"),
            }
        }
    }

    pub(super) fn unexpected_address(&self, range: Range) -> Done {
        match range.count {
            0 => Ok(()),
            _ => error("Unexpected address"),
        }
    }

    pub(super) fn unexpected_suffix(&self, cursor: &Cursor) -> Done {
        match cursor.peek() {
            byte if byte.is_ascii_whitespace() => Ok(()),
            _ => error("Unexpected command suffix"),
        }
    }

    fn third_address(&mut self, cursor: &mut Cursor) -> Done<usize> {
        Ok(self.addresses(cursor)?.second)
    }

    /// Shows lines; the last becomes the current one.
    pub(super) fn show(&mut self, first: usize, last: usize, form: Show) -> Done {
        if first == 0 {
            return bad_address();
        }
        for at in first..=last {
            let text = self.buffer.text(at - 1);
            let mut column = 0;
            if form.number {
                self.out.put_number(at as u64);
                self.out.put_byte(b'\t');
                column = 8;
            }
            if form.list {
                self.list(&text, column);
            } else {
                self.out.put(&text);
            }
            self.out.put_byte(b'\n');
        }
        self.buffer.current = last;
        Ok(())
    }

    /// A line with what cannot be seen made visible.
    fn list(&mut self, text: &[u8], mut column: usize) {
        for byte in text {
            column += 1;
            if column > COLUMNS {
                column = 1;
                self.out.put(b"\\\n");
            }
            let letter = match byte {
                0x07 => b'a',
                0x08 => b'b',
                0x0c => b'f',
                b'\n' => b'n',
                b'\r' => b'r',
                b'\t' => b't',
                0x0b => b'v',
                b'$' | b'\\' => *byte,
                b' '..=b'~' => {
                    self.out.put_byte(*byte);
                    continue;
                }
                _ => {
                    column += 3;
                    self.out.put(format!("\\{byte:03o}").as_bytes());
                    continue;
                }
            };
            column += 1;
            self.out.put(&[b'\\', letter]);
        }
        if !self.traditional {
            self.out.put_byte(b'$');
        }
    }

    /// Takes lines up to a single dot and puts them after a line.
    fn append(&mut self, cursor: &mut Cursor, at: usize, global: bool) -> Done {
        self.buffer.current = at;
        let mut lines = Vec::new();
        loop {
            let text = if global {
                if cursor.is_empty() {
                    break;
                }
                cursor.line()
            } else {
                let Some(mut line) = self.input.line(&mut self.out) else {
                    break;
                };
                line.pop();
                line
            };
            if text == b"." {
                break;
            }
            lines.push(self.buffer.new_line(&text));
        }
        let count = lines.len();
        if count > 0 {
            self.buffer.splice(at, 0, lines);
        }
        self.buffer.current = at + count;
        Ok(())
    }

    /// Puts texts after a line; the last becomes the current one.
    pub(super) fn insert(&mut self, at: usize, texts: &[Rc<[u8]>]) {
        let lines: Vec<_> = texts
            .iter()
            .map(|text| self.buffer.new_line(text))
            .collect();
        self.buffer.current = at + lines.len();
        self.buffer.splice(at, 0, lines);
    }

    fn yank(&mut self, range: Range) {
        self.buffer.yanked = (range.first..=range.second)
            .map(|at| self.buffer.text(at - 1))
            .collect();
    }

    /// Removes lines; the one before becomes the current one.
    pub(super) fn delete(&mut self, range: Range) {
        self.yank(range);
        let count = range.second + 1 - range.first;
        self.buffer.splice(range.first - 1, count, Vec::new());
        self.buffer.current = range.first - 1;
    }

    fn join(&mut self, range: Range) {
        let texts: Vec<_> = (range.first..=range.second)
            .map(|at| self.buffer.text(at - 1))
            .collect();
        self.yank(range);
        let joined = self.buffer.new_line(&texts.concat());
        self.buffer
            .splice(range.first - 1, texts.len(), vec![joined]);
        self.buffer.current = range.first;
    }

    /// Moves or copies lines to after a line.
    fn relocate(&mut self, range: Range, target: usize, moves: bool) {
        let count = range.second + 1 - range.first;
        if !moves {
            let texts: Vec<_> = (range.first..=range.second)
                .map(|at| self.buffer.text(at - 1))
                .collect();
            return self.insert(target, &texts);
        }
        let lines: Vec<_> = (range.first..=range.second)
            .filter_map(|at| self.buffer.line(at - 1).cloned())
            .collect();
        if target + 1 == range.first || target == range.second {
            self.buffer.current = range.second;
            self.buffer.modified = true;
            return;
        }
        self.buffer.splice(range.first - 1, count, Vec::new());
        let at = if target >= range.second {
            target - count
        } else {
            target
        };
        self.buffer.splice(at, 0, lines);
        self.buffer.current = at + count;
    }
}
