//! Functions on arrays: order, grouping, joining.

use crate::jq::context::{Context, Raise, error};
use crate::jq::node::Native;
use crate::jq::paths::{self, not_iterable};
use crate::jq::simple::{self, pair_error, type_error};
use crate::json::{Array, Value, compare, equal, to_text};
use std::rc::Rc;

/// Levels compared by `contains`.
const MAX_CONTAINMENT: usize = 10_000;

type Out = Result<Value, Raise>;

pub fn find(name: &str, arity: usize) -> Option<Native> {
    Some(match (name, arity) {
        ("add", 0) => add,
        ("sort", 0) => |_, input, _| {
            let mut elements = sortable(input)?;
            Rc::make_mut(&mut elements).sort_by(compare);
            Ok(Value::Array(elements))
        },
        ("unique", 0) => |_, input, _| {
            let mut elements = sortable(input)?;
            let unique = Rc::make_mut(&mut elements);
            unique.sort_by(compare);
            unique.dedup_by(|a, b| equal(a, b));
            Ok(Value::Array(elements))
        },
        ("min", 0) => |_, input, _| extreme(&input, &input, false),
        ("max", 0) => |_, input, _| extreme(&input, &input, true),
        ("reverse", 0) => |_, input, _| match input {
            Value::String(text) => Ok(Value::string(text.chars().rev().collect::<String>())),
            Value::Null => Ok(Value::array(Vec::new())),
            Value::Array(mut elements) => {
                Rc::make_mut(&mut elements).reverse();
                Ok(Value::Array(elements))
            }
            other => Err(type_error(
                &other,
                "cannot be reversed, as it is not an array",
            )),
        },
        ("flatten", 0) => |_, input, _| flatten_input(&input, f64::INFINITY),
        ("flatten", 1) => |_, input, args| match args[0].number() {
            Some(depth) if depth < 0.0 => error("flatten depth must not be negative"),
            Some(depth) => flatten_input(&input, depth),
            None => error("flatten depth must not be negative"),
        },
        ("join", 1) => join,
        ("transpose", 0) => transpose,
        ("bsearch", 1) => |_, input, args| match &input {
            Value::Array(elements) => {
                Ok(match elements.binary_search_by(|e| compare(e, &args[0])) {
                    Ok(at) => Value::from(at),
                    Err(at) => Value::Number(-1.0 - at as f64),
                })
            }
            other => Err(type_error(other, "cannot be searched from")),
        },
        ("contains", 1) => |_, input, args| contains(&input, &args[0], 0).map(Value::Bool),
        ("inside", 1) => |_, input, args| contains(&args[0], &input, 0).map(Value::Bool),
        ("_strindices", 1) => |_, input, args| match (&input, &args[0]) {
            (Value::String(_), Value::String(_)) => indices(&input, &args[0]),
            (Value::String(_), other) => Err(type_error(other, "is not a string")),
            (other, _) => Err(type_error(
                other,
                "cannot be searched, as it is not a string",
            )),
        },
        ("_indices", 1) => |_, input, args| indices(&input, &args[0]),
        ("toarray", 0) => |_, input, _| {
            Ok(match input {
                Value::Array(_) => input,
                other => Value::array(vec![other]),
            })
        },
        _ => return None,
    })
}

/// The function that `sort_by(f)` and its kin become, given the keys.
pub fn by_keys(name: &str) -> Native {
    match name {
        "sort_by" => |_, input, args| {
            let pairs = keyed(input, &args[0])?;
            Ok(Value::array(
                pairs.into_iter().map(|(_, value)| value).collect(),
            ))
        },
        "group_by" => |_, input, args| {
            let groups = groups(keyed(input, &args[0])?);
            Ok(Value::array(groups.into_iter().map(Value::array).collect()))
        },
        "unique_by" => |_, input, args| {
            let groups = groups(keyed(input, &args[0])?);
            let firsts = groups
                .into_iter()
                .filter_map(|group| group.into_iter().next());
            Ok(Value::array(firsts.collect()))
        },
        "min_by" => |_, input, args| extreme(&input, &args[0], false),
        _ => |_, input, args| extreme(&input, &args[0], true),
    }
}

fn sortable(input: Value) -> Result<Rc<Array>, Raise> {
    match input {
        Value::Array(elements) => Ok(elements),
        other => Err(type_error(
            &other,
            "cannot be sorted, as it is not an array",
        )),
    }
}

fn keyed(input: Value, keys: &Value) -> Result<Vec<(Value, Value)>, Raise> {
    match (&input, keys) {
        (Value::Array(elements), Value::Array(keys)) => {
            let mut pairs: Vec<(Value, Value)> =
                keys.iter().cloned().zip(elements.iter().cloned()).collect();
            pairs.sort_by(|a, b| compare(&a.0, &b.0));
            Ok(pairs)
        }
        _ => Err(pair_error(
            &input,
            keys,
            "cannot be sorted, as they are not both arrays",
        )),
    }
}

fn groups(pairs: Vec<(Value, Value)>) -> Vec<Vec<Value>> {
    let mut out: Vec<Vec<Value>> = Vec::new();
    let mut last: Option<Value> = None;
    for (key, value) in pairs {
        match (&last, out.last_mut()) {
            (Some(before), Some(group)) if equal(before, &key) => group.push(value),
            _ => {
                out.push(vec![value]);
                last = Some(key);
            }
        }
    }
    out
}

fn extreme(input: &Value, keys: &Value, greatest: bool) -> Out {
    let (Value::Array(elements), Value::Array(keys)) = (input, keys) else {
        return Err(pair_error(input, keys, "cannot be iterated over"));
    };
    let mut best: Option<usize> = None;
    for (at, key) in keys.iter().enumerate() {
        let better = match best {
            None => true,
            Some(best) => {
                let order = compare(key, &keys[best]);
                if greatest {
                    order.is_ge()
                } else {
                    order.is_lt()
                }
            }
        };
        if better {
            best = Some(at);
        }
    }
    Ok(best
        .and_then(|at| elements.get(at).cloned())
        .unwrap_or_default())
}

