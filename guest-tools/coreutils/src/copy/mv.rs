//! `mv`.

use super::cp::Cp;
use super::place::{Backup, Existing, destination, within};
use super::same::move_refused;
use super::seen::Seen;
use crate::Args;
use crate::cli::{Context, Opt, Order, Output, parse};
use crate::fast::remove::{answer_is_yes, rm};
use crate::sys::{self, Errno, ExtStat, is_dir};
use crate::text::quote;

const OPTIONS: &[Opt] = &[
    Opt::optional(0, "backup"),
    Opt::flag(b'b', ""),
    Opt::flag(b'Z', "context"),
    Opt::flag(b'f', "force"),
    Opt::flag(b'i', "interactive"),
    Opt::flag(b'n', "no-clobber"),
    Opt::flag(b'T', "no-target-directory"),
    Opt::flag(0, "strip-trailing-slashes"),
    Opt::value(b'S', "suffix"),
    Opt::value(b't', "target-directory"),
    Opt::flag(b'u', "update"),
    Opt::flag(b'v', "verbose"),
];

/// Runs `mv`.
pub fn mv(args: &Args) -> i32 {
    let context = Context::new(args, "mv", 1);
    let parsed = match parse(&context, args, OPTIONS, Order::Permute) {
        Ok(parsed) => parsed,
        Err(code) => return code,
    };
    let (mut existing, mut verbose, mut strip) = (Existing::Replace, false, false);
    let (mut target, mut no_target) = (None, false);
    let (mut control, mut suffix) = (None, None);
    for (letter, long, value) in parsed.options {
        match (letter, long) {
            (b'b', _) => control = Some(Vec::new()),
            (b'f', _) => existing = Existing::Replace,
            (b'i', _) => existing = Existing::Ask,
            (b'n', _) => existing = Existing::Keep,
            (b'u', _) => existing = Existing::IfOlder,
            (b'T', _) => no_target = true,
            (b'S', _) => suffix = value,
            (b't', _) => target = value,
            (b'v', _) => verbose = true,
            (_, "backup") => control = Some(value.unwrap_or_default()),
            (_, "strip-trailing-slashes") => strip = true,
            _ => {}
        }
    }
    let backup = match Backup::chosen(&context, control, suffix) {
        Ok(backup) => backup,
        Err(code) => return code,
    };
    let (sources, to, into) = match destination(&context, parsed.operands, target, no_target) {
        Ok(found) => found,
        Err(code) => return code,
    };
    let mut out = Output::stdout();
    let mut fine = true;
    let (mut targets, mut stuck) = (Seen::default(), Seen::default());
    for source in &sources {
        let mut source = source.as_slice();
        while strip && source.len() > 1 && source.ends_with(b"/") {
            source = &source[..source.len() - 1];
        }
        let path = if into {
            within(&to, source)
        } else {
            to.clone()
        };
        let several = sources.len() > 1;
        let mut clash = false;
        if several && let Ok(stat) = sys::stat(source, false) {
            if is_dir(&stat) && stuck.has(source, &stat) {
                out.flush();
                let text = [
                    b"warning: source directory ".as_slice(),
                    &quote::always(source),
                    b" specified more than once",
                ];
                context.say(&text.concat());
                continue;
            }
            clash = !is_dir(&stat)
                && !matches!(backup, Some(Backup::Numbered))
                && sys::stat(&path, false).is_ok_and(|old| targets.has(&path, &old));
        }
        let how = (existing, clash);
        let result = one(source, &path, how, backup.as_ref(), &context);
        if several {
            let put = match &result {
                Ok(Some(_)) => Some((&mut targets, path.as_slice())),
                // What was left alone was not created here.
                Ok(None) => None,
                Err(_) => Some((&mut stuck, source)),
            };
            if let Some((seen, at)) = put
                && let Ok(stat) = sys::stat(at, false)
            {
                seen.add(at, &stat);
            }
        }
        match result {
            Ok(None) => {}
            Ok(Some(kept)) if verbose => {
                let mut line = [
                    b"renamed ".as_slice(),
                    &quote::always(source),
                    b" -> ",
                    &quote::always(&path),
                ]
                .concat();
                if !kept.is_empty() {
                    line.extend([b" (backup: ".as_slice(), &quote::always(&kept), b")"].concat());
                }
                line.push(b'\n');
                out.put(&line);
            }
            Ok(Some(_)) => {}
            Err(text) => {
                out.flush();
                if !text.is_empty() {
                    context.say(&text);
                }
                fine = false;
            }
        }
    }
    out.finish(&context, i32::from(!fine))
}

