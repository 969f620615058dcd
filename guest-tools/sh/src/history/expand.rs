//! Expanding the references of a line: `!!`, `!-2:$`, `^a^b^`.

use super::modify::{Effect, Wrong, modify};
use super::quoting::{Reading, closing, is_syntax, marks};
use super::words::{Picked, pick, words};
use super::{Entry, History};
use crate::exec::Shell;
use crate::text::find;

/// What came of a line.
pub enum Outcome {
    Same,
    Changed(Vec<u8>),
    /// `:p`: to be shown, not to be run.
    Print(Vec<u8>),
    /// A message, without the shell's name.
    Wrong(Vec<u8>),
}

/// Which characters mean what, and the options that matter.
pub struct Rules {
    mark: u8,
    quick: u8,
    comment: u8,
    extglob: bool,
    posix: bool,
}

impl Rules {
    /// From `histchars` and the options.
    pub fn of(sh: &mut Shell) -> Rules {
        let chars = sh.get_text(b"histchars");
        let given = chars.as_deref().unwrap_or(b"!^#");
        let byte = |at: usize| given.get(at).copied();
        let mark = byte(0).unwrap_or(0);
        Rules {
            mark,
            quick: byte(1).unwrap_or(b'^'),
            comment: byte(2).unwrap_or(b'#'),
            extglob: sh.shopt.extglob,
            posix: sh.options.posix,
        }
    }
}

/// Expands a line that starts inside `quote`, or outside quotes (0).
pub fn expand(history: &mut History, line: &[u8], quote: u8, rules: &Rules) -> Outcome {
    let mark = rules.mark;
    if mark == 0 || !line.iter().any(|c| *c == mark || *c == rules.quick) {
        return Outcome::Same;
    }
    history.comment = rules.comment;
    let quick = line.first() == Some(&rules.quick);
    let replaced;
    let line = if quick {
        replaced = [&[mark, mark, b':', b's'], line].concat();
        replaced.as_slice()
    } else {
        line
    };
    let reading = Reading {
        mark,
        quote,
        extglob: rules.extglob,
        posix: rules.posix,
    };
    let mut search = Search {
        line,
        at: 0,
        double: quote == b'"',
        comment: rules.comment,
        reading: &reading,
        marks: &marks(line, &reading),
    };
    if quote == b'\'' {
        search.at = (closing(line, 0, b'\'') + 1).min(line.len());
    }
    // What belongs to other syntax counts only where nothing else is there.
    if !quick {
        let mut first = search.clone();
        loop {
            if !first.next() {
                return Outcome::Same;
            }
            if !is_syntax(line, first.at, first.reading) {
                break;
            }
            first.at += 1;
        }
    }
    let mut out = line[..search.at].to_vec();
    let mut effect = Effect::default();
    let mut found = quick || search.next_into(&mut out);
    while found {
        let text = reference(
            history,
            line,
            &mut search.at,
            search.double,
            &out,
            &mut effect,
        );
        match text {
            Ok(text) => out.extend_from_slice(&text),
            Err(wrong) => {
                let message = [&wrong.part, &b": "[..], wrong.why.as_bytes()];
                return Outcome::Wrong(message.concat());
            }
        }
        found = search.next_into(&mut out);
    }
    match effect.print {
        false => Outcome::Changed(out),
        true => Outcome::Print(out),
    }
}

/// Goes through a line for the expansion character where it means something.
#[derive(Clone)]
struct Search<'a> {
    line: &'a [u8],
    at: usize,
    double: bool,
    comment: u8,
    reading: &'a Reading,
    /// Where the expansion character is not quoted.
    marks: &'a [usize],
}

impl Search<'_> {
    /// Copies up to the next reference.
    fn next_into(&mut self, out: &mut Vec<u8>) -> bool {
        let start = self.at;
        let found = self.next();
        out.extend_from_slice(&self.line[start..self.at]);
        found
    }

    /// Moves to the next reference, or to the end of the line: then false.
    fn next(&mut self) -> bool {
        let (line, since) = (self.line, self.at);
        while let Some(&c) = line.get(self.at) {
            let at = self.at;
            let next = line.get(at + 1).copied();
            if c == self.reading.mark {
                let plain = matches!(next, None | Some(b' ' | b'\t' | b'\n' | b'\r' | b'='))
                    || self.double && next == Some(b'"')
                    || at > since.max(1) && line[at - 1] == b'$' && c == b'!'
                    || self.marks.binary_search(&at).is_err();
                if !plain {
                    return true;
                }
            } else if c == self.comment
                && !self.double
                && (at == 0 || b" \t\n;&()|<>".contains(&line[at - 1]))
            {
                self.at = line.len();
                return false;
            }
            let end = match c {
                b'\\' => at + 2,
                b'$' if !self.double && next == Some(b'\'') => ansi_end(line, at + 2),
                b'\'' if !self.double => closing(line, at + 1, b'\'') + 1,
                b'"' => {
                    self.double = !self.double;
                    at + 1
                }
                _ => at + 1,
            };
            self.at = end.min(line.len());
        }
        false
    }
}

