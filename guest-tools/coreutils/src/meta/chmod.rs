//! `chmod`.

use super::mkdir::umask;
use super::mode::{self, ModeChange};
use super::walk::{Links, Step, walk};
use crate::Args;
use crate::cli::{Context, Opt, Order, Output, parse};
use crate::sys::{self, Errno, ExtStat, is_dir, is_link};
use crate::text::quote;

const OPTIONS: &[Opt] = &[
    Opt::flag(b'c', "changes"),
    Opt::flag(b'R', "recursive"),
    Opt::flag(0, "no-preserve-root"),
    Opt::flag(0, "preserve-root"),
    Opt::flag(b'f', "quiet"),
    Opt::value(0, "reference"),
    Opt::flag(b'f', "silent"),
    Opt::flag(b'v', "verbose"),
];

/// How much is told.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
pub enum Tell {
    /// Nothing but problems.
    Problems,
    /// Also changes.
    Changes,
    /// Also what stays.
    All,
}

struct Chmod<'a> {
    context: Context<'a>,
    change: ModeChange,
    umask: u32,
    /// Whether the mode looked like an option: then a result that the umask
    /// made another than asked for is a problem.
    surprises: bool,
    tell: Tell,
    silent: bool,
    recursive: bool,
    out: Output,
    code: i32,
}

/// Runs `chmod`.
pub fn chmod(args: &Args) -> i32 {
    let context = Context::new(args, "chmod", 1);
    let (plain, dashed) = without_modes(args);
    let parsed = match parse(&context, &plain, OPTIONS, Order::Permute) {
        Ok(parsed) => parsed,
        Err(code) => return code,
    };
    let (mut tell, mut silent, mut recursive) = (Tell::Problems, false, false);
    let (mut reference, mut preserve_root) = (None, false);
    for (letter, long, value) in parsed.options {
        match (letter, long) {
            (b'c', _) => tell = Tell::Changes,
            (b'R', _) => recursive = true,
            (b'f', _) => silent = true,
            (b'v', _) => tell = Tell::All,
            (_, "reference") => reference = value,
            (_, long) => preserve_root = long == "preserve-root",
        }
    }
    let mut files = parsed.operands;
    let mut mode = dashed.clone();
    if mode.is_none() && reference.is_none() && !files.is_empty() {
        mode = Some(files.remove(0));
    }
    if files.is_empty() {
        return match mode.as_ref().filter(|_| dashed.is_none()) {
            Some(mode) => {
                let text = [b"missing operand after ".as_slice(), &quote::always(mode)];
                context.usage(&text.concat())
            }
            None => context.usage(b"missing operand"),
        };
    }
    let change = match (&reference, &mode) {
        (Some(path), _) => match sys::stat(path, true) {
            Ok(stat) => ModeChange::exactly(stat.mode),
            Err(errno) => {
                context.say_quoted("failed to get attributes of", path, errno);
                return 1;
            }
        },
        (None, mode) => {
            let text = mode.clone().unwrap_or_default();
            match ModeChange::parse(&text) {
                Some(change) => change,
                None => {
                    let text = [b"invalid mode: ".as_slice(), &quote::always(&text)];
                    return context.usage(&text.concat());
                }
            }
        }
    };
    let mut chmod = Chmod {
        context,
        change,
        umask: umask(),
        surprises: dashed.is_some(),
        tell,
        silent,
        recursive,
        out: Output::stdout(),
        code: 0,
    };
    for path in &files {
        if recursive && preserve_root && path == b"/" {
            chmod
                .context
                .say(b"it is dangerous to operate recursively on '/'");
            chmod
                .context
                .say(b"use --no-preserve-root to override this failsafe");
            chmod.code = 1;
            continue;
        }
        chmod.argument(path);
    }
    let code = chmod.code;
    chmod.out.finish(&chmod.context, code)
}

/// Takes arguments such as `-w` and `-rwx`, which are modes, out of the rest.
fn without_modes(args: &Args) -> (Args, Option<Vec<u8>>) {
    let mut plain = Args::new();
    let mut modes: Vec<Vec<u8>> = Vec::new();
    let mut options = true;
    for (index, arg) in args.iter().enumerate() {
        options &= arg != b"--";
        let mode = match arg.as_slice() {
            [b'-', first, ..] => options && index > 0 && b"rwxXstugoa,+=01234567".contains(first),
            _ => false,
        };
        if mode {
            modes.push(arg.clone());
        } else {
            plain.push(arg.clone());
        }
    }
    let joined = modes.join(b",".as_slice());
    (plain, (!modes.is_empty()).then_some(joined))
}

