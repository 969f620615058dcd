//! The options of `grep`, read into one configuration.

use super::color::Palette;
use crate::cli::{Context, Opt, Order, parse};
use crate::sys::{self, File};
use crate::text::quote;

const OPTIONS: &[Opt] = &[
    Opt::flag(b'G', "basic-regexp"),
    Opt::flag(b'E', "extended-regexp"),
    Opt::flag(b'F', "fixed-regexp"),
    Opt::flag(b'F', "fixed-strings"),
    Opt::flag(b'P', "perl-regexp"),
    Opt::value(b'A', "after-context"),
    Opt::value(b'B', "before-context"),
    Opt::value(0, "binary-files"),
    Opt::flag(b'U', "binary"),
    Opt::flag(b'b', "byte-offset"),
    Opt::value(b'C', "context"),
    Opt::optional(0, "color"),
    Opt::optional(0, "colour"),
    Opt::flag(b'c', "count"),
    Opt::value(b'D', "devices"),
    Opt::value(b'd', "directories"),
    Opt::value(0, "exclude"),
    Opt::value(0, "exclude-from"),
    Opt::value(0, "exclude-dir"),
    Opt::value(b'f', "file"),
    Opt::flag(b'L', "files-without-match"),
    Opt::flag(b'l', "files-with-matches"),
    Opt::value(0, "group-separator"),
    Opt::flag(b'i', "ignore-case"),
    Opt::flag(0, "no-ignore-case"),
    Opt::flag(b'y', ""),
    Opt::value(0, "include"),
    Opt::flag(b'T', "initial-tab"),
    Opt::value(0, "label"),
    Opt::flag(0, "line-buffered"),
    Opt::flag(b'n', "line-number"),
    Opt::flag(b'x', "line-regexp"),
    Opt::value(b'm', "max-count"),
    Opt::flag(b'h', "no-filename"),
    Opt::flag(0, "no-group-separator"),
    Opt::flag(b's', "no-messages"),
    Opt::flag(b'Z', "null"),
    Opt::flag(b'z', "null-data"),
    Opt::flag(b'o', "only-matching"),
    Opt::flag(b'q', "quiet"),
    Opt::flag(b'q', "silent"),
    Opt::flag(b'r', "recursive"),
    Opt::flag(b'R', "dereference-recursive"),
    Opt::value(b'e', "regexp"),
    Opt::flag(b'v', "invert-match"),
    Opt::flag(b'a', "text"),
    Opt::flag(b'u', "unix-byte-offsets"),
    Opt::flag(b'H', "with-filename"),
    Opt::flag(b'w', "word-regexp"),
    Opt::flag(b'I', ""),
    Opt::flag(b'V', "version"),
];

/// How patterns are read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Basic,
    Extended,
    Fixed,
    Perl,
}

/// What is done with files that are not text.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Binary {
    Tell,
    Text,
    Skip,
}

/// What is done with directories.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Directories {
    Read,
    Skip,
    Recurse,
}

pub struct Config {
    pub kind: Kind,
    pub patterns: Vec<Vec<u8>>,
    pub ignore_case: bool,
    pub word: bool,
    pub line: bool,
    pub invert: bool,
    pub end: u8,
    pub before: usize,
    pub after: usize,
    /// Whether groups of lines are set apart.
    pub groups: bool,
    pub max: Option<u64>,
    pub count: bool,
    pub list: Option<bool>,
    pub quiet: bool,
    pub no_messages: bool,
    pub only: bool,
    pub number: bool,
    pub offset: bool,
    pub file_name: Option<bool>,
    pub null: bool,
    pub tab: bool,
    pub line_buffered: bool,
    pub label: Option<Vec<u8>>,
    pub separator: Option<Vec<u8>>,
    pub binary: Binary,
    pub directories: Directories,
    pub skip_devices: bool,
    pub follow: bool,
    /// Name patterns in order, and whether each includes.
    pub globs: Vec<(bool, Vec<u8>)>,
    pub exclude_dirs: Vec<Vec<u8>>,
    pub palette: Option<Palette>,
}

impl Config {
    /// Whether the place of a match within its line matters.
    pub fn shows_matches(&self) -> bool {
        self.only || self.palette.is_some()
    }
}

fn fail(context: &Context<'_>, parts: &[&[u8]]) -> i32 {
    context.say(&parts.concat());
    2
}

