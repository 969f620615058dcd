//! `fmt`: paragraphs broken into lines of even length, by least cost.

use super::fmt_breaks::{Breaker, Word};
use crate::Args;
use crate::cli::{Context, Opt, Order, Output, parse};
use crate::sys::{Errno, File, OpenHow};
use crate::text::quote;

#[rustfmt::skip]
const OPTIONS: &[Opt] = &[
    Opt::flag(b'c', "crown-margin"),
    Opt::value(b'p', "prefix"),
    Opt::flag(b's', "split-only"),
    Opt::flag(b't', "tagged-paragraph"),
    Opt::flag(b'u', "uniform-spacing"),
    Opt::value(b'w', "width"),
    Opt::value(b'g', "goal"),
    Opt::flag(b'0', ""), Opt::flag(b'1', ""), Opt::flag(b'2', ""), Opt::flag(b'3', ""),
    Opt::flag(b'4', ""), Opt::flag(b'5', ""), Opt::flag(b'6', ""), Opt::flag(b'7', ""),
    Opt::flag(b'8', ""), Opt::flag(b'9', ""),
];

/// Widest lines that can be asked for.
const WIDTH_MAX: i64 = 2500;
/// Bytes and words of a paragraph that are looked at together.
const BYTES_MAX: usize = 5000;
const WORDS_MAX: usize = 1000;
/// Where tabs stop.
const TAB: i64 = 8;
/// Indentation of the body of tagged paragraphs, if nothing tells it.
const BODY_INDENT: i64 = 3;

/// Runs `fmt`.
pub fn run(args: &Args) -> i32 {
    let context = Context::new(args, "fmt", 1);
    match fmt(&context, args) {
        Ok(code) | Err(code) => code,
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    Plain,
    Crown,
    Tagged,
    Split,
}

fn fmt(context: &Context<'_>, args: &Args) -> Result<i32, i32> {
    let mut plain = args.clone();
    let mut width = None;
    if let Some([b'-', digit, ..]) = args.get(1).map(Vec::as_slice)
        && digit.is_ascii_digit()
    {
        width = Some(plain.remove(1).split_off(1));
    }
    let parsed = parse(context, &plain, OPTIONS, Order::Permute)?;
    let (mut goal, mut prefix, mut uniform) = (None, Vec::new(), false);
    let (mut crown, mut tagged, mut split) = (false, false, false);
    for (letter, _, value) in parsed.options {
        match letter {
            b'c' => crown = true,
            b's' => split = true,
            b't' => tagged = true,
            b'u' => uniform = true,
            b'w' => width = value,
            b'g' => goal = value,
            b'p' => prefix = value.unwrap_or_default(),
            digit => {
                let text = format!(
                    "invalid option -- {}; -WIDTH is recognized only when it is the first\noption; use -w N instead",
                    char::from(digit)
                );
                return Err(context.usage(text.as_bytes()));
            }
        }
    }
    let mut most = 75;
    if let Some(text) = &width {
        most = number(context, text, WIDTH_MAX)?;
    }
    let goal = match &goal {
        Some(text) => {
            let goal = number(
                context,
                text,
                if width.is_some() {
                    most
                } else {
                    WIDTH_MAX.min(75)
                },
            )?;
            if width.is_none() {
                most = goal + 10;
            }
            goal
        }
        None => most * 187 / 200,
    };
    let lead = prefix.iter().take_while(|byte| **byte == b' ').count();
    let full = prefix[lead..].to_vec();
    let kept = full
        .iter()
        .rposition(|byte| *byte != b' ')
        .map_or(0, |at| at + 1);
    let mut out = Output::stdout();
    let mut code = 0;
    for name in crate::lines::inputs(parsed.operands) {
        let mut text = Vec::new();
        let file = match name.as_slice() {
            b"-" => Ok(File::stdin()),
            path => File::open(path, OpenHow::READ),
        };
        let read = match &file {
            Ok(file) => file.read_to_end(&mut text),
            Err(errno) => Err(*errno),
        };
        if let Err(errno) = read {
            out.flush();
            complain(context, &name, errno, file.is_err());
            code = 1;
        }
        let style = match (split, crown, tagged) {
            (true, ..) => Style::Split,
            (_, true, _) => Style::Crown,
            (.., true) => Style::Tagged,
            _ => Style::Plain,
        };
        let mut paragraphs = Paragraphs {
            text: &text,
            at: 0,
            style,
            uniform,
            lead: lead as i64,
            prefix: &full[..kept],
            full: full.len() as i64,
            breaker: Breaker::new(most, goal),
            tabs: false,
            column: 0,
            next_indent: 0,
            indent: 0,
            first: 0,
            other: 0,
            out_column: 0,
            bytes: 0,
            out: &mut out,
        };
        paragraphs.run();
    }
    Ok(out.finish(context, code))
}

fn complain(context: &Context<'_>, name: &[u8], errno: Errno, opening: bool) {
    if opening {
        let quoted = quote::always(name);
        let subject = [b"cannot open ", quoted.as_slice(), b" for reading"].concat();
        context.say_error(&subject, errno);
    } else {
        context.say_error(b"read error", errno);
    }
}

fn number(context: &Context<'_>, text: &[u8], most: i64) -> Result<i64, i32> {
    let digits = text.strip_prefix(b"+").unwrap_or(text);
    let whole = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
    let value = std::str::from_utf8(digits)
        .ok()
        .and_then(|text| text.parse::<i64>().ok());
    match value.filter(|value| whole && *value <= most) {
        Some(value) => Ok(value),
        None => {
            let range: &[u8] = if whole {
                b": Numerical result out of range"
            } else {
                b""
            };
            context.say(&[b"invalid width: ", quote::always(text).as_slice(), range].concat());
            Err(1)
        }
    }
}

/// One input, gone through byte by byte.
struct Paragraphs<'a> {
    text: &'a [u8],
    at: usize,
    style: Style,
    uniform: bool,
    /// Blanks before the prefix; the prefix without blanks after it, and its
    /// length with them.
    lead: i64,
    prefix: &'a [u8],
    full: i64,
    breaker: Breaker,
    /// Tabs occur, so that they may be written.
    tabs: bool,
    column: i64,
    next_indent: i64,
    indent: i64,
    first: i64,
    other: i64,
    out_column: i64,
    /// Bytes of the words that are held.
    bytes: usize,
    out: &'a mut Output,
}

