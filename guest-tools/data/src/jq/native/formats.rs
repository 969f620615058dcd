//! The formats after `@`.

use crate::jq::context::{Context, Raise, error};
use crate::jq::node::Native;
use crate::jq::simple::type_error;
use crate::json::{Value, format_double, to_text};
use std::fmt::Write;

type Out = Result<Value, Raise>;

/// The function for a format.
pub fn format(name: &str) -> Option<Native> {
    Some(match name {
        "text" => |_, input, _| {
            Ok(match input {
                Value::String(_) => input,
                other => Value::string(to_text(&other)),
            })
        },
        "json" => |_, input, _| Ok(Value::string(to_text(&input))),
        "html" => html,
        "uri" => uri,
        "urid" => uri_decode,
        "csv" => |_, input, _| row(&input, "csv", ',', csv_cell),
        "tsv" => |_, input, _| row(&input, "tsv", '\t', tsv_cell),
        "sh" => shell,
        "base64" => |_, input, _| Ok(Value::string(encode(text(&input).as_bytes(), BASE64, 6))),
        "base64d" => base64_decode,
        "base32" => |_, input, _| Ok(Value::string(encode(text(&input).as_bytes(), BASE32, 5))),
        "base32d" => base32_decode,
        _ => return None,
    })
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.to_string(),
        other => to_text(other),
    }
}

fn html(_: &mut Context, input: Value, _: &mut [Value]) -> Out {
    let text = text(&input);
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '\'' => out.push_str("&apos;"),
            '"' => out.push_str("&quot;"),
            other => out.push(other),
        }
    }
    Ok(Value::string(out))
}

fn uri(_: &mut Context, input: Value, _: &mut [Value]) -> Out {
    let mut out = String::new();
    for byte in text(&input).bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    Ok(Value::string(out))
}

fn uri_decode(_: &mut Context, input: Value, _: &mut [Value]) -> Out {
    let text = text(&input);
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    let bad = || type_error(&Value::string(text.as_str()), "is not a valid uri encoding");
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        if byte != b'%' {
            out.push(byte);
            continue;
        }
        let digits = tail
            .get(..2)
            .and_then(|digits| std::str::from_utf8(digits).ok());
        let digits = digits.filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()));
        let code = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        out.push(code.ok_or_else(bad)?);
        rest = &tail[2..];
    }
    String::from_utf8(out).map(Value::string).map_err(|_| bad())
}

fn row(
    input: &Value,
    name: &str,
    separator: char,
    cell: fn(&Value, &mut String) -> Result<(), Raise>,
) -> Out {
    let Value::Array(cells) = input else {
        let what = format!("cannot be {name}-formatted, only an array can be");
        return Err(type_error(input, &what));
    };
    let mut out = String::new();
    for (at, value) in cells.iter().enumerate() {
        if at > 0 {
            out.push(separator);
        }
        match value {
            Value::Null => {}
            Value::Bool(truth) => out.push_str(if *truth { "true" } else { "false" }),
            Value::Number(number) if number.is_nan() => {}
            Value::Number(number) => out.push_str(&format_double(*number)),
            Value::Literal(literal) => out.push_str(&literal.text()),
            other => cell(other, &mut out)?,
        }
    }
    Ok(Value::string(out))
}

fn csv_cell(value: &Value, out: &mut String) -> Result<(), Raise> {
    let Value::String(text) = value else {
        return Err(type_error(value, "is not valid in a csv row"));
    };
    out.push('"');
    out.push_str(&text.replace('"', "\"\""));
    out.push('"');
    Ok(())
}

fn tsv_cell(value: &Value, out: &mut String) -> Result<(), Raise> {
    let Value::String(text) = value else {
        return Err(type_error(value, "is not valid in a tsv row"));
    };
    for c in text.chars() {
        match c {
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\\' => out.push_str("\\\\"),
            other => out.push(other),
        }
    }
    Ok(())
}

fn shell(_: &mut Context, input: Value, _: &mut [Value]) -> Out {
    let words = match &input {
        Value::Array(words) => words.to_vec(),
        other => vec![other.clone()],
    };
    let mut out = String::new();
    for (at, word) in words.iter().enumerate() {
        if at > 0 {
            out.push(' ');
        }
        match word {
            Value::String(text) => {
                out.push('\'');
                out.push_str(&text.replace('\'', "'\\''"));
                out.push('\'');
            }
            Value::Array(_) | Value::Object(_) => {
                return Err(type_error(word, "can not be escaped for shell"));
            }
            other => out.push_str(&to_text(other)),
        }
    }
    Ok(Value::string(out))
}

const BASE64: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const BASE32: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

fn encode(data: &[u8], alphabet: &[u8], bits: u32) -> String {
    let mut out = String::with_capacity(data.len() * 2);
    let (mut pending, mut held) = (0_u32, 0);
    for byte in data {
        pending = (pending << 8) | u32::from(*byte);
        held += 8;
        while held >= bits {
            held -= bits;
            out.push(char::from(
                alphabet[(pending >> held) as usize & ((1 << bits) - 1)],
            ));
        }
        pending &= (1 << held) - 1;
    }
    if held > 0 {
        out.push(char::from(alphabet[(pending << (bits - held)) as usize]));
    }
    let group = if bits == 6 { 4 } else { 8 };
    while !out.len().is_multiple_of(group) {
        out.push('=');
    }
    out
}

fn base64_decode(_: &mut Context, input: Value, _: &mut [Value]) -> Out {
    let text = text(&input);
    let whole = Value::string(text.as_str());
    let mut out = Vec::with_capacity(text.len());
    let (mut pending, mut count) = (0_u32, 0);
    let body = text.as_bytes();
    let end = body.iter().rposition(|b| *b != b'=').map_or(0, |at| at + 1);
    for byte in &body[..end] {
        let Some(code) = BASE64.iter().position(|c| c == byte) else {
            return Err(type_error(&whole, "is not valid base64 data"));
        };
        pending = (pending << 6) | code as u32;
        count += 1;
        if count == 4 {
            out.extend_from_slice(&pending.to_be_bytes()[1..]);
            (pending, count) = (0, 0);
        }
    }
    match count {
        3 => out.extend_from_slice(&[(pending >> 10) as u8, (pending >> 2) as u8]),
        2 => out.push((pending >> 4) as u8),
        1 => return Err(type_error(&whole, "trailing base64 byte found")),
        _ => {}
    }
    Ok(Value::string(String::from_utf8_lossy(&out).into_owned()))
}

fn base32_decode(_: &mut Context, input: Value, _: &mut [Value]) -> Out {
    let text = text(&input);
    let mut out = Vec::with_capacity(text.len());
    let (mut pending, mut held) = (0_u32, 0);
    for byte in text.trim_end_matches('=').bytes() {
        let Some(code) = BASE32.iter().position(|c| *c == byte) else {
            return error(format!(
                "string ({}) is not valid base32 data",
                to_text(&Value::string(text.as_str()))
            ));
        };
        pending = (pending << 5) | code as u32;
        held += 5;
        if held >= 8 {
            held -= 8;
            out.push((pending >> held) as u8);
            pending &= (1 << held) - 1;
        }
    }
    Ok(Value::string(String::from_utf8_lossy(&out).into_owned()))
}
