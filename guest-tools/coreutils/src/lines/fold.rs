//! `fold`.

use super::{Reader, inputs};
use crate::Args;
use crate::cli::{Context, Opt, Order, Output, parse};
use crate::text::quote;

#[rustfmt::skip]
const OPTIONS: &[Opt] = &[
    Opt::flag(b'b', "bytes"),
    Opt::flag(b's', "spaces"),
    Opt::value(b'w', "width"),
];

/// Runs `fold`.
pub fn run(args: &Args) -> i32 {
    let context = Context::new(args, "fold", 1);
    let args = modern(args);
    let parsed = match parse(&context, &args, OPTIONS, Order::Permute) {
        Ok(parsed) => parsed,
        Err(code) => return code,
    };
    let (mut bytes, mut spaces, mut width) = (false, false, 80);
    for (letter, _, value) in parsed.options {
        match letter {
            b'b' => bytes = true,
            b's' => spaces = true,
            _ => {
                let value = value.unwrap_or_default();
                let text = std::str::from_utf8(&value).unwrap_or_default();
                let digits = text.strip_prefix('+').unwrap_or(text);
                match digits.parse::<usize>() {
                    Ok(number) if number > 0 => width = number,
                    other => {
                        let range: &[u8] = match other {
                            Ok(_) => b": Numerical result out of range",
                            Err(_) => b"",
                        };
                        let text = [
                            b"invalid number of columns: ".as_slice(),
                            &quote::always(&value),
                            range,
                        ];
                        context.say(&text.concat());
                        return 1;
                    }
                }
            }
        }
    }
    let mut out = Output::stdout();
    let mut code = 0;
    for name in inputs(parsed.operands) {
        let Some(mut reader) = Reader::open(&context, &name) else {
            code = 1;
            continue;
        };
        while let Some(line) = reader.next(b'\n') {
            fold(line, width, bytes, spaces, &mut out);
        }
        if reader.error().is_some() {
            out.flush();
            reader.complain(&context, &name);
            code = 1;
        }
    }
    out.finish(&context, code)
}

fn step(column: usize, byte: u8, bytes: bool) -> usize {
    match byte {
        _ if bytes => column + 1,
        8 => column.saturating_sub(1),
        b'\r' => 0,
        b'\t' => column + 8 - column % 8,
        _ => column + 1,
    }
}

fn fold(line: &[u8], width: usize, bytes: bool, spaces: bool, out: &mut Output) {
    let body = line.strip_suffix(b"\n").unwrap_or(line);
    let plain = bytes || !body.iter().any(|byte| matches!(byte, 8 | b'\r' | b'\t'));
    let mut start = 0;
    if plain && body.len() <= width {
        return out.put(line);
    }
    let (mut at, mut column) = (0, 0);
    while at < body.len() {
        let next = step(column, body[at], bytes);
        if next > width && at > start {
            let mut cut = at;
            if spaces {
                let blank = |byte: &u8| matches!(byte, b' ' | b'\t');
                if let Some(last) = body[start..at].iter().rposition(blank) {
                    cut = start + last + 1;
                }
            }
            out.put(&body[start..cut]);
            out.put_byte(b'\n');
            start = cut;
            column = body[cut..at]
                .iter()
                .fold(0, |column, byte| step(column, *byte, bytes));
            continue;
        }
        column = next;
        at += 1;
    }
    out.put(&line[start..]);
}

/// The arguments with `-NUMBER` as `-w NUMBER`.
fn modern(args: &Args) -> Args {
    let modern = |arg: &Vec<u8>| match arg.as_slice() {
        [b'-', b'0'..=b'9', ..] => [b"-w", &arg[1..]].concat(),
        _ => arg.clone(),
    };
    args.iter().map(modern).collect()
}
