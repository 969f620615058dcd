//! Whether a text says what it should: read again and compared.

use super::edit::{is_collection, same_leaf};
use super::reader::parse;
use super::tree::{Kind, Node, Source};
use crate::json::Value;

/// Whether a text is one document with this value. Where it has an alias or a
/// merge, that follows its anchor, unless `strict`.
pub fn says(text: &str, value: &Value, strict: bool) -> bool {
    let Ok(source) = parse(text.to_owned()) else {
        return false;
    };
    let [document] = &source.documents[..] else {
        return false;
    };
    let strict = strict || document.anchors_repeat;
    document
        .root
        .is_some_and(|root| same(&source, &source.nodes[root], value, strict, 0))
}

fn same(source: &Source, node: &Node, value: &Value, strict: bool, depth: usize) -> bool {
    if depth > 500 {
        return false;
    }
    if node.kind == Kind::Alias {
        return !strict || exactly(&node.value, value, depth);
    }
    let inner = |at: usize, value: &Value| {
        same(
            source,
            &source.nodes[node.children[at].node],
            value,
            strict,
            depth + 1,
        )
    };
    match (&node.value, value) {
        (Value::Array(_), Value::Array(expected)) => {
            node.children.len() == expected.len()
                && expected
                    .iter()
                    .enumerate()
                    .all(|(at, value)| inner(at, value))
        }
        (Value::Object(read), Value::Object(expected)) => {
            let keys = || {
                node.children
                    .iter()
                    .enumerate()
                    .map(|(at, child)| (at, &child.key))
            };
            let merges = keys().any(|(_, key)| key.as_ref().is_some_and(|key| key.merge));
            let members = keys().all(|(at, key)| match key {
                Some(key) if key.merge => true,
                Some(key) => expected
                    .get(&key.name)
                    .is_some_and(|value| inner(at, value)),
                None => false,
            });
            let names = match merges {
                true => expected.iter().all(|(key, _)| read.contains_key(key)),
                false => expected.iter().map(|m| m.0).eq(read.iter().map(|m| m.0)),
            };
            let merged = !strict || !merges || exactly(&node.value, value, depth);
            read.len() == expected.len() && members && names && merged
        }
        (read, value) => !is_collection(value) && same_leaf(read, value),
    }
}

fn exactly(a: &Value, b: &Value, depth: usize) -> bool {
    if depth > 500 {
        return false;
    }
    match (a, b) {
        (Value::Array(a), Value::Array(b)) => {
            let mut pairs = a.iter().zip(b.iter());
            a.len() == b.len() && pairs.all(|(a, b)| exactly(a, b, depth + 1))
        }
        (Value::Object(a), Value::Object(b)) => {
            let same = |key, a| b.get(key).is_some_and(|b| exactly(a, b, depth + 1));
            a.len() == b.len() && a.iter().all(|(key, a)| same(key, a))
        }
        (a, b) => same_leaf(a, b),
    }
}
