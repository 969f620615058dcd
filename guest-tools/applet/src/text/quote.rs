//! GNU's quoting styles for file names, in the C and UTF-8 locales.

/// A quoting style, as `ls --quoting-style` names them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Style {
    /// As it is.
    Literal,
    /// For a shell, where needed.
    Shell,
    /// For a shell, always.
    ShellAlways,
    /// For a shell where needed, with `$'…'` for what does not print.
    ShellEscape,
    /// As `ShellEscape`, always.
    ShellEscapeAlways,
    /// As a C string.
    C,
    /// As a C string if there is something to escape, else as it is.
    CMaybe,
    /// As a C string without the quotes.
    Escape,
    /// As a C string in the locale's quotes.
    Locale,
}

/// `'name'`, for a message.
pub fn always(name: &[u8]) -> Vec<u8> {
    quote(name, Style::ShellEscapeAlways)
}

/// The name, quoted only if a shell or the reader of `name: message` would
/// misread it, for a message.
pub fn if_needed(name: &[u8]) -> Vec<u8> {
    if name.contains(&b':') {
        return always(name);
    }
    quote(name, Style::ShellEscape)
}

/// The name in a style.
pub fn quote(name: &[u8], style: Style) -> Vec<u8> {
    match style {
        Style::Literal => name.to_vec(),
        Style::Shell if !needs_shell_quotes(name) => name.to_vec(),
        Style::Shell | Style::ShellAlways => shell_plain(name),
        Style::ShellEscape if !needs_shell_quotes(name) && all_printable(name) => name.to_vec(),
        Style::ShellEscape | Style::ShellEscapeAlways => shell_escape(name),
        Style::C => [b"\"".as_slice(), &c_escape(name, Some(b'"'), false), b"\""].concat(),
        Style::CMaybe => c_maybe(name),
        Style::Escape => c_escape(name, None, true),
        Style::Locale => [b"'".as_slice(), &c_escape(name, Some(b'\''), false), b"'"].concat(),
    }
}

/// As [`Style::Escape`], but for blanks, which stand for themselves.
pub fn escape_but_blanks(name: &[u8]) -> Vec<u8> {
    c_escape(name, None, false)
}

/// A backslash alone asks for no quotes.
fn c_maybe(name: &[u8]) -> Vec<u8> {
    match all_printable(name) && !name.contains(&b'"') {
        true => name.to_vec(),
        false => quote(name, Style::C),
    }
}

/// Whether the name, unquoted, would mean something else to a shell.
pub fn needs_shell_quotes(name: &[u8]) -> bool {
    let special = |byte: u8| b"\t\n !\"$&'()*;<=>?[\\^`|".contains(&byte) || byte < 0x20;
    match name {
        [] => true,
        // A lone brace is a word of the shell's grammar.
        b"{" | b"}" => true,
        [b'#' | b'~', ..] => true,
        _ => name.iter().any(|byte| special(*byte)),
    }
}

/// Splits into printable characters and single bytes that do not print.
pub fn pieces(name: &[u8]) -> impl Iterator<Item = (&[u8], bool)> {
    let mut rest = name;
    std::iter::from_fn(move || {
        let (&first, _) = rest.split_first()?;
        let length = if first.is_ascii() || !crate::text::utf8_locale() {
            1
        } else {
            char_length(rest)
        };
        let (piece, tail) = rest.split_at(length.max(1));
        rest = tail;
        let printable = match length {
            0 => false,
            1 => matches!(first, 0x20..=0x7e),
            _ => true,
        };
        Some((piece, printable))
    })
}

/// Bytes of the printable character at the start; 0 if there is none.
fn char_length(bytes: &[u8]) -> usize {
    let end = bytes.len().min(4);
    (2..=end)
        .find(|n| {
            let text = std::str::from_utf8(&bytes[..*n]).ok();
            text.is_some_and(|text| text.chars().all(|c| !c.is_control()))
        })
        .unwrap_or(0)
}

fn all_printable(name: &[u8]) -> bool {
    name.iter().all(|byte| matches!(byte, 0x20..=0x7e)) || pieces(name).all(|piece| piece.1)
}

