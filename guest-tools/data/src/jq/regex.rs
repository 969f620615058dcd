//! Regular expressions with Oniguruma's syntax and jq's flags.

use super::context::{Raise, error};
use crate::json::{Map, Value};
use std::collections::HashMap;
use std::rc::Rc;

/// Regular expressions in use.
#[derive(Default)]
pub struct Regexes(HashMap<(String, String), Rc<Regex>>);

/// A regular expression with its flags.
pub struct Regex {
    regex: fancy_regex::Regex,
    global: bool,
    skip_empty: bool,
}

/// Expressions kept.
const KEPT: usize = 64;

impl Regexes {
    /// The expression for a pattern and flags.
    pub fn get(&mut self, pattern: &str, flags: &str) -> Result<Rc<Regex>, Raise> {
        let key = (pattern.to_owned(), flags.to_owned());
        if let Some(found) = self.0.get(&key) {
            return Ok(found.clone());
        }
        let regex = Rc::new(Regex::new(pattern, flags)?);
        if self.0.len() >= KEPT {
            self.0.clear();
        }
        self.0.insert(key, regex.clone());
        Ok(regex)
    }
}

impl Regex {
    fn new(pattern: &str, flags: &str) -> Result<Regex, Raise> {
        let (mut global, mut skip_empty) = (false, false);
        let mut inline = String::new();
        for flag in flags.chars() {
            match flag {
                'g' => global = true,
                'n' => skip_empty = true,
                'i' => inline.push('i'),
                'x' => inline.push('x'),
                'p' => inline.push('s'),
                'l' | 's' => {}
                _ => return error(format!("{flags} is not a valid modifier string")),
            }
        }
        let translated = translate(pattern);
        let whole = match inline.is_empty() {
            true => translated,
            false => format!("(?{inline}){translated}"),
        };
        match fancy_regex::RegexBuilder::new(&whole)
            .backtrack_limit(10_000_000)
            .build()
        {
            Ok(regex) => Ok(Regex {
                regex,
                global,
                skip_empty,
            }),
            Err(_) => error(format!(
                "{pattern} (at offset 0) is not a valid regex: {}",
                complaint(pattern)
            )),
        }
    }

    /// Whether it matches somewhere.
    pub fn is_match(&self, text: &str) -> Result<bool, Raise> {
        if self.skip_empty {
            return Ok(!self.spans(text)?.is_empty());
        }
        self.regex
            .is_match(text)
            .or_else(|_| error("Regex failure"))
    }

    /// Where it matches, in bytes.
    pub fn spans(&self, text: &str) -> Result<Vec<(usize, usize)>, Raise> {
        let mut out = Vec::new();
        self.each(text, |captures| {
            if let Some(all) = captures.get(0) {
                out.push((all.start(), all.end()));
            }
        })?;
        Ok(out)
    }

    fn each(
        &self,
        text: &str,
        mut take: impl FnMut(&fancy_regex::Captures<'_>),
    ) -> Result<(), Raise> {
        let mut from = 0;
        while from <= text.len() {
            let Ok(found) = self.regex.captures_from_pos(text, from) else {
                return error("Regex failure");
            };
            let Some(captures) = found else { break };
            let Some(all) = captures.get(0) else { break };
            if !(self.skip_empty && all.end() == all.start()) {
                take(&captures);
            }
            if !self.global {
                break;
            }
            from = if all.end() == all.start() {
                all.end() + text[all.end()..].chars().next().map_or(1, char::len_utf8)
            } else {
                all.end()
            };
        }
        Ok(())
    }

    /// Match objects.
    pub fn matches(&self, text: &str) -> Result<Value, Raise> {
        let names: Vec<Option<Rc<str>>> = self
            .regex
            .capture_names()
            .map(|name| name.map(Rc::from))
            .collect();
        let mut out = Vec::new();
        let mut counted = (0, 0);
        self.each(text, |captures| {
            let mut chars = |at: usize| {
                if at >= counted.0 {
                    counted = (at, counted.1 + text[counted.0..at].chars().count());
                    counted.1
                } else {
                    text[..at].chars().count()
                }
            };
            let mut object = Map::with_capacity(4);
            let Some(all) = captures.get(0) else { return };
            let start = chars(all.start());
            object.insert("offset".into(), Value::from(start));
            object.insert("length".into(), Value::from(all.as_str().chars().count()));
            object.insert("string".into(), Value::string(all.as_str()));
            let mut groups = Vec::new();
            for (at, name) in names.iter().enumerate().skip(1) {
                let mut group = Map::with_capacity(4);
                match captures.get(at) {
                    Some(part) => {
                        let before = start
                            + text[all.start()..part.start().max(all.start())]
                                .chars()
                                .count();
                        group.insert("offset".into(), Value::from(before));
                        let length = part.as_str().chars().count();
                        // Empty groups come with their members in another order.
                        if length == 0 {
                            group.insert("string".into(), Value::string(""));
                        }
                        group.insert("length".into(), Value::from(length));
                        group.insert("string".into(), Value::string(part.as_str()));
                    }
                    None => {
                        group.insert("offset".into(), Value::Number(-1.0));
                        group.insert("string".into(), Value::Null);
                        group.insert("length".into(), Value::from(0));
                    }
                }
                let name = name.clone().map_or(Value::Null, Value::String);
                group.insert("name".into(), name);
                groups.push(Value::object(group));
            }
            object.insert("captures".into(), Value::array(groups));
            out.push(Value::object(object));
        })?;
        Ok(Value::array(out))
    }
}

/// Oniguruma's Ruby syntax in the crate's: `\h` is a hexadecimal digit, `$` also
/// stands before the last newline.
fn translate(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len());
    let mut chars = pattern.chars().peekable();
    let mut in_class = 0;
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('h') => out.push_str(if in_class > 0 {
                    "0-9a-fA-F"
                } else {
                    "[0-9a-fA-F]"
                }),
                Some('H') if in_class == 0 => out.push_str("[^0-9a-fA-F]"),
                Some('Z') => out.push_str(r"(?=\n?\z)"),
                Some(other) => {
                    out.push('\\');
                    out.push(other);
                }
                None => out.push('\\'),
            },
            '[' => {
                in_class += 1;
                out.push('[');
                if chars.peek() == Some(&'^') {
                    chars.next();
                    out.push('^');
                }
                if chars.peek() == Some(&']') {
                    chars.next();
                    out.push_str("\\]");
                }
                if in_class > 1 && chars.peek() != Some(&':') && !pattern.contains("&&") {
                    continue;
                }
            }
            ']' if in_class > 0 => {
                in_class -= 1;
                out.push(']');
            }
            other => out.push(other),
        }
    }
    out
}

fn complaint(pattern: &str) -> &'static str {
    let unescaped = pattern
        .replace("\\\\", "")
        .replace("\\(", "")
        .replace("\\[", "");
    if unescaped.matches('(').count() > unescaped.matches(')').count() {
        "end pattern with unmatched parenthesis"
    } else if unescaped.matches('[').count() > unescaped.matches(']').count() {
        "premature end of char-class"
    } else if unescaped.starts_with(['*', '+', '?']) {
        "target of repeat operator is not specified"
    } else {
        "invalid pattern"
    }
}
