//! `kill`.

use crate::Args;
use crate::cli::{Context, Output};
use crate::text::quote;
use wardian_abi::Signal;

/// A signal's number, `TERM` or `SIGTERM`.
pub fn signal_of(text: &[u8]) -> Option<Signal> {
    let text = std::str::from_utf8(text).ok()?;
    if let Ok(number) = text.parse::<u32>() {
        // An exit code of 128 + n stands for signal n.
        return Signal::from_raw(if number > 128 { number - 128 } else { number });
    }
    let upper = text.to_ascii_uppercase();
    Signal::from_name(upper.strip_prefix("SIG").unwrap_or(&upper))
}

fn name(signal: Signal) -> String {
    signal
        .name()
        .map_or_else(|| signal.raw().to_string(), str::to_owned)
}

/// Runs `kill`.
pub fn kill(args: &Args) -> i32 {
    let context = Context::new(args, "kill", 1);
    let mut rest = args.get(1..).unwrap_or_default();
    let (mut signal, mut list) = (Some(0xff), false);
    let mut chosen: Option<Vec<u8>> = None;
    while let Some((word, tail)) = rest.split_first() {
        match word.as_slice() {
            b"--help" => return context.help(),
            b"--version" => return context.version(),
            b"--" => {
                rest = tail;
                break;
            }
            b"-l" | b"--list" | b"-L" | b"-t" | b"--table" => {
                list = true;
                rest = tail;
                continue;
            }
            b"-s" | b"-n" | b"--signal" => {
                let Some((value, tail)) = tail.split_first() else {
                    return context.usage(b"option requires an argument -- 's'");
                };
                chosen = Some(value.clone());
                rest = tail;
                continue;
            }
            text if text.starts_with(b"--signal=") => chosen = Some(text[9..].to_vec()),
            [b'-', body @ ..] if chosen.is_none() && !body.is_empty() && !list => {
                chosen = Some(body.to_vec());
            }
            _ => break,
        }
        rest = tail;
    }
    if list {
        return print_list(&context, rest);
    }
    if let Some(text) = chosen {
        signal = match text.as_slice() {
            b"0" | b"EXIT" => Some(0),
            text => signal_of(text).map(|signal| u32::from(signal.raw())),
        };
        if signal.is_none() {
            return context
                .usage(&[&quote::always(&text), b": invalid signal".as_slice()].concat());
        }
    }
    let number = match signal {
        Some(0xff) | None => u32::from(Signal::TERM.raw()),
        Some(number) => number,
    };
    if rest.is_empty() {
        return context.usage(b"no process ID specified");
    }
    let mut code = 0;
    for text in rest {
        match std::str::from_utf8(text)
            .ok()
            .and_then(|t| t.parse::<i32>().ok())
        {
            None => {
                let text = [&quote::always(text), b": invalid process id".as_slice()];
                context.say(&text.concat());
                code = 1;
            }
            Some(pid) => {
                if let Err(errno) = send(pid, number) {
                    context.say_error(&quote::always(text), errno);
                    code = 1;
                }
            }
        }
    }
    code
}

#[cfg(target_os = "wasi")]
fn send(pid: i32, signal: u32) -> Result<(), wardian_abi::Errno> {
    wardian_abi::imports::kill(pid, signal)
}

#[cfg(not(target_os = "wasi"))]
fn send(_pid: i32, _signal: u32) -> Result<(), wardian_abi::Errno> {
    Err(wardian_abi::Errno::Nosys)
}

fn print_list(context: &Context<'_>, wanted: &[Vec<u8>]) -> i32 {
    let (mut out, mut code) = (Output::stdout(), 0);
    if wanted.is_empty() {
        for signal in (1..=31).filter_map(Signal::from_raw) {
            out.put(format!("{}\n", name(signal)).as_bytes());
        }
    }
    for text in wanted {
        match signal_of(text) {
            Some(signal) if text.first().is_some_and(u8::is_ascii_digit) => {
                out.put(format!("{}\n", name(signal)).as_bytes());
            }
            Some(signal) => out.put(format!("{}\n", signal.raw()).as_bytes()),
            None => {
                context.say(&[&quote::always(text), b": invalid signal".as_slice()].concat());
                code = 1;
            }
        }
    }
    out.finish(context, code)
}
