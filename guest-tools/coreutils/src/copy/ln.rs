//! `ln`, `link`.

use super::place::{Backup, Existing, identity, same_entry, within};
use crate::Args;
use crate::cli::{Context, Opt, Order, Output, parse};
use crate::fast::names::parent;
use crate::fast::remove::answer_is_yes;
use crate::place::canonical::real_or_missing;
use crate::sys::{self, Errno, is_dir, is_link};
use crate::text::quote;

const OPTIONS: &[Opt] = &[
    Opt::optional(0, "backup"),
    Opt::flag(b'b', ""),
    Opt::flag(b'd', "directory"),
    Opt::flag(b'F', ""),
    Opt::flag(b'n', "no-dereference"),
    Opt::flag(b'T', "no-target-directory"),
    Opt::flag(b'f', "force"),
    Opt::flag(b'i', "interactive"),
    Opt::value(b'S', "suffix"),
    Opt::value(b't', "target-directory"),
    Opt::flag(b'L', "logical"),
    Opt::flag(b'P', "physical"),
    Opt::flag(b'r', "relative"),
    Opt::flag(b's', "symbolic"),
    Opt::flag(b'v', "verbose"),
];

struct Ln<'a> {
    context: &'a Context<'a>,
    symbolic: bool,
    relative: bool,
    logical: bool,
    existing: Existing,
    backup: Option<Backup>,
    verbose: bool,
    out: Output,
}

/// Runs `ln`.
pub fn ln(args: &Args) -> i32 {
    let context = Context::new(args, "ln", 1);
    let parsed = match parse(&context, args, OPTIONS, Order::Permute) {
        Ok(parsed) => parsed,
        Err(code) => return code,
    };
    let mut ln = Ln {
        context: &context,
        symbolic: false,
        relative: false,
        logical: false,
        existing: Existing::Keep,
        backup: None,
        verbose: false,
        out: Output::stdout(),
    };
    let (mut target, mut no_target, mut no_follow) = (None, false, false);
    let (mut control, mut suffix) = (None, None);
    for (letter, long, value) in parsed.options {
        match (letter, long) {
            (b'b', _) => control = Some(Vec::new()),
            (b'n', _) => no_follow = true,
            (b'T', _) => no_target = true,
            (b'f', _) => ln.existing = Existing::Replace,
            (b'i', _) => ln.existing = Existing::Ask,
            (b'S', _) => suffix = value,
            (b't', _) => target = value,
            (b'L', _) => ln.logical = true,
            (b'P', _) => ln.logical = false,
            (b'r', _) => ln.relative = true,
            (b's', _) => ln.symbolic = true,
            (b'v', _) => ln.verbose = true,
            (_, "backup") => control = Some(value.unwrap_or_default()),
            _ => {}
        }
    }
    match Backup::chosen(&context, control, suffix) {
        Ok(backup) => ln.backup = backup,
        Err(code) => return code,
    }
    if ln.relative && !ln.symbolic {
        context.say(b"cannot do --relative without --symbolic");
        return 1;
    }
    let mut operands = parsed.operands;
    let is_directory = |path: &[u8]| {
        let link = no_follow && sys::stat(path, false).is_ok_and(|stat| is_link(&stat));
        !link && sys::stat(path, true).is_ok_and(|stat| is_dir(&stat))
    };
    let (dir, to) = match (target, operands.as_slice()) {
        (_, []) => return context.usage(b"missing file operand"),
        (Some(dir), _) => {
            if let Err(errno) = sys::stat(&dir, true).and_then(|stat| {
                if is_dir(&stat) {
                    Ok(())
                } else {
                    Err(Errno::Notdir)
                }
            }) {
                context.say_quoted("target directory", &dir, errno);
                return 1;
            }
            (Some(dir), None)
        }
        (None, [only]) if no_target => {
            let text = [
                b"missing destination file operand after ".as_slice(),
                &quote::always(only),
            ];
            return context.usage(&text.concat());
        }
        (None, [_]) => (Some(b".".to_vec()), None),
        (None, [_, _, extra, ..]) if no_target => {
            return context.usage(&[b"extra operand ".as_slice(), &quote::always(extra)].concat());
        }
        (None, several) => {
            let last = several.last().cloned().unwrap_or_default();
            if !no_target && is_directory(&last) {
                operands.pop();
                (Some(last), None)
            } else if several.len() > 2 {
                let errno = sys::stat(&last, true).err().unwrap_or(Errno::Notdir);
                context.say_quoted("target", &last, errno);
                return 1;
            } else {
                operands.pop();
                (None, Some(last))
            }
        }
    };
    let mut fine = true;
    for source in &operands {
        let path = match (&dir, &to) {
            (Some(dir), _) if dir == b"." => crate::fast::names::last(source).to_vec(),
            (Some(dir), _) => within(dir, source),
            (None, to) => to.clone().unwrap_or_default(),
        };
        let shown = match &dir {
            Some(dir) => within(dir, source),
            None => path.clone(),
        };
        fine &= ln.one(source, &path, &shown);
    }
    ln.out.finish(&context, i32::from(!fine))
}

