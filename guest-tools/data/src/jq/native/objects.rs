//! Functions on objects and on any value: keys, paths, types.

use super::streams;
use crate::jq::context::{Raise, error};
use crate::jq::node::Native;
use crate::jq::paths;
use crate::jq::simple::type_error;
use crate::json::{Map, Value, to_text};
use std::rc::Rc;

pub fn find(name: &str, arity: usize) -> Option<Native> {
    Some(match (name, arity) {
        ("keys", 0) => |_, input, _| keys(&input, true),
        ("keys_unsorted", 0) => |_, input, _| keys(&input, false),
        ("has", 1) => |_, input, args| has(&input, &args[0]),
        ("in", 1) => |_, input, args| has(&args[0], &input),
        ("length", 0) => |_, input, _| {
            Ok(match &input {
                Value::Null => Value::from(0),
                Value::String(text) => Value::from(text.chars().count()),
                Value::Array(elements) => Value::from(elements.len()),
                Value::Object(map) => Value::from(map.len()),
                Value::Number(number) => Value::Number(number.abs()),
                Value::Literal(literal) if literal.is_negative() => {
                    Value::Literal(Rc::new(literal.negated()))
                }
                Value::Literal(_) => input,
                Value::Bool(_) => return Err(type_error(&input, "has no length")),
            })
        },
        ("abs", 0) => |_, input, _| {
            Ok(match &input {
                Value::Number(number) if *number < 0.0 => Value::Number(-number),
                Value::Number(_) => input,
                Value::Literal(literal) if literal.value < 0.0 => {
                    Value::Literal(Rc::new(literal.negated()))
                }
                Value::Literal(_) => input,
                other => return Err(type_error(other, "has no absolute value")),
            })
        },
        ("not", 0) => |_, input, _| Ok(Value::Bool(!input.truthy())),
        ("type", 0) => |_, input, _| Ok(Value::string(input.kind())),
        ("to_entries", 0) => |_, input, _| {
            let Value::Object(map) = &input else {
                return Err(type_error(&input, "has no keys"));
            };
            let entry = |(key, value): (&Rc<str>, &Value)| {
                let mut entry = Map::with_capacity(2);
                entry.insert("key".into(), Value::String(key.clone()));
                entry.insert("value".into(), value.clone());
                Value::object(entry)
            };
            Ok(Value::array(map.iter().map(entry).collect()))
        },
        ("from_entries", 0) => |_, input, _| from_entries(&input),
        ("setpath", 2) => |_, mut input, args| {
            let Value::Array(path) = &args[0] else {
                return error("Path must be specified as an array");
            };
            paths::set(&mut input, path, args[1].clone())?;
            Ok(input)
        },
        ("delpaths", 1) => |_, input, args| match &args[0] {
            Value::Array(all) => paths::delete(input, all),
            _ => error("Paths must be specified as an array"),
        },
        ("error", 0) => |_, input, _| Err(Raise::Error(input)),
        ("error", 1) => |_, _, args| Err(Raise::Error(args[0].clone())),
        ("tojson", 0) => |_, input, _| Ok(Value::string(to_text(&input))),
        ("tostring", 0) => |_, input, _| {
            Ok(match input {
                Value::String(_) => input,
                other => Value::string(to_text(&other)),
            })
        },
        ("_from_events", 1) => |_, input, args| streams::apply(input, &args[0]),
        ("have_literal_numbers", 0) | ("have_decnum", 0) => |_, _, _| Ok(Value::Bool(true)),
        _ => return None,
    })
}

fn keys(input: &Value, sorted: bool) -> Result<Value, Raise> {
    Ok(match input {
        Value::Object(map) if sorted => {
            let names = map.sorted().into_iter();
            Value::array(names.map(|(key, _)| Value::String(key.clone())).collect())
        }
        Value::Object(map) => Value::array(
            map.iter()
                .map(|(key, _)| Value::String(key.clone()))
                .collect(),
        ),
        Value::Array(elements) => Value::array((0..elements.len()).map(Value::from).collect()),
        other => return Err(type_error(other, "has no keys")),
    })
}

fn has(input: &Value, key: &Value) -> Result<Value, Raise> {
    Ok(Value::Bool(match (input, key, key.number()) {
        (Value::Object(map), Value::String(key), _) => map.contains_key(key),
        (Value::Array(elements), _, Some(at)) => at >= 0.0 && at < elements.len() as f64,
        _ => {
            return error(format!(
                "Cannot check whether {} has a {} key",
                input.kind(),
                key.kind()
            ));
        }
    }))
}

fn from_entries(input: &Value) -> Result<Value, Raise> {
    let entries: Vec<Value> = match input {
        Value::Array(elements) => elements.to_vec(),
        Value::Object(map) => map.values().cloned().collect(),
        other => return Err(paths::not_iterable(other)),
    };
    let mut out = Map::with_capacity(entries.len());
    for entry in entries {
        let field = |name: &str| paths::index(entry.clone(), &Value::string(name));
        let mut key = Value::Null;
        for name in ["key", "k", "name", "Name", "Key", "K"] {
            key = field(name)?;
            if !matches!(key, Value::Null | Value::Bool(false)) {
                break;
            }
            if matches!(key, Value::Bool(false)) {
                break;
            }
        }
        let key: Rc<str> = match &key {
            Value::String(key) => key.clone(),
            Value::Null => "null".into(),
            Value::Bool(_) | Value::Number(_) | Value::Literal(_) => to_text(&key).into(),
            other => {
                return error(format!(
                    "Cannot use {} ({}) as object key",
                    other.kind(),
                    crate::jq::simple::shorten(other)
                ));
            }
        };
        let mut value = Value::Null;
        if let Value::Object(map) = &entry {
            for name in ["value", "v", "Value", "V"] {
                if let Some(found) = map.get(name)
                    && !matches!(found, Value::Null)
                {
                    value = found.clone();
                    break;
                }
            }
        }
        out.insert(key, value);
    }
    Ok(Value::object(out))
}
