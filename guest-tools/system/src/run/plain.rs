//! Tools that run a command as it is, since there is nothing to set:
//! `setsid`, `taskset`, `ionice`, `chrt`, `renice`; and `logger`, `man`.

use crate::kernel;
use wardian_applet::Args;
use wardian_applet::cli::{Context, Output};
use wardian_applet::program::{Program, failure_code};
use wardian_applet::sys;

fn exec(context: &Context<'_>, command: &[Vec<u8>]) -> i32 {
    let errno = Program::new(command).exec();
    context.say_error(
        &[b"failed to execute ".as_slice(), &command[0]].concat(),
        errno,
    );
    failure_code(errno)
}

/// Splits off leading options; those in `with_value` take the next argument.
fn options<'a>(args: &'a Args, with_value: &[u8]) -> (Vec<u8>, &'a [Vec<u8>]) {
    let mut letters = Vec::new();
    let mut rest = args.get(1..).unwrap_or_default();
    while let [arg, tail @ ..] = rest {
        match arg.as_slice() {
            b"--" => {
                rest = tail;
                break;
            }
            [b'-', b'-', ..] => rest = tail,
            [b'-', body @ ..] if !body.is_empty() => {
                letters.extend_from_slice(body);
                rest = tail;
                let last = body[body.len() - 1];
                if body.len() == 1 && with_value.contains(&last) && !rest.is_empty() {
                    rest = &rest[1..];
                }
            }
            _ => break,
        }
    }
    (letters, rest)
}

/// Runs `setsid`.
pub fn setsid(args: &Args) -> i32 {
    let context = Context::new(args, "setsid", 1);
    let (letters, command) = options(args, b"");
    if command.is_empty() {
        return context.usage(b"no command specified");
    }
    let program = Program::new(command);
    if letters.contains(&b'f') && !letters.contains(&b'w') {
        return match program.spawn(true) {
            Ok(_) => 0,
            Err(errno) => {
                context.say_error(
                    &[b"failed to execute ".as_slice(), &command[0]].concat(),
                    errno,
                );
                failure_code(errno)
            }
        };
    }
    kernel::own_group();
    exec(&context, command)
}

/// Runs `ionice`.
pub fn ionice(args: &Args) -> i32 {
    let context = Context::new(args, "ionice", 1);
    let asks = args.iter().any(|arg| arg.starts_with(b"-p"));
    let (_, command) = options(args, b"cnpPu");
    if command.is_empty() || asks {
        let mut out = Output::stdout();
        out.put(b"none: prio 0\n");
        return out.finish(&context, 0);
    }
    exec(&context, command)
}

fn processors() -> (String, String) {
    let count = kernel::machine().processors.clamp(1, 64);
    let mask = if count == 64 {
        u64::MAX
    } else {
        (1 << count) - 1
    };
    let list = if count > 1 {
        format!("0-{}", count - 1)
    } else {
        "0".to_owned()
    };
    (format!("{mask:x}"), list)
}

/// Runs `taskset`.
pub fn taskset(args: &Args) -> i32 {
    let context = Context::new(args, "taskset", 1);
    let (letters, rest) = options(args, b"");
    if letters.contains(&b'p') {
        let Some(pid) = rest.last() else {
            return context.usage(b"bad usage");
        };
        let (mask, list) = processors();
        let list = if list == "0-1" {
            "0,1".to_owned()
        } else {
            list
        };
        let (what, value) = if letters.contains(&b'c') {
            ("list", list)
        } else {
            ("mask", mask)
        };
        let text = format!(
            "pid {}'s current affinity {what}: {value}\n",
            String::from_utf8_lossy(pid)
        );
        let mut out = Output::stdout();
        out.put(text.as_bytes());
        return out.finish(&context, 0);
    }
    match rest {
        [_, command @ ..] if !command.is_empty() => exec(&context, command),
        _ => context.usage(b"bad usage"),
    }
}

