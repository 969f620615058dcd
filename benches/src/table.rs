//! Results as a table: what was measured, what is aimed at, what came of it.

use std::fmt;
use std::io::{IsTerminal, Write};
use std::time::Duration;

/// Rows to print.
#[derive(Default)]
pub struct Table {
    rows: Vec<[String; 4]>,
    wrong: bool,
}

impl Table {
    /// A figure beside its aim. Missing an aim is no failure: machines differ.
    pub fn figure(&mut self, what: &str, aim: &str, value: String, reached: bool) {
        let verdict = if reached { "reached" } else { "missed" };
        self.rows
            .push([what.into(), aim.into(), value, verdict.into()]);
    }

    /// A figure without an aim.
    pub fn note(&mut self, what: &str, value: String) {
        let [aim, verdict] = [String::new(), String::new()];
        self.rows.push([what.into(), aim, value, verdict]);
    }

    /// Something that must hold.
    pub fn must(&mut self, what: &str, value: String, holds: bool) {
        let verdict = if holds { "right" } else { "WRONG" };
        self.wrong |= !holds;
        self.rows
            .push([what.into(), "must hold".into(), value, verdict.into()]);
    }

    /// Whether everything that must hold does.
    #[must_use]
    pub fn is_right(&self) -> bool {
        !self.wrong
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut widths = [0; 4];
        for row in &self.rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = cell.chars().count().max(*width);
            }
        }
        for row in &self.rows {
            let mut line = String::new();
            for (width, cell) in widths.iter().zip(row) {
                line.push_str(&format!("{cell:width$}  "));
            }
            writeln!(f, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

/// Times that something took.
#[derive(Clone, Debug, Default)]
pub struct Times(Vec<Duration>);

impl Times {
    /// Adds one.
    pub fn push(&mut self, time: Duration) {
        self.0.push(time);
    }

    /// Adds others.
    pub fn extend(&mut self, other: Times) {
        self.0.extend(other.0);
    }

    /// How many.
    #[must_use]
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// The time that so many of a thousand stay within; zero if there are none.
    #[must_use]
    pub fn within(&self, of_a_thousand: usize) -> Duration {
        let mut times = self.0.clone();
        times.sort_unstable();
        let last = times.len().saturating_sub(1);
        let at = (times.len() * of_a_thousand / 1000).min(last);
        times.get(at).copied().unwrap_or_default()
    }

    /// Median and 99th percentile as text.
    #[must_use]
    pub fn shown(&self) -> String {
        let (median, p99) = (self.within(500), self.within(990));
        format!("p50 {median:.1?}, p99 {p99:.1?} of {}", self.count())
    }

    /// The same with the longest.
    #[must_use]
    pub fn most(&self) -> String {
        let [median, p99, most] = [500, 990, 1000].map(|share| self.within(share));
        let count = self.count();
        format!("p50 {median:.1?}, p99 {p99:.1?}, max {most:.1?} of {count}")
    }
}

/// A line on standard error that says how far it is, on terminals only.
pub fn progress(line: &str) {
    let mut out = std::io::stderr();
    if out.is_terminal() {
        // Whoever does not see it misses nothing.
        let _ = write!(out, "\r\x1b[K{line}");
        let _ = out.flush();
    }
}

/// Takes the line away.
pub fn progress_done() {
    progress("");
}

/// Resident memory of this process (Linux `statm`), in bytes; 0 elsewhere.
#[must_use]
pub fn resident_bytes() -> u64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = statm.split(' ').nth(1).and_then(|pages| pages.parse().ok());
    pages.unwrap_or(0_u64) * 4096
}

/// Memory that the machine could still give (Linux), in bytes.
#[must_use]
pub fn available_bytes() -> u64 {
    let info = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let line = info
        .lines()
        .find_map(|line| line.strip_prefix("MemAvailable:"));
    let kib = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok());
    kib.map_or(u64::MAX, |kib: u64| kib * 1024)
}

/// Numbers out of a seed (SplitMix64): the same seed, the same choices.
pub struct Random(u64);

impl Random {
    /// A generator.
    #[must_use]
    pub fn new(seed: u64) -> Random {
        Random(seed)
    }

    /// Any number.
    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    /// A number below `limit`.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.number() % limit.max(1)
    }

    /// Bytes that do not repeat.
    #[must_use]
    pub fn bytes(&mut self, count: usize) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(count + 8);
        while bytes.len() < count {
            bytes.extend_from_slice(&self.number().to_le_bytes());
        }
        bytes.truncate(count);
        bytes
    }
}
