//! `iconv`: text from one character set to another: UTF-8, UTF-16, UTF-32,
//! Latin-1 and its kin, ASCII.

use super::files;
use crate::Args;
use crate::cli::{Context, Opt, Order, Output, parse};
use crate::sys::{File, OpenHow};

const OPTIONS: &[Opt] = &[
    Opt::value(b'f', "from-code"),
    Opt::value(b't', "to-code"),
    Opt::flag(b'l', "list"),
    Opt::flag(b'c', ""),
    Opt::value(b'o', "output"),
    Opt::flag(b's', "silent"),
    Opt::flag(b'v', "verbose"),
    Opt::flag(b'V', "version"),
];

/// A character set.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Set {
    Utf8,
    /// With a mark at the start that tells the order of bytes.
    Utf16,
    Utf16Le,
    Utf16Be,
    Utf32,
    Utf32Le,
    Utf32Be,
    Latin1,
    Latin9,
    Windows1252,
    Ascii,
}

const NAMES: &[(&str, Set)] = &[
    ("ANSI_X3.4-1968", Set::Ascii),
    ("ASCII", Set::Ascii),
    ("CP1252", Set::Windows1252),
    ("ISO-8859-1", Set::Latin1),
    ("ISO-8859-15", Set::Latin9),
    ("ISO8859-1", Set::Latin1),
    ("ISO8859-15", Set::Latin9),
    ("ISO_8859-1", Set::Latin1),
    ("ISO_8859-15", Set::Latin9),
    ("L1", Set::Latin1),
    ("LATIN-9", Set::Latin9),
    ("LATIN1", Set::Latin1),
    ("UCS-2LE", Set::Utf16Le),
    ("UCS-4LE", Set::Utf32Le),
    ("US-ASCII", Set::Ascii),
    ("UTF-16", Set::Utf16),
    ("UTF-16BE", Set::Utf16Be),
    ("UTF-16LE", Set::Utf16Le),
    ("UTF-32", Set::Utf32),
    ("UTF-32BE", Set::Utf32Be),
    ("UTF-32LE", Set::Utf32Le),
    ("UTF-8", Set::Utf8),
    ("UTF16", Set::Utf16),
    ("UTF32", Set::Utf32),
    ("UTF8", Set::Utf8),
    ("WINDOWS-1252", Set::Windows1252),
];

/// What 0x80 to 0x9f are in Windows' code page 1252; 0: nothing.
const WINDOWS_1252: [u16; 32] = [
    0x20ac, 0, 0x201a, 0x192, 0x201e, 0x2026, 0x2020, 0x2021, 0x2c6, 0x2030, 0x160, 0x2039, 0x152,
    0, 0x17d, 0, 0, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x2dc, 0x2122, 0x161,
    0x203a, 0x153, 0, 0x17e, 0x178,
];
/// Where Latin-9 differs from Latin-1.
const LATIN_9: [(u8, u16); 8] = [
    (0xa4, 0x20ac),
    (0xa6, 0x160),
    (0xa8, 0x161),
    (0xb4, 0x17d),
    (0xb8, 0x17e),
    (0xbc, 0x152),
    (0xbd, 0x153),
    (0xbe, 0x178),
];

