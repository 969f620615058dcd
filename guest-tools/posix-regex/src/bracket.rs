//! Bracket expressions of POSIX, as classes of the regex engine.

use super::translate::{Dialect, Error};

/// Translates the expression after `[`; gives the class and its length in the
/// pattern, without the `[`.
pub fn translate(body: &[u8], syntax: &Dialect) -> Result<(String, usize), Error> {
    if body.is_empty() {
        return Err(Error("Invalid regular expression"));
    }
    if is_bare_class(body) {
        return Err(Error(
            "character class syntax is [[:space:]], not [:space:]",
        ));
    }
    let negated = body.first() == Some(&b'^');
    let mut at = usize::from(negated);
    let mut class = String::from(if negated { "[^" } else { "[" });
    if let Some(except) = syntax.excluded().filter(|_| negated) {
        class.push_str(except);
    }
    let first = at;
    loop {
        let byte = *body.get(at).ok_or(UNMATCHED)?;
        if byte == b']' && at > first {
            class.push(']');
            break;
        }
        if let (b'[', Some(kind @ (b':' | b'=' | b'.'))) = (byte, body.get(at + 1)) {
            let tail = body.get(at + 2..).unwrap_or_default();
            let end = tail
                .windows(2)
                .position(|pair| pair == [*kind, b']'])
                .ok_or(UNMATCHED)?;
            let name = &tail[..end];
            if *kind == b':' {
                class.push_str(named(name, syntax)?);
                at += end + 4;
                continue;
            }
            if name.is_empty() || (name.len() > 1 && name.is_ascii()) {
                return Err(Error("Invalid collation character"));
            }
        }
        // Only the first or the last hyphen stands for itself.
        if byte == b'-' && at > first && body.get(at + 1).is_some_and(|next| *next != b']') {
            return Err(Error("Invalid range end"));
        }
        let (low, length) = item(body, at, syntax)?;
        at += length;
        let high = match body.get(at..) {
            Some([b'-', next, ..]) if *next != b']' => {
                let (high, length) = item(body, at + 1, syntax)?;
                at += 1 + length;
                high
            }
            _ => low,
        };
        if high < low {
            return Err(Error("Invalid range end"));
        }
        // A byte in braces would be a character.
        let shown = |value: u32| match syntax.unicode || value < 0x80 {
            true => format!("\\x{{{value:x}}}"),
            false => format!("\\x{value:02x}"),
        };
        class.push_str(&shown(low));
        if low < high {
            class.push('-');
            class.push_str(&shown(high));
        }
    }
    // A lone newline in a class can never match within a line.
    if !negated && syntax.lines == Some(b'\n') {
        class = class
            .replace("\\x{a}", "\\x{b}--\\x{b}")
            .replace("\\x{b}--\\x{b}", "");
        if class == "[]" {
            class = "[a&&b]".to_owned();
        }
    }
    Ok((class, at + 1))
}

/// Whether `[:name:]` was written without the outer brackets: characters
/// between two colons, with no range or class among them.
fn is_bare_class(body: &[u8]) -> bool {
    let body = body.strip_prefix(b"^").unwrap_or(body);
    match body.split(|byte| *byte == b']').next() {
        Some(text @ [b':', name @ .., b':']) => {
            // The colons may be the ends of a range.
            let range = text.windows(3).any(|three| three[1] == b'-');
            let class = text
                .windows(2)
                .any(|two| matches!(two, [b'[', b':' | b'.' | b'=']));
            name.iter().any(|byte| *byte != b':') && !range && !class
        }
        _ => false,
    }
}

const UNMATCHED: Error = Error("Unmatched [, [^, [:, [., or [=");

/// One character at a place, or a collating element; and its length.
fn item(body: &[u8], at: usize, syntax: &Dialect) -> Result<(u32, usize), Error> {
    let rest = body
        .get(at..)
        .filter(|rest| !rest.is_empty())
        .ok_or(UNMATCHED)?;
    if let [b'[', kind @ (b'=' | b'.'), tail @ ..] = rest {
        let end = tail
            .windows(2)
            .position(|pair| pair == [*kind, b']'])
            .ok_or(UNMATCHED)?;
        let (value, _) = character(&tail[..end], syntax);
        return Ok((value, end + 4));
    }
    Ok(character(rest, syntax))
}

fn character(rest: &[u8], syntax: &Dialect) -> (u32, usize) {
    if syntax.unicode
        && let Some(c) = rest
            .utf8_chunks()
            .next()
            .and_then(|chunk| chunk.valid().chars().next())
    {
        return (u32::from(c), c.len_utf8());
    }
    (rest.first().copied().map_or(0, u32::from), 1)
}

fn named(name: &[u8], syntax: &Dialect) -> Result<&'static str, Error> {
    let newline = syntax.lines != Some(b'\n');
    Ok(match name {
        b"alpha" if syntax.unicode => "\\p{Alphabetic}",
        b"alnum" if syntax.unicode => "\\p{Alphabetic}\\p{Nd}",
        b"upper" if syntax.unicode => "\\p{Uppercase}",
        b"lower" if syntax.unicode => "\\p{Lowercase}",
        b"space" if newline => "\\t-\\r\\x20",
        b"cntrl" if newline => "[:cntrl:]",
        b"punct" if syntax.unicode => "\\p{Punctuation}\\p{Symbol}",
        b"graph" if syntax.unicode => "[^\\p{Cc}\\p{Cn}\\p{Cs}\\p{Z}]",
        b"print" if syntax.unicode => "[^\\p{Cc}\\p{Cn}\\p{Cs}\\p{Zl}\\p{Zp}]",
        b"alpha" => "[:alpha:]",
        b"digit" => "[:digit:]",
        b"alnum" => "[:alnum:]",
        b"upper" => "[:upper:]",
        b"lower" => "[:lower:]",
        b"space" => "\\t\\x0B\\f\\r\\x20",
        b"blank" => "[:blank:]",
        b"punct" => "[:punct:]",
        b"cntrl" => "\\x00-\\x09\\x0B-\\x1F\\x7F",
        b"graph" => "[:graph:]",
        b"print" => "[:print:]",
        b"xdigit" => "[:xdigit:]",
        _ => return Err(Error("Invalid character class name")),
    })
}
