//! The command line of `od`, old and new.

use super::types::{Kind, Type};
use crate::cli::{Context, Opt, Order, parse};
use crate::text::quote;

#[rustfmt::skip]
const OPTIONS: &[Opt] = &[
    Opt::value(b'A', "address-radix"),
    Opt::value(b'j', "skip-bytes"),
    Opt::value(b'N', "read-bytes"),
    Opt::value(b'S', ""),
    Opt::optional(0, "strings"),
    Opt::value(b't', "format"),
    Opt::flag(b'v', "output-duplicates"),
    Opt::optional(b'w', "width"),
    Opt::flag(0, "traditional"),
    Opt::value(0, "endian"),
    Opt::flag(b'a', ""), Opt::flag(b'b', ""), Opt::flag(b'c', ""), Opt::flag(b'd', ""),
    Opt::flag(b'e', ""), Opt::flag(b'f', ""), Opt::flag(b'h', ""), Opt::flag(b'i', ""),
    Opt::flag(b'l', ""), Opt::flag(b'o', ""), Opt::flag(b's', ""), Opt::flag(b'x', ""),
    Opt::flag(b'B', ""), Opt::flag(b'D', ""), Opt::flag(b'F', ""), Opt::flag(b'H', ""),
    Opt::flag(b'I', ""), Opt::flag(b'L', ""), Opt::flag(b'O', ""), Opt::flag(b'X', ""),
];

/// Widest lines that are made.
const WIDTH_MAX: u64 = 1 << 24;

/// What `od` is asked for.
pub struct Settings {
    /// Base of addresses; 0: there are none.
    radix: u64,
    /// What is added to addresses for a second one in brackets.
    label: Option<u64>,
    pub skip: u64,
    pub limit: Option<u64>,
    pub swap: bool,
    pub work: Work,
    pub names: Vec<Vec<u8>>,
}

/// What is shown.
pub enum Work {
    /// Strings of at least this length.
    Strings(usize),
    /// All bytes, so many a line, and also lines that repeat.
    Dump {
        types: Vec<Type>,
        width: usize,
        all: bool,
    },
}

impl Settings {
    /// Appends an address; whether addresses are shown.
    pub fn put_address(&self, address: u64, after: u8, line: &mut Vec<u8>) -> bool {
        if self.radix == 0 && self.label.is_none() {
            return false;
        }
        let plain = |address: u64| match self.radix {
            10 => format!("{address:07}"),
            16 => format!("{address:06x}"),
            _ => format!("{address:07o}"),
        };
        if self.radix > 0 {
            line.extend_from_slice(plain(address).as_bytes());
        }
        if let Some(label) = self.label {
            if self.radix > 0 {
                line.push(b' ');
            }
            let labelled = plain(address.wrapping_add(label).wrapping_sub(self.skip));
            line.extend_from_slice(format!("({labelled})").as_bytes());
        }
        if after > 0 {
            line.push(after);
        }
        true
    }

    /// Columns of an address.
    pub fn address_width(&self) -> usize {
        match self.radix {
            0 if self.label.is_none() => 0,
            16 => 6,
            _ => 7,
        }
    }
}

