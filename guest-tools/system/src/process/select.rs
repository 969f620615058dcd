//! `pgrep`, `pkill`, `pidof`, `killall`.

use super::table::{Process, processes, user_id};
use crate::kernel;
use regex_automata::meta::Regex;
use regex_automata::util::syntax;
use wardian_abi::Signal;
use wardian_applet::Args;
use wardian_applet::cli::{Context, Opt, Order, Output, parse};
use wardian_posix_regex::{Syntax, translate};

#[rustfmt::skip]
const OPTIONS: &[Opt] = &[
    Opt::value(b'd', "delimiter"),
    Opt::flag(b'l', "list-name"),
    Opt::flag(b'a', "list-full"),
    Opt::flag(b'v', "inverse"),
    Opt::flag(b'c', "count"),
    Opt::flag(b'f', "full"),
    Opt::value(b'g', "pgroup"),
    Opt::value(b'G', "group"),
    Opt::flag(b'i', "ignore-case"),
    Opt::flag(b'n', "newest"),
    Opt::flag(b'o', "oldest"),
    Opt::value(b'P', "parent"),
    Opt::value(b's', "session"),
    Opt::value(1, "signal"),
    Opt::value(b't', "terminal"),
    Opt::value(b'u', "euid"),
    Opt::value(b'U', "uid"),
    Opt::flag(b'x', "exact"),
    Opt::flag(b'e', "echo"),
    Opt::flag(b'w', "lightweight"),
    Opt::flag(b'A', "ignore-ancestors"),
];

/// A signal's number, `TERM` or `SIGTERM`; 0 is none.
pub fn signal_number(text: &[u8]) -> Option<u32> {
    let text = std::str::from_utf8(text).ok()?;
    if let Ok(number) = text.parse::<u32>() {
        return (number <= 64).then_some(number);
    }
    let upper = text.to_ascii_uppercase();
    let signal = Signal::from_name(upper.strip_prefix("SIG").unwrap_or(&upper))?;
    Some(signal.raw().into())
}

/// The arguments without `-SIGNAL`, and the signal.
fn take_signal(args: &Args) -> (Args, u32) {
    let mut signal = 15;
    let mut out = Args::new();
    for (index, arg) in args.iter().enumerate() {
        let body = arg.strip_prefix(b"-").filter(|_| index > 0);
        let number =
            body.filter(|body| body.len() > 1 || body.first().is_some_and(u8::is_ascii_digit));
        match number.and_then(signal_number) {
            Some(number) => signal = number,
            None => out.push(arg.clone()),
        }
    }
    (out, signal)
}

/// Runs `pgrep`.
pub fn pgrep(args: &Args) -> i32 {
    grep(args, "pgrep", None)
}

/// Runs `pkill`.
pub fn pkill(args: &Args) -> i32 {
    let (args, signal) = take_signal(args);
    grep(&args, "pkill", Some(signal))
}

