//! Places where three files are not all alike, from two comparisons with the one
//! that both have in common.

use crate::diff::{Change, Text};
use std::ops::Range;

/// Which of the files stands alone, by its role.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Odd {
    /// The one with this number.
    One(usize),
    /// All three differ.
    All,
}

/// A place where the files are not all alike. Roles: 0 and 1 are the files that
/// were compared with 2.
#[derive(Clone, Debug)]
pub struct Block {
    /// The lines of each, counted from 0.
    pub lines: [Range<usize>; 3],
    pub odd: Odd,
}

/// Joins the changes of both comparisons where they touch.
pub fn merge_changes(threads: &[Vec<Change>; 2], texts: [&Text; 3]) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut next = [0, 0];
    loop {
        let first = match (threads[0].get(next[0]), threads[1].get(next[1])) {
            (None, None) => return blocks,
            (Some(_), None) => 0,
            (None, Some(_)) => 1,
            (Some(a), Some(b)) => usize::from(a.start[1] > b.start[1]),
        };
        let used_from = next;
        let mut high = first;
        let mut end = threads[first][next[first]].end(1);
        next[first] += 1;
        // Changes of the thread that ends earlier may begin before the end of
        // the other, and then lengthen the block in turn.
        while let Some(other) = threads[1 - high].get(next[1 - high]) {
            if other.start[1] > end {
                break;
            }
            next[1 - high] += 1;
            if end < other.end(1) {
                end = other.end(1);
                high = 1 - high;
            }
        }
        let start = threads[first][used_from[first]].start[1];
        blocks.push(block(
            threads,
            [used_from[0]..next[0], used_from[1]..next[1]],
            start..end,
            blocks.last(),
            texts,
        ));
    }
}

fn block(
    threads: &[Vec<Change>; 2],
    used: [Range<usize>; 2],
    common: Range<usize>,
    last: Option<&Block>,
    texts: [&Text; 3],
) -> Block {
    let side = |f: usize| {
        match threads[f].get(used[f].clone()) {
            Some([first, .., end]) => (
                first.start[0] - (first.start[1] - common.start),
                end.end(0) + (common.end - end.end(1)),
            ),
            Some([only]) => (
                only.start[0] - (only.start[1] - common.start),
                only.end(0) + (common.end - only.end(1)),
            ),
            // As the common file, at the same distance from the last block.
            _ => {
                let (own, theirs) = last.map_or((0, 0), |b| (b.lines[f].end, b.lines[2].end));
                (own + (common.start - theirs), own + (common.end - theirs))
            }
        }
    };
    let [a, b] = [side(0), side(1)].map(|(start, end)| start..end);
    let odd = match (used[0].is_empty(), used[1].is_empty()) {
        (true, _) => Odd::One(1),
        (_, true) => Odd::One(0),
        _ if texts[0].lines(a.clone()).eq(texts[1].lines(b.clone())) => Odd::One(2),
        _ => Odd::All,
    };
    Block {
        lines: [a, b, common],
        odd,
    }
}
