//! From POSIX to the syntax of the regex library.

use super::bracket::bracket;
use super::{QUOTED, is_special};

/// The expression in the syntax of the regex library; `others` are the
/// characters beyond ASCII that the text holds.
/// None: a repetition has nothing to repeat, or a backslash nothing to quote.
pub fn translate(regex: &[u8], others: &[char]) -> Option<String> {
    let mut out = String::with_capacity(regex.len() + 8);
    let mut at = 0;
    // Where a repetition would have nothing to repeat.
    let mut fresh = true;
    let mut open = 0usize;
    while at < regex.len() {
        let c = regex[at];
        match c {
            b'[' => {
                at = bracket(regex, at, others, &mut out)?;
                fresh = false;
                continue;
            }
            QUOTED if regex.get(at + 1).is_some_and(|c| is_special(*c)) => {
                at = push_literal(regex, at + 1, &mut out);
                fresh = false;
                continue;
            }
            b'\\' => {
                at += 1;
                match regex.get(at) {
                    Some(b'b') => out.push_str("(?-u:\\b)"),
                    Some(b'B') => out.push_str("(?-u:\\B)"),
                    Some(b'w') => out.push_str("\\w"),
                    Some(b'W') => out.push_str("\\W"),
                    Some(b's') => out.push_str("\\s"),
                    Some(b'S') => out.push_str("\\S"),
                    Some(b'`') => out.push_str("\\A"),
                    Some(b'\'') => out.push_str("\\z"),
                    Some(b'<') => out.push_str("(?-u:\\b{start})"),
                    Some(b'>') => out.push_str("(?-u:\\b{end})"),
                    Some(_) => {
                        at = push_literal(regex, at, &mut out);
                        fresh = false;
                        continue;
                    }
                    None => return None,
                }
            }
            b'*' | b'+' | b'?' if fresh => return None,
            b'{' if fresh || !repetition(&regex[at..]) => return None,
            b'{' => {
                let end = regex[at..].iter().position(|c| *c == b'}').unwrap_or(0);
                let body = std::str::from_utf8(&regex[at..=at + end]).unwrap_or_default();
                out.push_str(&body.replace("{,", "{0,"));
                at += end;
            }
            b'}' => out.push_str("\\}"),
            b')' if open == 0 => out.push_str("\\)"),
            b')' => {
                open -= 1;
                out.push(')');
            }
            b'(' => {
                open += 1;
                out.push('(');
                at += 1;
                fresh = true;
                // `()` is an empty group, `(*a)` a literal star.
                continue;
            }
            b'|' => {
                out.push('|');
                at += 1;
                fresh = true;
                continue;
            }
            b'^' => {
                out.push('^');
                at += 1;
                fresh = true;
                continue;
            }
            b'*' | b'+' | b'?' => {
                // A second repetition repeats the first.
                if out.ends_with(['*', '+', '?'])
                    && !out.ends_with("\\*")
                    && !out.ends_with("\\+")
                    && !out.ends_with("\\?")
                {
                    if !(out.ends_with('*') && c == b'*') {
                        out.push_str("{1}");
                        out.push(char::from(c));
                    }
                } else {
                    out.push(char::from(c));
                }
            }
            b'.' | b'$' => out.push(char::from(c)),
            _ => {
                at = push_literal(regex, at, &mut out);
                fresh = false;
                continue;
            }
        }
        fresh = c == b'$';
        at += 1;
    }
    Some(out)
}

fn repetition(text: &[u8]) -> bool {
    let Some(end) = text.iter().position(|c| *c == b'}') else {
        return false;
    };
    end > 1
        && text[1..end]
            .iter()
            .all(|c| c.is_ascii_digit() || *c == b',')
}

/// Appends one character so that it means itself; gives the place after it.
fn push_literal(regex: &[u8], at: usize, out: &mut String) -> usize {
    let len = crate::text::char_len(&regex[at..]);
    match std::str::from_utf8(&regex[at..at + len]) {
        Ok(text) => {
            if len == 1 && regex[at].is_ascii_punctuation() && !matches!(regex[at], b'<' | b'>') {
                out.push('\\');
            }
            out.push_str(text);
        }
        Err(_) => out.push_str(&format!("(?-u:\\x{:02x})", regex[at])),
    }
    at + len
}
