//! YAML documents as values.

use crate::json::{Literal, Map, Value};
use saphyr_parser::{Event, Parser, ScalarStyle};
use std::collections::HashMap;
use std::rc::Rc;

/// Collections within each other.
const MAX_DEPTH: usize = 5_000;

/// Values that aliases may bring in all, counted as nodes.
const MAX_ALIASED: usize = 10_000_000;

enum Open {
    List(Vec<Value>, usize),
    Map(Map, Option<Rc<str>>, usize),
}

/// All documents of a text.
///
/// # Errors
/// What is wrong with it.
pub fn documents(text: &str) -> Result<Vec<Value>, String> {
    let mut out = Vec::new();
    let mut stack: Vec<Open> = Vec::new();
    let mut anchors: HashMap<usize, (Value, usize)> = HashMap::new();
    let mut aliased = 0;
    let mut root: Option<Value> = None;
    for event in Parser::new_from_str(text) {
        let (event, _) = event.map_err(|error| error.to_string())?;
        let (value, anchor) = match event {
            Event::DocumentStart(_) => {
                root = None;
                anchors.clear();
                continue;
            }
            Event::DocumentEnd => {
                out.push(root.take().unwrap_or_default());
                continue;
            }
            Event::SequenceStart(anchor, _) => {
                stack.push(Open::List(Vec::new(), anchor));
                if stack.len() > MAX_DEPTH {
                    return Err("the document is nested too deeply".to_owned());
                }
                continue;
            }
            Event::MappingStart(anchor, _) => {
                stack.push(Open::Map(Map::default(), None, anchor));
                if stack.len() > MAX_DEPTH {
                    return Err("the document is nested too deeply".to_owned());
                }
                continue;
            }
            Event::SequenceEnd | Event::MappingEnd => match stack.pop() {
                Some(Open::List(elements, anchor)) => (Value::array(elements), anchor),
                Some(Open::Map(map, _, anchor)) => (Value::object(map), anchor),
                None => continue,
            },
            Event::Scalar(text, style, anchor, tag) => {
                let tag = tag.as_ref().map(|tag| tag.suffix.as_str());
                (scalar(&text, style, tag), anchor)
            }
            Event::Alias(id) => {
                let (value, nodes) = anchors.get(&id).cloned().unwrap_or_default();
                aliased += nodes;
                if aliased > MAX_ALIASED {
                    return Err("aliases make the document too large".to_owned());
                }
                (value, 0)
            }
            _ => continue,
        };
        if anchor > 0 {
            let nodes = count(&value);
            anchors.insert(anchor, (value.clone(), nodes));
        }
        match stack.last_mut() {
            None => root = Some(value),
            Some(Open::List(elements, _)) => elements.push(value),
            Some(Open::Map(map, key, _)) => match key.take() {
                None => {
                    *key = Some(match &value {
                        Value::String(text) => text.clone(),
                        other => crate::json::to_text(other).into(),
                    });
                }
                Some(key) if &*key == "<<" => merge(map, &value),
                Some(key) => map.insert(key, value),
            },
        }
    }
    Ok(out)
}

fn count(value: &Value) -> usize {
    1 + match value {
        Value::Array(elements) => elements.iter().map(count).fold(0, usize::saturating_add),
        Value::Object(map) => map.values().map(count).fold(0, usize::saturating_add),
        _ => 0,
    }
}

/// `<<: value`: members that are not there yet.
fn merge(map: &mut Map, value: &Value) {
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

fn scalar(text: &str, style: ScalarStyle, tag: Option<&str>) -> Value {
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
