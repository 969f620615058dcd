//! Dates.

use super::machine::{Machine, Run};
use crate::value::{Str, Value};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use wardian_applet::text::time;

const DEFAULT_FORMAT: &[u8] = b"%a %b %e %H:%M:%S %Z %Y";

impl Machine {
    pub(super) fn strftime(&mut self, args: usize) -> Run<()> {
        let utc = args > 2 && self.pop().is_true();
        let stamp = match args > 1 {
            true => self.pop().num(),
            false => (wardian_applet::sys::now_ns() / 1_000_000_000) as f64,
        };
        let format = match args > 0 {
            true => self.pop().text(&self.convfmt).into_owned(),
            false => DEFAULT_FORMAT.to_vec(),
        };
        let text = date(stamp, utc).format(&format);
        self.push(Value::Str(Str::new(&text)));
        Ok(())
    }

    /// `mktime("YYYY MM DD HH MM SS [DST]")`.
    pub(super) fn mktime(&mut self, args: usize) {
        let utc = args > 1 && self.pop().is_true();
        let value = self.pop();
        let text = value.text(&self.convfmt);
        let text = String::from_utf8_lossy(&text);
        let parts: Vec<i64> = text
            .split_ascii_whitespace()
            .map_while(|part| part.parse().ok())
            .collect();
        let stamp = match parts.as_slice() {
            [year, month, day, hour, minute, second, ..]
                if parts.iter().all(|n| n.abs() < 1_000_000_000) =>
            {
                let seconds =
                    civil_seconds(*year, *month, *day) + hour * 3600 + minute * 60 + second;
                if utc { seconds } else { to_local(seconds) }
            }
            _ => -1,
        };
        self.push_num(stamp as f64);
    }
}

/// Seconds from the epoch to a date; months and days beyond theirs carry over.
fn civil_seconds(year: i64, month: i64, day: i64) -> i64 {
    let year = year + (month - 1).div_euclid(12);
    let month = (month - 1).rem_euclid(12) + 1;
    let shifted = if month <= 2 { year - 1 } else { year };
    let era = shifted.div_euclid(400);
    let of_era = shifted.rem_euclid(400);
    let of_year = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
    let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468;
    days * 86400
}

/// The time at which clocks here show what UTC clocks show at `seconds`.
fn to_local(seconds: i64) -> i64 {
    let Ok(stamp) = Timestamp::from_second(seconds) else {
        return -1;
    };
    let date = TimeZone::UTC.to_datetime(stamp);
    match time::local_zone().to_timestamp(date) {
        Ok(stamp) => stamp.as_second(),
        Err(_) => -1,
    }
}

/// The date of a time, here or in UTC.
fn date(epoch: f64, utc: bool) -> time::Civil {
    let zone = if utc {
        TimeZone::UTC
    } else {
        time::local_zone()
    };
    let stamp = Timestamp::from_second(epoch as i64).unwrap_or(Timestamp::UNIX_EPOCH);
    let info = zone.to_offset_info(stamp);
    let date = zone.to_datetime(stamp);
    time::Civil {
        year: date.year().into(),
        month: date.month() as u32,
        day: date.day() as u32,
        hour: date.hour() as u32,
        minute: date.minute() as u32,
        second: date.second() as u32,
        nanosecond: 0,
        weekday: date.weekday().to_sunday_zero_offset() as u32,
        day_of_year: date.day_of_year() as u32 - 1,
        offset: info.offset().seconds(),
        zone: match utc {
            true => "GMT".to_owned(),
            false => info.abbreviation().to_owned(),
        },
        epoch: stamp.as_second(),
    }
}
