//! Dates as numbers of days, Julian up to 2 September 1752 and Gregorian after
//! it, as in Britain.

/// Year, month, day.
pub type Date = (i64, i64, i64);

/// The last day of the Julian calendar.
const SWITCH: Date = (1752, 9, 2);

/// The number of a day; the next day has the next number.
pub fn number(date: Date, julian: bool) -> i64 {
    number_in(date, julian || date <= SWITCH)
}

fn number_in((year, month, day): Date, julian: bool) -> i64 {
    let shift = (14 - month) / 12;
    let (y, m) = (year + 4800 - shift, month + 12 * shift - 3);
    let days = day + (153 * m + 2) / 5 + 365 * y + y / 4;
    match julian {
        true => days - 32_083,
        false => days - y / 100 + y / 400 - 32_045,
    }
}

/// The date of a day.
pub fn date(number_of_day: i64, julian: bool) -> Date {
    let c = if julian || number_of_day <= number(SWITCH, false) {
        (0, number_of_day + 32_082)
    } else {
        let a = number_of_day + 32_044;
        let b = (4 * a + 3) / 146_097;
        (b, a - 146_097 * b / 4)
    };
    let d = (4 * c.1 + 3) / 1461;
    let e = c.1 - 1461 * d / 4;
    let m = (5 * e + 2) / 153;
    (
        100 * c.0 + d - 4800 + m / 10,
        m + 3 - 12 * (m / 10),
        e - (153 * m + 2) / 5 + 1,
    )
}

/// Day of the week, Sunday 0.
pub fn weekday(number_of_day: i64) -> i64 {
    (number_of_day + 1).rem_euclid(7)
}

/// Easter Sunday: of the Western churches in the Gregorian calendar of any year,
/// or of the Orthodox ones.
pub fn easter(year: i64, orthodox: bool) -> Date {
    let golden = year % 19;
    if orthodox {
        let moon = (19 * golden + 15) % 30;
        let full = number_in((year, 3, 21), true) + moon;
        return date(full + 7 - weekday(full), false);
    }
    let century = year / 100;
    let moon = (19 * golden + century - century / 4 - (8 * century + 13) / 25 + 15) % 30;
    let moon = match moon {
        29 => 28,
        28 if golden > 10 => 27,
        moon => moon,
    };
    let full = number_in((year, 3, 21), false) + moon;
    let day = 21 + moon + 7 - weekday(full);
    match day {
        ..=31 => (year, 3, day),
        _ => (year, 4, day - 31),
    }
}

#[cfg(test)]
mod tests {
    use super::{date, easter, number, weekday};

    #[test]
    fn dates_and_numbers_agree() {
        for day in (number((1, 1, 1), false)..number((2400, 1, 1), false)).step_by(5) {
            assert_eq!(number(date(day, false), false), day);
        }
        assert_eq!(
            number((1752, 9, 14), false),
            number((1752, 9, 2), false) + 1
        );
        assert_eq!(weekday(number((2024, 2, 29), false)), 4);
    }

    #[test]
    fn easter_is_found() {
        assert_eq!(easter(2024, false), (2024, 3, 31));
        assert_eq!(easter(2000, false), (2000, 4, 23));
        assert_eq!(easter(2000, true), (2000, 4, 30));
        assert_eq!(easter(1981, false), (1981, 4, 19));
    }
}
