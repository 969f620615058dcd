//! Where the operands go, and what happens to what is there.

use crate::cli::{Context, Output, choice};
use crate::fast::names::{last, parent};
use crate::sys::{self, Errno, ExtStat, is_dir};
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
    /// What `--backup=WORD` and `--suffix` ask for, or the environment where
    /// they leave it open; `None`: no copies are kept.
    ///
    /// # Errors
    /// The exit code, after a message about a bad word.
    pub fn chosen(
        context: &Context<'_>,
        word: Option<Vec<u8>>,
        suffix: Option<Vec<u8>>,
    ) -> Result<Option<Backup>, i32> {
        const WORDS: &[&[&str]] = &[
            &["none", "off"],
            &["simple", "never"],
            &["existing", "nil"],
            &["numbered", "t"],
        ];
        let Some(word) = word.or_else(|| suffix.is_some().then(Vec::new)) else {
            return Ok(None);
        };
        let variable =
            |name: &str| std::env::var_os(name).map(std::ffi::OsString::into_encoded_bytes);
        let (word, of) = match word.as_slice() {
            b"" => (
                variable("VERSION_CONTROL").unwrap_or_default(),
                "'$VERSION_CONTROL'",
            ),
            _ => (word, "'backup type'"),
        };
        let suffix = suffix
            .or_else(|| variable("SIMPLE_BACKUP_SUFFIX"))
            .filter(|suffix| !suffix.is_empty() && !suffix.contains(&b'/'))
            .unwrap_or_else(|| b"~".to_vec());
        let kind = match word.as_slice() {
            b"" => 2,
            word => choice(context, word, of, WORDS)?,
        };
        Ok(match kind {
            0 => None,
            1 => Some(Backup::Simple(suffix)),
            2 => Some(Backup::Existing(suffix)),
            _ => Some(Backup::Numbered),
        })
    }

    /// Whether the copy of what is at `to` would take the place of the source.
    pub fn would_destroy(&self, source: &ExtStat, to: &[u8]) -> bool {
        let (Backup::Simple(suffix) | Backup::Existing(suffix)) = self else {
            return false;
        };
        sys::stat(&[to, suffix].concat(), false)
            .is_ok_and(|kept| identity(&kept) == identity(source))
    }

    /// The path that what is at a path would be kept at.
    pub fn name(&self, path: &[u8]) -> Vec<u8> {
        let numbered = |n: u32| [path, format!(".~{n}~").as_bytes()].concat();
        let next = || {
            let free = (1..u32::MAX).find(|n| sys::stat(&numbered(*n), false).is_err());
            numbered(free.unwrap_or(1))
        };
        match self {
            Backup::Simple(suffix) => [path, suffix].concat(),
            Backup::Numbered => next(),
            Backup::Existing(suffix) => match sys::stat(&numbered(1), false) {
                Ok(_) => next(),
                Err(_) => [path, suffix].concat(),
            },
        }
    }

    /// Moves what is at a path out of the way; gives its new path.
    pub fn make(&self, path: &[u8]) -> Result<Vec<u8>, Errno> {
        let to = self.name(path);
        sys::rename(path, &to)?;
        // Two names of one file: renaming leaves both.
        if sys::stat(path, false).is_ok() {
            sys::unlink(path)?;
        }
        Ok(to)
    }
}

/// Device and number of a file.
pub fn identity(stat: &ExtStat) -> (u64, u64) {
    (stat.device, stat.inode)
}

/// Whether two paths are one entry of one directory.
pub fn same_entry(one: &[u8], other: &[u8]) -> bool {
    last(one) == last(other) && same_directory(parent(one), parent(other))
}

/// Whether two paths lead to one directory.
pub fn same_directory(one: &[u8], other: &[u8]) -> bool {
    let found = |path| sys::stat(path, true).map(|stat| identity(&stat));
    one == other || matches!((found(one), found(other)), (Ok(a), Ok(b)) if a == b)
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
/// Gives what was kept of `to` its name back, and tells of it where that is shown.
///
/// # Errors
/// As `rename`.
pub fn put_back(kept: &[u8], to: &[u8], shown: Option<&mut Output>) -> Result<(), Errno> {
    sys::rename(kept, to)?;
    if let Some(out) = shown {
        let (kept, to) = (quote::always(kept), quote::always(to));
        out.put(&[&kept, &b" -> "[..], &to, b" (unbackup)\n"].concat());
    }
    Ok(())
}
