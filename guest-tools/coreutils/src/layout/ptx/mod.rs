//! `ptx`: an index of words, each shown within its context.

mod fields;
mod occurrences;
mod output;
mod words;

use crate::Args;
use crate::cli::{Context, Opt, Order, Output, parse};
use crate::sys::{File, OpenHow};
use crate::text::quote;
use occurrences::{Input, Occurrence};
use words::Words;

#[rustfmt::skip]
const OPTIONS: &[Opt] = &[
    Opt::flag(b'A', "auto-reference"),
    Opt::value(b'b', "break-file"),
    Opt::flag(b'f', "ignore-case"),
    Opt::value(b'F', "flag-truncation"),
    Opt::value(b'g', "gap-size"),
    Opt::flag(b'G', "traditional"),
    Opt::value(b'i', "ignore-file"),
    Opt::value(b'M', "macro-name"),
    Opt::value(b'o', "only-file"),
    Opt::flag(b'O', ""),
    Opt::value(0, "format"),
    Opt::flag(b'r', "references"),
    Opt::flag(b'R', "right-side-refs"),
    Opt::value(b'S', "sentence-regexp"),
    Opt::flag(b't', "typeset-mode"),
    Opt::flag(b'T', ""),
    Opt::value(b'w', "width"),
    Opt::value(b'W', "word-regexp"),
];

/// How lines are written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Plain,
    Roff,
    Tex,
}

/// What `ptx` is asked for.
pub struct Settings {
    pub traditional: bool,
    pub format: Format,
    pub automatic: bool,
    pub references: bool,
    pub right: bool,
    pub fold: bool,
    pub width: i64,
    pub gap: i64,
    pub mark: Vec<u8>,
    pub macro_name: Vec<u8>,
    sentences: Option<Vec<u8>>,
    word: Option<Vec<u8>>,
    breaks: Option<Vec<u8>>,
    ignored: Option<Vec<u8>>,
    only: Option<Vec<u8>>,
}

impl Settings {
    /// What ends a context.
    fn sentence_pattern(&self) -> &[u8] {
        match &self.sentences {
            Some(pattern) => pattern,
            None if !self.traditional && !self.references => words::SENTENCE_END,
            None => b"\n",
        }
    }
}

/// Runs `ptx`.
pub fn run(args: &Args) -> i32 {
    let context = Context::new(args, "ptx", 1);
    match ptx(&context, args) {
        Ok(code) | Err(code) => code,
    }
}

fn ptx(context: &Context<'_>, args: &Args) -> Result<i32, i32> {
    let (settings, mut names) = read(context, args)?;
    if settings.traditional
        && let Some(to) = names.get(1)
    {
        if let Some(extra) = names.get(2) {
            return Err(
                context.usage(&[b"extra operand ", quote::always(extra).as_slice()].concat())
            );
        }
        match File::open(to, OpenHow::CREATE) {
            Ok(file) => {
                crate::sys::replace(file.fd(), 1);
                std::mem::forget(file);
            }
            Err(errno) => {
                context.say_error(&quote::if_needed(to), errno);
                return Err(1);
            }
        }
        names.truncate(1);
    }
    let mut words = Words::new(context, &settings)?;
    let mut inputs = Vec::new();
    let mut found: Vec<Occurrence> = Vec::new();
    let (mut lines, mut longest) = (0, 0);
    let mut reference_width = 0;
    for name in crate::lines::inputs(names) {
        let text = load(context, &name)?;
        let label = if name == b"-" { Vec::new() } else { name };
        let mut input = Input {
            label,
            text,
            lines_before: lines,
            lines_end: 0,
        };
        let mut scan = occurrences::Scan {
            settings: &settings,
            words: &mut words,
            lines,
            longest,
            reference_width,
        };
        scan.run(context, &input, inputs.len(), &mut found)?;
        (lines, longest, reference_width) = (scan.lines + 1, scan.longest, scan.reference_width);
        input.lines_end = lines;
        inputs.push(input);
    }
    found.sort_by(|a, b| {
        let key = |it: &Occurrence| &inputs[it.input].text[it.key..it.key + it.size];
        words
            .compare(key(a), key(b))
            .then_with(|| (a.input, a.key).cmp(&(b.input, b.key)))
    });
    let mut out = Output::stdout();
    output::print(
        &settings,
        &mut words,
        &inputs,
        &found,
        (longest, reference_width),
        &mut out,
    );
    Ok(out.finish(context, 0))
}

