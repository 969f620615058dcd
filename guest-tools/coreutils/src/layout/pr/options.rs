//! The command line of `pr`.

use crate::cli::{Context, Opt, Order, parse};
use crate::text::pad;
use crate::text::quote;

#[rustfmt::skip]
const OPTIONS: &[Opt] = &[
    Opt::value(0, "pages"),
    Opt::value(0, "columns"),
    Opt::flag(b'a', "across"),
    Opt::flag(b'b', ""),
    Opt::flag(b'c', "show-control-chars"),
    Opt::flag(b'd', "double-space"),
    Opt::value(b'D', "date-format"),
    Opt::optional(b'e', "expand-tabs"),
    Opt::flag(b'F', "form-feed"),
    Opt::flag(b'f', "form-feed"),
    Opt::value(b'h', "header"),
    Opt::optional(b'i', "output-tabs"),
    Opt::flag(b'J', "join-lines"),
    Opt::value(b'l', "length"),
    Opt::flag(b'm', "merge"),
    Opt::optional(b'n', "number-lines"),
    Opt::value(b'N', "first-line-number"),
    Opt::value(b'o', "indent"),
    Opt::flag(b'r', "no-file-warnings"),
    Opt::optional(b's', "separator"),
    Opt::optional(b'S', "sep-string"),
    Opt::flag(b't', "omit-header"),
    Opt::flag(b'T', "omit-pagination"),
    Opt::flag(b'v', "show-nonprinting"),
    Opt::value(b'w', "width"),
    Opt::value(b'W', "page-width"),
    Opt::flag(b'0', ""), Opt::flag(b'1', ""), Opt::flag(b'2', ""), Opt::flag(b'3', ""),
    Opt::flag(b'4', ""), Opt::flag(b'5', ""), Opt::flag(b'6', ""), Opt::flag(b'7', ""),
    Opt::flag(b'8', ""), Opt::flag(b'9', ""),
];

/// What `pr` is asked for, and what follows from it.
#[derive(Clone)]
pub struct Settings {
    pub first_page: u64,
    pub last_page: u64,
    pub columns: usize,
    pub across: bool,
    pub parallel: bool,
    pub carets: bool,
    pub escapes: bool,
    pub double: bool,
    pub date_format: Vec<u8>,
    /// Tabs of the input are expanded; which byte they are, and their width.
    pub untabify: bool,
    pub input_tab: (u8, i64),
    /// Blanks of the output are made tabs.
    pub tabify: bool,
    pub output_tab: (u8, i64),
    pub form_feed: bool,
    pub header: Option<Vec<u8>>,
    pub join: bool,
    pub page_lines: i64,
    pub numbered: bool,
    pub number_separator: u8,
    pub number_digits: usize,
    pub first_number: Option<i64>,
    pub margin: i64,
    pub quiet: bool,
    pub separator: Vec<u8>,
    pub separated: bool,
    /// Pages have headers and footers.
    pub extremities: bool,
    pub keep_form_feeds: bool,
    pub truncate: bool,
    pub width: i64,
}

