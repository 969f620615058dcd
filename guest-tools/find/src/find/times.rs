//! Tests of times against the present or another file.

use super::number::sign;
use std::cmp::Ordering;
use wardian_applet::sys::{self, ExtStat};
use wardian_applet::text::time;

const SECOND: i128 = 1_000_000_000;
const DAY: i128 = 86_400 * SECOND;

/// One of a file's times.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Stamp {
    /// Last access.
    Accessed,
    /// Birth.
    Born,
    /// Last change of status.
    Changed,
    /// Last change of contents.
    Modified,
}

impl Stamp {
    /// From a letter of `-newerXY` or `-printf`.
    pub fn from_letter(letter: u8) -> Option<Stamp> {
        match letter {
            b'a' => Some(Stamp::Accessed),
            b'B' => Some(Stamp::Born),
            b'c' => Some(Stamp::Changed),
            b'm' => Some(Stamp::Modified),
            _ => None,
        }
    }

    /// The time, in nanoseconds since the epoch.
    pub fn of(self, stat: &ExtStat) -> u64 {
        match self {
            Stamp::Accessed => stat.accessed_ns,
            Stamp::Born => stat.created_ns,
            Stamp::Changed => stat.changed_ns,
            Stamp::Modified => stat.modified_ns,
        }
    }
}

/// A span of time that a stamp has to lie in, before or after.
#[derive(Clone, Copy)]
pub struct Window {
    order: Ordering,
    from: i128,
    length: i128,
}

impl Window {
    /// Whether the time fits.
    pub fn holds(&self, at: i128) -> bool {
        match self.order {
            Ordering::Greater => at < self.from,
            Ordering::Less => at > self.from,
            Ordering::Equal => at > self.from && at <= self.from + self.length,
        }
    }

    /// `-used N`: days between change and access.
    pub fn used(text: &[u8]) -> Option<Window> {
        let (order, amount) = amount(text, DAY)?;
        // Here more days mean a later time.
        let order = order.reverse();
        Some(Window {
            order,
            from: amount,
            length: DAY,
        })
    }
}

/// From when ages are counted.
#[derive(Clone, Copy)]
pub struct Origin(i128);

impl Origin {
    /// The present, less a day.
    pub fn now() -> Origin {
        Origin(i128::from(sys::now_ns()) - DAY)
    }

    /// `-daystart`: the start of the present day.
    pub fn day_start(self) -> Origin {
        let now = self.0 + DAY;
        let civil = time::local(u64::try_from(now).unwrap_or(0));
        let seconds = i128::from(civil.hour * 3600 + civil.minute * 60 + civil.second);
        Origin(now.div_euclid(SECOND) * SECOND - seconds * SECOND)
    }

    /// `-mtime N` and its kin.
    pub fn days(self, text: &[u8]) -> Option<Window> {
        let (order, amount) = amount(text, DAY)?;
        let mut from = self.0 - amount;
        if order == Ordering::Less {
            from += DAY - SECOND;
        }
        Some(Window {
            order,
            from,
            length: DAY,
        })
    }

    /// `-mmin N` and its kin.
    pub fn minutes(self, text: &[u8]) -> Option<Window> {
        let (order, amount) = amount(text, 60 * SECOND)?;
        Some(Window {
            order,
            from: self.0 + DAY - amount,
            length: 60 * SECOND,
        })
    }
}

/// A signed number of units, which may have a fraction, in nanoseconds.
fn amount(text: &[u8], unit: i128) -> Option<(Ordering, i128)> {
    let (order, rest) = sign(text);
    let rest = std::str::from_utf8(rest).ok()?;
    let plain = |byte: u8| byte.is_ascii_digit() || byte == b'.';
    if !rest.bytes().all(plain) {
        return None;
    }
    if let Ok(whole) = rest.parse::<u64>() {
        return Some((order, i128::from(whole).checked_mul(unit)?));
    }
    let number: f64 = rest.parse().ok()?;
    Some((order, (number * unit as f64) as i128))
}