/// The end of `$'…'`.
fn ansi_end(line: &[u8], mut at: usize) -> usize {
    while at < line.len() && line[at] != b'\'' {
        at += 1 + usize::from(line[at] == b'\\');
    }
    at + 1
}

/// Expands the reference at a position and passes it; `so_far` is the line before it.
fn reference(
    history: &mut History,
    line: &[u8],
    at: &mut usize,
    double: bool,
    so_far: &[u8],
    effect: &mut Effect,
) -> Result<Vec<u8>, Wrong> {
    let start = *at;
    *at += 1;
    let event = match line.get(*at) {
        Some(b':' | b'$' | b'*' | b'%' | b'^') => newest(history, 1).map(|at| text(history, at)),
        Some(b'#') => {
            *at += 1;
            Some(so_far.to_vec())
        }
        _ => event(history, line, at, double),
    };
    let Some(event) = event else {
        return Err(Wrong {
            part: line[start..*at].to_vec(),
            why: "event not found",
        });
    };
    let designator = *at;
    let picked = match pick(history, &event, line, at) {
        Picked::Line => event,
        Picked::Words(words) => words,
        Picked::Missing => {
            return Err(Wrong {
                part: line[designator..*at].to_vec(),
                why: "bad word specifier",
            });
        }
    };
    modify(history, picked, line, at, effect)
}

fn text(history: &History, at: usize) -> Vec<u8> {
    history.entries[at].text.clone()
}

/// The entry so many before the end.
fn newest(history: &History, back: usize) -> Option<usize> {
    history.entries.len().checked_sub(back)
}

/// The entry that an event designator means, which is passed.
fn event(history: &mut History, line: &[u8], at: &mut usize, double: bool) -> Option<Vec<u8>> {
    let rest = &line[*at..];
    if rest.first() == Some(&line[*at - 1]) {
        *at += 1;
        return newest(history, 1).map(|at| text(history, at));
    }
    let minus = usize::from(rest.first() == Some(&b'-'));
    let digits = rest[minus..]
        .iter()
        .take_while(|c| c.is_ascii_digit())
        .count();
    if digits > 0 {
        *at += minus + digits;
        let number = std::str::from_utf8(&rest[minus..minus + digits]).ok()?;
        let number: i64 = number.parse().ok()?;
        let place = match minus {
            0 => history.place(number),
            _ => usize::try_from(number)
                .ok()
                .filter(|back| *back > 0)
                .and_then(|back| newest(history, back)),
        };
        return place.map(|at| text(history, at));
    }
    let anywhere = rest.first() == Some(&b'?');
    if anywhere {
        *at += 1;
    }
    let rest = &line[*at..];
    let ends = |(place, c): (usize, &u8)| match c {
        b'\n' => true,
        b'?' if anywhere => true,
        _ if anywhere => false,
        b' ' | b'\t' | b':' | b';' | b'&' | b'(' | b')' | b'|' | b'<' | b'>' => true,
        b'^' | b'$' | b'*' | b'%' | b'-' => place > 0,
        b'"' => double,
        _ => false,
    };
    let len = rest
        .iter()
        .enumerate()
        .position(|(place, c)| ends((place, c)));
    let len = len.unwrap_or(rest.len());
    let mut wanted = rest[..len].to_vec();
    *at += len;
    if anywhere {
        *at += usize::from(line.get(*at) == Some(&b'?'));
        if wanted.is_empty() {
            wanted.clone_from(&history.sought);
        }
    }
    if wanted.is_empty() {
        return None;
    }
    let fits = |entry: &Entry| match anywhere {
        true => find(&entry.text, &wanted),
        false => entry.text.starts_with(&wanted).then_some(0),
    };
    let (place, found_at) = (0..history.entries.len())
        .rev()
        .find_map(|at| Some((at, fits(&history.entries[at])?)))?;
    let found = text(history, place);
    if anywhere {
        history.sought = wanted;
        let words = words(&found, history.comment);
        let word = words
            .iter()
            .find(|(start, end)| (*start..*end).contains(&found_at));
        history.found = word.map_or_else(Vec::new, |(start, end)| found[*start..*end].to_vec());
    }
    Some(found)
}
