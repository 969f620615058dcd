//! `${x@Q}` and the other transformations.

use super::quote::{quote_always, quote_double};
use super::value::ParamValue;
use crate::ast::{CaseKind, ParamName, ParamOp, Subscript};
use crate::exec::{Flow, Shell};
use crate::vars::{Sym, Value, attr};

/// The present time in a format of `strftime`.
fn now(sh: &Shell, format: &[u8]) -> Vec<u8> {
    let seconds = (crate::sys::realtime_ns() / 1_000_000_000) as i64;
    crate::builtins::date(sh, seconds, format)
}

impl Shell {
    /// The transformations of texts: Q E P U u L.
    pub fn transform(&mut self, value: ParamValue, letter: u8) -> Result<ParamValue, Flow> {
        Ok(match letter {
            b'Q' => value.map(|text| quote_always(&text)),
            b'E' => value.map(|text| crate::lexer::ansi_unescape(&text)),
            b'U' => value.map(|text| super::case::convert(&text, CaseKind::Upper, true, None)),
            b'u' => value.map(|text| super::case::convert(&text, CaseKind::Upper, false, None)),
            b'L' => value.map(|text| super::case::convert(&text, CaseKind::Lower, true, None)),
            b'P' => match value {
                ParamValue::Text(text) => ParamValue::Text(self.prompt(&text)?),
                ParamValue::List { items, star } => ParamValue::List {
                    items: items
                        .iter()
                        .map(|text| self.prompt(text))
                        .collect::<Result<_, _>>()?,
                    star,
                },
                other => other,
            },
            _ => value,
        })
    }

    /// A prompt string: its escapes, then its expansions.
    pub fn prompt(&mut self, text: &[u8]) -> Result<Vec<u8>, Flow> {
        let mut out = Vec::new();
        let mut bytes = text.iter();
        while let Some(c) = bytes.next() {
            if *c != b'\\' {
                out.push(*c);
                continue;
            }
            match bytes.next() {
                Some(b'u') => {
                    out.extend(self.get_text(b"USER").unwrap_or_else(|| b"root".to_vec()))
                }
                Some(b'h') => {
                    let host = self.get_text(b"HOSTNAME").unwrap_or_default();
                    out.extend(host.split(|c| *c == b'.').next().unwrap_or_default());
                }
                Some(b'H') => out.extend(self.get_text(b"HOSTNAME").unwrap_or_default()),
                Some(b'w') => {
                    let cwd = self.get_text(b"PWD").unwrap_or_default();
                    let home = self.get_text(b"HOME").unwrap_or_default();
                    match cwd.strip_prefix(home.as_slice()) {
                        Some(rest) if !home.is_empty() && (rest.is_empty() || rest[0] == b'/') => {
                            out.push(b'~');
                            out.extend_from_slice(rest);
                        }
                        _ => out.extend_from_slice(&cwd),
                    }
                }
                Some(b'W') => {
                    let cwd = self.get_text(b"PWD").unwrap_or_default();
                    out.extend(cwd.rsplit(|c| *c == b'/').next().unwrap_or_default());
                }
                Some(b's') => out.extend_from_slice(b"bash"),
                Some(b'v') => out.extend_from_slice(b"5.2"),
                Some(b'V') => out.extend_from_slice(b"5.2.15"),
                Some(b'$') => {
                    let root = crate::sys::process_info().uid == 0;
                    out.push(if root { b'#' } else { b'$' });
                }
                Some(b'n') => out.push(b'\n'),
                Some(b'r') => out.push(b'\r'),
                Some(b'a') => out.push(7),
                Some(b'e') => out.push(27),
                Some(c @ (b'd' | b't' | b'T' | b'@' | b'A')) => {
                    let format: &[u8] = match c {
                        b'd' => b"%a %b %d",
                        b't' => b"%H:%M:%S",
                        b'T' => b"%I:%M:%S",
                        b'@' => b"%I:%M %p",
                        _ => b"%H:%M",
                    };
                    out.extend_from_slice(&now(self, format));
                }
                Some(b'D') if bytes.as_slice().first() == Some(&b'{') => {
                    let rest = &bytes.as_slice()[1..];
                    let end = rest.iter().position(|c| *c == b'}').unwrap_or(rest.len());
                    out.extend_from_slice(&now(
                        self,
                        match end {
                            0 => b"%X",
                            end => &rest[..end],
                        },
                    ));
                    bytes = rest[(end + 1).min(rest.len())..].iter();
                }
                Some(b'j') => {
                    self.jobs.update();
                    let count = self.jobs.list().len();
                    crate::text::push_int(&mut out, count as i64);
                }
                Some(b'l') => out.extend_from_slice(b"tty"),
                Some(b'!') => {
                    let number = crate::builtins::history_number(self);
                    crate::text::push_int(&mut out, number);
                }
                Some(b'#') => crate::text::push_int(&mut out, i64::from(self.command_number)),
                Some(first @ b'0'..=b'7') => {
                    let mut code = u32::from(first - b'0');
                    for _ in 0..2 {
                        let Some(digit @ b'0'..=b'7') = bytes.as_slice().first() else {
                            break;
                        };
                        code = code * 8 + u32::from(digit - b'0');
                        bytes.next();
                    }
                    out.push(code as u8);
                }
                Some(b'[' | b']') => {}
                Some(b'\\') => out.push(b'\\'),
                Some(c) => {
                    out.push(b'\\');
                    out.push(*c);
                }
                None => out.push(b'\\'),
            }
        }
        self.expand_text(&out)
    }

