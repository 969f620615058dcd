//! jq's order of values: null, false, true, numbers, strings, arrays, objects.

use super::value::Value;
use std::cmp::Ordering;
use std::rc::Rc;

/// Compares two values. NaN is less than any number, itself included.
pub fn compare(a: &Value, b: &Value) -> Ordering {
    match (a, b) {
        (Value::Number(x), Value::Number(y)) => numbers(*x, *y),
        (Value::String(x), Value::String(y)) => x.as_bytes().cmp(y.as_bytes()),
        (Value::Array(x), Value::Array(y)) => {
            for (x, y) in x.iter().zip(y.iter()) {
                let order = compare(x, y);
                if order.is_ne() {
                    return order;
                }
            }
            x.len().cmp(&y.len())
        }
        (Value::Object(x), Value::Object(y)) => {
            if Rc::ptr_eq(x, y) {
                return Ordering::Equal;
            }
            let (x, y) = (x.sorted(), y.sorted());
            let names = x.iter().map(|m| m.0).cmp(y.iter().map(|m| m.0));
            if names.is_ne() {
                return names;
            }
            let mut pairs = x.iter().zip(&y).map(|(x, y)| compare(x.1, y.1));
            pairs.find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
        }
        (Value::Literal(x), Value::Literal(y)) => x.compare(y),
        _ => match (a.number(), b.number()) {
            (Some(x), Some(y)) => numbers(x, y),
            _ => rank(a).cmp(&rank(b)),
        },
    }
}

/// Whether two values are equal.
pub fn equal(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::String(x), Value::String(y)) => x == y,
        (Value::Array(x), Value::Array(y)) => {
            x.len() == y.len() && x.iter().zip(y.iter()).all(|(x, y)| equal(x, y))
        }
        (Value::Object(x), Value::Object(y)) => {
            x.len() == y.len()
                && x.iter()
                    .all(|(key, value)| y.get(key).is_some_and(|other| equal(value, other)))
        }
        _ => compare(a, b).is_eq(),
    }
}

fn numbers(x: f64, y: f64) -> Ordering {
    x.partial_cmp(&y).unwrap_or(if x.is_nan() {
        Ordering::Less
    } else {
        Ordering::Greater
    })
}

fn rank(value: &Value) -> u8 {
    match value {
        Value::Null => 0,
        Value::Bool(false) => 1,
        Value::Bool(true) => 2,
        Value::Number(_) | Value::Literal(_) => 3,
        Value::String(_) => 4,
        Value::Array(_) => 5,
        Value::Object(_) => 6,
    }
}
