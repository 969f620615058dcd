//! Getting, setting and deleting at paths.

use super::context::{Raise, error};
use super::simple::shorten;
use crate::json::{Map, Value, compare};
use std::rc::Rc;

/// Elements that an assignment beyond an array's end may make.
const MAX_INDEX: f64 = 536_870_911.0;

/// Keys in a path.
const MAX_PATH: usize = 10_000;

/// The error for a value without elements.
pub fn not_iterable(value: &Value) -> Raise {
    let text = match value {
        Value::Null => "Cannot iterate over null".to_owned(),
        other => format!("Cannot iterate over {} ({})", other.kind(), shorten(other)),
    };
    Raise::Error(Value::string(text))
}

fn cannot_index(value: &Value, key: &Value) -> Raise {
    let text = match key {
        Value::String(key) => format!("Cannot index {} with \"{key}\"", value.kind()),
        Value::Number(_) | Value::Literal(_) => {
            format!(
                "Cannot index {} with number ({})",
                value.kind(),
                shorten(key)
            )
        }
        key => format!("Cannot index {} with {}", value.kind(), key.kind()),
    };
    Raise::Error(Value::string(text))
}

/// `value[key]`
pub fn index(value: Value, key: &Value) -> Result<Value, Raise> {
    Ok(match (&value, key) {
        (Value::Object(map), Value::String(key)) => map.get(key).cloned().unwrap_or_default(),
        (Value::Null, Value::String(_) | Value::Null) => Value::Null,
        (Value::Array(elements), Value::Number(_) | Value::Literal(_)) => {
            let at = position(key, elements.len());
            at.and_then(|at| elements.get(at).cloned())
                .unwrap_or_default()
        }
        (Value::Null, Value::Number(_) | Value::Literal(_)) => Value::Null,
        (Value::Array(_) | Value::Null | Value::String(_), Value::Object(_)) => {
            return slice(&value, key);
        }
        (Value::Array(elements), Value::Array(wanted)) => indices(elements, wanted),
        _ => return Err(cannot_index(&value, key)),
    })
}

/// Where `wanted` begins in `elements`.
pub fn indices(elements: &[Value], wanted: &[Value]) -> Value {
    if wanted.is_empty() {
        return Value::Null;
    }
    let found = elements.windows(wanted.len()).enumerate();
    let found = found.filter(|(_, window)| {
        window
            .iter()
            .zip(wanted)
            .all(|(a, b)| crate::json::equal(a, b))
    });
    Value::array(found.map(|(at, _)| Value::from(at)).collect())
}

fn position(key: &Value, len: usize) -> Option<usize> {
    let at = key.number()?.floor();
    if at.is_nan() {
        return None;
    }
    let at = if at < 0.0 { at + len as f64 } else { at };
    (at >= 0.0 && at < len as f64).then_some(at as usize)
}

/// The key that stands for a slice.
pub fn slice_key(from: Value, to: Value) -> Value {
    let mut map = Map::with_capacity(2);
    map.insert("start".into(), from);
    map.insert("end".into(), to);
    Value::object(map)
}

/// First and last (exclusive) index of a slice.
fn bounds(key: &Value, len: usize, kind: &str) -> Result<(usize, usize), Raise> {
    let Value::Object(map) = key else {
        return error("Start and end indices of an array slice must be numbers");
    };
    let len = len as f64;
    let bound = |name: &str, absent: f64, up: bool| match map.get(name) {
        None | Some(Value::Null) => Ok(absent),
        Some(value) => match value.number() {
            Some(n) if n.is_nan() => Ok(absent),
            Some(n) => {
                let n = if n < 0.0 { n + len } else { n };
                Ok(if up { n.ceil() } else { n.floor() }.clamp(0.0, len))
            }
            None => error(format!(
                "Start and end indices of an {kind} slice must be numbers"
            )),
        },
    };
    let from = bound("start", 0.0, false)?;
    let to = bound("end", len, true)?.max(from);
    Ok((from as usize, to as usize))
}

