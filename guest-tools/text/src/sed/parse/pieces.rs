//! The pieces commands are made of: labels, file names, what stands between
//! delimiters.

use super::{Parser, SANDBOX};
use crate::sed::source::{Failure, Source};

impl Parser<'_> {
    /// What stands before the next delimiter. In a regular expression, a
    /// delimiter within brackets is a character.
    pub fn delimited(
        &self,
        source: &mut Source<'_>,
        delimiter: Option<u8>,
        regex: bool,
        unterminated: &str,
    ) -> Result<Vec<u8>, Failure> {
        let Some(delimiter) = delimiter.filter(|d| !matches!(d, b'\n' | b'\\')) else {
            return source.fail(unterminated);
        };
        let mut out = Vec::new();
        // Where the bracket expression starts that is open.
        let mut bracket: Option<usize> = None;
        loop {
            let byte = source.next();
            match byte {
                Some(byte) if byte == delimiter && bracket.is_none() => return Ok(out),
                Some(b'\\') => match source.next() {
                    Some(b'n') if bracket.is_some() => match self.options.posix_rules {
                        true => out.extend(b"\\n"),
                        false => out.push(b'\n'),
                    },
                    Some(b'n') if regex && delimiter != b'n' => out.push(b'\n'),
                    Some(b'\n') if regex => out.push(b'\n'),
                    Some(byte) if byte == delimiter && bracket.is_some() => {
                        out.extend([b'\\', byte]);
                    }
                    Some(byte) if byte == delimiter && (regex || byte != b'&') => out.push(byte),
                    // It does not escape a bracket's end.
                    Some(b']') if bracket.is_some() => {
                        out.extend(b"\\]");
                        bracket = None;
                    }
                    Some(byte) => out.extend([b'\\', byte]),
                    None => return source.fail(unterminated),
                },
                Some(b'\n') | None => {
                    source.back(byte);
                    return source.fail(unterminated);
                }
                Some(byte) => {
                    out.push(byte);
                    match (bracket, byte) {
                        (None, b'[') if regex => bracket = Some(out.len()),
                        (Some(start), b']') if closes(&out[start..]) => bracket = None,
                        _ => {}
                    }
                }
            }
        }
    }

    pub(super) fn file_name(&self, source: &mut Source<'_>) -> Result<Vec<u8>, Failure> {
        if self.options.sandbox {
            return source.fail(SANDBOX);
        }
        let mut name = Vec::new();
        let mut byte = source.next_nonblank();
        while let Some(read) = byte.filter(|byte| *byte != b'\n') {
            name.push(read);
            byte = source.next();
        }
        match name.is_empty() {
            true => source.fail("missing filename in r/R/w/W commands"),
            false => Ok(name),
        }
    }
}

pub(super) fn read_label(source: &mut Source<'_>) -> Vec<u8> {
    let mut label = Vec::new();
    let mut byte = source.next_nonblank();
    loop {
        match byte {
            None => return label,
            Some(b'\n' | b' ' | b'\t' | b';' | b'}') => {
                source.back(byte);
                return label;
            }
            Some(read) => label.push(read),
        }
        byte = source.next();
    }
}

/// Whether the last `]` of what follows a `[` ends the bracket expression.
fn closes(body: &[u8]) -> bool {
    let body = &body[..body.len() - 1];
    let body = body.strip_prefix(b"^").unwrap_or(body);
    if body.is_empty() {
        return false;
    }
    // `[:`, `[.` and `[=` run to their own ends.
    let open = body
        .windows(2)
        .rposition(|pair| matches!(pair, [b'[', b':' | b'.' | b'=']));
    match open {
        Some(open) => {
            let end = [body[open + 1], b']'];
            body[open + 2..].windows(2).any(|pair| pair == end)
        }
        None => true,
    }
}

pub(super) fn end_of_command(source: &mut Source<'_>) -> Result<(), Failure> {
    let byte = source.next_nonblank();
    match byte {
        Some(b'}' | b'#') => source.back(byte),
        None | Some(b'\n' | b';') => {}
        _ => return source.fail("extra characters after command"),
    }
    Ok(())
}

/// `v`: asks for this version of GNU sed at least.
pub(super) fn version(source: &Source<'_>, wanted: &[u8]) -> Result<(), Failure> {
    let newer = "expected newer version of sed";
    let text = std::str::from_utf8(wanted).unwrap_or("x");
    let mut numbers = [0; 3];
    if !text.is_empty() {
        for (index, part) in text.split('.').enumerate() {
            match (part.parse::<u32>(), numbers.get_mut(index)) {
                (Ok(number), Some(place)) => *place = number,
                _ => return source.fail(newer),
            }
        }
    }
    match numbers > [4, 9, 0] {
        true => source.fail(newer),
        false => Ok(()),
    }
}