    /// The transformations that look at the variable: a A K k.
    pub fn transform_variable(
        &mut self,
        name: &ParamName,
        index: Option<&Subscript>,
        op: &ParamOp,
    ) -> Result<ParamValue, Flow> {
        let ParamOp::Transform(letter) = op else {
            return Ok(ParamValue::Unset);
        };
        let value = self.param_value(name, index)?;
        let ParamName::Variable(sym) = name else {
            return Ok(match letter {
                b'A' if matches!(value, ParamValue::List { .. }) => {
                    let words: Vec<Vec<u8>> = self
                        .positional
                        .iter()
                        .map(|text| quote_always(text))
                        .collect();
                    ParamValue::Text([&b"set -- "[..], &words.join(&b' ')].concat())
                }
                b'K' | b'k' => value.map(|text| quote_always(&text)),
                b'a' => value.map(|_| Vec::new()),
                _ => ParamValue::Unset,
            });
        };
        let target = self.vars_target(*sym);
        let letters = self.attribute_letters(target);
        Ok(match letter {
            b'a' => match value {
                ParamValue::Unset if !self.vars.get(target).exists() => ParamValue::Unset,
                ParamValue::List { items, star } => ParamValue::List {
                    items: items.into_iter().map(|_| letters.clone()).collect(),
                    star,
                },
                _ => ParamValue::Text(letters),
            },
            b'A' => self.assignment_text(target, index, value, &letters),
            _ => self.pairs(target, index, value, *letter),
        })
    }

    fn assignment_text(
        &mut self,
        sym: Sym,
        index: Option<&Subscript>,
        value: ParamValue,
        letters: &[u8],
    ) -> ParamValue {
        let name = self.vars.names.name(sym).to_vec();
        let mut out = Vec::new();
        let whole = matches!(index, Some(Subscript::At | Subscript::Star));
        if whole && self.vars.get(sym).is_array() {
            out.extend_from_slice(b"declare -");
            out.extend_from_slice(letters);
            out.push(b' ');
            out.extend_from_slice(&name);
            out.push(b'=');
            out.extend_from_slice(&self.array_text(sym));
            return ParamValue::Text(out);
        }
        let text = match value {
            ParamValue::Text(text) => Some(text),
            ParamValue::List { items, .. } => items.first().cloned(),
            ParamValue::Unset => None,
        };
        if text.is_none() && !self.vars.get(sym).exists() {
            return ParamValue::Unset;
        }
        if !letters.is_empty() {
            out.extend_from_slice(b"declare -");
            out.extend_from_slice(letters);
            out.push(b' ');
        }
        out.extend_from_slice(&name);
        if let Some(text) = text {
            out.push(b'=');
            out.extend_from_slice(&quote_always(&text));
        }
        ParamValue::Text(out)
    }

