//! `nl`.

use super::{Reader, inputs};
use crate::Args;
use crate::cli::{Context, Opt, Order, Output, parse};
use crate::text::pad;
use crate::text::quote;
use wardian_posix_regex::Regex;

#[rustfmt::skip]
const OPTIONS: &[Opt] = &[
    Opt::value(b'h', "header-numbering"),
    Opt::value(b'b', "body-numbering"),
    Opt::value(b'f', "footer-numbering"),
    Opt::value(b'v', "starting-line-number"),
    Opt::value(b'i', "line-increment"),
    Opt::flag(b'p', "no-renumber"),
    Opt::value(b'l', "join-blank-lines"),
    Opt::value(b's', "number-separator"),
    Opt::value(b'w', "number-width"),
    Opt::value(b'n', "number-format"),
    Opt::value(b'd', "section-delimiter"),
];

/// Which lines are numbered.
enum Style {
    All,
    Filled,
    None,
    Matching(Box<Regex>),
}

#[derive(Clone, Copy)]
enum Format {
    Left,
    Right,
    Zeros,
}

/// Runs `nl`.
pub fn run(args: &Args) -> i32 {
    let context = Context::new(args, "nl", 1);
    match nl(&context, args) {
        Ok(code) | Err(code) => code,
    }
}

fn nl(context: &Context<'_>, args: &Args) -> Result<i32, i32> {
    let parsed = parse(context, args, OPTIONS, Order::Permute)?;
    let mut styles = [Style::None, Style::Filled, Style::None];
    let (mut start, mut increment, mut blanks) = (1_i64, 1_i64, 1_u64);
    let (mut separator, mut width, mut format) = (b"\t".to_vec(), 6_usize, Format::Right);
    let (mut delimiter, mut renumber, mut bad) = (b"\\:".to_vec(), true, false);
    for (letter, _, value) in parsed.options {
        let value = value.unwrap_or_default();
        let index = match letter {
            b'h' => 0,
            b'b' => 1,
            b'f' => 2,
            _ => 3,
        };
        match letter {
            b'h' | b'b' | b'f' => match style(&value) {
                Some(style) => styles[index] = style,
                None => {
                    let what = ["header", "body", "footer"][index];
                    let text = format!("invalid {what} numbering style: ");
                    context.say(&[text.as_bytes(), &quote::always(&value)].concat());
                    bad = true;
                }
            },
            b'v' => start = number(context, &value, "invalid starting line number", i64::MIN)?,
            b'i' => increment = number(context, &value, "invalid line number increment", i64::MIN)?,
            b'p' => renumber = false,
            b'l' => {
                blanks = number(context, &value, "invalid line number of blank lines", 1)? as u64
            }
            b's' => separator = value,
            b'w' => {
                let most = number(context, &value, "invalid line number field width", 1)?;
                width = usize::try_from(most.min(1 << 20)).unwrap_or(6);
            }
            b'n' => match value.as_slice() {
                b"ln" => format = Format::Left,
                b"rn" => format = Format::Right,
                b"rz" => format = Format::Zeros,
                _ => {
                    let quoted = quote::always(&value);
                    context.say(&[b"invalid line numbering format: ".as_slice(), &quoted].concat());
                    bad = true;
                }
            },
            _ => {
                delimiter = value;
                if delimiter.len() == 1 {
                    delimiter.push(b':');
                }
            }
        }
    }
    if bad {
        return Err(context.usage(b""));
    }
    let mut out = Output::stdout();
    let (mut code, mut section, mut next, mut run) = (0, 1, start, 0);
    let mut overflow = false;
    let marks: Vec<Vec<u8>> = (1..=3).map(|times| delimiter.repeat(times)).collect();
    for name in inputs(parsed.operands) {
        let Some(mut reader) = Reader::open(context, &name) else {
            code = 1;
            continue;
        };
        while let Some(line) = reader.next_bare(b'\n') {
            let mark = marks
                .iter()
                .position(|mark| !delimiter.is_empty() && mark == line);
            if let Some(times) = mark {
                section = 2 - times;
                if renumber {
                    next = start;
                    overflow = false;
                }
                out.put_byte(b'\n');
                continue;
            }
            let numbered = match &mut styles[section] {
                Style::None => false,
                Style::Filled => !line.is_empty(),
                Style::Matching(regex) => regex.is_match(line),
                Style::All if blanks <= 1 || !line.is_empty() => {
                    run = 0;
                    true
                }
                Style::All => {
                    run += 1;
                    if run == blanks {
                        run = 0;
                    }
                    run == 0
                }
            };
            if numbered {
                if overflow {
                    out.flush();
                    context.say(b"line number overflow");
                    return Err(1);
                }
                let text = match format {
                    Format::Left => pad::left(&next.to_string(), width, ' '),
                    Format::Right => pad::right(&next.to_string(), width, ' '),
                    Format::Zeros => pad::zeros(next, width, false),
                };
                out.put(text.as_bytes());
                out.put(&separator);
                match next.checked_add(increment) {
                    Some(sum) => next = sum,
                    None => overflow = true,
                }
            } else {
                out.put(&vec![b' '; width + separator.len()]);
            }
            out.put(line);
            out.put_byte(b'\n');
        }
        if reader.error().is_some() {
            out.flush();
            reader.complain(context, &name);
            code = 1;
        }
    }
    Ok(out.finish(context, code))
}

fn style(text: &[u8]) -> Option<Style> {
    Some(match text {
        b"a" => Style::All,
        b"t" => Style::Filled,
        b"n" => Style::None,
        [b'p', pattern @ ..] => Style::Matching(Box::new(crate::eval::basic_regex(pattern).ok()?)),
        _ => return None,
    })
}

fn number(context: &Context<'_>, text: &[u8], problem: &str, least: i64) -> Result<i64, i32> {
    let parsed = std::str::from_utf8(text)
        .ok()
        .and_then(|text| text.parse::<i64>().ok());
    match parsed {
        Some(number) if number >= least => Ok(number),
        other => {
            let problem = format!("{problem}: ");
            let range: &[u8] = match other {
                Some(_) => b": Numerical result out of range",
                None => b"",
            };
            context.say(&[problem.as_bytes(), &quote::always(text), range].concat());
            Err(1)
        }
    }
}
