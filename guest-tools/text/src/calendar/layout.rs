//! Months side by side: weeks as rows (`cal`) or as columns (`ncal`).

use super::days::{date, number, weekday};

/// Weeks that a month may touch.
const WEEKS: usize = 6;

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

const WEEKDAYS: [&str; 7] = ["Su", "Mo", "Tu", "We", "Th", "Fr", "Sa"];

/// How months are shown.
#[derive(Clone, Copy)]
pub struct Layout {
    /// Weeks are rows.
    pub rows: bool,
    /// Days are numbered from the start of the year.
    pub of_year: bool,
    /// Weeks have their numbers.
    pub week_numbers: bool,
    /// Day on which weeks begin, Sunday 0.
    pub first_weekday: i64,
    /// The Julian calendar throughout.
    pub julian: bool,
    /// The day to be highlighted.
    pub marked: Option<i64>,
}

/// Year and month, counted from 1.
pub type Month = (i64, i64);

/// The month so many months later.
pub fn later((year, month): Month, months: i64) -> Month {
    let count = year * 12 + month - 1 + months;
    (count.div_euclid(12), count.rem_euclid(12) + 1)
}

/// The month with this number or name; names may be cut to three letters.
pub fn month_named(text: &str) -> Option<i64> {
    if let Ok(month) = text.parse::<i64>() {
        return Some(month).filter(|month| (1..=12).contains(month));
    }
    let text = text.to_lowercase();
    let matches = |name: &str| text.len() >= 3 && name.to_lowercase().starts_with(&text);
    let at = MONTHS.iter().position(|name| matches(name))?;
    i64::try_from(at + 1).ok()
}

impl Layout {
    /// Width of a day, with the space before it.
    fn day_width(&self) -> usize {
        if self.of_year { 4 } else { 3 }
    }

    /// Width of a month without what sets it apart.
    fn width(&self) -> usize {
        match self.rows {
            true => 7 * self.day_width() - 1,
            false => WEEKS * self.day_width(),
        }
    }

    /// Months in a row of a year.
    pub fn across(&self) -> usize {
        match (self.rows, self.of_year) {
            (true, false) => 3,
            (true, true) => 2,
            (false, false) => 4,
            (false, true) => 3,
        }
    }

    /// A year above its months.
    pub fn year_title(&self, year: i64) -> String {
        let year = year.to_string();
        let numbers = if self.rows && self.week_numbers {
            16
        } else {
            0
        };
        let width = self.width() * self.across() + numbers;
        format!("{:1$}{year}\n", "", width.saturating_sub(year.len()) / 2)
    }

    /// Months in a row; their names with the year or without.
    pub fn months(&self, months: &[Month], with_year: bool, out: &mut String) {
        let grids: Vec<Grid> = months.iter().map(|month| self.grid(*month)).collect();
        let titles = months.iter().map(|(year, month)| {
            let name = MONTHS[usize::try_from(month - 1).unwrap_or(0)];
            match with_year {
                true => format!("{name} {year}"),
                false => name.to_owned(),
            }
        });
        if self.rows {
            self.as_rows(titles, &grids, out);
        } else {
            self.as_columns(titles, &grids, out);
        }
    }

    fn as_rows(&self, titles: impl Iterator<Item = String>, grids: &[Grid], out: &mut String) {
        let width = self.width();
        let (gap, before) = if self.week_numbers { (3, 4) } else { (2, 0) };
        for title in titles {
            let room = width + before + usize::from(self.week_numbers);
            let left = room.saturating_sub(title.chars().count()) / 2;
            let cell = format!("{:left$}{title}", "");
            out.push_str(&format!("{cell:0$}", width + before + gap));
        }
        out.push('\n');
        for _ in grids {
            if self.week_numbers {
                out.push_str(" w| ");
            }
            for day in 0..7 {
                let name = self.weekday_name(day);
                let width = self.day_width() - usize::from(day == 0);
                out.push_str(&format!("{name:>width$}"));
            }
            out.push_str(&" ".repeat(gap));
        }
        out.push('\n');
        for week in 0..WEEKS {
            for grid in grids {
                if self.week_numbers {
                    match grid.week_numbers[week] {
                        Some(number) => out.push_str(&format!("{number:2}| ")),
                        None => out.push_str("    "),
                    }
                }
                for day in 0..7 {
                    let width = self.day_width() - usize::from(day == 0);
                    self.day(grid.days[week][day], width, out);
                }
                out.push_str(&" ".repeat(gap));
            }
            out.push('\n');
        }
    }

    fn as_columns(&self, titles: impl Iterator<Item = String>, grids: &[Grid], out: &mut String) {
        let width = self.width();
        out.push_str("    ");
        for title in titles {
            out.push_str(&format!("{title:width$}"));
        }
        out.push('\n');
        for day in 0..7 {
            out.push_str(self.weekday_name(day));
            for grid in grids {
                for week in &grid.days {
                    self.day(week[day], self.day_width(), out);
                }
            }
            out.push('\n');
        }
        if self.week_numbers {
            out.push_str("  ");
            for grid in grids {
                for number in grid.week_numbers {
                    let number = number.map(|number| (number, false));
                    self.day(number, self.day_width(), out);
                }
            }
            out.push('\n');
        }
    }

    fn weekday_name(&self, day: usize) -> &'static str {
        let first = usize::try_from(self.first_weekday).unwrap_or(0);
        WEEKDAYS[(day + first) % 7]
    }

    fn day(&self, day: Option<(i64, bool)>, width: usize, out: &mut String) {
        match day {
            None => out.push_str(&" ".repeat(width)),
            Some((number, false)) => out.push_str(&format!("{number:width$}")),
            Some((number, true)) => {
                let digits = format!("{number:0$}", width.min(self.day_width() - 1));
                out.push_str(&" ".repeat(width - digits.len()));
                out.push_str(&format!("\x1b[7m{digits}\x1b[27m"));
            }
        }
    }

    fn grid(&self, month: Month) -> Grid {
        let first = number((month.0, month.1, 1), self.julian);
        let next = later(month, 1);
        let end = number((next.0, next.1, 1), self.julian);
        let in_week = |day: i64| (weekday(day) - self.first_weekday).rem_euclid(7);
        let monday = first - in_week(first);
        let mut grid = Grid {
            days: [[None; 7]; WEEKS],
            week_numbers: [None; WEEKS],
        };
        for day in first..end {
            let at = usize::try_from(day - monday).unwrap_or(0);
            let shown = match self.of_year {
                true => day - number((month.0, 1, 1), self.julian) + 1,
                false => date(day, self.julian).2,
            };
            let week = at / 7;
            grid.days[week][at % 7] = Some((shown, self.marked == Some(day)));
            grid.week_numbers[week] = Some(self.week_number(day - in_week(day)));
        }
        grid
    }

    /// The number of the week that starts on this day: the first has at least
    /// four days of the year.
    fn week_number(&self, start: i64) -> i64 {
        let middle = start + 3;
        let year = date(middle, self.julian).0;
        (middle - number((year, 1, 1), self.julian)) / 7 + 1
    }
}

/// A month's days by week, each with whether it is highlighted.
struct Grid {
    days: [[Option<(i64, bool)>; 7]; WEEKS],
    week_numbers: [Option<i64>; WEEKS],
}
