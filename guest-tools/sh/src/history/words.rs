//! The words of a remembered line, and those that `:2-$` and its like mean.

use super::History;

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

/// Where the word that starts here ends.
fn word_end(line: &[u8], start: usize) -> usize {
    let byte = |at: usize| line.get(at).copied().unwrap_or(0);
    let digits = line[start..].iter().take_while(|c| c.is_ascii_digit());
    let mut at = start + digits.count();
    // A number is part of the redirection that follows it.
    if at > start && !matches!(byte(at), b'<' | b'>') {
        return text_end(line, at, 0);
    }
    let (first, second) = (byte(at), byte(at + 1));
    match (first, second) {
        (b'(' | b')', _) => at + 1,
        (b'<', b'<') => at + 2 + usize::from(matches!(byte(at + 2), b'<' | b'-')),
        (b'<' | b'>' | b';' | b'&' | b'|', second) if first == second => at + 2,
        (b'<' | b'>', b'&') => {
            at += 2;
            at += line[at..].iter().take_while(|c| c.is_ascii_digit()).count();
            at + usize::from(byte(at) == b'-')
        }
        (b'&', b'>') | (b'>', b'|') => at + 2,
        (b'<' | b'>', b'(') => text_end(line, at + 2, 1),
        (b'<' | b'>' | b';' | b'&' | b'|', _) => at + 1,
        _ => text_end(line, at, 0),
    }
}

/// Where text with quotes and parentheses ends; so many are open already.
fn text_end(line: &[u8], mut at: usize, mut open: usize) -> usize {
    let mut quote = 0;
    while let Some(&c) = line.get(at) {
        let next = line.get(at + 1).copied();
        let escapes = match quote {
            b'\'' => false,
            b'"' => matches!(next, Some(b'\\' | b'`' | b'$' | b'"' | b'\n')),
            _ => true,
        };
        if c == b'\\' && (escapes || next == Some(b'\n')) {
            at += 2;
            continue;
        }
        if open > 0 {
            match c {
                b'(' => open += 1,
                b')' => open -= 1,
                _ => {}
            }
        } else if quote != 0 {
            if c == quote {
                quote = 0;
            }
        } else if matches!(c, b'<' | b'>' | b'$' | b'!' | b'@' | b'?' | b'+' | b'*')
            && next == Some(b'(')
        {
            open = 1;
            at += 1;
        } else if is_delimiter(c) {
            break;
        } else if matches!(c, b'"' | b'\'' | b'`') {
            quote = c;
        }
        at += 1;
    }
    at.min(line.len())
}

/// Whether a byte outside quotes ends a word.
fn is_delimiter(c: u8) -> bool {
    matches!(
        c,
        b' ' | b'\t' | b'\n' | b';' | b'&' | b'(' | b')' | b'|' | b'<' | b'>'
    )
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
