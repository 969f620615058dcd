//! Writing JSON as jq does: indented or compact, coloured, sorted, in ASCII.

use super::number::format_double;
use super::parse::MAX_DEPTH;
use super::value::Value;
use std::rc::Rc;

/// How lines are indented.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Indent {
    /// All on one line.
    Compact,
    /// By so many spaces a level.
    Spaces(u8),
    /// By a tab a level.
    Tab,
}

/// How a value is written.
#[derive(Clone)]
pub struct Style {
    /// Lines and their indentation.
    pub indent: Indent,
    /// Members sorted by name.
    pub sort: bool,
    /// Escapes for what is not ASCII.
    pub ascii: bool,
    /// Colours for null, false, true, numbers, strings, arrays, objects, keys.
    pub colors: Option<Rc<[Vec<u8>; 8]>>,
}

impl Style {
    /// On one line, nothing else.
    pub const PLAIN: Style = Style {
        indent: Indent::Compact,
        sort: false,
        ascii: false,
        colors: None,
    };
}

const RESET: &[u8] = b"\x1b[0m";

enum Inside<'a> {
    Array(std::slice::Iter<'a, Value>, bool),
    Object(Members<'a>, bool),
}

type Members<'a> = std::vec::IntoIter<(&'a Rc<str>, &'a Value)>;

/// The text on one line.
pub fn to_text(value: &Value) -> String {
    let mut out = Vec::new();
    print(value, &Style::PLAIN, &mut out);
    String::from_utf8(out).unwrap_or_default()
}

/// Adds the text of a value.
pub fn print(value: &Value, style: &Style, out: &mut Vec<u8>) {
    let mut stack: Vec<Inside<'_>> = Vec::new();
    let mut current = Some(value);
    loop {
        if let Some(value) = current.take() {
            match value {
                _ if stack.len() > MAX_DEPTH => out.extend_from_slice(b"<skipped: too deep>"),
                Value::Array(elements) if !elements.is_empty() => {
                    color(style, 5, out);
                    out.push(b'[');
                    stack.push(Inside::Array(elements.iter(), true));
                }
                Value::Object(map) if !map.is_empty() => {
                    color(style, 6, out);
                    out.push(b'{');
                    let members = if style.sort {
                        map.sorted()
                    } else {
                        map.iter().collect()
                    };
                    stack.push(Inside::Object(members.into_iter(), true));
                }
                leaf => print_leaf(leaf, style, out),
            }
        }
        let depth = stack.len();
        match stack.last_mut() {
            None => return,
            Some(Inside::Array(elements, first)) => {
                if let Some(element) = elements.next() {
                    if !std::mem::take(first) {
                        color(style, 5, out);
                        out.push(b',');
                    }
                    new_line(style, depth, out);
                    current = Some(element);
                } else {
                    color(style, 5, out);
                    new_line(style, depth - 1, out);
                    color(style, 5, out);
                    out.push(b']');
                    reset(style, out);
                    stack.pop();
                }
            }
            Some(Inside::Object(members, first)) => {
                if let Some((key, member)) = members.next() {
                    if !std::mem::take(first) {
                        color(style, 6, out);
                        out.push(b',');
                    }
                    if style.indent == Indent::Compact {
                        reset(style, out);
                    } else if style.colors.is_some() {
                        new_line(style, depth, out);
                        reset(style, out);
                    } else {
                        new_line(style, depth, out);
                    }
                    color(style, 7, out);
                    print_string(key, style.ascii, out);
                    reset(style, out);
                    color(style, 6, out);
                    out.push(b':');
                    if style.indent != Indent::Compact {
                        out.push(b' ');
                    }
                    reset(style, out);
                    current = Some(member);
                } else {
                    color(style, 6, out);
                    new_line(style, depth - 1, out);
                    color(style, 6, out);
                    out.push(b'}');
                    reset(style, out);
                    stack.pop();
                }
            }
        }
    }
}

fn color(style: &Style, which: usize, out: &mut Vec<u8>) {
    if let Some(colors) = &style.colors {
        out.extend_from_slice(&colors[which]);
    }
}

fn reset(style: &Style, out: &mut Vec<u8>) {
    if style.colors.is_some() {
        out.extend_from_slice(RESET);
    }
}

fn new_line(style: &Style, depth: usize, out: &mut Vec<u8>) {
    let (byte, count) = match style.indent {
        Indent::Compact => return,
        Indent::Spaces(width) => (b' ', depth * usize::from(width)),
        Indent::Tab => (b'\t', depth),
    };
    out.push(b'\n');
    out.resize(out.len() + count, byte);
}

fn print_leaf(value: &Value, style: &Style, out: &mut Vec<u8>) {
    let which = match value {
        Value::Null => 0,
        Value::Bool(false) => 1,
        Value::Bool(true) => 2,
        Value::Number(_) | Value::Literal(_) => 3,
        Value::String(_) => 4,
        Value::Array(_) => 5,
        Value::Object(_) => 6,
    };
    color(style, which, out);
    match value {
        Value::Null => out.extend_from_slice(b"null"),
        Value::Bool(true) => out.extend_from_slice(b"true"),
        Value::Bool(false) => out.extend_from_slice(b"false"),
        Value::Number(number) => print_number(*number, out),
        Value::Literal(literal) => out.extend_from_slice(literal.text().as_bytes()),
        Value::String(text) => print_string(text, style.ascii, out),
        Value::Array(_) => out.extend_from_slice(b"[]"),
        Value::Object(_) => out.extend_from_slice(b"{}"),
    }
    reset(style, out);
}

fn print_number(number: f64, out: &mut Vec<u8>) {
    if (0.0..1e15).contains(&number) && number.fract() == 0.0 && !number.is_sign_negative() {
        let mut digits = [0; 20];
        let mut at = digits.len();
        let mut rest = number as u64;
        loop {
            at -= 1;
            digits[at] = b'0' + (rest % 10) as u8;
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        out.extend_from_slice(&digits[at..]);
    } else {
        out.extend_from_slice(format_double(number).as_bytes());
    }
}

/// Adds a string in quotes.
fn print_string(text: &str, ascii: bool, out: &mut Vec<u8>) {
    out.push(b'"');
    let bytes = text.as_bytes();
    let mut done = 0;
    for (at, &byte) in bytes.iter().enumerate() {
        if byte >= 0x20 && byte != b'"' && byte != b'\\' && byte != 0x7f && (byte < 0x80 || !ascii)
        {
            continue;
        }
        if at < done {
            continue;
        }
        out.extend_from_slice(&bytes[done..at]);
        done = at + 1;
        match byte {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\t' => out.extend_from_slice(b"\\t"),
            b'\r' => out.extend_from_slice(b"\\r"),
            8 => out.extend_from_slice(b"\\b"),
            12 => out.extend_from_slice(b"\\f"),
            0x80.. => {
                let c = text[at..].chars().next().unwrap_or_default();
                done = at + c.len_utf8();
                for unit in c.encode_utf16(&mut [0; 2]) {
                    out.extend_from_slice(format!("\\u{unit:04x}").as_bytes());
                }
            }
            _ => out.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
        }
    }
    out.extend_from_slice(&bytes[done..]);
    out.push(b'"');
}
