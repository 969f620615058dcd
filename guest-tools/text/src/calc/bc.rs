//! `bc`: files and standard input, run line by line.

use super::code::Program;
use super::machine::{Halt, Machine};
use super::parser::{Parser, Stop};
use wardian_applet::Args;
use wardian_applet::cli::{Context, Opt, Order, parse};
use wardian_applet::sys::{self, File};

static OPTIONS: &[Opt] = &[
    Opt::flag(b'c', "compile"),
    Opt::flag(b'h', "help"),
    Opt::flag(b'i', "interactive"),
    Opt::flag(b'l', "mathlib"),
    Opt::flag(b'q', "quiet"),
    Opt::flag(b's', "standard"),
    Opt::flag(b'v', "version"),
    Opt::flag(b'w', "warn"),
];

/// Runs `bc`.
pub fn run(args: &Args) -> i32 {
    let context = Context::new(args, "bc", 1);
    let parsed = match parse(&context, args, OPTIONS, Order::Permute) {
        Ok(parsed) => parsed,
        Err(code) => return code,
    };
    let mut library = false;
    for (letter, _, _) in &parsed.options {
        match letter {
            b'h' => return context.help(),
            b'l' => library = true,
            b'v' => return context.version(),
            _ => {}
        }
    }
    let mut session = Session {
        program: Program::default(),
        machine: Machine::new(library),
    };
    for name in &parsed.operands {
        let text = match sys::read_file(name) {
            Ok(text) => text,
            Err(_) => {
                session.machine.out.out.flush();
                let text = [b"File ".as_slice(), name, b" is unavailable.\n"].concat();
                let _ = sys::write(2, &text);
                return 1;
            }
        };
        let name = String::from_utf8_lossy(name).into_owned();
        if session.run(&text, &name, &mut 1) {
            return session.finish(&context);
        }
    }
    session.standard_input();
    session.finish(&context)
}

struct Session {
    program: Program,
    machine: Machine,
}

impl Session {
    fn finish(mut self, context: &Context<'_>) -> i32 {
        self.machine.out.out.finish(context, 0)
    }

    /// Runs whole statements as they come, so that a partner on the other end
    /// of a pipe gets its answers.
    fn standard_input(&mut self) {
        let mut text = Vec::new();
        let mut line = 1;
        let mut block = vec![0; 64 * 1024];
        loop {
            let got = File::stdin().read(&mut block).unwrap_or(0);
            text.extend_from_slice(&block[..got]);
            if got > 0 && !is_complete(&text) {
                continue;
            }
            if self.run(&text, "(standard_in)", &mut line) || got == 0 {
                return;
            }
            self.machine.out.out.flush();
            text.clear();
        }
    }

    /// Runs a text; whether that is the end of all.
    fn run(&mut self, text: &[u8], name: &str, number: &mut usize) -> bool {
        let mut parser = Parser::new(text, name.to_owned(), *number);
        loop {
            let line = parser.line(&mut self.program);
            for complaint in std::mem::take(&mut parser.complaints) {
                self.complain(&complaint);
            }
            match line {
                Ok(code) => {
                    let mut read = || parser.read_line().or_else(line_of_input);
                    match self.machine.run(&code, &self.program, &mut read) {
                        Ok(()) => {}
                        Err(Halt::Exit) => return true,
                        Err(Halt::Error(text)) => self.complain(&text),
                    }
                }
                Err(Stop::End) => {
                    *number = parser.line_number();
                    return false;
                }
                Err(Stop::Quit) => return true,
                Err(Stop::Error(text)) => self.complain(&text),
            }
        }
    }

    fn complain(&mut self, text: &str) {
        self.machine.out.out.flush();
        let _ = sys::write(2, format!("{text}\n").as_bytes());
    }
}

/// The next line of standard input, byte by byte so that nothing is lost.
fn line_of_input() -> Option<Vec<u8>> {
    let mut line = Vec::new();
    let mut byte = [0];
    while let Ok(1) = File::stdin().read(&mut byte) {
        if byte[0] == b'\n' {
            return Some(line);
        }
        line.push(byte[0]);
    }
    Some(line).filter(|line| !line.is_empty())
}

/// Whether a text ends with a whole statement.
fn is_complete(text: &[u8]) -> bool {
    if !text.ends_with(b"\n") || text.ends_with(b"\\\n") {
        return false;
    }
    let (mut depth, mut at) = (0i64, 0);
    while let Some(byte) = text.get(at) {
        let rest = &text[at..];
        at += match byte {
            b'{' | b'(' => {
                depth += 1;
                1
            }
            b'}' | b')' => {
                depth -= 1;
                1
            }
            b'"' => match memchr::memchr(b'"', &rest[1..]) {
                Some(end) => end + 2,
                None => return false,
            },
            b'#' => memchr::memchr(b'\n', rest).unwrap_or(rest.len()),
            b'/' if rest.get(1) == Some(&b'*') => match memchr::memmem::find(&rest[2..], b"*/") {
                Some(end) => end + 4,
                None => return false,
            },
            _ => 1,
        };
    }
    // A function's brace may stand on the next line.
    let last = text.trim_ascii_end().rsplit(|byte| *byte == b'\n').next();
    let waits = last.is_some_and(|line| line.starts_with(b"define") && !line.contains(&b'{'));
    depth <= 0 && !waits
}
