//! `cut`.

use super::{Reader, inputs};
use crate::Args;
use crate::cli::{Context, Opt, Order, Output, parse};
use crate::text::quote;
use memchr::memchr;

#[rustfmt::skip]
const OPTIONS: &[Opt] = &[
    Opt::value(b'b', "bytes"),
    Opt::value(b'c', "characters"),
    Opt::value(b'f', "fields"),
    Opt::value(b'd', "delimiter"),
    Opt::flag(b'n', ""),
    Opt::flag(b's', "only-delimited"),
    Opt::value(1, "output-delimiter"),
    Opt::flag(2, "complement"),
    Opt::flag(b'z', "zero-terminated"),
];

/// The end of a range that has none.
const OPEN: usize = usize::MAX;

struct Plan {
    fields: bool,
    /// Ranges from 1, both ends included, ascending and apart.
    ranges: Vec<(usize, usize)>,
    delimiter: u8,
    only_delimited: bool,
    /// Between what is selected; `None`: nothing, for bytes.
    between: Option<Vec<u8>>,
    end: u8,
}

/// Runs `cut`.
pub fn run(args: &Args) -> i32 {
    let context = Context::new(args, "cut", 1);
    let (plan, operands) = match plan(&context, args) {
        Ok(found) => found,
        Err(code) => return code,
    };
    let mut out = Output::stdout();
    let mut code = 0;
    for name in inputs(operands) {
        let Some(mut reader) = Reader::open(&context, &name) else {
            code = 1;
            continue;
        };
        if plan.fields && plan.delimiter == plan.end {
            cut_lines(&plan, &mut reader, &mut out);
        } else {
            while let Some(line) = reader.next_bare(plan.end) {
                if plan.fields {
                    cut_fields(&plan, line, &mut out);
                } else {
                    cut_bytes(&plan, line, &mut out);
                }
                if out.failed() {
                    break;
                }
            }
        }
        if reader.error().is_some() {
            out.flush();
            reader.complain(&context, &name);
            code = 1;
        }
    }
    out.finish(&context, code)
}

fn cut_bytes(plan: &Plan, line: &[u8], out: &mut Output) {
    let mut first = true;
    for &(low, high) in &plan.ranges {
        if low > line.len() {
            break;
        }
        if let Some(between) = plan.between.as_ref().filter(|_| !first) {
            out.put(between);
        }
        first = false;
        out.put(&line[low - 1..high.min(line.len())]);
    }
    out.put_byte(plan.end);
}

fn cut_fields(plan: &Plan, line: &[u8], out: &mut Output) {
    let Some(mut stop) = memchr(plan.delimiter, line) else {
        if !plan.only_delimited {
            out.put(line);
            out.put_byte(plan.end);
        }
        return;
    };
    let between = plan.between.as_deref().unwrap_or_default();
    let (mut start, mut number, mut first) = (0, 1, true);
    // Joined by the delimiter itself, adjacent fields are one piece.
    let same = between == [plan.delimiter];
    'ranges: for &(low, high) in &plan.ranges {
        while number < low {
            if stop == line.len() {
                break 'ranges;
            }
            start = stop + 1;
            stop = next(line, start, plan.delimiter);
            number += 1;
        }
        if same && high == OPEN {
            if !first {
                out.put(between);
            }
            out.put(&line[start..]);
            break;
        }
        loop {
            if !first {
                out.put(between);
            }
            first = false;
            out.put(&line[start..stop]);
            if stop == line.len() {
                break 'ranges;
            }
            start = stop + 1;
            stop = next(line, start, plan.delimiter);
            number += 1;
            if number > high {
                break;
            }
        }
    }
    out.put_byte(plan.end);
}

/// Where the field ends that starts there. Fields are short: a plain loop is
/// quicker than a search that has to be set up.
fn next(line: &[u8], start: usize, delimiter: u8) -> usize {
    let rest = &line[start..];
    let near = rest.len().min(16);
    match rest[..near].iter().position(|byte| *byte == delimiter) {
        Some(at) => start + at,
        None => memchr(delimiter, &rest[near..]).map_or(line.len(), |at| start + near + at),
    }
}

/// Fields that are lines: the whole input is one record.
fn cut_lines(plan: &Plan, reader: &mut Reader, out: &mut Output) {
    let between = plan.between.as_deref().unwrap_or_default().to_vec();
    let (mut number, mut first) = (0, true);
    let mut only: Option<Vec<u8>> = None;
    while let Some(line) = reader.next_bare(plan.end) {
        number += 1;
        if number == 1 {
            only = Some(line.to_vec());
        }
        if plan
            .ranges
            .iter()
            .any(|range| (range.0..=range.1).contains(&number))
            && (number > 1 || plan.ranges.first().is_some_and(|range| range.0 == 1))
        {
            if !first {
                out.put(&between);
            }
            first = false;
            out.put(line);
        }
    }
    if number == 1 && first && !plan.only_delimited {
        out.put(&only.unwrap_or_default());
        first = false;
    }
    if number > 0 && !(first && plan.only_delimited) {
        out.put_byte(plan.end);
    }
}