    fn pairs(
        &mut self,
        sym: Sym,
        index: Option<&Subscript>,
        value: ParamValue,
        letter: u8,
    ) -> ParamValue {
        let ParamValue::List { star, .. } = value else {
            return value.map(|text| quote_always(&text));
        };
        let _ = index;
        let assoc = self.vars.get(sym).has(attr::ASSOC);
        let keys = self.keys(sym);
        let values = self.elements(sym);
        let mut items = Vec::new();
        for (key, value) in keys.into_iter().zip(values) {
            if letter == b'k' {
                items.push(key);
                items.push(value);
                continue;
            }
            let key = match assoc && (crate::text::needs_quotes(&key) || key == b"@") {
                true => quote_double(&key),
                false => key,
            };
            items.push(key);
            items.push(quote_double(&value));
        }
        match letter {
            b'k' => ParamValue::List { items, star },
            // An associative array's pairs each end with a blank.
            _ if assoc && !items.is_empty() => {
                let mut text = items.join(&b' ');
                text.push(b' ');
                ParamValue::Text(text)
            }
            _ => ParamValue::Text(items.join(&b' ')),
        }
    }

    /// `( [0]="a" … )` as `declare -p` shows arrays.
    pub fn array_text(&mut self, sym: Sym) -> Vec<u8> {
        self.load_dynamic(sym);
        self.loaded_text(sym)
    }

    /// The same of what a computed variable holds already.
    pub fn loaded_text(&self, sym: Sym) -> Vec<u8> {
        let mut out = b"(".to_vec();
        match &self.vars.get(sym).value {
            Value::Indexed(array) => {
                for (at, (index, value)) in array.iter().enumerate() {
                    if at > 0 {
                        out.push(b' ');
                    }
                    out.push(b'[');
                    crate::text::push_int(&mut out, index);
                    out.extend_from_slice(b"]=");
                    out.extend_from_slice(&quote_double(value));
                }
            }
            Value::Assoc(array) => {
                for (key, value) in array.iter() {
                    out.push(b'[');
                    let quoted = crate::text::needs_quotes(key)
                        || crate::text::needs_ansi_quotes(key)
                        || key == b"@";
                    match quoted {
                        true => out.extend_from_slice(&quote_double(key)),
                        false => out.extend_from_slice(key),
                    }
                    out.extend_from_slice(b"]=");
                    out.extend_from_slice(&quote_double(value));
                    out.push(b' ');
                }
            }
            _ => {}
        }
        out.push(b')');
        out
    }

    /// The letters of a variable's attributes, in the order bash shows them.
    pub fn attribute_letters(&self, sym: Sym) -> Vec<u8> {
        let attrs = self.shown_attributes(sym);
        [
            (attr::INDEXED, b'a'),
            (attr::ASSOC, b'A'),
            (attr::INTEGER, b'i'),
            (attr::NAMEREF, b'n'),
            (attr::READONLY, b'r'),
            (attr::TRACE, b't'),
            (attr::EXPORT, b'x'),
            (attr::CAPITALIZE, b'c'),
            (attr::LOWER, b'l'),
            (attr::UPPER, b'u'),
        ]
        .iter()
        .filter(|(bit, _)| attrs & bit != 0)
        .map(|(_, letter)| *letter)
        .collect()
    }
}