fn read(context: &Context<'_>, args: &Args) -> Result<(Settings, Vec<Vec<u8>>), i32> {
    let parsed = parse(context, args, OPTIONS, Order::Permute)?;
    let mut it = Settings {
        traditional: false,
        format: Format::Plain,
        automatic: false,
        references: false,
        right: false,
        fold: false,
        width: 72,
        gap: 3,
        mark: b"/".to_vec(),
        macro_name: b"xx".to_vec(),
        sentences: None,
        word: None,
        breaks: None,
        ignored: None,
        only: None,
    };
    let mut format = None;
    for (letter, _, value) in parsed.options {
        let value = value.unwrap_or_default();
        match letter {
            b'A' => it.automatic = true,
            b'b' => it.breaks = Some(value),
            b'f' => it.fold = true,
            b'F' => it.mark = unescaped(&value),
            b'g' => it.gap = number(context, &value, "invalid gap width: ")?,
            b'G' => it.traditional = true,
            b'i' => it.ignored = Some(value),
            b'M' => it.macro_name = value,
            b'o' => it.only = Some(value),
            b'O' => format = Some(Format::Roff),
            b'r' => it.references = true,
            b'R' => it.right = true,
            b'S' => it.sentences = Some(unescaped(&value)),
            b't' => {}
            b'T' => format = Some(Format::Tex),
            b'w' => it.width = number(context, &value, "invalid line width: ")?,
            b'W' => it.word = Some(unescaped(&value)).filter(|word| !word.is_empty()),
            _ if !value.is_empty() && b"roff".starts_with(&value) => format = Some(Format::Roff),
            _ if !value.is_empty() && b"tex".starts_with(&value) => format = Some(Format::Tex),
            _ => {
                let quoted = quote::always(&value);
                let text = [
                    b"invalid argument ",
                    quoted.as_slice(),
                    b" for '--format'\nValid arguments are:\n  - 'roff'\n  - 'tex'",
                ];
                return Err(context.usage(&text.concat()));
            }
        }
    }
    it.format = match format {
        Some(format) => format,
        None if it.traditional => Format::Roff,
        None => Format::Plain,
    };
    Ok((it, parsed.operands))
}

fn number(context: &Context<'_>, text: &[u8], problem: &str) -> Result<i64, i32> {
    let value = std::str::from_utf8(text)
        .ok()
        .and_then(|text| text.parse::<i64>().ok());
    match value.filter(|value| *value > 0) {
        Some(value) => Ok(value.min(1 << 30)),
        None => {
            context.say(&[problem.as_bytes(), quote::always(text).as_slice()].concat());
            Err(1)
        }
    }
}

/// The contents of a file.
fn load(context: &Context<'_>, name: &[u8]) -> Result<Vec<u8>, i32> {
    let file = match name {
        b"-" | b"" => Ok(File::stdin()),
        path => File::open(path, OpenHow::READ),
    };
    let mut text = Vec::new();
    match file.and_then(|file| file.read_to_end(&mut text)) {
        Ok(()) => Ok(text),
        Err(errno) => {
            let shown = if name.is_empty() { b"-" } else { name };
            context.say_error(&quote::if_needed(shown), errno);
            Err(1)
        }
    }
}

/// A text with its escapes replaced, as in C.
fn unescaped(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        let Some((&letter, tail)) = tail.split_first().filter(|_| byte == b'\\') else {
            out.push(byte);
            continue;
        };
        rest = tail;
        let digits = |most: usize, base: u32| {
            let digit = |byte: &&u8| char::from(**byte).is_digit(base);
            let count = tail.iter().take(most).take_while(digit).count();
            let text = std::str::from_utf8(&tail[..count]).unwrap_or_default();
            (count, u32::from_str_radix(text, base).unwrap_or(0) as u8)
        };
        match letter {
            b'a' => out.push(7),
            b'b' => out.push(8),
            b'c' => return out,
            b'f' => out.push(12),
            b'n' => out.push(b'\n'),
            b'r' => out.push(b'\r'),
            b't' => out.push(b'\t'),
            b'v' => out.push(11),
            b'x' | b'0' => {
                let (count, value) = if letter == b'x' {
                    digits(3, 16)
                } else {
                    digits(3, 8)
                };
                rest = &tail[count..];
                if count == 0 && letter == b'x' {
                    out.extend(b"\\x");
                } else {
                    out.push(value);
                }
            }
            other => out.extend([b'\\', other]),
        }
    }
    out
}
