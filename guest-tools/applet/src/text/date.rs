//! Dates as people write them: GNU's date strings, and `touch -t`.

use super::time::{self, local_zone};

/// A GNU date string (`yesterday`, `2024-01-31 12:00`, `@99`, `+3 days`),
/// relative to a time; both in nanoseconds since the epoch.
pub fn parse_date(text: &[u8], base_ns: u64) -> Option<u64> {
    let text = std::str::from_utf8(text).ok()?;
    let base = jiff::Timestamp::from_nanosecond(i128::from(base_ns as i64)).ok()?;
    let base = base.to_zoned(local_zone());
    let date = parse_datetime::parse_datetime_at_date(base, text).ok()?;
    file_time(date.into_zoned()?.timestamp())
}

/// As [`parse_date`], in UTC if asked, before the epoch too: seconds since it,
/// and nanoseconds.
pub fn parse_date_in(text: &[u8], base_ns: u64, utc: bool) -> Option<(i64, u32)> {
    let text = std::str::from_utf8(text).ok()?;
    let base = jiff::Timestamp::from_nanosecond(i128::from(base_ns as i64)).ok()?;
    let zone = if utc {
        jiff::tz::TimeZone::UTC
    } else {
        local_zone()
    };
    let date = parse_datetime::parse_datetime_at_date(base.to_zoned(zone), text).ok()?;
    let nanosecond = date.into_zoned()?.timestamp().as_nanosecond();
    let seconds = i64::try_from(nanosecond.div_euclid(1_000_000_000)).ok()?;
    Some((seconds, nanosecond.rem_euclid(1_000_000_000) as u32))
}

/// `[[CC]YY]MMDDhhmm[.ss]`, local time.
pub fn parse_stamp(text: &[u8]) -> Option<u64> {
    let (main, seconds) = match text.iter().position(|byte| *byte == b'.') {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    };
    let pair = |bytes: &[u8]| -> Option<i16> {
        match bytes {
            [a @ b'0'..=b'9', b @ b'0'..=b'9'] => Some(i16::from((a - b'0') * 10 + (b - b'0'))),
            _ => None,
        }
    };
    let pairs: Vec<i16> = main.chunks(2).map(pair).collect::<Option<_>>()?;
    let (year, rest) = match pairs.as_slice() {
        rest @ [_, _, _, _] => (time::local(crate::sys::now_ns()).year as i16, rest),
        [yy, rest @ ..] if rest.len() == 4 => (if *yy < 69 { 2000 } else { 1900 } + yy, rest),
        [cc, yy, rest @ ..] if rest.len() == 4 => (cc * 100 + yy, rest),
        _ => return None,
    };
    let second = match seconds {
        Some(bytes) => pair(bytes)?,
        None => 0,
    };
    let part = |at: usize| rest.get(at).and_then(|n| i8::try_from(*n).ok());
    let date = jiff::civil::DateTime::new(
        year,
        part(0)?,
        part(1)?,
        part(2)?,
        part(3)?,
        second.min(59) as i8,
        0,
    );
    // A second that is added to a minute belongs to the next.
    let more = jiff::SignedDuration::from_secs(i64::from(second == 60));
    let date = date.ok()?.checked_add(more).ok()?;
    let zoned = date.to_zoned(local_zone()).ok()?;
    file_time(zoned.timestamp())
}

/// A time as files have it: before the epoch, in the upper half of the numbers.
fn file_time(stamp: jiff::Timestamp) -> Option<u64> {
    let ns = i64::try_from(stamp.as_nanosecond()).ok()?;
    Some(ns as u64)
}
