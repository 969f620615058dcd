//! `mkdir`.

use super::mode::ModeChange;
use crate::Args;
use crate::cli::{Context, Opt, Order, Output, parse};
use crate::fast::names::parent;
use crate::sys::mode::STICKY;
use crate::sys::{self, Errno, is_dir};
use crate::text::quote;

const OPTIONS: &[Opt] = &[
    Opt::value(b'm', "mode"),
    Opt::flag(b'p', "parents"),
    Opt::flag(b'v', "verbose"),
    Opt::flag(b'Z', ""),
    Opt::optional(0, "context"),
];

/// Runs `mkdir`.
pub fn mkdir(args: &Args) -> i32 {
    let context = Context::new(args, "mkdir", 1);
    let parsed = match parse(&context, args, OPTIONS, Order::Permute) {
        Ok(parsed) => parsed,
        Err(code) => return code,
    };
    let (mut parents, mut mode) = (false, None);
    let mut make = Make::new(&context);
    for (letter, _, value) in parsed.options {
        match letter {
            b'm' => mode = value,
            b'p' => parents = true,
            b'v' => make.verbose = true,
            _ => {}
        }
    }
    if parsed.operands.is_empty() {
        return context.usage(b"missing operand");
    }
    if let Some(text) = &mode {
        let Some(change) = ModeChange::parse(text) else {
            context.say(&[b"invalid mode ".as_slice(), &quote::always(text)].concat());
            return 1;
        };
        make.mode = Some(last_mode(text, &change));
    }
    let mut code = 0;
    for path in &parsed.operands {
        let made = if parents {
            make.with_parents(path)
        } else {
            make.one(path, true)
        };
        code |= i32::from(!made);
    }
    make.out.finish(&context, code)
}

/// The bits of a directory made with `-m`, and which of them count: the umask
/// has its part in the change, but none in what is made.
fn last_mode(text: &[u8], change: &ModeChange) -> (u32, u32) {
    const SET_ID: u32 = 0o6000;
    let bits = change.apply(0o777, true, umask());
    let mut affected = change.affected();
    // Of a directory those bits stay that are not named.
    if !text.contains(&b's') && !text.iter().any(u8::is_ascii_digit) {
        affected &= !SET_ID;
    }
    // With special bits GNU makes it under the umask, and is content if all
    // that was named came out as wanted.
    let special = bits & STICKY != 0 || affected & SET_ID != 0;
    let made = bits & (0o777 | STICKY) & !umask();
    let content = special && (made ^ bits) & affected == 0;
    (if content { made } else { bits }, 0o777 | affected)
}

/// The present mask of permission bits withheld from new files.
pub fn umask() -> u32 {
    let mask = sys::umask(0);
    sys::umask(mask);
    mask
}

/// Makes directories, with messages.
pub struct Make<'a> {
    context: &'a Context<'a>,
    /// Permission bits of the last component, and which of them count.
    pub mode: Option<(u32, u32)>,
    /// Whether to tell of each directory.
    pub verbose: bool,
    /// Whether to tell of each directory in the words of `install`.
    pub creating: bool,
    /// Where to tell.
    pub out: Output,
}

impl<'a> Make<'a> {
    /// With the usual mode, silent.
    pub fn new(context: &'a Context<'a>) -> Make<'a> {
        Make {
            context,
            mode: None,
            verbose: false,
            creating: false,
            out: Output::stdout(),
        }
    }

    fn fail(&mut self, path: &[u8], errno: Errno) -> bool {
        self.out.flush();
        self.context
            .say_quoted("cannot create directory", path, errno);
        false
    }

    /// Makes one directory; false after a message.
    pub fn one(&mut self, path: &[u8], last: bool) -> bool {
        match sys::mkdir(path) {
            Ok(()) => self.made(path, last),
            Err(errno) => self.fail(path, errno),
        }
    }

    fn made(&mut self, path: &[u8], last: bool) -> bool {
        if self.creating {
            let program = self.context.program;
            let quoted = quote::always(path);
            self.out
                .put(&[program, b": creating directory ", &quoted, b"\n"].concat());
        }
        if self.verbose {
            let program = self.context.program;
            let quoted = quote::always(path);
            self.out
                .put(&[program, b": created directory ", &quoted, b"\n"].concat());
        }
        if last
            && let Some((bits, affected)) = self.mode
            && let Err(errno) = sys::stat(path, true)
                .and_then(|stat| sys::chmod(path, stat.mode & 0o7777 & !affected | bits & affected))
        {
            self.out.flush();
            self.context
                .say_quoted("cannot set permissions of", path, errno);
            return false;
        }
        true
    }

    /// Makes a directory and those above it that are missing; one that is
    /// there already is fine.
    pub fn with_parents(&mut self, path: &[u8]) -> bool {
        match sys::mkdir(path) {
            Ok(()) => return self.made(path, true),
            Err(Errno::Exist) => {
                let there = sys::stat(path, true).is_ok_and(|stat| is_dir(&stat));
                return there || self.fail(path, Errno::Exist);
            }
            Err(Errno::Noent) if !path.is_empty() => {}
            Err(Errno::Notdir) => {
                let culprit = self.first_not_directory(path);
                return self.fail(&culprit, Errno::Notdir);
            }
            Err(errno) => return self.fail(path, errno),
        }
        let mut missing: Vec<&[u8]> = Vec::new();
        let mut above = parent(path);
        while above != b"." && above != b"/" && sys::stat(above, true).is_err() {
            missing.push(above);
            above = parent(above);
        }
        for dir in missing.into_iter().rev() {
            if !self.one(dir, false) {
                return false;
            }
        }
        self.one(path, true)
    }

    fn first_not_directory(&self, path: &[u8]) -> Vec<u8> {
        let mut at = path;
        loop {
            let above = parent(at);
            match sys::stat(above, true) {
                Ok(stat) if !is_dir(&stat) => return above.to_vec(),
                Err(_) if above != b"." && above != b"/" => at = above,
                _ => return path.to_vec(),
            }
        }
    }
}
