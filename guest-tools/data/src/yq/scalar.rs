//! Values of YAML scalars, keys and merges.

use crate::json::{Literal, Map, Value, to_text};
use saphyr_parser::ScalarStyle;
use std::rc::Rc;

/// The name that a key stands for.
pub fn key_text(value: &Value) -> Rc<str> {
    match value {
        Value::String(text) => text.clone(),
        other => to_text(other).into(),
    }
}

/// How many values there are in it, itself counted.
pub fn size(value: &Value) -> usize {
    1 + match value {
        Value::Array(elements) => elements.iter().map(size).fold(0, usize::saturating_add),
        Value::Object(map) => map.values().map(size).fold(0, usize::saturating_add),
        _ => 0,
    }
}

/// `<<: value`: members that are not there yet.
pub fn merge(map: &mut Map, value: &Value) {
    match value {
        Value::Object(other) => {
            for (key, value) in other.iter() {
                if !map.contains_key(key) {
                    map.insert(key.clone(), value.clone());
                }
            }
        }
        Value::Array(several) => several.iter().for_each(|one| merge(map, one)),
        _ => {}
    }
}

/// What a scalar is.
pub fn scalar(text: &str, style: ScalarStyle, tag: Option<&str>) -> Value {
    if tag == Some("str") || (style != ScalarStyle::Plain && tag.is_none()) {
        return Value::string(text);
    }
    plain(text).unwrap_or_else(|| Value::string(text))
}

/// What a plain scalar is, if it is no string.
pub fn plain(text: &str) -> Option<Value> {
    Some(match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        ".inf" | ".Inf" | ".INF" | "+.inf" => Value::Number(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => Value::Number(f64::NEG_INFINITY),
        ".nan" | ".NaN" | ".NAN" => Value::Number(f64::NAN),
        _ => {
            let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
            if let Some(hex) = digits.strip_prefix("0x") {
                return Some(Value::Number(u64::from_str_radix(hex, 16).ok()? as f64));
            }
            if let Some(octal) = digits.strip_prefix("0o") {
                return Some(Value::Number(u64::from_str_radix(octal, 8).ok()? as f64));
            }
            if !digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
                return None;
            }
            let literal = Literal::parse(text)?;
            if literal.is_plain() {
                Value::Number(literal.value)
            } else {
                Value::Literal(Rc::new(literal))
            }
        }
    })
}
