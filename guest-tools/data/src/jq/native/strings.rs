//! Functions on strings, with and without regular expressions.

use crate::jq::context::{Context, Raise, error};
use crate::jq::node::Native;
use crate::jq::simple::{split, type_error};
use crate::json::{Literal, ParseError, Parser, Value};
use std::rc::Rc;

type Out = Result<Value, Raise>;

pub fn find(name: &str, arity: usize) -> Option<Native> {
    Some(match (name, arity) {
        ("ascii_downcase", 0) => |_, input, _| {
            let text = needs(&input, "ascii_downcase input must be a string")?;
            Ok(Value::string(text.to_ascii_lowercase()))
        },
        ("ascii_upcase", 0) => |_, input, _| {
            let text = needs(&input, "ascii_upcase input must be a string")?;
            Ok(Value::string(text.to_ascii_uppercase()))
        },
        ("explode", 0) => |_, input, _| {
            let text = needs(&input, "explode input must be a string")?;
            Ok(Value::array(
                text.chars()
                    .map(|c| Value::Number(u32::from(c).into()))
                    .collect(),
            ))
        },
        ("implode", 0) => implode,
        ("ltrimstr", 1) => |_, input, args| Ok(trim_text(input, &args[0], true, false)),
        ("rtrimstr", 1) => |_, input, args| Ok(trim_text(input, &args[0], false, true)),
        ("trimstr", 1) => |_, input, args| Ok(trim_text(input, &args[0], true, true)),
        ("trim", 0) => |_, input, _| trim(&input, str::trim_matches),
        ("ltrim", 0) => |_, input, _| trim(&input, |text, set| text.trim_start_matches(set)),
        ("rtrim", 0) => |_, input, _| trim(&input, |text, set| text.trim_end_matches(set)),
        ("startswith", 1) => |_, input, args| match (&input, &args[0]) {
            (Value::String(text), Value::String(part)) => Ok(text.starts_with(&**part).into()),
            _ => error("startswith() requires string inputs"),
        },
        ("endswith", 1) => |_, input, args| match (&input, &args[0]) {
            (Value::String(text), Value::String(part)) => Ok(text.ends_with(&**part).into()),
            _ => error("endswith() requires string inputs"),
        },
        ("split", 1) => |_, input, args| match (&input, &args[0]) {
            (Value::String(text), Value::String(separator)) => Ok(split(text, separator)),
            _ => error("split input and separator must be strings"),
        },
        ("split", 2) => split_regex,
        ("utf8bytelength", 0) => |_, input, _| match &input {
            Value::String(text) => Ok(Value::from(text.len())),
            other => Err(type_error(other, "only strings have UTF-8 byte length")),
        },
        ("tonumber", 0) => to_number,
        ("toboolean", 0) => |_, input, _| match &input {
            Value::Bool(_) => Ok(input),
            Value::String(text) if &**text == "true" => Ok(Value::Bool(true)),
            Value::String(text) if &**text == "false" => Ok(Value::Bool(false)),
            other => Err(type_error(other, "cannot be parsed as a boolean")),
        },
        ("fromjson", 0) => from_json,
        ("_match", 3) => |context, input, args| {
            let test = matches!(args[2], Value::Bool(true));
            matches(context, &input, &args[0], &args[1], test)
        },
        ("_gaps", 1) => |_, input, args| gaps(&input, &args[0]),
        ("test", 1) => {
            |context, input, args| matches(context, &input, &args[0], &Value::Null, true)
        }
        ("test", 2) => |context, input, args| matches(context, &input, &args[0], &args[1], true),
        _ => return None,
    })
}

fn needs<'a>(input: &'a Value, text: &str) -> Result<&'a str, Raise> {
    match input {
        Value::String(found) => Ok(found),
        _ => error(text),
    }
}

fn implode(_: &mut Context, input: Value, _: &mut [Value]) -> Out {
    let Value::Array(codes) = &input else {
        return Err(type_error(&input, "must be an array"))
            .or_else(|_: Raise| error("implode input must be an array"));
    };
    let mut out = String::with_capacity(codes.len());
    for code in codes.iter() {
        let Some(number) = code.number().filter(|n| !n.is_nan()) else {
            return error("Unicode codepoint must be numeric");
        };
        let code = if number < 0.0 {
            u32::MAX
        } else {
            number as u32
        };
        out.push(char::from_u32(code).unwrap_or('\u{FFFD}'));
    }
    Ok(Value::string(out))
}

fn trim_text(input: Value, part: &Value, left: bool, right: bool) -> Value {
    let (Value::String(text), Value::String(part)) = (&input, part) else {
        return input;
    };
    let mut rest: &str = text;
    if left {
        rest = rest.strip_prefix(&**part).unwrap_or(rest);
    }
    if right {
        rest = rest.strip_suffix(&**part).unwrap_or(rest);
    }
    if rest.len() == text.len() {
        input
    } else {
        Value::string(rest)
    }
}

/// One of the ways in which `str` trims what a predicate is true of.
type Trim = for<'a> fn(&'a str, fn(char) -> bool) -> &'a str;

fn trim(input: &Value, how: Trim) -> Out {
    let Value::String(text) = input else {
        return Err(type_error(input, "cannot be trimmed"));
    };
    Ok(Value::string(how(text, char::is_whitespace)))
}

