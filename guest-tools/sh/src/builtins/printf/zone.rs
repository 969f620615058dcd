//! Time zones of `TZ`: rules as POSIX writes them (`EST5EDT,M3.2.0,M11.1.0`),
//! and the present rules of well-known names, as there are no zone files.

/// Names of zones and their present rules.
const NAMES: &[(&str, &str)] = &[
    ("America/Anchorage", "AKST9AKDT"),
    ("America/Argentina/Buenos_Aires", "<-03>3"),
    ("America/Bogota", "<-05>5"),
    ("America/Chicago", "CST6CDT"),
    ("America/Denver", "MST7MDT"),
    ("America/Halifax", "AST4ADT"),
    ("America/Los_Angeles", "PST8PDT"),
    ("America/Mexico_City", "CST6"),
    ("America/New_York", "EST5EDT"),
    ("America/Phoenix", "MST7"),
    ("America/Sao_Paulo", "<-03>3"),
    ("America/St_Johns", "NST3:30NDT"),
    ("America/Toronto", "EST5EDT"),
    ("America/Vancouver", "PST8PDT"),
    ("Africa/Cairo", "EET-2EEST,M4.5.5/0,M10.5.4/24"),
    ("Africa/Johannesburg", "SAST-2"),
    ("Africa/Lagos", "WAT-1"),
    ("Africa/Nairobi", "EAT-3"),
    ("Asia/Dhaka", "<+06>-6"),
    ("Asia/Dubai", "<+04>-4"),
    ("Asia/Hong_Kong", "HKT-8"),
    ("Asia/Jakarta", "WIB-7"),
    ("Asia/Jerusalem", "IST-2IDT,M3.4.4/26,M10.5.0"),
    ("Asia/Karachi", "PKT-5"),
    ("Asia/Kathmandu", "<+0545>-5:45"),
    ("Asia/Kolkata", "IST-5:30"),
    ("Asia/Calcutta", "IST-5:30"),
    ("Asia/Manila", "PST-8"),
    ("Asia/Seoul", "KST-9"),
    ("Asia/Shanghai", "CST-8"),
    ("Asia/Singapore", "<+08>-8"),
    ("Asia/Taipei", "CST-8"),
    ("Asia/Tehran", "<+0330>-3:30"),
    ("Asia/Tokyo", "JST-9"),
    ("Australia/Adelaide", "ACST-9:30ACDT,M10.1.0,M4.1.0/3"),
    ("Australia/Brisbane", "AEST-10"),
    ("Australia/Melbourne", "AEST-10AEDT,M10.1.0,M4.1.0/3"),
    ("Australia/Perth", "AWST-8"),
    ("Australia/Sydney", "AEST-10AEDT,M10.1.0,M4.1.0/3"),
    ("CET", "CET-1CEST,M3.5.0,M10.5.0/3"),
    ("EET", "EET-2EEST,M3.5.0/3,M10.5.0/4"),
    ("EST", "EST5"),
    ("Europe/Athens", "EET-2EEST,M3.5.0/3,M10.5.0/4"),
    ("Europe/Dublin", "GMT0IST,M3.5.0/1,M10.5.0"),
    ("Europe/Helsinki", "EET-2EEST,M3.5.0/3,M10.5.0/4"),
    ("Europe/Istanbul", "<+03>-3"),
    ("Europe/Kiev", "EET-2EEST,M3.5.0/3,M10.5.0/4"),
    ("Europe/Kyiv", "EET-2EEST,M3.5.0/3,M10.5.0/4"),
    ("Europe/Lisbon", "WET0WEST,M3.5.0/1,M10.5.0"),
    ("Europe/London", "GMT0BST,M3.5.0/1,M10.5.0"),
    ("Europe/Moscow", "MSK-3"),
    ("GB", "GMT0BST,M3.5.0/1,M10.5.0"),
    ("HST", "HST10"),
    ("Japan", "JST-9"),
    ("MST", "MST7"),
    ("Pacific/Auckland", "NZST-12NZDT,M9.5.0,M4.1.0/3"),
    ("Pacific/Honolulu", "HST10"),
    ("Poland", "CET-1CEST,M3.5.0,M10.5.0/3"),
    ("Portugal", "WET0WEST,M3.5.0/1,M10.5.0"),
    ("PRC", "CST-8"),
    ("Singapore", "<+08>-8"),
    ("Turkey", "<+03>-3"),
    ("US/Central", "CST6CDT"),
    ("US/Eastern", "EST5EDT"),
    ("US/Mountain", "MST7MDT"),
    ("US/Pacific", "PST8PDT"),
    ("WET", "WET0WEST,M3.5.0/1,M10.5.0"),
];

