//! Dates: broken-down time in UTC, to and from text.

use crate::jq::context::{Context, Raise, error};
use crate::jq::node::Native;
use crate::jq::simple::type_error;
use crate::json::{Value, to_text};
use wardian_applet::text::pad;

type Out = Result<Value, Raise>;

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

pub fn find(name: &str, arity: usize) -> Option<Native> {
    Some(match (name, arity) {
        ("mktime", 0) => |_, input, _| {
            let time = Time::from_value(&input, "mktime")?;
            Ok(Value::Number(time.seconds_since_epoch()))
        },
        ("gmtime", 0) | ("localtime", 0) => |_, input, _| match input.number() {
            Some(seconds) => Ok(Time::from_seconds(seconds).value()),
            None => error("gmtime() requires a number"),
        },
        ("strftime", 1) => |_, input, args| format(&input, &args[0], "strftime/1"),
        ("strflocaltime", 1) => |_, input, args| format(&input, &args[0], "strflocaltime/1"),
        ("strptime", 1) => parse,
        _ => return None,
    })
}

/// Broken-down time.
#[derive(Default, Clone)]
struct Time {
    year: i64,
    month: i64,
    day: i64,
    hour: i64,
    minute: i64,
    second: f64,
    weekday: i64,
    yearday: i64,
}

/// Days from 1970-01-01 to a date.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = (year + month.div_euclid(12), month.rem_euclid(12) + 1);
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

impl Time {
    fn from_seconds(seconds: f64) -> Time {
        let seconds = seconds.clamp(-6e16, 6e16);
        let whole = seconds.floor();
        let day = (whole / 86400.0).floor() as i64;
        let rest = whole as i64 - day * 86400;
        let shifted = day + 719_468;
        let era = shifted.div_euclid(146_097);
        let of_era = shifted.rem_euclid(146_097);
        let year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted_month = (5 * of_year + 2) / 153;
        let month = (shifted_month + 2) % 12;
        let mut time = Time {
            year: year_of_era + era * 400 + i64::from(month < 2),
            month,
            day: of_year - (153 * shifted_month + 2) / 5 + 1,
            hour: rest / 3600,
            minute: rest / 60 % 60,
            second: (rest % 60) as f64 + (seconds - whole),
            ..Time::default()
        };
        time.complete();
        time
    }

    /// Finds weekday and day of the year.
    fn complete(&mut self) {
        let day = days(self.year, self.month, self.day);
        self.weekday = (day + 4).rem_euclid(7);
        self.yearday = day - days(self.year, 0, 1);
    }

    fn value(&self) -> Value {
        let whole = [self.year, self.month, self.day, self.hour, self.minute];
        let mut out: Vec<Value> = whole.iter().map(|n| Value::Number(*n as f64)).collect();
        out.push(Value::Number(self.second));
        out.push(Value::Number(self.weekday as f64));
        out.push(Value::Number(self.yearday as f64));
        Value::array(out)
    }

    fn from_value(value: &Value, who: &str) -> Result<Time, Raise> {
        let Value::Array(parts) = value else {
            return error(format!("{who} requires array of 6 numbers"));
        };
        let mut numbers = [0.0; 8];
        for (slot, part) in numbers.iter_mut().zip(parts.iter()) {
            match part.number() {
                Some(number) => *slot = number,
                None => return error(format!("{who} requires parsed datetime inputs")),
            }
        }
        let whole = |at: usize| numbers[at].clamp(-1e12, 1e12) as i64;
        Ok(Time {
            year: whole(0),
            month: whole(1),
            day: whole(2),
            hour: whole(3),
            minute: whole(4),
            second: numbers[5],
            weekday: whole(6),
            yearday: whole(7),
        })
    }

    fn seconds_since_epoch(&self) -> f64 {
        let day = days(self.year, self.month, self.day);
        (day * 86400 + self.hour * 3600 + self.minute * 60) as f64 + self.second.floor()
    }
}

fn format(input: &Value, format: &Value, who: &str) -> Out {
    let time = match input {
        Value::Number(_) | Value::Literal(_) => {
            Time::from_seconds(input.number().unwrap_or_default())
        }
        Value::Array(_) => Time::from_value(input, who)?,
        _ => return error(format!("{who} requires parsed datetime inputs")),
    };
    match format {
        Value::String(format) => Ok(Value::string(write(&time, format))),
        _ => error(format!("{who} requires a string format")),
    }
}

fn iso_week(time: &Time) -> (i64, i64) {
    let weekday = (time.weekday + 6) % 7;
    let week = (time.yearday - weekday + 10) / 7;
    let weeks_in = |year: i64| {
        let first = (days(year, 0, 1) + 3).rem_euclid(7);
        let leap = days(year + 1, 0, 1) - days(year, 0, 1) == 366;
        if first == 3 || (leap && first == 2) {
            53
        } else {
            52
        }
    };
    if week < 1 {
        (time.year - 1, weeks_in(time.year - 1))
    } else if week > weeks_in(time.year) {
        (time.year + 1, 1)
    } else {
        (time.year, week)
    }
}

