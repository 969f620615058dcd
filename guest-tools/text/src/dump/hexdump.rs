//! `hexdump` and `hd`: bytes after formats.

use super::format::{self, Kind, Piece, Unit};
use super::input::Input;
use wardian_applet::Args;
use wardian_applet::cli::{Context, Opt, Order, Output, parse};
use wardian_applet::sys;
use wardian_applet::text::pad;
use wardian_applet::text::size;

static OPTIONS: &[Opt] = &[
    Opt::flag(b'C', "canonical"),
    Opt::flag(b'b', "one-byte-octal"),
    Opt::flag(b'X', "one-byte-hex"),
    Opt::flag(b'c', "one-byte-char"),
    Opt::flag(b'd', "two-bytes-decimal"),
    Opt::value(b'e', "format"),
    Opt::value(b'f', "format-file"),
    Opt::value(b'n', "length"),
    Opt::flag(b'o', "two-bytes-octal"),
    Opt::value(b's', "skip"),
    Opt::flag(b'v', "no-squeezing"),
    Opt::flag(b'x', "two-bytes-hex"),
    Opt::optional(b'L', "color"),
    Opt::flag(b'h', "help"),
    Opt::flag(b'V', "version"),
];

/// Runs `hexdump`.
pub fn hexdump(args: &Args) -> i32 {
    run(args, "hexdump", false)
}

/// Runs `hd`: canonical unless told otherwise.
pub fn hd(args: &Args) -> i32 {
    run(args, "hd", true)
}

struct Dump {
    formats: Vec<Vec<Unit>>,
    block: usize,
    squeeze: bool,
    out: Output,
}

