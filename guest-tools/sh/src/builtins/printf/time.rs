//! Dates of `%(…)T`, prompts and histories.

use crate::exec::Shell;
use crate::vars::attr;

const DAY_S: i64 = 86_400;
const DAYS: [&str; 7] = [
    "Sunday",
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
];
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

struct Date {
    seconds: i64,
    year: i64,
    /// From 0.
    month: usize,
    day: i64,
    hour: i64,
    minute: i64,
    second: i64,
    weekday: i64,
    /// From 0.
    yearday: i64,
    /// Seconds east of Greenwich.
    offset: i64,
    zone: Vec<u8>,
}

/// Formats seconds since the epoch as `strftime` does in the zone of `TZ`.
pub fn format(sh: &Shell, seconds: i64, format: &[u8]) -> Vec<u8> {
    let zone = sh
        .vars
        .by_name(b"TZ")
        .filter(|var| var.has(attr::EXPORT))
        .and_then(|var| Some(var.value.text()?.into_owned()));
    let (offset, zone) = match zone {
        Some(zone) if !zone.is_empty() => super::zone::at(&zone, seconds),
        _ => (0, b"UTC".to_vec()),
    };
    let mut out = Vec::new();
    put(&date(seconds, offset, zone), format, &mut out);
    out
}

fn date(seconds: i64, offset: i64, zone: Vec<u8>) -> Date {
    let local = seconds.saturating_add(offset);
    let days = local.div_euclid(DAY_S);
    let rest = local.rem_euclid(DAY_S);
    // Years are counted from March, so that a leap day comes last.
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * of_year + 2) / 153;
    let month = (march_month + 2) % 12;
    let year = year_of_era + era * 400 + i64::from(month < 2);
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let yearday = match month {
        0 | 1 => of_year - 306,
        _ => of_year + 59 + i64::from(leap),
    };
    Date {
        seconds,
        year,
        month: month as usize,
        day: of_year - (153 * march_month + 2) / 5 + 1,
        hour: rest / 3600,
        minute: rest / 60 % 60,
        second: rest % 60,
        weekday: (days + 4).rem_euclid(7),
        yearday,
        offset,
        zone,
    }
}

fn put(date: &Date, format: &[u8], out: &mut Vec<u8>) {
    let mut at = 0;
    while at < format.len() {
        if format[at] != b'%' || at + 1 == format.len() {
            out.push(format[at]);
            at += 1;
            continue;
        }
        at += 1;
        let start = at;
        let mut padding = None;
        let mut upper = false;
        while let Some(c) = format.get(at) {
            match c {
                b'-' | b'_' | b'0' => padding = Some(*c),
                b'^' => upper = true,
                b'E' | b'O' | b'#' => {}
                _ => break,
            }
            at += 1;
        }
        let letter = format.get(at).copied().unwrap_or(0);
        at += 1;
        let from = out.len();
        if !field(date, letter, padding, out) {
            out.push(b'%');
            out.extend_from_slice(&format[start..at.min(format.len())]);
        }
        if upper {
            out[from..].make_ascii_uppercase();
        }
    }
}

fn field(date: &Date, letter: u8, padding: Option<u8>, out: &mut Vec<u8>) -> bool {
    let mut number = |value: i64, width: usize, fill: u8| {
        let text = value.to_string();
        let fill = match padding {
            Some(b'_') => b' ',
            Some(b'0') => b'0',
            _ => fill,
        };
        if padding != Some(b'-') {
            out.resize(out.len() + width.saturating_sub(text.len()), fill);
        }
        out.extend_from_slice(text.as_bytes());
    };
    let hour12 = (date.hour + 11) % 12 + 1;
    match letter {
        b'd' => number(date.day, 2, b'0'),
        b'e' => number(date.day, 2, b' '),
        b'm' => number(date.month as i64 + 1, 2, b'0'),
        b'Y' => number(date.year, 1, b'0'),
        b'y' => number(date.year.rem_euclid(100), 2, b'0'),
        b'C' => number(date.year.div_euclid(100), 2, b'0'),
        b'G' => number(iso_week(date).0, 1, b'0'),
        b'g' => number(iso_week(date).0.rem_euclid(100), 2, b'0'),
        b'V' => number(iso_week(date).1, 2, b'0'),
        b'H' => number(date.hour, 2, b'0'),
        b'k' => number(date.hour, 2, b' '),
        b'I' => number(hour12, 2, b'0'),
        b'l' => number(hour12, 2, b' '),
        b'M' => number(date.minute, 2, b'0'),
        b'S' => number(date.second, 2, b'0'),
        b's' => number(date.seconds, 1, b'0'),
        b'j' => number(date.yearday + 1, 3, b'0'),
        b'u' => number((date.weekday + 6) % 7 + 1, 1, b'0'),
        b'w' => number(date.weekday, 1, b'0'),
        b'U' => number((date.yearday + 7 - date.weekday) / 7, 2, b'0'),
        b'W' => number((date.yearday + 7 - (date.weekday + 6) % 7) / 7, 2, b'0'),
        letter => return text_field(date, letter, out),
    }
    true
}

fn text_field(date: &Date, letter: u8, out: &mut Vec<u8>) -> bool {
    let day = DAYS[date.weekday as usize];
    let month = MONTHS[date.month];
    let half = if date.hour < 12 { "AM" } else { "PM" };
    match letter {
        b'a' => out.extend_from_slice(&day.as_bytes()[..3]),
        b'A' => out.extend_from_slice(day.as_bytes()),
        b'b' | b'h' => out.extend_from_slice(&month.as_bytes()[..3]),
        b'B' => out.extend_from_slice(month.as_bytes()),
        b'p' => out.extend_from_slice(half.as_bytes()),
        b'P' => out.extend_from_slice(half.to_lowercase().as_bytes()),
        b'c' => put(date, b"%a %b %e %H:%M:%S %Y", out),
        b'x' | b'D' => put(date, b"%m/%d/%y", out),
        b'X' | b'T' => put(date, b"%H:%M:%S", out),
        b'r' => put(date, b"%I:%M:%S %p", out),
        b'R' => put(date, b"%H:%M", out),
        b'F' => put(date, b"%Y-%m-%d", out),
        b'z' => {
            let (sign, minutes) = match date.offset {
                west if west < 0 => ('-', -west / 60),
                east => ('+', east / 60),
            };
            let text = format!("{sign}{:02}{:02}", minutes / 60, minutes % 60);
            out.extend_from_slice(text.as_bytes());
        }
        b'Z' => out.extend_from_slice(&date.zone),
        b'n' => out.push(b'\n'),
        b't' => out.push(b'\t'),
        b'%' => out.push(b'%'),
        b'+' => put(date, b"%a %b %e %H:%M:%S %Z %Y", out),
        _ => return false,
    }
    true
}

/// Year and number of the week by ISO 8601: that of its Thursday.
fn iso_week(day: &Date) -> (i64, i64) {
    let to_thursday = 3 - (day.weekday + 6) % 7;
    let thursday = date(day.seconds + to_thursday * DAY_S, day.offset, Vec::new());
    (thursday.year, thursday.yearday / 7 + 1)
}
