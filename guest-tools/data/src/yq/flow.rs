//! Changes within brackets.

use super::edit::{Editor, Fits, Plan, Unfit, leaf};
use super::shape::{Part, Shape};
use super::tree::{Kind, Node, start_of_line};
use super::write;
use crate::json::Value;
use saphyr_parser::ScalarStyle;

/// Writes a collection from its bracket to its bracket.
pub fn write(editor: &Editor, node: &Node, shape: Shape, out: &mut String) -> Fits {
    let parts = match shape {
        Shape::Same(values) if !fills_a_gap(editor, node, &values) => {
            let mut at = node.body;
            for (child, new) in node.children.iter().zip(values) {
                let inner = &editor.source.nodes[child.node];
                out.push_str(editor.text(at, inner.start)?);
                match new {
                    Some(new) => value(editor, inner, new, quotes(editor, node), out)?,
                    None => out.push_str(editor.text(inner.start, inner.end)?),
                }
                at = inner.end;
            }
            out.push_str(editor.text(at, node.end)?);
            return Ok(());
        }
        Shape::Same(values) => {
            let part = |(old, value)| Part {
                old: Some(old),
                key: None,
                renamed: false,
                value,
            };
            values.into_iter().enumerate().map(part).collect()
        }
        Shape::Parts(parts) => parts,
    };
    pieces(editor, node, &parts, out)
}

/// Whether a member without a value gets one.
fn fills_a_gap(editor: &Editor, node: &Node, values: &[Option<&Value>]) -> bool {
    let mut pairs = node.children.iter().zip(values);
    pairs.any(|(child, new)| {
        let inner = &editor.source.nodes[child.node];
        inner.start == inner.end && !matches!(new, Some(Value::Null))
    })
}

/// Whether the collection is written as JSON.
fn quotes(editor: &Editor, node: &Node) -> bool {
    let first = node.children.first();
    first.is_some_and(|child| match &child.key {
        Some(key) => key.quoted,
        None => {
            let kind = editor.source.nodes[child.node].kind;
            kind == Kind::Scalar(ScalarStyle::DoubleQuoted)
        }
    })
}

fn value(editor: &Editor, node: &Node, new: &Value, quoted: bool, out: &mut String) -> Fits {
    match editor.plan(node, new)? {
        Plan::Keep => out.push_str(editor.text(node.start, node.end)?),
        Plan::Inside(shape) => {
            out.push_str(editor.text(node.start, node.body)?);
            write(editor, node, shape, out)?;
        }
        Plan::Anew => {
            for word in editor.text(node.start, node.body)?.split_whitespace() {
                if word.starts_with('&') {
                    out.push_str(word);
                    out.push(' ');
                }
            }
            match node.kind {
                Kind::Scalar(style @ (ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted)) => {
                    match new {
                        Value::String(_) => leaf(new, style, 0, editor.layout, out),
                        _ => write::flow(new, quoted, out),
                    }
                }
                Kind::Scalar(_) if matches!(new, Value::String(_)) => write::flow(new, false, out),
                _ => write::flow(new, quoted, out),
            }
        }
    }
    Ok(())
}

fn pieces(editor: &Editor, node: &Node, parts: &[Part], out: &mut String) -> Fits {
    let nodes = &editor.source.nodes;
    let quoted = quotes(editor, node);
    let first = node.children.first();
    let bounds = |at: usize| -> Option<(usize, usize)> {
        let child = node.children.get(at)?;
        let start = match child.key {
            Some(_) => child.at,
            None => nodes[child.node].start,
        };
        Some((start, nodes[child.node].end))
    };
    let Some((start, _)) = first.and_then(|_| bounds(0)) else {
        let (open, close) = match node.kind {
            Kind::FlowMap => ('{', '}'),
            _ => ('[', ']'),
        };
        out.push(open);
        for (n, part) in parts.iter().enumerate() {
            out.push_str(if n > 0 { ", " } else { "" });
            fresh(part, quoted, out);
        }
        out.push(close);
        return Ok(());
    };
    let opening = editor.text(node.body, start)?;
    out.push_str(opening);
    let separator = match opening.contains('\n') {
        false => ", ".to_owned(),
        true => {
            let column = start - start_of_line(&editor.source.text, start);
            format!(",\n{}", " ".repeat(column))
        }
    };
    for (n, part) in parts.iter().enumerate() {
        if n > 0 {
            let neighbours = match (parts[n - 1].old, part.old) {
                (Some(a), Some(b)) if a + 1 == b => bounds(a).zip(bounds(b)),
                _ => None,
            };
            match neighbours {
                Some(((_, end), (start, _))) => out.push_str(editor.text(end, start)?),
                None => out.push_str(&separator),
            }
        }
        let Some((child, (start, end))) = part
            .old
            .and_then(|old| node.children.get(old).zip(bounds(old)))
        else {
            fresh(part, quoted, out);
            continue;
        };
        let inner = &nodes[child.node];
        match part.value {
            None => out.push_str(editor.text(start, end)?),
            Some(new) => {
                match (&child.key, part.key) {
                    (Some(_), Some(name)) if part.renamed => {
                        write::flow(&Value::String(name.clone()), quoted, out);
                        out.push_str(": ");
                    }
                    (Some(key), _) if inner.start == inner.end => {
                        out.push_str(editor.text(start, key.end)?);
                        out.push_str(": ");
                    }
                    _ => out.push_str(editor.text(start, inner.start)?),
                }
                value(editor, inner, new, quoted, out)?;
            }
        }
    }
    let end = node.children.len().checked_sub(1).and_then(bounds);
    let (_, end) = end.ok_or(Unfit)?;
    out.push_str(editor.text(end, node.end)?);
    Ok(())
}

fn fresh(part: &Part, quoted: bool, out: &mut String) {
    if let Some(key) = part.key {
        write::flow(&Value::String(key.clone()), quoted, out);
        out.push_str(": ");
    }
    if let Some(value) = part.value {
        write::flow(value, quoted, out);
    }
}
