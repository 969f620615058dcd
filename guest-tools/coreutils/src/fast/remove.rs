//! `rm`, `rmdir`.

use crate::Args;
use crate::cli::{Context, Opt, Order, Output, choice, parse};
use crate::sys::{self, Errno, ExtStat, is_dir, mode};
use crate::text::quote;

const RM_OPTIONS: &[Opt] = &[
    Opt::flag(b'f', "force"),
    Opt::flag(b'i', ""),
    Opt::flag(b'I', ""),
    Opt::optional(0, "interactive"),
    Opt::flag(0, "one-file-system"),
    Opt::flag(0, "no-preserve-root"),
    Opt::optional(0, "preserve-root"),
    Opt::flag(b'r', "recursive"),
    Opt::flag(b'R', ""),
    Opt::flag(b'd', "dir"),
    Opt::flag(b'v', "verbose"),
    Opt::flag(0, "-presume-input-tty"),
];

#[derive(Clone, Copy, PartialEq)]
enum Ask {
    Never,
    /// Only for files that may not be written, and only at a terminal.
    Protected,
    Once,
    Always,
}

struct Rm<'a> {
    context: Context<'a>,
    force: bool,
    ask: Ask,
    recursive: bool,
    directories: bool,
    verbose: bool,
    preserve_root: bool,
    terminal: bool,
    out: Output,
    code: i32,
}

/// Runs `rm`.
pub fn rm(args: &Args) -> i32 {
    let context = Context::new(args, "rm", 1);
    let parsed = match parse(&context, args, RM_OPTIONS, Order::Permute) {
        Ok(parsed) => parsed,
        Err(code) => return code,
    };
    let mut rm = Rm {
        context,
        force: false,
        ask: Ask::Protected,
        recursive: false,
        directories: false,
        verbose: false,
        preserve_root: true,
        terminal: false,
        out: Output::stdout(),
        code: 0,
    };
    // Too dangerous to be asked for by halves.
    let abbreviated =
        |arg: &Vec<u8>| (3..18).contains(&arg.len()) && b"--no-preserve-root".starts_with(arg);
    let mut given = args.iter().take_while(|arg| *arg != b"--");
    if given.any(abbreviated) {
        rm.context
            .say(b"you may not abbreviate the --no-preserve-root option");
        return 1;
    }
    let mut presumed = false;
    for (letter, long, value) in parsed.options {
        match (letter, long) {
            (_, "-presume-input-tty") => presumed = true,
            (b'f', _) => (rm.force, rm.ask) = (true, Ask::Never),
            (b'i', _) => (rm.force, rm.ask) = (false, Ask::Always),
            (b'I', _) => (rm.force, rm.ask) = (false, Ask::Once),
            (b'r' | b'R', _) => rm.recursive = true,
            (b'd', _) => rm.directories = true,
            (b'v', _) => rm.verbose = true,
            (_, "no-preserve-root") => rm.preserve_root = false,
            (_, "preserve-root") => match value.as_deref() {
                None | Some(b"all") => rm.preserve_root = true,
                Some(other) => {
                    let before = b"unrecognized --preserve-root argument: ".as_slice();
                    rm.context.say(&[before, &quote::always(other)].concat());
                    return 1;
                }
            },
            (_, "interactive") => {
                const WORDS: &[&[&str]] =
                    &[&["never", "no", "none"], &["once"], &["always", "yes"]];
                match value.map(|word| choice(&rm.context, &word, "'--interactive'", WORDS)) {
                    Some(Ok(0)) => rm.ask = Ask::Never,
                    Some(Ok(1)) => (rm.force, rm.ask) = (false, Ask::Once),
                    None | Some(Ok(_)) => (rm.force, rm.ask) = (false, Ask::Always),
                    Some(Err(code)) => return code,
                }
            }
            _ => {}
        }
    }
    let paths = parsed.operands;
    if paths.is_empty() {
        return match rm.force {
            true => 0,
            false => rm.context.usage(b"missing operand"),
        };
    }
    if rm.ask == Ask::Once && (rm.recursive || paths.len() > 3) {
        let plural = if paths.len() == 1 { "" } else { "s" };
        let how = if rm.recursive { " recursively" } else { "" };
        let text = format!("remove {} argument{plural}{how}?", paths.len());
        if !rm.confirmed(text.as_bytes()) {
            return 0;
        }
    }
    rm.terminal = rm.ask != Ask::Never && (presumed || sys::is_terminal(0));
    for path in &paths {
        rm.remove_argument(path);
    }
    let code = rm.code;
    rm.out.finish(&rm.context, code)
}

