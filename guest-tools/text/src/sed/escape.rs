//! Escapes that stand for one byte: `\t`, `\xHH` and their like.

/// Reads the escape after a backslash: the byte, and how long the escape is.
/// `\n` is left to the caller.
pub fn byte(after: &[u8]) -> Option<(u8, usize)> {
    Some(match after {
        [b'a', ..] => (0x07, 1),
        [b'f', ..] => (0x0c, 1),
        [b'r', ..] => (b'\r', 1),
        [b't', ..] => (b'\t', 1),
        [b'v', ..] => (0x0b, 1),
        [b'c', b'\\', b'\\', ..] => (b'\\' ^ 0x40, 3),
        [b'c', letter, ..] if letter.is_ascii() && *letter != b'\\' => {
            (letter.to_ascii_uppercase() ^ 0x40, 2)
        }
        [b'd', rest @ ..] => number(rest, 10, 3)?,
        [b'o', rest @ ..] => number(rest, 8, 3)?,
        [b'x', rest @ ..] => number(rest, 16, 2)?,
        _ => return None,
    })
}

fn number(digits: &[u8], base: u32, most: usize) -> Option<(u8, usize)> {
    let (mut value, mut length) = (0, 0);
    while length < most {
        let digit = digits
            .get(length)
            .and_then(|b| char::from(*b).to_digit(base));
        let Some(digit) = digit else {
            break;
        };
        value = value * base + digit;
        length += 1;
    }
    (length > 0).then_some((value as u8, length + 1))
}

/// A regular expression with its escapes for bytes replaced; by POSIX's rules
/// not in brackets, of which a `]` at their start is the end here.
pub fn in_pattern(text: &[u8], posix_rules: bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    // `[` within brackets; the mark within `[:name:]` and the like.
    let mut bracket: Option<u8> = None;
    let mut rest = text;
    while let Some((&first, tail)) = rest.split_first() {
        rest = tail;
        if first != b'\\' {
            out.push(first);
            bracket = match (bracket, out.as_slice()) {
                (None, [.., b'[']) if posix_rules => Some(b'['),
                (Some(b'['), [.., b'[', b':' | b'.' | b'=']) => Some(first),
                (Some(b'['), [.., b']']) => None,
                (Some(mark), [.., last, b']']) if *last == mark => Some(b'['),
                (state, _) => state,
            };
        } else if bracket.is_some() {
            out.push(first);
        } else if let Some((value, length)) = byte(tail) {
            out.push(value);
            rest = &tail[length..];
        } else {
            out.push(first);
            if let Some((&next, tail)) = tail.split_first() {
                out.push(next);
                rest = tail;
            }
        }
    }
    out
}

/// The text of `a`, `i` and `c`: escapes are replaced, other
/// backslashes go.
pub fn in_text(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&first, tail)) = rest.split_first() {
        rest = tail;
        if first != b'\\' {
            out.push(first);
        } else if let Some((value, length)) = byte(tail) {
            out.push(value);
            rest = &tail[length..];
        } else if let Some((&next, tail)) = tail.split_first() {
            out.push(if next == b'n' { b'\n' } else { next });
            rest = tail;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{in_pattern, in_text};

    #[test]
    fn escapes_stand_for_bytes() {
        assert_eq!(
            in_pattern(b"a\\tb\\x41\\d065\\o101\\cA\\.\\\\t", false),
            b"a\tbAAA\x01\\.\\\\t"
        );
        assert_eq!(in_pattern(b"[\\t\\x41]\\t", true), b"[\\t\\x41]\t");
        assert_eq!(in_text(b"a\\tb\\q\\\\t"), b"a\tbq\\t");
    }
}