/// Runs `chrt`.
pub fn chrt(args: &Args) -> i32 {
    let context = Context::new(args, "chrt", 1);
    let (letters, rest) = options(args, b"TPD");
    if letters.contains(&b'p') {
        let pid = String::from_utf8_lossy(rest.last().map_or(b"", Vec::as_slice)).into_owned();
        let text = format!(
            "pid {pid}'s current scheduling policy: SCHED_OTHER\npid {pid}'s current scheduling priority: 0\n"
        );
        let mut out = Output::stdout();
        out.put(text.as_bytes());
        return out.finish(&context, 0);
    }
    match rest {
        [_, command @ ..] if !command.is_empty() => exec(&context, command),
        _ => context.usage(b"bad usage"),
    }
}

/// Runs `renice`: says what it would do; there is no priority.
pub fn renice(args: &Args) -> i32 {
    let context = Context::new(args, "renice", 1);
    let mut words = args.get(1..).unwrap_or_default();
    let mut priority = None;
    while let [word, rest @ ..] = words {
        match word.as_slice() {
            b"-n" | b"--priority" | b"--relative" => {
                priority = rest.first().cloned();
                words = rest.get(1..).unwrap_or_default();
            }
            b"-p" | b"--pid" | b"-g" | b"-u" => words = rest,
            _ if priority.is_none() => (priority, words) = (Some(word.clone()), rest),
            _ => break,
        }
    }
    let pids: Vec<&Vec<u8>> = words
        .iter()
        .filter(|word| word.as_slice() != b"-p")
        .collect();
    let (Some(priority), false) = (priority, pids.is_empty()) else {
        return context.usage(b"not enough arguments");
    };
    let text = String::from_utf8_lossy(&priority).into_owned();
    let Ok(number) = text.parse::<i32>() else {
        context.say(format!("invalid priority '{text}'").as_bytes());
        return context.usage(b"");
    };
    let mut out = Output::stdout();
    let mut code = 0;
    for pid in pids {
        let text = String::from_utf8_lossy(pid).into_owned();
        let known = text.parse::<i32>().ok();
        match known.map(|pid| kernel::kill(pid, 0)) {
            Some(Ok(())) => {
                let line = format!(
                    "{text} (process ID) old priority 0, new priority {}\n",
                    number.clamp(-20, 19)
                );
                out.put(line.as_bytes());
            }
            Some(Err(errno)) => {
                out.flush();
                context.say_error(
                    format!("failed to get priority for {text} (process ID)").as_bytes(),
                    errno,
                );
                code = 1;
            }
            None => {
                context.say(format!("bad process ID value: {text}").as_bytes());
                code = 1;
            }
        }
    }
    out.finish(&context, code)
}

/// Runs `logger`: there is no log; `-s` shows the message.
pub fn logger(args: &Args) -> i32 {
    let context = Context::new(args, "logger", 1);
    let (letters, words) = options(args, b"tpfinPSu");
    let mut text = words.join(b" ".as_slice());
    if words.is_empty() {
        let _ = sys::File::stdin().read_to_end(&mut text);
    }
    if letters.contains(&b's') {
        let tag = args
            .windows(2)
            .find(|pair| pair[0] == b"-t")
            .map(|pair| pair[1].clone());
        let tag =
            tag.or_else(|| std::env::var_os("USER").map(std::ffi::OsString::into_encoded_bytes));
        let mut err = Output::new(2);
        for line in text
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty())
        {
            err.put(
                &[
                    b"<13>".as_slice(),
                    tag.as_deref().unwrap_or(b"root"),
                    b": ",
                    line,
                    b"\n",
                ]
                .concat(),
            );
        }
        err.finish(&context, 0);
    }
    0
}

/// Runs `man`: there are no pages.
pub fn man(args: &Args) -> i32 {
    let mut names = args.iter().skip(1).filter(|arg| !arg.starts_with(b"-"));
    let mut err = Output::new(2);
    match names.next_back() {
        None => err.put(b"What manual page do you want?\nFor example, try 'man man'.\n"),
        Some(name) => {
            let text: [&[u8]; 5] = [
                b"No manual entry for ",
                name,
                b"\nThe sandbox has no manual pages; try '",
                name,
                b" --help'.\n",
            ];
            err.put(&text.concat());
        }
    }
    err.flush();
    if args.len() > 1 { 16 } else { 1 }
}