impl Rm<'_> {
    fn remove_argument(&mut self, path: &[u8]) {
        // Of several slashes at the end one is left.
        let mut path = path;
        while path.ends_with(b"//") && path.iter().any(|byte| *byte != b'/') {
            path = &path[..path.len() - 1];
        }
        let plain = !self.verbose && self.ask != Ask::Always && !self.terminal;
        let last = super::names::last(path);
        if plain && !path.ends_with(b"/") && last != b"." && last != b".." {
            match sys::unlink(path) {
                Ok(()) => return,
                Err(Errno::Noent | Errno::Notdir) if self.force => return,
                Err(Errno::Noent) => return self.fail(path, Errno::Noent),
                Err(_) => {}
            }
        }
        if self.recursive && (last == b"." || last == b"..") {
            let text = [
                b"refusing to remove '.' or '..' directory: skipping ".as_slice(),
                &quote::always(path),
            ];
            self.context.say(&text.concat());
            self.code = 1;
            return;
        }
        let stat = match sys::stat(path, false) {
            Ok(stat) => stat,
            Err(Errno::Noent | Errno::Notdir) if self.force => return,
            Err(errno) => return self.fail(path, errno),
        };
        if self.recursive && self.preserve_root && is_root(&stat) {
            let what = match path {
                b"/" => b"'/'".to_vec(),
                _ => [&quote::always(path), b" (same as '/')".as_slice()].concat(),
            };
            self.context.say(
                &[
                    b"it is dangerous to operate recursively on ".as_slice(),
                    &what,
                ]
                .concat(),
            );
            self.context
                .say(b"use --no-preserve-root to override this failsafe");
            self.code = 1;
            return;
        }
        if is_dir(&stat) {
            if self.recursive {
                self.remove_tree(path, &stat);
            } else if self.directories {
                if self.may_remove(path, &stat) {
                    self.remove_dir(path);
                }
            } else {
                self.fail(path, Errno::Isdir);
            }
        } else if self.may_remove(path, &stat) {
            self.remove_file(path);
        }
    }

    fn fail(&mut self, path: &[u8], errno: Errno) {
        self.context.say_quoted("cannot remove", path, errno);
        self.code = 1;
    }

    fn remove_file(&mut self, path: &[u8]) -> bool {
        match sys::unlink(path) {
            Ok(()) => self.report("removed ", path),
            Err(Errno::Noent) if self.force => {}
            Err(errno) => {
                self.fail(path, errno);
                return false;
            }
        }
        true
    }

    fn remove_dir(&mut self, path: &[u8]) -> bool {
        match sys::rmdir(path) {
            Ok(()) => self.report("removed directory ", path),
            Err(Errno::Noent) if self.force => {}
            Err(errno) => {
                self.fail(path, errno);
                return false;
            }
        }
        true
    }

    fn report(&mut self, what: &str, path: &[u8]) {
        if self.verbose {
            self.out
                .put(&[what.as_bytes(), &quote::always(path), b"\n"].concat());
        }
    }

    /// Removes a directory with all in it. The stack is data: depth is no limit.
    fn remove_tree(&mut self, path: &[u8], stat: &ExtStat) {
        struct Level {
            path: Vec<u8>,
            names: Vec<sys::DirEntry>,
            kept: bool,
        }
        let mut levels: Vec<Level> = Vec::new();
        let mut enter = Some((path.to_vec(), *stat));
        loop {
            if let Some((path, stat)) = enter.take() {
                let read = match self.may_descend(&path, &stat) {
                    true => Some(sys::read_dir(&path)),
                    false => None,
                };
                match read {
                    Some(Ok(names)) => levels.push(Level {
                        path,
                        names,
                        kept: false,
                    }),
                    Some(Err(errno)) => {
                        self.fail(&path, errno);
                        levels
                            .last_mut()
                            .into_iter()
                            .for_each(|level| level.kept = true);
                    }
                    None => levels
                        .last_mut()
                        .into_iter()
                        .for_each(|level| level.kept = true),
                }
            }
            let Some(level) = levels.last_mut() else {
                return;
            };
            let Some(entry) = level.names.pop() else {
                let done = levels.pop();
                let Some(done) = done else { return };
                let gone =
                    !done.kept && self.confirm_dir(&done.path) && self.remove_dir(&done.path);
                if !gone && let Some(parent) = levels.last_mut() {
                    parent.kept = true;
                }
                continue;
            };
            let mut child = level.path.clone();
            if !child.ends_with(b"/") {
                child.push(b'/');
            }
            child.extend_from_slice(&entry.name);
            let quiet = !self.terminal && self.ask != Ask::Always;
            if quiet && entry.kind != 0 && entry.kind != mode::DIRECTORY {
                if !self.remove_file(&child) {
                    level_kept(levels.last_mut().map(|level| &mut level.kept));
                }
                continue;
            }
            match sys::stat(&child, false) {
                Ok(stat) if is_dir(&stat) => enter = Some((child, stat)),
                Ok(stat) => {
                    if !(self.may_remove(&child, &stat) && self.remove_file(&child)) {
                        level_kept(levels.last_mut().map(|level| &mut level.kept));
                    }
                }
                Err(errno) => self.fail(&child, errno),
            }
        }
    }

    fn may_descend(&mut self, path: &[u8], stat: &ExtStat) -> bool {
        let guard: &[u8] = match self.protected(stat) {
            true => b"write-protected ",
            false if self.ask != Ask::Always => return true,
            false => b"",
        };
        if sys::read_dir(path).is_ok_and(|names| names.is_empty()) {
            return true;
        }
        let text = [
            b"descend into ".as_slice(),
            guard,
            b"directory ",
            &quote::always(path),
            b"?",
        ];
        self.confirmed(&text.concat())
    }

    /// Whether a file is one to ask about because it may not be written.
    fn protected(&self, stat: &ExtStat) -> bool {
        (self.terminal || self.ask == Ask::Always)
            && !sys::is_link(stat)
            && stat.mode & 0o200 == 0
            && sys::identity().0 != 0
    }

    fn confirm_dir(&mut self, path: &[u8]) -> bool {
        let guard: &[u8] = match sys::stat(path, false) {
            Ok(stat) if self.protected(&stat) => b"write-protected ",
            _ if self.ask != Ask::Always => return true,
            _ => b"",
        };
        let text = [b"remove ", guard, b"directory ", &quote::always(path), b"?"];
        self.confirmed(&text.concat())
    }

    fn may_remove(&mut self, path: &[u8], stat: &ExtStat) -> bool {
        let protected = self.protected(stat);
        if self.ask != Ask::Always && !protected {
            return true;
        }
        let kind = match stat.mode & mode::TYPE {
            mode::REGULAR if stat.size_bytes == 0 => "regular empty file",
            mode::REGULAR => "regular file",
            mode::DIRECTORY => "directory",
            mode::LINK => "symbolic link",
            mode::FIFO => "fifo",
            mode::SOCKET => "socket",
            mode::CHARACTER => "character special file",
            mode::BLOCK => "block special file",
            _ => "weird file",
        };
        let guard = if protected { "write-protected " } else { "" };
        let text = format!("remove {guard}{kind} ");
        self.confirmed(&[text.as_bytes(), &quote::always(path), b"?"].concat())
    }

    fn confirmed(&mut self, question: &[u8]) -> bool {
        self.out.flush();
        let prompt = [self.context.program, b": ", question, b" "].concat();
        let mut err = Output::new(2);
        err.put(&prompt);
        err.flush();
        answer_is_yes()
    }
}

