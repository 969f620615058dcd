//! `stat`.

use super::mode as mode_text;
use crate::Args;
use crate::cli::{Context, Opt, Order, Output, find_choice, parse};
use crate::identity::accounts;
use crate::sys::{self, Errno, ExtStat, is_link, mode};
use crate::text::pad;
use crate::text::quote::{self, Style};
use crate::text::time;

const OPTIONS: &[Opt] = &[
    Opt::flag(b'L', "dereference"),
    Opt::flag(b'f', "file-system"),
    Opt::value(b'c', "format"),
    Opt::value(0, "printf"),
    Opt::flag(b't', "terse"),
    Opt::value(0, "cached"),
];

/// What a read or write is best done in.
const BLOCK_BYTES: u64 = 4096;

const FILE: &[u8] = b"  File: %N\n  Size: %-10s\tBlocks: %-10b IO Block: %-6o %F\nDevice: %Hd,%Ld\tInode: %-10i  Links: %h\nAccess: (%04a/%10.10A)  Uid: (%5u/%8U)   Gid: (%5g/%8G)\nAccess: %x\nModify: %y\nChange: %z\n Birth: %w\n";
const DEVICE: &[u8] = b"  File: %N\n  Size: %-10s\tBlocks: %-10b IO Block: %-6o %F\nDevice: %Hd,%Ld\tInode: %-10i  Links: %-5h Device type: %Hr,%Lr\nAccess: (%04a/%10.10A)  Uid: (%5u/%8U)   Gid: (%5g/%8G)\nAccess: %x\nModify: %y\nChange: %z\n Birth: %w\n";
const TERSE: &[u8] = b"%n %s %b %f %u %g %D %i %h %t %T %X %Y %Z %W %o\n";
const SYSTEM: &[u8] = b"  File: \"%n\"\n    ID: %-8i Namelen: %-7l Type: %T\nBlock size: %-10s Fundamental block size: %S\nBlocks: Total: %-10b Free: %-10f Available: %a\nInodes: Total: %-10c Free: %d\n";
const SYSTEM_TERSE: &[u8] = b"%n %i %l %t %s %S %b %f %a %c %d\n";

/// The style that `QUOTING_STYLE` names.
fn quoting(context: &Context<'_>) -> Style {
    const WORDS: &[&[&str]] = &[
        &["shell-escape-always"],
        &["literal"],
        &["shell"],
        &["shell-always"],
        &["shell-escape"],
        &["c"],
        &["c-maybe"],
        &["escape"],
        &["locale"],
        &["clocale"],
    ];
    const STYLES: [Style; 10] = [
        Style::ShellEscapeAlways,
        Style::Literal,
        Style::Shell,
        Style::ShellAlways,
        Style::ShellEscape,
        Style::C,
        Style::CMaybe,
        Style::Escape,
        Style::Locale,
        // In the C locale its quotes are those of C.
        Style::C,
    ];
    let Some(word) = std::env::var_os("QUOTING_STYLE") else {
        return STYLES[0];
    };
    let word = word.into_encoded_bytes();
    let found = find_choice(&word, WORDS);
    if found.is_err() {
        let text = [
            b"ignoring invalid value of environment variable QUOTING_STYLE: ".as_slice(),
            &quote::always(&word),
        ];
        context.say(&text.concat());
    }
    STYLES[found.unwrap_or(0)]
}

struct Stat<'a> {
    context: Context<'a>,
    /// How `%N` is quoted: only in formats that the user gave.
    style: Style,
    out: Output,
    failed: bool,
}

/// Runs `stat`.
pub fn stat(args: &Args) -> i32 {
    let context = Context::new(args, "stat", 1);
    let parsed = match parse(&context, args, OPTIONS, Order::Permute) {
        Ok(parsed) => parsed,
        Err(code) => return code,
    };
    let (mut follow, mut system, mut terse) = (false, false, false);
    let (mut format, mut escapes) = (None, false);
    for (letter, long, value) in parsed.options {
        match (letter, long) {
            (b'L', _) => follow = true,
            (b'f', _) => system = true,
            (b't', _) => terse = true,
            (b'c', _) => (format, escapes) = (value, false),
            (_, "printf") => (format, escapes) = (value, true),
            _ => {}
        }
    }
    if parsed.operands.is_empty() {
        return context.usage(b"missing operand");
    }
    let mut stat = Stat {
        context,
        style: Style::Literal,
        out: Output::stdout(),
        failed: false,
    };
    if format.is_some() {
        stat.style = quoting(&stat.context);
    }
    for path in &parsed.operands {
        let result = match path.as_slice() {
            b"-" if !system => sys::fstat(0),
            path => sys::stat(path, follow || system),
        };
        match result {
            Ok(found) => {
                let chosen = format.as_deref().unwrap_or(match (system, terse) {
                    (true, true) => SYSTEM_TERSE,
                    (true, false) => SYSTEM,
                    (false, true) => TERSE,
                    (false, false) => match found.mode & mode::TYPE {
                        mode::BLOCK | mode::CHARACTER => DEVICE,
                        _ => FILE,
                    },
                });
                stat.print(chosen, escapes, system, path, &found);
                if format.is_some() && !escapes {
                    stat.out.put_byte(b'\n');
                }
            }
            Err(errno) => stat.problem(path, errno, system),
        }
    }
    let code = i32::from(stat.failed);
    stat.out.finish(&stat.context, code)
}

