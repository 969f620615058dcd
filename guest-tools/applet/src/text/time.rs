//! Points in time as calendar dates in the zone of `TZ`, and `strftime`.

use super::pad;
use std::sync::OnceLock;

/// A date and time of day, with its offset from UTC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Civil {
    /// Year.
    pub year: i64,
    /// Month, 1 to 12.
    pub month: u32,
    /// Day of the month, 1 to 31.
    pub day: u32,
    /// Hour, 0 to 23.
    pub hour: u32,
    /// Minute.
    pub minute: u32,
    /// Second.
    pub second: u32,
    /// Nanosecond.
    pub nanosecond: u32,
    /// Day of the week, 0 for Sunday.
    pub weekday: u32,
    /// Day of the year, from 0.
    pub day_of_year: u32,
    /// Seconds east of UTC.
    pub offset: i32,
    /// Abbreviation of the zone.
    pub zone: String,
    /// Seconds since the epoch.
    pub epoch: i64,
}

/// Conversions that are known.
const LETTERS: &[u8] = b"YCymdeHkIlMSjsNuwUWVGgqbhBaApPzZnt%DxFTXRrc";

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
const DAYS: [&str; 7] = [
    "Sunday",
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
];

/// Seconds since the epoch and nanoseconds of a file's time: the upper half of
/// the numbers stands for times before the epoch.
pub fn split(ns: u64) -> (i64, u32) {
    let signed = ns as i64;
    let nanosecond = signed.rem_euclid(1_000_000_000) as u32;
    (signed.div_euclid(1_000_000_000), nanosecond)
}

/// The local date of a time in nanoseconds since the epoch, as of [`split`].
pub fn local(ns: u64) -> Civil {
    let (epoch, nanosecond) = split(ns);
    local_at(epoch, nanosecond)
}

/// The date in UTC of a time in seconds since the epoch, and nanoseconds.
pub fn utc_at(epoch: i64, nanosecond: u32) -> Civil {
    civil(epoch, nanosecond, 0, "UTC".to_owned())
}

/// The local date of a time in seconds since the epoch, and nanoseconds.
pub fn local_at(epoch: i64, nanosecond: u32) -> Civil {
    match zone() {
        Some(zone) => {
            let stamp = jiff::Timestamp::from_second(epoch).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
            let info = zone.to_offset_info(stamp);
            let name = info.abbreviation().to_owned();
            civil(epoch, nanosecond, info.offset().seconds(), name)
        }
        None => utc_at(epoch, nanosecond),
    }
}

/// The zone that `TZ` names.
pub fn local_zone() -> jiff::tz::TimeZone {
    zone().cloned().unwrap_or(jiff::tz::TimeZone::UTC)
}

/// The zone that `TZ` names, unless that is UTC.
fn zone() -> Option<&'static jiff::tz::TimeZone> {
    static ZONE: OnceLock<Option<jiff::tz::TimeZone>> = OnceLock::new();
    ZONE.get_or_init(|| {
        let name = match std::env::var("TZ") {
            Ok(name) => name,
            Err(_) if cfg!(target_os = "wasi") => return None,
            Err(_) => return Some(jiff::tz::TimeZone::system()),
        };
        let name = name.strip_prefix(':').unwrap_or(&name);
        match name {
            "" | "UTC" | "UTC0" | "GMT" | "GMT0" | "Etc/UTC" => None,
            _ => jiff::tz::TimeZone::get(name)
                .or_else(|_| jiff::tz::TimeZone::posix(name))
                .ok()
                .or_else(|| unknown(name)),
        }
    })
    .as_ref()
}

/// UTC under the letters that an unknown zone starts with, as C has it.
fn unknown(name: &str) -> Option<jiff::tz::TimeZone> {
    let end = name.find(|c: char| !c.is_ascii_alphabetic());
    let letters = &name[..end.unwrap_or(name.len())];
    let letters = if letters.len() < 3 { "" } else { letters };
    jiff::tz::TimeZone::posix(&format!("{letters}0")).ok()
}

