//! `seq` for whole numbers of few digits.

use crate::Args;
use crate::cli::{Context, Output};
use crate::text::quote;

/// Digits that fit a number here.
const DIGITS_MAX: usize = 17;

/// Runs `seq` if the arguments are whole numbers, with `-s`, `-w` or neither.
pub fn run(args: &Args) -> Option<i32> {
    let mut rest = args.get(1..)?;
    let (mut separator, mut equal_width) = (b"\n".as_slice(), false);
    loop {
        match rest {
            [option, tail @ ..] if option == b"-w" => (equal_width, rest) = (true, tail),
            [option, value, tail @ ..] if option == b"-s" => (separator, rest) = (value, tail),
            [option, tail @ ..] if option.starts_with(b"-s") && option.len() > 2 => {
                (separator, rest) = (&option[2..], tail);
            }
            _ => break,
        }
    }
    let (first, step, last) = match rest {
        [last] => (1, 1, whole(last)?),
        [first, last] => (whole(first)?, 1, whole(last)?),
        [first, step, last] => (whole(first)?, whole(step)?, whole(last)?),
        [_, _, _, extra, ..] if rest.iter().all(|arg| is_number(arg)) => {
            let text = [b"extra operand ".as_slice(), &quote::always(extra)];
            return Some(Context::new(args, "seq", 1).usage(&text.concat()));
        }
        _ => return None,
    };
    if step == 0 || separator.contains(&b'\\') {
        return None;
    }
    let context = Context::new(args, "seq", 1);
    let mut out = Output::stdout();
    let digits = |n: i64| n.to_string().len();
    let width = if equal_width {
        // GNU pads to the widest of the first number and the limit.
        digits(first).max(digits(last))
    } else {
        0
    };
    let in_range = |n: i64| if step > 0 { n <= last } else { n >= last };
    let mut n = first;
    if first >= 0 && step > 0 && in_range(n) && width == 0 {
        count_up(&mut out, first, step, last, separator);
    } else if in_range(n) {
        loop {
            put(&mut out, n, width);
            match n.checked_add(step) {
                Some(next) if in_range(next) => n = next,
                _ => break,
            }
            out.put(separator);
            if out.failed() {
                break;
            }
        }
        out.put_byte(b'\n');
    }
    Some(out.finish(&context, 0))
}

/// Whether an argument can be no option.
fn is_number(arg: &[u8]) -> bool {
    std::str::from_utf8(arg).is_ok_and(|text| text.parse::<f64>().is_ok())
}

/// Counts upwards on the digits themselves.
fn count_up(out: &mut Output, first: i64, step: i64, last: i64, separator: &[u8]) {
    let mut digits = [b'0'; DIGITS_MAX + 3];
    let text = first.to_string();
    let mut start = digits.len() - text.len();
    digits[start..].copy_from_slice(text.as_bytes());
    let mut left = (last - first) / step;
    loop {
        out.put(&digits[start..]);
        if left == 0 || out.failed() {
            break;
        }
        left -= 1;
        out.put(separator);
        let (mut carry, mut at) = (step as u64, digits.len());
        while carry > 0 && at > 0 {
            at -= 1;
            let sum = u64::from(digits[at] - b'0') + carry;
            digits[at] = b'0' + (sum % 10) as u8;
            carry = sum / 10;
        }
        start = start.min(at);
    }
    out.put_byte(b'\n');
}

fn whole(text: &[u8]) -> Option<i64> {
    let digits = text.strip_prefix(b"-").unwrap_or(text);
    let fit = matches!(digits.len(), 1..=DIGITS_MAX) && digits.iter().all(u8::is_ascii_digit);
    // `-0` and leading zeros have forms of their own.
    let plain = digits == b"0" && text == b"0" || !digits.starts_with(b"0");
    (fit && plain).then(|| std::str::from_utf8(text).ok()?.parse().ok())?
}

fn put(out: &mut Output, n: i64, width: usize) {
    if width > 0 {
        return out.put(format!("{n:0width$}").as_bytes());
    }
    if n < 0 {
        out.put_byte(b'-');
    }
    out.put_number(n.unsigned_abs());
}
