//! What becomes of the parts of a collection: which stay, move, go or come.

use super::edit::{Unfit, same_leaf, same_within};
use super::tree::{Node, Source};
use crate::json::{Array, Map, Value, to_text};
use std::collections::{HashMap, VecDeque};
use std::rc::Rc;

/// The new parts of a collection.
pub enum Shape<'v> {
    /// Each stays in its place: its new value, none if it is a merge.
    Same(Vec<Option<&'v Value>>),
    Parts(Vec<Part<'v>>),
}

/// A part of the new collection.
pub struct Part<'v> {
    /// Which child it was.
    pub old: Option<usize>,
    pub key: Option<&'v Rc<str>>,
    pub renamed: bool,
    /// None for a merge, which stays as it is.
    pub value: Option<&'v Value>,
}

/// Whether a new value can be taken for a changed old one.
pub fn related(old: &Value, new: &Value) -> bool {
    match (old, new) {
        (Value::Object(old), Value::Object(new)) => {
            let pairs = old.iter().zip(new.iter());
            let mut pairs = pairs.map(|((_, a), (_, b))| same_leaf(a, b) || is_same_rc(a, b));
            new.iter().any(|(key, _)| old.contains_key(key))
                || old.len() == new.len() && pairs.any(|yes| yes)
        }
        (Value::Array(old), Value::Array(new)) => {
            let same = |a: &Value, b: &Value| same_leaf(a, b) || is_same_rc(a, b);
            let pairs = old.iter().zip(new.iter()).take(10);
            let mut pairs = pairs.map(|(a, b)| same(a, b) || related(a, b));
            pairs.any(|yes| yes) || new.first().is_some_and(|b| old.iter().any(|a| same(a, b)))
        }
        _ => false,
    }
}

fn is_same_rc(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Array(a), Value::Array(b)) => Rc::ptr_eq(a, b),
        (Value::Object(a), Value::Object(b)) => Rc::ptr_eq(a, b),
        _ => false,
    }
}

#[derive(PartialEq, Eq, Hash)]
enum Mark {
    Shared(usize),
    Leaf(u8, String),
}

fn mark(value: &Value) -> Mark {
    match value {
        Value::Array(a) => Mark::Shared(Rc::as_ptr(a).cast::<u8>() as usize),
        Value::Object(a) => Mark::Shared(Rc::as_ptr(a).cast::<u8>() as usize),
        Value::String(text) => Mark::Leaf(1, text.to_string()),
        leaf => Mark::Leaf(0, to_text(leaf)),
    }
}

/// What becomes of a list.
pub fn list<'v>(source: &Source, node: &Node, new: &'v Array) -> Shape<'v> {
    let old = |at: usize| &source.nodes[node.children[at].node].value;
    let (before, now) = (node.children.len(), new.len());
    let same = |a: usize, b: usize| same_leaf(old(a), &new[b]) || is_same_rc(old(a), &new[b]);
    let least = before.min(now);
    let head = (0..least).take_while(|at| same(*at, *at)).count();
    let tail = (0..least - head)
        .take_while(|at| same(before - 1 - at, now - 1 - at))
        .count();
    let mut from: Vec<Option<usize>> = vec![None; now];
    for (at, from) in from.iter_mut().enumerate() {
        if at < head {
            *from = Some(at);
        } else if at >= now - tail {
            *from = Some(before - (now - at));
        }
    }
    let mut left: HashMap<Mark, VecDeque<usize>> = HashMap::new();
    for at in head..before - tail {
        left.entry(mark(old(at))).or_default().push_back(at);
    }
    let mut used = vec![false; before];
    for at in head..now - tail {
        if let Some(places) = left.get_mut(&mark(&new[at]))
            && let Some(place) = places.pop_front()
        {
            from[at] = Some(place);
            used[place] = true;
        }
    }
    let complete = from.iter().all(Option::is_some);
    if before == now && !complete {
        return Shape::Same(new.iter().map(Some).collect());
    }
    // A changed element takes the place of one that is gone, if both are of one kind.
    let mut gone = (head..before - tail).filter(|at| !used[*at]).peekable();
    for at in head..now - tail {
        if from[at].is_none()
            && let Some(place) = gone.peek().copied()
            && related(old(place), &new[at])
        {
            from[at] = Some(place);
            gone.next();
        }
    }
    if before == now && from.iter().enumerate().all(|(at, from)| *from == Some(at)) {
        return Shape::Same(new.iter().map(Some).collect());
    }
    let part = |(old, value): (Option<usize>, &'v Value)| Part {
        old,
        key: None,
        renamed: false,
        value: Some(value),
    };
    Shape::Parts(from.into_iter().zip(new.iter()).map(part).collect())
}

/// What becomes of a map; nothing if a merge in it would have to lose a member.
pub fn map<'v>(node: &Node, new: &'v Map) -> Result<Option<Shape<'v>>, Unfit> {
    let Value::Object(old) = &node.value else {
        return Err(Unfit);
    };
    let merges = |at: &usize| node.children[*at].key.as_ref().is_some_and(|key| key.merge);
    let merged: Vec<usize> = (0..node.children.len()).filter(merges).collect();
    let mut places: HashMap<&str, usize> = HashMap::new();
    for (at, child) in node.children.iter().enumerate() {
        if let Some(key) = &child.key
            && !key.merge
        {
            places.insert(&key.name, at);
        }
    }
    let mut parts: Vec<Part> = Vec::with_capacity(new.len());
    for at in &merged {
        parts.push(Part {
            old: Some(*at),
            key: None,
            renamed: false,
            value: None,
        });
    }
    if !merged.is_empty() && old.iter().any(|(key, _)| !new.contains_key(key)) {
        let explicit = |key: &str| places.contains_key(key);
        if old
            .iter()
            .any(|(key, _)| !new.contains_key(key) && !explicit(key))
        {
            return Ok(None);
        }
    }
    for (at, (key, value)) in new.iter().enumerate() {
        let mut place = places.get(&**key).copied();
        let mut renamed = false;
        if place.is_none() && !merged.is_empty() {
            // What a merge brings needs no member of its own.
            if let Some(before) = old.get(key)
                && same_within(before, value)?
            {
                continue;
            }
        } else if place.is_none()
            && new.len() == node.children.len()
            && let Some(other) = node.children[at].key.as_ref()
            && !new.contains_key(&other.name)
        {
            (place, renamed) = (Some(at), true);
        }
        parts.push(Part {
            old: place,
            key: Some(key),
            renamed,
            value: Some(value),
        });
    }
    let places_of = |part: &Part| part.old;
    let kept = parts.iter().skip(merged.len());
    let in_order = kept.clone().all(|part| part.old.is_some() && !part.renamed)
        && kept.clone().map(places_of).is_sorted()
        && parts.len() == node.children.len();
    if in_order {
        let mut values = vec![None; node.children.len()];
        for part in &parts {
            if let Some(old) = part.old {
                values[old] = part.value;
            }
        }
        return Ok(Some(Shape::Same(values)));
    }
    Ok(Some(Shape::Parts(parts)))
}
