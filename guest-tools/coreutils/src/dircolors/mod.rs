//! `dircolors`: a table of colours as a shell's setting of `LS_COLORS`.

mod database;

use crate::Args;
use crate::cli::{Context, Opt, Order, Output, parse};
use crate::sys::{self, File};
use crate::text::{glob, quote};
use database::{ENDINGS, KEYWORDS, KINDS, TERMINALS};
use std::fmt::Write;

#[rustfmt::skip]
const OPTIONS: &[Opt] = &[
    Opt::flag(b'b', "sh"), Opt::flag(0, "bourne-shell"),
    Opt::flag(b'c', "csh"), Opt::flag(0, "c-shell"),
    Opt::flag(b'p', "print-database"), Opt::flag(0, "print-ls-colors"),
];

/// Runs `dircolors`.
pub fn run(args: &Args) -> i32 {
    general(args).unwrap_or_else(|code| code)
}

fn general(args: &Args) -> Result<i32, i32> {
    let context = Context::new(args, "dircolors", 1);
    let parsed = parse(&context, args, OPTIONS, Order::Permute)?;
    let (mut csh, mut database, mut colors) = (None, false, false);
    for (short, long, _) in &parsed.options {
        match (short, *long) {
            (b'b', _) | (_, "bourne-shell") => csh = Some(false),
            (b'c', _) | (_, "c-shell") => csh = Some(true),
            (b'p', _) => database = true,
            _ => colors = true,
        }
    }
    if (database || colors) && csh.is_some() {
        let text = "the options to output non shell syntax,\n\
                    and to select a shell syntax are mutually exclusive";
        return Err(context.usage(text.as_bytes()));
    }
    if database && colors {
        let text = "options --print-database and --print-ls-colors are mutually exclusive";
        return Err(context.usage(text.as_bytes()));
    }
    if let Some(extra) = parsed.operands.get(usize::from(!database)) {
        let mut text = [b"extra operand ".as_slice(), &quote::always(extra)].concat();
        if database {
            text.extend(b"\nfile operands cannot be combined with --print-database (-p)");
        }
        return Err(context.usage(&text));
    }
    let mut out = Output::stdout();
    if database {
        out.put(text_of_database().as_bytes());
        return Ok(out.finish(&context, 0));
    }
    let csh = match csh {
        Some(csh) => csh,
        None if colors => false,
        None => match std::env::var_os("SHELL").filter(|shell| !shell.is_empty()) {
            Some(shell) => {
                let shell = shell.into_encoded_bytes();
                let name = shell.rsplit(|c| *c == b'/').next().unwrap_or_default();
                name == b"csh" || name == b"tcsh"
            }
            None => {
                let text = b"no SHELL environment variable, and no shell type option given";
                context.say(text);
                return Err(1);
            }
        },
    };
    let table = match parsed.operands.first() {
        None => Table::read(&context, text_of_database().as_bytes(), b"", colors)?,
        Some(name) => {
            let mut text = Vec::new();
            let read = match name == b"-" {
                true => File::stdin().read_to_end(&mut text),
                false => sys::read_file(name).map(|read| text = read),
            };
            if let Err(errno) = read {
                context.say_error(&quote::if_needed(name), errno);
                return Err(1);
            }
            Table::read(&context, &text, name, colors)?
        }
    };
    let (before, after) = match (colors, csh) {
        (true, _) => ("", ""),
        (false, true) => ("setenv LS_COLORS '", "'\n"),
        (false, false) => ("LS_COLORS='", "';\nexport LS_COLORS\n"),
    };
    out.put(before.as_bytes());
    out.put(&table.out);
    out.put(after.as_bytes());
    Ok(out.finish(&context, 0))
}

fn text_of_database() -> String {
    let mut text = String::from(
        "# Colours for ls: after changes, dircolors FILE makes a setting of them.\n\
         # The lines below hold for terminals that match.\n\
         COLORTERM ?*\n",
    );
    for terminal in TERMINALS.split(' ') {
        let _ = writeln!(text, "TERM {terminal}");
    }
    text.push_str(
        "# Attributes: 00 none, 01 bold, 04 underlined, 05 blinking, 07 reversed, 08 hidden.\n\
         # Colours: 30 black, 31 red, 32 green, 33 yellow, 34 blue, 35 magenta, 36 cyan,\n\
         # 37 white; backgrounds from 40.\n\
         #NORMAL 00 # nothing else\n#FILE 00 # a file of no other kind\n",
    );
    for (keyword, _, color, what) in KINDS {
        let _ = writeln!(text, "{keyword} {color} # {what}");
    }
    for (what, color, endings) in ENDINGS {
        let _ = writeln!(text, "# {what}");
        for ending in endings.split(' ') {
            let _ = writeln!(text, "{ending} {color}");
        }
    }
    text
}

