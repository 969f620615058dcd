//! The options of `numfmt`.

use super::number::{Round, Scale};
use crate::Args;
use crate::cli::{Context, Opt, Order, Output, parse};
use crate::text::pad;
use crate::text::quote;

#[rustfmt::skip]
const OPTIONS: &[Opt] = &[
    Opt::flag(1, "debug"), Opt::flag(0, "-debug"), Opt::value(b'd', "delimiter"), Opt::value(2, "field"), Opt::value(3, "format"),
    Opt::value(4, "from"), Opt::value(5, "from-unit"), Opt::flag(6, "grouping"), Opt::optional(7, "header"),
    Opt::value(8, "invalid"), Opt::value(9, "padding"), Opt::value(10, "round"), Opt::value(11, "suffix"),
    Opt::value(12, "to"), Opt::value(13, "to-unit"), Opt::flag(b'z', "zero-terminated"), Opt::flag(14, "devdebug"),
];

/// What happens to what is no number.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Invalid {
    Abort,
    Fail,
    Warn,
    Ignore,
}

/// What to do.
pub struct Plan {
    pub from: Scale,
    pub to: Scale,
    pub round: Round,
    pub from_unit: u64,
    pub to_unit: u64,
    pub delimiter: Option<u8>,
    /// Ranges of fields; empty: all.
    pub fields: Vec<(usize, usize)>,
    pub suffix: Vec<u8>,
    /// Columns; negative: to the left.
    pub padding: i64,
    pub zero_padding: usize,
    pub precision: Option<usize>,
    pub prefix: Vec<u8>,
    pub postfix: Vec<u8>,
    pub header: u64,
    pub invalid: Invalid,
    pub end: u8,
    pub operands: Vec<Vec<u8>>,
}

/// Reads the arguments.
///
/// # Errors
/// The exit code, after a message.
pub fn plan(context: &Context<'_>, args: &Args) -> Result<Plan, i32> {
    let parsed = parse(context, args, OPTIONS, Order::Permute)?;
    let mut plan = Plan {
        from: Scale::None,
        to: Scale::None,
        round: Round::FromZero,
        from_unit: 1,
        to_unit: 1,
        delimiter: None,
        fields: vec![(1, 1)],
        suffix: Vec::new(),
        padding: 0,
        zero_padding: 0,
        precision: None,
        prefix: Vec::new(),
        postfix: Vec::new(),
        header: 0,
        invalid: Invalid::Abort,
        end: b'\n',
        operands: Vec::new(),
    };
    let fail = |text: &str, value: &[u8]| {
        context.say(&[text.as_bytes(), &quote::always(value)].concat());
        1
    };
    let (mut format, mut grouping, mut debug) = (None, false, false);
    for (letter, _, value) in parsed.options {
        let given = value.is_some();
        let value = value.unwrap_or_default();
        let number = || {
            std::str::from_utf8(&value)
                .ok()
                .and_then(|text| text.parse::<i64>().ok())
        };
        match letter {
            b'd' => {
                if value.len() > 1 {
                    context.say(b"the delimiter must be a single character");
                    return Err(1);
                }
                plan.delimiter = Some(value.first().copied().unwrap_or(0));
            }
            2 => plan.fields = fields(context, &value)?,
            3 => format = Some(value),
            4 => plan.from = scale(context, "--from", &value, true)?,
            12 => plan.to = scale(context, "--to", &value, false)?,
            5 | 13 => {
                let unit = unit(&value).ok_or_else(|| fail("invalid unit size: ", &value))?;
                if letter == 5 {
                    plan.from_unit = unit
                } else {
                    plan.to_unit = unit
                }
            }
            6 => grouping = true,
            7 if given => match number() {
                Some(lines) if lines > 0 => plan.header = lines as u64,
                _ => return Err(fail("invalid header value ", &value)),
            },
            7 => plan.header = 1,
            8 => {
                plan.invalid = choose(
                    context,
                    "--invalid",
                    &value,
                    &[
                        ("abort", Invalid::Abort),
                        ("fail", Invalid::Fail),
                        ("warn", Invalid::Warn),
                        ("ignore", Invalid::Ignore),
                    ],
                )?
            }
            9 => match number() {
                Some(columns) if columns != 0 => {
                    let most = pad::WIDTH_MAX as i64;
                    plan.padding = columns.clamp(-most, most);
                }
                _ => return Err(fail("invalid padding value ", &value)),
            },
            10 => {
                plan.round = choose(
                    context,
                    "--round",
                    &value,
                    &[
                        ("up", Round::Up),
                        ("down", Round::Down),
                        ("from-zero", Round::FromZero),
                        ("towards-zero", Round::TowardsZero),
                        ("nearest", Round::Nearest),
                    ],
                )?
            }
            11 => plan.suffix = value,
            b'z' => plan.end = 0,
            1 => debug = true,
            _ => {}
        }
    }
    let scaled = plan.from != Scale::None || plan.to != Scale::None;
    if debug && !scaled && !grouping && plan.padding == 0 && format.is_none() {
        context.say(b"no conversion option specified");
    }
    if format.is_some() && grouping {
        context.say(b"--grouping cannot be combined with --format");
        return Err(1);
    }
    if let Some(format) = format {
        read_format(context, &mut plan, &format)?;
        grouping |= false;
    }
    if grouping && plan.to != Scale::None {
        context.say(b"grouping cannot be combined with --to");
        return Err(1);
    }
    plan.operands = parsed.operands;
    Ok(plan)
}

