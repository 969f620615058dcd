//! `dos2unix` and `unix2dos`: line ends of files, in place.

use super::files;
use crate::Args;
use crate::cli::{Context, Opt, Order, Output, parse};
use crate::sys::{self, Errno, File, OpenHow};

const OPTIONS: &[Opt] = &[
    Opt::flag(b'n', "newfile"),
    Opt::flag(b'o', "oldfile"),
    Opt::flag(b'q', "quiet"),
    Opt::flag(b'f', "force"),
    Opt::flag(b'k', "keepdate"),
    Opt::flag(b's', "safe"),
    Opt::flag(b'l', "newline"),
    Opt::flag(b'O', "to-stdout"),
    Opt::value(b'c', "convmode"),
    Opt::flag(b'm', "add-bom"),
    Opt::flag(b'r', "remove-bom"),
    Opt::flag(b'b', "keep-bom"),
    Opt::flag(b'F', "follow-symlink"),
    Opt::flag(b'V', "version"),
];

const BOM: &[u8] = b"\xef\xbb\xbf";

/// Which way, and how.
struct How {
    to_dos: bool,
    force: bool,
    quiet: bool,
    keep_date: bool,
    new_line: bool,
    bom: Option<bool>,
}

/// Runs `dos2unix`.
pub fn dos2unix(args: &Args) -> i32 {
    run(args, false)
}

/// Runs `unix2dos`.
pub fn unix2dos(args: &Args) -> i32 {
    run(args, true)
}

fn run(args: &Args, to_dos: bool) -> i32 {
    let name = if to_dos { "unix2dos" } else { "dos2unix" };
    let context = Context::new(args, name, 1);
    let parsed = match parse(&context, args, OPTIONS, Order::Permute) {
        Ok(parsed) => parsed,
        Err(code) => return code,
    };
    let mut how = How {
        to_dos,
        force: false,
        quiet: false,
        keep_date: false,
        new_line: false,
        bom: None,
    };
    let (mut pairs, mut to_stdout) = (false, false);
    for (letter, ..) in parsed.options {
        match letter {
            b'n' => pairs = true,
            b'o' => pairs = false,
            b'q' => how.quiet = true,
            b'f' => how.force = true,
            b'k' => how.keep_date = true,
            b'l' => how.new_line = true,
            b'm' => how.bom = Some(true),
            b'r' => how.bom = Some(false),
            b'b' => how.bom = how.bom.or(to_dos.then_some(true).and(None)),
            b'O' => to_stdout = true,
            b'V' => return context.version(),
            _ => {}
        }
    }
    if parsed.operands.is_empty() || to_stdout {
        let mut out = Output::stdout();
        let code = files::each(&context, &parsed.operands, "", |_, text| {
            out.put(&how.convert(text));
        });
        return out.finish(&context, code);
    }
    let mut code = 0;
    let step = if pairs { 2 } else { 1 };
    for operands in parsed.operands.chunks(step) {
        let (Some(from), Some(to)) = (operands.first(), operands.last()) else {
            continue;
        };
        if let Err(errno) = how.file(&context, from, to) {
            context.say_error(from, errno);
            code = errno_code(errno);
        }
    }
    code
}

fn errno_code(errno: Errno) -> i32 {
    match errno {
        Errno::Noent => 2,
        Errno::Acces => 13,
        _ => 1,
    }
}

impl How {
    fn file(&self, context: &Context<'_>, from: &[u8], to: &[u8]) -> Result<(), Errno> {
        let status = sys::stat(from, true)?;
        if status.mode & sys::mode::TYPE != sys::mode::REGULAR {
            self.say(
                context,
                &[b"Skipping ", from, b", not a regular file."].concat(),
            );
            return Ok(());
        }
        let text = files::read(from)?;
        let binary = |byte: &u8| *byte < 32 && !matches!(byte, b'\n' | b'\r' | b'\t' | 0x0c);
        if !self.force && text.iter().any(binary) {
            self.say(context, &[b"Skipping binary file ", from].concat());
            return Ok(());
        }
        let kind: &[u8] = if self.to_dos { b"DOS" } else { b"Unix" };
        let message = match from == to {
            true => [b"converting file ", from, b" to ", kind, b" format..."].concat(),
            false => [
                b"converting file ",
                from,
                b" to file ",
                to,
                b" in ",
                kind,
                b" format...",
            ]
            .concat(),
        };
        self.say(context, &message);
        let made = self.convert(&text);
        let file = File::open(to, OpenHow::CREATE)?;
        let mut out = Output::new(file.fd());
        out.put(&made);
        out.flush();
        if let Some(errno) = out.error() {
            return Err(errno);
        }
        drop(file);
        if self.keep_date {
            let at = sys::SetTime::At(status.modified_ns);
            sys::set_times(to, sys::SetTime::At(status.accessed_ns), at, true)?;
        }
        Ok(())
    }

    fn say(&self, context: &Context<'_>, text: &[u8]) {
        if !self.quiet {
            context.say(text);
        }
    }

    fn convert(&self, text: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(text.len() + text.len() / 16);
        let (had, text) = match text.strip_prefix(BOM) {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        if self.bom.unwrap_or(had && self.to_dos) {
            out.extend_from_slice(BOM);
        }
        let mut last = 0;
        for (at, &byte) in text.iter().enumerate() {
            match (byte, self.to_dos) {
                (b'\n', true) => {
                    if last != b'\r' {
                        out.push(b'\r');
                    }
                    out.push(b'\n');
                    if self.new_line {
                        out.extend(b"\r\n");
                    }
                }
                (b'\r', false) if text.get(at + 1) == Some(&b'\n') => {
                    if self.new_line {
                        out.push(b'\n');
                    }
                }
                _ => out.push(byte),
            }
            last = byte;
        }
        out
    }
}
