//! Pattern text to nodes.

use super::bracket::Class;
use super::{GroupKind, Node, Pattern, PatternOptions};
use crate::text::char_len;

/// How deep groups may nest; deeper ones are plain text.
const DEPTH_MAX: u32 = 1_000;

impl Pattern {
    /// Reads a pattern, in which a backslash quotes the next character.
    pub fn new(text: &[u8], options: PatternOptions) -> Pattern {
        parse(text, options, 0)
    }
}

fn parse(text: &[u8], options: PatternOptions, depth: u32) -> Pattern {
    let mut pattern = Pattern {
        fold: options.fold,
        ..Pattern::default()
    };
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        if options.extglob
            && depth < DEPTH_MAX
            && let Some(kind) = group_kind(rest)
            && let Some(end) = group_end(rest)
        {
            let alternatives = split_alternatives(&rest[2..end])
                .into_iter()
                .map(|part| parse(part, options, depth + 1))
                .collect();
            pattern.nodes.push(Node::Group(kind, alternatives));
            pattern.extended = true;
            at += end + 1;
            continue;
        }
        at += match rest[0] {
            b'*' => {
                if !matches!(pattern.nodes.last(), Some(Node::Star)) {
                    pattern.nodes.push(Node::Star);
                }
                1
            }
            b'?' => {
                pattern.nodes.push(Node::Any);
                1
            }
            b'[' => match Class::parse(rest) {
                Some((class, len)) => {
                    pattern.nodes.push(Node::Class(class));
                    len
                }
                None => {
                    pattern.nodes.push(Node::Char(vec![b'[']));
                    1
                }
            },
            b'\\' if rest.len() > 1 => {
                let len = char_len(&rest[1..]);
                pattern.nodes.push(Node::Char(rest[1..=len].to_vec()));
                1 + len
            }
            _ => {
                let len = char_len(rest);
                pattern.nodes.push(Node::Char(rest[..len].to_vec()));
                len
            }
        };
    }
    pattern
}

fn group_kind(text: &[u8]) -> Option<GroupKind> {
    if text.get(1) != Some(&b'(') {
        return None;
    }
    Some(match text[0] {
        b'?' => GroupKind::Optional,
        b'*' => GroupKind::Any,
        b'+' => GroupKind::Some,
        b'@' => GroupKind::One,
        b'!' => GroupKind::Not,
        _ => return None,
    })
}

/// Position of the `)` that closes the group at the start of the text.
fn group_end(text: &[u8]) -> Option<usize> {
    let mut depth = 0usize;
    let mut at = 1;
    while at < text.len() {
        match text[at] {
            b'\\' => at += 1,
            b'(' => depth += 1,
            b')' => {
                depth -= 1;
                if depth == 0 {
                    return Some(at);
                }
            }
            b'[' => {
                if let Some((_, len)) = Class::parse(&text[at..]) {
                    at += len - 1;
                }
            }
            _ => {}
        }
        at += 1;
    }
    None
}

fn split_alternatives(text: &[u8]) -> Vec<&[u8]> {
    let mut parts = Vec::new();
    let mut depth = 0usize;
    let (mut start, mut at) = (0, 0);
    while at < text.len() {
        match text[at] {
            b'\\' => at += 1,
            b'(' => depth += 1,
            b')' => depth = depth.saturating_sub(1),
            b'|' if depth == 0 => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            b'[' => {
                if let Some((_, len)) = Class::parse(&text[at..]) {
                    at += len - 1;
                }
            }
            _ => {}
        }
        at += 1;
    }
    parts.push(&text[start..]);
    parts
}