fn choose<T: Copy>(
    context: &Context<'_>,
    option: &str,
    value: &[u8],
    words: &[(&str, T)],
) -> Result<T, i32> {
    let fits: Vec<_> = words
        .iter()
        .filter(|word| word.0.as_bytes().starts_with(value))
        .collect();
    if let Some(exact) = words.iter().find(|word| word.0.as_bytes() == value) {
        return Ok(exact.1);
    }
    if let ([only], false) = (fits.as_slice(), value.is_empty()) {
        return Ok(only.1);
    }
    let kind: &[u8] = if fits.len() > 1 {
        b"ambiguous argument "
    } else {
        b"invalid argument "
    };
    context.say(
        &[
            kind,
            &quote::always(value),
            b" for ",
            &quote::always(option.as_bytes()),
        ]
        .concat(),
    );
    let mut err = Output::new(2);
    err.put(b"Valid arguments are:\n");
    for (word, _) in words {
        err.put(format!("  - '{word}'\n").as_bytes());
    }
    err.flush();
    Err(context.usage(b""))
}

fn scale(context: &Context<'_>, option: &str, value: &[u8], from: bool) -> Result<Scale, i32> {
    let words = [
        ("none", Scale::None),
        ("auto", Scale::Auto),
        ("si", Scale::Si),
        ("iec", Scale::Iec),
        ("iec-i", Scale::IecI),
    ];
    if from {
        return choose(context, option, value, &words);
    }
    choose(
        context,
        option,
        value,
        &[words[0], words[2], words[3], words[4]],
    )
}

fn unit(text: &[u8]) -> Option<u64> {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let number: u64 = match digits {
        0 => 1,
        _ => std::str::from_utf8(&text[..digits]).ok()?.parse().ok()?,
    };
    let power = |letter: u8| {
        b"KMGTPE"
            .iter()
            .position(|known| *known == letter)
            .map(|at| at as u32 + 1)
    };
    let factor = match &text[digits..] {
        [] if digits > 0 => 1,
        [letter] => 1000_u64.checked_pow(power(*letter)?)?,
        [letter, b'i'] => 1024_u64.checked_pow(power(*letter)?)?,
        _ => return None,
    };
    number.checked_mul(factor).filter(|unit| *unit > 0)
}