fn described(bits: u32) -> String {
    let text = mode::text(bits);
    let text = String::from_utf8_lossy(text.get(1..).unwrap_or_default());
    format!("{:04o} ({text})", bits & 0o7777)
}

impl Chmod<'_> {
    fn argument(&mut self, path: &[u8]) {
        if self.recursive {
            return walk(path, Links::Arguments, |found, step| {
                self.step(found, step, found == path);
            });
        }
        let step = match sys::stat(path, true) {
            Ok(stat) => Step::File(stat),
            Err(errno) => match sys::stat(path, false) {
                Ok(link) if is_link(&link) => Step::File(link),
                _ => Step::NoStatus(errno),
            },
        };
        self.step(path, step, true);
    }

    fn problem(&mut self, what: &str, path: &[u8], errno: Errno) {
        self.code = 1;
        if !self.silent {
            self.out.flush();
            self.context.say_quoted(what, path, errno);
        }
    }

    fn step(&mut self, path: &[u8], step: Step, argument: bool) {
        match step {
            Step::NoStatus(errno) => {
                self.problem("cannot access", path, errno);
                self.tell_absent(path);
            }
            Step::Unreadable(errno) => self.problem("cannot read directory", path, errno),
            Step::File(stat) if is_link(&stat) && argument => match sys::stat(path, true) {
                Ok(stat) => self.change(path, &stat),
                Err(_) => {
                    self.code = 1;
                    if !self.silent {
                        let text = [
                            b"cannot operate on dangling symlink ".as_slice(),
                            &quote::always(path),
                        ];
                        self.context.say(&text.concat());
                    }
                    self.tell_absent(path);
                }
            },
            Step::File(stat) if is_link(&stat) => {
                if self.tell == Tell::All {
                    let text = [
                        b"neither symbolic link ".as_slice(),
                        &quote::always(path),
                        b" nor referent has been changed\n",
                    ];
                    self.out.put(&text.concat());
                }
            }
            Step::File(stat) => self.change(path, &stat),
        }
    }

    fn change(&mut self, path: &[u8], stat: &ExtStat) {
        let old = stat.mode & 0o7777;
        let new = self.change.apply(old, is_dir(stat), self.umask);
        if let Err(errno) = sys::chmod(path, new) {
            self.problem("changing permissions of", path, errno);
            if self.tell == Tell::All {
                self.tell_failed(path, old, new);
            }
            return;
        }
        if old != new && self.tell >= Tell::Changes {
            let text = format!(" changed from {} to {}\n", described(old), described(new));
            let text = [
                b"mode of ".as_slice(),
                &quote::always(path),
                text.as_bytes(),
            ];
            self.out.put(&text.concat());
        } else if self.tell == Tell::All {
            let text = format!(" retained as {}\n", described(new));
            let text = [
                b"mode of ".as_slice(),
                &quote::always(path),
                text.as_bytes(),
            ];
            self.out.put(&text.concat());
        }
        let naive = self.change.apply(old, is_dir(stat), 0);
        if self.surprises && new & !naive != 0 {
            let show = |bits| String::from_utf8_lossy(&mode::text(bits)[1..]).into_owned();
            let text = format!(": new permissions are {}, not {}", show(new), show(naive));
            self.out.flush();
            self.context
                .say(&[&quote::if_needed(path), text.as_bytes()].concat());
            self.code = 1;
        }
    }

    fn tell_absent(&mut self, path: &[u8]) {
        if self.tell == Tell::All {
            let text = [&quote::always(path), b" could not be accessed\n".as_slice()];
            self.out.put(&text.concat());
        }
    }

    fn tell_failed(&mut self, path: &[u8], old: u32, new: u32) {
        let text = format!(" from {} to {}\n", described(old), described(new));
        let text = [
            b"failed to change mode of ".as_slice(),
            &quote::always(path),
            text.as_bytes(),
        ];
        self.out.put(&text.concat());
    }
}