/// Runs `iconv`.
pub fn run(args: &Args) -> i32 {
    let context = Context::new(args, "iconv", 1);
    let parsed = match parse(&context, args, OPTIONS, Order::Permute) {
        Ok(parsed) => parsed,
        Err(code) => return code,
    };
    let (mut from, mut to) = (Vec::new(), Vec::new());
    let (mut discard, mut output) = (false, None);
    for (letter, _, value) in parsed.options {
        let value = value.unwrap_or_default();
        match letter {
            b'f' => from = value,
            b't' => to = value,
            b'c' => discard = true,
            b'o' => output = Some(value),
            b'l' => {
                let mut out = Output::stdout();
                for (name, _) in NAMES {
                    out.put(format!("{name}//\n").as_bytes());
                }
                return out.finish(&context, 0);
            }
            b'V' => return context.version(),
            _ => {}
        }
    }
    let suffix = |name: &[u8]| name.to_ascii_uppercase();
    let translit = memchr::memmem::find(&suffix(&to), b"//TRANSLIT").is_some();
    let ignore = memchr::memmem::find(&suffix(&to), b"//IGNORE").is_some();
    let (from_set, to_set) = match (find(&from), find(&to)) {
        (Some(from), Some(to)) => (from, to),
        (None, _) => return unsupported(&context, b"conversion from `", &from),
        (_, None) => return unsupported(&context, b"conversion to `", &to),
    };
    let mut text = Vec::new();
    let code = files::each(
        &context,
        &parsed.operands,
        "cannot open input file ",
        |_, part| {
            text.extend_from_slice(part);
        },
    );
    if code != 0 {
        return code;
    }
    let file = match output.map(|path| File::open(&path, OpenHow::CREATE)) {
        None => None,
        Some(Ok(file)) => Some(file),
        Some(Err(errno)) => {
            context.say_error(b"cannot open output file", errno);
            return 1;
        }
    };
    let mut out = Output::new(file.as_ref().map_or(1, File::fd));
    let mut made = Vec::with_capacity(text.len());
    let mut failure = None;
    let mut skipped = false;
    put_mark(to_set, &mut made);
    for (at, unit) in Decoder::new(from_set, &text) {
        let Some(c) = unit else {
            skipped = true;
            if discard || ignore {
                continue;
            }
            failure = Some(match truncated(from_set, &text[at..]) {
                true => "incomplete character or shift sequence at end of buffer".to_owned(),
                false => format!("illegal input sequence at position {at}"),
            });
            break;
        };
        if put(to_set, c, &mut made) {
            continue;
        }
        if translit {
            let plain = transliterate(c);
            plain.chars().for_each(|c| {
                put(to_set, c, &mut made);
            });
            continue;
        }
        skipped = true;
        if !(discard || ignore) {
            failure = Some(format!("cannot convert\n{at}"));
            break;
        }
    }
    out.put(&made);
    out.flush();
    match failure {
        Some(text) => {
            let text = match text.strip_prefix("cannot convert\n") {
                Some(at) => format!("illegal input sequence at position {at}"),
                None => text,
            };
            context.say(text.as_bytes());
            out.finish(&context, 1)
        }
        // What `//IGNORE` left out counts as a failure, though all else was written.
        None => out.finish(&context, i32::from(skipped && !discard)),
    }
}

fn unsupported(context: &Context<'_>, text: &[u8], name: &[u8]) -> i32 {
    context.say(&[text, name, b"' is not supported"].concat());
    context.usage(b"")
}

fn find(name: &[u8]) -> Option<Set> {
    let name = name.to_ascii_uppercase();
    let end = memchr::memmem::find(&name, b"//").unwrap_or(name.len());
    let name = &name[..end];
    if name.is_empty() {
        let utf8 = crate::text::utf8_locale();
        return Some(if utf8 { Set::Utf8 } else { Set::Ascii });
    }
    let known = NAMES.iter().find(|(known, _)| known.as_bytes() == name);
    known.map(|(_, set)| *set)
}

/// Whether the text ends within a character.
fn truncated(set: Set, rest: &[u8]) -> bool {
    match set {
        Set::Utf8 => std::str::from_utf8(rest)
            .is_err_and(|e| e.valid_up_to() == 0 && e.error_len().is_none()),
        Set::Utf16 | Set::Utf16Le | Set::Utf16Be => rest.len() < 4,
        Set::Utf32 | Set::Utf32Le | Set::Utf32Be => rest.len() < 4,
        _ => false,
    }
}

/// Characters of a text with their positions; none where there is no character.
struct Decoder<'a> {
    set: Set,
    text: &'a [u8],
    at: usize,
}

impl<'a> Decoder<'a> {
    fn new(set: Set, text: &'a [u8]) -> Decoder<'a> {
        let (set, at) = match (set, text) {
            (Set::Utf16, [0xfe, 0xff, ..]) => (Set::Utf16Be, 2),
            (Set::Utf16, [0xff, 0xfe, ..]) => (Set::Utf16Le, 2),
            (Set::Utf16, _) => (Set::Utf16Le, 0),
            (Set::Utf32, [0, 0, 0xfe, 0xff, ..]) => (Set::Utf32Be, 4),
            (Set::Utf32, [0xff, 0xfe, 0, 0, ..]) => (Set::Utf32Le, 4),
            (Set::Utf32, _) => (Set::Utf32Le, 0),
            (set, _) => (set, 0),
        };
        Decoder { set, text, at }
    }
}

impl Iterator for Decoder<'_> {
    type Item = (usize, Option<char>);

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.text.get(self.at..).filter(|rest| !rest.is_empty())?;
        let at = self.at;
        let byte = rest[0];
        let (length, c) = match self.set {
            Set::Ascii => (1, byte.is_ascii().then_some(char::from(byte))),
            Set::Latin1 => (1, Some(char::from(byte))),
            Set::Latin9 => {
                let other = LATIN_9.iter().find(|(from, _)| *from == byte);
                let c = other.map_or(u32::from(byte), |(_, to)| u32::from(*to));
                (1, char::from_u32(c))
            }
            Set::Windows1252 => {
                let c = match byte {
                    0x80..=0x9f => u32::from(WINDOWS_1252[usize::from(byte - 0x80)]),
                    _ => u32::from(byte),
                };
                (1, char::from_u32(c).filter(|c| *c != '\0' || byte == 0))
            }
            Set::Utf8 => {
                let head = &rest[..rest.len().min(4)];
                let c = head
                    .utf8_chunks()
                    .next()
                    .and_then(|c| c.valid().chars().next());
                (c.map_or(1, char::len_utf8), c)
            }
            Set::Utf16 | Set::Utf16Le | Set::Utf16Be => {
                let unit = |at: usize| {
                    let pair = rest.get(at..at + 2)?;
                    Some(match self.set {
                        Set::Utf16Be => u16::from_be_bytes([pair[0], pair[1]]),
                        _ => u16::from_le_bytes([pair[0], pair[1]]),
                    })
                };
                let units = [unit(0), unit(2)].into_iter().flatten();
                let c = char::decode_utf16(units).next().and_then(Result::ok);
                (c.map_or(2, |c| 2 * c.len_utf16()), c)
            }
            Set::Utf32 | Set::Utf32Le | Set::Utf32Be => {
                let value = rest.first_chunk::<4>().map(|unit| match self.set {
                    Set::Utf32Be => u32::from_be_bytes(*unit),
                    _ => u32::from_le_bytes(*unit),
                });
                (4, value.and_then(char::from_u32))
            }
        };
        self.at = (at + length).min(self.text.len());
        Some((at, c))
    }
}