fn civil(epoch: i64, nanosecond: u32, offset: i32, zone: String) -> Civil {
    let shifted = epoch + i64::from(offset);
    let (days, seconds) = (shifted.div_euclid(86400), shifted.rem_euclid(86400) as u32);
    // Days are counted from 1 March of year 0, in eras of 400 years.
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1460 + doe / 36524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let month = if mp < 10 { mp + 3 } else { mp - 9 } as u32;
    let year = yoe + era * 400 + i64::from(month <= 2);
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let day_of_year = if month > 2 {
        doy + 59 + i64::from(leap)
    } else {
        doy - 306
    } as u32;
    Civil {
        year,
        month,
        day: (doy - (153 * mp + 2) / 5 + 1) as u32,
        hour: seconds / 3600,
        minute: seconds / 60 % 60,
        second: seconds % 60,
        nanosecond,
        weekday: (days + 4).rem_euclid(7) as u32,
        day_of_year,
        offset,
        zone,
        epoch,
    }
}

impl Civil {
    /// The date after a `strftime` format (C locale, with GNU's `%N` and `%:z`
    /// and the flags `-`, `_`, `0`, `^`).
    pub fn format(&self, format: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        let mut rest = format.iter().copied().peekable();
        while let Some(byte) = rest.next() {
            if byte != b'%' {
                out.push(byte);
                continue;
            }
            let (mut padding, mut upper, mut swap, mut colons, mut width) =
                (None, false, false, 0, 0);
            let mut raw = vec![b'%'];
            let mut modifier = 0;
            loop {
                match rest.peek() {
                    Some(flag @ (b'-' | b'_' | b'0' | b'+')) if width == 0 => padding = Some(*flag),
                    Some(b'^') => upper = true,
                    Some(b'#') => swap = true,
                    Some(b':') => colons += 1,
                    Some(digit @ b'0'..=b'9') => {
                        width = (width * 10 + usize::from(digit - b'0')).min(pad::WIDTH_MAX / 16);
                    }
                    Some(letter @ (b'E' | b'O')) if modifier == 0 => modifier = *letter,
                    _ => break,
                }
                raw.extend(rest.next());
            }
            let Some(letter) = rest.next() else {
                out.extend(raw);
                break;
            };
            let fits = match modifier {
                b'E' => b"cCxXyY".contains(&letter),
                b'O' => b"deHIklmMSuUVwWy".contains(&letter),
                _ => LETTERS.contains(&letter),
            };
            if !fits || colons > 0 && letter != b'z' || colons > 3 {
                out.extend(raw);
                out.push(letter);
                continue;
            }
            let mut text = self.field(letter, padding, colons, width);
            if swap && matches!(letter, b'Z' | b'p') {
                text.make_ascii_lowercase();
            } else if upper || swap {
                text.make_ascii_uppercase();
            }
            if b"aAbBhpPZzcDxFTXRrnt%+".contains(&letter) && padding != Some(b'-') {
                let fill = if padding == Some(b'0') { b'0' } else { b' ' };
                out.extend(std::iter::repeat_n(fill, width.saturating_sub(text.len())));
            }
            out.extend_from_slice(text.as_bytes());
        }
        out
    }

