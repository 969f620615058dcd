//! The strings of `tr`: escapes, ranges, classes, repeats.

use crate::cli::Context;
use crate::text::quote;

/// A class of characters.
#[derive(Clone, Copy)]
enum Class {
    Upper,
    Lower,
    Other(fn(u8) -> bool),
}

/// A part of a set.
enum Item {
    /// These, in order.
    Bytes(Vec<u8>),
    Class(Class),
    /// `[c*n]`; 0: as often as it takes.
    Repeat(u8, usize),
}

/// A string of `tr`, taken apart.
pub struct Set {
    items: Vec<Item>,
}

const CLASSES: [(&[u8], Class); 12] = [
    (b"alnum", Class::Other(|b| b.is_ascii_alphanumeric())),
    (b"alpha", Class::Other(|b| b.is_ascii_alphabetic())),
    (b"blank", Class::Other(|b| matches!(b, b' ' | b'\t'))),
    (b"cntrl", Class::Other(|b| b.is_ascii_control())),
    (b"digit", Class::Other(|b| b.is_ascii_digit())),
    (b"graph", Class::Other(|b| b.is_ascii_graphic())),
    (b"lower", Class::Lower),
    (b"print", Class::Other(|b| matches!(b, 0x20..=0x7e))),
    (b"punct", Class::Other(|b| b.is_ascii_punctuation())),
    (b"space", Class::Other(|b| matches!(b, 9..=13 | b' '))),
    (b"upper", Class::Upper),
    (b"xdigit", Class::Other(|b| b.is_ascii_hexdigit())),
];

impl Class {
    fn bytes(self) -> Vec<u8> {
        let holds = |byte: &u8| match self {
            Class::Upper => byte.is_ascii_uppercase(),
            Class::Lower => byte.is_ascii_lowercase(),
            Class::Other(test) => test(*byte),
        };
        (0..=255).filter(holds).collect()
    }
}

/// The bytes that are not in a set, ascending.
pub fn complement(set: &[u8]) -> Vec<u8> {
    let mut table = [false; 256];
    for byte in set {
        table[usize::from(*byte)] = true;
    }
    (0..=255)
        .filter(|byte| !table[usize::from(*byte)])
        .collect()
}

/// Reads STRING1.
///
/// # Errors
/// A message.
pub fn first_set(context: &Context<'_>, text: &[u8]) -> Result<Set, Vec<u8>> {
    let set = Set::parse(context, text)?;
    if set
        .items
        .iter()
        .any(|item| matches!(item, Item::Repeat(_, 0)))
    {
        return Err(b"the [c*] repeat construct may not appear in string1".to_vec());
    }
    Ok(set)
}

/// Reads STRING2.
///
/// # Errors
/// A message.
pub fn second_set(context: &Context<'_>, text: &[u8]) -> Result<Set, Vec<u8>> {
    let set = Set::parse(context, text)?;
    let fill = |item: &&Item| matches!(item, Item::Repeat(_, 0));
    if set.items.iter().filter(fill).count() > 1 {
        return Err(b"only one [c*] repeat construct may appear in string2".to_vec());
    }
    Ok(set)
}

/// Bytes with whether they were escaped.
fn unescape(context: &Context<'_>, text: &[u8]) -> Vec<(u8, bool)> {
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        if text[at] != b'\\' {
            out.push((text[at], false));
            at += 1;
            continue;
        }
        let Some(&next) = text.get(at + 1) else {
            context.say(b"warning: an unescaped backslash at end of string is not portable");
            out.push((b'\\', false));
            break;
        };
        let (byte, used) = match next {
            b'a' => (7, 1),
            b'b' => (8, 1),
            b'f' => (12, 1),
            b'n' => (b'\n', 1),
            b'r' => (b'\r', 1),
            b't' => (b'\t', 1),
            b'v' => (11, 1),
            b'0'..=b'7' => {
                let rest = &text[at + 1..];
                let octal = |byte: &&u8| matches!(byte, b'0'..=b'7');
                let mut count = rest.iter().take(3).take_while(octal).count();
                let value = |count: usize| {
                    let digits = rest[..count].iter();
                    digits.fold(0_u32, |sum, digit| sum * 8 + u32::from(digit - b'0'))
                };
                if value(count) > 255 {
                    let shown = String::from_utf8_lossy(&rest[..3]).into_owned();
                    let text = format!(
                        "warning: the ambiguous octal escape \\{shown} is being\n\tinterpreted as the 2-byte sequence \\0{}, {}",
                        &shown[..2],
                        &shown[2..]
                    );
                    context.say(text.as_bytes());
                    count = 2;
                }
                (value(count) as u8, count)
            }
            other => (other, 1),
        };
        out.push((byte, true));
        at += 1 + used;
    }
    out
}

