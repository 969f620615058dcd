//! `touch`.

use crate::Args;
use crate::cli::{Context, Opt, Order, parse};
use crate::sys::{self, Errno, OpenHow, SetTime};
use crate::text::{date, quote};

const OPTIONS: &[Opt] = &[
    Opt::flag(b'a', ""),
    Opt::flag(b'c', "no-create"),
    Opt::value(b'd', "date"),
    Opt::flag(b'f', ""),
    Opt::flag(b'h', "no-dereference"),
    Opt::flag(b'm', ""),
    Opt::value(b'r', "reference"),
    Opt::value(b't', ""),
    Opt::value(0, "time"),
];

/// Runs `touch`.
pub fn run(args: &Args) -> i32 {
    let context = Context::new(args, "touch", 1);
    let parsed = match parse(&context, args, OPTIONS, Order::Permute) {
        Ok(parsed) => parsed,
        Err(code) => return code,
    };
    let (mut access, mut modify, mut create, mut follow) = (false, false, true, true);
    let (mut given, mut stamp, mut reference) = (None, None, None);
    for (letter, _, value) in parsed.options {
        match letter {
            b'a' => access = true,
            b'm' => modify = true,
            b'c' => create = false,
            b'h' => follow = false,
            b'd' => given = value,
            b't' => stamp = value,
            b'r' => reference = value,
            b'f' => {}
            _ => match value.as_deref().unwrap_or_default() {
                b"atime" | b"access" | b"use" => access = true,
                b"mtime" | b"modify" => modify = true,
                other => {
                    let text = [
                        b"invalid argument ".as_slice(),
                        &quote::always(other),
                        b" for '--time'\nValid arguments are:\n  - 'atime', 'access', 'use'\n  - 'mtime', 'modify'",
                    ];
                    return context.usage(&text.concat());
                }
            },
        }
    }
    if !access && !modify {
        (access, modify) = (true, true);
    }
    if stamp.is_some() && (given.is_some() || reference.is_some()) {
        return context.usage(b"cannot specify times from more than one source");
    }
    if parsed.operands.is_empty() {
        return context.usage(b"missing file operand");
    }
    let mut times = (SetTime::Now, SetTime::Now);
    if let Some(path) = &reference {
        match sys::stat(path, follow) {
            Ok(stat) => {
                times = (SetTime::At(stat.accessed_ns), SetTime::At(stat.modified_ns));
            }
            Err(errno) => {
                context.say_quoted("failed to get attributes of", path, errno);
                return 1;
            }
        }
    }
    if let Some(text) = given.or(stamp.clone()) {
        let parse_one = |base| {
            if stamp.is_some() {
                date::parse_stamp(&text)
            } else {
                date::parse_date(&text, base)
            }
        };
        let base = |time| match time {
            SetTime::At(ns) => ns,
            _ => sys::now_ns(),
        };
        match (parse_one(base(times.0)), parse_one(base(times.1))) {
            (Some(accessed), Some(modified)) => {
                times = (SetTime::At(accessed), SetTime::At(modified));
            }
            _ => {
                let text = [b"invalid date format ".as_slice(), &quote::always(&text)];
                context.say(&text.concat());
                return 1;
            }
        }
    }
    if !access {
        times.0 = SetTime::Keep;
    }
    if !modify {
        times.1 = SetTime::Keep;
    }
    let mut code = 0;
    for path in &parsed.operands {
        if let Err((what, errno)) = touch(path, times, create, follow) {
            context.say_quoted(what, path, errno);
            code = 1;
        }
    }
    code
}

fn touch(
    path: &[u8],
    (accessed, modified): (SetTime, SetTime),
    create: bool,
    follow: bool,
) -> Result<(), (&'static str, Errno)> {
    // The times of standard output, whose file is not known by name.
    if path == b"-" {
        return Ok(());
    }
    match sys::set_times(path, accessed, modified, follow) {
        Ok(()) => return Ok(()),
        Err(Errno::Noent) if !create => return Ok(()),
        Err(Errno::Noent) if follow => {}
        Err(errno) => return Err(("setting times of", errno)),
    }
    let how = OpenHow {
        truncate: false,
        ..OpenHow::CREATE
    };
    match sys::open(path, how) {
        Ok(fd) => sys::close(fd),
        Err(Errno::Isdir) if path.ends_with(b"/") => {
            return Err(("setting times of", Errno::Noent));
        }
        Err(errno) => return Err(("cannot touch", errno)),
    }
    if (accessed, modified) == (SetTime::Now, SetTime::Now) {
        return Ok(());
    }
    sys::set_times(path, accessed, modified, true).map_err(|errno| ("setting times of", errno))
}
