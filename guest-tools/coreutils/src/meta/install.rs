//! `install`.

use super::mkdir::{Make, umask};
use super::mode::ModeChange;
use crate::Args;
use crate::cli::{Context, Opt, Order, Output, parse};
use crate::copy::place::{Backup, put_back};
use crate::fast::names::{last, parent};
use crate::fast::with_buffer;
use crate::identity::accounts;
use crate::sys::{self, Errno, File, OpenHow, SetTime, is_dir};
use crate::text::quote;

const OPTIONS: &[Opt] = &[
    Opt::optional(0, "backup"),
    Opt::flag(b'b', ""),
    Opt::flag(b'c', ""),
    Opt::flag(b'C', "compare"),
    Opt::flag(b'd', "directory"),
    Opt::flag(b'D', ""),
    Opt::value(b'g', "group"),
    Opt::value(b'm', "mode"),
    Opt::flag(b'T', "no-target-directory"),
    Opt::value(b'o', "owner"),
    Opt::flag(b'p', "preserve-timestamps"),
    Opt::flag(b's', "strip"),
    Opt::value(0, "strip-program"),
    Opt::value(b'S', "suffix"),
    Opt::value(b't', "target-directory"),
    Opt::flag(b'v', "verbose"),
    Opt::flag(b'Z', ""),
    Opt::optional(0, "context"),
];

/// Permission bits unless told.
const DEFAULT_MODE: u32 = 0o755;

struct Install<'a> {
    context: &'a Context<'a>,
    mode: u32,
    uid: Option<u32>,
    gid: Option<u32>,
    backup: Option<Backup>,
    compare: bool,
    parents: bool,
    keep_times: bool,
    verbose: bool,
    out: Output,
}

/// Runs `install`.
pub fn install(args: &Args) -> i32 {
    let context = Context::new(args, "install", 1);
    let parsed = match parse(&context, args, OPTIONS, Order::Permute) {
        Ok(parsed) => parsed,
        Err(code) => return code,
    };
    let mut install = Install {
        context: &context,
        mode: DEFAULT_MODE,
        uid: None,
        gid: None,
        backup: None,
        compare: false,
        parents: false,
        keep_times: false,
        verbose: false,
        out: Output::stdout(),
    };
    let (mut directories, mut target, mut no_target, mut mode) = (false, None, false, None);
    let (mut control, mut suffix) = (None, None);
    for (letter, long, value) in parsed.options {
        let text = value.clone().unwrap_or_default();
        match (letter, long) {
            (b'b', _) => control = Some(Vec::new()),
            (_, "backup") => control = Some(text),
            (b'C', _) => install.compare = true,
            (b'd', _) => directories = true,
            (b'D', _) => install.parents = true,
            (b'm', _) => mode = value,
            (b'p', _) => install.keep_times = true,
            (b'S', _) => suffix = value,
            (b't', _) => target = value,
            (b'T', _) => no_target = true,
            (b'v', _) => install.verbose = true,
            (b'o', _) => match accounts::user(&text)
                .map(|user| user.uid)
                .or_else(|| number(&text))
            {
                Some(uid) => install.uid = Some(uid),
                None => {
                    context.say(&[b"invalid user ".as_slice(), &quote::always(&text)].concat());
                    return 1;
                }
            },
            (b'g', _) => match accounts::group(&text)
                .map(|group| group.gid)
                .or_else(|| number(&text))
            {
                Some(gid) => install.gid = Some(gid),
                None => {
                    context.say(&[b"invalid group ".as_slice(), &quote::always(&text)].concat());
                    return 1;
                }
            },
            _ => {}
        }
    }
    match Backup::chosen(&context, control, suffix) {
        Ok(backup) => install.backup = backup,
        Err(code) => return code,
    }
    if directories && target.is_some() {
        context.say(b"target directory not allowed when installing a directory");
        return 1;
    }
    if no_target && target.is_some() {
        context.say(b"cannot combine --target-directory (-t) and --no-target-directory (-T)");
        return 1;
    }
    if let Some(text) = mode {
        match ModeChange::parse(&text) {
            Some(change) => install.mode = change.apply(0, false, umask()),
            None => {
                context.say(&[b"invalid mode ".as_slice(), &quote::always(&text)].concat());
                return 1;
            }
        }
    }
    let mut files = parsed.operands;
    let fine = if directories {
        if files.is_empty() {
            return context.usage(b"missing file operand");
        }
        files.iter().filter(|path| !install.directory(path)).count() == 0
    } else {
        match install.destination(&mut files, target, no_target) {
            Ok((dir, into)) => files.iter().fold(true, |fine, path| {
                let to = match into {
                    true => [&dir, b"/".as_slice(), last(path)].concat(),
                    false => dir.clone(),
                };
                let to = if dir.ends_with(b"/") && into {
                    [&dir, last(path)].concat()
                } else {
                    to
                };
                install.file(path, &to) && fine
            }),
            Err(code) => return code,
        }
    };
    install.out.finish(&context, i32::from(!fine))
}

