//! `expand` and `unexpand`.

use super::{Reader, inputs};
use crate::Args;
use crate::cli::{Context, Opt, Order, Output, parse};
use crate::text::quote;

#[rustfmt::skip]
const EXPAND: &[Opt] = &[
    Opt::flag(b'i', "initial"),
    Opt::value(b't', "tabs"),
];
#[rustfmt::skip]
const UNEXPAND: &[Opt] = &[
    Opt::flag(b'a', "all"),
    Opt::flag(1, "first-only"),
    Opt::value(b't', "tabs"),
];

/// Where tabs stop.
#[derive(Default)]
struct Stops {
    list: Vec<usize>,
    /// Beyond the list: every so many columns from 0.
    every: Option<usize>,
    /// Beyond the list: every so many columns from the list's last.
    after_last: Option<usize>,
}

impl Stops {
    /// The first stop after a column; `None`: there is none.
    fn next(&self, column: usize) -> Option<usize> {
        if self.list.is_empty()
            || self.list.len() == 1 && self.every.is_none() && self.after_last.is_none()
        {
            let size = self
                .list
                .first()
                .copied()
                .or(self.every)
                .or(self.after_last)
                .unwrap_or(8);
            return Some(column + size - column % size);
        }
        if let Some(stop) = self.list.iter().find(|stop| **stop > column) {
            return Some(*stop);
        }
        if let Some(size) = self.every {
            return Some(column + size - column % size);
        }
        let last = self.list.last().copied().unwrap_or(0);
        self.after_last
            .map(|size| column + size - (column - last) % size)
    }

    /// Adds what `-t` gives.
    fn add(&mut self, context: &Context<'_>, text: &[u8]) -> Result<(), i32> {
        let fail = |text: &[u8]| {
            context.say(text);
            1
        };
        for item in text.split(|byte| matches!(byte, b',' | b' ' | b'\t')) {
            let marks = item.iter().take_while(|b| matches!(b, b'/' | b'+')).count();
            let (marks, digits) = item.split_at(marks);
            if item.is_empty() {
                continue;
            }
            // Of several marks the last counts.
            let mark = marks.last().copied().unwrap_or(0);
            if self.every.is_some() || self.after_last.is_some() {
                let before = if self.every.is_some() { '/' } else { '+' };
                if mark == 0 {
                    let text = format!("'{before}' specifier only allowed with the last value");
                    return Err(fail(text.as_bytes()));
                }
            }
            let bad = digits.iter().position(|b| !b.is_ascii_digit());
            if let Some(at) = bad {
                let rest = &digits[at..];
                let (what, shown): (&[u8], &[u8]) = if matches!(rest[0], b'/' | b'+') {
                    (b" specifier not at start of number: ", rest)
                } else {
                    (b"tab size contains invalid character(s): ", rest)
                };
                let quoted = quote::always(shown);
                if what[0] == b' ' {
                    let mark = quote::always(&rest[..1]);
                    return Err(fail(&[mark.as_slice(), what, &quoted].concat()));
                }
                return Err(fail(&[what, &quoted].concat()));
            }
            let number = std::str::from_utf8(digits)
                .ok()
                .and_then(|text| text.parse().ok());
            let number: usize = match number {
                Some(number) => number,
                None if digits.is_empty() => 0,
                None => {
                    return Err(fail(
                        &[b"tab stop is too large ".as_slice(), &quote::always(digits)].concat(),
                    ));
                }
            };
            let place = match mark {
                b'/' => &mut self.every,
                b'+' => &mut self.after_last,
                _ => {
                    self.list.push(number);
                    continue;
                }
            };
            if place.is_some() {
                let text = format!(
                    "'{}' specifier only allowed with the last value",
                    char::from(mark)
                );
                return Err(fail(text.as_bytes()));
            }
            *place = (number > 0).then_some(number);
        }
        Ok(())
    }

    fn check(&self, context: &Context<'_>) -> Result<(), i32> {
        let problem: &[u8] = if self.list.contains(&0) {
            b"tab size cannot be 0"
        } else if !self.list.is_sorted_by(|a, b| a < b) {
            b"tab sizes must be ascending"
        } else if self.every.is_some() && self.after_last.is_some() {
            b"'/' specifier is mutually exclusive with '+'"
        } else {
            return Ok(());
        };
        context.say(problem);
        Err(1)
    }
}

/// The arguments with `-NUMBERS` as `-t NUMBERS`.
fn modern(args: &Args) -> Args {
    let modern = |arg: &Vec<u8>| match arg.as_slice() {
        [b'-', b'0'..=b'9', ..] => [b"-t", &arg[1..]].concat(),
        _ => arg.clone(),
    };
    args.iter().map(modern).collect()
}