/// Reads the command line.
///
/// # Errors
/// The exit code, after a message.
pub fn read(context: &Context<'_>, args: &[Vec<u8>]) -> Result<Settings, i32> {
    let parsed = parse(context, args, OPTIONS, Order::Permute)?;
    let mut it = Settings {
        radix: 8,
        label: None,
        skip: 0,
        limit: None,
        swap: false,
        work: Work::Strings(3),
        names: Vec::new(),
    };
    let (mut types, mut all, mut strings, mut given_width) = (Vec::new(), false, None, None);
    let (mut modern, mut traditional, mut bad) = (false, false, false);
    for (letter, long, value) in parsed.options {
        let given = value.is_some();
        let value = value.unwrap_or_default();
        let size = || number(context, &value, letter, long);
        match (letter, long) {
            (b'A', _) => {
                modern = true;
                it.radix = match value.first() {
                    Some(b'd') => 10,
                    Some(b'o') => 8,
                    Some(b'x') => 16,
                    Some(b'n') => 0,
                    other => {
                        let text = [
                            b"invalid output address radix '".as_slice(),
                            &[*other.unwrap_or(&0)],
                            b"'; it must be one character from [doxn]",
                        ];
                        context.say(&text.concat());
                        return Err(1);
                    }
                };
            }
            (b'j', _) => {
                modern = true;
                it.skip = size()?;
            }
            (b'N', _) => {
                modern = true;
                it.limit = Some(size()?);
            }
            (b'S', _) | (_, "strings") => {
                modern = true;
                let least = if given { size()? } else { 3 };
                strings = Some(usize::try_from(least).unwrap_or(usize::MAX));
            }
            (b't', _) => {
                modern = true;
                bad |= !read_types(context, &value, &mut types);
            }
            (b'v', _) => {
                modern = true;
                all = true;
            }
            (b'w', _) => {
                modern = true;
                given_width = Some(if given { size()? } else { 32 });
            }
            (_, "traditional") => traditional = true,
            (_, "endian") => {
                it.swap = match value.as_slice() {
                    text if !text.is_empty() && b"big".starts_with(text) => true,
                    text if !text.is_empty() && b"little".starts_with(text) => false,
                    text => {
                        let quoted = quote::always(text);
                        let what: &[u8] =
                            b" for '--endian'\nValid arguments are:\n  - 'little'\n  - 'big'";
                        let problem: &[u8] = if text.is_empty() {
                            b"ambiguous argument "
                        } else {
                            b"invalid argument "
                        };
                        return Err(context.usage(&[problem, &quoted, what].concat()));
                    }
                };
            }
            (letter, _) => types.push(old_type(letter)),
        }
    }
    if bad {
        return Err(1);
    }
    if strings.is_some() && !types.is_empty() {
        context.say(b"no type may be specified when dumping strings");
        return Err(1);
    }
    it.names = parsed.operands;
    if !modern || traditional {
        it.old_operands(context, traditional)?;
    }
    if it.names.is_empty() {
        it.names.push(b"-".to_vec());
    }
    if types.is_empty() {
        types.push(old_type(b'o'));
    }
    let multiple = types.iter().fold(1, |a, it| lcm(a, it.size));
    let width = match given_width {
        Some(width) if width == 0 || width % multiple as u64 != 0 => {
            let text = format!("warning: invalid width {width}; using {multiple} instead");
            context.say(text.as_bytes());
            multiple
        }
        Some(width) => width.min(WIDTH_MAX - WIDTH_MAX % multiple as u64) as usize,
        None if multiple < 16 => multiple * (16 / multiple),
        None => multiple,
    };
    it.work = match strings {
        Some(least) => Work::Strings(least),
        None => Work::Dump { types, width, all },
    };
    Ok(it)
}

fn lcm(a: usize, b: usize) -> usize {
    let (mut x, mut y) = (a, b);
    while y > 0 {
        (x, y) = (y, x % y);
    }
    a / x * b
}

fn old_type(letter: u8) -> Type {
    match letter {
        b'a' => Type::new(Kind::Named, 1),
        b'b' => Type::new(Kind::Octal, 1),
        b'c' => Type::new(Kind::Character, 1),
        b'D' => Type::new(Kind::Unsigned, 4),
        b'd' => Type::new(Kind::Unsigned, 2),
        b'e' | b'F' => Type::new(Kind::Float, 8),
        b'f' => Type::new(Kind::Float, 4),
        b'H' | b'X' => Type::new(Kind::Hex, 4),
        b'h' | b'x' => Type::new(Kind::Hex, 2),
        b'i' => Type::new(Kind::Signed, 4),
        b'I' | b'L' | b'l' => Type::new(Kind::Signed, 8),
        b'O' => Type::new(Kind::Octal, 4),
        b's' => Type::new(Kind::Signed, 2),
        _ => Type::new(Kind::Octal, 2),
    }
}

