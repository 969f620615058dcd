//! `seq`: numbers from one to another. Whole numbers of few digits have a way
//! of their own; others are long doubles, or, if they only count up, digits.

mod extended;
mod layout;
mod operand;
mod whole;

use crate::Args;
use crate::cli::{Context, Opt, Order, Output, parse};
use crate::format::decimal::Extended;
use crate::format::float;
use crate::text::quote;
use layout::Layout;
use operand::{Operand, read};

/// Greatest step that is added to the digits themselves.
const STEP_MAX: u64 = 200;

#[rustfmt::skip]
const OPTIONS: &[Opt] = &[
    Opt::value(b'f', "format"), Opt::value(b's', "separator"), Opt::flag(b'w', "equal-width"),
];

/// Runs `seq`.
pub fn run(args: &Args) -> i32 {
    whole::run(args).unwrap_or_else(|| general(args).unwrap_or_else(|code| code))
}

fn general(args: &Args) -> Result<i32, i32> {
    let context = Context::new(args, "seq", 1);
    // A negative number ends the options.
    let is_number = |arg: &Vec<u8>| matches!(arg[..], [b'-', b'.' | b'0'..=b'9', ..]);
    let mut end = 1;
    let mut value_follows = false;
    for arg in args.iter().skip(1) {
        let option = arg.len() > 1 && arg[0] == b'-' && !is_number(arg);
        if !value_follows && (!option || arg == b"--") {
            break;
        }
        value_follows = !value_follows && takes_next(arg);
        end += 1;
    }
    let (head, tail) = args.split_at(end.min(args.len()));
    let parsed = parse(&context, head, OPTIONS, Order::StopAtOperand)?;
    let operands = tail.strip_prefix(&[b"--".to_vec()]).unwrap_or(tail);
    let (mut format, mut separator, mut equal) = (None, b"\n".to_vec(), false);
    for (letter, _, value) in parsed.options {
        let value = value.unwrap_or_default();
        match letter {
            b'f' => format = Some(value),
            b's' => separator = value,
            _ => equal = true,
        }
    }
    match operands.len() {
        0 => return Err(context.usage(b"missing operand")),
        1..=3 => {}
        _ => {
            let text = [b"extra operand ".as_slice(), &quote::always(&operands[3])].concat();
            return Err(context.usage(&text));
        }
    }
    let given = match &format {
        Some(format) => Some(Layout::given(&context, format)?),
        None => None,
    };
    if given.is_some() && equal {
        let text = "format string may not be specified when printing equal width strings";
        return Err(context.usage(text.as_bytes()));
    }
    let mut out = Output::stdout();
    let plain = given.is_none() && !equal && separator.len() == 1;
    let digits = |arg: &Vec<u8>| !arg.is_empty() && arg.iter().all(u8::is_ascii_digit);
    if plain && operands.iter().all(digits) {
        let one = b"1".to_vec();
        let (first, step, last) = match operands {
            [last] => (&one, &one, last),
            [first, last] => (first, &one, last),
            [first, step, last, ..] => (first, step, last),
            [] => return Ok(0),
        };
        let step = std::str::from_utf8(step).unwrap_or("").parse().unwrap_or(0);
        if (1..=STEP_MAX).contains(&step) && count(&mut out, first, step, Some(last), &separator) {
            return Ok(out.finish(&context, 0));
        }
    }
    let mut first = Operand::one();
    let mut step = Operand::one();
    let last = match operands {
        [a, b, c, ..] => {
            first = read(&context, a)?;
            step = read(&context, b)?;
            if step.value.special.is_none() && step.value.mantissa == 0 {
                let text = [
                    b"invalid Zero increment value: ".as_slice(),
                    &quote::always(b),
                ];
                return Err(context.usage(&text.concat()));
            }
            read(&context, c)?
        }
        [a, b] => {
            first = read(&context, a)?;
            read(&context, b)?
        }
        [a, ..] => read(&context, a)?,
        [] => return Ok(0),
    };
    let endless = last.value.special.is_some() && !last.value.negative;
    if plain && first.counts() && (last.counts() || endless) && is_one(&step) {
        let text = |value: &Extended| {
            let mut text = Vec::new();
            Layout::fitting(&Operand::one(), &Operand::one(), &Operand::one(), false)
                .put_number(value, &mut text);
            text
        };
        let end = (!endless).then(|| text(&last.value));
        if count(&mut out, &text(&first.value), 1, end.as_deref(), &separator) {
            return Ok(out.finish(&context, 0));
        }
    }
    let layout = given.unwrap_or_else(|| Layout::fitting(&first, &step, &last, equal));
    print(
        &mut out,
        &layout,
        [&first.value, &step.value, &last.value],
        &separator,
    );
    Ok(out.finish(&context, 0))
}

