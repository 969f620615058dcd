//! Which lines changed: GNU diff's way from classes of equal lines to marks on
//! lines. Lines without a partner are set aside first, then the shortest edit is
//! found among the rest, then runs of changes slide to where they merge.

use super::sequence;

/// For each line of either side, whether it changed.
pub type Marks = [Vec<bool>; 2];

/// Finds the changed lines. Equal numbers stand for equal lines; all are below
/// `classes`.
pub fn find(sides: [&[u32]; 2], classes: usize, minimal: bool) -> Marks {
    let mut marks = [vec![false; sides[0].len()], vec![false; sides[1].len()]];
    let counts = sides.map(|side| {
        let mut counts = vec![0u32; classes];
        side.iter().for_each(|class| counts[*class as usize] += 1);
        counts
    });
    let mut kept: [Vec<u32>; 2] = [Vec::new(), Vec::new()];
    let mut places: [Vec<u32>; 2] = [Vec::new(), Vec::new()];
    for f in 0..2 {
        let verdicts = verdicts(sides[f], &counts[1 - f]);
        for (at, verdict) in verdicts.iter().enumerate() {
            if minimal || *verdict == Verdict::Keep {
                kept[f].push(sides[f][at]);
                places[f].push(at as u32);
            } else {
                marks[f][at] = true;
            }
        }
    }
    drop(counts);
    let [gone, new] = &mut marks;
    sequence::edits(
        &kept[0],
        &kept[1],
        minimal,
        |at| gone[places[0][at] as usize] = true,
        |at| new[places[1][at] as usize] = true,
    );
    for (f, side) in sides.iter().enumerate() {
        slide(side, &mut marks, f);
    }
    marks
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Keep,
    /// No line of the other file is equal.
    Discard,
    /// Too many are: worth discarding only amid others.
    Doubtful,
}

/// Judges each line by how many equal ones the other file has.
fn verdicts(side: &[u32], others: &[u32]) -> Vec<Verdict> {
    let mut many = 5;
    let mut rest = side.len() / 64 / 4;
    while rest > 0 {
        many *= 2;
        rest /= 4;
    }
    let mut verdicts: Vec<Verdict> = side
        .iter()
        .map(|class| match others[*class as usize] {
            0 => Verdict::Discard,
            n if n > many => Verdict::Doubtful,
            _ => Verdict::Keep,
        })
        .collect();
    let mut at = 0;
    while at < verdicts.len() {
        match verdicts[at] {
            Verdict::Keep => {}
            Verdict::Doubtful => verdicts[at] = Verdict::Keep,
            Verdict::Discard => {
                let mut end = at;
                while end < verdicts.len() && verdicts[end] != Verdict::Keep {
                    end += 1;
                }
                while verdicts[end - 1] == Verdict::Doubtful {
                    end -= 1;
                    verdicts[end] = Verdict::Keep;
                }
                settle_run(&mut verdicts[at..end]);
                at = end - 1;
            }
        }
        at += 1;
    }
    verdicts
}

/// Decides about the doubtful lines of a run that sure ones enclose.
fn settle_run(run: &mut [Verdict]) {
    let keep = |verdict: &mut Verdict| {
        if *verdict == Verdict::Doubtful {
            *verdict = Verdict::Keep;
        }
    };
    let doubtful = run.iter().filter(|v| **v == Verdict::Doubtful).count();
    if doubtful == 0 {
        return;
    }
    if doubtful * 4 > run.len() {
        run.iter_mut().for_each(keep);
        return;
    }
    // Subruns of doubtful lines as long as about the root of a quarter.
    let mut long = 1;
    let mut rest = run.len() / 4 / 4;
    while rest > 0 {
        long *= 2;
        rest /= 4;
    }
    long += 1;
    for subrun in run.chunk_by_mut(|a, b| (*a == Verdict::Doubtful) == (*b == Verdict::Doubtful)) {
        if subrun.len() >= long {
            subrun.iter_mut().for_each(keep);
        }
    }
    settle_edge(run.iter_mut());
    settle_edge(run.iter_mut().rev());
}

/// Keeps the doubtful lines near an edge, up to three sure ones in a row.
fn settle_edge<'a>(run: impl Iterator<Item = &'a mut Verdict>) {
    let mut sure = 0;
    for (at, verdict) in run.enumerate() {
        match *verdict {
            Verdict::Discard if at >= 8 => return,
            Verdict::Discard => sure += 1,
            Verdict::Doubtful => {
                *verdict = Verdict::Keep;
                sure = 0;
            }
            Verdict::Keep => sure = 0,
        }
        if sure == 3 {
            return;
        }
    }
}

/// Slides each run of changes of side `f` back to merge with earlier ones, then
/// forward as far as it goes, then back to where the other side changed too.
fn slide(classes: &[u32], marks: &mut Marks, f: usize) {
    let end = classes.len();
    let [first, second] = marks;
    let (own, other) = if f == 0 {
        (first, second)
    } else {
        (second, first)
    };
    let own_at = |own: &[bool], at: usize| own.get(at).copied().unwrap_or(false);
    // `j` is the place in the other file that corresponds to `i`.
    let (mut i, mut j) = (0, 0);
    loop {
        while i < end && !own[i] {
            while own_at(other, j) {
                j += 1;
            }
            j += 1;
            i += 1;
        }
        if i == end {
            return;
        }
        let mut start = i;
        while own_at(own, i) {
            i += 1;
        }
        while own_at(other, j) {
            j += 1;
        }
        let mut corresponding;
        loop {
            let length = i - start;
            while start > 0 && classes[start - 1] == classes[i - 1] {
                start -= 1;
                own[start] = true;
                i -= 1;
                own[i] = false;
                while start > 0 && own[start - 1] {
                    start -= 1;
                }
                j = step_back(other, j);
            }
            corresponding = if j > 0 && own_at(other, j - 1) {
                i
            } else {
                end
            };
            while i != end && classes[start] == classes[i] {
                own[start] = false;
                start += 1;
                own[i] = true;
                i += 1;
                while own_at(own, i) {
                    i += 1;
                }
                j += 1;
                while own_at(other, j) {
                    j += 1;
                    corresponding = i;
                }
            }
            if length == i - start {
                break;
            }
        }
        while corresponding < i {
            start -= 1;
            own[start] = true;
            i -= 1;
            own[i] = false;
            j = step_back(other, j);
        }
    }
}

/// The place before the last unchanged line before `j`.
fn step_back(other: &[bool], mut j: usize) -> usize {
    while j > 0 {
        j -= 1;
        if !other.get(j).copied().unwrap_or(false) {
            break;
        }
    }
    j
}