/// Where the lines that are read belong.
#[derive(PartialEq, Eq)]
enum State {
    /// Before any terminal.
    Global,
    /// Behind terminals of which none is this one.
    Other,
    /// Behind this terminal.
    Sure,
    /// Among what holds for this terminal.
    Ours,
}

struct Table {
    out: Vec<u8>,
    colors: bool,
}

impl Table {
    fn read(context: &Context<'_>, text: &[u8], name: &[u8], colors: bool) -> Result<Table, i32> {
        let variable = |name: &str| {
            std::env::var_os(name)
                .unwrap_or_default()
                .into_encoded_bytes()
        };
        let mut term = variable("TERM");
        if term.is_empty() {
            term = b"none".to_vec();
        }
        let colorterm = variable("COLORTERM");
        let mut table = Table {
            out: Vec::new(),
            colors,
        };
        let mut state = State::Global;
        let mut right = true;
        for (number, line) in text.split(|c| *c == b'\n').enumerate() {
            let line = line.trim_ascii_start();
            if line.is_empty() || line[0] == b'#' {
                continue;
            }
            let end = line
                .iter()
                .position(u8::is_ascii_whitespace)
                .unwrap_or(line.len());
            let (word, rest) = line.split_at(end);
            let rest = rest.trim_ascii_start();
            let place = [name, format!(":{}: ", number + 1).as_bytes()].concat();
            if rest.is_empty() {
                let text = b"invalid line;  missing second token";
                context.say(&[&place, text.as_slice()].concat());
                right = false;
                continue;
            }
            let value = rest
                .split(|c| *c == b'#')
                .next()
                .unwrap_or_default()
                .trim_ascii_end();
            let matches = |text: &[u8]| glob::matches(value, text);
            if word.eq_ignore_ascii_case(b"TERM") || word.eq_ignore_ascii_case(b"COLORTERM") {
                let text = if word.len() == 4 { &term } else { &colorterm };
                if state != State::Sure {
                    state = if matches(text) {
                        State::Sure
                    } else {
                        State::Other
                    };
                }
                continue;
            }
            if state == State::Sure {
                state = State::Ours;
            }
            if state == State::Other {
                continue;
            }
            if word[0] == b'.' {
                table.entry(b"*", word, value);
            } else if word[0] == b'*' {
                table.entry(b"", word, value);
            } else if let Some(short) = short_name(word) {
                table.entry(b"", short.as_bytes(), value);
            } else if state == State::Ours && !is_ignored(word) {
                let text = [&place, b"unrecognized keyword ".as_slice(), word].concat();
                context.say(&text);
                right = false;
            }
        }
        match right {
            true => Ok(table),
            false => Err(1),
        }
    }

    fn entry(&mut self, before: &[u8], name: &[u8], value: &[u8]) {
        if self.colors {
            self.out
                .extend_from_slice(&[b"\x1b[", value, b"m"].concat());
        }
        self.out.extend_from_slice(before);
        self.quoted(name);
        self.out.push(if self.colors { b'\t' } else { b'=' });
        self.quoted(value);
        let end: &[u8] = if self.colors { b"\x1b[0m\n" } else { b":" };
        self.out.extend_from_slice(end);
    }

    /// Text for within a shell's quotes, with backslashes before what parts entries.
    fn quoted(&mut self, text: &[u8]) {
        let mut bare = true;
        for c in text {
            match c {
                b'\'' => {
                    self.out.extend_from_slice(b"'\\'");
                    bare = true;
                }
                b'\\' | b'^' => bare = !bare,
                b':' | b'=' if bare => self.out.push(b'\\'),
                b':' | b'=' => bare = true,
                _ => bare = true,
            }
            self.out.push(*c);
        }
    }
}

fn is_ignored(word: &[u8]) -> bool {
    let words: [&[u8]; 3] = [b"OPTIONS", b"COLOR", b"EIGHTBIT"];
    words.iter().any(|other| word.eq_ignore_ascii_case(other))
}

fn short_name(word: &[u8]) -> Option<&'static str> {
    let kinds = KINDS.iter().map(|(keyword, short, ..)| (*keyword, *short));
    let mut all = kinds.chain(KEYWORDS.iter().copied());
    all.find(|(keyword, _)| word.eq_ignore_ascii_case(keyword.as_bytes()))
        .map(|(_, short)| short)
}