impl Ln<'_> {
    fn problem(&mut self, text: &[&[u8]], errno: Errno) -> bool {
        self.out.flush();
        self.context.say_error(&text.concat(), errno);
        false
    }

    fn one(&mut self, source: &[u8], path: &[u8], shown: &[u8]) -> bool {
        let quoted = quote::always(shown);
        if !self.symbolic {
            let found = sys::stat(source, self.logical);
            match found {
                Err(errno) => {
                    return self.problem(&[b"failed to access ", &quote::always(source)], errno);
                }
                Ok(stat) if is_dir(&stat) => {
                    self.out.flush();
                    let text = [
                        &quote::if_needed(source),
                        b": hard link not allowed for directory".as_slice(),
                    ];
                    self.context.say(&text.concat());
                    return false;
                }
                Ok(_) => {}
            }
        }
        let content = if self.relative {
            relative(source, path)
        } else {
            source.to_vec()
        };
        let mut kept = Vec::new();
        if let Ok(old) = sys::stat(path, false)
            && (self.existing != Existing::Keep || self.backup.is_some())
        {
            if is_dir(&old) {
                self.out.flush();
                self.context.say(
                    &[
                        &quote::if_needed(shown),
                        b": cannot overwrite directory".as_slice(),
                    ]
                    .concat(),
                );
                return false;
            }
            // Only where removing the one would remove the other.
            let follow = self.symbolic || self.logical;
            let same = sys::stat(source, follow).is_ok_and(|found| {
                identity(&found) == identity(&old) && (found.links == 1 || same_entry(source, path))
            });
            if same && !(self.symbolic && self.backup.is_some()) {
                self.out.flush();
                let text = [
                    &quote::always(source),
                    b" and ".as_slice(),
                    &quoted,
                    b" are the same file",
                ];
                self.context.say(&text.concat());
                return false;
            }
            if self.existing == Existing::Ask {
                let mut err = Output::new(2);
                err.put(&[self.context.program, b": replace ", &quoted, b"? "].concat());
                err.flush();
                if !answer_is_yes() {
                    return true;
                }
            }
            let gone = match &self.backup {
                Some(backup) => backup.make(path).map(|to| kept = to),
                None => sys::unlink(path),
            };
            if let Err(errno) = gone {
                return self.problem(&[b"cannot remove ", &quoted], errno);
            }
        }
        let (made, arrow, what): (_, &[u8], &[u8]) = match self.symbolic {
            true => (
                sys::symlink(&content, path),
                b" -> ",
                b"failed to create symbolic link ",
            ),
            false => (
                self.hard(source, path),
                b" => ",
                b"failed to create hard link ",
            ),
        };
        if let Err(errno) = made {
            let tail = match (self.symbolic, errno) {
                (true, Errno::Exist | Errno::Nametoolong) => Vec::new(),
                (true, _) => [b" -> ".as_slice(), &quote::always(&content)].concat(),
                (false, Errno::Exist) => Vec::new(),
                (false, _) => [b" => ".as_slice(), &quote::always(source)].concat(),
            };
            let tail = match self.symbolic && !content.is_empty() {
                true => Vec::new(),
                false => tail,
            };
            return self.problem(&[what, &quoted, &tail], errno);
        }
        if self.verbose {
            if !kept.is_empty() {
                self.out.put(&quote::always(&kept));
                self.out.put(b" ~ ");
            }
            let line = [&quoted, arrow, &quote::always(&content), b"\n"].concat();
            self.out.put(&line);
        }
        true
    }

    fn hard(&self, source: &[u8], path: &[u8]) -> Result<(), Errno> {
        if self.logical
            && let Ok(target) = sys::read_link(source)
        {
            let resolved = match target.starts_with(b"/") {
                true => target,
                false => [parent(source), b"/".as_slice(), &target].concat(),
            };
            return sys::link(&resolved, path);
        }
        sys::link(source, path)
    }
}

/// The source as seen from the link's directory.
fn relative(source: &[u8], path: &[u8]) -> Vec<u8> {
    let cwd = sys::working_directory().unwrap_or_else(|_| b"/".to_vec());
    let parts = |path: &[u8]| {
        let whole = match path.starts_with(b"/") {
            true => path.to_vec(),
            false => [cwd.as_slice(), b"/", path].concat(),
        };
        let mut parts: Vec<Vec<u8>> = Vec::new();
        for part in whole.split(|byte| *byte == b'/') {
            match part {
                b"" | b"." => {}
                b".." => drop(parts.pop()),
                part => parts.push(part.to_vec()),
            }
        }
        parts
    };
    // Where links lead counts, as far as there is anything.
    let real = |path: &[u8]| real_or_missing(path).unwrap_or_else(|_| path.to_vec());
    let (to, from) = (parts(&real(source)), parts(&real(parent(path))));
    let common = to.iter().zip(&from).take_while(|(a, b)| a == b).count();
    let mut out: Vec<Vec<u8>> = from.iter().skip(common).map(|_| b"..".to_vec()).collect();
    out.extend(to.into_iter().skip(common));
    match out.is_empty() {
        true => b".".to_vec(),
        false => out.join(b"/".as_slice()),
    }
}
