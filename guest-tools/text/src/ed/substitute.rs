//! The command `s`.

use super::address::{Range, Shared, pattern_text};
use super::command::Show;
use super::cursor::Cursor;
use super::{Done, Editor, error};
use std::rc::Rc;
use wardian_posix_regex::{Regex, Span};

/// What stands in place of a match.
#[derive(Debug)]
pub struct Template(Vec<Part>);

#[derive(Debug)]
enum Part {
    Text(Vec<u8>),
    Group(usize),
}

/// The last `s`, for one without a pattern.
#[derive(Default)]
pub struct Last {
    regex: Option<Shared>,
    /// Which match; 0: all.
    number: usize,
    show: Show,
}

impl Template {
    fn new(text: &[u8]) -> Template {
        let mut parts = Vec::new();
        let mut plain = Vec::new();
        let mut bytes = text.iter().copied();
        while let Some(byte) = bytes.next() {
            let group = match byte {
                b'&' => 0,
                b'\\' => match bytes.next() {
                    Some(digit @ b'0'..=b'9') => usize::from(digit - b'0'),
                    other => {
                        plain.push(other.unwrap_or(b'\\'));
                        continue;
                    }
                },
                _ => {
                    plain.push(byte);
                    continue;
                }
            };
            if !plain.is_empty() {
                parts.push(Part::Text(std::mem::take(&mut plain)));
            }
            parts.push(Part::Group(group));
        }
        if !plain.is_empty() {
            parts.push(Part::Text(plain));
        }
        Template(parts)
    }

    fn apply(&self, text: &[u8], groups: &[Option<Span>], out: &mut Vec<u8>) {
        for part in &self.0 {
            match part {
                Part::Text(text) => out.extend_from_slice(text),
                Part::Group(number) => {
                    if let Some((start, end)) = groups.get(*number).copied().flatten() {
                        out.extend_from_slice(&text[start..end]);
                    }
                }
            }
        }
    }
}

impl Editor {
    /// Runs `s`; gives how the last line changed is to be shown.
    pub(super) fn substitute(
        &mut self,
        cursor: &mut Cursor,
        mut range: Range,
        global: bool,
    ) -> Done<Show> {
        self.check_current(&mut range)?;
        let again = matches!(cursor.peek(), b'\n' | b'g' | b'p' | b'r' | b'0'..=b'9');
        if again {
            self.repeat(cursor)?;
        } else {
            self.read_substitution(cursor, global)?;
        }
        let mut show = self.suffix(cursor)?;
        if again {
            let last = self.substitution.show;
            show.print |= last.print;
            show.list |= last.list;
            show.number |= last.number;
        } else {
            show.print |= std::mem::take(&mut self.substitution.show.print);
            self.substitution.show = show;
        }
        if !global {
            self.buffer.start_undo();
        }
        self.replace_in(range, global)?;
        Ok(show)
    }

    /// Takes the letters of an `s` that repeats the last one.
    fn repeat(&mut self, cursor: &mut Cursor) -> Done {
        if self.substitution.regex.is_none() {
            return error("No previous substitution");
        }
        loop {
            match cursor.peek() {
                b'g' => self.substitution.number = usize::from(self.substitution.number == 0),
                b'p' => self.substitution.show.print = !self.substitution.show.print,
                b'r' => match &self.regex {
                    Some(regex) => self.substitution.regex = Some(Rc::clone(regex)),
                    None => return error("No previous pattern"),
                },
                b'0'..=b'9' => {
                    let number = cursor.number().and_then(|n| usize::try_from(n).ok());
                    match number {
                        Some(number) if number > 0 => self.substitution.number = number,
                        _ => return error("Number out of range"),
                    }
                    continue;
                }
                _ => return Ok(()),
            }
            cursor.next();
        }
    }