fn add(_: &mut Context, input: Value, _: &mut [Value]) -> Out {
    let values: Vec<Value> = match input {
        Value::Array(elements) => elements.to_vec(),
        Value::Object(map) => map.values().cloned().collect(),
        other => return Err(not_iterable(&other)),
    };
    if values.iter().all(|value| matches!(value, Value::String(_))) && !values.is_empty() {
        let texts: Vec<&str> = values.iter().filter_map(Value::text).collect();
        return Ok(Value::string(texts.concat()));
    }
    let mut sum = Value::Null;
    for value in values {
        sum = simple::calculate(crate::jq::ast::Operator::Add, sum, value)?;
    }
    Ok(sum)
}

fn flatten_input(input: &Value, depth: f64) -> Out {
    let mut out = Vec::new();
    match input {
        Value::Array(elements) => flatten(elements.iter(), depth, &mut out),
        Value::Object(map) => flatten(map.values(), depth, &mut out),
        other => return Err(not_iterable(other)),
    }
    Ok(Value::array(out))
}

fn flatten<'a>(elements: impl Iterator<Item = &'a Value> + 'a, depth: f64, out: &mut Vec<Value>) {
    let mut stack: Vec<Box<dyn Iterator<Item = &'a Value> + 'a>> = vec![Box::new(elements)];
    while let Some(top) = stack.last_mut() {
        match top.next() {
            None => {
                stack.pop();
            }
            Some(Value::Array(inner)) if stack.len() as f64 <= depth => {
                stack.push(Box::new(inner.iter()));
            }
            Some(other) => out.push(other.clone()),
        }
    }
}

fn join(_: &mut Context, input: Value, args: &mut [Value]) -> Out {
    let values: Vec<Value> = match input {
        Value::Array(elements) => elements.to_vec(),
        Value::Object(map) => map.values().cloned().collect(),
        other => return Err(not_iterable(&other)),
    };
    if values.is_empty() {
        return Ok(Value::string(""));
    }
    let mut out = String::new();
    for (at, value) in values.iter().enumerate() {
        if at > 0 {
            match &args[0] {
                Value::String(separator) => out.push_str(separator),
                Value::Null => {}
                other => return Err(pair_error(&Value::string(out), other, "cannot be added")),
            }
        }
        match value {
            Value::Null => {}
            Value::String(text) => out.push_str(text),
            Value::Bool(_) | Value::Number(_) | Value::Literal(_) => out.push_str(&to_text(value)),
            other => return Err(pair_error(&Value::string(out), other, "cannot be added")),
        }
    }
    Ok(Value::string(out))
}

fn transpose(_: &mut Context, input: Value, _: &mut [Value]) -> Out {
    let Value::Array(rows) = &input else {
        return Err(not_iterable(&input));
    };
    let mut width = 0;
    for row in rows.iter() {
        match row {
            Value::Array(row) => width = width.max(row.len()),
            Value::Null => {}
            other => return Err(type_error(other, "has no columns")),
        }
    }
    let column = |at: usize| {
        let cell = |row: &Value| paths::index(row.clone(), &Value::from(at)).unwrap_or_default();
        Value::array(rows.iter().map(cell).collect())
    };
    Ok(Value::array((0..width).map(column).collect()))
}

fn contains(a: &Value, b: &Value, depth: usize) -> Result<bool, Raise> {
    if depth > MAX_CONTAINMENT {
        return error("Containment check too deep");
    }
    Ok(match (a, b) {
        (Value::Object(a), Value::Object(b)) => {
            for (key, value) in b.iter() {
                match a.get(key) {
                    Some(found) if contains(found, value, depth + 1)? => {}
                    _ => return Ok(false),
                }
            }
            true
        }
        (Value::Array(a), Value::Array(b)) => {
            for wanted in b.iter() {
                let mut found = false;
                for element in a.iter() {
                    if element.kind() == wanted.kind() && contains(element, wanted, depth + 1)? {
                        found = true;
                        break;
                    }
                }
                if !found {
                    return Ok(false);
                }
            }
            true
        }
        (Value::String(a), Value::String(b)) => a.contains(&**b),
        (a, b) if a.kind() == b.kind() => equal(a, b),
        (a, b) => return Err(pair_error(a, b, "cannot have their containment checked")),
    })
}

/// Where `wanted` is in `input`.
fn indices(input: &Value, wanted: &Value) -> Out {
    Ok(match (input, wanted) {
        (Value::Null, _) => Value::Null,
        (Value::String(text), Value::String(wanted)) => {
            if wanted.is_empty() {
                return Ok(Value::Null);
            }
            let mut out = Vec::new();
            let mut chars = 0;
            let mut counted = 0;
            let mut from = 0;
            while let Some(at) = text.get(from..).and_then(|rest| rest.find(&**wanted)) {
                let at = from + at;
                chars += text[counted..at].chars().count();
                counted = at;
                out.push(Value::from(chars));
                from = at + text[at..].chars().next().map_or(1, char::len_utf8);
            }
            Value::array(out)
        }
        (Value::Array(elements), Value::Array(wanted)) => paths::indices(elements, wanted),
        (Value::Array(elements), wanted) => {
            let found = elements
                .iter()
                .enumerate()
                .filter(|(_, e)| equal(e, wanted));
            Value::array(found.map(|(at, _)| Value::from(at)).collect())
        }
        (input, wanted) => return paths::index(input.clone(), wanted),
    })
}
