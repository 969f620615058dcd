//! Where the operands go, and what happens to what is there.

use crate::cli::Context;
use crate::fast::names::last;
use crate::sys::{self, Errno, is_dir};
use crate::text::quote;

/// What happens to an existing destination.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Existing {
    /// It is replaced.
    Replace,
    /// It stays.
    Keep,
    /// The user is asked.
    Ask,
    /// It is replaced if it is older than the source.
    IfOlder,
}

/// A copy kept of what is replaced.
#[derive(Clone)]
pub enum Backup {
    /// One, with this suffix.
    Simple(Vec<u8>),
    /// `.~1~`, `.~2~` and so on.
    Numbered,
    /// Numbered if there are such copies already, else simple.
    Existing(Vec<u8>),
}

impl Backup {
    /// The control that a word of `--backup` stands for; `None`: no copies.
    pub fn named(word: &[u8], suffix: Vec<u8>) -> Result<Option<Backup>, ()> {
        Ok(Some(match word {
            b"none" | b"off" => return Ok(None),
            b"numbered" | b"t" => Backup::Numbered,
            b"" | b"existing" | b"nil" => Backup::Existing(suffix),
            b"simple" | b"never" => Backup::Simple(suffix),
            _ => return Err(()),
        }))
    }

    /// Moves what is at a path out of the way; gives its new path.
    pub fn make(&self, path: &[u8]) -> Result<Vec<u8>, Errno> {
        let numbered = |n: u32| [path, format!(".~{n}~").as_bytes()].concat();
        let next = || {
            let free = (1..u32::MAX).find(|n| sys::stat(&numbered(*n), false).is_err());
            numbered(free.unwrap_or(1))
        };
        let to = match self {
            Backup::Simple(suffix) => [path, suffix].concat(),
            Backup::Numbered => next(),
            Backup::Existing(suffix) => match sys::stat(&numbered(1), false) {
                Ok(_) => next(),
                Err(_) => [path, suffix].concat(),
            },
        };
        sys::rename(path, &to)?;
        Ok(to)
    }
}

/// Sources, destination, and whether the destination is a directory to put them in.
pub type Operands = (Vec<Vec<u8>>, Vec<u8>, bool);

/// Splits the operands into sources and destination; tells whether the
/// destination is a directory to put them in.
///
/// # Errors
/// The exit code, after a message.
pub fn destination(
    context: &Context<'_>,
    mut operands: Vec<Vec<u8>>,
    target: Option<Vec<u8>>,
    no_target: bool,
) -> Result<Operands, i32> {
    if operands.is_empty() {
        return Err(context.usage(b"missing file operand"));
    }
    if let Some(dir) = target {
        if no_target {
            context.say(b"cannot combine --target-directory (-t) and --no-target-directory (-T)");
            return Err(1);
        }
        return match sys::stat(&dir, true) {
            Ok(stat) if is_dir(&stat) => Ok((operands, dir, true)),
            Ok(_) => {
                context.say_quoted("target directory", &dir, Errno::Notdir);
                Err(1)
            }
            Err(errno) => {
                context.say_quoted("target directory", &dir, errno);
                Err(1)
            }
        };
    }
    if let [only] = operands.as_slice() {
        let text = [
            b"missing destination file operand after ".as_slice(),
            &quote::always(only),
        ];
        return Err(context.usage(&text.concat()));
    }
    if no_target && let [_, _, extra, ..] = operands.as_slice() {
        let text = [b"extra operand ".as_slice(), &quote::always(extra)];
        return Err(context.usage(&text.concat()));
    }
    let to = operands.pop().unwrap_or_default();
    let found = sys::stat(&to, true);
    let into = !no_target && found.is_ok_and(|stat| is_dir(&stat));
    if operands.len() > 1 && !into {
        let errno = found.err().unwrap_or(Errno::Notdir);
        context.say_quoted("target", &to, errno);
        return Err(1);
    }
    Ok((operands, to, into))
}

/// The path of a source's last component in a directory.
pub fn within(dir: &[u8], source: &[u8]) -> Vec<u8> {
    let name = last(source);
    if dir.ends_with(b"/") {
        return [dir, name].concat();
    }
    [dir, b"/", name].concat()
}
