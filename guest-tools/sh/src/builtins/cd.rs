//! `cd` and `pwd`.

use super::getopts::letters::Letters;
use crate::exec::{Run, Shell};
use crate::sys::{self, Errno};
use crate::vars::Sym;

/// `cd`.
pub fn cd(sh: &mut Shell, args: &[Vec<u8>]) -> Run {
    let mut letters = Letters::new(args, b"eLP@");
    let mut physical = sh.options.physical;
    loop {
        match letters.next(sh) {
            Ok(Some((b'L', _))) => physical = false,
            Ok(Some((b'P', _))) => physical = true,
            Ok(Some(_)) => {}
            Ok(None) => break,
            Err(failed) => return failed,
        }
    }
    let words = letters.rest();
    if words.len() > 1 {
        return sh.fail(b"cd", b"too many arguments", 1);
    }
    let (target, mut show) = match words.first() {
        None => match text_of(sh, Sym::HOME) {
            Some(home) => (home, false),
            None => return sh.fail(b"cd", b"HOME not set", 1),
        },
        Some(word) if word == b"-" => match text_of(sh, Sym::OLDPWD) {
            Some(old) => (old, true),
            None => return sh.fail(b"cd", b"OLDPWD not set", 1),
        },
        Some(word) => (word.clone(), false),
    };
    let mut failure = Errno::Noent;
    for (candidate, from_path) in candidates(sh, &target) {
        match sh.enter_directory(&candidate, physical) {
            Ok(noted) => {
                show |= from_path;
                if show {
                    let text = text_of(sh, Sym::PWD).unwrap_or_default();
                    sh.print(&[text.as_slice(), b"\n"].concat());
                }
                return Ok(i32::from(!noted));
            }
            Err(errno) => failure = errno,
        }
    }
    if sh.shopt.cdable_vars
        && let Some(value) = sh.get_text(&target)
        && sh.enter_directory(&value, physical).is_ok()
    {
        let text = text_of(sh, Sym::PWD).unwrap_or_default();
        sh.print(&[text.as_slice(), b"\n"].concat());
        return Ok(0);
    }
    sh.fail_on(b"cd", &target, failure.message())
}

/// The directories that `cd` tries: along CDPATH, then the one named.
fn candidates(sh: &Shell, target: &[u8]) -> Vec<(Vec<u8>, bool)> {
    let mut all = Vec::new();
    let first = target.split(|c| *c == b'/').next().unwrap_or_default();
    let searched =
        !target.is_empty() && !target.starts_with(b"/") && first != b"." && first != b"..";
    if searched && let Some(path) = text_of(sh, Sym::CDPATH) {
        for dir in path.split(|c| *c == b':') {
            match dir {
                b"" => all.push((target.to_vec(), false)),
                dir if dir.ends_with(b"/") => all.push(([dir, target].concat(), true)),
                dir => all.push(([dir, b"/", target].concat(), true)),
            }
        }
    }
    all.push((target.to_vec(), false));
    all
}

/// `pwd`.
pub fn pwd(sh: &mut Shell, args: &[Vec<u8>]) -> Run {
    let mut letters = Letters::new(args, b"LP");
    let mut physical = sh.options.physical;
    loop {
        match letters.next(sh) {
            Ok(Some((letter, _))) => physical = letter == b'P',
            Ok(None) => break,
            Err(failed) => return failed,
        }
    }
    let path = if physical {
        sys::working_directory()
    } else {
        sh.current_directory()
    };
    match path {
        Ok(mut path) => {
            path.push(b'\n');
            sh.print(&path);
            Ok(0)
        }
        Err(errno) => {
            let message = format!(
                "error retrieving current directory: getcwd: cannot access parent directories: {}",
                errno.message()
            );
            sh.fail(b"pwd", message.as_bytes(), 1)
        }
    }
}

fn text_of(sh: &Shell, sym: Sym) -> Option<Vec<u8>> {
    sh.vars
        .get(sym)
        .value
        .text()
        .map(std::borrow::Cow::into_owned)
}

impl Shell {
    /// The working directory by the path that led to it: PWD, if it is true.
    pub fn current_directory(&self) -> Result<Vec<u8>, Errno> {
        let Some(path) = text_of(self, Sym::PWD).filter(|path| path.starts_with(b"/")) else {
            return sys::working_directory();
        };
        match (sys::stat(&path, true), sys::stat(b".", true)) {
            (Ok(a), Ok(b)) if (a.device, a.inode) == (b.device, b.inode) => Ok(path),
            // A directory that was removed has no other path.
            _ => sys::working_directory().or(Ok(path)),
        }
    }

    /// Changes the working directory, PWD and OLDPWD; false if these two
    /// could not be changed.
    pub fn enter_directory(&mut self, target: &[u8], physical: bool) -> Result<bool, Errno> {
        let absolute = target.starts_with(b"/");
        let old = text_of(self, Sym::PWD);
        let new = if physical {
            sys::change_directory(if target.is_empty() { b"." } else { target })?;
            sys::working_directory()?
        } else {
            let base = if absolute {
                Ok(Vec::new())
            } else {
                self.current_directory()
            };
            let logical = base.and_then(|base| normalized(&base, target));
            match logical {
                Ok(path) => {
                    // The path may be gone while the directory is still there.
                    match sys::change_directory(&path) {
                        Err(_) if !absolute => sys::change_directory(target)?,
                        result => result?,
                    }
                    path
                }
                Err(errno) if absolute => return Err(errno),
                Err(_) => {
                    sys::change_directory(target)?;
                    sys::working_directory()?
                }
            }
        };
        let noted = old.is_none_or(|old| self.set_text(b"OLDPWD", old));
        Ok(self.set_text(b"PWD", new) && noted)
    }
}

/// The absolute path without `.`, `..` and doubled slashes. What stands before
/// `..` has to be a directory.
fn normalized(base: &[u8], path: &[u8]) -> Result<Vec<u8>, Errno> {
    let mut out = Vec::with_capacity(base.len() + path.len() + 1);
    for part in base.split(|c| *c == b'/').chain(path.split(|c| *c == b'/')) {
        match part {
            b"" | b"." => {}
            b".." => {
                if !out.is_empty() {
                    let stat = sys::stat(&out, true)?;
                    if !sys::is_dir(&stat) {
                        return Err(Errno::Notdir);
                    }
                }
                let end = out.iter().rposition(|c| *c == b'/').unwrap_or(0);
                out.truncate(end);
            }
            part => {
                out.push(b'/');
                out.extend_from_slice(part);
            }
        }
    }
    if out.is_empty() {
        out.push(b'/');
    }
    // Exactly two slashes at the start mean something of their own to POSIX.
    let start = if base.is_empty() { path } else { base };
    if start.starts_with(b"//") && start.get(2) != Some(&b'/') {
        out.insert(0, b'/');
    }
    Ok(out)
}