/// The configuration and the files; or the exit code of a usage error.
pub fn read(
    context: &Context<'_>,
    args: &[Vec<u8>],
    kind: Kind,
) -> Result<(Config, Vec<Vec<u8>>), i32> {
    let args = numeric_context(args);
    let parsed = parse(context, &args, OPTIONS, Order::Permute)?;
    let mut config = Config {
        kind,
        patterns: Vec::new(),
        ignore_case: false,
        word: false,
        line: false,
        invert: false,
        end: b'\n',
        before: 0,
        after: 0,
        groups: false,
        max: None,
        count: false,
        list: None,
        quiet: false,
        no_messages: false,
        only: false,
        number: false,
        offset: false,
        file_name: None,
        null: false,
        tab: false,
        line_buffered: false,
        label: None,
        separator: Some(b"--".to_vec()),
        binary: Binary::Tell,
        directories: Directories::Read,
        skip_devices: false,
        follow: false,
        globs: Vec::new(),
        exclude_dirs: Vec::new(),
        palette: None,
    };
    let (mut patterns, mut context_lines) = (None::<Vec<Vec<u8>>>, None);
    let (mut before, mut after, mut chosen) = (None, None, None);
    for (letter, long, value) in parsed.options {
        let text = value.clone().unwrap_or_default();
        match (letter, long) {
            (b'G' | b'E' | b'F' | b'P', _) => {
                let kind = match letter {
                    b'G' => Kind::Basic,
                    b'E' => Kind::Extended,
                    b'F' => Kind::Fixed,
                    _ => Kind::Perl,
                };
                if chosen.is_some_and(|before| before != kind) {
                    context.say(b"conflicting matchers specified");
                    return Err(2);
                }
                (chosen, config.kind) = (Some(kind), kind);
            }
            (b'A', _) => after = Some(lines(context, &text)?),
            (b'B', _) => before = Some(lines(context, &text)?),
            (b'C', _) => context_lines = Some(lines(context, &text)?),
            (b'a', _) => config.binary = Binary::Text,
            (b'I', _) => config.binary = Binary::Skip,
            (b'b', _) => config.offset = true,
            (b'c', _) => config.count = true,
            (b'D', _) => match text.as_slice() {
                b"skip" => config.skip_devices = true,
                b"read" => config.skip_devices = false,
                _ => return Err(fail(context, &[b"unknown devices method"])),
            },
            (b'd', _) => {
                config.directories = match text.as_slice() {
                    b"read" => Directories::Read,
                    b"skip" => Directories::Skip,
                    b"recurse" => Directories::Recurse,
                    other => {
                        let text = [
                            b"invalid argument ".as_slice(),
                            &quote::always(other),
                            b" for '--directories'\nValid arguments are:\n  - 'read'\n  - 'recurse'\n  - 'skip'",
                        ];
                        return Err(context.usage(&text.concat()));
                    }
                };
            }
            (b'e', _) => add(&mut patterns, &text),
            (b'f', _) => {
                let mut list = Vec::new();
                let result = match text.as_slice() {
                    b"-" => File::stdin().read_to_end(&mut list),
                    path => sys::read_file(path).map(|contents| list = contents),
                };
                if let Err(errno) = result {
                    context.say_error(&quote::if_needed(&text), errno);
                    return Err(2);
                }
                if list.is_empty() {
                    patterns.get_or_insert_default();
                } else {
                    add(&mut patterns, list.strip_suffix(b"\n").unwrap_or(&list));
                }
            }
            (b'H', _) => config.file_name = Some(true),
            (b'h', _) => config.file_name = Some(false),
            (b'i' | b'y', _) => config.ignore_case = true,
            (b'L', _) => config.list = Some(false),
            (b'l', _) => config.list = Some(true),
            (b'm', _) => {
                let number = std::str::from_utf8(&text)
                    .ok()
                    .and_then(|t| t.parse::<i64>().ok());
                match number {
                    // Negative means no limit.
                    Some(number) => config.max = u64::try_from(number).ok(),
                    None => return Err(fail(context, &[b"invalid max count"])),
                }
            }
            (b'n', _) => config.number = true,
            (b'o', _) => config.only = true,
            (b'q', _) => config.quiet = true,
            (b'R', _) => (config.directories, config.follow) = (Directories::Recurse, true),
            (b'r', _) => (config.directories, config.follow) = (Directories::Recurse, false),
            (b's', _) => config.no_messages = true,
            (b'T', _) => config.tab = true,
            (b'u', _) => context.say(b"warning: --unix-byte-offsets (-u) is obsolete"),
            (b'V', _) => return Err(context.version()),
            (b'v', _) => config.invert = true,
            (b'w', _) => config.word = true,
            (b'x', _) => config.line = true,
            (b'Z', _) => config.null = true,
            (b'z', _) => config.end = 0,
            (_, "binary-files") => {
                config.binary = match text.as_slice() {
                    b"binary" => Binary::Tell,
                    b"text" => Binary::Text,
                    b"without-match" => Binary::Skip,
                    _ => {
                        return Err(fail(context, &[b"unknown binary-files type"]));
                    }
                };
            }
            (_, "color" | "colour") => match value.as_deref() {
                Some(b"always" | b"yes" | b"force") => config.palette = Some(Palette::new()),
                Some(b"never" | b"no" | b"none") => config.palette = None,
                None | Some(b"auto" | b"tty" | b"if-tty") => {
                    let term = std::env::var("TERM").unwrap_or_default();
                    let fit = sys::is_terminal(1) && !term.is_empty() && term != "dumb";
                    config.palette = fit.then(Palette::new);
                }
                Some(_) => return Err(context.help()),
            },
            (_, "exclude") => config.globs.push((false, text)),
            (_, "include") => config.globs.push((true, text)),
            (_, "exclude-from") => match sys::read_file(&text) {
                Ok(list) => {
                    let names = list
                        .split(|byte| *byte == b'\n')
                        .filter(|name| !name.is_empty());
                    config
                        .globs
                        .extend(names.map(|name| (false, name.to_vec())));
                }
                Err(errno) => {
                    context.say_error(&quote::if_needed(&text), errno);
                    return Err(2);
                }
            },
            (_, "exclude-dir") => {
                let end = text.iter().rposition(|byte| *byte != b'/');
                let kept = end.map_or(1, |end| end + 1).min(text.len());
                config.exclude_dirs.push(text[..kept].to_vec());
            }
            (_, "group-separator") => config.separator = Some(text),
            (_, "no-group-separator") => config.separator = None,
            (_, "label") => config.label = value,
            (_, "line-buffered") => config.line_buffered = true,
            (_, "no-ignore-case") => config.ignore_case = false,
            _ => {}
        }
    }
    let mut files = parsed.operands;
    let patterns = match patterns {
        Some(patterns) => patterns,
        None if files.is_empty() => return Err(context.usage(b"")),
        None => split(&files.remove(0)),
    };
    config.patterns = patterns;
    config.patterns.dedup();
    config.before = before.or(context_lines).unwrap_or(0);
    config.after = after.or(context_lines).unwrap_or(0);
    config.groups = before.or(after).or(context_lines).is_some();
    if config.count || config.list.is_some() || config.quiet {
        (config.before, config.after, config.groups) = (0, 0, false);
    }
    Ok((config, files))
}

