//! `-D`, `--line-format`, `--old-group-format` and their kin: both files merged
//! by formats.

use super::hunks::Change;
use super::lines::Printer;
use super::text::{Text, content};
use wardian_applet::text::pad;

/// Indexes into the formats.
const UNCHANGED: usize = 0;
const OLD: usize = 1;
const NEW: usize = 2;
const CHANGED: usize = 3;
/// Deepest nesting of `%(…?…:…)`.
const DEPTH_MAX: usize = 64;

/// A run of lines of both files.
struct Group<'a> {
    texts: [&'a Text; 2],
    from: [usize; 2],
    to: [usize; 2],
}

/// Prints both files merged.
pub fn merged(p: &mut Printer<'_>, texts: [&Text; 2], changes: &[Change]) {
    let mut next = [0, 0];
    let end = [texts[0].len(), texts[1].len()];
    let unchanged = |p: &mut Printer<'_>, from: [usize; 2], to: [usize; 2]| {
        if from != to {
            group(p, UNCHANGED, &Group { texts, from, to });
        }
    };
    for change in changes.iter().filter(|change| !change.ignored) {
        unchanged(p, next, change.start);
        let kind = match change.count {
            [0, _] => NEW,
            [_, 0] => OLD,
            _ => CHANGED,
        };
        next = [change.end(0), change.end(1)];
        let lines = Group {
            texts,
            from: change.start,
            to: next,
        };
        group(p, kind, &lines);
    }
    unchanged(p, next, end);
}

fn group(p: &mut Printer<'_>, kind: usize, lines: &Group<'_>) {
    let formats = &p.config.formats.group;
    let default = |kind: usize| -> Vec<u8> {
        let own: &[u8] = [b"%=".as_slice(), b"%<", b"%>"][kind];
        formats[kind].clone().unwrap_or_else(|| own.to_vec())
    };
    let format = match kind {
        CHANGED => formats[CHANGED]
            .clone()
            .unwrap_or_else(|| [default(OLD), default(NEW)].concat()),
        kind => default(kind),
    };
    expand(p, &format, 0, lines, true, 0);
}

/// Expands a group's format up to the end byte (0: to its end); gives the rest.
fn expand<'f>(
    p: &mut Printer<'_>,
    mut format: &'f [u8],
    end: u8,
    lines: &Group<'_>,
    live: bool,
    depth: usize,
) -> &'f [u8] {
    while let Some((&byte, tail)) = format.split_first() {
        if end != 0 && byte == end {
            return format;
        }
        format = tail;
        if byte != b'%' {
            if live {
                p.out.put_byte(byte);
            }
            continue;
        }
        let Some((&letter, tail)) = format.split_first() else {
            break;
        };
        match letter {
            b'%' => {
                if live {
                    p.put(b"%");
                }
                format = tail;
            }
            b'<' | b'>' | b'=' => {
                format = tail;
                if live {
                    let (kind, f) = match letter {
                        b'<' => (OLD, 0),
                        b'>' => (NEW, 1),
                        _ => (UNCHANGED, 0),
                    };
                    self::lines(p, kind, lines, f);
                }
            }
            b'(' if depth < DEPTH_MAX => format = condition(p, tail, lines, live, depth),
            b'c' => match character(tail) {
                Some((byte, rest)) => {
                    format = rest;
                    if live {
                        p.out.put_byte(byte);
                    }
                }
                None => {
                    if live {
                        p.put(b"%");
                    }
                }
            },
            _ => {
                let value = |letter: u8| lines.value(letter);
                match number(format, value) {
                    Some((text, rest)) => {
                        format = rest;
                        if live {
                            p.put(&text);
                        }
                    }
                    None => {
                        if live {
                            p.put(b"%");
                        }
                    }
                }
            }
        }
    }
    format
}

/// `%(A=B?T:E)`; gives what follows it.
fn condition<'f>(
    p: &mut Printer<'_>,
    format: &'f [u8],
    lines: &Group<'_>,
    live: bool,
    depth: usize,
) -> &'f [u8] {
    let parsed = operand(format, lines).and_then(|(a, rest)| {
        let (b, rest) = operand(rest.strip_prefix(b"=")?, lines)?;
        Some((a == b, rest.strip_prefix(b"?")?))
    });
    let Some((holds, rest)) = parsed else {
        if live {
            p.put(b"%(");
        }
        return format;
    };
    let rest = expand(p, rest, b':', lines, live && holds, depth + 1);
    let rest = match rest.strip_prefix(b":") {
        Some(rest) => expand(p, rest, b')', lines, live && !holds, depth + 1),
        None => rest,
    };
    rest.strip_prefix(b")").unwrap_or(rest)
}

