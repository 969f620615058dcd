//! `shuf`.

use super::random::Source;
use crate::Args;
use crate::cli::{Context, Opt, Order, Output, parse};
use crate::sys::{self, File, OpenHow};
use crate::text::quote;
use std::collections::HashMap;

#[rustfmt::skip]
const OPTIONS: &[Opt] = &[
    Opt::flag(b'e', "echo"),
    Opt::value(b'i', "input-range"),
    Opt::value(b'n', "head-count"),
    Opt::value(b'o', "output"),
    Opt::value(0, "random-source"),
    Opt::flag(b'r', "repeat"),
    Opt::flag(b'z', "zero-terminated"),
];

/// Inputs from this size on are not kept if only some of their lines are wanted.
const SAMPLED_BYTES: u64 = 8 << 20;

/// Runs `shuf`.
pub fn run(args: &Args) -> i32 {
    let context = Context::new(args, "shuf", 1);
    match shuf(&context, args) {
        Ok(code) | Err(code) => code,
    }
}

enum Input {
    Lines(Vec<Vec<u8>>),
    Range(u64, u64),
}

impl Input {
    fn len(&self) -> u64 {
        match self {
            Input::Lines(lines) => lines.len() as u64,
            Input::Range(low, high) => (high + 1).saturating_sub(*low),
        }
    }

    fn put(&self, at: u64, end: u8, out: &mut Output) {
        match self {
            Input::Lines(lines) => out.put(&lines[at as usize]),
            Input::Range(low, _) => out.put_number(low + at),
        }
        out.put_byte(end);
    }
}

fn shuf(context: &Context<'_>, args: &Args) -> Result<i32, i32> {
    let parsed = parse(context, args, OPTIONS, Order::Permute)?;
    let (mut echo, mut range, mut count) = (false, None, None::<u64>);
    let (mut output, mut source, mut repeat, mut end) = (None, None, false, b'\n');
    let several = |what: &str| {
        context.say(format!("multiple {what} specified").as_bytes());
        1
    };
    for (letter, long, value) in parsed.options {
        let value = value.unwrap_or_default();
        match (letter, long) {
            (b'e', _) => echo = true,
            (b'i', _) if range.is_some() => return Err(several("-i options")),
            (b'i', _) => range = Some(read_range(context, &value)?),
            (b'n', _) => {
                let number = read_count(context, &value)?;
                count = Some(count.map_or(number, |count| count.min(number)));
            }
            (b'o', _) => match &output {
                Some(before) if *before != value => return Err(several("output files")),
                _ => output = Some(value),
            },
            (b'r', _) => repeat = true,
            (b'z', _) => end = 0,
            _ => match &source {
                Some(before) if *before != value => return Err(several("random sources")),
                _ => source = Some(value),
            },
        }
    }
    let operands = parsed.operands;
    if echo && range.is_some() {
        return Err(context.usage(b"cannot combine -e and -i options"));
    }
    let allowed = usize::from(range.is_none());
    if let (false, Some(extra)) = (echo, operands.get(allowed)) {
        return Err(context.usage(&[b"extra operand ", quote::always(extra).as_slice()].concat()));
    }
    let mut random = None;
    let input = match range {
        Some((low, high)) => Input::Range(low, high),
        None if echo => Input::Lines(operands),
        None if count == Some(0) => Input::Lines(Vec::new()),
        None => {
            let name = operands.first().map_or(b"-".as_slice(), Vec::as_slice);
            let file = open(context, name)?;
            let sampled = count.filter(|_| !repeat && sys::fstat(file.fd()).is_ok_and(is_large));
            match sampled {
                Some(count) => {
                    let mut source = Source::open(context, source.take())?;
                    let lines = sample(context, file, end, count, &mut source)?;
                    random = Some(source);
                    Input::Lines(lines)
                }
                None => Input::Lines(read_lines(context, name, file, end)?),
            }
        }
    };
    let mut random = match random {
        Some(random) => random,
        None => Source::open(context, source)?,
    };
    let mut out = match &output {
        Some(path) => match File::open(path, OpenHow::CREATE) {
            Ok(file) => {
                let fd = file.fd();
                std::mem::forget(file);
                Output::new(fd)
            }
            Err(errno) => {
                context.say_error(&quote::if_needed(path), errno);
                return Err(1);
            }
        },
        None => Output::stdout(),
    };
    let total = input.len();
    if repeat {
        if total == 0 && count != Some(0) {
            context.say(b"no lines to repeat");
            return Err(1);
        }
        for _ in 0..count.unwrap_or(u64::MAX) {
            let at = random.below(context, total)?;
            input.put(at, end, &mut out);
            if out.failed() {
                break;
            }
        }
    } else {
        let wanted = count.unwrap_or(total).min(total);
        // What was swapped with what: few of a large range are touched.
        let mut moved: HashMap<u64, u64> = HashMap::new();
        for at in 0..wanted {
            // The only place of one is not drawn by halves.
            let choice = at + random.below(context, total - at)?;
            let chosen = moved.get(&choice).copied().unwrap_or(choice);
            let here = moved.remove(&at).unwrap_or(at);
            if choice != at {
                moved.insert(choice, here);
            }
            let chosen = if choice == at { here } else { chosen };
            input.put(chosen, end, &mut out);
        }
    }
    Ok(out.finish(context, 0))
}

