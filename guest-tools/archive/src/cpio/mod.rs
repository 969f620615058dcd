//! `cpio`: archives of files whose names come from standard input.

mod create;
mod extract;
mod format;
mod list;
mod options;

use format::Format;
use options::{Action, Options};
use std::io;
use wardian_applet::Args;
use wardian_applet::cli::{Context, Output};
use wardian_applet::sys::{File, OpenHow};

/// Exit code for trouble.
const TROUBLE: i32 = 2;

/// A run: who speaks, and what has gone wrong so far.
struct Run<'a> {
    context: &'a Context<'a>,
    options: Options,
    code: i32,
}

/// Ends the run; what is wrong has been said.
struct Fatal;

impl From<(&Run<'_>, io::Error)> for Fatal {
    fn from((run, error): (&Run<'_>, io::Error)) -> Fatal {
        match error.kind() {
            io::ErrorKind::UnexpectedEof => run.context.say(b"premature end of archive"),
            io::ErrorKind::InvalidData => run.context.say(b"Malformed number or header"),
            _ => run.context.say(error.to_string().as_bytes()),
        }
        Fatal
    }
}

/// Runs `cpio`.
pub fn run(args: &Args) -> i32 {
    let context = Context::new(args, "cpio", TROUBLE);
    let options = match options::read(&context, args) {
        Ok(options) => options,
        Err(code) => return code,
    };
    let action = options.action;
    let mut run = Run {
        context: &context,
        options,
        code: 0,
    };
    let done = match action {
        Action::Create => create::run(&mut run),
        Action::Pass => create::pass(&mut run),
        Action::Extract | Action::List => extract::run(&mut run),
    };
    match done {
        Ok(()) => run.code,
        Err(Fatal) => TROUBLE,
    }
}

impl Run<'_> {
    /// Tells of something that does not end the run.
    fn trouble(&mut self, text: &[u8]) {
        self.context.say(text);
        self.code = TROUBLE;
    }

    /// Tells why something could not be done with a file.
    fn cannot(&mut self, name: &[u8], what: &str, errno: wardian_applet::sys::Errno) {
        let text = [
            name,
            b": Cannot ",
            what.as_bytes(),
            b": ",
            errno.message().as_bytes(),
        ];
        self.trouble(&text.concat());
    }

    /// The number of blocks that were read or written.
    fn blocks(&self, bytes: u64) {
        if self.options.quiet {
            return;
        }
        let blocks = bytes.div_ceil(512);
        let plural = if blocks == 1 { "" } else { "s" };
        let mut out = Output::new(2);
        out.put(format!("{blocks} block{plural}\n").as_bytes());
        out.flush();
    }

    fn archive(&self, write: bool) -> Result<File, Fatal> {
        let how = if write {
            OpenHow::CREATE
        } else {
            OpenHow::READ
        };
        let Some(path) = &self.options.archive else {
            return Ok(File::stdin());
        };
        File::open(path, how).map_err(|errno| {
            let text = [
                b"Cannot open ".as_slice(),
                path,
                b": ",
                errno.message().as_bytes(),
            ];
            self.context.say(&text.concat());
            Fatal
        })
    }
}

/// A name without what would lead out of the directory: leading slashes, and all
/// up to the last `..`.
fn safe_name(name: &[u8]) -> &[u8] {
    let mut rest = name;
    let mut at = 0;
    for part in name.split(|byte| *byte == b'/') {
        at += part.len() + 1;
        if part == b".." {
            rest = name.get(at..).unwrap_or_default();
        }
    }
    let slashes = rest.iter().take_while(|byte| **byte == b'/').count();
    rest = &rest[slashes..];
    if rest.is_empty() { b"." } else { rest }
}

/// A name without leading `./`.
fn without_dot(name: &[u8]) -> &[u8] {
    let mut rest = name;
    while let Some(tail) = rest.strip_prefix(b"./") {
        let slashes = tail.iter().take_while(|byte| **byte == b'/').count();
        rest = &tail[slashes..];
    }
    if rest.is_empty() { b"." } else { rest }
}

#[cfg(test)]
mod tests {
    use super::{safe_name, without_dot};

    #[test]
    fn names_stay_inside() {
        assert_eq!(safe_name(b"a/b"), b"a/b");
        assert_eq!(safe_name(b"/etc//x"), b"etc//x");
        assert_eq!(safe_name(b"../../x"), b"x");
        assert_eq!(safe_name(b"a/../../b/c"), b"b/c");
        assert_eq!(safe_name(b".."), b".");
        assert_eq!(safe_name(b"a..b/..c"), b"a..b/..c");
        assert_eq!(without_dot(b".//./a"), b"a");
        assert_eq!(without_dot(b"."), b".");
    }
}
