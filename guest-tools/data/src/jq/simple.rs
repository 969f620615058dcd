//! Filters with exactly one result, run directly: most of most programs.

use super::ast::Operator;
use super::compile::maps;
use super::context::{Context, Raise, error};
use super::env::{Env, Slot, bind, slot};
use super::node::{Kind, N};
use super::paths;
use crate::json::{Map, Object, Value, compare, equal, to_text};
use std::rc::Rc;

/// The longest text of a value in a message, in bytes.
const SHOWN: usize = 29;

/// The result of a node that is `simple`.
pub fn eval(context: &mut Context, node: N, env: &Env, input: Value) -> Result<Value, Raise> {
    Ok(match &node.kind {
        Kind::Identity => input,
        Kind::Literal(value) => value.clone(),
        Kind::Field(key) => return paths::index(input, key),
        Kind::Variable(hops) => match slot(env, *hops) {
            Some(Slot::Value(value)) => value.clone(),
            _ => Value::Null,
        },
        Kind::Index(term, key) => {
            let key = eval(context, key, env, input.clone())?;
            let term = eval(context, term, env, input)?;
            return paths::index(term, &key);
        }
        Kind::Slice(term, from, to) => {
            let mut bound = |node: &Option<N>| match node {
                Some(node) => eval(context, node, env, input.clone()),
                None => Ok(Value::Null),
            };
            let key = paths::slice_key(bound(from)?, bound(to)?);
            let term = eval(context, term, env, input)?;
            return paths::slice(&term, &key);
        }
        Kind::Pipe(a, b) => {
            let middle = eval(context, a, env, input)?;
            return eval(context, b, env, middle);
        }
        Kind::Bind(source, body) => {
            let value = eval(context, source, env, input.clone())?;
            return eval(context, body, &bind(env, Slot::Value(value)), input);
        }
        Kind::Negate(inner) => return negate(eval(context, inner, env, input)?),
        Kind::Binary(operator, a, b) => {
            let right = eval(context, b, env, input.clone())?;
            let left = eval(context, a, env, input)?;
            return calculate(*operator, left, right);
        }
        Kind::And(a, b) => Value::Bool(
            eval(context, a, env, input.clone())?.truthy()
                && eval(context, b, env, input)?.truthy(),
        ),
        Kind::Or(a, b) => Value::Bool(
            eval(context, a, env, input.clone())?.truthy()
                || eval(context, b, env, input)?.truthy(),
        ),
        Kind::If(condition, yes, no) => {
            let branch = match eval(context, condition, env, input.clone())?.truthy() {
                true => yes,
                false => no,
            };
            return eval(context, branch, env, input);
        }
        Kind::Array(inner) => match maps(inner) {
            Some(f) => return map(context, f, env, input),
            None => Value::array(vec![eval(context, inner, env, input)?]),
        },
        Kind::Object(members) => {
            let mut map = Map::with_capacity(members.len());
            for (key, value) in members {
                let key = match eval(context, key, env, input.clone())? {
                    Value::String(key) => key,
                    other => return Err(bad_key(&other)),
                };
                let value = eval(context, value, env, input.clone())?;
                map.insert(key, value);
            }
            Value::object(map)
        }
        Kind::Template(parts) => {
            let mut out = String::new();
            for part in parts {
                match eval(context, part, env, input.clone())? {
                    Value::String(text) => out.push_str(&text),
                    other => out.push_str(&to_text(&other)),
                }
            }
            Value::string(out)
        }
        Kind::GetPath(path) => {
            let Value::Array(path) = eval(context, path, env, input.clone())? else {
                return error("Path must be specified as an array");
            };
            return paths::get(input, &path);
        }
        Kind::Modify(target, change) => {
            let mut path = Vec::new();
            place(context, target, env, &input, &mut path)?;
            let mut whole = input;
            let old = paths::take(&mut whole, &path)?;
            let new = eval(context, change, env, old)?;
            paths::set(&mut whole, &path, new)?;
            whole
        }
        Kind::Native(run, args) => {
            return match args.as_ref() {
                [] => run(context, input, &mut []),
                [a] => {
                    let mut args = [eval(context, a, env, input.clone())?];
                    run(context, input, &mut args)
                }
                several => {
                    let mut args = Vec::with_capacity(several.len());
                    for arg in several {
                        args.push(eval(context, arg, env, input.clone())?);
                    }
                    run(context, input, &mut args)
                }
            };
        }
        _ => return error("internal error: the filter has several results"),
    })
}

