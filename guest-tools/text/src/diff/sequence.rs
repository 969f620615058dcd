//! The shortest edit between two sequences of numbers: Myers' divide-and-conquer
//! search in linear space, given up on after a bounded number of steps as GNU
//! diff does, so that hostile input stays affordable.

/// Steps after which a search settles for a good split instead of the best.
const PATIENCE_MIN: i64 = 4096;

/// A part of the problem still to be solved.
struct Span {
    x: (i64, i64),
    y: (i64, i64),
    minimal: bool,
}

/// Where a problem is cut in two, and whether each half needs an exact answer.
struct Split {
    x: i64,
    y: i64,
    low_minimal: bool,
    high_minimal: bool,
}

struct Search<'a> {
    a: &'a [u32],
    b: &'a [u32],
    /// Farthest point reached on each diagonal, from the start and the end.
    forward: Vec<i64>,
    backward: Vec<i64>,
    /// Where diagonal 0 lies in both.
    zero: i64,
    patience: i64,
}

/// Reports every index of `a` that is deleted and every index of `b` that is
/// inserted. With `minimal` the edit is as short as can be, whatever it costs.
pub fn edits(
    a: &[u32],
    b: &[u32],
    minimal: bool,
    mut deleted: impl FnMut(usize),
    mut inserted: impl FnMut(usize),
) {
    let (n, m) = (a.len() as i64, b.len() as i64);
    let diagonals = n + m + 3;
    let mut patience = 1;
    let mut rest = diagonals;
    while rest != 0 {
        patience *= 2;
        rest >>= 2;
    }
    let mut search = Search {
        a,
        b,
        forward: Vec::new(),
        backward: Vec::new(),
        zero: m + 1,
        patience: i64::max(PATIENCE_MIN, patience),
    };
    let mut todo = vec![Span {
        x: (0, n),
        y: (0, m),
        minimal,
    }];
    while let Some(mut span) = todo.pop() {
        search.trim(&mut span);
        let Span { x, y, minimal } = span;
        if x.0 == x.1 {
            (y.0..y.1).for_each(|at| inserted(at as usize));
        } else if y.0 == y.1 {
            (x.0..x.1).for_each(|at| deleted(at as usize));
        } else {
            if search.forward.is_empty() {
                search.forward = vec![0; diagonals as usize];
                search.backward = vec![0; diagonals as usize];
            }
            let split = search.split(x, y, minimal);
            todo.push(Span {
                x: (split.x, x.1),
                y: (split.y, y.1),
                minimal: split.high_minimal,
            });
            todo.push(Span {
                x: (x.0, split.x),
                y: (y.0, split.y),
                minimal: split.low_minimal,
            });
        }
    }
}