/// Width, flags and precision of a directive.
#[derive(Clone, Copy, Default)]
struct Shape {
    left: bool,
    zero: bool,
    plus: bool,
    space: bool,
    alternate: bool,
    width: usize,
    precision: Option<usize>,
}

impl Stat<'_> {
    fn problem(&mut self, path: &[u8], errno: Errno, system: bool) {
        self.out.flush();
        self.failed = true;
        let what = match system {
            true => "cannot read file system information for",
            false => "cannot statx",
        };
        self.context.say_quoted(what, path, errno);
    }

    fn print(&mut self, format: &[u8], escapes: bool, system: bool, path: &[u8], stat: &ExtStat) {
        let mut rest = format;
        while let Some((&byte, tail)) = rest.split_first() {
            rest = tail;
            match byte {
                b'%' => rest = self.directive(rest, system, path, stat),
                b'\\' if escapes => rest = self.escape(rest),
                _ => self.out.put_byte(byte),
            }
        }
    }

    fn escape<'f>(&mut self, rest: &'f [u8]) -> &'f [u8] {
        let Some((&letter, tail)) = rest.split_first() else {
            self.context.say(b"warning: backslash at end of format");
            self.out.put_byte(b'\\');
            return rest;
        };
        let (radix, digits, skip) = match letter {
            b'0'..=b'7' => (8, 3, 0),
            b'x' => (16, 2, 1),
            _ => (0, 0, 0),
        };
        if radix > 0 {
            let text = &rest[skip..];
            let length = text
                .iter()
                .take(digits)
                .take_while(|byte| char::from(**byte).is_digit(radix))
                .count();
            let value = text[..length]
                .iter()
                .filter_map(|byte| char::from(*byte).to_digit(radix))
                .fold(0, |value, digit| value * radix + digit);
            self.out.put_byte(value as u8);
            return &text[length..];
        }
        let byte = match letter {
            b'a' => 7,
            b'b' => 8,
            b'e' => 27,
            b'f' => 12,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'v' => 11,
            b'"' | b'\\' => letter,
            other => {
                let text = [
                    b"warning: unrecognized escape '\\".as_slice(),
                    &[other],
                    b"'",
                ];
                self.context.say(&text.concat());
                other
            }
        };
        self.out.put_byte(byte);
        tail
    }

    fn directive<'f>(
        &mut self,
        text: &'f [u8],
        system: bool,
        path: &[u8],
        stat: &ExtStat,
    ) -> &'f [u8] {
        let (mut shape, mut at) = (Shape::default(), 0);
        while let Some(flag) = text.get(at) {
            match flag {
                b'-' => shape.left = true,
                b'0' => shape.zero = true,
                b'+' => shape.plus = true,
                b' ' => shape.space = true,
                b'#' => shape.alternate = true,
                b'\'' => {}
                _ => break,
            }
            at += 1;
        }
        let number = |at: &mut usize| {
            let start = *at;
            let digits = text[start..]
                .iter()
                .take_while(|b| b.is_ascii_digit())
                .count();
            *at += digits;
            let digits = std::str::from_utf8(&text[start..*at]).unwrap_or_default();
            digits.parse::<usize>().ok()
        };
        shape.width = number(&mut at).unwrap_or(0).min(pad::WIDTH_MAX);
        if text.get(at) == Some(&b'.') {
            at += 1;
            shape.precision = Some(number(&mut at).unwrap_or(usize::MAX));
        }
        let Some(&letter) = text.get(at) else {
            self.out.put_byte(b'%');
            return &text[at..];
        };
        if letter == b'%' {
            self.out.put_byte(b'%');
            return &text[at + 1..];
        }
        let half = matches!(letter, b'H' | b'L') && !system;
        let length = if half && text.len() > at + 1 { 2 } else { 1 };
        let code = &text[at..at + length];
        let value = match system {
            true => system_field(code, path, stat),
            false => self.field(code, path, stat, shape),
        };
        match value {
            Field::Text(text) => self.put_text(&text, shape),
            Field::Decimal(value) => self.put_number(value.to_string(), "", shape),
            Field::Octal(value) => self.put_number(format!("{value:o}"), "0", shape),
            Field::Hex(value) => self.put_number(format!("{value:x}"), "0x", shape),
            Field::Seconds(ns) => self.put_seconds(ns, shape),
            Field::Unknown => self.out.put_byte(b'?'),
        }
        &text[at + length..]
    }

    fn field(&self, code: &[u8], path: &[u8], stat: &ExtStat, _shape: Shape) -> Field {
        let device = stat.device;
        let major = (device >> 8 & 0xfff) | (device >> 32 & !0xfff);
        let minor = (device & 0xff) | (device >> 12 & !0xff & 0xffff_ffff);
        let node = u64::from(stat.device_node);
        match code {
            b"a" => Field::Octal((stat.mode & 0o7777).into()),
            b"A" => Field::Text(mode_text::text(stat.mode).to_vec()),
            b"b" => Field::Decimal(stat.blocks),
            b"B" => Field::Decimal(512),
            b"C" => Field::Text(b"?".to_vec()),
            b"d" => Field::Decimal(device),
            b"Hd" => Field::Decimal(major),
            b"Ld" => Field::Decimal(minor),
            b"D" => Field::Hex(device),
            b"f" => Field::Hex(stat.mode.into()),
            b"F" => Field::Text(kind(stat).as_bytes().to_vec()),
            b"g" => Field::Decimal(stat.gid.into()),
            b"G" => Field::Text(
                accounts::group_name(stat.gid)
                    .unwrap_or(b"UNKNOWN")
                    .to_vec(),
            ),
            b"h" => Field::Decimal(stat.links),
            b"i" => Field::Decimal(stat.inode),
            b"m" => Field::Text(b"/".to_vec()),
            b"n" => Field::Text(path.to_vec()),
            b"N" => Field::Text(self.quoted(path, stat)),
            b"o" => Field::Decimal(BLOCK_BYTES),
            b"r" => Field::Decimal(node),
            b"R" => Field::Hex(node),
            b"Hr" => Field::Decimal(node >> 8),
            b"Lr" => Field::Decimal(node & 0xff),
            b"s" => Field::Decimal(stat.size_bytes),
            b"t" => Field::Hex(node >> 8),
            b"T" => Field::Hex(node & 0xff),
            b"u" => Field::Decimal(stat.uid.into()),
            b"U" => Field::Text(accounts::user_name(stat.uid).unwrap_or(b"UNKNOWN").to_vec()),
            b"w" if stat.created_ns == 0 => Field::Text(b"-".to_vec()),
            b"w" => Field::Text(date(stat.created_ns)),
            b"W" => Field::Seconds(stat.created_ns),
            b"x" => Field::Text(date(stat.accessed_ns)),
            b"X" => Field::Seconds(stat.accessed_ns),
            b"y" => Field::Text(date(stat.modified_ns)),
            b"Y" => Field::Seconds(stat.modified_ns),
            b"z" => Field::Text(date(stat.changed_ns)),
            b"Z" => Field::Seconds(stat.changed_ns),
            _ => Field::Unknown,
        }
    }

    fn quoted(&self, path: &[u8], stat: &ExtStat) -> Vec<u8> {
        let show = |name: &[u8]| match self.style {
            // Unlike in lists, blanks stand for themselves.
            Style::Escape => quote::escape_but_blanks(name),
            style => quote::quote(name, style),
        };
        let mut text = show(path);
        if is_link(stat)
            && let Ok(target) = sys::read_link(path)
        {
            text.extend_from_slice(b" -> ");
            text.extend(show(&target));
        }
        text
    }

    fn pad(&mut self, text: &[u8], shape: Shape) {
        let missing = shape.width.saturating_sub(text.len());
        let blank = vec![b' '; missing];
        if shape.left {
            self.out.put(text);
            self.out.put(&blank);
        } else {
            self.out.put(&blank);
            self.out.put(text);
        }
    }

    fn put_text(&mut self, text: &[u8], shape: Shape) {
        let end = shape.precision.unwrap_or(usize::MAX).min(text.len());
        self.pad(&text[..end], shape);
    }

    fn put_number(&mut self, digits: String, prefix: &str, shape: Shape) {
        let mut text = digits;
        if let Some(precision) = shape.precision.filter(|digits| *digits <= pad::WIDTH_MAX) {
            text = pad::right(&text, precision, '0');
        }
        let sign = match (shape.plus, shape.space) {
            _ if !prefix.is_empty() => "",
            (true, _) => "+",
            (_, true) => " ",
            _ => "",
        };
        let prefix = if shape.alternate && text != "0" {
            prefix
        } else {
            ""
        };
        if shape.zero && !shape.left && shape.precision.is_none() {
            let width = shape.width.saturating_sub(prefix.len() + sign.len());
            text = pad::right(&text, width, '0');
        }
        self.pad(format!("{sign}{prefix}{text}").as_bytes(), shape);
    }

    /// Seconds, with as many digits after the point as the precision says.
    fn put_seconds(&mut self, ns: u64, shape: Shape) {
        let (mut seconds, mut part) = time::split(ns);
        let mut text = String::new();
        // Before the epoch the sign stands for the whole, seconds and fraction.
        if seconds < 0 && part > 0 && shape.precision.is_some() {
            (seconds, part) = (seconds + 1, 1_000_000_000 - part);
            if seconds == 0 {
                text.push('-');
            }
        }
        text.push_str(&seconds.to_string());
        if let Some(precision) = shape.precision {
            let precision = if precision == usize::MAX {
                9
            } else {
                precision
            };
            let digits = format!("{part:09}");
            let precision = precision.min(pad::WIDTH_MAX);
            let digits = pad::left(&digits, precision, '0');
            if precision > 0 {
                text = format!("{text}.{}", &digits[..precision]);
            }
        }
        if shape.zero && !shape.left {
            text = pad::right(&text, shape.width, '0');
        }
        self.pad(text.as_bytes(), shape);
    }
}