/// `value[from:to]`
pub fn slice(value: &Value, key: &Value) -> Result<Value, Raise> {
    Ok(match value {
        Value::Null => Value::Null,
        Value::Array(elements) => {
            let (from, to) = bounds(key, elements.len(), "array")?;
            Value::array(elements[from..to].to_vec())
        }
        Value::String(text) => {
            let (from, to) = bounds(key, text.chars().count(), "array")?;
            let part: String = text.chars().skip(from).take(to - from).collect();
            Value::string(part)
        }
        other => return Err(cannot_index(other, key)),
    })
}

/// The value at a path.
pub fn get(value: Value, path: &[Value]) -> Result<Value, Raise> {
    let mut at = value;
    for key in path {
        if matches!(at, Value::Null) {
            return Ok(Value::Null);
        }
        at = index(at, key)?;
    }
    Ok(at)
}

/// Takes the value at a path out, leaving null there if it is there.
pub fn take(value: &mut Value, path: &[Value]) -> Result<Value, Raise> {
    let mut at = value;
    for (depth, key) in path.iter().enumerate() {
        at = match (at, key) {
            (Value::Object(map), Value::String(key)) => {
                if !map.contains_key(key) {
                    return get(Value::Null, &path[depth + 1..]);
                }
                Rc::make_mut(map).entry(key)
            }
            (Value::Array(elements), Value::Number(_) | Value::Literal(_)) => {
                match position(key, elements.len()) {
                    Some(at) => &mut Rc::make_mut(elements)[at],
                    None => return get(Value::Null, &path[depth + 1..]),
                }
            }
            (other, key) => {
                let found = index(other.clone(), key)?;
                return get(found, &path[depth + 1..]);
            }
        };
    }
    Ok(std::mem::take(at))
}

/// Sets the value at a path, making what is missing.
pub fn set(value: &mut Value, path: &[Value], new: Value) -> Result<(), Raise> {
    if path.len() > MAX_PATH {
        return error("Path too deep");
    }
    let mut at = value;
    for (depth, key) in path.iter().enumerate() {
        if matches!(key, Value::Object(_)) {
            return set_slice(at, key, &path[depth + 1..], new);
        }
        at = entry(at, key)?;
    }
    *at = new;
    Ok(())
}

/// The place for a key, made if it is missing.
fn entry<'a>(value: &'a mut Value, key: &Value) -> Result<&'a mut Value, Raise> {
    if matches!(value, Value::Null) {
        match key {
            Value::String(_) => *value = Value::object(Map::default()),
            Value::Number(_) | Value::Literal(_) => *value = Value::array(Vec::new()),
            _ => {}
        }
    }
    match (value, key) {
        (Value::Object(map), Value::String(key)) => Ok(Rc::make_mut(map).entry(key)),
        (Value::Array(elements), Value::Number(_) | Value::Literal(_)) => {
            let number = key.number().unwrap_or_default();
            if number.is_nan() {
                return error("Cannot set array element at NaN index");
            }
            let mut at = number.floor();
            if at < 0.0 {
                at += elements.len() as f64;
                if at < 0.0 {
                    return error("Out of bounds negative array index");
                }
            }
            if at > MAX_INDEX {
                return error("Array index too large");
            }
            let at = at as usize;
            let elements = Rc::make_mut(elements);
            if at >= elements.len() {
                elements.resize(at + 1, Value::Null);
            }
            Ok(&mut elements[at])
        }
        (Value::Array(_), Value::Array(_)) => error("Cannot update field at array index of array"),
        (value, key) => Err(cannot_index(value, key)),
    }
}

fn set_slice(value: &mut Value, key: &Value, rest: &[Value], new: Value) -> Result<(), Raise> {
    if matches!(value, Value::Null) {
        *value = Value::array(Vec::new());
    }
    match value {
        Value::Array(_) => {}
        Value::String(_) => return error("Cannot update string slices"),
        other => {
            return error(format!(
                "Cannot update field at object index of {}",
                other.kind()
            ));
        }
    }
    let mut part = slice(value, key)?;
    set(&mut part, rest, new)?;
    let Value::Array(part) = part else {
        return error("A slice of an array can only be assigned another array");
    };
    if let Value::Array(elements) = value {
        let (from, to) = bounds(key, elements.len(), "array")?;
        let part = part.to_vec();
        Rc::make_mut(elements).splice(from..to, part);
    }
    Ok(())
}