fn write(time: &Time, format: &str) -> String {
    let mut out = String::new();
    let mut chars = format.chars();
    let (hour, minute, second) = (time.hour, time.minute, time.second as i64);
    let hour12 = if hour % 12 == 0 { 12 } else { hour % 12 };
    let day_name = DAYS.get(time.weekday as usize).copied().unwrap_or("?");
    let month_name = MONTHS.get(time.month as usize).copied().unwrap_or("?");
    while let Some(c) = chars.next() {
        if c != '%' {
            out.push(c);
            continue;
        }
        let from = chars.as_str();
        let mut letter = chars.next();
        let (mut pad, mut upper, mut swap, mut least) = (None, false, false, 0_usize);
        while let Some(flag) = letter {
            match flag {
                '-' | '_' | '0' => pad = Some(flag),
                '^' => upper = true,
                '#' => swap = true,
                _ => break,
            }
            letter = chars.next();
        }
        while let Some(digit) = letter.and_then(|c| c.to_digit(10)) {
            least = least.saturating_mul(10).saturating_add(digit as usize);
            least = least.min(pad::WIDTH_MAX);
            letter = chars.next();
        }
        if let Some('E' | 'O') = letter {
            letter = chars.next();
        }
        let padded = |n: i64, digits: usize, fill: char| {
            let (digits, text) = (digits.max(least), n.to_string());
            match pad.unwrap_or(fill) {
                '-' => text,
                '0' => pad::zeros(n, digits, false),
                _ => pad::right(&text, digits, ' '),
            }
        };
        let zero = |n: i64, width: usize| padded(n, width, '0');
        let text = match letter {
            Some('Y') => zero(time.year, 1),
            Some('C') => zero(time.year.div_euclid(100), 2),
            Some('y') => zero(time.year.rem_euclid(100), 2),
            Some('m') => zero(time.month + 1, 2),
            Some('d') => zero(time.day, 2),
            Some('e') => padded(time.day, 2, ' '),
            Some('H') => zero(hour, 2),
            Some('k') => padded(hour, 2, ' '),
            Some('I') => zero(hour12, 2),
            Some('l') => padded(hour12, 2, ' '),
            Some('M') => zero(minute, 2),
            Some('S') => zero(second, 2),
            Some('j') => zero(time.yearday + 1, 3),
            Some('p') => (if hour < 12 { "AM" } else { "PM" }).to_owned(),
            Some('P') => (if hour < 12 { "am" } else { "pm" }).to_owned(),
            Some('A') => day_name.to_owned(),
            Some('a') => day_name.chars().take(3).collect(),
            Some('B') => month_name.to_owned(),
            Some('b' | 'h') => month_name.chars().take(3).collect(),
            Some('u') => zero(if time.weekday == 0 { 7 } else { time.weekday }, 1),
            Some('w') => zero(time.weekday, 1),
            Some('Z') => "UTC".to_owned(),
            Some('z') => "+0000".to_owned(),
            Some('s') => (time.seconds_since_epoch() as i64).to_string(),
            Some('F') => write(time, "%Y-%m-%d"),
            Some('T') => write(time, "%H:%M:%S"),
            Some('R') => write(time, "%H:%M"),
            Some('r') => write(time, "%I:%M:%S %p"),
            Some('D' | 'x') => write(time, "%m/%d/%y"),
            Some('X') => write(time, "%H:%M:%S"),
            Some('c') => write(time, "%a %b %e %H:%M:%S %Y"),
            Some('U') => zero((time.yearday + 7 - time.weekday) / 7, 2),
            Some('W') => zero((time.yearday + 7 - (time.weekday + 6) % 7) / 7, 2),
            Some('V') => zero(iso_week(time).1, 2),
            Some('G') => zero(iso_week(time).0, 1),
            Some('g') => zero(iso_week(time).0.rem_euclid(100), 2),
            Some('n') => "\n".to_owned(),
            Some('t') => "\t".to_owned(),
            Some('%') => "%".to_owned(),
            _ => format!("%{}", &from[..from.len() - chars.as_str().len()]),
        };
        let text = match letter {
            Some('Z' | 'p') if swap => text.to_lowercase(),
            _ if upper || swap => text.to_uppercase(),
            _ => text,
        };
        // Numbers have their width already.
        out.push_str(&match pad {
            Some('0') => pad::right(&text, least, '0'),
            _ => pad::right(&text, least, ' '),
        });
    }
    out
}