/// Reads a number with a suffix; in octal or hexadecimal if it starts so.
fn number(context: &Context<'_>, text: &[u8], letter: u8, long: &str) -> Result<u64, i32> {
    match scaled(text) {
        Ok(value) => Ok(value),
        Err(problem) => {
            let option = match letter {
                0 => format!("--{long}"),
                letter => format!("-{}", char::from(letter)),
            };
            let quoted = [b"'".as_slice(), text, b"'"].concat();
            let parts: [&[u8]; 3] = match problem {
                Problem::Malformed => [b"invalid ", option.as_bytes(), b" argument "],
                Problem::Suffix => [b"invalid suffix in ", option.as_bytes(), b" argument "],
                Problem::Large => [b"", option.as_bytes(), b" argument "],
            };
            let tail: &[u8] = if problem == Problem::Large {
                b" too large"
            } else {
                b""
            };
            context.say(&[parts.concat().as_slice(), &quoted, tail].concat());
            Err(1)
        }
    }
}

#[derive(PartialEq, Eq)]
enum Problem {
    Malformed,
    Suffix,
    Large,
}

fn scaled(text: &[u8]) -> Result<u64, Problem> {
    let (base, digits) = match text {
        [b'0', b'x' | b'X', digit, ..] if digit.is_ascii_hexdigit() => (16, &text[2..]),
        [b'0', ..] => (8, text),
        _ => (10, text),
    };
    let mut value: Option<u64> = Some(0);
    let mut count = 0;
    for digit in digits
        .iter()
        .map_while(|byte| char::from(*byte).to_digit(base))
    {
        let sum = value.and_then(|value| value.checked_mul(u64::from(base)));
        value = sum.and_then(|value| value.checked_add(u64::from(digit)));
        count += 1;
    }
    if count == 0 {
        return Err(Problem::Malformed);
    }
    let suffix = &digits[count..];
    let value = value.ok_or(Problem::Large)?;
    if suffix.is_empty() {
        return Ok(value);
    }
    let probe = [b"1", suffix].concat();
    let unit = match suffix {
        b"b" => Some(512),
        b"B" => Some(1024),
        _ if suffix[0].is_ascii_digit() => None,
        _ => crate::text::size::parse(&probe),
    };
    value
        .checked_mul(unit.ok_or(Problem::Suffix)?)
        .ok_or(Problem::Large)
}

