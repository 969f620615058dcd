//! The right-hand side of `s`: text, groups, and changes of case.

use super::escape;
use wardian_posix_regex::Span;

/// A compiled replacement.
#[derive(Clone, Debug, Default)]
pub struct Replacement {
    parts: Vec<Part>,
    /// The highest group that it names.
    pub groups: usize,
    changes_case: bool,
}

#[derive(Clone, Debug, PartialEq)]
enum Part {
    Text(Vec<u8>),
    Group(usize),
    Case(Case),
}

/// What `\U` and its like ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Case {
    Upper,
    Lower,
    /// The next character only.
    UpperOne,
    LowerOne,
    End,
}

impl Replacement {
    /// Compiles what stands between the delimiters; POSIX knows no changes of case.
    pub fn new(text: &[u8], posix: bool) -> Replacement {
        let mut made = Replacement::default();
        let mut plain = Vec::new();
        let mut rest = text;
        while let Some((&first, tail)) = rest.split_first() {
            rest = tail;
            let part = match (first, tail.first()) {
                (b'&', _) => Part::Group(0),
                (b'\\', Some(&letter)) => {
                    rest = &tail[1..];
                    match letter {
                        b'0'..=b'9' => Part::Group(usize::from(letter - b'0')),
                        b'U' if !posix => Part::Case(Case::Upper),
                        b'L' if !posix => Part::Case(Case::Lower),
                        b'u' if !posix => Part::Case(Case::UpperOne),
                        b'l' if !posix => Part::Case(Case::LowerOne),
                        b'E' if !posix => Part::Case(Case::End),
                        b'n' => {
                            plain.push(b'\n');
                            continue;
                        }
                        _ => {
                            match escape::byte(tail) {
                                Some((byte, length)) => {
                                    plain.push(byte);
                                    rest = &tail[length..];
                                }
                                None if letter == b'c' => plain.push(b'\\'),
                                None => plain.push(letter),
                            }
                            continue;
                        }
                    }
                }
                _ => {
                    plain.push(first);
                    continue;
                }
            };
            if !plain.is_empty() {
                made.parts.push(Part::Text(std::mem::take(&mut plain)));
            }
            match &part {
                Part::Group(number) => made.groups = made.groups.max(*number),
                Part::Case(_) => made.changes_case = true,
                Part::Text(_) => {}
            }
            made.parts.push(part);
        }
        if !plain.is_empty() {
            made.parts.push(Part::Text(plain));
        }
        made
    }

    /// The text, if it is nothing else.
    pub fn literal(&self) -> Option<&[u8]> {
        match self.parts.as_slice() {
            [] => Some(b""),
            [Part::Text(text)] => Some(text),
            _ => None,
        }
    }

    /// Whether a group other than the whole match is named.
    pub fn needs_groups(&self) -> bool {
        self.groups > 0
    }

    /// Adds what replaces a match.
    pub fn apply(&self, text: &[u8], groups: &[Option<Span>], out: &mut Vec<u8>) {
        if self.changes_case {
            return self.apply_with_case(text, groups, out);
        }
        for part in &self.parts {
            match part {
                Part::Text(part) => out.extend_from_slice(part),
                Part::Group(number) => out.extend_from_slice(group(text, groups, *number)),
                Part::Case(_) => {}
            }
        }
    }

    fn apply_with_case(&self, text: &[u8], groups: &[Option<Span>], out: &mut Vec<u8>) {
        let (mut all, mut one) = (None, None);
        for part in &self.parts {
            let piece = match part {
                Part::Text(piece) => piece.as_slice(),
                Part::Group(number) => group(text, groups, *number),
                Part::Case(case) => {
                    match case {
                        Case::Upper | Case::Lower => (all, one) = (Some(*case), None),
                        Case::UpperOne | Case::LowerOne => one = Some(*case),
                        Case::End => (all, one) = (None, None),
                    }
                    continue;
                }
            };
            if !piece.is_empty() {
                push_in_case(piece, all, one.take(), out);
            }
        }
    }
}

fn group<'a>(text: &'a [u8], groups: &[Option<Span>], number: usize) -> &'a [u8] {
    let span = groups.get(number).copied().flatten();
    span.and_then(|(start, end)| text.get(start..end))
        .unwrap_or_default()
}

fn push_in_case(piece: &[u8], all: Option<Case>, mut one: Option<Case>, out: &mut Vec<u8>) {
    let unicode = wardian_applet::text::utf8_locale();
    for chunk in piece.utf8_chunks() {
        for c in chunk.valid().chars() {
            let mut bytes = [0; 4];
            let same = c.encode_utf8(&mut bytes).as_bytes();
            match one.take().or(all) {
                _ if !c.is_ascii() && !unicode => out.extend_from_slice(same),
                Some(Case::Upper | Case::UpperOne) => push_chars(c.to_uppercase(), c, out),
                Some(Case::Lower | Case::LowerOne) => push_chars(c.to_lowercase(), c, out),
                _ => out.extend_from_slice(same),
            }
        }
        if !chunk.invalid().is_empty() {
            one = None;
            out.extend_from_slice(chunk.invalid());
        }
    }
}

/// The C library maps one character to one.
fn push_chars(mapped: impl ExactSizeIterator<Item = char>, c: char, out: &mut Vec<u8>) {
    let single = mapped.len() == 1;
    let mut mapped = mapped;
    let c = mapped.next().filter(|_| single).unwrap_or(c);
    out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
}

#[cfg(test)]
mod tests {
    use super::Replacement;

    fn check(replacement: &str, expected: &str) {
        let text = b"hello World";
        let groups = [Some((0, 11)), Some((0, 5)), Some((6, 11)), None];
        let mut out = Vec::new();
        Replacement::new(replacement.as_bytes(), false).apply(text, &groups, &mut out);
        assert_eq!(String::from_utf8_lossy(&out), expected);
    }

    #[test]
    fn replacements_name_groups_and_change_case() {
        check("[&]\\&\\n", "[hello World]&\n");
        check("\\2 \\1\\3", "World hello");
        check("\\U\\1\\E-\\l\\2", "HELLO-world");
        check("\\u\\1 \\u\\L\\2X", "Hello worldx");
        check("\\L\\u\\1", "Hello");
        check("\\u\\3\\1", "Hello");
        check("\\x26\\t", "&\t");
    }
}