fn run(args: &Args, name: &'static str, canonical: bool) -> i32 {
    let context = Context::new(args, name, 1);
    let parsed = match parse(&context, args, OPTIONS, Order::Permute) {
        Ok(parsed) => parsed,
        Err(code) => return code,
    };
    let mut texts: Vec<Vec<u8>> = Vec::new();
    let (mut length, mut skip, mut squeeze) = (u64::MAX, 0, true);
    let mut add = |items: &[&str]| texts.extend(items.iter().map(|item| item.as_bytes().to_vec()));
    let canonical_form = [
        r#""%08.8_Ax\n""#,
        r#""%08.8_ax  " 8/1 "%02x " "  " 8/1 "%02x " "#,
        r#""  |" 16/1 "%_p" "|\n""#,
    ];
    if canonical {
        add(&canonical_form);
    }
    let address = r#""%07.7_Ax\n""#;
    for (letter, _, value) in parsed.options {
        let value = value.unwrap_or_default();
        match letter {
            b'C' => add(&canonical_form),
            b'b' => add(&[address, r#""%07.7_ax " 16/1 "%03o " "\n""#]),
            b'X' => add(&[address, r#""%07.7_ax " 16/1 " %02x " "\n""#]),
            b'c' => add(&[address, r#""%07.7_ax " 16/1 "%3_c " "\n""#]),
            b'd' => add(&[address, r#""%07.7_ax " 8/2 "  %05u " "\n""#]),
            b'o' => add(&[address, r#""%07.7_ax " 8/2 " %06o " "\n""#]),
            b'x' => add(&[address, r#""%07.7_ax " 8/2 "   %04x " "\n""#]),
            b'e' => add(&[&String::from_utf8_lossy(&value)]),
            b'f' => match sys::read_file(&value) {
                Ok(text) => {
                    for line in String::from_utf8_lossy(&text).lines() {
                        if !line.trim().is_empty() && !line.trim_start().starts_with('#') {
                            add(&[line]);
                        }
                    }
                }
                Err(errno) => {
                    context.say_error(&value, errno);
                    return 1;
                }
            },
            b'n' | b's' => {
                let number = match value.strip_prefix(b"0x") {
                    Some(hex) => std::str::from_utf8(hex)
                        .ok()
                        .and_then(|hex| u64::from_str_radix(hex, 16).ok()),
                    None => size::parse(&value),
                };
                let Some(number) = number else {
                    let what: &[u8] = if letter == b'n' { b"length" } else { b"offset" };
                    context.say(&[b"failed to parse ", what, b": '", &value, b"'"].concat());
                    return 1;
                };
                if letter == b'n' {
                    length = number
                } else {
                    skip = number
                }
            }
            b'v' => squeeze = false,
            b'h' => return context.help(),
            b'V' => return context.version(),
            _ => {}
        }
    }
    if texts.is_empty() {
        let default = [address, r#""%07.7_ax " 8/2 "%04x " "\n""#];
        texts.extend(default.iter().map(|item| item.as_bytes().to_vec()));
    }
    let mut formats = Vec::new();
    for text in &texts {
        match format::parse(text) {
            Ok(units) => formats.push(units),
            Err(message) => {
                context.say(message.as_bytes());
                return 1;
            }
        }
    }
    // A block is at most as long as a C program could count.
    let size = |units: &Vec<Unit>| {
        let mut sizes = units.iter().map(Unit::block_bytes);
        let sum = sizes.try_fold(0_usize, |sum, bytes| sum.checked_add(bytes?));
        sum.filter(|sum| i32::try_from(*sum).is_ok())
    };
    let Some(sizes) = formats.iter().map(size).collect::<Option<Vec<usize>>>() else {
        context.say(b"the formats take more than 2147483647 bytes at once");
        return 1;
    };
    let block = sizes.iter().copied().max().unwrap_or(0).max(1);
    for (units, bytes) in formats.iter_mut().zip(sizes) {
        // The last unit without a count is repeated to fill the block.
        let short = block - bytes;
        if let Some(unit) = units.iter_mut().rev().find(|unit| unit.bytes > 0)
            && !unit.counted
        {
            unit.count += short / unit.bytes;
        }
    }
    let mut dump = Dump {
        formats,
        block,
        squeeze,
        out: Output::stdout(),
    };
    let files = parsed.operands.len();
    let mut input = Input::new(parsed.operands);
    let skipped = input.skip(skip);
    input.limit = length;
    dump.run(&mut input, skipped);
    let errors = input.errors.len();
    let code = dump.out.finish(&context, i32::from(errors > 0));
    for (name, errno) in &input.errors {
        context.say_error(name, *errno);
    }
    if errors > 0 && errors == files {
        context.say(b"all input file arguments failed");
    }
    code
}

impl Dump {
    fn run(&mut self, input: &mut Input, mut address: u64) {
        let start = address;
        let mut block = vec![0; self.block];
        let mut last: Vec<u8> = Vec::new();
        let mut starred = false;
        loop {
            let count = input.block(&mut block);
            if count == 0 {
                break;
            }
            block[count..].fill(0);
            if self.squeeze && count == self.block && last == block {
                if !std::mem::replace(&mut starred, true) {
                    self.out.put(b"*\n");
                }
                address += count as u64;
                continue;
            }
            starred = false;
            let formats = std::mem::take(&mut self.formats);
            for units in &formats {
                self.line(units, &block, count, address);
            }
            self.formats = formats;
            address += count as u64;
            last.clone_from(&block);
        }
        if address > start || start > 0 {
            self.end(address);
        }
    }

    /// The addresses that stand after the last byte.
    fn end(&mut self, address: u64) {
        let formats = std::mem::take(&mut self.formats);
        let with_end = |unit: &&Unit| {
            unit.pieces
                .iter()
                .any(|piece| matches!(piece.kind, Kind::EndAddress(_)))
        };
        if let Some(unit) = formats.iter().flatten().rfind(with_end) {
            for piece in &unit.pieces {
                let text = match piece.kind {
                    Kind::EndAddress(radix) => in_radix(address, radix),
                    _ => String::new(),
                };
                self.out.put(&piece.before);
                if piece.kind != Kind::Text {
                    self.out.put(padded(piece, text).as_bytes());
                }
                self.out.put(&piece.after);
            }
        }
        self.formats = formats;
    }

    fn line(&mut self, units: &[Unit], block: &[u8], count: usize, start: u64) {
        let mut at = 0;
        for unit in units {
            if unit
                .pieces
                .iter()
                .any(|piece| matches!(piece.kind, Kind::EndAddress(_)))
            {
                return;
            }
            for turn in 0..unit.count {
                let last = turn + 1 == unit.count && unit.count > 1;
                for (index, piece) in unit.pieces.iter().enumerate() {
                    let blank = at >= count && piece.bytes > 0;
                    let window = block.get(at..at + piece.bytes).unwrap_or_default();
                    self.out
                        .put(&piece.before_end(last && piece.kind == Kind::Text));
                    if piece.kind != Kind::Text {
                        let text = match blank {
                            true => vec![b' '; piece.width],
                            false => show(piece, window, start + at as u64),
                        };
                        self.out.put(&text);
                        let ends = last && index + 1 == unit.pieces.len();
                        self.out.put(trimmed(&piece.after, ends));
                    }
                    at += piece.bytes;
                }
            }
        }
    }
}

impl Piece {
    fn before_end(&self, ends: bool) -> Vec<u8> {
        trimmed(&self.before, ends).to_vec()
    }
}

/// Blanks at the end of a repeated unit do not follow its last repetition.
fn trimmed(text: &[u8], ends: bool) -> &[u8] {
    if ends { text.trim_ascii_end() } else { text }
}

fn in_radix(value: u64, radix: u8) -> String {
    match radix {
        b'd' => value.to_string(),
        b'o' => format!("{value:o}"),
        _ => format!("{value:x}"),
    }
}

/// A number's digits to precision and width.
fn padded(piece: &Piece, digits: String) -> String {
    let (sign, digits) = match digits.strip_prefix('-') {
        Some(rest) => ("-".to_owned(), rest.to_owned()),
        None if piece.plus => ("+".to_owned(), digits),
        None if piece.space => (" ".to_owned(), digits),
        None => (String::new(), digits),
    };
    let width = piece.width;
    let body = match piece.precision {
        Some(precision) => pad::right(&digits, precision, '0'),
        None if piece.zero && !piece.minus => {
            let room = width.saturating_sub(sign.len());
            pad::right(&digits, room, '0')
        }
        None => digits,
    };
    aligned(piece, &format!("{sign}{body}"))
}

fn aligned(piece: &Piece, text: &str) -> String {
    let width = piece.width;
    if piece.minus {
        pad::left(text, width, ' ')
    } else {
        pad::right(text, width, ' ')
    }
}

fn show(piece: &Piece, window: &[u8], address: u64) -> Vec<u8> {
    let mut wide = [0; 8];
    let length = window.len().min(8);
    wide[..length].copy_from_slice(&window[..length]);
    let value = u64::from_le_bytes(wide);
    let byte = wide[0];
    let unsigned = |digits: String| {
        let mut plain = piece.clone();
        (plain.plus, plain.space) = (false, false);
        padded(&plain, digits).into_bytes()
    };
    match piece.kind {
        Kind::Address(radix) | Kind::EndAddress(radix) => unsigned(in_radix(address, radix)),
        Kind::Integer(b'd' | b'i') => {
            let shift = 64 - 8 * length as u32;
            let signed = if length == 0 {
                0
            } else {
                (value << shift) as i64 >> shift
            };
            padded(piece, signed.to_string()).into_bytes()
        }
        Kind::Integer(b'o') if piece.sharp && value != 0 => unsigned(format!("0{value:o}")),
        Kind::Integer(b'o') => unsigned(format!("{value:o}")),
        Kind::Integer(b'u') => unsigned(value.to_string()),
        Kind::Integer(b'x') if piece.sharp && value != 0 => unsigned(format!("0x{value:x}")),
        Kind::Integer(b'x') => unsigned(format!("{value:x}")),
        Kind::Integer(_) if piece.sharp && value != 0 => unsigned(format!("0X{value:X}")),
        Kind::Integer(_) => unsigned(format!("{value:X}")),
        Kind::Float(letter) => {
            let value = match length {
                4 => f64::from(f32::from_bits(value as u32)),
                _ => f64::from_bits(value),
            };
            aligned(piece, &float(value, letter, piece.precision.unwrap_or(6))).into_bytes()
        }
        Kind::Character | Kind::Printable => {
            let shown = match piece.kind {
                Kind::Printable if !(b' '..=b'~').contains(&byte) => b'.',
                _ => byte,
            };
            let fill = vec![b' '; piece.width.saturating_sub(1)];
            if piece.minus {
                [&[shown][..], &fill].concat()
            } else {
                [&fill[..], &[shown]].concat()
            }
        }
        Kind::String => {
            let text = window.split(|byte| *byte == 0).next().unwrap_or_default();
            let fill = vec![b' '; piece.width.saturating_sub(text.len())];
            if piece.minus {
                [text, &fill].concat()
            } else {
                [&fill, text].concat()
            }
        }
        Kind::Escaped => aligned(piece, &escaped(byte)).into_bytes(),
        Kind::Named => aligned(piece, &named(byte)).into_bytes(),
        Kind::Text => Vec::new(),
    }
}

fn escaped(byte: u8) -> String {
    match byte {
        0 => "\\0".to_owned(),
        7 => "\\a".to_owned(),
        8 => "\\b".to_owned(),
        9 => "\\t".to_owned(),
        10 => "\\n".to_owned(),
        11 => "\\v".to_owned(),
        12 => "\\f".to_owned(),
        13 => "\\r".to_owned(),
        b' '..=b'~' => char::from(byte).to_string(),
        _ => format!("{byte:03o}"),
    }
}

fn named(byte: u8) -> String {
    const NAMES: [&str; 32] = [
        "nul", "soh", "stx", "etx", "eot", "enq", "ack", "bel", "bs", "ht", "lf", "vt", "ff", "cr",
        "so", "si", "dle", "dc1", "dc2", "dc3", "dc4", "nak", "syn", "etb", "can", "em", "sub",
        "esc", "fs", "gs", "rs", "us",
    ];
    match byte {
        0..=31 => NAMES[usize::from(byte)].to_owned(),
        127 => "del".to_owned(),
        b' '..=b'~' => char::from(byte).to_string(),
        _ => format!("{byte:02x}"),
    }
}

/// After so many digits each number has only zeros; `format!` gives no more than 65,535.
const DIGITS_MAX: usize = 1100;

/// A floating-point number as C's `printf` shows it.
fn float(value: f64, letter: u8, precision: usize) -> String {
    if !value.is_finite() {
        return value.to_string().to_ascii_lowercase();
    }
    let zeros = "0".repeat(precision.saturating_sub(DIGITS_MAX));
    let precision = precision.min(DIGITS_MAX);
    let exponential = |precision: usize| {
        let text = format!("{value:.precision$e}");
        let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let exponent: i32 = exponent.parse().unwrap_or(0);
        let sign = if exponent < 0 { '-' } else { '+' };
        (
            digits.to_owned(),
            exponent,
            format!("e{sign}{:02}", exponent.abs()),
        )
    };
    match letter {
        b'f' => format!("{value:.precision$}") + &zeros,
        b'e' | b'E' => {
            let (digits, _, exponent) = exponential(precision);
            digits + &zeros + &exponent
        }
        _ => {
            let precision = precision.max(1);
            let (digits, exponent, shown) = exponential(precision - 1);
            let trim = |text: &str| match text.contains('.') {
                true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
                false => text.to_owned(),
            };
            if exponent < -4 || exponent >= precision as i32 {
                trim(&digits) + &shown
            } else {
                let places = (precision as i32 - 1 - exponent).max(0) as usize;
                trim(&format!("{value:.places$}"))
            }
        }
    }
}
