//! The words of a remembered line, and those that `:2-$` and its like mean.

use super::History;
use super::quoting::closing;

/// Where the words of a line are, up to a comment. Operators are words of their own.
pub fn words(line: &[u8], comment: u8) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut at = 0;
    loop {
        while matches!(line.get(at), Some(b' ' | b'\t' | b'\n')) {
            at += 1;
        }
        if at >= line.len() || line[at] == comment {
            return found;
        }
        let end = word_end(line, at).max(at + 1).min(line.len());
        found.push((at, end));
        at = end;
    }
}

/// Operators that are words of their own, none before one that it begins with.
const OPERATORS: &[&[u8]] = &[
    b"<<<", b"<<-", b"<<", b">>", b"<&", b">&", b"&>", b">|", b";;", b"&&", b"||", b"(", b")",
    b"<", b">", b";", b"&", b"|",
];

/// Where the word that starts here ends.
fn word_end(line: &[u8], start: usize) -> usize {
    let digits = |from: usize| {
        line[from..]
            .iter()
            .take_while(|c| c.is_ascii_digit())
            .count()
    };
    // A number is part of the redirection that follows it.
    let at = start + digits(start);
    let number = at > start;
    let rest = &line[at..];
    if number && !matches!(rest.first(), Some(b'<' | b'>')) {
        return text_end(line, at);
    }
    if rest.starts_with(b"<(") || rest.starts_with(b">(") {
        return group_end(line, at + 2);
    }
    let Some(operator) = OPERATORS.iter().find(|operator| rest.starts_with(operator)) else {
        return text_end(line, at);
    };
    let end = at + operator.len();
    if !matches!(**operator, [b'<' | b'>', b'&']) {
        return end;
    }
    // What is duplicated or closed.
    let end = end + digits(end);
    end + usize::from(line.get(end) == Some(&b'-'))
}

/// Where text ends: at a blank or an operator outside its quotes and parentheses.
fn text_end(line: &[u8], mut at: usize) -> usize {
    while let Some(&c) = line.get(at) {
        at = match c {
            b'\\' => at + 2,
            b'\'' | b'"' | b'`' => closing(line, at + 1, c) + 1,
            b'$' | b'!' | b'@' | b'?' | b'+' | b'*' | b'<' | b'>'
                if line.get(at + 1) == Some(&b'(') =>
            {
                group_end(line, at + 2)
            }
            b' ' | b'\t' | b'\n' | b';' | b'&' | b'(' | b')' | b'|' | b'<' | b'>' => break,
            _ => at + 1,
        };
    }
    at.min(line.len())
}

/// Where a group of parentheses ends whose first one is before `at`.
fn group_end(line: &[u8], mut at: usize) -> usize {
    let mut open = 1;
    while open > 0
        && let Some(&c) = line.get(at)
    {
        match c {
            b'\\' => at += 1,
            b'(' => open += 1,
            b')' => open -= 1,
            _ => {}
        }
        at += 1;
    }
    at.min(line.len())
}

/// What a word designator picks.
pub enum Picked {
    /// None stands here: the whole line.
    Line,
    Words(Vec<u8>),
    /// There are no such words.
    Missing,
}

/// A place among the words.
#[derive(Clone, Copy)]
enum Place {
    At(usize),
    Last,
    BeforeLast,
}

/// Reads a word designator at a position of `text` and picks from `line`.
pub fn pick(history: &History, line: &[u8], text: &[u8], at: &mut usize) -> Picked {
    let join = |first, last| join(line, history.comment, first, last);
    let colon = text.get(*at) == Some(&b':');
    let mut next = *at + usize::from(colon);
    let byte = |at: usize| text.get(at).copied().unwrap_or(0);
    let first = match byte(next) {
        b'%' => {
            *at = next + 1;
            return Picked::Words(history.found.clone());
        }
        b'*' => {
            *at = next + 1;
            return match join(Place::At(1), Place::Last) {
                Some(words) => Picked::Words(words),
                None => Picked::Words(Vec::new()),
            };
        }
        b'$' => {
            *at = next + 1;
            return match join(Place::Last, Place::Last) {
                Some(words) => Picked::Words(words),
                None => Picked::Missing,
            };
        }
        b'-' => 0,
        b'^' => {
            next += 1;
            1
        }
        c if c.is_ascii_digit() && colon => number(text, &mut next),
        _ => return Picked::Line,
    };
    let last = match byte(next) {
        b'^' => {
            next += 1;
            Place::At(1)
        }
        b'*' => {
            next += 1;
            Place::Last
        }
        b'-' => {
            next += 1;
            match byte(next) {
                c if c.is_ascii_digit() => Place::At(number(text, &mut next)),
                b'$' => {
                    next += 1;
                    Place::Last
                }
                b'^' => {
                    next += 1;
                    Place::At(1)
                }
                _ => Place::BeforeLast,
            }
        }
        _ => Place::At(first),
    };
    *at = next;
    match join(Place::At(first), last) {
        Some(words) => Picked::Words(words),
        None => Picked::Missing,
    }
}

fn number(text: &[u8], at: &mut usize) -> usize {
    let mut number = 0usize;
    while let Some(digit) = text.get(*at).filter(|c| c.is_ascii_digit()) {
        number = number
            .saturating_mul(10)
            .saturating_add(usize::from(digit - b'0'));
        *at += 1;
    }
    number
}

/// The words from one place to another, with a blank between them.
fn join(line: &[u8], comment: u8, first: Place, last: Place) -> Option<Vec<u8>> {
    let words = words(line, comment);
    let place = |place| match place {
        Place::At(at) => Some(at),
        Place::Last => words.len().checked_sub(1),
        Place::BeforeLast => words.len().checked_sub(2),
    };
    let (first, end) = (place(first)?, place(last)?.checked_add(1)?);
    // Only `x-` can mean no words at all.
    let least = first + usize::from(!matches!(last, Place::BeforeLast));
    if first >= words.len() || end > words.len() || end < least {
        return None;
    }
    let picked: Vec<&[u8]> = words[first..end]
        .iter()
        .map(|(start, end)| &line[*start..*end])
        .collect();
    Some(picked.join(&b' '))
}