fn add(patterns: &mut Option<Vec<Vec<u8>>>, text: &[u8]) {
    patterns.get_or_insert_default().extend(split(text));
}

fn split(text: &[u8]) -> Vec<Vec<u8>> {
    text.split(|byte| *byte == b'\n')
        .map(<[u8]>::to_vec)
        .collect()
}

fn lines(context: &Context<'_>, text: &[u8]) -> Result<usize, i32> {
    let digits = !text.is_empty() && text.iter().all(u8::is_ascii_digit);
    if !digits {
        let text = [text, b": invalid context length argument"];
        return Err(fail(context, &text));
    }
    let text = std::str::from_utf8(text).unwrap_or_default();
    Ok(text.parse().unwrap_or(usize::MAX / 4))
}

/// `-NUM` written out as `-C NUM`; the digits may be within a cluster (`-2n`).
fn numeric_context(args: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let mut out: Vec<Vec<u8>> = args.iter().take(1).cloned().collect();
    let mut rest = args.iter().skip(1);
    while let Some(arg) = rest.next() {
        let body = match arg.as_slice() {
            b"--" => {
                out.push(arg.clone());
                break;
            }
            [b'-', b'-', ..] => b"",
            [b'-', body @ ..] => body,
            _ => b"",
        };
        let valued = body.iter().position(|letter| b"ABCDdefm".contains(letter));
        let (flags, value) = body.split_at(valued.unwrap_or(body.len()));
        let digits: Vec<u8> = flags.iter().copied().filter(u8::is_ascii_digit).collect();
        if digits.is_empty() {
            out.push(arg.clone());
        } else {
            let letters = flags
                .iter()
                .copied()
                .filter(|letter| !letter.is_ascii_digit());
            let letters: Vec<u8> = letters.chain(value.iter().copied()).collect();
            out.push([b"-C", digits.as_slice()].concat());
            if !letters.is_empty() {
                out.push([b"-", letters.as_slice()].concat());
            }
        }
        if value.len() == 1 {
            out.extend(rest.next().cloned());
        }
    }
    out.extend(rest.cloned());
    out
}
