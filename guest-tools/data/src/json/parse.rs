//! Reading JSON from a buffer that may still grow, without recursion and with
//! jq's messages.

use super::map::Map;
use super::number::Literal;
use super::value::Value;
use std::rc::Rc;

/// Containers within each other that are read.
pub const MAX_DEPTH: usize = 10_000;

/// Why there is no value.
pub enum ParseError {
    /// The text goes on: call again with more.
    NeedMore,
    /// Nothing is left.
    End,
    /// Bad text: what is wrong, and the offset after the offending byte (none:
    /// it was noticed at the end).
    Bad(&'static str, Option<usize>),
}

enum Open {
    Array(Vec<Value>),
    Object(Map),
    /// An object and the key that waits for its value.
    Member(Map, Rc<str>),
}

/// A reader of JSON texts. It keeps the keys it has seen, to share them.
#[derive(Default)]
pub struct Parser {
    keys: Vec<Option<Rc<str>>>,
    scratch: Vec<u8>,
    /// Whether RS characters separate texts.
    pub seq: bool,
}

const KEY_SLOTS: usize = 256;
const SEPARATOR: &str = "Expected separator between values";

impl Parser {
    /// The next value at or after `start`, and the offset after it. `eof` tells
    /// that no more text follows.
    pub fn next(
        &mut self,
        data: &[u8],
        start: usize,
        eof: bool,
    ) -> Result<(Value, usize), ParseError> {
        let mut at = start;
        let mut stack: Vec<Open> = Vec::new();
        let mut next: Option<Value> = None;
        let bad = |text, at: usize| Err(ParseError::Bad(text, Some(at)));
        loop {
            let Some(&byte) = data.get(at) else {
                return match (eof, stack.is_empty()) {
                    (false, _) => Err(ParseError::NeedMore),
                    (true, true) => Err(ParseError::End),
                    (true, false) => Err(ParseError::Bad("Unfinished JSON term", None)),
                };
            };
            at += 1;
            match byte {
                b' ' | b'\t' | b'\r' | b'\n' => continue,
                0x1e if self.seq => continue,
                b'[' | b'{' => {
                    if stack.len() >= MAX_DEPTH {
                        return bad("Exceeds depth limit for parsing", at);
                    }
                    if next.is_some() {
                        return bad(SEPARATOR, at);
                    }
                    stack.push(if byte == b'[' {
                        Open::Array(Vec::new())
                    } else {
                        Open::Object(Map::default())
                    });
                    continue;
                }
                b':' => {
                    let Some(key) = next.take() else {
                        return bad("Expected string key before ':'", at);
                    };
                    match (stack.pop(), key) {
                        (Some(Open::Object(map)), Value::String(key)) => {
                            stack.push(Open::Member(map, key));
                        }
                        (Some(Open::Object(_)), _) => {
                            return bad("Object keys must be strings", at);
                        }
                        _ => return bad("':' not as part of an object", at),
                    }
                    continue;
                }
                b',' => {
                    let Some(value) = next.take() else {
                        return bad("Expected value before ','", at);
                    };
                    match stack.pop() {
                        Some(Open::Array(mut elements)) => {
                            elements.push(value);
                            stack.push(Open::Array(elements));
                        }
                        Some(Open::Member(mut map, key)) => {
                            map.insert(key, value);
                            stack.push(Open::Object(map));
                        }
                        _ => return bad("Objects must consist of key:value pairs", at),
                    }
                    continue;
                }
                b']' => {
                    let Some(Open::Array(mut elements)) = stack.pop() else {
                        return bad("Unmatched ']'", at);
                    };
                    match next.take() {
                        Some(value) => {
                            elements.push(value);
                        }
                        None if !elements.is_empty() => {
                            return bad("Expected another array element", at);
                        }
                        None => {}
                    }
                    next = Some(Value::array(elements));
                }
                b'}' => match (stack.pop(), next.take()) {
                    (Some(Open::Member(mut map, key)), Some(value)) => {
                        map.insert(key, value);
                        next = Some(Value::object(map));
                    }
                    (Some(Open::Object(map)), None) => {
                        if !map.is_empty() {
                            return bad("Expected another key-value pair", at);
                        }
                        next = Some(Value::object(map));
                    }
                    (Some(_), Some(_)) => {
                        return bad("Objects must consist of key:value pairs", at);
                    }
                    _ => return bad("Unmatched '}'", at),
                },
                b'"' => {
                    let is_key = matches!(stack.last(), Some(Open::Object(_)));
                    let (text, after) = match self.string(data, at, is_key) {
                        Ok(found) => found,
                        Err(ParseError::NeedMore) if eof => {
                            return Err(ParseError::Bad("Unfinished string", None));
                        }
                        Err(error) => return Err(error),
                    };
                    at = after;
                    if next.is_some() {
                        return bad(SEPARATOR, at);
                    }
                    next = Some(Value::String(text));
                }
                0xEF if at == 1 && data.starts_with(b"\xEF\xBB\xBF") => {
                    at = 3;
                    continue;
                }
                _ => {
                    let from = at - 1;
                    while data.get(at).is_some_and(|byte| !ends_token(*byte)) {
                        at += 1;
                    }
                    if at == data.len() && !eof {
                        return Err(ParseError::NeedMore);
                    }
                    let place = (at < data.len()).then_some(at + 1);
                    match literal(&data[from..at]) {
                        Ok(value) if next.is_none() => next = Some(value),
                        Ok(_) => return Err(ParseError::Bad(SEPARATOR, place)),
                        Err(text) => return Err(ParseError::Bad(text, place)),
                    }
                }
            }
            if stack.is_empty()
                && let Some(value) = next.take()
            {
                return Ok((value, at));
            }
        }
    }

