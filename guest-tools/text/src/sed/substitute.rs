//! The `s` and `y` commands on one text.

use super::command::{Substitution, Translation};
use wardian_posix_regex::{Regex, Span};

/// Replaces matches in `text`; the result goes to `out`, unless nothing was
/// replaced. Whether something was.
pub fn substitute(
    command: &Substitution,
    regex: &mut Regex,
    text: &[u8],
    unicode: bool,
    groups: &mut Vec<Option<Span>>,
    out: &mut Vec<u8>,
) -> bool {
    let with_groups = command.replacement.needs_groups();
    let (mut from, mut copied, mut count) = (0, 0, 0);
    let mut last_end = None;
    while from <= text.len() {
        let found = if with_groups {
            let found = regex.captures_at(text, from, groups);
            groups.first().copied().flatten().filter(|_| found)
        } else {
            let found = regex.find_at(text, from);
            groups.clear();
            groups.push(found);
            found
        };
        let Some((start, end)) = found else {
            break;
        };
        // Nothing is no match right behind a match.
        let counts = start < end || last_end != Some(start);
        if counts {
            count += 1;
            if count >= command.number {
                out.extend_from_slice(&text[copied..start]);
                command.replacement.apply(text, groups, out);
                copied = end;
                if !command.global {
                    break;
                }
            }
            last_end = Some(end);
        }
        from = match start < end {
            true => end,
            false => end + char_length(&text[end..], unicode),
        };
    }
    let replaced = count >= command.number;
    if replaced {
        out.extend_from_slice(&text[copied..]);
    }
    replaced
}

/// Bytes of the character at the start, at least 1.
pub fn char_length(text: &[u8], unicode: bool) -> usize {
    match text.first() {
        Some(byte) if unicode && !byte.is_ascii() => {
            let head = &text[..text.len().min(4)];
            let chunk = head.utf8_chunks().next();
            let first = chunk.and_then(|chunk| chunk.valid().chars().next());
            first.map_or(1, char::len_utf8)
        }
        _ => 1,
    }
}

/// Compiles a `y` command; none if its strings differ in length.
pub fn translation(from: &[u8], to: &[u8], unicode: bool) -> Option<Translation> {
    let from = characters(from, unicode);
    let to = characters(to, unicode);
    if from.len() != to.len() {
        return None;
    }
    if from.iter().chain(&to).all(|c| c.len() == 1) {
        let mut table: Box<[u8; 256]> = Box::new(std::array::from_fn(|byte| byte as u8));
        // Of several for one character the first counts.
        for (from, to) in from.iter().zip(&to).rev() {
            table[usize::from(from[0])] = to[0];
        }
        return Some(Translation::Bytes(table));
    }
    let mut pairs: Vec<(Vec<u8>, Vec<u8>)> = from.into_iter().zip(to).collect();
    pairs.sort_by(|a, b| a.0.cmp(&b.0));
    pairs.dedup_by(|later, first| later.0 == first.0);
    Some(Translation::Chars(pairs))
}

/// The characters of a `y` string, escapes replaced.
fn characters(text: &[u8], unicode: bool) -> Vec<Vec<u8>> {
    let mut out = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        if let [b'\\', tail @ ..] = rest {
            if let Some((byte, length)) = super::escape::byte(tail) {
                out.push(vec![byte]);
                rest = &tail[length..];
                continue;
            }
            match tail {
                [b'n', tail @ ..] => {
                    out.push(b"\n".to_vec());
                    rest = tail;
                    continue;
                }
                // No control character follows.
                [] | [b'c'] => {}
                _ => rest = tail,
            }
        }
        let (first, tail) = rest.split_at(char_length(rest, unicode));
        out.push(first.to_vec());
        rest = tail;
    }
    out
}

impl Translation {
    /// Translates the text.
    pub fn apply(&self, text: &mut Vec<u8>, unicode: bool) {
        match self {
            Translation::Bytes(table) => {
                for byte in text {
                    *byte = table[usize::from(*byte)];
                }
            }
            Translation::Chars(pairs) => {
                let mut out = Vec::with_capacity(text.len());
                let mut rest = text.as_slice();
                while !rest.is_empty() {
                    let (first, tail) = rest.split_at(char_length(rest, unicode));
                    let known = pairs.binary_search_by(|(from, _)| from.as_slice().cmp(first));
                    out.extend_from_slice(known.map_or(first, |index| &pairs[index].1));
                    rest = tail;
                }
                *text = out;
            }
        }
    }
}