/// Whether GNU writes the name in double quotes: it has an apostrophe, and
/// nothing that a shell or C would read otherwise inside them.
fn double_quotes_serve(name: &[u8]) -> bool {
    let unfit = |(at, byte): (usize, &u8)| match byte {
        b'#' | b'~' => at != 0,
        _ => b"!\"$&()*;<=>?[\\^`{|}".contains(byte),
    };
    name.contains(&b'\'') && !name.iter().enumerate().any(unfit)
}

fn shell_plain(name: &[u8]) -> Vec<u8> {
    if double_quotes_serve(name) {
        return [b"\"".as_slice(), name, b"\""].concat();
    }
    let mut out = vec![b'\''];
    for &byte in name {
        match byte {
            b'\'' => out.extend_from_slice(b"'\\''"),
            _ => out.push(byte),
        }
    }
    out.push(b'\'');
    out
}

fn shell_escape(name: &[u8]) -> Vec<u8> {
    if all_printable(name) && double_quotes_serve(name) {
        return [b"\"".as_slice(), name, b"\""].concat();
    }
    let mut out = vec![b'\''];
    let mut in_escape = false;
    for (piece, printable) in pieces(name) {
        if printable && piece != b"'" {
            if in_escape {
                // A quoted part follows the escaped one.
                out.extend_from_slice(b"''");
                in_escape = false;
            }
            out.extend_from_slice(piece);
        } else if piece == b"'" {
            in_escape = false;
            out.extend_from_slice(b"'\\''");
        } else {
            if !in_escape {
                out.extend_from_slice(b"'$'");
                in_escape = true;
            }
            c_escape_byte(&mut out, piece[0]);
        }
    }
    out.push(b'\'');
    out
}

fn c_escape_byte(out: &mut Vec<u8>, byte: u8) {
    let letter = match byte {
        0x07 => b'a',
        0x08 => b'b',
        0x0c => b'f',
        b'\n' => b'n',
        b'\r' => b'r',
        b'\t' => b't',
        0x0b => b'v',
        _ => {
            out.push(b'\\');
            out.extend([byte >> 6, byte >> 3 & 7, byte & 7].map(|digit| b'0' + digit));
            return;
        }
    };
    out.extend([b'\\', letter]);
}

fn c_escape(name: &[u8], quote: Option<u8>, spaces: bool) -> Vec<u8> {
    let mut out = Vec::new();
    for (piece, printable) in pieces(name) {
        match piece {
            [b'\\'] => out.extend_from_slice(b"\\\\"),
            [b' '] if spaces => out.extend_from_slice(b"\\ "),
            [byte] if Some(*byte) == quote => out.extend([b'\\', *byte]),
            _ if printable => out.extend_from_slice(piece),
            [byte, ..] => c_escape_byte(&mut out, *byte),
            [] => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{Style, always, if_needed, quote};

    fn check(style: Style, name: &[u8], expected: &[u8]) {
        assert_eq!(
            String::from_utf8_lossy(&quote(name, style)),
            String::from_utf8_lossy(expected)
        );
    }

    #[test]
    fn shell_escape_follows_gnu() {
        check(Style::ShellEscape, b"plain", b"plain");
        check(Style::ShellEscape, b"a b", b"'a b'");
        check(Style::ShellEscape, b"it's", b"\"it's\"");
        check(Style::ShellEscape, b"a\nb", b"'a'$'\\n''b'");
        check(Style::ShellEscape, b"\n", b"''$'\\n'");
        check(Style::ShellEscape, b"#x", b"'#x'");
        check(Style::ShellEscape, b"x#", b"x#");
        check(Style::ShellEscape, b"", b"''");
        check(Style::ShellEscape, b"a'\"b", b"'a'\\''\"b'");
        assert_eq!(always(b"x"), b"'x'");
        assert_eq!(if_needed(b"x"), b"x");
    }

    #[test]
    fn c_styles_follow_gnu() {
        check(Style::C, b"a \"b\\\t\x01", b"\"a \\\"b\\\\\\t\\001\"");
        check(Style::Escape, b"a b", b"a\\ b");
        check(Style::CMaybe, b"a \\", b"a \\");
        check(Style::CMaybe, b"a\t\\", b"\"a\\t\\\\\"");
        check(Style::Locale, b"it's", b"'it\\'s'");
    }
}