fn read_types(context: &Context<'_>, text: &[u8], types: &mut Vec<Type>) -> bool {
    let mut rest = text;
    while let Some((&letter, tail)) = rest.split_first() {
        rest = tail;
        let kind = match letter {
            b'a' => Kind::Named,
            b'c' => Kind::Character,
            b'd' => Kind::Signed,
            b'f' => Kind::Float,
            b'o' => Kind::Octal,
            b'u' => Kind::Unsigned,
            b'x' => Kind::Hex,
            other => {
                let quoted = quote::always(text);
                let parts: [&[u8]; 4] = [
                    b"invalid character '",
                    &[other],
                    b"' in type string ",
                    &quoted,
                ];
                context.say(&parts.concat());
                return false;
            }
        };
        let mut size = match kind {
            Kind::Named | Kind::Character => 1,
            Kind::Float => 8,
            _ => 4,
        };
        if !matches!(kind, Kind::Named | Kind::Character) {
            let named = match (kind, rest.first()) {
                (Kind::Float, Some(b'F')) => Some(4),
                (Kind::Float, Some(b'D')) => Some(8),
                (Kind::Float, Some(b'L')) => Some(16),
                (Kind::Float, _) => None,
                (_, Some(b'C')) => Some(1),
                (_, Some(b'S')) => Some(2),
                (_, Some(b'I')) => Some(4),
                (_, Some(b'L')) => Some(8),
                _ => None,
            };
            if let Some(named) = named {
                size = named;
                rest = &rest[1..];
            } else {
                let count = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
                let (digits, tail) = rest.split_at(count);
                rest = tail;
                if count > 0 {
                    let number = std::str::from_utf8(digits)
                        .ok()
                        .and_then(|text| text.parse::<u64>().ok());
                    let Some(number) = number else {
                        context.say(
                            &[b"invalid type string ", quote::always(text).as_slice()].concat(),
                        );
                        return false;
                    };
                    let fits = match kind {
                        Kind::Float => matches!(number, 4 | 8 | 16),
                        _ => matches!(number, 1 | 2 | 4 | 8),
                    };
                    if !fits {
                        let what = if kind == Kind::Float {
                            "floating point"
                        } else {
                            "integral"
                        };
                        let reason =
                            format!(";\nthis system doesn't provide a {number}-byte {what} type");
                        let quoted = quote::always(text);
                        context.say(
                            &[
                                b"invalid type string ",
                                quoted.as_slice(),
                                reason.as_bytes(),
                            ]
                            .concat(),
                        );
                        return false;
                    }
                    size = number as usize;
                }
            }
        }
        let mut it = Type::new(kind, size);
        if let Some(tail) = rest.strip_prefix(b"z") {
            it.trailer = true;
            rest = tail;
        }
        types.push(it);
    }
    true
}

impl Settings {
    /// Operands of old: a file, an offset, and an address to begin with.
    fn old_operands(&mut self, context: &Context<'_>, traditional: bool) -> Result<(), i32> {
        let plus = |text: &[u8]| text.starts_with(b"+");
        let names = std::mem::take(&mut self.names);
        let at = |index: usize| names.get(index).map_or(b"".as_slice(), Vec::as_slice);
        let (first, second, third) = (offset(at(0)), offset(at(1)), offset(at(2)));
        let digit = |text: &[u8]| text.first().is_some_and(u8::is_ascii_digit);
        self.names = names.clone();
        match (names.len(), first, second, third) {
            (1, Some(skip), ..) if traditional || plus(at(0)) => {
                self.skip = skip;
                self.names.clear();
            }
            (2, first, Some(skip), _) if traditional || plus(at(1)) || digit(at(1)) => {
                if let (true, Some(first)) = (traditional, first) {
                    (self.skip, self.label) = (first, Some(skip));
                    self.names.clear();
                } else {
                    self.skip = skip;
                    self.names.truncate(1);
                }
            }
            (3, _, Some(skip), Some(label)) if traditional => {
                (self.skip, self.label) = (skip, Some(label));
                self.names.truncate(1);
            }
            _ => {}
        }
        if traditional && self.names.len() > 1 {
            let quoted = quote::always(&self.names[1]);
            context.say(&[b"extra operand ", quoted.as_slice()].concat());
            return Err(context.usage(b"compatibility mode supports at most one file"));
        }
        Ok(())
    }
}

/// An offset of old: octal unless it starts with `0x`, in blocks with `b`.
fn offset(text: &[u8]) -> Option<u64> {
    let text = text.strip_prefix(b"+").unwrap_or(text);
    let (base, digits) = match text {
        [b'0', b'x' | b'X', rest @ ..] => (16, rest),
        text => (8, text),
    };
    let count = digits
        .iter()
        .take_while(|byte| char::from(**byte).is_digit(base))
        .count();
    let (digits, suffix) = digits.split_at(count);
    let value = u64::from_str_radix(std::str::from_utf8(digits).ok()?, base).ok()?;
    match suffix {
        b"" => Some(value),
        b"b" => value.checked_mul(512),
        b"B" => value.checked_mul(1024),
        _ => None,
    }
}
