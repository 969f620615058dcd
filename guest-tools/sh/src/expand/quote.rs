//! Text as the shell would have to read it (`%q`, `@Q`, `declare -p`, `set -x`).

use crate::text::{needs_ansi_quotes, needs_quotes, push_ansi_quoted, push_single_quoted};

/// The value as `set` and `declare -p` show scalars: quoted only if needed.
pub fn quote_value(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() + 2);
    if text.is_empty() {
        return out;
    }
    if needs_ansi_quotes(text) {
        push_ansi_quoted(&mut out, text);
    } else if needs_quotes(text) {
        push_single_quoted(&mut out, text);
    } else {
        out.extend_from_slice(text);
    }
    out
}

/// `@Q`: always quoted.
pub fn quote_always(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() + 2);
    if needs_ansi_quotes(text) {
        push_ansi_quoted(&mut out, text);
    } else {
        push_single_quoted(&mut out, text);
    }
    out
}

/// Between double quotes, as `declare -p` shows values.
pub fn quote_double(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() + 2);
    if needs_ansi_quotes(text) {
        push_ansi_quoted(&mut out, text);
        return out;
    }
    out.push(b'"');
    for c in text {
        if matches!(c, b'"' | b'\\' | b'$' | b'`') {
            out.push(b'\\');
        }
        out.push(*c);
    }
    out.push(b'"');
    out
}

/// `printf %q`: backslashes before special characters.
pub fn quote_backslash(text: &[u8]) -> Vec<u8> {
    if text.is_empty() {
        return b"''".to_vec();
    }
    let mut out = Vec::with_capacity(text.len() + 4);
    if needs_ansi_quotes(text) {
        push_ansi_quoted(&mut out, text);
        return out;
    }
    for (at, c) in text.iter().enumerate() {
        let special = match c {
            b' ' | b'\'' | b'"' | b'\\' | b'|' | b'&' | b';' | b'(' | b')' | b'<' | b'>' | b'!'
            | b'{' | b'}' | b'*' | b'[' | b'?' | b']' | b'^' | b'$' | b'`' | b',' => true,
            b'#' => at == 0,
            b'~' => at == 0 || matches!(text[at - 1], b':' | b'='),
            _ => false,
        };
        if special {
            out.push(b'\\');
        }
        out.push(*c);
    }
    out
}