fn parse(_: &mut Context, input: Value, args: &mut [Value]) -> Out {
    let Value::String(text) = &input else {
        return Err(type_error(&input, "")).or_else(|_: Raise| {
            error("strptime/1 requires string inputs and arguments".to_string())
        });
    };
    let Value::String(format) = &args[0] else {
        return error("strptime/1 requires string inputs and arguments");
    };
    let mut time = Time {
        year: 1900,
        day: 0,
        ..Time::default()
    };
    let mut seen = Seen::default();
    match read(text, format, &mut time, &mut seen) {
        Some("") => {
            if seen.afternoon {
                time.hour = time.hour % 12 + 12;
            } else if seen.morning {
                time.hour %= 12;
            }
            if let Some(seconds) = seen.epoch {
                time = Time::from_seconds(seconds);
            }
            time.complete();
            Ok(time.value())
        }
        _ => error(format!(
            "date {} does not match format \"{format}\"",
            to_text(&input)
        )),
    }
}

#[derive(Default)]
struct Seen {
    morning: bool,
    afternoon: bool,
    epoch: Option<f64>,
}

fn digits(text: &str, most: usize) -> Option<(i64, &str)> {
    let count = text
        .bytes()
        .take(most)
        .take_while(u8::is_ascii_digit)
        .count();
    Some((text[..count].parse().ok()?, &text[count..]))
}

fn named<'a>(text: &'a str, names: &[&str]) -> Option<(i64, &'a str)> {
    for (at, name) in names.iter().enumerate() {
        for part in [*name, &name[..3]] {
            if text
                .get(..part.len())
                .is_some_and(|t| t.eq_ignore_ascii_case(part))
            {
                return Some((at as i64, &text[part.len()..]));
            }
        }
    }
    None
}

/// Reads by a format; gives what is left of the text.
fn read<'a>(text: &'a str, format: &str, time: &mut Time, seen: &mut Seen) -> Option<&'a str> {
    let mut text = text;
    let mut chars = format.chars();
    while let Some(c) = chars.next() {
        if c.is_whitespace() {
            text = text.trim_start();
            continue;
        }
        if c != '%' {
            text = text.strip_prefix(c)?;
            continue;
        }
        let mut field = |most: usize, low: i64, high: i64| {
            let (number, rest) = digits(text.trim_start(), most)?;
            text = rest;
            (low..=high).contains(&number).then_some(number)
        };
        match chars.next()? {
            'Y' => time.year = field(4, 0, 9999)?,
            'm' => time.month = field(2, 1, 12)? - 1,
            'd' | 'e' => time.day = field(2, 1, 31)?,
            'H' | 'k' => time.hour = field(2, 0, 23)?,
            'I' | 'l' => time.hour = field(2, 1, 12)?,
            'M' => time.minute = field(2, 0, 59)?,
            'S' => time.second = field(2, 0, 61)? as f64,
            'j' => {
                time.yearday = field(3, 1, 366)? - 1;
            }
            'y' => {
                let year = field(2, 0, 99)?;
                time.year = if year < 69 { 2000 + year } else { 1900 + year };
            }
            'w' | 'u' => time.weekday = field(1, 0, 7)? % 7,
            's' => seen.epoch = Some(field(18, 0, i64::MAX)? as f64),
            'a' | 'A' => text = named(text, &DAYS)?.1,
            'b' | 'B' | 'h' => (time.month, text) = named(text, &MONTHS)?,
            'p' | 'P' => {
                let half = text.get(..2)?;
                seen.afternoon = half.eq_ignore_ascii_case("pm");
                seen.morning = half.eq_ignore_ascii_case("am");
                if !seen.afternoon && !seen.morning {
                    return None;
                }
                text = &text[2..];
            }
            'Z' => text = text.trim_start_matches(|c: char| c.is_ascii_alphabetic()),
            'z' => {
                if let Some(rest) = text.strip_prefix('Z') {
                    text = rest;
                } else {
                    let rest = text.strip_prefix(['+', '-'])?;
                    let (_, rest) = digits(rest, 2)?;
                    let rest = rest.strip_prefix(':').unwrap_or(rest);
                    text = digits(rest, 2).map_or(rest, |found| found.1);
                }
            }
            'T' => text = read(text, "%H:%M:%S", time, seen)?,
            'R' => text = read(text, "%H:%M", time, seen)?,
            'F' => text = read(text, "%Y-%m-%d", time, seen)?,
            'D' => text = read(text, "%m/%d/%y", time, seen)?,
            'c' => text = read(text, "%a %b %e %H:%M:%S %Y", time, seen)?,
            'n' | 't' => text = text.trim_start(),
            '%' => text = text.strip_prefix('%')?,
            _ => return None,
        }
    }
    Some(text)
}
