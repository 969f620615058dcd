//! Values as YAML.

use super::scalar::plain;
use crate::json::{Value, to_text};

/// Columns that levels are indented by.
#[derive(Clone, Copy)]
pub struct Layout {
    /// Of maps in maps, and of text in blocks.
    pub indent: usize,
    /// Of lists in maps.
    pub list: usize,
}

impl Layout {
    /// The columns that this value is indented by in a map.
    pub fn of(self, value: &Value) -> usize {
        match value {
            Value::Array(_) => self.list,
            _ => self.indent,
        }
    }
}

/// Adds a document, with a newline at its end.
pub fn document(value: &Value, indent: usize, out: &mut String) {
    let layout = Layout {
        indent,
        list: indent,
    };
    match value {
        Value::Array(elements) if !elements.is_empty() => block(value, 0, layout, out),
        Value::Object(map) if !map.is_empty() => block(value, 0, layout, out),
        Value::String(text) if text.contains('\n') => {
            scalar(value, 0, layout, out);
        }
        leaf => {
            scalar(leaf, 0, layout, out);
        }
    }
    if !out.ends_with('\n') {
        out.push('\n');
    }
}

/// Whether it is a collection that takes lines.
pub fn is_block(value: &Value) -> bool {
    match value {
        Value::Array(elements) => !elements.is_empty(),
        Value::Object(map) => !map.is_empty(),
        _ => false,
    }
}

/// Adds spaces.
pub fn pad(depth: usize, out: &mut String) {
    out.extend(std::iter::repeat_n(' ', depth));
}

/// Adds a collection whose first line is already indented.
pub fn block(value: &Value, depth: usize, layout: Layout, out: &mut String) {
    match value {
        Value::Array(elements) => {
            for (at, element) in elements.iter().enumerate() {
                if at > 0 {
                    pad(depth, out);
                }
                out.push_str("- ");
                if is_block(element) {
                    block(element, depth + 2, layout, out);
                } else {
                    scalar(element, depth, layout, out);
                    end_line(out);
                }
            }
        }
        Value::Object(map) => {
            for (at, (key, member)) in map.iter().enumerate() {
                if at > 0 {
                    pad(depth, out);
                }
                scalar(&Value::String(key.clone()), depth, layout, out);
                out.push(':');
                if is_block(member) {
                    out.push('\n');
                    let depth = depth + layout.of(member);
                    pad(depth, out);
                    block(member, depth, layout, out);
                } else {
                    out.push(' ');
                    scalar(member, depth, layout, out);
                    end_line(out);
                }
            }
        }
        _ => {}
    }
}

fn end_line(out: &mut String) {
    if !out.ends_with('\n') {
        out.push('\n');
    }
}

/// Adds a scalar; the block of one of several lines is indented beyond `depth`.
pub fn scalar(value: &Value, depth: usize, layout: Layout, out: &mut String) {
    let Value::String(text) = value else {
        match value {
            Value::Number(n) if n.is_nan() => out.push_str(".nan"),
            Value::Number(n) if n.is_infinite() => {
                out.push_str(if *n > 0.0 { ".inf" } else { "-.inf" })
            }
            other => out.push_str(&to_text(other)),
        }
        return;
    };
    let printable = text
        .chars()
        .all(|c| c == '\n' || c == '\t' || !c.is_control());
    if text.contains('\n') && printable && !text.starts_with([' ', '\n']) {
        out.push('|');
        match text.ends_with('\n') {
            false => out.push('-'),
            true if text.ends_with("\n\n") => out.push('+'),
            true => {}
        }
        for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
            out.push('\n');
            if !line.is_empty() {
                pad(depth + layout.indent, out);
                out.push_str(line);
            }
        }
        out.push('\n');
        return;
    }
    if !printable || text.contains('\n') {
        out.push_str(&to_text(value));
    } else if needs_quotes(text) {
        if plain(text).is_some() {
            out.push_str(&to_text(value));
        } else {
            out.push('\'');
            out.push_str(&text.replace('\'', "''"));
            out.push('\'');
        }
    } else {
        out.push_str(text);
    }
}

fn needs_quotes(text: &str) -> bool {
    let first = text.chars().next().unwrap_or(' ');
    plain(text).is_some()
        || "!&*{}[]#|>@`\"'%, ".contains(first)
        || (matches!(first, '-' | '?' | ':') && text[1..].chars().next().is_none_or(|c| c == ' '))
        || text.contains(": ")
        || text.contains(" #")
        || text.ends_with([':', ' '])
        || text.starts_with("---")
        || text.contains('\t')
        || text == "<<"
}

/// Adds a value in brackets, on one line; strings in JSON's quotes if `quoted`.
pub fn flow(value: &Value, quoted: bool, out: &mut String) {
    match value {
        Value::Array(elements) => {
            out.push('[');
            for (at, element) in elements.iter().enumerate() {
                if at > 0 {
                    out.push_str(", ");
                }
                flow(element, quoted, out);
            }
            out.push(']');
        }
        Value::Object(map) => {
            out.push('{');
            for (at, (key, member)) in map.iter().enumerate() {
                if at > 0 {
                    out.push_str(", ");
                }
                flow(&Value::String(key.clone()), quoted, out);
                out.push_str(": ");
                flow(member, quoted, out);
            }
            out.push('}');
        }
        Value::String(text)
            if quoted || text.contains([',', '[', ']', '{', '}', '\n', '?', ':']) =>
        {
            out.push_str(&to_text(value));
        }
        leaf => scalar(leaf, 0, LINE, out),
    }
}

const LINE: Layout = Layout { indent: 0, list: 0 };