/// The mark that says how the units that follow are ordered.
fn put_mark(set: Set, out: &mut Vec<u8>) {
    match set {
        Set::Utf16 => out.extend([0xff, 0xfe]),
        Set::Utf32 => out.extend([0xff, 0xfe, 0, 0]),
        _ => {}
    }
}

/// Adds a character; whether the set has it.
fn put(set: Set, c: char, out: &mut Vec<u8>) -> bool {
    let value = u32::from(c);
    match set {
        Set::Utf8 => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        Set::Utf16 | Set::Utf16Le | Set::Utf16Be => {
            for unit in c.encode_utf16(&mut [0; 2]) {
                out.extend(match set {
                    Set::Utf16Be => unit.to_be_bytes(),
                    _ => unit.to_le_bytes(),
                });
            }
        }
        Set::Utf32Be => out.extend(value.to_be_bytes()),
        Set::Utf32 | Set::Utf32Le => out.extend(value.to_le_bytes()),
        Set::Ascii if value > 0x7f => return false,
        Set::Latin9 if LATIN_9.iter().any(|(_, to)| u32::from(*to) == value) => {
            let known = LATIN_9.iter().find(|(_, to)| u32::from(*to) == value);
            out.extend(known.map(|(byte, _)| *byte));
        }
        Set::Latin9 if LATIN_9.iter().any(|(byte, _)| u32::from(*byte) == value) => return false,
        Set::Windows1252 if (0x80..0xa0).contains(&value) || value > 0xff => {
            let known = WINDOWS_1252
                .iter()
                .position(|known| u32::from(*known) == value);
            let Some(index) = known else {
                return false;
            };
            out.push(0x80 + index as u8);
        }
        _ => match u8::try_from(value) {
            Ok(byte) => out.push(byte),
            Err(_) => return false,
        },
    }
    true
}

/// What stands for a character in a set without it.
fn transliterate(c: char) -> &'static str {
    match c {
        '\u{2018}' | '\u{2019}' => "'",
        '\u{201c}' | '\u{201d}' => "\"",
        '\u{2013}' | '\u{2014}' | '\u{2010}'..='\u{2012}' => "-",
        '\u{2026}' => "...",
        '\u{20ac}' => "EUR",
        '\u{a0}' | '\u{2002}'..='\u{200a}' => " ",
        '\u{a9}' => "(C)",
        '\u{ab}' => "<<",
        '\u{ae}' => "(R)",
        '\u{bb}' => ">>",
        '\u{2022}' => "o",
        '\u{2122}' => "TM",
        'À'..='Å' => "A",
        'Æ' => "AE",
        'Ç' => "C",
        'È'..='Ë' => "E",
        'Ì'..='Ï' => "I",
        'Ñ' => "N",
        'Ò'..='Ö' | 'Ø' => "O",
        'Ù'..='Ü' => "U",
        'Ý' => "Y",
        'ß' => "ss",
        'à'..='å' => "a",
        'æ' => "ae",
        'ç' => "c",
        'è'..='ë' => "e",
        'ì'..='ï' => "i",
        'ñ' => "n",
        'ò'..='ö' | 'ø' => "o",
        'ù'..='ü' => "u",
        'ý' | 'ÿ' => "y",
        'Œ' => "OE",
        'œ' => "oe",
        _ => "?",
    }
}
