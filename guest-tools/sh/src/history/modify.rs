//! The modifiers after a word designator: `:h`, `:s/a/b/` and so on.

use super::History;
use crate::text::find;

/// Why a reference cannot be expanded, with the part of the line to name.
pub struct Wrong {
    pub part: Vec<u8>,
    pub why: &'static str,
}

/// What the modifiers ask for beside a new text.
#[derive(Default)]
pub struct Effect {
    /// `:p`: the line is shown, not run.
    pub print: bool,
}

/// How far a substitution goes.
#[derive(Clone, Copy, PartialEq)]
enum Reach {
    First,
    All,
    EachWord,
}

/// Applies the modifiers at a position of `line` to the text picked.
pub fn modify(
    history: &mut History,
    mut text: Vec<u8>,
    line: &[u8],
    at: &mut usize,
    effect: &mut Effect,
) -> Result<Vec<u8>, Wrong> {
    let start = *at;
    let mut quote = 0;
    let mut reach = Reach::First;
    while line.get(*at) == Some(&b':') {
        let mut letter = line.get(*at + 1).copied().unwrap_or(0);
        if matches!(letter, b'g' | b'a' | b'G') {
            reach = if letter == b'G' {
                Reach::EachWord
            } else {
                Reach::All
            };
            *at += 1;
            letter = line.get(*at + 1).copied().unwrap_or(0);
        }
        *at = (*at + 2).min(line.len());
        match letter {
            b'q' | b'x' => quote = letter,
            b'p' => effect.print = true,
            b'h' => cut(&mut text, b'/', |text, slash| text.truncate(slash)),
            b'r' => cut(&mut text, b'.', |text, dot| text.truncate(dot)),
            b't' => cut(&mut text, b'/', |text, slash| {
                text.drain(..=slash);
            }),
            b'e' => cut(&mut text, b'.', |text, dot| {
                text.drain(..dot);
            }),
            b's' | b'&' => {
                if letter == b's' {
                    read_substitution(history, line, at);
                }
                if history.old.is_empty() {
                    return Err(Wrong {
                        part: line[start..*at].to_vec(),
                        why: "no previous substitution",
                    });
                }
                if !substitute(history, &mut text, reach) {
                    return Err(Wrong {
                        part: line[start..*at].to_vec(),
                        why: "substitution failed",
                    });
                }
                reach = Reach::First;
            }
            _ => {
                return Err(Wrong {
                    part: line[*at - usize::from(letter != 0)..*at].to_vec(),
                    why: "unrecognized history modifier",
                });
            }
        }
    }
    Ok(match quote {
        0 => text,
        quote => quoted(&text, quote == b'x'),
    })
}

/// Does something at the last `mark`, if there is one.
fn cut(text: &mut Vec<u8>, mark: u8, change: impl Fn(&mut Vec<u8>, usize)) {
    if let Some(at) = text.iter().rposition(|c| *c == mark) {
        change(text, at);
    }
}

/// Reads `/old/new/` after `:s` and notes both.
fn read_substitution(history: &mut History, line: &[u8], at: &mut usize) {
    let Some(&mark) = line.get(*at) else {
        return;
    };
    *at += 1;
    let old = read_part(line, at, mark);
    if !old.is_empty() {
        history.old = old;
    } else if history.old.is_empty() {
        history.old.clone_from(&history.sought);
    }
    let mut new = Vec::new();
    let raw = read_part(line, at, mark);
    let mut from = 0;
    while let Some(&c) = raw.get(from) {
        match c {
            b'&' => new.extend_from_slice(&history.old),
            b'\\' if raw.get(from + 1) == Some(&b'&') => {
                new.push(b'&');
                from += 1;
            }
            c => new.push(c),
        }
        from += 1;
    }
    history.replacement = new;
}

/// Reads up to the mark and passes it.
fn read_part(line: &[u8], at: &mut usize, mark: u8) -> Vec<u8> {
    let mut part = Vec::new();
    while let Some(&c) = line.get(*at) {
        *at += 1;
        if c == mark {
            break;
        }
        if c == b'\\' && line.get(*at) == Some(&mark) {
            part.push(mark);
            *at += 1;
        } else {
            part.push(c);
        }
    }
    part
}

/// Replaces; false if the old text is not there.
fn substitute(history: &History, text: &mut Vec<u8>, reach: Reach) -> bool {
    let (old, new) = (&history.old, &history.replacement);
    let mut out = Vec::with_capacity(text.len());
    let mut from = 0;
    let mut any = false;
    let words = match reach {
        Reach::EachWord => super::words::words(text, history.comment),
        _ => Vec::new(),
    };
    while let Some(place) = find(&text[from..], old).map(|place| from + place) {
        out.extend_from_slice(&text[from..place]);
        out.extend_from_slice(new);
        from = place + old.len();
        any = true;
        match reach {
            Reach::First => break,
            Reach::All => {}
            Reach::EachWord => {
                // On to the next word.
                let end = words.iter().find(|(_, end)| *end > place);
                let end = end.map_or(text.len(), |(_, end)| (*end).max(from));
                out.extend_from_slice(&text[from..end]);
                from = end;
            }
        }
    }
    out.extend_from_slice(&text[from..]);
    *text = out;
    any
}

/// In single quotes, each word of its own if `apart`.
fn quoted(text: &[u8], apart: bool) -> Vec<u8> {
    let mut out = vec![b'\''];
    for &c in text {
        match c {
            b'\'' => out.extend_from_slice(b"'\\''"),
            b' ' | b'\t' | b'\n' if apart => out.extend_from_slice(&[b'\'', c, b'\'']),
            c => out.push(c),
        }
    }
    out.push(b'\'');
    out
}
