//! The formats of `hexdump -e`: units of bytes with a conversion each.

/// What a conversion shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Only text.
    Text,
    /// An integer, by its letter.
    Integer(u8),
    /// A floating-point number, by its letter.
    Float(u8),
    /// A character, `%c`.
    Character,
    /// `%s`
    String,
    /// `%_a`, in a radix.
    Address(u8),
    /// `%_A`: the address after the last byte.
    EndAddress(u8),
    /// `%_c`
    Escaped,
    /// `%_p`
    Printable,
    /// `%_u`
    Named,
}

/// A conversion with the text around it.
#[derive(Clone, Debug)]
pub struct Piece {
    pub before: Vec<u8>,
    pub after: Vec<u8>,
    pub kind: Kind,
    pub minus: bool,
    pub zero: bool,
    pub plus: bool,
    pub space: bool,
    pub sharp: bool,
    pub width: usize,
    pub precision: Option<usize>,
    pub bytes: usize,
}

/// Pieces that are repeated together.
#[derive(Clone, Debug)]
pub struct Unit {
    pub count: usize,
    /// Whether the count was given.
    pub counted: bool,
    pub pieces: Vec<Piece>,
    /// Bytes that one repetition takes.
    pub bytes: usize,
}

impl Unit {
    /// Bytes that all its repetitions take; none: more than can be told.
    pub fn block_bytes(&self) -> Option<usize> {
        self.bytes.checked_mul(self.count)
    }
}

/// Reads one format: units such as `8/2 "%04x "`.
pub fn parse(text: &[u8]) -> Result<Vec<Unit>, String> {
    let bad = || format!("bad format {{{}}}", String::from_utf8_lossy(text));
    let mut rest = text.trim_ascii_start();
    let mut units = Vec::new();
    while !rest.is_empty() {
        let (count, tail) = number(rest).ok_or_else(bad)?;
        rest = tail.trim_ascii_start();
        let mut bytes = None;
        if let Some(tail) = rest.strip_prefix(b"/") {
            let (value, tail) = number(tail.trim_ascii_start()).ok_or_else(bad)?;
            bytes = value;
            rest = tail.trim_ascii_start();
        }
        let body = rest.strip_prefix(b"\"").ok_or_else(bad)?;
        let mut end = 0;
        while *body.get(end).ok_or_else(bad)? != b'"' {
            end += if body[end] == b'\\' && body.get(end + 1).is_some_and(|next| *next != b'"') {
                2
            } else {
                1
            };
        }
        let format = unescape(&body[..end]);
        rest = body[end + 1..].trim_ascii_start();
        let pieces = pieces(&format, bytes)?;
        let sizes = pieces.iter().map(|piece| piece.bytes);
        let sum = sizes.fold(0, usize::saturating_add);
        units.push(Unit {
            count: count.unwrap_or(1),
            counted: count.is_some(),
            pieces,
            bytes: sum,
        });
    }
    Ok(units)
}

/// Digits as a number, if there are any; none: it is too large.
fn number(text: &[u8]) -> Option<(Option<usize>, &[u8])> {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (digits, rest) = text.split_at(digits);
    if digits.is_empty() {
        return Some((None, rest));
    }
    let value: i32 = std::str::from_utf8(digits).ok()?.parse().ok()?;
    Some((Some(value as usize), rest))
}

fn unescape(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = text.iter();
    while let Some(byte) = rest.next() {
        if *byte != b'\\' {
            out.push(*byte);
            continue;
        }
        match rest.next() {
            Some(b'a') => out.push(7),
            Some(b'b') => out.push(8),
            Some(b'f') => out.push(12),
            Some(b'n') => out.push(b'\n'),
            Some(b'r') => out.push(b'\r'),
            Some(b't') => out.push(b'\t'),
            Some(b'v') => out.push(11),
            Some(other) => out.push(*other),
            None => out.push(b'\\'),
        }
    }
    out
}