    /// Takes pattern, replacement and flags.
    fn read_substitution(&mut self, cursor: &mut Cursor, global: bool) -> Done {
        let delimiter = cursor.peek();
        if delimiter == b' ' || cursor.peek_at(1) == b'\n' {
            return error("Invalid pattern delimiter");
        }
        let pattern = pattern_text(cursor)?;
        if !cursor.eat(delimiter) {
            return error("Missing pattern delimiter");
        }
        let text = self.replacement(cursor, delimiter, global)?;
        if text == b"%" {
            if self.template.is_none() {
                return error("No previous substitution");
            }
        } else {
            self.template = Some(Rc::new(Template::new(&text)));
        }
        self.substitution.number = 1;
        self.substitution.show = Show::default();
        let mut ignore_case = false;
        if cursor.eat(delimiter) {
            loop {
                match cursor.peek() {
                    b'1'..=b'9' => {
                        let number = cursor.number().and_then(|n| usize::try_from(n).ok());
                        match number {
                            Some(number) => self.substitution.number = number,
                            None => return error("Number out of range"),
                        }
                        continue;
                    }
                    b'g' => self.substitution.number = 0,
                    b'I' | b'i' => ignore_case = true,
                    _ => break,
                }
                cursor.next();
            }
        } else {
            self.substitution.show.print = true;
        }
        let regex = self.compile(&pattern, ignore_case)?;
        self.substitution.regex = Some(regex);
        Ok(())
    }

    /// Takes the replacement up to the delimiter or the end of the line. Lines go
    /// on behind a backslash.
    fn replacement(&mut self, cursor: &mut Cursor, delimiter: u8, global: bool) -> Done<Vec<u8>> {
        let mut text = Vec::new();
        loop {
            match cursor.peek() {
                byte if byte == delimiter => return Ok(text),
                b'\n' if !global || cursor.at_last_newline() => return Ok(text),
                b'\\' => {
                    text.push(cursor.next());
                    if cursor.peek() == b'\n' && cursor.at_last_newline() {
                        if global {
                            return Ok(text);
                        }
                        text.push(b'\n');
                        match self.input.line(&mut self.out) {
                            Some(line) => *cursor = Cursor::new(line),
                            None => return error("Unexpected end-of-file"),
                        }
                    } else {
                        text.push(cursor.next());
                    }
                }
                _ => text.push(cursor.next()),
            }
        }
    }

    fn replace_in(&mut self, range: Range, global: bool) -> Done {
        let (Some(regex), Some(template)) = (&self.substitution.regex, &self.template) else {
            return error("No previous substitution");
        };
        let (regex, template) = (Rc::clone(regex), Rc::clone(template));
        let number = self.substitution.number;
        let mut at = range.first;
        let mut left = range.second + 1 - range.first;
        let mut any = false;
        let mut out = Vec::new();
        let mut groups = Vec::new();
        while left > 0 {
            left -= 1;
            let text = self.buffer.text(at - 1);
            out.clear();
            let mut regex = regex.borrow_mut();
            if !replace(&mut regex, &template, number, &text, &mut groups, &mut out)? {
                at += 1;
                continue;
            }
            any = true;
            let lines: Vec<_> = out
                .split(|byte| *byte == b'\n')
                .map(|line| self.buffer.new_line(line))
                .collect();
            let count = lines.len();
            self.buffer.yanked = vec![text];
            self.buffer.splice(at - 1, 1, lines);
            at += count;
            self.buffer.current = at - 1;
        }
        match any || global {
            true => Ok(()),
            false => error("No match"),
        }
    }
}

/// Replaces match `number` (0: all) in a text; whether there is one.
fn replace(
    regex: &mut Regex,
    template: &Template,
    number: usize,
    text: &[u8],
    groups: &mut Vec<Option<Span>>,
    out: &mut Vec<u8>,
) -> Done<bool> {
    let (mut from, mut count) = (0, 0);
    let mut any = false;
    while regex.captures_at(text, from, groups) {
        let Some((start, end)) = groups.first().copied().flatten() else {
            break;
        };
        count += 1;
        if number == 0 || count == number {
            out.extend_from_slice(&text[from..start]);
            template.apply(text, groups, out);
            any = true;
        } else {
            out.extend_from_slice(&text[from..end]);
        }
        let stuck = end == from;
        from = end;
        if from == text.len() || any && number != 0 {
            break;
        }
        // An empty match would be found for ever at the same place.
        if stuck && number == 0 {
            return error("Infinite substitution loop");
        }
    }
    out.extend_from_slice(&text[from..]);
    Ok(any)
}
