//! `timeout`.

use super::duration::parse_duration;
use super::kill::signal_of;
use crate::Args;
use crate::cli::{Context, Opt, Order, parse};
use crate::program::{Program, failure_code};
use crate::text::quote;
use wardian_abi::Signal;

const OPTIONS: &[Opt] = &[
    Opt::value(b'k', "kill-after"),
    Opt::value(b's', "signal"),
    Opt::flag(b'v', "verbose"),
    Opt::flag(0, "foreground"),
    Opt::flag(0, "preserve-status"),
];

/// Exit code when `timeout` itself fails.
const FAILURE: i32 = 125;

/// What to do when the time is over.
pub struct Plan {
    /// Time before the signal; 0: none is sent.
    pub after_ns: u64,
    /// Time from the signal to KILL, if any.
    pub kill_after_ns: Option<u64>,
    /// The signal.
    pub signal: Signal,
    /// Tell of each signal sent.
    pub verbose: bool,
    /// Stay in the group of the caller.
    pub foreground: bool,
    /// Give the command's exit code even after the signal.
    pub preserve_status: bool,
}

/// Runs `timeout`.
pub fn timeout(args: &Args) -> i32 {
    let context = Context::new(args, "timeout", FAILURE);
    let parsed = match parse(&context, args, OPTIONS, Order::StopAtOperand) {
        Ok(parsed) => parsed,
        Err(code) => return code,
    };
    let mut plan = Plan {
        after_ns: 0,
        kill_after_ns: None,
        signal: Signal::TERM,
        verbose: false,
        foreground: false,
        preserve_status: false,
    };
    let interval = |text: &[u8]| {
        parse_duration(text).ok_or_else(|| {
            let text = [b"invalid time interval ".as_slice(), &quote::always(text)];
            context.usage(&text.concat())
        })
    };
    for (letter, long, value) in parsed.options {
        let text = value.unwrap_or_default();
        match (letter, long) {
            (b'k', _) => match interval(&text) {
                Ok(ns) => plan.kill_after_ns = Some(ns),
                Err(code) => return code,
            },
            (b's', _) => match signal_of(&text) {
                Some(signal) => plan.signal = signal,
                None => {
                    let text = [&quote::always(&text), b": invalid signal".as_slice()];
                    return context.usage(&text.concat());
                }
            },
            (b'v', _) => plan.verbose = true,
            (_, "foreground") => plan.foreground = true,
            _ => plan.preserve_status = true,
        }
    }
    let [after, command @ ..] = parsed.operands.as_slice() else {
        return context.usage(b"");
    };
    if command.is_empty() {
        return context.usage(b"");
    }
    plan.after_ns = match interval(after) {
        Ok(ns) => ns,
        Err(code) => return code,
    };
    let program = Program::new(command);
    match program.spawn(!plan.foreground) {
        Ok(child) => watch(&context, &plan, &command[0], child.fd, child.pid),
        Err(errno) => {
            context.say_quoted("failed to run command", &command[0], errno);
            failure_code(errno)
        }
    }
}

#[cfg(target_os = "wasi")]
fn watch(context: &Context<'_>, plan: &Plan, command: &[u8], fd: u32, pid: u32) -> i32 {
    use crate::sys::{self, Errno};
    use wardian_abi::{Disposition, imports};

    const FORWARDED: [Signal; 4] = [Signal::TERM, Signal::INT, Signal::HUP, Signal::QUIT];
    let target = if plan.foreground {
        pid as i32
    } else {
        -(pid as i32)
    };
    let send = |signal: Signal, tell: bool| {
        if tell {
            let name = signal
                .name()
                .map_or_else(|| signal.raw().to_string(), str::to_owned);
            let text = format!("sending signal {name} to command ");
            context.say(&[text.as_bytes(), &quote::always(command)].concat());
        }
        let _ = imports::kill(target, signal.raw().into());
        if signal != Signal::KILL && signal != Signal::CONT {
            let _ = imports::kill(target, Signal::CONT.raw().into());
        }
    };
    for signal in FORWARDED {
        let _ = imports::signal_action(signal.raw().into(), Disposition::Catch as u32);
    }
    let (mut timed_out, mut next) = (false, plan.signal);
    let mut limit = (plan.after_ns > 0).then_some(plan.after_ns);
    let mut started = sys::monotonic_ns();
    loop {
        let left = limit.map(|limit| limit.saturating_sub(sys::monotonic_ns() - started));
        match sys::wait_readable(Some(fd), left) {
            Ok(true) => break,
            Ok(false) if left.is_some() => {
                send(next, plan.verbose);
                timed_out = true;
                // Only a second signal can be due, and only KILL.
                limit = plan
                    .kill_after_ns
                    .filter(|ns| *ns > 0 && next != Signal::KILL);
                next = Signal::KILL;
                started = sys::monotonic_ns();
            }
            Ok(false) => {}
            Err(Errno::Intr) => {
                let caught = imports::signal_take();
                for signal in FORWARDED {
                    if caught & signal.bit() != 0 {
                        send(signal, false);
                    }
                }
            }
            Err(errno) => {
                context.say_error(b"error waiting for command", errno);
                return FAILURE;
            }
        }
    }
    let status = match imports::wait(fd, 0) {
        Ok(status) => status,
        Err(errno) => {
            context.say_error(b"error waiting for command", errno);
            return FAILURE;
        }
    };
    let killed = status.signal == u32::from(Signal::KILL.raw());
    if timed_out && !plan.preserve_status && !killed {
        return 124;
    }
    status.exit_code as i32
}

#[cfg(not(target_os = "wasi"))]
fn watch(_: &Context<'_>, _: &Plan, _: &[u8], _fd: u32, _pid: u32) -> i32 {
    FAILURE
}
