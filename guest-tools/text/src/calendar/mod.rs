//! `cal` and `ncal`: calendars, as Debian's, with a few options of util-linux's.

mod days;
mod layout;

use layout::{Layout, Month, later, month_named};
use wardian_applet::Args;
use wardian_applet::cli::{Context, Opt, Order, Output, Parsed, parse};
use wardian_applet::sys;
use wardian_applet::text::time;

/// Exit code after a bad argument, as `sysexits.h` has it.
const USAGE: i32 = 64;

#[rustfmt::skip]
static OPTIONS: &[Opt] = &[
    Opt::flag(b'1', "one"), Opt::flag(b'3', "three"), Opt::flag(b'y', "year"), Opt::flag(b'Y', "twelve"),
    Opt::flag(b'j', "julian"), Opt::value(b'm', ""), Opt::flag(b'M', "monday"), Opt::flag(b'S', "sunday"),
    Opt::value(b'n', "months"), Opt::value(b'A', ""), Opt::value(b'B', ""), Opt::value(b'd', ""),
    Opt::value(b'H', ""), Opt::flag(b'h', ""), Opt::flag(b'w', ""), Opt::flag(b'b', ""), Opt::flag(b'C', ""),
    Opt::flag(b'N', ""), Opt::flag(b'J', ""), Opt::flag(b'e', ""), Opt::flag(b'o', ""), Opt::flag(b's', ""),
];

/// What is asked for.
struct Asked {
    month: Option<i64>,
    year: Option<i64>,
    whole_year: bool,
    three: bool,
    before: i64,
    after: i64,
    easter: Option<bool>,
    today: (i64, i64, i64),
    highlight: bool,
    layout: Layout,
}

/// Runs `cal`.
pub fn cal(args: &Args) -> i32 {
    run(args, "cal")
}

/// Runs `ncal`.
pub fn ncal(args: &Args) -> i32 {
    run(args, "ncal")
}

fn run(args: &Args, name: &'static str) -> i32 {
    let mut context = Context::new(args, name, USAGE);
    context.usage_synopsis = true;
    let asked = parse(&context, args, OPTIONS, Order::Permute)
        .and_then(|parsed| read(&context, &parsed, name == "cal"));
    match asked {
        Ok(asked) => {
            let mut out = Output::stdout();
            out.put(asked.show().as_bytes());
            out.finish(&context, 0)
        }
        Err(code) => code,
    }
}

fn read(context: &Context<'_>, parsed: &Parsed, rows: bool) -> Result<Asked, i32> {
    let now = time::local(sys::now_ns());
    let mut asked = Asked {
        month: None,
        year: None,
        whole_year: false,
        three: false,
        before: 0,
        after: 0,
        easter: None,
        today: (now.year, i64::from(now.month), i64::from(now.day)),
        highlight: sys::is_terminal(1),
        layout: Layout {
            rows,
            of_year: false,
            week_numbers: false,
            first_weekday: 0,
            julian: false,
            marked: None,
        },
    };
    let fail = |text: &str| {
        context.say(text.as_bytes());
        USAGE
    };
    let month = |text: &str| {
        month_named(text).ok_or_else(|| {
            fail(&format!(
                "{text} is neither a month number (1..12) nor a name"
            ))
        })
    };
    for (letter, _, value) in &parsed.options {
        let text = String::from_utf8_lossy(value.as_deref().unwrap_or_default());
        let count = || text.parse::<i64>().unwrap_or(0).clamp(0, 100_000);
        match letter {
            b'3' => asked.three = true,
            b'y' => asked.whole_year = true,
            b'Y' => asked.after = 11,
            b'j' => asked.layout.of_year = true,
            b'm' => asked.month = Some(month(&text)?),
            b'M' => asked.layout.first_weekday = 1,
            b'S' | b's' => asked.layout.first_weekday = 0,
            b'n' => asked.after = count().max(1) - 1,
            b'A' => asked.after = count(),
            b'B' => asked.before = count(),
            b'd' => {
                let mut parts = text.splitn(2, '-').map(str::parse::<i64>);
                match (parts.next(), parts.next()) {
                    (Some(Ok(year @ 1..=9999)), Some(Ok(month))) => {
                        let (year, month) = later((year, 1), month - 1);
                        asked.today = (year, month, 0);
                    }
                    _ => return Err(context.usage(b"")),
                }
            }
            b'H' => {
                let parts: Vec<i64> = text.split('-').filter_map(|n| n.parse().ok()).collect();
                match parts.as_slice() {
                    [year, month, day] => asked.today = (*year, *month, *day),
                    _ => return Err(context.usage(b"")),
                }
            }
            b'h' => asked.highlight = false,
            b'w' => asked.layout.week_numbers = true,
            b'b' | b'C' => asked.layout.rows = true,
            b'N' => asked.layout.rows = false,
            b'J' => asked.layout.julian = true,
            b'e' => asked.easter = Some(false),
            b'o' => asked.easter = Some(true),
            _ => {}
        }
    }
    let year = match parsed.operands.as_slice() {
        [] => None,
        [year] => Some(year),
        [name, year] => {
            asked.month = Some(month(&String::from_utf8_lossy(name))?);
            Some(year)
        }
        _ => return Err(context.usage(b"")),
    };
    if let Some(year) = year {
        let text = String::from_utf8_lossy(year);
        let number = text.parse::<i64>();
        let number = number.map_err(|_| fail(&format!("not a valid year {text}")))?;
        if !(1..=9999).contains(&number) {
            return Err(fail(&format!("year `{text}' not in range 1..9999")));
        }
        asked.year = Some(number);
        asked.whole_year |= asked.month.is_none();
    }
    if asked.three && asked.year.is_some() && asked.month.is_none() {
        return Err(fail(
            "-3 together with a given year but no given month is not supported.",
        ));
    }
    Ok(asked)
}

impl Asked {
    fn show(mut self) -> String {
        let year = self.year.unwrap_or(self.today.0);
        if let Some(julian) = self.easter {
            let (year, month, day) = days::easter(year, julian);
            return format!("{month:02}/{day:02}/{:02}\n", year % 100);
        }
        if self.highlight && self.today.2 > 0 {
            self.layout.marked = Some(days::number(self.today, self.layout.julian));
        }
        let mut out = String::new();
        if self.whole_year {
            let months: Vec<Month> = (1..=12).map(|month| (year, month)).collect();
            self.rows_of(&months, false, &mut out);
            return out;
        }
        let middle = (year, self.month.unwrap_or(self.today.1));
        if self.three {
            self.before = self.before.max(1);
            self.after = self.after.max(1);
        }
        let months: Vec<Month> = (-self.before..=self.after)
            .map(|n| later(middle, n))
            .filter(|month| month.0 >= 0)
            .collect();
        // Rows that are those of a year are shown like one.
        let across = self.layout.across();
        let starts_row = |month: &Month| (month.1 - 1) % i64::try_from(across).unwrap_or(1) == 0;
        let like_year = months.len() >= across && months.first().is_some_and(starts_row);
        self.rows_of(&months, !like_year, &mut out);
        out
    }

    fn rows_of(&self, months: &[Month], with_year: bool, out: &mut String) {
        for (n, row) in months.chunks(self.layout.across()).enumerate() {
            if n > 0 {
                out.push('\n');
            }
            if let Some((year, month)) = row.first()
                && !with_year
                && (n == 0 || *month == 1)
            {
                out.push_str(&self.layout.year_title(*year));
            }
            self.layout.months(row, with_year, out);
        }
    }
}
