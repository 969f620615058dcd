//! Shell patterns: `* ? [ ]` and the extended `?( ) *( ) +( ) @( ) !( )`.

mod bracket;
mod glob;
mod matching;
mod parse;

pub use bracket::class_holds;
pub use glob::{GlobOptions, expand as glob};

/// A parsed pattern.
#[derive(Debug, Clone, Default)]
pub struct Pattern {
    nodes: Vec<Node>,
    fold: bool,
    /// Whether there are extended groups.
    extended: bool,
}

#[derive(Debug, Clone)]
enum Node {
    /// One character.
    Char(Vec<u8>),
    Any,
    Star,
    Class(bracket::Class),
    Group(GroupKind, Vec<Pattern>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum GroupKind {
    /// `?( )`
    Optional,
    /// `*( )`
    Any,
    /// `+( )`
    Some,
    /// `@( )`
    One,
    /// `!( )`
    Not,
}

/// How to read a pattern.
#[derive(Debug, Clone, Copy, Default)]
pub struct PatternOptions {
    pub extglob: bool,
    /// Upper and lower case match each other.
    pub fold: bool,
}

/// Whether the text holds an unescaped character that can match others.
pub fn has_magic(pattern: &[u8], extglob: bool) -> bool {
    let mut at = 0;
    while at < pattern.len() {
        match pattern[at] {
            b'\\' => at += 1,
            b'*' | b'?' => return true,
            b'[' if pattern[at + 1..].contains(&b']') => return true,
            b'+' | b'@' | b'!' if extglob && pattern.get(at + 1) == Some(&b'(') => return true,
            _ => {}
        }
        at += 1;
    }
    false
}

/// The pattern's text without the backslashes that quote.
pub fn unescape(pattern: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(pattern.len());
    let mut bytes = pattern.iter();
    while let Some(c) = bytes.next() {
        match c {
            b'\\' => out.extend(bytes.next().or(Some(&b'\\'))),
            _ => out.push(*c),
        }
    }
    out
}

/// Appends text so that, as a pattern, it matches only itself.
pub fn push_escaped(out: &mut Vec<u8>, text: &[u8]) {
    for c in text {
        if matches!(
            c,
            b'*' | b'?'
                | b'['
                | b']'
                | b'\\'
                | b'('
                | b')'
                | b'|'
                | b'!'
                | b'+'
                | b'@'
                | b'-'
                | b'^'
                | b':'
                | b'.'
                | b'='
        ) {
            out.push(b'\\');
        }
        out.push(*c);
    }
}
