//! `cat`.

use super::with_buffer;
use crate::Args;
use crate::cli::{Context, Opt, Order, Output, parse};
use crate::sys::{self, Errno, File, OpenHow, mode};

const OPTIONS: &[Opt] = &[
    Opt::flag(b'b', "number-nonblank"),
    Opt::flag(b'n', "number"),
    Opt::flag(b's', "squeeze-blank"),
    Opt::flag(b'v', "show-nonprinting"),
    Opt::flag(b'E', "show-ends"),
    Opt::flag(b'T', "show-tabs"),
    Opt::flag(b'A', "show-all"),
    Opt::flag(b'e', ""),
    Opt::flag(b't', ""),
    Opt::flag(b'u', ""),
];

#[derive(Default)]
struct Show {
    ends: bool,
    tabs: bool,
    nonprinting: bool,
    number: bool,
    number_nonblank: bool,
    squeeze: bool,
}

/// Ends the output; GNU's looks at it before it writes, which tells of one that is closed.
fn end(out: &mut Output, context: &Context<'_>, code: i32) -> i32 {
    out.flush();
    match out.error() {
        Some(Errno::Badf) => {
            context.say_error(b"standard output", Errno::Badf);
            1
        }
        _ => out.finish(context, code),
    }
}

/// Runs `cat`.
pub fn run(args: &Args) -> i32 {
    let context = Context::new(args, "cat", 1);
    let parsed = match parse(&context, args, OPTIONS, Order::Permute) {
        Ok(parsed) => parsed,
        Err(code) => return code,
    };
    let mut show = Show::default();
    for (letter, ..) in &parsed.options {
        match letter {
            b'A' => (show.nonprinting, show.ends, show.tabs) = (true, true, true),
            b'b' => show.number_nonblank = true,
            b'e' => (show.nonprinting, show.ends) = (true, true),
            b'E' => show.ends = true,
            b'n' => show.number = true,
            b's' => show.squeeze = true,
            b't' => (show.nonprinting, show.tabs) = (true, true),
            b'T' => show.tabs = true,
            b'v' => show.nonprinting = true,
            _ => {}
        }
    }
    let numbered = show.number || show.number_nonblank;
    let plain = !(show.ends || show.tabs || show.nonprinting || numbered || show.squeeze);
    let stdin = [b"-".to_vec()];
    let files = match parsed.operands.as_slice() {
        [] => &stdin,
        files => files,
    };
    let mut code = 0;
    let mut lines = Lines::new(show);
    let mut out = Output::stdout();
    let same_output = OutputFile::of_stdout();
    for name in files {
        let file = match name.as_slice() {
            b"-" => Ok(File::stdin()),
            path => File::open(path, OpenHow::READ),
        };
        let file = match file {
            Ok(file) => file,
            Err(errno) => {
                context.say_error(&crate::text::quote::if_needed(name), errno);
                code = 1;
                continue;
            }
        };
        if same_output.is_input(&file) {
            let name = crate::text::quote::if_needed(name);
            context.say(&[&name, b": input file is output file".as_slice()].concat());
            code = 1;
            continue;
        }
        let result = with_buffer(|buf| {
            loop {
                match file.read(buf) {
                    Ok(0) => return Ok(()),
                    Ok(n) if plain => out.put_through(&buf[..n]),
                    Ok(n) => {
                        lines.put(&buf[..n], &mut out);
                        if n < buf.len() {
                            out.flush();
                        }
                    }
                    Err(Errno::Intr) => {}
                    Err(errno) => return Err(errno),
                }
                if out.failed() {
                    return Ok(());
                }
            }
        });
        if out.failed() {
            return end(&mut out, &context, 1);
        }
        if let Err(errno) = result {
            out.flush();
            context.say_error(&crate::text::quote::if_needed(name), errno);
            code = 1;
        }
    }
    lines.finish(&mut out);
    end(&mut out, &context, code)
}

/// Standard output where it is a regular file, which must not be read from.
struct OutputFile(Option<(u64, u64)>);

impl OutputFile {
    fn of_stdout() -> OutputFile {
        let regular = sys::fstat(1)
            .ok()
            .filter(|stat| stat.mode & mode::TYPE == mode::REGULAR);
        OutputFile(regular.map(|stat| (stat.device, stat.inode)))
    }

    fn is_input(&self, file: &File) -> bool {
        let Some(output) = self.0 else { return false };
        let Ok(stat) = sys::fstat(file.fd()) else {
            return false;
        };
        (stat.device, stat.inode) == output
            && sys::seek(file.fd(), 0, 1).is_ok_and(|at| at < stat.size_bytes)
    }
}

/// The transformed copy, its state kept from one file to the next.
struct Lines {
    show: Show,
    number: u64,
    at_start: bool,
    /// Empty lines seen in a row.
    blank: u64,
    /// A carriage return that `-E` shows as `^M` if a newline follows.
    held_return: bool,
}

impl Lines {
    fn new(show: Show) -> Lines {
        Lines {
            show,
            number: 0,
            at_start: true,
            blank: 0,
            held_return: false,
        }
    }

    fn put(&mut self, bytes: &[u8], out: &mut Output) {
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            let (body, ended) = match line {
                [body @ .., b'\n'] => (body, true),
                body => (body, false),
            };
            if self.at_start {
                let empty = body.is_empty() && ended;
                if empty {
                    self.blank += 1;
                    if self.show.squeeze && self.blank > 1 {
                        continue;
                    }
                } else {
                    self.blank = 0;
                }
                let number = if self.show.number_nonblank {
                    !empty
                } else {
                    self.show.number
                };
                if number {
                    self.number += 1;
                    out.put(format!("{:6}\t", self.number).as_bytes());
                }
                self.at_start = false;
            }
            self.put_body(body, ended, out);
            if ended {
                out.put(if self.show.ends { b"$\n" } else { b"\n" });
                self.at_start = true;
            }
        }
    }

    fn put_body(&mut self, body: &[u8], ended: bool, out: &mut Output) {
        if self.held_return {
            let shown: &[u8] = if body.is_empty() && ended {
                b"^M"
            } else {
                b"\r"
            };
            out.put(shown);
            self.held_return = false;
        }
        let Show {
            ends,
            tabs,
            nonprinting,
            ..
        } = self.show;
        if !tabs && !nonprinting {
            match body {
                [head @ .., b'\r'] if ends && ended => {
                    out.put(head);
                    out.put(b"^M");
                }
                [head @ .., b'\r'] if ends => {
                    out.put(head);
                    self.held_return = true;
                }
                _ => out.put(body),
            }
            return;
        }
        for &byte in body {
            match byte {
                b'\t' if tabs => out.put(b"^I"),
                b'\r' if ends && !nonprinting => out.put_byte(b'\r'),
                b'\t' => out.put_byte(byte),
                _ if nonprinting => show_nonprinting(byte, out),
                _ => out.put_byte(byte),
            }
        }
    }

    fn finish(&mut self, out: &mut Output) {
        if std::mem::take(&mut self.held_return) {
            out.put(b"\r");
        }
    }
}

fn show_nonprinting(byte: u8, out: &mut Output) {
    let byte = if byte >= 128 {
        out.put(b"M-");
        byte - 128
    } else {
        byte
    };
    match byte {
        0..=31 => out.put(&[b'^', byte + 64]),
        127 => out.put(b"^?"),
        _ => out.put_byte(byte),
    }
}