fn grep(args: &Args, name: &'static str, kill: Option<u32>) -> i32 {
    let context = Context::new(args, name, 2);
    let parsed = match parse(&context, args, OPTIONS, Order::Permute) {
        Ok(parsed) => parsed,
        Err(code) => return code,
    };
    let mut signal = kill;
    let (mut delimiter, mut list, mut full_list, mut inverse, mut count) =
        (b"\n".to_vec(), false, false, false, false);
    let (mut full, mut ignore, mut newest, mut oldest, mut exact, mut echo) =
        (false, false, false, false, false, false);
    let mut tests: Vec<(u8, Vec<u32>)> = Vec::new();
    for (letter, _, value) in parsed.options {
        let value = value.unwrap_or_default();
        match letter {
            b'd' => delimiter = value,
            b'l' => list = true,
            b'a' => full_list = true,
            b'v' => inverse = true,
            b'c' => count = true,
            b'f' => full = true,
            b'i' => ignore = true,
            b'n' => newest = true,
            b'o' => oldest = true,
            b'x' => exact = true,
            b'e' => echo = true,
            b'g' | b'G' | b'P' | b's' | b'u' | b'U' => {
                let words = value.split(|byte| *byte == b',');
                let ids: Option<Vec<u32>> = words.map(user_id).collect();
                let Some(ids) = ids else {
                    let text = [b"invalid user name: ".as_slice(), &value];
                    context.say(&text.concat());
                    return 2;
                };
                tests.push((letter, ids));
            }
            1 => match signal_number(&value) {
                Some(number) => signal = signal.map(|_| number),
                None => {
                    context.say(&[b"Unknown signal \"".as_slice(), &value, b"\"."].concat());
                    return 2;
                }
            },
            _ => {}
        }
    }
    let hint = |text: &str| {
        let mut err = Output::new(2);
        err.put(format!("{name}: {text}\nTry `{name} --help' for more information.\n").as_bytes());
        err.flush();
        2
    };
    let pattern = match parsed.operands.as_slice() {
        [] if tests.is_empty() && !(newest || oldest) => {
            return hint("no matching criteria specified");
        }
        [] => None,
        [pattern] => match regex(pattern, ignore, exact) {
            Some(regex) => Some(regex),
            None => {
                context.say(b"invalid regular expression");
                return 2;
            }
        },
        _ => return hint("only one pattern can be provided"),
    };
    let own = kernel::identity().0;
    let fits = |process: &Process| {
        let text = if full {
            process.command_line()
        } else {
            process.comm.clone()
        };
        let id = |letter: u8| match letter {
            b'g' => process.group,
            b'G' => process.gid,
            b'P' => process.parent,
            b's' => process.session,
            _ => process.uid,
        };
        let fit = pattern.as_ref().is_none_or(|regex| regex.is_match(&text))
            && tests.iter().all(|(letter, ids)| ids.contains(&id(*letter)));
        process.pid != own && fit != inverse
    };
    let mut found: Vec<Process> = processes()
        .into_iter()
        .filter(|process| fits(process))
        .collect();
    if newest || oldest {
        let chosen = if newest {
            found
                .iter()
                .max_by_key(|process| (process.start, process.pid))
                .cloned()
        } else {
            found
                .iter()
                .min_by_key(|process| (process.start, process.pid))
                .cloned()
        };
        found = chosen.into_iter().collect();
    }
    let mut out = Output::stdout();
    if let Some(signal) = signal {
        for process in &found {
            if let Err(errno) = kernel::kill(process.pid as i32, signal) {
                let text = format!("killing pid {} failed", process.pid);
                context.say_error(text.as_bytes(), errno);
            } else if echo {
                let pid = format!(" killed (pid {})\n", process.pid);
                out.put(&[&process.comm, pid.as_bytes()].concat());
            }
        }
    }
    if count {
        out.put(format!("{}\n", found.len()).as_bytes());
    } else if signal.is_none() && !found.is_empty() {
        let row = |process: &Process| {
            let mut row = process.pid.to_string().into_bytes();
            if list || full_list {
                row.push(b' ');
                row.extend(if full_list {
                    process.command_line()
                } else {
                    process.comm.clone()
                });
            }
            row
        };
        let rows: Vec<Vec<u8>> = found.iter().map(row).collect();
        out.put(&rows.join(delimiter.as_slice()));
        out.put_byte(b'\n');
    }
    out.finish(&context, i32::from(found.is_empty()))
}

fn regex(pattern: &[u8], ignore: bool, exact: bool) -> Option<Regex> {
    let rules = Syntax {
        extended: true,
        unicode: false,
        zero: false,
    };
    let translated = translate(pattern, &rules, 0).ok()?.regex;
    let text = if exact {
        format!("\\A(?:{translated})\\z")
    } else {
        translated
    };
    let settings = syntax::Config::new()
        .unicode(false)
        .utf8(false)
        .case_insensitive(ignore);
    Regex::builder()
        .configure(Regex::config().utf8_empty(false))
        .syntax(settings)
        .build(&text)
        .ok()
}

/// Runs `pidof`.
pub fn pidof(args: &Args) -> i32 {
    #[rustfmt::skip]
    const OPTIONS: &[Opt] = &[
        Opt::flag(b's', "single-shot"), Opt::flag(b'c', "check-root"), Opt::flag(b'x', ""), Opt::flag(b'q', ""),
        Opt::flag(b'w', "with-workers"), Opt::value(b'o', "omit-pid"), Opt::value(b'S', "separator"),
    ];
    let context = Context::new(args, "pidof", 1);
    let parsed = match parse(&context, args, OPTIONS, Order::Permute) {
        Ok(parsed) => parsed,
        Err(code) => return code,
    };
    let (mut single, mut separator, mut quiet, mut omit) =
        (false, b" ".to_vec(), false, Vec::new());
    for (letter, _, value) in parsed.options {
        match letter {
            b's' => single = true,
            b'q' => quiet = true,
            b'S' => separator = value.unwrap_or_default(),
            b'o' => omit.extend(
                value
                    .unwrap_or_default()
                    .split(|byte| *byte == b',')
                    .map(<[u8]>::to_vec),
            ),
            _ => {}
        }
    }
    let all = processes();
    let mut found = Vec::new();
    for name in &parsed.operands {
        let base = |path: &[u8]| {
            path.rsplit(|byte| *byte == b'/')
                .next()
                .unwrap_or_default()
                .to_vec()
        };
        let fit = |process: &&Process| {
            let first = process.arguments.first();
            let program = first.is_some_and(|arg| arg == name || base(arg) == *name);
            program || process.arguments.is_empty() && process.comm == *name
        };
        let pids = all
            .iter()
            .rev()
            .filter(fit)
            .map(|process| process.pid.to_string().into_bytes());
        found.extend(pids.filter(|pid| !omit.contains(pid)));
    }
    if single {
        found.truncate(1);
    }
    let mut out = Output::stdout();
    if !found.is_empty() && !quiet {
        out.put(&found.join(separator.as_slice()));
        out.put_byte(b'\n');
    }
    out.finish(&context, i32::from(found.is_empty()))
}