/// The rules of central Europe, which most of its cities share.
const CENTRAL: &str = "CET-1CEST,M3.5.0,M10.5.0/3";
const CENTRAL_CITIES: &[&str] = &[
    "Amsterdam",
    "Belgrade",
    "Berlin",
    "Brussels",
    "Budapest",
    "Copenhagen",
    "Madrid",
    "Oslo",
    "Paris",
    "Prague",
    "Rome",
    "Stockholm",
    "Vienna",
    "Warsaw",
    "Zurich",
];

/// When summer time is where the rules do not say: as in the United States.
const DEFAULT_CHANGES: &str = "M3.2.0,M11.1.0";

const DAY_S: i64 = 86_400;

/// Seconds east of Greenwich, and the zone's abbreviation, at a time.
pub fn at(zone: &[u8], seconds: i64) -> (i64, Vec<u8>) {
    let name = zone.strip_prefix(b":").unwrap_or(zone);
    let named = || std::str::from_utf8(name).ok();
    let central = name
        .strip_prefix(b"Europe/")
        .is_some_and(|city| CENTRAL_CITIES.iter().any(|known| known.as_bytes() == city));
    let rules = match NAMES.iter().find(|(known, _)| known.as_bytes() == name) {
        Some((_, rules)) => *rules,
        None if central => CENTRAL,
        None => named().unwrap_or_default(),
    };
    parse(rules, seconds).unwrap_or((0, b"UTC".to_vec()))
}

fn parse(rules: &str, seconds: i64) -> Option<(i64, Vec<u8>)> {
    let (standard, rest) = abbreviation(rules)?;
    let (west, rest) = offset(rest)?;
    let here = (-west, standard.as_bytes().to_vec());
    if rest.is_empty() {
        return Some(here);
    }
    let (summer, rest) = abbreviation(rest)?;
    let (summer_west, rest) = match rest.starts_with(',') || rest.is_empty() {
        true => (west - 3600, rest),
        false => offset(rest)?,
    };
    let changes = match rest.strip_prefix(',') {
        Some(changes) => changes,
        None => DEFAULT_CHANGES,
    };
    let (start, end) = changes.split_once(',')?;
    let year = year_of(seconds - west);
    let starts = change(start, year)? + west;
    let ends = change(end, year)? + summer_west;
    let in_summer = match starts <= ends {
        true => (starts..ends).contains(&seconds),
        false => !(ends..starts).contains(&seconds),
    };
    Some(match in_summer {
        true => (-summer_west, summer.as_bytes().to_vec()),
        false => here,
    })
}

fn abbreviation(text: &str) -> Option<(&str, &str)> {
    if let Some(quoted) = text.strip_prefix('<') {
        return quoted.split_once('>');
    }
    let end = text
        .find(|c: char| !c.is_ascii_alphabetic())
        .unwrap_or(text.len());
    (end >= 3).then(|| text.split_at(end))
}

