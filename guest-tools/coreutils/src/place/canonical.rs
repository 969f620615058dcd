//! `realpath` and `readlink`.

use crate::Args;
use crate::cli::{Context, Opt, Order, Output, parse};
use crate::sys::{self, Errno};
use crate::text::quote;

/// What of a path may be missing.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Missing {
    Nothing,
    Last,
    Any,
}

/// Most symbolic links followed for one path.
const LINKS_MAX: u32 = 40;

#[rustfmt::skip]
const READLINK: &[Opt] = &[
    Opt::flag(b'f', "canonicalize"),
    Opt::flag(b'e', "canonicalize-existing"),
    Opt::flag(b'm', "canonicalize-missing"),
    Opt::flag(b'n', "no-newline"),
    Opt::flag(b'q', "quiet"),
    Opt::flag(b'q', "silent"),
    Opt::flag(b'v', "verbose"),
    Opt::flag(b'z', "zero"),
    Opt::flag(b's', ""),
];

#[rustfmt::skip]
const REALPATH: &[Opt] = &[
    Opt::flag(b'e', "canonicalize-existing"),
    Opt::flag(b'm', "canonicalize-missing"),
    Opt::flag(b'L', "logical"),
    Opt::flag(b'P', "physical"),
    Opt::flag(b'q', "quiet"),
    Opt::flag(b's', "strip"),
    Opt::flag(b's', "no-symlinks"),
    Opt::flag(b'z', "zero"),
    Opt::value(1, "relative-to"),
    Opt::value(2, "relative-base"),
];

/// Runs `readlink`.
pub fn readlink(args: &Args) -> i32 {
    let context = Context::new(args, "readlink", 1);
    let parsed = match parse(&context, args, READLINK, Order::Permute) {
        Ok(parsed) => parsed,
        Err(code) => return code,
    };
    let (mut canonical, mut verbose, mut bare, mut end) = (None, false, false, b'\n');
    for (letter, _, _) in parsed.options {
        match letter {
            b'f' => canonical = Some(Missing::Last),
            b'e' => canonical = Some(Missing::Nothing),
            b'm' => canonical = Some(Missing::Any),
            b'n' => bare = true,
            b'q' | b's' => verbose = false,
            b'v' => verbose = true,
            _ => end = 0,
        }
    }
    if parsed.operands.is_empty() {
        return context.usage(b"missing operand");
    }
    if bare && parsed.operands.len() > 1 {
        context.say(b"ignoring --no-newline with multiple arguments");
        bare = false;
    }
    let mut out = Output::stdout();
    let mut code = 0;
    for path in &parsed.operands {
        let result = match canonical {
            None => sys::read_link(path),
            Some(missing) => resolve(path, missing, true),
        };
        match result {
            Ok(target) => {
                out.put(&target);
                if !bare {
                    out.put_byte(end);
                }
            }
            Err(errno) => {
                code = 1;
                if verbose {
                    out.flush();
                    context.say_error(&quote::if_needed(path), errno);
                }
            }
        }
    }
    out.finish(&context, code)
}

/// Runs `realpath`.
pub fn realpath(args: &Args) -> i32 {
    let context = Context::new(args, "realpath", 1);
    let parsed = match parse(&context, args, REALPATH, Order::Permute) {
        Ok(parsed) => parsed,
        Err(code) => return code,
    };
    let (mut missing, mut quiet, mut end) = (Missing::Last, false, b'\n');
    let (mut logical, mut links) = (false, true);
    let (mut relative, mut base) = (None, None);
    for (letter, _, value) in parsed.options {
        match letter {
            b'e' => missing = Missing::Nothing,
            b'm' => missing = Missing::Any,
            b'L' => (logical, links) = (true, true),
            b'P' => (logical, links) = (false, true),
            b's' => (logical, links) = (true, false),
            b'q' => quiet = true,
            b'z' => end = 0,
            1 => relative = value,
            _ => base = value,
        }
    }
    if parsed.operands.is_empty() {
        return context.usage(b"missing operand");
    }
    let find = |path: &[u8]| -> Result<Vec<u8>, Errno> {
        if path.is_empty() {
            return Err(Errno::Noent);
        }
        if !logical {
            return resolve(path, missing, true);
        }
        let plain = resolve_text(path)?;
        if links {
            return resolve(&plain, missing, true);
        }
        if missing == Missing::Nothing {
            check(&plain, path.ends_with(b"/"))?;
        }
        Ok(plain)
    };
    let anchor = |path: Option<Vec<u8>>| -> Result<Option<Vec<u8>>, i32> {
        let Some(path) = path else { return Ok(None) };
        let fail = |errno| {
            context.say_error(&quote::if_needed(&path), errno);
            1
        };
        let found = find(&path).map_err(fail)?;
        if missing == Missing::Nothing
            && !sys::stat(&found, true).is_ok_and(|stat| sys::is_dir(&stat))
        {
            return Err(fail(Errno::Notdir));
        }
        Ok(Some(found))
    };
    let (relative, base) = match (anchor(relative), anchor(base)) {
        (Ok(relative), Ok(base)) => (relative, base),
        (Err(code), _) | (_, Err(code)) => return code,
    };
    let (relative, base) = match (relative, base) {
        // What is not below the base stays absolute.
        (Some(to), Some(base)) if !below(&base, &to) => (None, Some((base, false))),
        (Some(to), base) => (Some(to), base.map(|base| (base, true))),
        (None, Some(base)) => (Some(base.clone()), Some((base, true))),
        (None, None) => (None, None),
    };
    let mut out = Output::stdout();
    let mut code = 0;
    for path in &parsed.operands {
        match find(path) {
            Ok(found) => {
                let shown = match &relative {
                    Some(from)
                        if base
                            .as_ref()
                            .is_none_or(|(base, used)| *used && below(base, &found)) =>
                    {
                        relative_path(from, &found)
                    }
                    _ => found,
                };
                out.put(&shown);
                out.put_byte(end);
            }
            Err(errno) => {
                code = 1;
                if !quiet {
                    out.flush();
                    context.say_error(&quote::if_needed(path), errno);
                }
            }
        }
    }
    out.finish(&context, code)
}

