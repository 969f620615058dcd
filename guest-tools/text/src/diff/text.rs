//! A file as lines, and two files as numbers that are equal for equal lines.

use super::options::{Blanks, Config};
use foldhash::fast::RandomState;
use std::collections::HashMap;

/// The lines of a file.
pub struct Text {
    bytes: Vec<u8>,
    /// Where each line starts, and where the last one ends.
    starts: Vec<usize>,
    missing_newline: bool,
}

impl Text {
    /// Takes the contents apart; with `complete` a missing newline is added.
    pub fn new(mut bytes: Vec<u8>, complete: bool) -> Text {
        let missing_newline = bytes.last().is_some_and(|byte| *byte != b'\n');
        if missing_newline && complete {
            bytes.push(b'\n');
        }
        let mut starts = Vec::with_capacity(bytes.len() / 32 + 2);
        starts.push(0);
        starts.extend(memchr::memchr_iter(b'\n', &bytes).map(|at| at + 1));
        if starts.last() != Some(&bytes.len()) {
            starts.push(bytes.len());
        }
        Text {
            bytes,
            starts,
            missing_newline,
        }
    }

    /// Number of lines.
    pub fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// A line with its newline, if it has one.
    pub fn line(&self, at: usize) -> &[u8] {
        &self.bytes[self.starts[at]..self.starts[at + 1]]
    }

    /// Several lines.
    pub fn lines(&self, range: std::ops::Range<usize>) -> impl Iterator<Item = &[u8]> {
        range.map(|at| self.line(at))
    }

    /// Whether the last line had no newline.
    pub fn missing_newline(&self) -> bool {
        self.missing_newline
    }

    /// The line that holds this byte.
    fn line_of(&self, offset: usize) -> usize {
        self.starts.partition_point(|start| *start <= offset) - 1
    }
}

/// Lines that may differ, as numbers that are equal for equal lines.
pub struct Classes {
    /// Number of the first such line, the same in both files.
    pub first: usize,
    /// For each file, the numbers.
    pub sides: [Vec<u32>; 2],
    /// Upper bound of the numbers.
    pub count: usize,
}

/// Compares two files line by line. What is equal at both ends is left out but
/// for as many lines as the horizon, so that changes may slide there.
pub fn classes(texts: [&Text; 2], config: &Config) -> Classes {
    let (first, last) = unlike(texts, config);
    let mut sides = [Vec::new(), Vec::new()];
    let capacity = (last[0] + last[1] - 2 * first) * 3 / 4;
    let plain = config.blanks == Blanks::Matter && !config.ignore_case;
    let mut known: HashMap<&[u8], u32, RandomState> =
        HashMap::with_capacity_and_hasher(capacity.min(1 << 20), RandomState::default());
    let mut folded: [Vec<u8>; 2] = [Vec::new(), Vec::new()];
    let mut ends: [Vec<usize>; 2] = [Vec::new(), Vec::new()];
    if !plain {
        for f in 0..2 {
            for line in texts[f].lines(first..last[f]) {
                fold(content(line), config, &mut folded[f]);
                ends[f].push(folded[f].len());
            }
        }
    }
    let strict_end = config.style.is_robust() && config.blanks < Blanks::TrailingIgnored;
    let mut incomplete: Option<(u32, &[u8])> = None;
    for f in 0..2 {
        sides[f].reserve_exact(last[f] - first);
        for at in first..last[f] {
            let line = texts[f].line(at);
            let key = match at - first {
                _ if plain => content(line),
                0 => &folded[f][..ends[f][0]],
                n => &folded[f][ends[f][n - 1]..ends[f][n]],
            };
            let next = known.len() as u32 + 1;
            let class = if strict_end && !line.ends_with(b"\n") {
                // A line without newline equals only one that lacks it too.
                match incomplete {
                    Some((_, other)) if other == key => 0,
                    Some(_) => next,
                    None => {
                        incomplete = Some((0, key));
                        0
                    }
                }
            } else {
                *known.entry(key).or_insert(next)
            };
            sides[f].push(class);
        }
    }
    Classes {
        first,
        count: known.len() + 2,
        sides,
    }
}

/// A line without its newline.
pub fn content(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\n").unwrap_or(line)
}