fn level_kept(kept: Option<&mut bool>) {
    if let Some(kept) = kept {
        *kept = true;
    }
}

fn is_root(stat: &ExtStat) -> bool {
    is_dir(stat)
        && sys::stat(b"/", true)
            .is_ok_and(|root| (root.device, root.inode) == (stat.device, stat.inode))
}

/// Reads a line from standard input, byte by byte: the rest is another's.
pub fn answer_is_yes() -> bool {
    let (mut first, mut byte) = (None, [0]);
    while let Ok(1) = sys::read(0, &mut byte) {
        if byte[0] == b'\n' {
            break;
        }
        first = first.or(Some(byte[0]));
    }
    matches!(first, Some(b'y' | b'Y'))
}

const RMDIR_OPTIONS: &[Opt] = &[
    Opt::flag(0, "ignore-fail-on-non-empty"),
    Opt::flag(b'p', "parents"),
    Opt::flag(b'v', "verbose"),
];

/// Runs `rmdir`.
pub fn rmdir(args: &Args) -> i32 {
    let context = Context::new(args, "rmdir", 1);
    let parsed = match parse(&context, args, RMDIR_OPTIONS, Order::Permute) {
        Ok(parsed) => parsed,
        Err(code) => return code,
    };
    let (mut ignore, mut parents, mut verbose) = (false, false, false);
    for (letter, ..) in parsed.options {
        match letter {
            b'p' => parents = true,
            b'v' => verbose = true,
            _ => ignore = true,
        }
    }
    if parsed.operands.is_empty() {
        return context.usage(b"missing operand");
    }
    let (mut out, mut code) = (Output::stdout(), 0);
    for operand in &parsed.operands {
        let mut path = operand.as_slice();
        loop {
            if verbose {
                out.put(
                    &[
                        b"rmdir: removing directory, ".as_slice(),
                        &quote::always(path),
                        b"\n",
                    ]
                    .concat(),
                );
            }
            if let Err(errno) = sys::rmdir(path) {
                out.flush();
                if !(ignore && matches!(errno, Errno::Notempty | Errno::Exist)) {
                    let first = path == operand.as_slice();
                    let what = match first || errno == Errno::Notdir {
                        true => "failed to remove",
                        false => "failed to remove directory",
                    };
                    if first && errno == Errno::Notdir && link_to_directory(path) {
                        let text = [
                            b"failed to remove ".as_slice(),
                            &quote::always(path),
                            b": Symbolic link not followed",
                        ];
                        context.say(&text.concat());
                    } else {
                        context.say_quoted(what, path, errno);
                    }
                    code = 1;
                }
                break;
            }
            if !parents {
                break;
            }
            path = super::names::parent(path);
            if path == b"." || path == b"/" {
                break;
            }
        }
    }
    out.finish(&context, code)
}

/// Whether `name/` is a link, to a directory or to nothing.
fn link_to_directory(path: &[u8]) -> bool {
    let end = path.iter().rposition(|byte| *byte != b'/');
    let name = &path[..end.map_or(0, |at| at + 1)];
    name.len() < path.len()
        && sys::stat(name, false).is_ok_and(|stat| sys::is_link(&stat))
        && match sys::stat(path, true) {
            Ok(stat) => is_dir(&stat),
            Err(errno) => errno != Errno::Notdir,
        }
}