/// Moves one file: nothing if it was left alone, else the path of the backup
/// (empty: none made); or a message. `clash`: what is at the target came from
/// another operand.
fn one(
    from: &[u8],
    to: &[u8],
    (existing, clash): (Existing, bool),
    backup: Option<&Backup>,
    context: &Context<'_>,
) -> Result<Option<Vec<u8>>, Vec<u8>> {
    let message = |parts: &[&[u8]], errno: Errno| {
        [
            &parts.concat(),
            b": ".as_slice(),
            errno.message().as_bytes(),
        ]
        .concat()
    };
    let (quoted_from, quoted_to) = (quote::always(from), quote::always(to));
    let stat =
        sys::stat(from, false).map_err(|errno| message(&[b"cannot stat ", &quoted_from], errno))?;
    let old = sys::stat(to, false).ok();
    let mut kept = Vec::new();
    if let Some(old) = &old {
        if existing != Existing::Keep && move_refused(from, to, &stat, old, backup.is_some()) {
            return Err([
                &quoted_from,
                b" and ".as_slice(),
                &quoted_to,
                b" are the same file",
            ]
            .concat());
        }
        match existing {
            Existing::Keep => return Ok(None),
            Existing::IfOlder
                if !is_dir(&stat) && old.modified_ns as i64 >= stat.modified_ns as i64 =>
            {
                return Ok(None);
            }
            Existing::Ask => {
                let mut err = Output::new(2);
                err.put(&[context.program, b": overwrite ", &quoted_to, b"? "].concat());
                err.flush();
                if !answer_is_yes() {
                    return Ok(None);
                }
            }
            _ => {}
        }
        if is_dir(old) && !is_dir(&stat) {
            return Err([
                b"cannot overwrite directory ".as_slice(),
                &quoted_to,
                b" with non-directory",
            ]
            .concat());
        }
        if clash {
            return Err([
                b"will not overwrite just-created ".as_slice(),
                &quoted_to,
                b" with ",
                &quoted_from,
            ]
            .concat());
        }
        if !is_dir(old) && is_dir(&stat) && backup.is_none() {
            return Err([
                b"cannot overwrite non-directory ".as_slice(),
                &quoted_to,
                b" with directory ",
                &quoted_from,
            ]
            .concat());
        }
        if let Some(backup) = backup {
            if backup.would_destroy(&stat, to) {
                return Err([
                    b"backing up ".as_slice(),
                    &quoted_to,
                    b" might destroy source;  ",
                    &quoted_from,
                    b" not moved",
                ]
                .concat());
            }
            kept = backup
                .make(to)
                .map_err(|errno| message(&[b"cannot backup ", &quoted_to], errno))?;
        }
    }
    match sys::rename(from, to) {
        Ok(()) => Ok(Some(kept)),
        // Between filesystems it is copied, and what was copied removed.
        Err(Errno::Xdev) => match across(from, to, old.as_ref(), context) {
            Ok(()) => Ok(Some(kept)),
            Err(Some(errno)) => Err(message(
                &[
                    b"inter-device move failed: ",
                    &quoted_from,
                    b" to ",
                    &quoted_to,
                    b"; unable to remove target",
                ],
                errno,
            )),
            Err(None) => Err(Vec::new()),
        },
        Err(Errno::Inval) => Err([
            b"cannot move ".as_slice(),
            &quoted_from,
            b" to a subdirectory of itself, ",
            &quoted_to,
        ]
        .concat()),
        Err(errno) => Err(message(
            &[b"cannot move ", &quoted_from, b" to ", &quoted_to],
            errno,
        )),
    }
}

/// Moves by a copy that keeps all. `Err`: the target could not be removed, or
/// nothing if messages tell what went wrong.
fn across(
    from: &[u8],
    to: &[u8],
    old: Option<&ExtStat>,
    context: &Context<'_>,
) -> Result<(), Option<Errno>> {
    match old {
        Some(old) if is_dir(old) => sys::rmdir(to)?,
        Some(_) => sys::unlink(to)?,
        None => {}
    }
    if !Cp::keeping_all(context).copy(from, to, true, None) {
        return Err(None);
    }
    let program = context.program.to_vec();
    match rm(&vec![
        program,
        b"-rf".to_vec(),
        b"--".to_vec(),
        from.to_vec(),
    ]) {
        0 => Ok(()),
        _ => Err(None),
    }
}
