//! `expr`.

use super::regex::match_start;
use crate::Args;
use crate::cli::{Context, Output};
use crate::text::{quote, utf8_locale};
use num_bigint::BigInt;
use std::cmp::Ordering;

/// Exit code for malformed expressions.
const MALFORMED: i32 = 2;
/// Exit code for what goes wrong elsewhere.
const FAILURE: i32 = 3;
/// Deepest nesting of parentheses.
const DEPTH_MAX: usize = 500;

type Value = Vec<u8>;

/// Runs `expr`.
pub fn run(args: &Args) -> i32 {
    let context = Context::new(args, "expr", MALFORMED);
    let mut operands = args.get(1..).unwrap_or_default();
    if let [only] = operands {
        match only.as_slice() {
            b"--help" => return context.help(),
            b"--version" => return context.version(),
            _ => {}
        }
    }
    if let [first, rest @ ..] = operands
        && first == b"--"
    {
        operands = rest;
    }
    if operands.is_empty() {
        return context.usage(b"missing operand");
    }
    let mut parser = Parser {
        tokens: operands,
        at: 0,
        depth: 0,
    };
    let result = parser
        .either(true)
        .and_then(|value| match parser.tokens.get(parser.at) {
            None => Ok(value),
            Some(extra) => Err(Fault::syntax("unexpected argument ", extra)),
        });
    match result {
        Ok(value) => {
            let mut out = Output::stdout();
            out.put(&value);
            out.put_byte(b'\n');
            out.finish_or(&context, i32::from(is_null(&value)), FAILURE)
        }
        Err(Fault(text)) => {
            context.say(&text);
            MALFORMED
        }
    }
}

/// Why an expression has no value.
struct Fault(Vec<u8>);

impl Fault {
    fn syntax(text: &str, token: &[u8]) -> Fault {
        Fault(
            [
                b"syntax error: ",
                text.as_bytes(),
                quote::always(token).as_slice(),
            ]
            .concat(),
        )
    }
}

/// An empty string or a zero.
fn is_null(value: &[u8]) -> bool {
    let digits = value.strip_prefix(b"-").unwrap_or(value);
    value.is_empty() || !digits.is_empty() && digits.iter().all(|byte| *byte == b'0')
}

fn number(value: &[u8]) -> Result<BigInt, Fault> {
    let digits = value.strip_prefix(b"-").unwrap_or(value);
    let fit = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
    let number = fit.then(|| BigInt::parse_bytes(value, 10)).flatten();
    number.ok_or_else(|| Fault(b"non-integer argument".to_vec()))
}

fn small(value: &[u8]) -> Option<i64> {
    if value.starts_with(b"+") {
        return None;
    }
    std::str::from_utf8(value).ok()?.parse().ok()
}

struct Parser<'a> {
    tokens: &'a [Vec<u8>],
    at: usize,
    depth: usize,
}

