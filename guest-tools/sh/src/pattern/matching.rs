//! Matching: in two pointers where the pattern is plain, by sets of positions
//! where it has groups. Neither can take exponential time.

use super::{GroupKind, Node, Pattern};
use crate::text::{char_len, decode};

impl Pattern {
    /// Whether the whole text matches.
    pub fn matches(&self, text: &[u8]) -> bool {
        if self.extended {
            return self.ends(text, vec![0]).last() == Some(&text.len());
        }
        let (mut node, mut at) = (0, 0);
        let mut star: Option<(usize, usize)> = None;
        loop {
            match self.nodes.get(node) {
                Some(Node::Star) => {
                    star = Some((node + 1, at));
                    node += 1;
                    continue;
                }
                Some(single) => {
                    if let Some(len) = self.single(single, &text[at..]) {
                        node += 1;
                        at += len;
                        continue;
                    }
                }
                None if at == text.len() => return true,
                None => {}
            }
            // Let the last star take one character more.
            match &mut star {
                Some((after, from)) if *from < text.len() => {
                    *from += char_len(&text[*from..]);
                    (node, at) = (*after, *from);
                }
                _ => return false,
            }
        }
    }

    /// Length of the shortest prefix that matches.
    pub fn shortest_prefix(&self, text: &[u8]) -> Option<usize> {
        self.ends(text, vec![0]).first().copied()
    }

    /// Length of the longest prefix that matches.
    pub fn longest_prefix(&self, text: &[u8]) -> Option<usize> {
        self.ends(text, vec![0]).last().copied()
    }

    /// Start of the shortest or longest suffix that matches.
    pub fn suffix(&self, text: &[u8], longest: bool) -> Option<usize> {
        let mut starts = vec![0];
        let mut at = 0;
        while at < text.len() {
            at += char_len(&text[at..]);
            starts.push(at);
        }
        let matches = |start: &usize| self.matches(&text[*start..]);
        if longest {
            starts.into_iter().find(matches)
        } else {
            starts.into_iter().rev().find(matches)
        }
    }

    /// First place where the pattern matches at or after `from`: start and end
    /// of the longest match there.
    pub fn find(&self, text: &[u8], from: usize) -> Option<(usize, usize)> {
        let mut start = from;
        loop {
            if let Some(Node::Char(first)) = self.nodes.first()
                && !self.fold
            {
                start += crate::text::find(&text[start..], first)?;
            }
            if let Some(end) = self.ends(text, vec![start]).last() {
                return Some((start, *end));
            }
            if start >= text.len() {
                return None;
            }
            start += char_len(&text[start..]);
        }
    }

    /// The pattern's own text, if it matches only that.
    pub fn literal(&self) -> Option<Vec<u8>> {
        let mut text = Vec::new();
        for node in &self.nodes {
            match node {
                Node::Char(c) if !self.fold => text.extend_from_slice(c),
                _ => return None,
            }
        }
        Some(text)
    }

    /// Whether it matches nothing but the empty text.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// Length of the character at the start of the text, if the node matches it.
    fn single(&self, node: &Node, text: &[u8]) -> Option<usize> {
        if text.is_empty() {
            return None;
        }
        let len = char_len(text);
        let matches = match node {
            Node::Char(c) => text.starts_with(c) || (self.fold && same_folded(c, &text[..len])),
            Node::Any => true,
            Node::Class(class) => class.contains(&text[..len], self.fold),
            Node::Star | Node::Group(..) => false,
        };
        matches.then_some(len)
    }

    /// Positions where a match can end that began at one of `starts` (sorted).
    fn ends(&self, text: &[u8], starts: Vec<usize>) -> Vec<usize> {
        let mut positions = starts;
        for node in &self.nodes {
            if positions.is_empty() {
                return positions;
            }
            positions = match node {
                Node::Star => {
                    let mut at = positions[0];
                    let mut all = vec![at];
                    while at < text.len() {
                        at += char_len(&text[at..]);
                        all.push(at);
                    }
                    all
                }
                Node::Group(kind, alternatives) => group(*kind, alternatives, text, &positions),
                single => positions
                    .iter()
                    .filter_map(|at| Some(at + self.single(single, &text[*at..])?))
                    .collect(),
            };
        }
        positions
    }
}

fn group(kind: GroupKind, alternatives: &[Pattern], text: &[u8], starts: &[usize]) -> Vec<usize> {
    let once = |from: &[usize]| {
        let mut ends: Vec<usize> = alternatives
            .iter()
            .flat_map(|pattern| pattern.ends(text, from.to_vec()))
            .collect();
        ends.sort_unstable();
        ends.dedup();
        ends
    };
    let mut found = match kind {
        GroupKind::One => return once(starts),
        GroupKind::Optional => [starts, &once(starts)].concat(),
        GroupKind::Any | GroupKind::Some => {
            let mut all = if kind == GroupKind::Any {
                starts.to_vec()
            } else {
                Vec::new()
            };
            let mut fresh = starts.to_vec();
            while !fresh.is_empty() {
                fresh = once(&fresh);
                fresh.retain(|at| !all.contains(at));
                all.extend_from_slice(&fresh);
            }
            all
        }
        GroupKind::Not => {
            let mut all = Vec::new();
            for start in starts {
                let matched = once(&[*start]);
                let mut at = *start;
                loop {
                    if matched.binary_search(&at).is_err() {
                        all.push(at);
                    }
                    if at >= text.len() {
                        break;
                    }
                    at += char_len(&text[at..]);
                }
            }
            all
        }
    };
    found.sort_unstable();
    found.dedup();
    found
}

fn same_folded(a: &[u8], b: &[u8]) -> bool {
    match (decode(a), decode(b)) {
        (Some(a), Some(b)) => a.to_lowercase().eq(b.to_lowercase()),
        _ => false,
    }
}
