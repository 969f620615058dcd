//! Bracket expressions of regular expressions.

use super::{QUOTED, is_special};
use crate::pattern::class_holds;

/// Translates a bracket expression; gives the place after it. None: it is wrong.
pub fn bracket(regex: &[u8], start: usize, others: &[char], out: &mut String) -> Option<usize> {
    let mut at = start + 1;
    let mut class = String::from("[");
    if regex.get(at) == Some(&b'^') {
        class.push('^');
        at += 1;
    }
    let first = at;
    loop {
        match regex.get(at)? {
            b']' if at > first => break,
            b'[' if regex.get(at + 1) == Some(&b':') => {
                let len = crate::text::find(&regex[at + 2..], b":]")?;
                let name = &regex[at + 2..at + 2 + len];
                if matches!(name, b"word" | b"ascii") {
                    return None;
                }
                for c in others {
                    if class_holds(name, *c)? {
                        class.push(*c);
                    }
                }
                class_holds(name, ' ')?;
                class.push_str(std::str::from_utf8(&regex[at..at + len + 4]).ok()?);
                at += len + 4;
            }
            b'[' if matches!(regex.get(at + 1), Some(b'.' | b'=')) => {
                let kind = regex[at + 1];
                let len = crate::text::find(&regex[at + 2..], &[kind, b']'])?;
                for c in crate::text::chars(&regex[at + 2..at + 2 + len]) {
                    push_member(&mut class, c);
                }
                at += len + 4;
            }
            b'-' => {
                // Only between two characters does it make a range.
                let range = at > first && regex.get(at + 1).is_some_and(|c| *c != b']');
                class.push_str(if range { "-" } else { "\\-" });
                at += 1;
            }
            c => {
                // A backslash is one character of many here.
                let quoted = *c == QUOTED && regex.get(at + 1).is_some_and(|c| is_special(*c));
                at += usize::from(quoted);
                let len = crate::text::char_len(&regex[at..]);
                push_member(&mut class, &regex[at..at + len]);
                at += len;
            }
        }
    }
    class.push(']');
    out.push_str(&class);
    Some(at + 1)
}

/// Appends one character to a class.
fn push_member(class: &mut String, member: &[u8]) {
    match std::str::from_utf8(member) {
        Ok(text) => {
            if let [c] = member
                && c.is_ascii_punctuation()
                && !matches!(c, b'<' | b'>')
            {
                class.push('\\');
            }
            class.push_str(text);
        }
        Err(_) if crate::text::byte_locale() => {
            for c in member {
                class.push_str(&format!("\\x{c:02x}"));
            }
        }
        Err(_) => class.push('?'),
    }
}