enum Field {
    Text(Vec<u8>),
    Decimal(u64),
    Octal(u64),
    Hex(u64),
    Seconds(u64),
    Unknown,
}

fn date(ns: u64) -> Vec<u8> {
    time::local(ns).format(b"%Y-%m-%d %H:%M:%S.%N %z")
}

fn kind(stat: &ExtStat) -> &'static str {
    match stat.mode & mode::TYPE {
        mode::REGULAR if stat.size_bytes == 0 => "regular empty file",
        mode::REGULAR => "regular file",
        mode::DIRECTORY => "directory",
        mode::LINK => "symbolic link",
        mode::FIFO => "fifo",
        mode::SOCKET => "socket",
        mode::CHARACTER => "character special file",
        mode::BLOCK => "block special file",
        _ => "weird file",
    }
}

/// Number of a filesystem in memory, as Linux has it.
const TMPFS: u64 = 0x0102_1994;

fn system_field(code: &[u8], path: &[u8], stat: &ExtStat) -> Field {
    let space = space();
    let blocks = |bytes: u64| bytes / BLOCK_BYTES;
    match code {
        b"a" | b"f" => Field::Decimal(blocks(space.bytes.saturating_sub(space.used_bytes))),
        b"b" => Field::Decimal(blocks(space.bytes)),
        b"c" => Field::Decimal(space.inodes),
        b"d" => Field::Decimal(space.inodes.saturating_sub(space.used_inodes)),
        b"i" => Field::Hex(stat.device),
        b"l" => Field::Decimal(255),
        b"n" => Field::Text(path.to_vec()),
        b"s" | b"S" => Field::Decimal(BLOCK_BYTES),
        b"t" => Field::Hex(TMPFS),
        b"T" => Field::Text(b"tmpfs".to_vec()),
        _ => Field::Unknown,
    }
}

struct Space {
    bytes: u64,
    used_bytes: u64,
    inodes: u64,
    used_inodes: u64,
}

#[cfg(target_os = "wasi")]
fn space() -> Space {
    let info = wardian_abi::imports::system_info();
    Space {
        bytes: info.fs_limit_bytes,
        used_bytes: info.fs_used_bytes,
        inodes: info.fs_limit_inodes,
        used_inodes: info.fs_used_inodes,
    }
}

#[cfg(not(target_os = "wasi"))]
fn space() -> Space {
    Space {
        bytes: 0,
        used_bytes: 0,
        inodes: 0,
        used_inodes: 0,
    }
}