/// Runs `expand`.
pub fn expand(args: &Args) -> i32 {
    let context = Context::new(args, "expand", 1);
    let parsed = match parse(&context, &modern(args), EXPAND, Order::Permute) {
        Ok(parsed) => parsed,
        Err(code) => return code,
    };
    let (mut stops, mut initial) = (Stops::default(), false);
    for (letter, _, value) in parsed.options {
        if letter == b'i' {
            initial = true;
        } else if let Err(code) = stops.add(&context, &value.unwrap_or_default()) {
            return code;
        }
    }
    each(&context, stops, parsed.operands, |stops, line, out| {
        expand_line(stops, line, initial, out);
    })
}

fn expand_line(stops: &Stops, line: &[u8], initial: bool, out: &mut Output) {
    let mut rest = line;
    let mut column = 0;
    while let Some(at) = memchr::memchr2(b'\t', 8, rest) {
        let (text, tail) = rest.split_at(at);
        if initial && text.iter().any(|byte| *byte != b' ') {
            break;
        }
        out.put(text);
        column += text.len();
        if tail[0] == 8 {
            out.put_byte(8);
            column = column.saturating_sub(1);
            if initial {
                rest = &tail[1..];
                break;
            }
        } else {
            let stop = stops.next(column).unwrap_or(column + 1);
            while column < stop {
                out.put_byte(b' ');
                column += 1;
            }
        }
        rest = &tail[1..];
    }
    out.put(rest);
}

/// Runs `unexpand`.
pub fn unexpand(args: &Args) -> i32 {
    let context = Context::new(args, "unexpand", 1);
    // Numbers as options do not ask for all blanks, `-t` does.
    let old = |arg: &Vec<u8>| matches!(arg.as_slice(), [b'-', b'0'..=b'9', ..]);
    let only_old = args.iter().any(old)
        && !args
            .iter()
            .any(|arg| arg.starts_with(b"-t") || arg.starts_with(b"--t"));
    let parsed = match parse(&context, &modern(args), UNEXPAND, Order::Permute) {
        Ok(parsed) => parsed,
        Err(code) => return code,
    };
    let (mut stops, mut all, mut first) = (Stops::default(), false, false);
    for (letter, _, value) in parsed.options {
        match letter {
            b'a' => all = true,
            1 => first = true,
            _ => {
                all |= !only_old;
                if let Err(code) = stops.add(&context, &value.unwrap_or_default()) {
                    return code;
                }
            }
        }
    }
    let all = all && !first;
    each(&context, stops, parsed.operands, |stops, line, out| {
        unexpand_line(stops, line, all, out);
    })
}

fn unexpand_line(stops: &Stops, line: &[u8], all: bool, out: &mut Output) {
    let mut pending: Vec<u8> = Vec::new();
    let (mut column, mut convert, mut prev_blank, mut one_before_stop) = (0, true, true, false);
    let mut next_stop = 0;
    for (index, &byte) in line.iter().enumerate() {
        if !convert {
            out.put(&line[index..]);
            return;
        }
        let blank = matches!(byte, b' ' | b'\t');
        let mut byte = byte;
        if blank {
            match stops.next(column) {
                None => convert = false,
                Some(stop) => {
                    next_stop = stop;
                    if byte == b'\t' {
                        column = stop;
                        if !pending.is_empty() {
                            pending[0] = b'\t';
                        }
                    } else {
                        column += 1;
                        if !(prev_blank && column == next_stop) {
                            // It is not yet known whether the blank becomes part of a tab.
                            if column == next_stop {
                                one_before_stop = true;
                            }
                            pending.push(byte);
                            prev_blank = true;
                            continue;
                        }
                        // The pending blanks and this one are one tab.
                        byte = b'\t';
                        if !pending.is_empty() {
                            pending[0] = b'\t';
                        }
                    }
                    // Of pending blanks only the first may stay, as a tab.
                    pending.truncate(usize::from(one_before_stop));
                }
            }
        } else if byte == 8 {
            column = column.saturating_sub(1);
            next_stop = column;
        } else {
            column += 1;
        }
        let _ = next_stop;
        if !pending.is_empty() {
            if pending.len() > 1 && one_before_stop {
                pending[0] = b'\t';
            }
            out.put(&pending);
            pending.clear();
            one_before_stop = false;
        }
        prev_blank = blank;
        convert &= all || blank;
        out.put_byte(byte);
    }
    out.put(&pending);
}

fn each(
    context: &Context<'_>,
    stops: Stops,
    operands: Vec<Vec<u8>>,
    work: impl Fn(&Stops, &[u8], &mut Output),
) -> i32 {
    if let Err(code) = stops.check(context) {
        return code;
    }
    let mut out = Output::stdout();
    let mut code = 0;
    for name in inputs(operands) {
        let Some(mut reader) = Reader::open(context, &name) else {
            code = 1;
            continue;
        };
        while let Some(line) = reader.next(b'\n') {
            work(&stops, line, &mut out);
            if out.failed() {
                break;
            }
        }
        if reader.error().is_some() {
            out.flush();
            reader.complain(context, &name);
            code = 1;
        }
    }
    out.finish(context, code)
}
