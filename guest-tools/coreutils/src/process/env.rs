//! `env`, `printenv`.

use super::split::split;
use crate::Args;
use crate::cli::{Context, Opt, Order, Output, parse};
use crate::program::{Program, environment, failure_code};
use crate::sys::{self, is_dir};
use crate::text::quote;

const OPTIONS: &[Opt] = &[
    Opt::flag(b'i', "ignore-environment"),
    Opt::flag(b'0', "null"),
    Opt::value(b'u', "unset"),
    Opt::value(b'C', "chdir"),
    Opt::optional(0, "default-signal"),
    Opt::optional(0, "ignore-signal"),
    Opt::optional(0, "block-signal"),
    Opt::flag(0, "list-signal-handling"),
    Opt::flag(b'v', "debug"),
    Opt::value(b'S', "split-string"),
];

/// Exit code when `env` itself fails.
const FAILURE: i32 = 125;

fn name_of(pair: &[u8]) -> &[u8] {
    pair.split(|byte| *byte == b'=').next().unwrap_or_default()
}

/// Runs `env`.
pub fn env(args: &Args) -> i32 {
    let context = Context::new(args, "env", FAILURE);
    let args = match with_split_strings(&context, args) {
        Ok(args) => args,
        Err(code) => return code,
    };
    let parsed = match parse(&context, &args, OPTIONS, Order::StopAtOperand) {
        Ok(parsed) => parsed,
        Err(code) => return code,
    };
    let (mut ignore, mut zero, mut cwd, mut unset) = (false, false, None, Vec::new());
    let mut ignored_signals = 0;
    for (letter, long, value) in parsed.options {
        match letter {
            b'i' => ignore = true,
            b'0' => zero = true,
            b'u' => unset.push(value.unwrap_or_default()),
            b'C' => cwd = value,
            _ if long == "ignore-signal" => {
                for name in value.unwrap_or_default().split(|byte| *byte == b',') {
                    match super::kill::signal_of(name) {
                        Some(signal) if signal.raw() > 0 => ignored_signals |= signal.bit(),
                        _ => {
                            let text = [&quote::always(name), b": invalid signal".as_slice()];
                            context.say(&text.concat());
                            return context.usage(b"");
                        }
                    }
                }
            }
            _ => {}
        }
    }
    let mut operands = parsed.operands.as_slice();
    if operands.first().is_some_and(|word| word == b"-") {
        ignore = true;
        operands = &operands[1..];
    }
    let mut variables = if ignore { Vec::new() } else { environment() };
    for name in &unset {
        if name.is_empty() || name.contains(&b'=') {
            context.say_quoted("cannot unset", name, sys::Errno::Inval);
            return FAILURE;
        }
        variables.retain(|pair| name_of(pair) != name.as_slice());
    }
    while let Some((pair, rest)) = operands.split_first()
        && pair.contains(&b'=')
    {
        match variables
            .iter_mut()
            .find(|old| name_of(old) == name_of(pair))
        {
            Some(old) => old.clone_from(pair),
            None => variables.push(pair.clone()),
        }
        operands = rest;
    }
    if operands.is_empty() {
        if cwd.is_some() {
            return context.usage(b"must specify command with --chdir (-C)");
        }
        let mut out = Output::stdout();
        for pair in &variables {
            out.put(pair);
            out.put_byte(if zero { 0 } else { b'\n' });
        }
        return out.finish_or(&context, 0, FAILURE);
    }
    if zero {
        return context.usage(b"cannot specify --null (-0) with command");
    }
    if let Some(dir) = &cwd {
        let result = match sys::stat(dir, true) {
            Ok(stat) if is_dir(&stat) => Ok(()),
            Ok(_) => Err(sys::Errno::Notdir),
            Err(errno) => Err(errno),
        };
        if let Err(errno) = result {
            context.say_quoted("cannot change directory to", dir, errno);
            return FAILURE;
        }
    }
    let program = Program {
        argv: operands.to_vec(),
        env: variables,
        cwd: cwd.map(|dir| absolute(&dir)),
        ignored_signals,
    };
    let errno = program.exec();
    let name = &program.argv[0];
    context.say_error(&quote::always(name), errno);
    if errno == sys::Errno::Noent && name.contains(&b' ') {
        context.say(b"use -[v]S to pass options in shebang lines");
    }
    failure_code(errno)
}

fn absolute(dir: &[u8]) -> Vec<u8> {
    if dir.starts_with(b"/") {
        return dir.to_vec();
    }
    let mut path = sys::working_directory().unwrap_or_else(|_| b"/".to_vec());
    path.push(b'/');
    path.extend_from_slice(dir);
    path
}

/// The arguments with each `-S STRING` before the command taken apart.
fn with_split_strings(context: &Context<'_>, args: &Args) -> Result<Args, i32> {
    let mut out: Args = args.iter().take(1).cloned().collect();
    let mut rest = args
        .iter()
        .skip(1)
        .cloned()
        .collect::<std::collections::VecDeque<_>>();
    while let Some(arg) = rest.pop_front() {
        let string = match arg.as_slice() {
            b"-S" | b"--split-string" | b"-vS" => rest.pop_front(),
            [b'-', b'S', tail @ ..] => Some(tail.to_vec()),
            [b'-', b'v', b'S', tail @ ..] => Some(tail.to_vec()),
            text if text.starts_with(b"--split-string=") => Some(text[15..].to_vec()),
            b"-u" | b"-C" | b"--unset" | b"--chdir" => {
                out.push(arg);
                out.extend(rest.pop_front());
                continue;
            }
            [b'-', _, ..] if arg != b"--" => {
                out.push(arg);
                continue;
            }
            _ => {
                out.push(arg);
                break;
            }
        };
        let Some(string) = string else {
            return Err(context.usage(b"option requires an argument -- 'S'"));
        };
        match split(&string) {
            Ok(words) => words
                .into_iter()
                .rev()
                .for_each(|word| rest.push_front(word)),
            Err(text) => {
                context.say(text.as_bytes());
                return Err(FAILURE);
            }
        }
    }
    out.extend(rest);
    Ok(out)
}

const PRINTENV_OPTIONS: &[Opt] = &[Opt::flag(b'0', "null")];

/// Runs `printenv`.
pub fn printenv(args: &Args) -> i32 {
    let context = Context::new(args, "printenv", 2);
    let parsed = match parse(&context, args, PRINTENV_OPTIONS, Order::StopAtOperand) {
        Ok(parsed) => parsed,
        Err(code) => return code,
    };
    let end = if parsed.options.is_empty() { b'\n' } else { 0 };
    let variables = environment();
    let mut out = Output::stdout();
    if parsed.operands.is_empty() {
        for pair in &variables {
            out.put(pair);
            out.put_byte(end);
        }
    }
    let mut missing = false;
    for name in &parsed.operands {
        let found = variables
            .iter()
            .find(|pair| name_of(pair) == name.as_slice());
        match found.and_then(|pair| pair.get(name.len() + 1..)) {
            Some(value) if !name.contains(&b'=') => {
                out.put(value);
                out.put_byte(end);
            }
            _ => missing = true,
        }
    }
    out.finish_or(&context, i32::from(missing), 2)
}