/// `[+-]hh[:mm[:ss]]` in seconds.
fn offset(text: &str) -> Option<(i64, &str)> {
    let (sign, digits) = match text.as_bytes().first()? {
        b'-' => (-1, &text[1..]),
        b'+' => (1, &text[1..]),
        _ => (1, text),
    };
    let end = digits
        .find(|c: char| !(c.is_ascii_digit() || c == ':'))
        .unwrap_or(digits.len());
    let (digits, rest) = digits.split_at(end);
    let mut seconds = 0;
    let mut unit = 3600;
    for number in digits.split(':') {
        seconds += number.parse::<i64>().ok()?.min(167) * unit;
        unit /= 60;
    }
    Some((sign * seconds, rest))
}

/// `Mm.w.d`, `Jn` or `n`, with `/time`: local seconds since the epoch.
fn change(text: &str, year: i64) -> Option<i64> {
    let (day, time) = match text.split_once('/') {
        Some((day, time)) => (day, offset(time)?.0),
        None => (text, 2 * 3600),
    };
    let first = days_before(year, 0);
    let days = if let Some(rule) = day.strip_prefix('M') {
        let mut numbers = rule.split('.').map(|number| number.parse::<i64>().ok());
        let (month, week, weekday) = (numbers.next()??, numbers.next()??, numbers.next()??);
        if !(1..=12).contains(&month) {
            return None;
        }
        let start = days_before(year, month - 1);
        let next = match month {
            12 => days_before(year + 1, 0),
            month => days_before(year, month),
        };
        let day = start + (weekday - (start + 4)).rem_euclid(7) + (week.clamp(1, 5) - 1) * 7;
        if day >= next { day - 7 } else { day }
    } else if let Some(number) = day.strip_prefix('J') {
        let number = number.parse::<i64>().ok()?;
        first + number - 1 + i64::from(is_leap(year) && number >= 60)
    } else {
        first + day.parse::<i64>().ok()?
    };
    Some(days * DAY_S + time)
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// Days from the epoch to the first of a month, which counts from 0.
fn days_before(year: i64, month: i64) -> i64 {
    const BEFORE: [i64; 12] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
    let past = year - 1;
    let years = past * 365 + past.div_euclid(4) - past.div_euclid(100) + past.div_euclid(400);
    let leap = i64::from(month > 1 && is_leap(year));
    years - 719_162 + BEFORE[month.clamp(0, 11) as usize] + leap
}

fn year_of(seconds: i64) -> i64 {
    let days = seconds.div_euclid(DAY_S);
    let mut year = 1970 + days.div_euclid(366);
    while days_before(year + 1, 0) <= days {
        year += 1;
    }
    year
}

#[cfg(test)]
mod tests {
    use super::at;

    #[test]
    fn summer_time_begins_and_ends() {
        let name = |zone: &str, seconds| String::from_utf8(at(zone.as_bytes(), seconds).1).unwrap();
        assert_eq!(at(b"EST5EDT", 1_275_250_155).0, -4 * 3600);
        assert_eq!(name("EST5EDT", 1_275_250_155), "EDT");
        assert_eq!(name("EST5EDT", 0), "EST");
        // 2024-03-31 01:00 UTC and 2024-10-27 01:00 UTC.
        assert_eq!(name("Europe/Berlin", 1_711_846_799), "CET");
        assert_eq!(name("Europe/Berlin", 1_711_846_800), "CEST");
        assert_eq!(name("Europe/Berlin", 1_729_990_799), "CEST");
        assert_eq!(name("Europe/Berlin", 1_729_990_800), "CET");
        assert_eq!(name("Australia/Sydney", 1_704_067_200), "AEDT");
        assert_eq!(name("Australia/Sydney", 1_719_792_000), "AEST");
        assert_eq!(at(b"Asia/Kolkata", 5).0, 19_800);
        assert_eq!(at(b"<+0330>-3:30", 5), (12_600, b"+0330".to_vec()));
        assert_eq!(at(b"nonsense/here", 5), (0, b"UTC".to_vec()));
    }
}
