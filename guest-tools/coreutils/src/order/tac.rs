//! `tac`.

use crate::Args;
use crate::cli::{Context, Opt, Order, Output, parse};
use crate::sys::{File, OpenHow};
use crate::text::{quote, utf8_locale};
use wardian_posix_regex::{Options, Regex};

#[rustfmt::skip]
const OPTIONS: &[Opt] = &[
    Opt::flag(b'b', "before"),
    Opt::flag(b'r', "regex"),
    Opt::value(b's', "separator"),
];

/// What ends a record.
enum Separator {
    Byte(u8),
    Text(Vec<u8>),
    Pattern(Box<Regex>),
}

/// Runs `tac`.
pub fn run(args: &Args) -> i32 {
    let context = Context::new(args, "tac", 1);
    match tac(&context, args) {
        Ok(code) | Err(code) => code,
    }
}

fn tac(context: &Context<'_>, args: &Args) -> Result<i32, i32> {
    let parsed = parse(context, args, OPTIONS, Order::Permute)?;
    let (mut before, mut regex, mut text) = (false, false, b"\n".to_vec());
    for (letter, _, value) in parsed.options {
        match letter {
            b'b' => before = true,
            b'r' => regex = true,
            _ => text = value.unwrap_or_default(),
        }
    }
    let mut separator = match text.as_slice() {
        [] if regex => {
            context.say(b"separator cannot be empty");
            return Err(1);
        }
        // No text stands for a zero.
        [] => Separator::Byte(0),
        text if regex => {
            let options = Options {
                unicode: utf8_locale(),
                multi_line: true,
                ..Options::default()
            };
            match Regex::new(text, &options) {
                Ok(regex) => Separator::Pattern(Box::new(regex)),
                Err(error) => {
                    context.say(error.0.as_bytes());
                    return Err(1);
                }
            }
        }
        [byte] => Separator::Byte(*byte),
        text => Separator::Text(text.to_vec()),
    };
    let mut out = Output::stdout();
    let mut code = 0;
    for name in crate::lines::inputs(parsed.operands) {
        let file = match name.as_slice() {
            b"-" => Ok(File::stdin()),
            path => File::open(path, OpenHow::READ),
        };
        let file = match file {
            Ok(file) => file,
            Err(errno) => {
                out.flush();
                let quoted = quote::always(&name);
                let subject: [&[u8]; 3] = [b"failed to open ", &quoted, b" for reading"];
                context.say_error(&subject.concat(), errno);
                code = 1;
                continue;
            }
        };
        let mut text = Vec::new();
        if let Err(errno) = file.read_to_end(&mut text) {
            out.flush();
            let subject: [&[u8]; 2] = [&quote::if_needed(&name), b": read error"];
            context.say_error(&subject.concat(), errno);
            code = 1;
            continue;
        }
        match &mut separator {
            Separator::Byte(byte) if !before => put_lines(&text, *byte, &mut out),
            separator => put_records(&text, separator, before, &mut out),
        }
    }
    Ok(out.finish(context, code))
}

/// Records that a byte ends, from the last to the first.
fn put_lines(text: &[u8], separator: u8, out: &mut Output) {
    let mut end = text.len();
    while end > 0 {
        let start = memchr::memrchr(separator, &text[..end - 1]).map_or(0, |at| at + 1);
        out.put(&text[start..end]);
        end = start;
    }
}

/// Records with what separates them after them, or before them.
fn put_records(text: &[u8], separator: &mut Separator, before: bool, out: &mut Output) {
    let mut end = text.len();
    let mut limit = text.len();
    while let Some((start, stop)) = last_before(text, separator, limit) {
        limit = start;
        let cut = if before { start } else { stop };
        // What ends with a separator is whole as it is.
        if cut < end {
            out.put(&text[cut..end]);
            end = cut;
        }
    }
    out.put(&text[..end]);
}

/// The last separator that starts before `limit`, and lies before it.
fn last_before(text: &[u8], separator: &mut Separator, limit: usize) -> Option<(usize, usize)> {
    match separator {
        Separator::Byte(byte) => {
            let at = memchr::memrchr(*byte, &text[..limit])?;
            Some((at, at + 1))
        }
        Separator::Text(wanted) => {
            let at = memchr::memmem::rfind(&text[..limit], wanted)?;
            Some((at, at + wanted.len()))
        }
        Separator::Pattern(regex) => {
            // Backwards: the nearest place where a match starts, of no more
            // than what lies before the one found before.
            let mut at = limit;
            while at > 0 {
                at -= 1;
                if let Some((start, stop)) = regex.find_at(&text[..limit], at)
                    && start == at
                {
                    if stop == start {
                        continue;
                    }
                    return Some((start, stop));
                }
            }
            None
        }
    }
}