fn is_large(stat: sys::ExtStat) -> bool {
    stat.mode & sys::mode::TYPE != sys::mode::REGULAR || stat.size_bytes > SAMPLED_BYTES
}

fn open(context: &Context<'_>, name: &[u8]) -> Result<File, i32> {
    crate::lines::open(name).map_err(|errno| {
        context.say_error(&quote::if_needed(name), errno);
        1
    })
}

fn read_lines(
    context: &Context<'_>,
    name: &[u8],
    file: File,
    end: u8,
) -> Result<Vec<Vec<u8>>, i32> {
    let mut text = Vec::new();
    if let Err(errno) = file.read_to_end(&mut text) {
        context.say_error(
            &[&quote::if_needed(name), b": read error".as_slice()].concat(),
            errno,
        );
        return Err(1);
    }
    let body = text.strip_suffix(&[end]).unwrap_or(&text);
    if text.is_empty() {
        return Ok(Vec::new());
    }
    Ok(body
        .split(|byte| *byte == end)
        .map(<[u8]>::to_vec)
        .collect())
}

/// So many lines, each as likely as the others, of a long input.
fn sample(
    context: &Context<'_>,
    file: File,
    end: u8,
    count: u64,
    random: &mut Source,
) -> Result<Vec<Vec<u8>>, i32> {
    let mut reader = crate::lines::Reader::new(file);
    let mut kept: Vec<Vec<u8>> = Vec::new();
    let mut seen = 0_u64;
    if count == 0 {
        return Ok(kept);
    }
    loop {
        let place = if seen < count {
            seen
        } else {
            random.below(context, seen + 1)?
        };
        let Some(line) = reader.next_bare(end) else {
            return Ok(kept);
        };
        seen += 1;
        match kept.get_mut(usize::try_from(place).unwrap_or(usize::MAX)) {
            Some(held) => {
                held.clear();
                held.extend_from_slice(line);
            }
            None if place < count => kept.push(line.to_vec()),
            None => {}
        }
    }
}

fn read_range(context: &Context<'_>, text: &[u8]) -> Result<(u64, u64), i32> {
    let fault = |text: &[u8]| {
        context.say(&[b"invalid input range: ", quote::always(text).as_slice()].concat());
        1
    };
    let dash = text
        .iter()
        .position(|byte| *byte == b'-')
        .ok_or_else(|| fault(text))?;
    let (low, high) = (&text[..dash], &text[dash + 1..]);
    match (whole(low), whole(high)) {
        (Some(low), Some(high)) if low <= high || low == high + 1 => Ok((low, high)),
        _ => Err(fault(text)),
    }
}

fn read_count(context: &Context<'_>, text: &[u8]) -> Result<u64, i32> {
    let digits = text.strip_prefix(b"+").unwrap_or(text);
    let valid = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
    if !valid {
        context.say(&[b"invalid line count: ", quote::always(text).as_slice()].concat());
        return Err(1);
    }
    Ok(whole(text).unwrap_or(u64::MAX))
}

fn whole(text: &[u8]) -> Option<u64> {
    let digits = text.strip_prefix(b"+").unwrap_or(text);
    let valid = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
    valid.then(|| std::str::from_utf8(digits).ok()?.parse().ok())?
}
