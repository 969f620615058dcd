//! Nodes as they are made, and which of them give one result without a fork.

use super::Result;
use crate::jq::context::{Context, Raise};
use crate::jq::native;
use crate::jq::node::{Kind, N, Native, Node};
use crate::json::Value;

pub(super) fn node(kind: Kind) -> N {
    let simple = is_simple(&kind);
    Box::leak(Box::new(Node { kind, simple }))
}

fn is_simple(kind: &Kind) -> bool {
    match kind {
        Kind::Identity | Kind::Literal(_) | Kind::Field(_) | Kind::Variable(_) => true,
        Kind::Index(a, b)
        | Kind::Pipe(a, b)
        | Kind::Binary(_, a, b)
        | Kind::And(a, b)
        | Kind::Or(a, b)
        | Kind::Bind(a, b) => a.simple && b.simple,
        Kind::Modify(target, change) => is_place(target) && change.simple,
        Kind::Slice(a, b, c) => {
            a.simple && b.is_none_or(|n| n.simple) && c.is_none_or(|n| n.simple)
        }
        Kind::Negate(a) | Kind::GetPath(a) => a.simple,
        Kind::If(a, b, c) => a.simple && b.simple && c.simple,
        Kind::Object(members) => members.iter().all(|(k, v)| k.simple && v.simple),
        Kind::Template(parts) | Kind::Native(_, parts) => parts.iter().all(|n| n.simple),
        Kind::Array(inner) => maps(inner).is_some() || inner.simple,
        _ => false,
    }
}

/// Whether a node is a chain of constant or calculated keys.
fn is_place(target: N) -> bool {
    match &target.kind {
        Kind::Identity | Kind::Field(_) => true,
        Kind::Pipe(a, b) => is_place(a) && is_place(b),
        Kind::Index(term, key) => matches!(term.kind, Kind::Identity) && key.simple,
        _ => false,
    }
}

/// What is done to each member, if a node is `.[] | f` with a simple `f`.
pub fn maps(inner: N) -> Option<N> {
    match inner.kind {
        Kind::Pipe(
            Node {
                kind: Kind::Iterate,
                ..
            },
            f,
        ) if f.simple => Some(f),
        _ => None,
    }
}

pub(super) fn literal(value: Value) -> N {
    node(Kind::Literal(value))
}

pub(super) fn native_node(run: Native, args: Vec<N>) -> N {
    node(Kind::Native(run, args.into()))
}

pub(super) fn format_node(name: &str) -> Result<N> {
    match native::format(name) {
        Some(run) => Ok(native_node(run, Vec::new())),
        None => {
            let text = format!("{name} is not a valid format");
            let run: Native = |_: &mut Context, _, args: &mut [Value]| {
                Err(Raise::Error(std::mem::take(&mut args[0])))
            };
            Ok(native_node(run, vec![literal(Value::string(text))]))
        }
    }
}