/// The value without what is at these paths, which all refer to the value as it
/// was.
pub fn delete(value: Value, paths: &[Value]) -> Result<Value, Raise> {
    let mut sorted: Vec<&[Value]> = Vec::with_capacity(paths.len());
    for path in paths {
        let Value::Array(path) = path else {
            return error(format!(
                "Path must be specified as array, not {}",
                path.kind()
            ));
        };
        if path.len() > MAX_PATH {
            return error("Path too deep");
        }
        sorted.push(path);
    }
    sorted.sort_by(|a, b| {
        let pairs = a.iter().zip(b.iter()).map(|(a, b)| compare(b, a));
        let order = pairs.into_iter().find(|order| order.is_ne());
        order.unwrap_or_else(|| b.len().cmp(&a.len()))
    });
    let mut value = value;
    let mut rest = sorted.as_slice();
    while let Some(first) = rest.first() {
        let Some((_, parent)) = first.split_last() else {
            return Ok(Value::Null);
        };
        let siblings = |path: &&[Value]| {
            path.len() == first.len() && path.iter().zip(parent).all(|(a, b)| compare(a, b).is_eq())
        };
        let count = rest.iter().take_while(|path| siblings(path)).count().max(1);
        let (group, others) = rest.split_at(count);
        let keys: Vec<&Value> = group.iter().filter_map(|path| path.last()).collect();
        delete_at(&mut value, parent, &keys)?;
        rest = others;
    }
    Ok(value)
}

fn delete_at(value: &mut Value, parent: &[Value], keys: &[&Value]) -> Result<(), Raise> {
    let mut at = value;
    for (depth, key) in parent.iter().enumerate() {
        at = match (at, key) {
            (Value::Null, _) => return Ok(()),
            (Value::Object(map), Value::String(key)) => {
                if !map.contains_key(key) {
                    return Ok(());
                }
                Rc::make_mut(map).entry(key)
            }
            (Value::Array(elements), Value::Number(_) | Value::Literal(_)) => {
                match position(key, elements.len()) {
                    Some(at) => &mut Rc::make_mut(elements)[at],
                    None => return Ok(()),
                }
            }
            (array @ Value::Array(_), Value::Object(_)) => {
                let mut part = slice(array, key)?;
                delete_at(&mut part, &parent[depth + 1..], keys)?;
                return set_slice(array, key, &[], part);
            }
            (other, key) => return Err(cannot_index(other, key)),
        };
    }
    match at {
        Value::Null => Ok(()),
        Value::Object(map) => {
            let map = Rc::make_mut(map);
            let mut names = Vec::with_capacity(keys.len());
            for key in keys {
                match key {
                    Value::String(key) => names.push(key),
                    other => {
                        return error(format!(
                            "Cannot delete field at object index of {}",
                            other.kind()
                        ));
                    }
                }
            }
            map.remove_all(&names);
            Ok(())
        }
        Value::Array(elements) => {
            let mut gone = vec![false; elements.len()];
            for key in keys {
                match key {
                    Value::Number(_) | Value::Literal(_) => {
                        if let Some(at) = position(key, gone.len()) {
                            gone[at] = true;
                        }
                    }
                    Value::Object(_) => {
                        let (from, to) = bounds(key, gone.len(), "array")?;
                        gone[from..to].fill(true);
                    }
                    other => {
                        return error(format!(
                            "Cannot delete field at {} index of array",
                            other.kind()
                        ));
                    }
                }
            }
            let mut gone = gone.into_iter();
            Rc::make_mut(elements).retain(|_| !gone.next().unwrap_or(false));
            Ok(())
        }
        other => match keys.first() {
            Some(Value::String(_)) => error(format!(
                "Cannot delete field at object index of {}",
                other.kind()
            )),
            _ => error(format!(
                "Cannot delete field at array index of {}",
                other.kind()
            )),
        },
    }
}