fn is_one(operand: &Operand) -> bool {
    let one = Extended::from_integer(1);
    operand.precision == Some(0) && extended::compare(&operand.value, &one).is_eq()
}

/// Whether an option takes the next argument as its value.
fn takes_next(arg: &[u8]) -> bool {
    match arg.strip_prefix(b"--") {
        Some(name) => {
            !name.contains(&b'=')
                && !name.is_empty()
                && (b"format".starts_with(name) || b"separator".starts_with(name))
        }
        None => {
            let letters = arg[1..].iter();
            let at = letters.clone().position(|c| matches!(c, b'f' | b's'));
            at.is_some_and(|at| at + 2 == arg.len())
        }
    }
}

/// Counts upwards on the digits; false if there is nothing to count.
fn count(out: &mut Output, first: &[u8], step: u64, last: Option<&[u8]>, separator: &[u8]) -> bool {
    fn trimmed(text: &[u8]) -> &[u8] {
        let zeros = text.iter().take_while(|c| **c == b'0').count();
        &text[zeros.min(text.len() - 1)..]
    }
    let mut digits = trimmed(first).to_vec();
    let last = last.map(trimmed);
    let beyond = |digits: &[u8]| {
        last.is_some_and(|last| {
            digits
                .len()
                .cmp(&last.len())
                .then_with(|| digits.cmp(last))
                .is_gt()
        })
    };
    if beyond(&digits) {
        return false;
    }
    loop {
        out.put(&digits);
        let mut carry = step;
        for digit in digits.iter_mut().rev() {
            if carry == 0 {
                break;
            }
            let sum = u64::from(*digit - b'0') + carry;
            *digit = b'0' + (sum % 10) as u8;
            carry = sum / 10;
        }
        while carry > 0 {
            digits.insert(0, b'0' + (carry % 10) as u8);
            carry /= 10;
        }
        if beyond(&digits) || out.failed() {
            break;
        }
        out.put(separator);
    }
    out.put_byte(b'\n');
    true
}

fn print(out: &mut Output, layout: &Layout, [first, step, last]: [&Extended; 3], separator: &[u8]) {
    let beyond = |x: &Extended| match step.negative {
        true => extended::compare(x, last).is_lt(),
        false => extended::compare(last, x).is_lt(),
    };
    if beyond(first) {
        return;
    }
    let mut text = Vec::new();
    layout.put(first, &mut text);
    out.put(&text);
    let mut before = first.clone();
    for i in 1u64.. {
        let x = extended::plus(first, &extended::times(step, i));
        let over = beyond(&x);
        if over {
            // Rounding may have brought it beyond the end: it counts if it looks like the end.
            let (mut shown, mut shown_before) = (Vec::new(), Vec::new());
            layout.put_number(&x, &mut shown);
            layout.put_number(&before, &mut shown_before);
            let (value, valid) = float::parse(&shown);
            if !valid || extended::compare(&value, last).is_ne() || shown == shown_before {
                break;
            }
        }
        out.put(separator);
        text.clear();
        layout.put(&x, &mut text);
        out.put(&text);
        if over || out.failed() {
            break;
        }
        before = x;
    }
    out.put_byte(b'\n');
}