fn plan(context: &Context<'_>, args: &Args) -> Result<(Plan, Vec<Vec<u8>>), i32> {
    let parsed = parse(context, args, OPTIONS, Order::Permute)?;
    let (mut list, mut delimiter, mut between) = (None, None, None);
    let (mut suppress, mut complement, mut end) = (false, false, b'\n');
    for (letter, _, value) in parsed.options {
        let value = value.unwrap_or_default();
        match letter {
            b'b' | b'c' | b'f' => {
                if list.is_some() {
                    return Err(context.usage(b"only one list may be specified"));
                }
                list = Some((letter == b'f', value));
            }
            b'd' => match value.as_slice() {
                [] => delimiter = Some(0),
                [byte] => delimiter = Some(*byte),
                _ => return Err(context.usage(b"the delimiter must be a single character")),
            },
            1 => between = Some(if value.is_empty() { vec![0] } else { value }),
            2 => complement = true,
            b's' => suppress = true,
            b'z' => end = 0,
            _ => {}
        }
    }
    let Some((fields, list)) = list else {
        let text = b"you must specify a list of bytes, characters, or fields";
        return Err(context.usage(text));
    };
    if !fields && delimiter.is_some() {
        let text = b"an input delimiter may be specified only when operating on fields";
        return Err(context.usage(text));
    }
    if !fields && suppress {
        let text = b"suppressing non-delimited lines makes sense\n\tonly when operating on fields";
        return Err(context.usage(text));
    }
    let mut ranges = ranges(context, &list, fields)?;
    if complement {
        ranges = others(&ranges);
    }
    let delimiter = delimiter.unwrap_or(b'\t');
    let plan = Plan {
        fields,
        ranges,
        delimiter,
        only_delimited: suppress,
        between: match between {
            None if fields => Some(vec![delimiter]),
            between => between,
        },
        end,
    };
    Ok((plan, parsed.operands))
}

/// A list of ranges, put in order, overlapping ones joined.
fn ranges(context: &Context<'_>, list: &[u8], fields: bool) -> Result<Vec<(usize, usize)>, i32> {
    let pick = |field: &'static str, byte: &'static str| if fields { field } else { byte };
    let fail = |text: &str| Err(context.usage(text.as_bytes()));
    let mut found: Vec<(usize, usize)> = Vec::new();
    if list.is_empty() {
        return fail(pick(
            "fields are numbered from 1",
            "byte/character positions are numbered from 1",
        ));
    }
    for item in list.split(|byte| matches!(byte, b',' | b' ' | b'\t')) {
        let (low, rest) = number(context, item, fields)?;
        let (high, rest) = match rest {
            [b'-', tail @ ..] => {
                let (high, rest) = number(context, tail, fields)?;
                if low.is_none() && high.is_none() && rest.is_empty() {
                    return fail("invalid range with no endpoint: -");
                }
                if rest.starts_with(b"-") {
                    return fail(pick(
                        "invalid field range",
                        "invalid byte or character range",
                    ));
                }
                (high.unwrap_or(OPEN), rest)
            }
            rest => (low.unwrap_or(0), rest),
        };
        if !rest.is_empty() {
            let what = pick("invalid field value ", "invalid byte/character position ");
            return Err(context.usage(&[what.as_bytes(), &quote::always(rest)].concat()));
        }
        if low == Some(0) || high == 0 {
            return fail(pick(
                "fields are numbered from 1",
                "byte/character positions are numbered from 1",
            ));
        }
        let low = low.unwrap_or(1);
        if high < low {
            return fail("invalid decreasing range");
        }
        found.push((low, high));
    }
    found.sort_unstable();
    let mut joined: Vec<(usize, usize)> = Vec::with_capacity(found.len());
    for (low, high) in found {
        match joined.last_mut() {
            Some(last) if low <= last.1 => last.1 = last.1.max(high),
            _ => joined.push((low, high)),
        }
    }
    Ok(joined)
}

fn number<'a>(
    context: &Context<'_>,
    text: &'a [u8],
    fields: bool,
) -> Result<(Option<usize>, &'a [u8]), i32> {
    let digits = text.iter().take_while(|b| b.is_ascii_digit()).count();
    let (number, rest) = text.split_at(digits);
    if number.is_empty() {
        return Ok((None, rest));
    }
    let value = std::str::from_utf8(number)
        .ok()
        .and_then(|text| text.parse().ok());
    match value {
        Some(value) if value != OPEN => Ok((Some(value), rest)),
        _ => {
            let quoted = quote::always(number);
            let text: [&[u8]; 3] = match fields {
                true => [b"field number ", &quoted, b" is too large"],
                false => [b"byte/character offset ", &quoted, b" is too large"],
            };
            Err(context.usage(&text.concat()))
        }
    }
}

fn others(ranges: &[(usize, usize)]) -> Vec<(usize, usize)> {
    let mut out = Vec::new();
    let mut from = 1;
    for &(low, high) in ranges {
        if low > from {
            out.push((from, low - 1));
        }
        if high == OPEN {
            return out;
        }
        from = high + 1;
    }
    out.push((from, OPEN));
    out
}