impl Paragraphs<'_> {
    fn run(&mut self) {
        let mut next = self.start_of_line();
        loop {
            self.breaker.last_length = 0;
            // What is blank, or without the prefix, stays as it is.
            while next.is_none_or(|byte| byte == b'\n')
                || self.next_indent < self.lead
                || self.column < self.next_indent + self.full
            {
                if !self.copy_rest(next) {
                    return;
                }
                self.out.put_byte(b'\n');
                next = self.start_of_line();
            }
            self.indent = self.next_indent;
            self.first = self.column;
            self.breaker.words.clear();
            self.bytes = 0;
            next = self.take_line(next);
            let more = self.continues(next);
            self.set_other(more);
            let follows = match self.style {
                Style::Split => false,
                Style::Tagged => more && self.column != self.first,
                Style::Crown => more,
                Style::Plain => more && self.column == self.other,
            };
            if follows {
                loop {
                    next = self.take_line(next);
                    if !(self.continues(next) && self.column == self.other) {
                        break;
                    }
                }
            }
            if let Some(last) = self.breaker.words.last_mut() {
                last.period = true;
                last.last = true;
            }
            self.breaker.find(self.first, self.other);
            self.put_lines(self.breaker.words.len());
        }
    }

    fn byte(&mut self) -> Option<u8> {
        let byte = self.text.get(self.at).copied();
        self.at += 1;
        byte
    }

    fn blanks(&mut self, mut next: Option<u8>) -> Option<u8> {
        loop {
            match next {
                Some(b' ') => self.column += 1,
                Some(b'\t') => {
                    self.tabs = true;
                    self.column = (self.column / TAB + 1) * TAB;
                }
                _ => return next,
            }
            next = self.byte();
        }
    }

    fn start_of_line(&mut self) -> Option<u8> {
        self.column = 0;
        let first = self.byte();
        let mut next = self.blanks(first);
        if self.prefix.is_empty() {
            self.next_indent = self.lead.min(self.column);
            return next;
        }
        self.next_indent = self.column;
        for byte in self.prefix {
            if next != Some(*byte) {
                return next;
            }
            self.column += 1;
            next = self.byte();
        }
        self.blanks(next)
    }

    /// The next line goes on with the paragraph.
    fn continues(&self, next: Option<u8>) -> bool {
        self.next_indent == self.indent
            && self.column >= self.next_indent + self.full
            && next.is_some_and(|byte| byte != b'\n')
    }

    fn set_other(&mut self, more: bool) {
        match self.style {
            Style::Crown if more => self.other = self.column,
            Style::Tagged if more && self.column != self.first => self.other = self.column,
            Style::Tagged if self.other != self.first => {}
            Style::Tagged => self.other = if self.first == 0 { BODY_INDENT } else { 0 },
            _ => self.other = self.first,
        }
    }

    /// Whether a newline follows what was copied.
    fn copy_rest(&mut self, mut next: Option<u8>) -> bool {
        self.out_column = 0;
        let ended = next.is_none_or(|byte| byte == b'\n');
        if self.column > self.next_indent || !ended {
            self.put_space(self.next_indent);
            for byte in self.prefix {
                if self.out_column == self.column {
                    break;
                }
                self.out.put_byte(*byte);
                self.out_column += 1;
            }
            if !ended {
                self.put_space(self.column - self.out_column);
            }
            if next.is_none() && self.column >= self.next_indent + self.prefix.len() as i64 {
                self.out.put_byte(b'\n');
            }
        }
        loop {
            match next {
                None => return false,
                Some(b'\n') => return true,
                Some(byte) => self.out.put_byte(byte),
            }
            next = self.byte();
        }
    }

    /// Adds the words of a line; gives the first byte of the next.
    fn take_line(&mut self, mut next: Option<u8>) -> Option<u8> {
        loop {
            let mut text = Vec::new();
            while let Some(byte) = next {
                if self.bytes == BYTES_MAX {
                    self.set_other(true);
                    self.flush(&mut text);
                }
                text.push(byte);
                self.bytes += 1;
                next = self.byte();
                if next.is_some_and(|byte| byte.is_ascii_whitespace() || byte == 0x0b) {
                    break;
                }
            }
            self.column += text.len() as i64;
            let mut word = Word::new(text);
            let start = self.column;
            next = self.blanks(next);
            word.space = self.column - start;
            let ended = next.is_none_or(|byte| byte == b'\n');
            word.last = next.is_none() || word.period && (ended || word.space > 1);
            if ended || self.uniform {
                word.space = if word.last { 2 } else { 1 };
            }
            if self.breaker.words.len() == WORDS_MAX - 2 {
                self.set_other(true);
                self.flush(&mut Vec::new());
            }
            self.breaker.words.push(word);
            if ended {
                return self.start_of_line();
            }
        }
    }

    /// Writes part of a paragraph that has become too large to hold.
    fn flush(&mut self, unfinished: &mut Vec<u8>) {
        if self.breaker.words.is_empty() {
            self.out.put(unfinished);
            unfinished.clear();
            self.bytes = 0;
            return;
        }
        self.breaker.find(self.first, self.other);
        let at = self.breaker.good_end();
        self.put_lines(at);
        self.breaker.words.drain(..at);
        let held: usize = self.breaker.words.iter().map(|word| word.text.len()).sum();
        self.bytes = held + unfinished.len();
    }

    fn put_lines(&mut self, end: usize) {
        let mut from = 0;
        while from < end {
            let indent = if from == 0 { self.first } else { self.other };
            let to = self.breaker.words[from].next;
            self.put_line(from, to, indent);
            from = to;
        }
    }

    fn put_line(&mut self, from: usize, to: usize, indent: i64) {
        self.out_column = 0;
        self.put_space(self.indent);
        self.out.put(self.prefix);
        self.out_column += self.prefix.len() as i64;
        self.put_space(indent - self.out_column);
        for at in from..to {
            let word = &self.breaker.words[at];
            self.out.put(&word.text);
            self.out_column += word.text.len() as i64;
            let space = word.space;
            if at + 1 < to {
                self.put_space(space);
            }
        }
        self.breaker.last_length = self.out_column;
        self.out.put_byte(b'\n');
    }

    fn put_space(&mut self, count: i64) {
        let target = self.out_column + count;
        if self.tabs {
            let stop = target / TAB * TAB;
            if self.out_column + 1 < stop {
                while self.out_column < stop {
                    self.out.put_byte(b'\t');
                    self.out_column = (self.out_column / TAB + 1) * TAB;
                }
            }
        }
        while self.out_column < target {
            self.out.put_byte(b' ');
            self.out_column += 1;
        }
    }
}