fn shown(byte: u8) -> Vec<u8> {
    match byte {
        0x20..=0x7e => vec![byte],
        7 => b"\\a".to_vec(),
        8 => b"\\b".to_vec(),
        12 => b"\\f".to_vec(),
        b'\n' => b"\\n".to_vec(),
        b'\r' => b"\\r".to_vec(),
        b'\t' => b"\\t".to_vec(),
        11 => b"\\v".to_vec(),
        _ => format!("\\{byte:03o}").into_bytes(),
    }
}

impl Set {
    fn parse(context: &Context<'_>, text: &[u8]) -> Result<Set, Vec<u8>> {
        let text = unescape(context, text);
        let mut items: Vec<Item> = Vec::new();
        let mut at = 0;
        let plain = |at: usize, byte: u8| text.get(at) == Some(&(byte, false));
        while at < text.len() {
            if plain(at, b'[') {
                let kind = text.get(at + 1).copied();
                if let Some((kind @ (b':' | b'='), false)) = kind {
                    let close =
                        (at + 2..text.len()).find(|end| plain(*end, kind) && plain(end + 1, b']'));
                    if let Some(close) = close {
                        let name: Vec<u8> = text[at + 2..close].iter().map(|pair| pair.0).collect();
                        match class(kind, &name) {
                            Ok(item) => {
                                items.push(item);
                                at = close + 2;
                                continue;
                            }
                            // `[:*` may yet be a repeat.
                            Err(_) if repeat(&text, at)?.is_some() => {}
                            Err(message) => return Err(message),
                        }
                    }
                }
                if let Some((item, next)) = repeat(&text, at)? {
                    items.push(item);
                    at = next;
                    continue;
                }
            }
            let low = text[at].0;
            if plain(at + 1, b'-') && at + 2 < text.len() {
                let high = text[at + 2].0;
                if high < low {
                    let range = [shown(low), b"-".to_vec(), shown(high)].concat();
                    let text: [&[u8]; 3] = [
                        b"range-endpoints of '",
                        &range,
                        b"' are in reverse collating sequence order",
                    ];
                    return Err(text.concat());
                }
                items.push(Item::Bytes((low..=high).collect()));
                at += 3;
                continue;
            }
            match items.last_mut() {
                Some(Item::Bytes(bytes)) => bytes.push(low),
                _ => items.push(Item::Bytes(vec![low])),
            }
            at += 1;
        }
        Ok(Set { items })
    }