    fn field(&self, letter: u8, padding: Option<u8>, colons: u32, width: usize) -> String {
        let number = |value: i64, digits: usize, default: u8| {
            let digits = digits.max(width);
            match padding.unwrap_or(default) {
                b'-' => value.to_string(),
                b'_' => pad::right(&value.to_string(), digits, ' '),
                b'+' => {
                    let usual = if digits <= 2 { 2 } else { 4 };
                    let most = if usual == 2 { 99 } else { 9999 };
                    pad::zeros(value, digits, value > most || width > usual)
                }
                _ => pad::zeros(value, digits, false),
            }
        };
        let again =
            |format: &str| String::from_utf8_lossy(&self.format(format.as_bytes())).into_owned();
        let month = MONTHS[self.month as usize - 1];
        let day = DAYS[self.weekday as usize];
        let hour12 = i64::from((self.hour + 11) % 12 + 1);
        match letter {
            b'Y' => number(self.year, 4, b'0'),
            b'C' => number(self.year.div_euclid(100), 2, b'0'),
            b'y' => number(self.year.rem_euclid(100), 2, b'0'),
            b'm' => number(self.month.into(), 2, b'0'),
            b'd' => number(self.day.into(), 2, b'0'),
            b'e' => number(self.day.into(), 2, b'_'),
            b'H' => number(self.hour.into(), 2, b'0'),
            b'k' => number(self.hour.into(), 2, b'_'),
            b'I' => number(hour12, 2, b'0'),
            b'l' => number(hour12, 2, b'_'),
            b'M' => number(self.minute.into(), 2, b'0'),
            b'S' => number(self.second.into(), 2, b'0'),
            b'j' => number(i64::from(self.day_of_year) + 1, 3, b'0'),
            b's' => number(self.epoch, 1, b'0'),
            b'N' => {
                let digits = format!("{:09}", self.nanosecond);
                let digits = match width {
                    1..=9 => digits[..width].to_owned(),
                    _ => pad::left(&digits, width, '0'),
                };
                let short = match digits.trim_end_matches('0') {
                    "" => "0",
                    short => short,
                };
                match padding {
                    Some(b'-') if width > 0 => short.to_owned(),
                    Some(b'_') => pad::left(short, digits.len(), ' '),
                    _ => digits,
                }
            }
            b'u' => number(i64::from((self.weekday + 6) % 7 + 1), 1, b'0'),
            b'w' => number(self.weekday.into(), 1, b'0'),
            b'U' => number(
                i64::from((self.day_of_year + 7 - self.weekday) / 7),
                2,
                b'0',
            ),
            b'W' => {
                let monday = (self.weekday + 6) % 7;
                number(i64::from((self.day_of_year + 7 - monday) / 7), 2, b'0')
            }
            b'V' => number(self.iso_week().1, 2, b'0'),
            b'G' => number(self.iso_week().0, 4, b'0'),
            b'g' => number(self.iso_week().0.rem_euclid(100), 2, b'0'),
            b'q' => number(i64::from((self.month - 1) / 3 + 1), 1, b'0'),
            b'b' | b'h' => month[..3].to_owned(),
            b'B' => month.to_owned(),
            b'a' => day[..3].to_owned(),
            b'A' => day.to_owned(),
            b'p' => if self.hour < 12 { "AM" } else { "PM" }.to_owned(),
            b'P' => if self.hour < 12 { "am" } else { "pm" }.to_owned(),
            b'z' => self.offset_text(colons),
            b'Z' => self.zone.clone(),
            b'n' => "\n".to_owned(),
            b't' => "\t".to_owned(),
            b'%' => "%".to_owned(),
            b'D' | b'x' => again("%m/%d/%y"),
            b'F' => again("%+4Y-%m-%d"),
            b'T' | b'X' => again("%H:%M:%S"),
            b'R' => again("%H:%M"),
            b'r' => again("%I:%M:%S %p"),
            b'c' => again("%a %b %e %H:%M:%S %-Y"),
            other => format!("%{}", char::from(other)),
        }
    }

    fn offset_text(&self, colons: u32) -> String {
        let sign = if self.offset < 0 { '-' } else { '+' };
        let offset = self.offset.unsigned_abs();
        let (hours, minutes, seconds) = (offset / 3600, offset / 60 % 60, offset % 60);
        match colons {
            0 => format!("{sign}{hours:02}{minutes:02}"),
            1 => format!("{sign}{hours:02}:{minutes:02}"),
            3 if minutes == 0 && seconds == 0 => format!("{sign}{hours:02}"),
            3 if seconds == 0 => format!("{sign}{hours:02}:{minutes:02}"),
            _ => format!("{sign}{hours:02}:{minutes:02}:{seconds:02}"),
        }
    }

    fn iso_week(&self) -> (i64, i64) {
        let monday = i64::from((self.weekday + 6) % 7);
        let week = (i64::from(self.day_of_year) - monday + 10) / 7;
        let long = |year: i64| {
            let p = |y: i64| {
                (y + y.div_euclid(4) - y.div_euclid(100) + y.div_euclid(400)).rem_euclid(7)
            };
            p(year) == 4 || p(year - 1) == 3
        };
        match week {
            0 => (self.year - 1, if long(self.year - 1) { 53 } else { 52 }),
            53 if !long(self.year) => (self.year + 1, 1),
            _ => (self.year, week),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::civil;

    fn check(epoch: i64, format: &str, expected: &str) {
        let text = civil(epoch, 5, 0, "UTC".into()).format(format.as_bytes());
        assert_eq!(String::from_utf8_lossy(&text), expected);
    }

    #[test]
    fn dates_format_as_strftime() {
        check(
            0,
            "%F %T %a %j %U %W %G-W%V",
            "1970-01-01 00:00:00 Thu 001 00 00 1970-W01",
        );
        check(951_782_400, "%F %A %j", "2000-02-29 Tuesday 060");
        check(
            1_609_459_199,
            "%F %G-%V %-d %_m %N",
            "2020-12-31 2020-53 31 12 000000005",
        );
        check(
            1_609_459_200,
            "%F %G-%V %I%p %z %:z %e",
            "2021-01-01 2020-53 12AM +0000 +00:00  1",
        );
        check(-1, "%F %T", "1969-12-31 23:59:59");
    }
}