/// Reads the command line; gives the names of the inputs too.
///
/// # Errors
/// The exit code, after a message.
pub fn read(context: &Context<'_>, args: &[Vec<u8>]) -> Result<(Settings, Vec<Vec<u8>>), i32> {
    let parsed = parse(context, args, OPTIONS, Order::Permute)?;
    let mut it = Settings {
        first_page: 0,
        last_page: u64::MAX,
        columns: 1,
        across: false,
        parallel: false,
        carets: false,
        escapes: false,
        double: false,
        date_format: b"%Y-%m-%d %H:%M".to_vec(),
        untabify: false,
        input_tab: (b'\t', 8),
        tabify: false,
        output_tab: (b'\t', 8),
        form_feed: false,
        header: None,
        join: false,
        page_lines: 66,
        numbered: false,
        number_separator: b'\t',
        number_digits: 5,
        first_number: None,
        margin: 0,
        quiet: false,
        separator: Vec::new(),
        separated: false,
        extremities: true,
        keep_form_feeds: false,
        truncate: false,
        width: 72,
    };
    let (mut digits, mut explicit, mut old) = (Vec::new(), false, false);
    let (mut old_width, mut old_separator) = (false, false);
    for (letter, long, value) in parsed.options {
        let given = value.is_some();
        let value = value.unwrap_or_default();
        let count = |what: &str, least: i64| number(context, &value, what, least);
        match letter {
            b'a' => it.across = true,
            b'b' => {}
            b'c' => it.carets = true,
            b'd' => it.double = true,
            b'D' => it.date_format = value,
            b'e' => {
                let mut digits = it.input_tab.1;
                byte_and_number(context, letter, &value, &mut it.input_tab.0, &mut digits)?;
                it.input_tab.1 = digits;
                it.untabify = true;
            }
            b'f' | b'F' => it.form_feed = true,
            b'h' => it.header = Some(value),
            b'i' => {
                let mut digits = it.output_tab.1;
                byte_and_number(context, letter, &value, &mut it.output_tab.0, &mut digits)?;
                it.output_tab.1 = digits;
                it.tabify = true;
            }
            b'J' => it.join = true,
            b'l' => it.page_lines = count("'-l PAGE_LENGTH' invalid number of lines", 1)?,
            b'm' => it.parallel = true,
            b'n' => {
                let mut digits = it.number_digits as i64;
                byte_and_number(
                    context,
                    letter,
                    &value,
                    &mut it.number_separator,
                    &mut digits,
                )?;
                it.number_digits = digits as usize;
                it.numbered = true;
            }
            b'N' => {
                let what = "'-N NUMBER' invalid starting line number";
                it.first_number = Some(count(what, i64::from(i32::MIN))?);
            }
            b'o' => it.margin = count("'-o MARGIN' invalid line offset", 0)?,
            b'r' => it.quiet = true,
            b's' => {
                (old, old_separator) = (true, true);
                if !it.separated && given {
                    it.separator = value;
                }
            }
            b'S' => {
                old_separator = false;
                it.separator = value;
                it.separated = true;
            }
            b't' => (it.extremities, it.keep_form_feeds) = (false, true),
            b'T' => (it.extremities, it.keep_form_feeds) = (false, false),
            b'v' => it.escapes = true,
            b'w' => {
                (old, old_width) = (true, true);
                it.width = count("'-w PAGE_WIDTH' invalid number of characters", 1)?;
            }
            b'W' => {
                old_width = false;
                it.truncate = true;
                it.width = count("'-W PAGE_WIDTH' invalid number of characters", 1)?;
            }
            _ if long == "pages" => {
                if !it.pages(&value) {
                    context.say(
                        &[
                            b"invalid --pages argument ",
                            quote::always(&value).as_slice(),
                        ]
                        .concat(),
                    );
                    return Err(1);
                }
            }
            _ if long == "columns" => {
                it.columns = count("invalid number of columns", 1)? as usize;
                explicit = true;
                digits.clear();
            }
            digit => digits.push(digit),
        }
    }
    if !digits.is_empty() {
        it.columns = number(context, &digits, "invalid number of columns", 1)? as usize;
        explicit = true;
    }
    let mut names = Vec::new();
    for operand in parsed.operands {
        if it.first_page == 0
            && let [b'+', rest @ ..] = &operand[..]
            && !rest.first().is_some_and(u8::is_ascii_digit)
        {
            let text = [b"invalid + argument ".as_slice(), &quote::always(rest)].concat();
            context.say(&text);
            return Err(1);
        }
        let pages = it.first_page == 0
            && operand
                .strip_prefix(b"+")
                .is_some_and(|pages| it.pages(pages));
        if !pages {
            names.push(operand);
        }
    }
    it.first_page = it.first_page.max(1);
    let conflict = |text: &str| {
        context.say(text.as_bytes());
        Err(1)
    };
    if it.parallel && explicit {
        return conflict("cannot specify number of columns when printing in parallel");
    }
    if it.parallel && it.across {
        return conflict("cannot specify both printing across and printing in parallel");
    }
    // What the short options of old mean, in terms of the new.
    let several = it.parallel || explicit;
    if old && old_width {
        if several {
            it.truncate = true;
            it.separated |= old_separator;
        } else {
            it.join = true;
        }
    } else if old && !it.separated && old_separator && several {
        if it.truncate {
            it.separated = true;
        } else {
            it.join = true;
            it.separated = !it.separator.is_empty();
        }
    }
    Ok((it, names))
}

impl Settings {
    fn pages(&mut self, text: &[u8]) -> bool {
        let count = |text: &[u8]| -> Option<u64> {
            let fit = text.first()?.is_ascii_digit();
            let number = fit.then(|| std::str::from_utf8(text).ok()?.parse().ok())?;
            number.filter(|number: &u64| *number > 0)
        };
        let mut parts = text.splitn(2, |byte| *byte == b':');
        let Some(first) = parts.next().and_then(count) else {
            return false;
        };
        let last = match parts.next() {
            None => u64::MAX,
            Some(text) => match count(text) {
                Some(last) if last >= first => last,
                _ => return false,
            },
        };
        (self.first_page, self.last_page) = (first, last);
        true
    }
}

fn number(context: &Context<'_>, text: &[u8], problem: &str, least: i64) -> Result<i64, i32> {
    let value = std::str::from_utf8(text)
        .ok()
        .and_then(|text| text.parse::<i64>().ok());
    match value.filter(|value| (least..=i64::from(i32::MAX)).contains(value)) {
        Some(value) => Ok(value),
        None => {
            let digits = text.strip_prefix(b"-").unwrap_or(text);
            let whole = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
            let range: &[u8] = match value {
                Some(value) if value > i64::from(i32::MAX) => {
                    b": Value too large for defined data type"
                }
                Some(_) => b": Numerical result out of range",
                None if whole => b": Value too large for defined data type",
                None => b"",
            };
            let quoted = quote::always(text);
            context.say(&[problem.as_bytes(), b": ", &quoted, range].concat());
            Err(1)
        }
    }
}

/// A byte and a number, either of which may be missing.
fn byte_and_number(
    context: &Context<'_>,
    letter: u8,
    text: &[u8],
    byte: &mut u8,
    value: &mut i64,
) -> Result<(), i32> {
    let mut digits = text;
    if let Some((first, rest)) = text.split_first()
        && !first.is_ascii_digit()
    {
        *byte = *first;
        digits = rest;
    }
    if digits.is_empty() {
        return Ok(());
    }
    let parsed = std::str::from_utf8(digits)
        .ok()
        .and_then(|text| text.parse::<i64>().ok());
    match parsed.filter(|number| (1..=i64::from(i32::MAX)).contains(number)) {
        Some(number) => {
            *value = number.min(pad::WIDTH_MAX as i64 / 4);
            Ok(())
        }
        None => {
            let text = [
                b"'-".as_slice(),
                &[letter],
                b"' extra characters or invalid number in the argument: ",
                &quote::always(digits),
            ];
            context.say(&text.concat());
            Err(context.usage(b""))
        }
    }
}