impl Parser<'_> {
    fn take(&mut self, words: &[&str]) -> Option<usize> {
        let token = self.tokens.get(self.at)?;
        let found = words.iter().position(|word| word.as_bytes() == token);
        self.at += usize::from(found.is_some());
        found
    }

    fn need(&self) -> Result<(), Fault> {
        if self.at < self.tokens.len() {
            return Ok(());
        }
        let last = self.at.checked_sub(1).and_then(|at| self.tokens.get(at));
        Err(Fault::syntax(
            "missing argument after ",
            last.map_or(b"", Vec::as_slice),
        ))
    }

    fn either(&mut self, live: bool) -> Result<Value, Fault> {
        let mut left = self.both(live)?;
        while self.take(&["|"]).is_some() {
            let null = is_null(&left);
            let right = self.both(live && null)?;
            if null {
                left = if is_null(&right) {
                    b"0".to_vec()
                } else {
                    right
                };
            }
        }
        Ok(left)
    }

    fn both(&mut self, live: bool) -> Result<Value, Fault> {
        let mut left = self.comparison(live)?;
        while self.take(&["&"]).is_some() {
            let null = is_null(&left);
            let right = self.comparison(live && !null)?;
            if null || is_null(&right) {
                left = b"0".to_vec();
            }
        }
        Ok(left)
    }

    fn comparison(&mut self, live: bool) -> Result<Value, Fault> {
        let mut left = self.sum(live)?;
        while let Some(which) = self.take(&["<", "<=", "=", "==", "!=", ">=", ">"]) {
            let right = self.sum(live)?;
            let order = match (number(&left), number(&right)) {
                (Ok(a), Ok(b)) => a.cmp(&b),
                _ => left.cmp(&right),
            };
            let holds = match which {
                0 => order == Ordering::Less,
                1 => order != Ordering::Greater,
                2 | 3 => order == Ordering::Equal,
                4 => order != Ordering::Equal,
                5 => order != Ordering::Less,
                _ => order == Ordering::Greater,
            };
            left = vec![b'0' + u8::from(holds)];
        }
        Ok(left)
    }

    fn sum(&mut self, live: bool) -> Result<Value, Fault> {
        let mut left = self.product(live)?;
        while let Some(which) = self.take(&["+", "-"]) {
            let right = self.product(live)?;
            if live {
                let quick = match (small(&left), small(&right)) {
                    (Some(a), Some(b)) if which == 0 => a.checked_add(b),
                    (Some(a), Some(b)) => a.checked_sub(b),
                    _ => None,
                };
                left = match quick {
                    Some(sum) => sum.to_string(),
                    None if which == 0 => (number(&left)? + number(&right)?).to_string(),
                    None => (number(&left)? - number(&right)?).to_string(),
                }
                .into_bytes();
            }
        }
        Ok(left)
    }

    fn product(&mut self, live: bool) -> Result<Value, Fault> {
        let mut left = self.matching(live)?;
        while let Some(which) = self.take(&["*", "/", "%"]) {
            let right = self.matching(live)?;
            if live {
                let (a, b) = (number(&left)?, number(&right)?);
                if which > 0 && b == BigInt::ZERO {
                    return Err(Fault(b"division by zero".to_vec()));
                }
                let result = match which {
                    0 => a * b,
                    1 => a / b,
                    _ => a % b,
                };
                left = result.to_string().into_bytes();
            }
        }
        Ok(left)
    }

    fn matching(&mut self, live: bool) -> Result<Value, Fault> {
        let mut left = self.unary(live)?;
        while self.take(&[":"]).is_some() {
            let right = self.unary(live)?;
            if live {
                left = matched(&left, &right)?;
            }
        }
        Ok(left)
    }

    fn unary(&mut self, live: bool) -> Result<Value, Fault> {
        self.need()?;
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(Fault(b"expression nested too deeply".to_vec()));
        }
        let result = self.unary_inner(live);
        self.depth -= 1;
        result
    }

    fn unary_inner(&mut self, live: bool) -> Result<Value, Fault> {
        match self.take(&["+", "length", "match", "index", "substr", "("]) {
            Some(0) => {
                self.need()?;
                Ok(self.word())
            }
            Some(1) => {
                let text = self.unary(live)?;
                Ok(length(&text).to_string().into_bytes())
            }
            Some(2) => {
                let (text, pattern) = (self.unary(live)?, self.unary(live)?);
                if live {
                    matched(&text, &pattern)
                } else {
                    Ok(text)
                }
            }
            Some(3) => {
                let (text, set) = (self.unary(live)?, self.unary(live)?);
                let set: Vec<&[u8]> = characters(&set).collect();
                let at = characters(&text).position(|c| set.contains(&c));
                Ok(at.map_or(0, |at| at + 1).to_string().into_bytes())
            }
            Some(4) => {
                let (text, from, count) = (self.unary(live)?, self.unary(live)?, self.unary(live)?);
                let size = |value: &[u8]| {
                    small(value)
                        .and_then(|n| usize::try_from(n).ok())
                        .filter(|n| *n > 0)
                };
                let saturated = |value: &[u8]| match (size(value), number(value)) {
                    (Some(n), _) => Some(n),
                    (None, Ok(n)) if n > BigInt::ZERO => Some(usize::MAX),
                    _ => None,
                };
                let (Some(from), Some(count)) = (saturated(&from), saturated(&count)) else {
                    return Ok(Vec::new());
                };
                let parts = characters(&text).skip(from - 1).take(count);
                Ok(parts.flatten().copied().collect())
            }
            Some(_) => {
                let value = self.either(live)?;
                match self.tokens.get(self.at) {
                    Some(token) if token == b")" => {
                        self.at += 1;
                        Ok(value)
                    }
                    Some(token) => Err(Fault::syntax("expecting ')' instead of ", token)),
                    None => {
                        let last = &self.tokens[self.at - 1];
                        Err(Fault::syntax("expecting ')' after ", last))
                    }
                }
            }
            None if self.tokens[self.at] == b")" => {
                Err(Fault(b"syntax error: unexpected ')'".to_vec()))
            }
            None => Ok(self.word()),
        }
    }

    fn word(&mut self) -> Value {
        self.at += 1;
        self.tokens[self.at - 1].clone()
    }
}

/// The characters of a text, as the locale has them.
fn characters(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let wide = utf8_locale();
    let mut rest = text;
    std::iter::from_fn(move || {
        let first = rest.first()?;
        let length = match *first {
            0xc2..=0xdf if wide => 2,
            0xe0..=0xef if wide => 3,
            0xf0..=0xf4 if wide => 4,
            _ => 1,
        };
        let fit = rest
            .get(..length)
            .is_some_and(|text| std::str::from_utf8(text).is_ok());
        let (character, tail) = rest.split_at(if fit { length } else { 1 });
        rest = tail;
        Some(character)
    })
}

fn length(text: &[u8]) -> usize {
    if utf8_locale() {
        characters(text).count()
    } else {
        text.len()
    }
}

fn matched(text: &[u8], pattern: &[u8]) -> Result<Value, Fault> {
    let (end, group) =
        match_start(pattern, text).map_err(|text| Fault(text.as_bytes().to_vec()))?;
    Ok(match (end, group) {
        (Some(_), Some(group)) => group.to_vec(),
        (Some(end), None) => length(&text[..end]).to_string().into_bytes(),
        (None, Some(_)) => Vec::new(),
        (None, None) => b"0".to_vec(),
    })
}
