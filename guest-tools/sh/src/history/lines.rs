//! Lines on their way to the parser: expanded, and remembered.

use std::cell::RefCell;
use std::rc::Rc;

use super::expand::{Outcome, Rules, expand};
use super::join::{Comment, Tail};
use super::{History, Keeping};
use crate::exec::Shell;
use crate::lexer::{ELEMENTS, Input, LineSource, Place};
use crate::sys;

/// The lines of a script whose commands are remembered.
pub struct Lines(Rc<RefCell<Feed>>);

struct Feed {
    /// Text that has been read, from a position on, and where more comes from.
    text: Vec<u8>,
    at: usize,
    inner: Option<Box<dyn LineSource>>,
    /// For the command being read.
    command: Command,
}

/// What holds while one command is read.
#[derive(Default)]
struct Command {
    history: History,
    keeping: Option<Keeping>,
    rules: Option<Rules>,
    /// What stands before messages, and whether the line's number follows.
    name: Vec<u8>,
    numbered: bool,
    /// `histverify`: what was expanded is to be edited, not run.
    verify: bool,
    /// There has been more than blanks and comments.
    started: bool,
    /// The first line is in the list.
    saved: bool,
    /// The last line was of a here-document.
    in_body: bool,
    tail: Tail,
}

/// A source for the parser over the shared lines.
struct Source(Rc<RefCell<Feed>>);

impl Lines {
    /// Takes over what is left of the input.
    pub fn over(input: &mut Input) -> Lines {
        let text = input.src.split_off(input.pos.min(input.src.len()));
        let feed = Rc::new(RefCell::new(Feed {
            text,
            at: 0,
            inner: input.source.take(),
            command: Command::default(),
        }));
        input.source = Some(Box::new(Source(Rc::clone(&feed))));
        Lines(feed)
    }

    /// Before a command is read: the list goes to where its lines come from.
    pub fn begin(&self, sh: &mut Shell, input: &mut Input) {
        sh.flush_out();
        input.quote = 0;
        input.in_body = false;
        let keeping = sh.options.history.then(|| Keeping::of(sh));
        let expands = sh.options.history && sh.options.histexpand;
        self.0.borrow_mut().command = Command {
            rules: expands.then(|| Rules::of(sh)),
            keeping,
            name: sh.error_name(),
            numbered: !sh.interactive,
            verify: sh.shopt.histverify,
            history: std::mem::take(&mut sh.state.history),
            ..Command::default()
        };
    }

    /// After it.
    pub fn end(&self, sh: &mut Shell) {
        let command = std::mem::take(&mut self.0.borrow_mut().command);
        sh.state.history = command.history;
        sh.state.history.own = command.saved;
    }
}

impl LineSource for Source {
    fn line(&mut self, buf: &mut Vec<u8>, place: Place) -> bool {
        let mut feed = self.0.borrow_mut();
        loop {
            let mut line = Vec::new();
            if !feed.raw(&mut line, place) {
                return false;
            }
            if let Some(line) = feed.command.take(line, place) {
                buf.extend_from_slice(&line);
                return true;
            }
        }
    }
}

impl Feed {
    /// The next line as it was written.
    fn raw(&mut self, line: &mut Vec<u8>, place: Place) -> bool {
        let rest = &self.text[self.at..];
        if !rest.is_empty() {
            let end = rest.iter().position(|c| *c == b'\n');
            let end = end.map_or(rest.len(), |end| end + 1);
            line.extend_from_slice(&rest[..end]);
            self.at += end;
            return true;
        }
        match &mut self.inner {
            Some(inner) => inner.line(line, place),
            None => false,
        }
    }
}