    /// All bytes, classes ascending.
    pub fn bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        for item in &self.items {
            match item {
                Item::Bytes(bytes) => out.extend_from_slice(bytes),
                Item::Class(class) => out.extend(class.bytes()),
                // More than there are bytes makes no difference.
                Item::Repeat(byte, count) => {
                    out.extend(std::iter::repeat_n(*byte, (*count).min(1 << 16)))
                }
            }
        }
        out
    }

    /// All bytes, the open repeat filled up to a length.
    ///
    /// # Errors
    /// Never now.
    pub fn filled(&self, length: usize) -> Result<Vec<u8>, &'static str> {
        let fixed = self.bytes().len();
        let mut out = Vec::new();
        for item in &self.items {
            match item {
                Item::Repeat(byte, 0) => {
                    out.extend(std::iter::repeat_n(*byte, length.saturating_sub(fixed)));
                    if length == 0 {
                        out.push(*byte);
                    }
                }
                Item::Repeat(byte, count) => {
                    out.extend(std::iter::repeat_n(*byte, (*count).min(1 << 16)))
                }
                Item::Bytes(bytes) => out.extend_from_slice(bytes),
                Item::Class(class) => out.extend(class.bytes()),
            }
        }
        Ok(out)
    }

    /// The table that maps STRING1 to this set, and this set's bytes.
    ///
    /// # Errors
    /// A message.
    pub fn pair(
        &self,
        one: &mut Set,
        first: &[u8],
        inverted: bool,
        truncate: bool,
    ) -> Result<([u8; 256], Vec<u8>), &'static str> {
        let one_has_class = one.items.iter().any(|item| matches!(item, Item::Class(_)));
        let mut map: [u8; 256] = std::array::from_fn(|index| index as u8);
        let mut second = self.filled(first.len())?;
        if self
            .items
            .iter()
            .any(|item| matches!(item, Item::Class(Class::Other(_))))
        {
            return Err(
                "when translating, the only character classes that may appear in\nstring2 are 'upper' and 'lower'",
            );
        }
        let short = !truncate && second.len() < first.len();
        if short && matches!(self.items.last(), Some(Item::Class(_))) {
            return Err(
                "when translating with string1 longer than string2,\nthe latter string must not end with a character class",
            );
        }
        let has_case = self.items.iter().any(|item| matches!(item, Item::Class(_)));
        if has_case {
            // Each must stand against a class of the other string.
            let places = |items: &[Item], fill: usize| {
                let mut at = 0;
                let mut out = Vec::new();
                for item in items {
                    match item {
                        Item::Bytes(bytes) => at += bytes.len(),
                        Item::Repeat(_, 0) => at += fill,
                        Item::Repeat(_, count) => at += count,
                        Item::Class(class) => {
                            out.push((at, *class));
                            at += class.bytes().len();
                        }
                    }
                }
                out
            };
            let fill = first.len().saturating_sub(self.bytes().len());
            let ones = places(&one.items, 0);
            let fit = |(at, _): &(usize, Class)| {
                ones.iter().any(|(place, class)| {
                    place == at && matches!(class, Class::Upper | Class::Lower)
                })
            };
            if inverted || !places(&self.items, fill).iter().all(fit) {
                return Err("misaligned [:upper:] and/or [:lower:] construct");
            }
        }
        if short {
            let Some(last) = second.last().copied() else {
                return Err("when not truncating set1, string2 must be non-empty");
            };
            second.resize(first.len(), last);
        }
        if inverted && one_has_class {
            let length = first.len().min(second.len());
            let same = second[..length].windows(2).all(|pair| pair[0] == pair[1]);
            if !same || second.len() < first.len() && !truncate {
                return Err(
                    "when translating with complemented character classes,\nstring2 must map all characters in the domain to one",
                );
            }
        }
        for (from, to) in first.iter().zip(&second) {
            map[usize::from(*from)] = *to;
        }
        Ok((map, second))
    }
}

fn class(kind: u8, name: &[u8]) -> Result<Item, Vec<u8>> {
    if kind == b'=' {
        return match name {
            [byte] => Ok(Item::Bytes(vec![*byte])),
            [] => Err(b"missing equivalence class character '[==]'".to_vec()),
            _ => {
                let shown: Vec<u8> = name.iter().flat_map(|byte| shown(*byte)).collect();
                Err([
                    shown.as_slice(),
                    b": equivalence class operand must be a single character",
                ]
                .concat())
            }
        };
    }
    if name.is_empty() {
        return Err(b"missing character class name '[::]'".to_vec());
    }
    match CLASSES.iter().find(|class| class.0 == name) {
        Some((_, class)) => Ok(Item::Class(*class)),
        None => Err([b"invalid character class ".as_slice(), &quote::always(name)].concat()),
    }
}

/// `[c*]`, `[c*n]` at a place; with where it ends.
fn repeat(text: &[(u8, bool)], at: usize) -> Result<Option<(Item, usize)>, Vec<u8>> {
    let (Some(&(byte, _)), Some(&(b'*', false))) = (text.get(at + 1), text.get(at + 2)) else {
        return Ok(None);
    };
    let close = text[at + 3..]
        .iter()
        .position(|pair| *pair == (b']', false));
    let Some(length) = close else { return Ok(None) };
    let digits: Vec<u8> = text[at + 3..at + 3 + length]
        .iter()
        .map(|pair| pair.0)
        .collect();
    if text[at + 3..at + 3 + length].iter().any(|pair| pair.1) {
        return Ok(None);
    }
    let radix = if digits.starts_with(b"0") { 8 } else { 10 };
    let count = if digits.is_empty() {
        Some(0)
    } else {
        let text = std::str::from_utf8(&digits).ok();
        text.filter(|text| !text.starts_with('+'))
            .and_then(|text| usize::from_str_radix(text, radix).ok())
    };
    match count {
        Some(count) => Ok(Some((Item::Repeat(byte, count), at + 4 + length))),
        None => {
            let quoted = quote::always(&digits);
            Err([
                b"invalid repeat count ".as_slice(),
                &quoted,
                b" in [c*n] construct",
            ]
            .concat())
        }
    }
}
