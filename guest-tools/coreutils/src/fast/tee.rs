//! `tee`.

use super::with_buffer;
use crate::Args;
use crate::cli::{Context, Opt, Order, Output, parse};
use crate::sys::{self, Errno, File, OpenHow};
use crate::text::quote;

const OPTIONS: &[Opt] = &[
    Opt::flag(b'a', "append"),
    Opt::flag(b'i', "ignore-interrupts"),
    Opt::flag(b'p', ""),
    Opt::optional(0, "output-error"),
];

/// What a failed write does.
#[derive(Clone, Copy, PartialEq)]
enum OnError {
    /// As without the option: a broken pipe ends the program.
    Signal,
    Warn,
    WarnNoPipe,
    Exit,
    ExitNoPipe,
}

/// Runs `tee`.
pub fn run(args: &Args) -> i32 {
    let context = Context::new(args, "tee", 1);
    let parsed = match parse(&context, args, OPTIONS, Order::Permute) {
        Ok(parsed) => parsed,
        Err(code) => return code,
    };
    let (mut append, mut on_error) = (false, OnError::Signal);
    for (letter, _, value) in parsed.options {
        match (letter, value.as_deref()) {
            (b'a', _) => append = true,
            (b'i', _) => ignore_signal(2),
            (b'p', _) | (_, None) => on_error = OnError::WarnNoPipe,
            (_, Some(b"warn")) => on_error = OnError::Warn,
            (_, Some(b"warn-nopipe")) => on_error = OnError::WarnNoPipe,
            (_, Some(b"exit")) => on_error = OnError::Exit,
            (_, Some(b"exit-nopipe")) => on_error = OnError::ExitNoPipe,
            (_, Some(other)) => {
                let text = [
                    b"invalid argument ".as_slice(),
                    &quote::always(other),
                    b" for '--output-error'\nValid arguments are:\n  - 'warn'\n  - 'warn-nopipe'\n  - 'exit'\n  - 'exit-nopipe'",
                ];
                return context.usage(&text.concat());
            }
        }
    }
    if on_error != OnError::Signal {
        ignore_signal(13);
    }
    let mut code = 0;
    let how = OpenHow {
        append,
        truncate: !append,
        ..OpenHow::CREATE
    };
    let mut outputs = vec![(b"standard output".to_vec(), None, Output::stdout())];
    for path in &parsed.operands {
        match File::open(path, how) {
            Ok(file) => {
                let out = Output::new(file.fd());
                outputs.push((path.clone(), Some(file), out));
            }
            Err(errno) => {
                context.say_error(&quote::if_needed(path), errno);
                code = 1;
                if matches!(on_error, OnError::Exit | OnError::ExitNoPipe) {
                    return 1;
                }
            }
        }
    }
    let copied = with_buffer(|buf| {
        loop {
            let got = match sys::read(0, buf) {
                Ok(0) => return Ok(()),
                Ok(got) => got,
                Err(Errno::Intr) => continue,
                Err(errno) => {
                    context.say_error(b"read error", errno);
                    return Err(1);
                }
            };
            let mut failed = false;
            for (name, path, out) in &mut outputs {
                out.put_through(&buf[..got]);
                if let Some(errno) = out.error() {
                    failed = true;
                    let no_pipe = matches!(on_error, OnError::WarnNoPipe | OnError::ExitNoPipe);
                    if errno == Errno::Pipe && no_pipe {
                        continue;
                    }
                    let name = match path {
                        None => quote::always(name),
                        Some(_) => quote::if_needed(name),
                    };
                    context.say_error(&name, errno);
                    code = 1;
                    if matches!(on_error, OnError::Exit | OnError::ExitNoPipe) {
                        return Err(1);
                    }
                }
            }
            if failed {
                outputs.retain(|(_, _, out)| !out.failed());
                if outputs.is_empty() {
                    return Ok(());
                }
            }
        }
    });
    copied.map_or_else(|failure| failure, |()| code)
}

#[cfg(target_os = "wasi")]
fn ignore_signal(signal: u32) {
    let ignore = wardian_abi::Disposition::Ignore as u32;
    let _ = wardian_abi::imports::signal_action(signal, ignore);
}

#[cfg(not(target_os = "wasi"))]
fn ignore_signal(_signal: u32) {}