impl Command {
    /// What the parser gets of a line; nothing if it was only to be shown, or is wrong.
    fn take(&mut self, mut line: Vec<u8>, place: Place) -> Option<Vec<u8>> {
        let Some(keeping) = self.keeping.take() else {
            return Some(line);
        };
        let text = if place.in_body {
            self.keep_body(&line, &keeping);
            Some(line)
        } else {
            let ended = line.pop_if(|last| *last == b'\n').is_some();
            self.in_body = false;
            self.expand(line, place, &keeping).map(|mut line| {
                self.keep(&line, place.quote, &keeping);
                if ended {
                    line.push(b'\n');
                }
                line
            })
        };
        self.keeping = Some(keeping);
        text
    }

    fn expand(&mut self, line: Vec<u8>, place: Place, keeping: &Keeping) -> Option<Vec<u8>> {
        let Some(rules) = &self.rules else {
            return Some(line);
        };
        // What later lines refer to is not the command that they belong to.
        let own = match self.started && self.saved && keeping.as_one {
            true => self.history.entries.pop(),
            false => None,
        };
        let outcome = expand(&mut self.history, &line, place.quote, rules);
        self.history.entries.extend(own);
        match outcome {
            Outcome::Same => Some(line),
            // Nobody can edit it yet.
            Outcome::Changed(_) if self.verify => None,
            Outcome::Changed(text) => {
                say(&[&text]);
                Some(text)
            }
            Outcome::Print(text) => {
                say(&[&text]);
                if !self.started {
                    self.history.remember(&text, keeping);
                }
                None
            }
            Outcome::Wrong(message) => {
                let line = match self.numbered {
                    true => format!("line {}: ", place.line),
                    false => String::new(),
                };
                say(&[&self.name, b": ", line.as_bytes(), &message]);
                None
            }
        }
    }

    /// Remembers a line of the command.
    fn keep(&mut self, line: &[u8], quote: u8, keeping: &Keeping) {
        let first = !self.started;
        let quoted = !matches!(quote, 0 | ELEMENTS);
        if line.is_empty() {
            if quoted && !first {
                self.append(b"\n", line, quote, keeping);
            } else {
                self.tail.blank();
            }
            return;
        }
        let separator = match quote {
            _ if self.tail.comment => b"\n",
            0 => self.tail.separator(line),
            ELEMENTS => b" ",
            _ => b"\n",
        };
        let comment = self.tail.read(line, quote);
        if first {
            self.saved = self.history.remember(line, keeping);
            self.started = comment != Comment::Whole && !line.trim_ascii().is_empty();
            if !self.started {
                self.tail = Tail::default();
            }
        } else if comment != Comment::Whole || keeping.literal || quoted {
            let separator = if keeping.literal { b"\n" } else { separator };
            self.append(separator, line, quote, keeping);
        }
    }

    /// Remembers a line of a here-document.
    fn keep_body(&mut self, line: &[u8], keeping: &Keeping) {
        let first = !std::mem::replace(&mut self.in_body, true);
        let separator: &[u8] = if first { b"\n" } else { b"" };
        self.append(separator, line, b'<', keeping);
    }

    /// Puts a further line to the command's entry, or makes it one of its own.
    fn append(&mut self, mut separator: &[u8], line: &[u8], quote: u8, keeping: &Keeping) {
        if !self.saved {
            return;
        }
        if !keeping.as_one {
            return self.history.add(line.to_vec(), keeping);
        }
        let Some(entry) = self.history.entries.last_mut() else {
            return;
        };
        let text = &mut entry.text;
        if quote == 0 && text.ends_with(b"\\") && !text.ends_with(b"\\\\") {
            text.pop();
            separator = b"";
        }
        if quote == 0 && text.ends_with(b"\n") && separator.starts_with(b";") {
            separator = &separator[1..];
        }
        text.extend_from_slice(separator);
        text.extend_from_slice(line);
    }
}

/// A line for standard error.
fn say(parts: &[&[u8]]) {
    let text = [&parts.concat(), &b"\n"[..]].concat();
    let _ = sys::write_all(sys::user_fd(2), &text);
}