    /// The string whose opening quote is before `start`.
    fn string(
        &mut self,
        data: &[u8],
        start: usize,
        is_key: bool,
    ) -> Result<(Rc<str>, usize), ParseError> {
        let mut at = scan_plain(data, start);
        if data.get(at) == Some(&b'"') {
            let body = &data[start..at];
            let text = if is_key { self.key(body) } else { shared(body) };
            return Ok((text, at + 1));
        }
        // Find the end first: what is wrong inside is reported there.
        let mut control = false;
        loop {
            match data.get(at) {
                None => return Err(ParseError::NeedMore),
                Some(b'"') => break,
                Some(b'\\') => at += 2,
                Some(_) => {
                    control = true;
                    at += 1;
                }
            }
            at = scan_plain(data, at);
        }
        let end = at + 1;
        if control {
            return Err(ParseError::Bad(
                "Invalid string: control characters from U+0000 through U+001F must be escaped",
                Some(end),
            ));
        }
        self.scratch.clear();
        unescape(&data[start..at], &mut self.scratch)
            .map_err(|text| ParseError::Bad(text, Some(end)))?;
        Ok((shared(&self.scratch), end))
    }

    fn key(&mut self, body: &[u8]) -> Rc<str> {
        if self.keys.is_empty() {
            self.keys.resize(KEY_SLOTS, None);
        }
        let ends = body.first().copied().unwrap_or(0) as usize * 31
            + body.last().copied().unwrap_or(0) as usize * 7
            + body.len();
        let slot = &mut self.keys[ends % KEY_SLOTS];
        if let Some(key) = slot
            && key.as_bytes() == body
        {
            return key.clone();
        }
        let key = shared(body);
        *slot = Some(key.clone());
        key
    }
}

fn shared(body: &[u8]) -> Rc<str> {
    match std::str::from_utf8(body) {
        Ok(text) => text.into(),
        Err(_) => String::from_utf8_lossy(body).into(),
    }
}

/// The offset of the first quote, backslash or control character.
fn scan_plain(data: &[u8], mut at: usize) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let zero = |x: u64| x.wrapping_sub(ONES) & !x & HIGH;
    while let Some(chunk) = data.get(at..at + 8) {
        let word = u64::from_le_bytes(chunk.try_into().unwrap_or_default());
        let special = zero(word ^ (ONES * 0x22))
            | zero(word ^ (ONES * 0x5c))
            | (word.wrapping_sub(ONES * 0x20) & !word & HIGH);
        if special != 0 {
            return at + (special.trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    while let Some(&byte) = data.get(at) {
        if byte == b'"' || byte == b'\\' || byte < 0x20 {
            break;
        }
        at += 1;
    }
    at
}

fn hex4(digits: Option<&[u8]>) -> Option<u32> {
    let text = std::str::from_utf8(digits?).ok()?;
    if !text.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    u32::from_str_radix(text, 16).ok()
}

fn unescape(body: &[u8], out: &mut Vec<u8>) -> Result<(), &'static str> {
    const PAIR: &str = "Invalid \\uXXXX\\uXXXX surrogate pair escape";
    let mut at = 0;
    while at < body.len() {
        let plain = scan_plain(body, at);
        out.extend_from_slice(&body[at..plain]);
        at = plain;
        if at >= body.len() {
            break;
        }
        at += 2;
        out.push(match body.get(at - 1) {
            Some(b'"') => b'"',
            Some(b'\\') => b'\\',
            Some(b'/') => b'/',
            Some(b'b') => 8,
            Some(b'f') => 12,
            Some(b'n') => b'\n',
            Some(b'r') => b'\r',
            Some(b't') => b'\t',
            Some(b'u') => {
                let mut code = hex4(body.get(at..at + 4)).ok_or("Invalid \\uXXXX escape")?;
                at += 4;
                if (0xD800..0xDC00).contains(&code) {
                    if body.get(at..at + 2) != Some(b"\\u") {
                        return Err(PAIR);
                    }
                    let low = hex4(body.get(at + 2..at + 6)).ok_or(PAIR)?;
                    if !(0xDC00..0xE000).contains(&low) {
                        return Err(PAIR);
                    }
                    code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
                    at += 6;
                }
                let c = char::from_u32(code).unwrap_or('\u{FFFD}');
                out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                continue;
            }
            _ => return Err("Invalid escape"),
        });
    }
    Ok(())
}

fn ends_token(byte: u8) -> bool {
    matches!(
        byte,
        b' ' | b'\t' | b'\r' | b'\n' | b'[' | b'{' | b':' | b',' | b']' | b'}' | b'"' | 0x1e
    )
}

/// A word outside quotes: a constant or a number.
pub(super) fn literal(token: &[u8]) -> Result<Value, &'static str> {
    match token {
        b"true" => return Ok(Value::Bool(true)),
        b"false" => return Ok(Value::Bool(false)),
        b"null" => return Ok(Value::Null),
        b"nan" => return Ok(Value::Number(f64::NAN)),
        [b't' | b'f', ..] => return Err("Invalid literal"),
        [b'n', rest @ ..] if !rest.starts_with(b"an") => return Err("Invalid literal"),
        _ => {}
    }
    if token.len() <= 15 && token[0] != b'-' {
        let mut number = 0_u64;
        if token.iter().all(|byte| {
            number = number * 10 + u64::from(byte.wrapping_sub(b'0'));
            byte.is_ascii_digit()
        }) {
            return Ok(Value::Number(number as f64));
        }
    }
    number(token).ok_or("Invalid numeric literal")
}

fn number(token: &[u8]) -> Option<Value> {
    let text = std::str::from_utf8(token).ok()?;
    if let Some(literal) = Literal::parse(text) {
        return Some(if literal.is_plain() {
            Value::Number(literal.value)
        } else {
            Value::Literal(Rc::new(literal))
        });
    }
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    if unsigned.eq_ignore_ascii_case("nan") {
        return Some(Value::Number(f64::NAN));
    }
    if unsigned.eq_ignore_ascii_case("infinity") || unsigned.eq_ignore_ascii_case("inf") {
        let sign = if text.starts_with('-') { -1.0 } else { 1.0 };
        return Some(Value::Number(sign * f64::INFINITY));
    }
    None
}