fn below(base: &[u8], path: &[u8]) -> bool {
    base == b"/"
        || path
            .strip_prefix(base)
            .is_some_and(|rest| rest.is_empty() || rest[0] == b'/')
}

fn relative_path(from: &[u8], to: &[u8]) -> Vec<u8> {
    let split = |path: &[u8]| -> Vec<Vec<u8>> {
        let names = path
            .split(|byte| *byte == b'/')
            .filter(|name| !name.is_empty());
        names.map(<[u8]>::to_vec).collect()
    };
    let (from, to) = (split(from), split(to));
    let same = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let ups = std::iter::repeat_n(b"..".to_vec(), from.len() - same);
    let parts: Vec<Vec<u8>> = ups.chain(to.into_iter().skip(same)).collect();
    if parts.is_empty() {
        return b".".to_vec();
    }
    parts.join(b"/".as_slice())
}

/// An absolute path without `.`, `..` and double slashes, by its text alone.
fn resolve_text(path: &[u8]) -> Result<Vec<u8>, Errno> {
    let mut out = if path.starts_with(b"/") {
        Vec::new()
    } else {
        sys::working_directory()?
    };
    if out == b"/" {
        out.clear();
    }
    for name in path.split(|byte| *byte == b'/') {
        match name {
            b"" | b"." => {}
            b".." => pop(&mut out),
            name => {
                out.push(b'/');
                out.extend_from_slice(name);
            }
        }
    }
    if out.is_empty() {
        out.push(b'/');
    }
    Ok(out)
}

fn check(path: &[u8], directory: bool) -> Result<(), Errno> {
    match sys::stat(path, true) {
        Ok(stat) if directory && !sys::is_dir(&stat) => Err(Errno::Notdir),
        Ok(_) => Ok(()),
        Err(errno) => Err(errno),
    }
}

fn pop(path: &mut Vec<u8>) {
    let slash = path.iter().rposition(|byte| *byte == b'/').unwrap_or(0);
    path.truncate(slash);
}

/// The absolute path of a file, without symbolic links.
///
/// # Errors
/// Why it cannot be reached.
pub fn real_path(path: &[u8]) -> Result<Vec<u8>, Errno> {
    resolve(path, Missing::Nothing, true)
}

/// As [`real_path`], though nothing may be there.
///
/// # Errors
/// Why it cannot be told.
pub fn real_or_missing(path: &[u8]) -> Result<Vec<u8>, Errno> {
    resolve(path, Missing::Any, true)
}

/// The absolute path without symbolic links.
fn resolve(path: &[u8], missing: Missing, follow: bool) -> Result<Vec<u8>, Errno> {
    if path.is_empty() {
        return Err(Errno::Noent);
    }
    let mut out = if path.starts_with(b"/") {
        Vec::new()
    } else {
        sys::working_directory()?
    };
    if out == b"/" {
        out.clear();
    }
    // Names still to come, the next one last.
    let mut names: Vec<Vec<u8>> = Vec::new();
    let mut directory = false;
    let push = |names: &mut Vec<Vec<u8>>, path: &[u8]| {
        let parts = path
            .split(|byte| *byte == b'/')
            .filter(|name| !name.is_empty());
        names.extend(parts.rev().map(<[u8]>::to_vec));
    };
    push(&mut names, path);
    directory |= path.ends_with(b"/");
    let (mut links, mut gone) = (0, false);
    while let Some(name) = names.pop() {
        match name.as_slice() {
            b"." => {
                if names.is_empty() {
                    directory = true;
                }
                continue;
            }
            b".." => {
                pop(&mut out);
                gone = false;
                continue;
            }
            _ => {}
        }
        let length = out.len();
        out.push(b'/');
        out.extend_from_slice(&name);
        if gone {
            continue;
        }
        let last = names.is_empty();
        let stat = match sys::stat(&out, false) {
            Ok(stat) => stat,
            Err(Errno::Noent) if missing == Missing::Any || missing == Missing::Last && last => {
                gone = true;
                continue;
            }
            Err(_) if missing == Missing::Any => {
                gone = true;
                continue;
            }
            Err(errno) => return Err(errno),
        };
        if sys::is_link(&stat) && follow {
            links += 1;
            if links > LINKS_MAX {
                if missing == Missing::Any {
                    continue;
                }
                return Err(Errno::Loop);
            }
            let target = sys::read_link(&out)?;
            out.truncate(length);
            if target.starts_with(b"/") {
                out.clear();
            }
            if target.ends_with(b"/") && last {
                directory = true;
            }
            push(&mut names, &target);
        } else if !sys::is_dir(&stat) && (!last || directory) && missing != Missing::Any {
            return Err(Errno::Notdir);
        }
    }
    if out.is_empty() {
        out.push(b'/');
    }
    Ok(out)
}
