//! `date`.

use crate::Args;
use crate::cli::{Context, Opt, Order, Output, parse};
use crate::lines::Reader;
use crate::sys;
use crate::text::{date, quote, time};

#[rustfmt::skip]
const OPTIONS: &[Opt] = &[
    Opt::value(b'd', "date"),
    Opt::flag(1, "debug"),
    Opt::value(b'f', "file"),
    Opt::optional(b'I', "iso-8601"),
    Opt::value(b'r', "reference"),
    Opt::flag(b'R', "rfc-email"),
    Opt::flag(b'R', "rfc-822"),
    Opt::flag(b'R', "rfc-2822"),
    Opt::value(2, "rfc-3339"),
    Opt::value(b's', "set"),
    Opt::flag(b'u', "utc"),
    Opt::flag(b'u', "universal"),
    Opt::flag(b'u', "uct"),
];

const ISO: [(&[u8], &[u8]); 5] = [
    (b"hours", b"%Y-%m-%dT%H%:z"),
    (b"minutes", b"%Y-%m-%dT%H:%M%:z"),
    (b"date", b"%Y-%m-%d"),
    (b"seconds", b"%Y-%m-%dT%H:%M:%S%:z"),
    (b"ns", b"%Y-%m-%dT%H:%M:%S,%N%:z"),
];
const RFC_3339: [(&[u8], &[u8]); 3] = [
    (b"date", b"%Y-%m-%d"),
    (b"seconds", b"%Y-%m-%d %H:%M:%S%:z"),
    (b"ns", b"%Y-%m-%d %H:%M:%S.%N%:z"),
];

/// Which time is shown.
enum Source {
    Now,
    Text(Vec<u8>),
    Lines(Vec<u8>),
    File(Vec<u8>),
}

/// Runs `date`.
pub fn run(args: &Args) -> i32 {
    let context = Context::new(args, "date", 1);
    match work(&context, args) {
        Ok(code) | Err(code) => code,
    }
}