fn number(text: &[u8]) -> Option<u32> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

impl Install<'_> {
    /// Where the files go, and whether that is a directory to put them in.
    fn destination(
        &mut self,
        files: &mut Vec<Vec<u8>>,
        target: Option<Vec<u8>>,
        no_target: bool,
    ) -> Result<(Vec<u8>, bool), i32> {
        if files.is_empty() {
            return Err(self.context.usage(b"missing file operand"));
        }
        if let Some(dir) = target {
            if self.parents && sys::stat(&dir, true).is_err() && !self.make_parents(&dir) {
                return Err(1);
            }
            return match sys::stat(&dir, true) {
                Ok(stat) if is_dir(&stat) => Ok((dir, true)),
                Ok(_) => Err(self.not_a_directory(&dir, Errno::Notdir)),
                Err(errno) => {
                    self.context.say_quoted("failed to access", &dir, errno);
                    Err(1)
                }
            };
        }
        if let [only] = files.as_slice() {
            let text = [
                b"missing destination file operand after ".as_slice(),
                &quote::always(only),
            ];
            return Err(self.context.usage(&text.concat()));
        }
        let to = files.pop().unwrap_or_default();
        let into = !no_target && sys::stat(&to, true).is_ok_and(|stat| is_dir(&stat));
        if no_target && files.len() > 1 {
            let text = [b"extra operand ".as_slice(), &quote::always(&to)];
            return Err(self.context.usage(&text.concat()));
        }
        if files.len() > 1 && !into {
            let errno = match sys::stat(&to, true) {
                Err(errno) => errno,
                Ok(_) => Errno::Notdir,
            };
            return Err(self.not_a_directory(&to, errno));
        }
        Ok((to, into))
    }

    fn not_a_directory(&mut self, path: &[u8], errno: Errno) -> i32 {
        self.context.say_quoted("target", path, errno);
        1
    }

    fn problem(&mut self, what: &str, path: &[u8], errno: Errno) -> bool {
        self.out.flush();
        self.context.say_quoted(what, path, errno);
        false
    }

    fn make_parents(&mut self, path: &[u8]) -> bool {
        let mut make = Make::new(self.context);
        make.creating = self.verbose;
        let made = make.with_parents(path);
        make.out.flush();
        made
    }

    fn directory(&mut self, path: &[u8]) -> bool {
        if !self.make_parents(path) {
            return false;
        }
        self.attributes(path)
    }

    fn attributes(&mut self, path: &[u8]) -> bool {
        if self.uid.is_some() || self.gid.is_some() {
            let uid = self.uid.unwrap_or(u32::MAX);
            let gid = self.gid.unwrap_or(u32::MAX);
            if let Err(errno) = sys::chown(path, uid, gid, true) {
                return self.problem("cannot change ownership of", path, errno);
            }
        }
        match sys::chmod(path, self.mode) {
            Ok(()) => true,
            Err(errno) => self.problem("cannot change permissions of", path, errno),
        }
    }

    fn file(&mut self, from: &[u8], to: &[u8]) -> bool {
        let stat = match sys::stat(from, true) {
            Ok(stat) => stat,
            Err(errno) => return self.problem("cannot stat", from, errno),
        };
        if is_dir(&stat) {
            self.out.flush();
            let text = [b"omitting directory ".as_slice(), &quote::always(from)];
            self.context.say(&text.concat());
            return false;
        }
        if self.parents && sys::stat(parent(to), true).is_err() && !self.make_parents(parent(to)) {
            return false;
        }
        if self.compare && self.is_same(from, to) {
            return true;
        }
        let mut kept = None;
        if let Ok(old) = sys::stat(to, false) {
            if (old.device, old.inode) == (stat.device, stat.inode) {
                self.out.flush();
                let text = [
                    &quote::always(from),
                    b" and ".as_slice(),
                    &quote::always(to),
                ];
                self.context
                    .say(&[&text.concat(), b" are the same file".as_slice()].concat());
                return false;
            }
            if is_dir(&old) {
                self.out.flush();
                let text = [
                    b"cannot overwrite directory ".as_slice(),
                    &quote::always(to),
                    b" with non-directory",
                ];
                self.context.say(&text.concat());
                return false;
            }
            if let Some(backup) = &self.backup {
                match backup.make(to) {
                    Ok(path) => kept = Some(path),
                    Err(errno) => return self.problem("cannot backup", to, errno),
                }
            } else if let Err(errno) = sys::unlink(to) {
                return self.problem("cannot remove", to, errno);
            }
            if self.verbose && kept.is_none() {
                self.out
                    .put(&[b"removed ".as_slice(), &quote::always(to), b"\n"].concat());
            }
        }
        if self.verbose {
            let mut text = [&quote::always(from), b" -> ".as_slice(), &quote::always(to)].concat();
            if let Some(backup) = &kept {
                text.extend([b" (backup: ".as_slice(), &quote::always(backup), b")"].concat());
            }
            text.push(b'\n');
            self.out.put(&text);
        }
        if let Err((path, what, errno)) = copy(from, to) {
            self.out.flush();
            let tail = if what == "cannot open" {
                " for reading"
            } else {
                ""
            };
            let text = [what.as_bytes(), b" ", &quote::always(path), tail.as_bytes()];
            self.context.say_error(&text.concat(), errno);
            self.put_back(kept, to);
            return false;
        }
        if self.keep_times {
            let (accessed, modified) =
                (SetTime::At(stat.accessed_ns), SetTime::At(stat.modified_ns));
            if let Err(errno) = sys::set_times(to, accessed, modified, true) {
                return self.problem("cannot set timestamps for", to, errno);
            }
        }
        self.attributes(to)
    }

    /// Gives what was kept in a backup its name back, after a failure.
    fn put_back(&mut self, kept: Option<Vec<u8>>, to: &[u8]) {
        let shown = self.verbose.then_some(&mut self.out);
        if let Some(Err(errno)) = kept.map(|kept| put_back(&kept, to, shown)) {
            self.problem("cannot un-backup", to, errno);
        }
    }

    fn is_same(&self, from: &[u8], to: &[u8]) -> bool {
        let Ok(old) = sys::stat(to, false) else {
            return false;
        };
        old.mode & 0o7777 == self.mode
            && self.uid.is_none_or(|uid| uid == old.uid)
            && self.gid.is_none_or(|gid| gid == old.gid)
            && sys::read_file(from).ok() == sys::read_file(to).ok()
    }
}

fn copy<'p>(from: &'p [u8], to: &'p [u8]) -> Result<(), (&'p [u8], &'static str, Errno)> {
    let input = File::open(from, OpenHow::READ).map_err(|errno| (from, "cannot open", errno))?;
    let output = File::open(to, OpenHow::CREATE)
        .map_err(|errno| (to, "cannot create regular file", errno))?;
    let mut out = Output::new(output.fd());
    with_buffer(|buf| {
        loop {
            match input.read(buf) {
                Ok(0) => break,
                Ok(got) => out.put_through(&buf[..got]),
                Err(Errno::Intr) => {}
                Err(errno) => return Err((from, "error reading", errno)),
            }
            if out.failed() {
                break;
            }
        }
        match out.error() {
            Some(errno) => Err((to, "error writing", errno)),
            None => Ok(()),
        }
    })
}