fn pieces(format: &[u8], unit_bytes: Option<usize>) -> Result<Vec<Piece>, String> {
    let mut found: Vec<Piece> = Vec::new();
    let mut before = Vec::new();
    let mut rest = format;
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        if byte != b'%' {
            before.push(byte);
            continue;
        }
        if let Some(tail) = rest.strip_prefix(b"%") {
            before.push(b'%');
            rest = tail;
            continue;
        }
        let mut piece = text(std::mem::take(&mut before));
        while let Some((flag @ (b'-' | b'0' | b'+' | b' ' | b'#'), tail)) = rest.split_first() {
            match flag {
                b'-' => piece.minus = true,
                b'0' => piece.zero = true,
                b'+' => piece.plus = true,
                b' ' => piece.space = true,
                _ => piece.sharp = true,
            }
            rest = tail;
        }
        let too_wide = || "width or precision out of range".to_owned();
        let (width, tail) = number(rest).ok_or_else(too_wide)?;
        piece.width = width.unwrap_or(0);
        rest = tail;
        if let Some(tail) = rest.strip_prefix(b".") {
            let (precision, tail) = number(tail).ok_or_else(too_wide)?;
            piece.precision = Some(precision.unwrap_or(0));
            rest = tail;
        }
        let bad = |letters: &[u8]| {
            format!(
                "bad conversion character %{}",
                String::from_utf8_lossy(letters)
            )
        };
        let (letter, tail) = rest.split_first().ok_or_else(|| bad(b""))?;
        rest = tail;
        let sized = |default: usize, allowed: &[usize]| {
            let bytes = unit_bytes.unwrap_or(default);
            match allowed.contains(&bytes) {
                true => Ok(bytes),
                false => Err(format!(
                    "bad byte count for conversion character {}",
                    char::from(*letter)
                )),
            }
        };
        (piece.kind, piece.bytes) = match letter {
            b'c' => (Kind::Character, sized(1, &[1])?),
            b'd' | b'i' | b'o' | b'u' | b'x' | b'X' => {
                (Kind::Integer(*letter), sized(4, &[1, 2, 4, 8])?)
            }
            b'e' | b'E' | b'f' | b'g' | b'G' => (Kind::Float(*letter), sized(8, &[4, 8])?),
            b's' => {
                let bytes = piece.precision.or(unit_bytes);
                (
                    Kind::String,
                    bytes.ok_or("%s requires a precision or a byte count")?,
                )
            }
            b'_' => {
                let (kind, tail) = rest.split_first().ok_or_else(|| bad(b"_"))?;
                rest = tail;
                match kind {
                    b'a' | b'A' => {
                        let (radix, tail) = rest.split_first().ok_or_else(|| bad(b"_a"))?;
                        rest = tail;
                        if !matches!(radix, b'd' | b'o' | b'x') {
                            return Err(bad(&[b'_', *kind, *radix]));
                        }
                        match kind {
                            b'a' => (Kind::Address(*radix), 0),
                            _ => (Kind::EndAddress(*radix), 0),
                        }
                    }
                    b'c' => (Kind::Escaped, sized(1, &[1])?),
                    b'p' => (Kind::Printable, sized(1, &[1])?),
                    b'u' => (Kind::Named, sized(1, &[1])?),
                    other => return Err(bad(&[b'_', *other])),
                }
            }
            other => return Err(bad(&[*other])),
        };
        found.push(piece);
    }
    match found.last_mut() {
        Some(last) => last.after = before,
        None => {
            let mut piece = text(before);
            piece.bytes = unit_bytes.unwrap_or(0);
            found.push(piece);
        }
    }
    Ok(found)
}

fn text(before: Vec<u8>) -> Piece {
    Piece {
        before,
        after: Vec::new(),
        kind: Kind::Text,
        minus: false,
        zero: false,
        plus: false,
        space: false,
        sharp: false,
        width: 0,
        precision: None,
        bytes: 0,
    }
}