fn fields(context: &Context<'_>, list: &[u8]) -> Result<Vec<(usize, usize)>, i32> {
    if list == b"-" {
        return Ok(Vec::new());
    }
    let mut out = Vec::new();
    for item in list.split(|byte| matches!(byte, b',' | b' ' | b'\t')) {
        let text = String::from_utf8_lossy(item).into_owned();
        let bad = |text: &str| context.usage(format!("invalid field value '{text}'").as_bytes());
        let number = |part: &str, open: usize| match part {
            "" => Ok(open),
            part => part.parse::<usize>().map_err(|_| bad(part)),
        };
        let (low, high) = match text.split_once('-') {
            Some((low, high)) => (number(low, 1)?, number(high, usize::MAX)?),
            None if text.is_empty() => return Err(context.usage(b"fields are numbered from 1")),
            None => {
                let field = number(&text, 0)?;
                (field, field)
            }
        };
        if low == 0 || high == 0 {
            return Err(context.usage(b"fields are numbered from 1"));
        }
        if high < low {
            return Err(context.usage(b"invalid decreasing range"));
        }
        out.push((low, high));
    }
    Ok(out)
}

/// `%[0]['][-][WIDTH][.PRECISION]f` with text around it.
fn read_format(context: &Context<'_>, plan: &mut Plan, format: &[u8]) -> Result<(), i32> {
    let quoted = quote::always(format);
    let fail = |text: &str, tail: &str| {
        context.say(&[text.as_bytes(), &quoted, tail.as_bytes()].concat());
        1
    };
    let mut at = 0;
    while at < format.len() {
        match &format[at..] {
            [b'%', b'%', ..] => {
                plan.prefix.push(b'%');
                at += 2;
            }
            [b'%', ..] => break,
            [byte, ..] => {
                plan.prefix.push(*byte);
                at += 1;
            }
            [] => {}
        }
    }
    if at == format.len() {
        return Err(fail("format ", " has no % directive"));
    }
    let mut rest = &format[at + 1..];
    let mut zero = false;
    let mut group = false;
    loop {
        let blanks = rest.iter().take_while(|byte| **byte == b' ').count();
        rest = &rest[blanks..];
        match rest {
            [b'\'', tail @ ..] => (group, rest) = (true, tail),
            [b'0', tail @ ..] => (zero, rest) = (true, tail),
            _ => break,
        }
    }
    let (left, digits) = match rest {
        [b'-', tail @ ..] => (true, tail),
        _ => (false, rest),
    };
    let count = digits
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    let text = String::from_utf8_lossy(&digits[..count]).into_owned();
    if !text.is_empty() {
        let Ok(width) = text.parse::<i64>() else {
            return Err(fail("invalid format ", " (width overflow)"));
        };
        let width = width.min(pad::WIDTH_MAX as i64);
        if zero && !left {
            plan.zero_padding = width as usize;
        } else {
            plan.padding = if left { -width } else { width };
        }
    }
    rest = &digits[count..];
    if rest.is_empty() {
        return Err(fail("format ", " ends in %"));
    }
    if let [b'.', tail @ ..] = rest {
        let count = tail.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if matches!(tail.first(), Some(b' ' | b'+' | b'-')) {
            return Err(fail("invalid precision in format ", ""));
        }
        let text = String::from_utf8_lossy(&tail[..count]).into_owned();
        let precision = if text.is_empty() {
            Some(0)
        } else {
            text.parse::<usize>().ok()
        };
        match precision {
            Some(precision) => plan.precision = Some(precision.min(1000)),
            None => return Err(fail("invalid precision in format ", "")),
        }
        rest = &tail[count..];
    }
    let [b'f', tail @ ..] = rest else {
        return Err(fail(
            "invalid format ",
            ", directive must be %[0]['][-][N][.][N]f",
        ));
    };
    if group && plan.to != Scale::None {
        context.say(b"grouping cannot be combined with --to");
        return Err(1);
    }
    rest = tail;
    while let [byte, tail @ ..] = rest {
        if *byte == b'%' {
            match tail {
                [b'%', tail @ ..] => {
                    plan.postfix.push(b'%');
                    rest = tail;
                    continue;
                }
                _ => return Err(fail("format ", " has too many % directives")),
            }
        }
        plan.postfix.push(*byte);
        rest = tail;
    }
    Ok(())
}