fn work(context: &Context<'_>, args: &Args) -> Result<i32, i32> {
    let parsed = parse(context, args, OPTIONS, Order::Permute)?;
    let (mut utc, mut source, mut format, mut set) = (false, None, None, false);
    let fail = |text: &[&[u8]]| {
        context.say(&text.concat());
        1
    };
    for (letter, _, value) in parsed.options {
        let value = value.unwrap_or_default();
        let chosen = match letter {
            b'd' => Some(Source::Text(value)),
            b'f' => Some(Source::Lines(value)),
            b'r' => Some(Source::File(value)),
            b'u' | 1 => {
                utc |= letter == b'u';
                None
            }
            b's' => {
                set = true;
                Some(Source::Text(value))
            }
            _ => {
                let new = match letter {
                    b'R' => b"%a, %d %b %Y %H:%M:%S %z".as_slice(),
                    b'I' if value.is_empty() => ISO[2].1,
                    b'I' => word(context, "--iso-8601", &value, &ISO)?,
                    _ => word(context, "--rfc-3339", &value, &RFC_3339)?,
                };
                if format.is_some() {
                    return Err(fail(&[b"multiple output formats specified"]));
                }
                format = Some(new.to_vec());
                None
            }
        };
        if let Some(chosen) = chosen {
            let same = matches!(
                (&source, &chosen),
                (None, _) | (Some(Source::Text(_)), Source::Text(_))
            );
            if !same && !matches!((&source, &chosen), (Some(Source::File(_)), Source::File(_))) {
                context.say(b"the options to specify dates for printing are mutually exclusive");
                return Err(context.usage(b""));
            }
            source = Some(chosen);
        }
    }
    let mut operands = parsed.operands.into_iter();
    if let Some(operand) = operands.next() {
        match operand.strip_prefix(b"+") {
            Some(_) if format.is_some() => {
                return Err(fail(&[b"multiple output formats specified"]));
            }
            Some(text) => {
                format = Some(text.to_vec());
                if let Some(extra) = operands.next() {
                    let text = [b"extra operand ".as_slice(), &quote::always(&extra)].concat();
                    return Err(context.usage(&text));
                }
            }
            None if source.is_some() => {
                context.say(&[b"the argument ".as_slice(), &quote::always(&operand), b" lacks a leading '+';\nwhen using an option to specify date(s), any non-option\nargument must be a format string beginning with '+'"].concat());
                return Err(context.usage(b""));
            }
            None if operand
                .iter()
                .all(|byte| byte.is_ascii_digit() || *byte == b'.')
                && operand.len() >= 8 =>
            {
                return Err(fail(&[b"cannot set date: Operation not permitted"]));
            }
            None => {
                if let Some(extra) = operands.next() {
                    let text = [b"extra operand ".as_slice(), &quote::always(&extra)].concat();
                    return Err(context.usage(&text));
                }
                return Err(fail(&[b"invalid date ", &quote::always(&operand)]));
            }
        }
    }
    let format = format.unwrap_or_else(|| b"%a %b %e %H:%M:%S %Z %Y".to_vec());
    let mut out = Output::stdout();
    let mut put = |(seconds, nanoseconds): (i64, u32)| {
        let civil = if utc {
            time::utc_at(seconds, nanoseconds)
        } else {
            time::local_at(seconds, nanoseconds)
        };
        out.put(&civil.format(&format));
        out.put_byte(b'\n');
    };
    let now = sys::now_ns();
    let mut code = 0;
    match source.unwrap_or(Source::Now) {
        Source::Now => put(time::split(now)),
        Source::File(path) => match sys::stat(&path, true) {
            Ok(stat) => put(time::split(stat.modified_ns)),
            Err(errno) => {
                context.say_error(&quote::if_needed(&path), errno);
                return Err(1);
            }
        },
        Source::Text(text) => match parse_text(&text, now, utc) {
            Some(_) if set => {
                context.say(b"cannot set date: Operation not permitted");
                code = 1;
            }
            Some(found) => put(found),
            None => return Err(fail(&[b"invalid date ", &quote::always(&text)])),
        },
        Source::Lines(path) => {
            let Some(mut reader) = Reader::open(context, &path) else {
                return Err(1);
            };
            while let Some(line) = reader.next_bare(b'\n') {
                match parse_text(line, now, utc) {
                    Some(found) => put(found),
                    None => {
                        context.say(&[b"invalid date ".as_slice(), &quote::always(line)].concat());
                        code = 1;
                    }
                }
            }
        }
    }
    Ok(out.finish(context, code))
}

/// A date string; the plainest forms without the parser.
fn parse_text(text: &[u8], now: u64, utc: bool) -> Option<(i64, u32)> {
    let trimmed = text.trim_ascii();
    if let Some(digits) = trimmed.strip_prefix(b"@") {
        let number = std::str::from_utf8(digits).ok()?;
        if let Ok(seconds) = number.parse::<i64>() {
            return Some((seconds, 0));
        }
    }
    if trimmed.is_empty() {
        return date::parse_date_in(b"today 00:00", now, utc);
    }
    date::parse_date_in(trimmed, now, utc)
}

fn word<'a>(
    context: &Context<'_>,
    option: &str,
    value: &[u8],
    words: &[(&[u8], &'a [u8])],
) -> Result<&'a [u8], i32> {
    let mut fits = words.iter().filter(|word| word.0.starts_with(value));
    if let (Some(found), None, false) = (fits.next(), fits.next(), value.is_empty()) {
        return Ok(found.1);
    }
    let text: [&[u8]; 4] = [
        b"invalid argument ",
        &quote::always(value),
        b" for ",
        &quote::always(option.as_bytes()),
    ];
    context.say(&text.concat());
    let mut err = Output::new(2);
    err.put(b"Valid arguments are:\n");
    for (word, _) in words {
        err.put(&[b"  - ".as_slice(), &quote::always(word), b"\n"].concat());
    }
    err.flush();
    Err(context.usage(b""))
}