impl Search<'_> {
    fn same(&self, x: i64, y: i64) -> bool {
        self.a[x as usize] == self.b[y as usize]
    }

    /// Drops what is equal at both ends.
    fn trim(&self, span: &mut Span) {
        let (x, y) = (&mut span.x, &mut span.y);
        while x.0 < x.1 && y.0 < y.1 && self.same(x.0, y.0) {
            x.0 += 1;
            y.0 += 1;
        }
        while x.0 < x.1 && y.0 < y.1 && self.same(x.1 - 1, y.1 - 1) {
            x.1 -= 1;
            y.1 -= 1;
        }
    }

    /// Finds a point on a shortest path, searching from both corners at once.
    fn split(&mut self, x: (i64, i64), y: (i64, i64), minimal: bool) -> Split {
        let zero = self.zero;
        let slot = |diagonal: i64| (diagonal + zero) as usize;
        let (lowest, highest) = (x.0 - y.1, x.1 - y.0);
        let (start, end) = (x.0 - y.0, x.1 - y.1);
        let odd = (start - end) & 1 != 0;
        let (mut f_low, mut f_high) = (start, start);
        let (mut b_low, mut b_high) = (end, end);
        self.forward[slot(start)] = x.0;
        self.backward[slot(end)] = x.1;
        let exact = |at: i64, diagonal: i64| Split {
            x: at,
            y: at - diagonal,
            low_minimal: true,
            high_minimal: true,
        };
        let mut cost = 1;
        loop {
            widen(
                &mut self.forward,
                slot,
                lowest,
                highest,
                (&mut f_low, &mut f_high),
                -1,
            );
            let mut diagonal = f_high;
            while diagonal >= f_low {
                let below = self.forward[slot(diagonal) - 1];
                let above = self.forward[slot(diagonal) + 1];
                let mut at = if below < above { above } else { below + 1 };
                while at < x.1 && at - diagonal < y.1 && self.same(at, at - diagonal) {
                    at += 1;
                }
                self.forward[slot(diagonal)] = at;
                let met = odd && (b_low..=b_high).contains(&diagonal);
                if met && self.backward[slot(diagonal)] <= at {
                    return exact(at, diagonal);
                }
                diagonal -= 2;
            }
            let bounds = (&mut b_low, &mut b_high);
            widen(&mut self.backward, slot, lowest, highest, bounds, i64::MAX);
            let mut diagonal = b_high;
            while diagonal >= b_low {
                let below = self.backward[slot(diagonal) - 1];
                let above = self.backward[slot(diagonal) + 1];
                let mut at = if below < above { below } else { above - 1 };
                while x.0 < at && y.0 < at - diagonal && self.same(at - 1, at - diagonal - 1) {
                    at -= 1;
                }
                self.backward[slot(diagonal)] = at;
                let met = !odd && (f_low..=f_high).contains(&diagonal);
                if met && at <= self.forward[slot(diagonal)] {
                    return exact(at, diagonal);
                }
                diagonal -= 2;
            }
            if !minimal && cost >= self.patience {
                return self.settle(x, y, (f_low, f_high), (b_low, b_high));
            }
            cost += 1;
        }
    }

    /// The point that got farthest from either corner.
    fn settle(
        &self,
        x: (i64, i64),
        y: (i64, i64),
        forward: (i64, i64),
        backward: (i64, i64),
    ) -> Split {
        let (mut f_sum, mut f_x) = (-1, 0);
        for diagonal in (forward.0..=forward.1).rev().step_by(2) {
            let mut at = self.forward[(diagonal + self.zero) as usize].min(x.1);
            if at - diagonal > y.1 {
                at = y.1 + diagonal;
            }
            if f_sum < 2 * at - diagonal {
                (f_sum, f_x) = (2 * at - diagonal, at);
            }
        }
        let (mut b_sum, mut b_x) = (i64::MAX, 0);
        for diagonal in (backward.0..=backward.1).rev().step_by(2) {
            let mut at = self.backward[(diagonal + self.zero) as usize].max(x.0);
            if at - diagonal < y.0 {
                at = y.0 + diagonal;
            }
            if 2 * at - diagonal < b_sum {
                (b_sum, b_x) = (2 * at - diagonal, at);
            }
        }
        let from_start = (x.1 + y.1) - b_sum < f_sum - (x.0 + y.0);
        let (sum, at) = if from_start {
            (f_sum, f_x)
        } else {
            (b_sum, b_x)
        };
        Split {
            x: at,
            y: sum - at,
            low_minimal: from_start,
            high_minimal: !from_start,
        }
    }
}

/// Takes in one diagonal more at each end, or one less where the edge is hit.
fn widen(
    points: &mut [i64],
    slot: impl Fn(i64) -> usize,
    lowest: i64,
    highest: i64,
    (low, high): (&mut i64, &mut i64),
    nowhere: i64,
) {
    if *low > lowest {
        *low -= 1;
        points[slot(*low) - 1] = nowhere;
    } else {
        *low += 1;
    }
    if *high < highest {
        *high += 1;
        points[slot(*high) + 1] = nowhere;
    } else {
        *high -= 1;
    }
}

#[cfg(test)]
mod tests {
    use super::edits;

    fn length(a: &[u32], b: &[u32], minimal: bool) -> usize {
        let (mut gone, mut new) = (vec![], vec![]);
        edits(a, b, minimal, |i| gone.push(i), |i| new.push(i));
        let kept_a = (0..a.len()).filter(|i| !gone.contains(i)).map(|i| a[i]);
        let kept_b = (0..b.len()).filter(|i| !new.contains(i)).map(|i| b[i]);
        assert!(kept_a.eq(kept_b));
        gone.len() + new.len()
    }

    #[test]
    fn finds_the_shortest_edit() {
        assert_eq!(
            length(&[1, 2, 3, 1, 2, 2, 1], &[3, 2, 1, 2, 1, 3], false),
            5
        );
        assert_eq!(length(&[], &[1, 2], false), 2);
        assert_eq!(length(&[1, 2], &[1, 2], true), 0);
    }

    #[test]
    fn hostile_input_ends() {
        let a: Vec<u32> = (0..20_000).map(|i| i * 7919 % 251).collect();
        let b: Vec<u32> = (0..20_000).map(|i| i * 10_007 % 241).collect();
        let mut count = 0usize;
        let mut new = 0usize;
        edits(&a, &b, false, |_| count += 1, |_| new += 1);
        assert_eq!(count, new);
    }
}
