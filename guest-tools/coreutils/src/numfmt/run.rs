//! Lines, fields, padding.

use super::number::Number;
use super::options::{Invalid, Plan, plan};
use crate::Args;
use crate::cli::{Context, Output};
use crate::lines::Reader;
use crate::sys::File;
use crate::text::pad;
use crate::text::quote;

/// Exit code for numbers that are none.
const BAD_NUMBER: i32 = 2;

/// Runs `numfmt`.
pub fn run(args: &Args) -> i32 {
    let context = Context::new(args, "numfmt", 1);
    let plan = match plan(&context, args) {
        Ok(plan) => plan,
        Err(code) => return code,
    };
    let mut out = Output::stdout();
    let mut valid = true;
    let mut result = Ok(());
    if plan.operands.is_empty() {
        let mut reader = Reader::new(File::stdin());
        let mut header = plan.header;
        while let Some(line) = reader.next(plan.end) {
            let (body, ended) = match line.strip_suffix(&[plan.end]) {
                Some(body) => (body, true),
                None => (line, false),
            };
            if header > 0 {
                header -= 1;
                out.put(line);
                continue;
            }
            result = put_line(&context, &plan, body, &mut out, &mut valid);
            if result.is_err() {
                break;
            }
            if ended {
                out.put_byte(plan.end);
            }
        }
        if reader.error().is_some() {
            out.flush();
            context.say(b"error reading input");
        }
    } else {
        for operand in &plan.operands {
            result = put_line(&context, &plan, operand, &mut out, &mut valid);
            if result.is_err() {
                break;
            }
            out.put_byte(plan.end);
        }
    }
    let failed = !valid && !matches!(plan.invalid, Invalid::Warn | Invalid::Ignore);
    let code = if result.is_err() || failed {
        BAD_NUMBER
    } else {
        0
    };
    out.finish(&context, code)
}

/// Puts a line with its numbers changed; `Err`: stop.
fn put_line(
    context: &Context<'_>,
    plan: &Plan,
    line: &[u8],
    out: &mut Output,
    valid: &mut bool,
) -> Result<(), ()> {
    let (mut at, mut field) = (0, 0);
    loop {
        field += 1;
        let rest = &line[at..];
        let length = match plan.delimiter {
            Some(delimiter) => memchr::memchr(delimiter, rest).unwrap_or(rest.len()),
            None => {
                let blank = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\n');
                let blanks = rest.iter().take_while(|byte| blank(byte)).count();
                blanks
                    + rest[blanks..]
                        .iter()
                        .take_while(|byte| !blank(byte))
                        .count()
            }
        };
        let text = &rest[..length];
        let wanted = plan.fields.is_empty()
            || plan
                .fields
                .iter()
                .any(|range| (range.0..=range.1).contains(&field));
        if wanted {
            match convert(plan, text, field) {
                Ok(new) => out.put(&new),
                Err(message) => {
                    *valid = false;
                    if plan.invalid != Invalid::Ignore {
                        out.flush();
                        context.say(&message);
                    }
                    if plan.invalid == Invalid::Abort {
                        return Err(());
                    }
                    out.put(text);
                }
            }
        } else {
            out.put(text);
        }
        at += length;
        if at >= line.len() {
            return Ok(());
        }
        out.put_byte(plan.delimiter.unwrap_or(b' '));
        at += 1;
    }
}

fn convert(plan: &Plan, text: &[u8], field: usize) -> Result<Vec<u8>, Vec<u8>> {
    let body = match text.strip_suffix(plan.suffix.as_slice()) {
        Some(body) if !body.is_empty() => body,
        _ => text,
    };
    let blanks = body
        .iter()
        .take_while(|b| matches!(b, b' ' | b'\t'))
        .count();
    let number = &body[blanks..];
    let mut padding = plan.padding;
    if padding == 0 && plan.delimiter.is_none() && (blanks > 0 || field > 1) {
        padding = body.len() as i64;
    }
    let quoted = quote::always(number);
    let (mut value, digits, rest) = Number::parse(number, plan.from).map_err(|text| {
        let hint: &[u8] = match text {
            "rejecting suffix in input: " => b" (consider using --from)",
            "missing 'i' suffix in input: " => b" (e.g Ki/Mi/Gi)",
            _ => b"",
        };
        [text.as_bytes(), &quoted, hint].concat()
    })?;
    if !rest.is_empty() {
        let text: [&[u8]; 4] = [
            b"invalid suffix in input ",
            &quoted,
            b": ",
            &quote::always(rest),
        ];
        return Err(text.concat());
    }
    if (plan.from_unit, plan.to_unit) != (1, 1) {
        value.scale(plan.from_unit, plan.to_unit);
    }
    let mut shown = value
        .show(plan.to, plan.round, digits, plan.precision)
        .map_err(String::into_bytes)?;
    if plan.zero_padding > shown.len() {
        let (sign, digits) = match shown.strip_prefix('-') {
            Some(digits) => ("-", digits),
            None => ("", shown.as_str()),
        };
        let width = plan.zero_padding - sign.len();
        shown = sign.to_owned() + &pad::right(digits, width, '0');
    }
    let mut new = shown.into_bytes();
    new.extend_from_slice(&plan.suffix);
    let missing = (padding.unsigned_abs() as usize).saturating_sub(new.len());
    let fill = vec![b' '; missing];
    let padded = if padding > 0 {
        [fill, new].concat()
    } else {
        [new, fill].concat()
    };
    Ok([plan.prefix.as_slice(), &padded, &plan.postfix].concat())
}