/// Runs `killall`.
pub fn killall(args: &Args) -> i32 {
    #[rustfmt::skip]
    const OPTIONS: &[Opt] = &[
        Opt::flag(b'e', "exact"), Opt::flag(b'I', "ignore-case"), Opt::flag(b'g', "process-group"), Opt::flag(b'i', "interactive"),
        Opt::flag(b'l', "list"), Opt::flag(b'q', "quiet"), Opt::flag(b'r', "regexp"), Opt::value(b's', "signal"),
        Opt::value(b'u', "user"), Opt::flag(b'v', "verbose"), Opt::flag(b'w', "wait"), Opt::value(b'o', "older-than"), Opt::value(b'y', "younger-than"),
    ];
    let (args, mut signal) = take_signal(args);
    let context = Context::new(&args, "killall", 1);
    let parsed = match parse(&context, &args, OPTIONS, Order::Permute) {
        Ok(parsed) => parsed,
        Err(code) => return code,
    };
    let (mut quiet, mut verbose, mut fold, mut regexp, mut user) =
        (false, false, false, false, None);
    for (letter, _, value) in parsed.options {
        let value = value.unwrap_or_default();
        match letter {
            b'q' => quiet = true,
            b'v' => verbose = true,
            b'I' => fold = true,
            b'r' => regexp = true,
            b'u' => user = user_id(&value),
            b'l' => {
                let names = (1..=31)
                    .filter_map(Signal::from_raw)
                    .filter_map(Signal::name);
                let mut out = Output::stdout();
                out.put(names.collect::<Vec<_>>().join(" ").as_bytes());
                out.put_byte(b'\n');
                return out.finish(&context, 0);
            }
            b's' => match signal_number(&value) {
                Some(number) => signal = number,
                None => {
                    context.say(
                        &[
                            &value,
                            b": unknown signal; killall -l lists signals.".as_slice(),
                        ]
                        .concat(),
                    );
                    return 1;
                }
            },
            _ => {}
        }
    }
    if parsed.operands.is_empty() && user.is_none() {
        return context.usage(b"");
    }
    let own = kernel::identity().0;
    let all = processes();
    let mut code = 0;
    for name in &parsed.operands {
        let pattern = if regexp {
            regex(name, fold, false)
        } else {
            None
        };
        let short = &name[..name.len().min(15)];
        let fit = |process: &&Process| {
            let same = match &pattern {
                Some(regex) => regex.is_match(&process.comm),
                None if fold => process.comm.eq_ignore_ascii_case(short),
                None => process.comm == short,
            };
            same && process.pid != own && user.is_none_or(|user| user == process.uid)
        };
        let mut any = false;
        for process in all.iter().filter(fit) {
            match kernel::kill(process.pid as i32, signal) {
                Ok(()) => {
                    any = true;
                    if verbose {
                        let text = format!(
                            "Killed {}({}) with signal {signal}",
                            String::from_utf8_lossy(&process.comm),
                            process.pid
                        );
                        context_line(&text);
                    }
                }
                Err(errno) => {
                    let pid = format!("({})", process.pid);
                    context_line(&format!(
                        "{}{pid}: {}",
                        String::from_utf8_lossy(&process.comm),
                        errno.message()
                    ));
                }
            }
        }
        if !any {
            code = 1;
            if !quiet {
                context_line(&format!(
                    "{}: no process found",
                    String::from_utf8_lossy(name)
                ));
            }
        }
    }
    code
}

fn context_line(text: &str) {
    let mut err = Output::new(2);
    err.put(text.as_bytes());
    err.put_byte(b'\n');
    err.flush();
}
