//! From POSIX to the syntax of the regex library.

use super::bracket::bracket;
use super::{QUOTED, is_special};
use wardian_backtrack::reference;

/// An expression in the syntax of the regex library.
#[derive(Default)]
pub struct Translated {
    pub regex: String,
    pub groups: usize,
    /// How often it refers back to a group.
    pub references: usize,
    /// Whether a match may have several ends.
    pub has_choices: bool,
}

/// A group whose end is not reached yet.
struct Group {
    number: usize,
    /// How many groups were closed before it.
    closed: usize,
    /// Groups closed in its branches so far.
    of_branches: Vec<usize>,
}

/// Translates an expression; `others` are the characters beyond ASCII that the
/// text holds.
/// None: a repetition has nothing to repeat, a backslash nothing to quote, or a
/// back-reference names no group that is closed before it in its branch.
pub fn translate(regex: &[u8], others: &[char]) -> Option<Translated> {
    let mut found = Translated {
        has_choices: regex.iter().any(|c| b"|?*+{".contains(c)),
        ..Translated::default()
    };
    let mut out = String::with_capacity(regex.len() + 8);
    let mut at = 0;
    // Where a repetition would have nothing to repeat.
    let mut fresh = true;
    let mut open: Vec<Group> = Vec::new();
    let mut closed: Vec<usize> = Vec::new();
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
                    Some(digit @ b'1'..=b'9') => {
                        let group = usize::from(digit - b'0');
                        closed.contains(&group).then_some(())?;
                        out.push_str(&reference(group, found.references));
                        found.references += 1;
                    }
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
            b')' => match open.pop() {
                None => out.push_str("\\)"),
                Some(group) => {
                    closed.extend(group.of_branches);
                    closed.push(group.number);
                    out.push(')');
                }
            },
            b'(' => {
                found.groups += 1;
                open.push(Group {
                    number: found.groups,
                    closed: closed.len(),
                    of_branches: Vec::new(),
                });
                out.push('(');
                at += 1;
                fresh = true;
                // `()` is an empty group, `(*a)` a literal star.
                continue;
            }
            b'|' => {
                let before = open.last().map_or(0, |group| group.closed);
                let of_branch = closed.drain(before..);
                if let Some(group) = open.last_mut() {
                    group.of_branches.extend(of_branch);
                }
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
    found.regex = out;
    Some(found)
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
