//! Merging inputs that are sorted already.

use super::run::{Lines, Record};
use std::cmp::Ordering;

/// The records of inputs that end at these places in the arena, always the
/// least of those next; of equal ones the earlier input's.
pub fn merge(lines: &Lines<'_>, ends: &[usize]) -> Vec<Record> {
    let mut runs = Vec::with_capacity(ends.len());
    let mut from = 0;
    for &to in ends {
        runs.push(lines.records(from, to));
        from = to;
    }
    let mut heap = Heap {
        lines,
        runs: &runs,
        nexts: Vec::new(),
    };
    for (run, records) in runs.iter().enumerate() {
        if !records.is_empty() {
            heap.nexts.push((run, 0));
            heap.rise(heap.nexts.len() - 1);
        }
    }
    let mut out = Vec::with_capacity(runs.iter().map(Vec::len).sum());
    while let Some(&(run, at)) = heap.nexts.first() {
        out.push(runs[run][at]);
        if at + 1 < runs[run].len() {
            heap.nexts[0].1 = at + 1;
        } else {
            heap.nexts.swap_remove(0);
        }
        heap.sink(0);
    }
    out
}

/// The next record of each input, the least first.
struct Heap<'a> {
    lines: &'a Lines<'a>,
    runs: &'a [Vec<Record>],
    nexts: Vec<(usize, usize)>,
}

impl Heap<'_> {
    fn less(&self, a: usize, b: usize) -> bool {
        let (a, b) = (self.nexts[a], self.nexts[b]);
        let order = self
            .lines
            .compare(&self.runs[a.0][a.1], &self.runs[b.0][b.1]);
        order.then(a.0.cmp(&b.0)) == Ordering::Less
    }

    fn rise(&mut self, mut at: usize) {
        while at > 0 && self.less(at, (at - 1) / 2) {
            self.nexts.swap(at, (at - 1) / 2);
            at = (at - 1) / 2;
        }
    }

    fn sink(&mut self, mut at: usize) {
        loop {
            let mut least = at;
            for child in [2 * at + 1, 2 * at + 2] {
                if child < self.nexts.len() && self.less(child, least) {
                    least = child;
                }
            }
            if least == at {
                return;
            }
            self.nexts.swap(at, least);
            at = least;
        }
    }
}
