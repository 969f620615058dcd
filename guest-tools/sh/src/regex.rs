//! POSIX extended regular expressions for `[[ text =~ regex ]]`.

use regex_automata::nfa::thompson;
use regex_automata::nfa::thompson::pikevm::PikeVM;
use regex_automata::util::syntax;

use crate::exec::Shell;
use crate::vars::{Indexed, Sym, Value, Var, attr};

impl Shell {
    /// Whether the expression matches somewhere; sets BASH_REMATCH. None: it
    /// is no valid expression.
    pub fn regex_matches(&mut self, text: &[u8], regex: &[u8]) -> Option<bool> {
        let translated = translate(regex)?;
        let config = syntax::Config::new()
            .utf8(false)
            .case_insensitive(self.shopt.nocasematch)
            .dot_matches_new_line(true);
        let vm = PikeVM::builder()
            .syntax(config)
            .thompson(thompson::Config::new().utf8(false))
            .build(&translated)
            .ok()?;
        let mut cache = vm.create_cache();
        let mut captures = vm.create_captures();
        // POSIX wants the longest of the leftmost matches.
        vm.captures(&mut cache, text, &mut captures);
        let matched = captures.is_match();
        let groups = if matched {
            (0..captures.group_len())
                .map(|group| match captures.get_group(group) {
                    Some(span) => text[span.start..span.end].to_vec(),
                    None => Vec::new(),
                })
                .collect()
        } else {
            Vec::new()
        };
        *self.vars.get_mut(Sym::BASH_REMATCH) = Var {
            value: Value::Indexed(Box::new(Indexed::from_vec(groups))),
            attrs: attr::INDEXED | attr::DECLARED,
        };
        Some(matched)
    }
}

/// The expression in the syntax of the regex library.
/// None: a repetition has nothing to repeat, or a backslash nothing to quote.
fn translate(regex: &[u8]) -> Option<String> {
    let mut out = String::with_capacity(regex.len() + 8);
    let mut at = 0;
    // Where a repetition would have nothing to repeat.
    let mut fresh = true;
    while at < regex.len() {
        let c = regex[at];
        match c {
            b'[' => {
                at = bracket(regex, at, &mut out);
                fresh = false;
                continue;
            }
            b'\\' => {
                at += 1;
                match regex.get(at) {
                    Some(b'b') => out.push_str("\\b"),
                    Some(b'B') => out.push_str("\\B"),
                    Some(b'w') => out.push_str("\\w"),
                    Some(b'W') => out.push_str("\\W"),
                    Some(b's') => out.push_str("\\s"),
                    Some(b'S') => out.push_str("\\S"),
                    Some(b'<') => out.push_str("\\b{start}"),
                    Some(b'>') => out.push_str("\\b{end}"),
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
            b'(' => {
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
            b'.' | b'$' | b')' => out.push(char::from(c)),
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

/// Translates a bracket expression; gives the place after it.
fn bracket(regex: &[u8], start: usize, out: &mut String) -> usize {
    let mut at = start + 1;
    let mut class = String::from("[");
    if regex.get(at) == Some(&b'^') {
        class.push('^');
        at += 1;
    }
    let first = at;
    loop {
        let Some(c) = regex.get(at) else {
            // Not closed: a plain bracket.
            out.push_str("\\[");
            return start + 1;
        };
        match c {
            b']' if at > first => break,
            b'[' if matches!(regex.get(at + 1), Some(b':')) => {
                let end = crate::text::find(&regex[at..], b":]").map(|n| at + n + 2);
                if let Some(end) = end
                    && let Ok(name) = std::str::from_utf8(&regex[at..end])
                {
                    class.push_str(name);
                    at = end;
                    continue;
                }
                class.push_str("\\[");
                at += 1;
            }
            b'[' if matches!(regex.get(at + 1), Some(b'.' | b'=')) => {
                let kind = regex[at + 1];
                match crate::text::find(&regex[at + 2..], &[kind, b']']) {
                    Some(len) => {
                        for c in &regex[at + 2..at + 2 + len] {
                            if c.is_ascii_punctuation() {
                                class.push('\\');
                            }
                            class.push(char::from(*c));
                        }
                        at += len + 4;
                    }
                    None => {
                        class.push_str("\\[");
                        at += 1;
                    }
                }
            }
            b'-' => {
                // Only between two characters does it make a range.
                let range = at > first && regex.get(at + 1).is_some_and(|c| *c != b']');
                class.push_str(if range { "-" } else { "\\-" });
                at += 1;
            }
            b'\\'
                if regex.get(at + 1).is_some_and(|c| {
                    matches!(
                        c,
                        b'\\'
                            | b']'
                            | b'['
                            | b'^'
                            | b'$'
                            | b'.'
                            | b'|'
                            | b'?'
                            | b'*'
                            | b'+'
                            | b'('
                            | b')'
                            | b'{'
                            | b'}'
                    )
                }) && quoted_pair(regex, at) =>
            {
                class.push('\\');
                class.push(char::from(regex[at + 1]));
                at += 2;
            }
            _ => {
                let len = crate::text::char_len(&regex[at..]);
                match std::str::from_utf8(&regex[at..at + len]) {
                    Ok(text) => {
                        if len == 1
                            && regex[at].is_ascii_punctuation()
                            && !matches!(regex[at], b'<' | b'>')
                        {
                            class.push('\\');
                        }
                        class.push_str(text);
                    }
                    Err(_) => class.push('?'),
                }
                at += len;
            }
        }
    }
    class.push(']');
    out.push_str(&class);
    at + 1
}

/// A backslash pair inside brackets comes from quoting in the script.
fn quoted_pair(_regex: &[u8], _at: usize) -> bool {
    true
}