/// The keys that a chain of keys stands for.
fn place(
    context: &mut Context,
    target: N,
    env: &Env,
    input: &Value,
    path: &mut Vec<Value>,
) -> Result<(), Raise> {
    match &target.kind {
        Kind::Field(key) => path.push(key.clone()),
        Kind::Pipe(a, b) => {
            place(context, a, env, input, path)?;
            let needs = !matches!(b.kind, Kind::Field(_) | Kind::Identity);
            let below = match needs {
                true => paths::get(input.clone(), path)?,
                false => Value::Null,
            };
            place(context, b, env, &below, path)?;
        }
        Kind::Index(_, key) => path.push(eval(context, key, env, input.clone())?),
        _ => {}
    }
    Ok(())
}

/// `map(f)`, reusing the array if nobody else has it.
fn map(context: &mut Context, f: N, env: &Env, input: Value) -> Result<Value, Raise> {
    match input {
        Value::Array(mut elements) => {
            if let Some(unique) = Rc::get_mut(&mut elements) {
                for element in unique.iter_mut() {
                    *element = eval(context, f, env, std::mem::take(element))?;
                }
                return Ok(Value::Array(elements));
            }
            let mut out = Vec::with_capacity(elements.len());
            for element in elements.iter() {
                out.push(eval(context, f, env, element.clone())?);
            }
            Ok(Value::array(out))
        }
        Value::Object(map) => {
            let mut out = Vec::with_capacity(map.len());
            for value in map.values() {
                out.push(eval(context, f, env, value.clone())?);
            }
            Ok(Value::array(out))
        }
        other => Err(paths::not_iterable(&other)),
    }
}

/// An object of these members.
pub fn object(members: Vec<(Value, Value)>) -> Value {
    let mut map = Map::with_capacity(members.len());
    for (key, value) in members {
        if let Value::String(key) = key {
            map.insert(key, value);
        }
    }
    Value::object(map)
}

/// The error for a key that is no string.
pub fn bad_key(key: &Value) -> Raise {
    Raise::Error(Value::string(format!(
        "Object keys must be strings, not {} ({})",
        key.kind(),
        shorten(key)
    )))
}

/// A value's text, cut for a message.
pub fn shorten(value: &Value) -> String {
    let mut text = to_text(value);
    if text.len() > SHOWN {
        let close = match value {
            Value::String(_) => "\"",
            Value::Array(_) => "]",
            Value::Object(_) => "}",
            _ => "",
        };
        let mut end = SHOWN - 3 - close.len();
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        text.truncate(end);
        text.push_str("...");
        text.push_str(close);
    }
    text
}

/// The error `type (value) what`.
pub fn type_error(value: &Value, what: &str) -> Raise {
    let text = format!("{} ({}) {what}", value.kind(), shorten(value));
    Raise::Error(Value::string(text))
}

/// The error `type (value) and type (value) what`.
pub fn pair_error(a: &Value, b: &Value, what: &str) -> Raise {
    Raise::Error(Value::string(format!(
        "{} ({}) and {} ({}) {what}",
        a.kind(),
        shorten(a),
        b.kind(),
        shorten(b)
    )))
}

/// `-f`
pub fn negate(value: Value) -> Result<Value, Raise> {
    match value {
        Value::Number(number) => Ok(Value::Number(-number)),
        Value::Literal(literal) => Ok(Value::Literal(Rc::new(literal.negated()))),
        other => Err(type_error(&other, "cannot be negated")),
    }
}