fn operand<'f>(format: &'f [u8], lines: &Group<'_>) -> Option<(u64, &'f [u8])> {
    let digits = format
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    if digits > 0 {
        let text = std::str::from_utf8(&format[..digits]).ok()?;
        return Some((text.parse().ok()?, &format[digits..]));
    }
    let (letter, rest) = format.split_first()?;
    Some((lines.value(*letter)?, rest))
}

impl Group<'_> {
    /// The number that a letter stands for; capitals are for the second file.
    fn value(&self, letter: u8) -> Option<u64> {
        let f = usize::from(letter.is_ascii_uppercase());
        let (from, to) = (self.from[f], self.to[f]);
        Some(match letter.to_ascii_lowercase() {
            b'e' => from,
            b'f' => from + 1,
            b'l' => to,
            b'm' => to + 1,
            b'n' => to - from,
            _ => return None,
        } as u64)
    }
}

/// `[-'0][WIDTH][.PRECISION]{doxX}LETTER`, after the `%`.
fn number(format: &[u8], value: impl Fn(u8) -> Option<u64>) -> Option<(Vec<u8>, &[u8])> {
    let mut rest = format;
    let (mut left, mut zero) = (false, false);
    while let Some((flag @ (b'-' | b'\'' | b'0'), tail)) = rest.split_first() {
        left |= *flag == b'-';
        zero |= *flag == b'0';
        rest = tail;
    }
    let count = |rest: &mut &[u8]| {
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let text = std::str::from_utf8(&rest[..digits]).unwrap_or("");
        *rest = &rest[digits..];
        text.parse().unwrap_or(0).min(pad::WIDTH_MAX)
    };
    let width = count(&mut rest);
    let precision = rest.strip_prefix(b".").map(|mut tail| {
        let precision = count(&mut tail);
        rest = tail;
        precision
    });
    let (conversion, tail) = rest.split_first()?;
    let (letter, tail) = tail.split_first()?;
    let value = value(*letter)?;
    let digits = match conversion {
        b'd' => value.to_string(),
        b'o' => format!("{value:o}"),
        b'x' => format!("{value:x}"),
        b'X' => format!("{value:X}"),
        _ => return None,
    };
    let digits = pad::right(&digits, precision.unwrap_or(0), '0');
    let text = match (left, zero && precision.is_none()) {
        (true, _) => pad::left(&digits, width, ' '),
        (_, true) => pad::right(&digits, width, '0'),
        _ => pad::right(&digits, width, ' '),
    };
    Some((text.into_bytes(), tail))
}

/// `'C'` or `'\OOO'`, after the `%c`.
fn character(format: &[u8]) -> Option<(u8, &[u8])> {
    match format {
        [b'\'', b'\\', rest @ ..] => {
            let digits = rest.iter().take_while(|b| (b'0'..b'8').contains(b)).count();
            let value = rest[..digits].iter().try_fold(0u32, |sum, digit| {
                (sum < 256).then_some(sum * 8 + u32::from(digit - b'0'))
            })?;
            let rest = rest[digits..].strip_prefix(b"'")?;
            Some((u8::try_from(value).ok().filter(|_| digits > 0)?, rest))
        }
        [b'\'', byte, b'\'', rest @ ..] if *byte != b'\'' => Some((*byte, rest)),
        _ => None,
    }
}

/// Lines of one file, each after the format for its kind.
fn lines(p: &mut Printer<'_>, kind: usize, group: &Group<'_>, f: usize) {
    let format = p.config.formats.line[kind].as_deref().unwrap_or(b"%l\n");
    for at in group.from[f]..group.to[f] {
        let line = group.texts[f].line(at);
        let mut rest = format;
        while let Some((&byte, tail)) = rest.split_first() {
            rest = tail;
            if byte != b'%' {
                p.out.put_byte(byte);
                continue;
            }
            match rest {
                [b'%', tail @ ..] => {
                    p.put(b"%");
                    rest = tail;
                }
                [b'l', tail @ ..] => {
                    p.bare(content(line), b"");
                    rest = tail;
                }
                [b'L', tail @ ..] => {
                    p.bare(line, b"");
                    rest = tail;
                }
                _ => {
                    let special = match rest {
                        [b'c', tail @ ..] => character(tail).map(|(c, tail)| (vec![c], tail)),
                        _ => number(rest, |letter| (letter == b'n').then_some(at as u64 + 1)),
                    };
                    match special {
                        Some((text, tail)) => {
                            p.put(&text);
                            rest = tail;
                        }
                        None => p.put(b"%"),
                    }
                }
            }
        }
    }
}