/// The first line that may differ, and in each file the line after the last.
fn unlike(texts: [&Text; 2], config: &Config) -> (usize, [usize; 2]) {
    let [a, b] = texts.map(|text| text.bytes.as_slice());
    let same = common_prefix(a, b);
    let mut first = match same {
        _ if same == a.len() && same == b.len() => texts[0].len(),
        // A line is in the common start only with its newline.
        _ => texts[0].line_of(same).min(texts[1].line_of(same)),
    };
    first = first.saturating_sub(config.horizon);
    let mut last = [texts[0].len(), texts[1].len()];
    if config.style.is_robust() && texts[0].missing_newline() != texts[1].missing_newline() {
        return (first, last);
    }
    let floor = texts[0].starts[first];
    let room = a.len().min(b.len()) - floor;
    let same = common_suffix(&a[a.len() - room..], &b[b.len() - room..]);
    if same == 0 {
        return (first, last);
    }
    let starts = [a.len() - same, b.len() - same];
    let at_line = |f: usize| {
        let start = starts[f];
        start == 0 || texts[f].bytes[start - 1] == b'\n'
    };
    // The first whole line of the common end, then as many as the horizon.
    let whole = at_line(0) && at_line(1);
    for f in 0..2 {
        let line = texts[f].line_of(starts[f]);
        let more = config.horizon + usize::from(!whole);
        last[f] = (line + more).min(last[f]);
    }
    (first, last)
}

fn common_prefix(a: &[u8], b: &[u8]) -> usize {
    let blocks = a.chunks(4096).zip(b.chunks(4096));
    let equal = blocks.take_while(|(x, y)| x == y).count() * 4096;
    let at = equal.min(a.len()).min(b.len());
    at + a[at..]
        .iter()
        .zip(&b[at..])
        .take_while(|(x, y)| x == y)
        .count()
}

/// Both have the same length.
fn common_suffix(a: &[u8], b: &[u8]) -> usize {
    let blocks = a.rchunks(4096).zip(b.rchunks(4096));
    let equal = blocks.take_while(|(x, y)| x == y).count() * 4096;
    let at = equal.min(a.len());
    let rest = a.len() - at;
    let (a, b) = (a[..rest].iter().rev(), b[..rest].iter().rev());
    at + a.zip(b).take_while(|(x, y)| x == y).count()
}

/// Adds the line in the form in which lines are compared.
fn fold(line: &[u8], config: &Config, out: &mut Vec<u8>) {
    let start = out.len();
    let blank = |byte: u8| byte.is_ascii_whitespace() || byte == 0x0b;
    match config.blanks {
        Blanks::Matter => out.extend_from_slice(line),
        Blanks::AllIgnored => out.extend(line.iter().filter(|byte| !blank(**byte))),
        Blanks::AmountIgnored => {
            let mut pending = false;
            for byte in line {
                if blank(*byte) {
                    pending = true;
                    continue;
                }
                if std::mem::take(&mut pending) {
                    out.push(b' ');
                }
                out.push(*byte);
            }
        }
        Blanks::TrailingIgnored => out.extend_from_slice(trim_end(line)),
        Blanks::TabsIgnored => expand(line, config.tab_size, out),
        Blanks::TabsAndTrailingIgnored => expand(trim_end(line), config.tab_size, out),
    }
    if config.ignore_case {
        out[start..].make_ascii_lowercase();
    }
}

fn trim_end(line: &[u8]) -> &[u8] {
    let blank = |byte: &u8| byte.is_ascii_whitespace() || *byte == 0x0b;
    let length = line
        .iter()
        .rposition(|byte| !blank(byte))
        .map_or(0, |at| at + 1);
    &line[..length]
}

fn expand(line: &[u8], tab_size: usize, out: &mut Vec<u8>) {
    let mut column = 0;
    for byte in line {
        match byte {
            b'\t' => {
                let width = tab_size - column % tab_size;
                out.extend(std::iter::repeat_n(b' ', width));
                column += width;
                continue;
            }
            b'\x08' => column = column.saturating_sub(1),
            b'\r' => column = 0,
            _ => column += 1,
        }
        out.push(*byte);
    }
}