fn to_number(_: &mut Context, input: Value, _: &mut [Value]) -> Out {
    let Value::String(text) = &input else {
        return match input {
            Value::Number(_) | Value::Literal(_) => Ok(input),
            other => Err(type_error(&other, "cannot be parsed as a number")),
        };
    };
    match Literal::parse(text) {
        Some(literal) if literal.is_plain() => Ok(Value::Number(literal.value)),
        Some(literal) => Ok(Value::Literal(Rc::new(literal))),
        None if text
            .trim_start_matches(['-', '+'])
            .eq_ignore_ascii_case("nan") =>
        {
            Ok(Value::Number(f64::NAN))
        }
        None => Err(type_error(&input, "cannot be parsed as a number")),
    }
}

fn from_json(_: &mut Context, input: Value, _: &mut [Value]) -> Out {
    let Value::String(text) = &input else {
        return Err(type_error(&input, "cannot be parsed as JSON"))
            .or_else(|_: Raise| error("fromjson input must be a string"));
    };
    let mut parser = Parser::default();
    let fail = |what: &str, at: Option<usize>| {
        let place = place(text.as_bytes(), at);
        error(format!("{what} at {place} (while parsing '{text}')"))
    };
    let (value, at) = match parser.next(text.as_bytes(), 0, true) {
        Ok(found) => found,
        Err(ParseError::Bad(what, at)) => return fail(what, at),
        Err(_) => return Ok(Value::Null),
    };
    match parser.next(text.as_bytes(), at, true) {
        Err(ParseError::Bad(what, at)) => fail(what, at),
        Ok(_) => fail("Unexpected extra JSON values", None).or_else(|_: Raise| {
            error(format!(
                "Unexpected extra JSON values (while parsing '{text}')"
            ))
        }),
        Err(_) => Ok(value),
    }
}

/// A place in a text, as parse errors name it.
pub fn place(data: &[u8], at: Option<usize>) -> String {
    let before = &data[..at.unwrap_or(data.len()).min(data.len())];
    let line = 1 + memchr::memchr_iter(b'\n', before).count();
    let column = match memchr::memrchr(b'\n', before) {
        Some(newline) => before.len() - newline - 1,
        None => before.len(),
    };
    let end = if at.is_none() { "EOF at " } else { "" };
    format!("{end}line {line}, column {column}")
}

/// Pattern and flags, from the arguments that a matching function got.
fn pattern(pattern: &Value, flags: &Value) -> Result<(Rc<str>, Rc<str>), Raise> {
    let (pattern, flags) = match pattern {
        Value::Array(parts) => (
            parts.first().cloned().unwrap_or_default(),
            parts.get(1).cloned().unwrap_or_default(),
        ),
        other => (other.clone(), flags.clone()),
    };
    let Value::String(pattern) = pattern else {
        return Err(type_error(
            &pattern,
            "cannot be matched, as it is not a string",
        ));
    };
    let flags = match flags {
        Value::String(flags) => flags,
        Value::Null => "".into(),
        other => return Err(type_error(&other, "is not a string")),
    };
    Ok((pattern, flags))
}

fn matches(context: &mut Context, input: &Value, re: &Value, flags: &Value, test: bool) -> Out {
    let Value::String(text) = input else {
        return Err(type_error(
            input,
            "cannot be matched, as it is not a string",
        ));
    };
    let (pattern, flags) = pattern(re, flags)?;
    let regex = context.regexes.get(&pattern, &flags)?;
    if test {
        return regex.is_match(text).map(Value::Bool);
    }
    regex.matches(text)
}

fn split_regex(context: &mut Context, input: Value, args: &mut [Value]) -> Out {
    let Value::String(text) = &input else {
        return Err(type_error(
            &input,
            "cannot be matched, as it is not a string",
        ));
    };
    let (pattern, flags) = pattern(&args[0], &args[1])?;
    let regex = context.regexes.get(&pattern, &format!("g{flags}"))?;
    let mut out = Vec::new();
    let mut from = 0;
    for (start, end) in regex.spans(text)? {
        out.push(Value::string(&text[from..start]));
        from = end;
    }
    out.push(Value::string(&text[from..]));
    Ok(Value::array(out))
}

/// The parts of a text before each match and after the last.
fn gaps(input: &Value, matches: &Value) -> Out {
    let (Value::String(text), Value::Array(matches)) = (input, matches) else {
        return Err(type_error(
            input,
            "cannot be matched, as it is not a string",
        ));
    };
    let number = |value: &Value, key: &str| match value {
        Value::Object(map) => map.get(key).and_then(Value::number).unwrap_or(0.0) as usize,
        _ => 0,
    };
    let mut out = Vec::with_capacity(matches.len() + 1);
    let mut chars = text.chars();
    let mut at = 0;
    for found in matches.iter() {
        let offset = number(found, "offset");
        let gap: String = chars.by_ref().take(offset.saturating_sub(at)).collect();
        out.push(Value::string(gap));
        let length = number(found, "length");
        chars.by_ref().take(length).for_each(drop);
        at = offset + length;
    }
    out.push(Value::string(chars.as_str()));
    Ok(Value::array(out))
}
