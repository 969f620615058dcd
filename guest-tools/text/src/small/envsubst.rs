//! `envsubst`: variables of the environment in text.

use crate::Args;
use crate::cli::{Context, Opt, Order, Output, parse};
use crate::sys::File;
use std::collections::HashMap;

const OPTIONS: &[Opt] = &[Opt::flag(b'v', "variables"), Opt::flag(b'V', "version")];

/// Runs `envsubst`.
pub fn run(args: &Args) -> i32 {
    let context = Context::new(args, "envsubst", 1);
    let parsed = match parse(&context, args, OPTIONS, Order::Permute) {
        Ok(parsed) => parsed,
        Err(code) => return code,
    };
    let mut list = false;
    for (letter, ..) in parsed.options {
        match letter {
            b'V' => return context.version(),
            _ => list = true,
        }
    }
    if parsed.operands.len() > 1 {
        return context.usage(b"too many arguments");
    }
    let format = parsed.operands.first();
    let mut out = Output::stdout();
    if list {
        let Some(format) = format else {
            return context.usage(b"missing arguments");
        };
        each(format, &mut |part| {
            if let Part::Variable(name, _) = part {
                out.put(name);
                out.put_byte(b'\n');
            }
        });
        return out.finish(&context, 0);
    }
    let mut only: Option<Vec<Vec<u8>>> = None;
    if let Some(format) = format {
        let mut names = Vec::new();
        each(format, &mut |part| {
            if let Part::Variable(name, _) = part {
                names.push(name.to_vec());
            }
        });
        only = Some(names);
    }
    let mut text = Vec::new();
    if let Err(errno) = File::stdin().read_to_end(&mut text) {
        context.say_error(b"error while reading \"standard input\"", errno);
        return 1;
    }
    let environment: HashMap<Vec<u8>, Vec<u8>> = std::env::vars_os()
        .map(|(name, value)| (name.into_encoded_bytes(), value.into_encoded_bytes()))
        .collect();
    each(&text, &mut |part| match part {
        Part::Text(text) => out.put(text),
        Part::Variable(name, whole) => {
            if only
                .as_ref()
                .is_some_and(|only| !only.iter().any(|n| n == name))
            {
                out.put(whole);
            } else if let Some(value) = environment.get(name) {
                out.put(value);
            }
        }
    });
    out.finish(&context, 0)
}

enum Part<'a> {
    Text(&'a [u8]),
    /// The name, and all of `$NAME` or `${NAME}`.
    Variable(&'a [u8], &'a [u8]),
}

fn each<'a>(text: &'a [u8], take: &mut dyn FnMut(Part<'a>)) {
    let mut rest = text;
    while let Some(at) = memchr::memchr(b'$', rest) {
        take(Part::Text(&rest[..at]));
        let tail = &rest[at + 1..];
        let braced = tail.first() == Some(&b'{');
        let body = &tail[usize::from(braced)..];
        let first = body
            .first()
            .is_some_and(|b| b.is_ascii_alphabetic() || *b == b'_');
        let length = match first {
            true => body
                .iter()
                .take_while(|b| b.is_ascii_alphanumeric() || **b == b'_')
                .count(),
            false => 0,
        };
        let closed = !braced || body.get(length) == Some(&b'}');
        if length == 0 || !closed {
            take(Part::Text(&rest[at..=at]));
            rest = tail;
            continue;
        }
        let whole = 1 + length + 2 * usize::from(braced);
        take(Part::Variable(&body[..length], &rest[at..at + whole]));
        rest = &rest[at + whole..];
    }
    take(Part::Text(rest));
}
