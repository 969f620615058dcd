//! YAML documents as values, with the place of each in its text, so that a text
//! can be changed without being written anew.

use crate::json::Value;
use saphyr_parser::ScalarStyle;
use std::rc::Rc;

/// How a node is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    Scalar(ScalarStyle),
    BlockMap,
    BlockList,
    FlowMap,
    FlowList,
    Alias,
}

impl Kind {
    /// A collection by indentation.
    pub fn is_block(self) -> bool {
        matches!(self, Kind::BlockMap | Kind::BlockList)
    }

    /// A collection in brackets.
    pub fn is_flow(self) -> bool {
        matches!(self, Kind::FlowMap | Kind::FlowList)
    }
}

/// A node and its place, in bytes of the text.
pub struct Node {
    pub value: Value,
    pub kind: Kind,
    /// Where its anchor and tag start, or itself.
    pub start: usize,
    /// Where it starts itself.
    pub body: usize,
    /// Where it ends, without comments.
    pub end: usize,
    /// Where the line ends that is its last, with comments that belong to it.
    pub last: usize,
    pub children: Vec<Child>,
}

/// A member of a map or an element of a list.
pub struct Child {
    /// Where the key or the dash starts.
    pub at: usize,
    /// Behind the colon or the dash.
    pub slot: usize,
    pub key: Option<Key>,
    pub node: usize,
}

/// A key.
pub struct Key {
    pub name: Rc<str>,
    pub end: usize,
    pub quoted: bool,
    /// `<<`
    pub merge: bool,
}

/// A document.
pub struct Document {
    /// Where its text starts: at its mark, or with the first comment.
    pub start: usize,
    pub end: usize,
    pub root: Option<usize>,
    pub value: Value,
    /// Whether its text can be changed part by part.
    pub plain: bool,
    /// An anchor is set again.
    pub anchors_repeat: bool,
    /// There is none in the text.
    pub absent: bool,
}

/// A text with its documents.
pub struct Source {
    pub text: String,
    pub nodes: Vec<Node>,
    pub documents: Vec<Document>,
}

/// Behind anchors and tags, with what separates them.
pub fn behind_properties(text: &str, mut at: usize) -> usize {
    let bytes = text.as_bytes();
    while let Some(first @ (b'&' | b'!')) = bytes.get(at) {
        let stop = |b: &u8| {
            b.is_ascii_whitespace() || (*first == b'&' && matches!(b, b',' | b'[' | b']' | b'}'))
        };
        let rest = &bytes[at..];
        let word = rest.iter().position(stop).unwrap_or(rest.len());
        at = behind_space(text, at + word.max(1));
    }
    at
}

/// Behind white space and comments.
pub fn behind_space(text: &str, mut at: usize) -> usize {
    let bytes = text.as_bytes();
    while let Some(byte) = bytes.get(at) {
        match byte {
            b' ' | b'\t' | b'\n' | b'\r' => at += 1,
            b'#' => at = end_of_line(text, at),
            _ => break,
        }
    }
    at
}

/// The end of the line, before its newline.
pub fn end_of_line(text: &str, at: usize) -> usize {
    let rest = text.as_bytes().get(at..).unwrap_or_default();
    memchr::memchr(b'\n', rest).map_or(text.len(), |n| at + n)
}

/// The start of the line.
pub fn start_of_line(text: &str, at: usize) -> usize {
    memchr::memrchr(b'\n', &text.as_bytes()[..at]).map_or(0, |n| n + 1)
}

/// The end of what is not white space.
pub fn trimmed_end(text: &str, from: usize, to: usize) -> usize {
    from + text.get(from..to).map_or(0, |part| part.trim_end().len())
}
