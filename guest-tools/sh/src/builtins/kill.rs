//! `kill`: sends signals to processes and jobs.

use super::trap::{print_signals, signal_name, signal_number};
use crate::exec::{Run, Shell};
use crate::sys;
use crate::text::parse_int;

const TERM: u32 = 15;

/// `kill`
pub fn kill(sh: &mut Shell, args: &[Vec<u8>]) -> Run {
    let mut signal = TERM;
    let mut at = 1;
    while let Some(arg) = args.get(at) {
        match arg.as_slice() {
            b"-l" | b"-L" => return list(sh, &args[at + 1..]),
            b"-s" | b"-n" => {
                let Some(name) = args.get(at + 1) else {
                    return sh.fail_on(b"kill", arg, "option requires an argument");
                };
                match parse_signal(name) {
                    Some(number) => signal = number,
                    None => return invalid(sh, name),
                }
                at += 2;
            }
            b"--" => {
                at += 1;
                break;
            }
            b"-?" => return sh.usage(b"kill"),
            [b'-', name @ ..] if at == 1 && !name.is_empty() => {
                let name = match name {
                    [b's' | b'n', rest @ ..]
                        if parse_signal(name).is_none() && !rest.is_empty() =>
                    {
                        rest
                    }
                    name => name,
                };
                match parse_signal(name) {
                    Some(number) => signal = number,
                    None => return invalid(sh, name),
                }
                at += 1;
            }
            _ => break,
        }
    }
    let targets = &args[at.min(args.len())..];
    if targets.is_empty() {
        return sh.usage(b"kill");
    }
    let mut sent = false;
    let mut status = 1;
    sh.flush_out();
    for target in targets {
        if send(sh, target, signal)? == 0 {
            sent = true;
        }
    }
    if sent {
        status = 0;
    }
    let status = if targets.len() == 1 || !sent {
        status
    } else {
        0
    };
    if signal != 0 {
        sh.status = status;
        sh.run_pending_traps()?;
    }
    Ok(status)
}

fn send(sh: &mut Shell, target: &[u8], signal: u32) -> Run {
    let pid = match target {
        [b'%', ..] => match sh.jobs.find(target) {
            Some(job) => {
                let pid = i64::from(job.process.pid);
                for process in &job.before {
                    let _ = sys::kill(process.pid as i32, signal);
                }
                pid
            }
            None => return sh.fail_on(b"kill", target, "no such job"),
        },
        _ => match parse_int(target) {
            Some(pid) => pid,
            None if target.is_empty() => {
                return sh.fail(b"kill", b"`': not a pid or valid job spec", 1);
            }
            None => return sh.fail_on(b"kill", target, "arguments must be process or job IDs"),
        },
    };
    let result = match i32::try_from(pid) {
        Ok(pid) => sys::kill(pid, signal),
        Err(_) => Err(sys::Errno::Srch),
    };
    match result {
        Ok(()) => Ok(0),
        Err(errno) => {
            let message = format!("kill: ({pid}) - {}", errno.message());
            sh.complain(message.as_bytes());
            Ok(1)
        }
    }
}

fn invalid(sh: &mut Shell, name: &[u8]) -> Run {
    sh.fail_on(b"kill", name, "invalid signal specification")
}

fn parse_signal(text: &[u8]) -> Option<u32> {
    match parse_int(text) {
        Some(number) => u32::try_from(number).ok().filter(|number| *number <= 64),
        None if text.eq_ignore_ascii_case(b"EXIT") => Some(0),
        None => signal_number(text),
    }
}

fn list(sh: &mut Shell, names: &[Vec<u8>]) -> Run {
    if names.is_empty() {
        print_signals(sh);
        return Ok(0);
    }
    let mut status = 0;
    for name in names {
        let text = match parse_int(name) {
            Some(0) => Some("EXIT".to_string()),
            Some(number) => {
                let number = if number > 128 { number - 128 } else { number };
                u32::try_from(number).ok().and_then(signal_name)
            }
            None if name.eq_ignore_ascii_case(b"EXIT") => Some("0".to_string()),
            None => signal_number(name).map(|number| number.to_string()),
        };
        match text {
            Some(text) => sh.print(format!("{text}\n").as_bytes()),
            None => status = invalid(sh, name)?,
        }
    }
    Ok(status)
}