/// The result of an operator.
pub fn calculate(operator: Operator, a: Value, b: Value) -> Result<Value, Raise> {
    let numbers = (a.number(), b.number());
    Ok(match operator {
        Operator::Equal => Value::Bool(equal(&a, &b)),
        Operator::NotEqual => Value::Bool(!equal(&a, &b)),
        Operator::Less => Value::Bool(compare(&a, &b).is_lt()),
        Operator::AtMost => Value::Bool(compare(&a, &b).is_le()),
        Operator::Greater => Value::Bool(compare(&a, &b).is_gt()),
        Operator::AtLeast => Value::Bool(compare(&a, &b).is_ge()),
        Operator::Add => return add(a, b),
        Operator::Subtract => match (numbers, a, b) {
            ((Some(x), Some(y)), ..) => Value::Number(x - y),
            (_, Value::Array(mut x), Value::Array(y)) => {
                let keep = |value: &Value| !y.iter().any(|other| equal(value, other));
                Rc::make_mut(&mut x).retain(keep);
                Value::Array(x)
            }
            (_, a, b) => return Err(pair_error(&a, &b, "cannot be subtracted")),
        },
        Operator::Multiply => return multiply(a, b),
        Operator::Divide => match (numbers, &a, &b) {
            ((Some(_), Some(0.0)), ..) => {
                let what = "cannot be divided because the divisor is zero";
                return Err(pair_error(&a, &b, what));
            }
            ((Some(x), Some(y)), ..) => Value::Number(x / y),
            (_, Value::String(x), Value::String(y)) => split(x, y),
            _ => return Err(pair_error(&a, &b, "cannot be divided")),
        },
        Operator::Remainder => match numbers {
            (Some(x), Some(y)) if x.is_nan() || y.is_nan() => Value::Number(f64::NAN),
            (Some(x), Some(y)) => {
                let divisor = whole(y);
                if divisor == 0 {
                    let what = "cannot be divided (remainder) because the divisor is zero";
                    return Err(pair_error(&a, &b, what));
                }
                let size = (whole(x).unsigned_abs() % divisor.unsigned_abs()) as f64;
                Value::Number(if x < 0.0 && size != 0.0 { -size } else { size })
            }
            _ => return Err(pair_error(&a, &b, "cannot be divided (remainder)")),
        },
    })
}

/// Towards zero, within 64 bits.
fn whole(number: f64) -> i64 {
    number as i64
}

fn add(a: Value, b: Value) -> Result<Value, Raise> {
    Ok(match (a, b) {
        (Value::Null, other) | (other, Value::Null) => other,
        (Value::Number(x), Value::Number(y)) => Value::Number(x + y),
        (Value::String(x), Value::String(y)) => {
            let mut out = String::with_capacity(x.len() + y.len());
            out.push_str(&x);
            out.push_str(&y);
            Value::string(out)
        }
        (Value::Array(mut x), Value::Array(y)) => {
            if x.is_empty() {
                return Ok(Value::Array(y));
            }
            Rc::make_mut(&mut x).extend_from_slice(&y);
            Value::Array(x)
        }
        (Value::Object(mut x), Value::Object(y)) => {
            let target = Rc::make_mut(&mut x);
            for (key, value) in y.iter() {
                target.insert(key.clone(), value.clone());
            }
            Value::Object(x)
        }
        (a, b) => match (a.number(), b.number()) {
            (Some(x), Some(y)) => Value::Number(x + y),
            _ => return Err(pair_error(&a, &b, "cannot be added")),
        },
    })
}

/// The longest string that repeating may make, in bytes.
const LONGEST: f64 = 536_870_911.0;

fn multiply(a: Value, b: Value) -> Result<Value, Raise> {
    Ok(match (a.number(), b.number(), a, b) {
        (Some(x), Some(y), ..) => Value::Number(x * y),
        (_, Some(n), Value::String(text), _) | (Some(n), _, _, Value::String(text)) => {
            if n.is_nan() || n < 0.0 {
                Value::Null
            } else if n < 1.0 {
                Value::string(if n > 0.0 { &*text } else { "" })
            } else if n * text.len() as f64 > LONGEST {
                return error("Repeat string result too long");
            } else {
                Value::string(text.repeat(n as usize))
            }
        }
        (_, _, Value::Object(x), Value::Object(y)) => merge(x, &y),
        (_, _, a, b) => return Err(pair_error(&a, &b, "cannot be multiplied")),
    })
}

fn merge(mut x: Rc<Object>, y: &Object) -> Value {
    let target = Rc::make_mut(&mut x);
    for (key, value) in y.iter() {
        let slot = target.entry(key);
        *slot = match (std::mem::take(slot), value) {
            (Value::Object(inner), Value::Object(other)) => merge(inner, other),
            _ => value.clone(),
        };
    }
    Value::Object(x)
}

/// Parts of a string between separators.
pub fn split(text: &str, separator: &str) -> Value {
    if text.is_empty() {
        return Value::array(Vec::new());
    }
    if separator.is_empty() {
        return Value::array(text.chars().map(|c| Value::string(c.to_string())).collect());
    }
    Value::array(text.split(separator).map(Value::string).collect())
}
