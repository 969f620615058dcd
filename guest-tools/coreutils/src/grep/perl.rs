//! Perl's regular expressions (pcre2pattern(3)) in the syntax of the regex
//! crates: most of it is the same, and what is not is written in other words.

/// Horizontal and vertical space, as the contents of a bracket expression.
const HORIZONTAL: &str = r" \t\xA0";
const VERTICAL: &str = r"\n\x0B\f\r";

/// The pattern in the crates' syntax. What they have no words for stays as it
/// is, and is refused by them.
pub fn translate(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len() + 8);
    let mut rest = pattern;
    while let Some(first) = rest.chars().next() {
        rest = match first {
            '\\' => escape(rest, &mut out, false),
            '[' => class(rest, &mut out),
            '(' => group(rest, &mut out),
            '{' if !is_repetition(rest) => {
                out.push_str(r"\{");
                &rest[1..]
            }
            _ => {
                out.push(first);
                &rest[first.len_utf8()..]
            }
        };
    }
    out
}

/// Whether a brace begins `{n}`, `{n,}` or `{n,m}`; else it is text.
fn is_repetition(text: &str) -> bool {
    let Some((inside, _)) = text[1..].split_once('}') else {
        return false;
    };
    let (least, most) = inside.split_once(',').unwrap_or((inside, ""));
    let number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    !least.is_empty() && number(least) && number(most)
}

/// What begins with a backslash; gives what follows it.
fn escape<'a>(text: &'a str, out: &mut String, in_class: bool) -> &'a str {
    let Some(kind) = text[1..].chars().next() else {
        out.push('\\');
        return "";
    };
    let rest = &text[1 + kind.len_utf8()..];
    match kind {
        'Q' => {
            let (quoted, rest) = rest.split_once(r"\E").unwrap_or((rest, ""));
            for character in quoted.chars() {
                if character.is_ascii_punctuation() && !matches!(character, '<' | '>') {
                    out.push('\\');
                }
                out.push(character);
            }
            return rest;
        }
        'E' => {}
        'h' | 'H' | 'v' | 'V' => {
            let space = match kind {
                'h' | 'H' => HORIZONTAL,
                _ => VERTICAL,
            };
            let not = if kind.is_ascii_uppercase() { "^" } else { "" };
            match (in_class, not) {
                (true, "") => out.push_str(space),
                _ => out.extend(["[", not, space, "]"]),
            }
        }
        'N' if !in_class && !rest.starts_with('{') => out.push_str(r"[^\n]"),
        'N' if rest.starts_with("{U+") => {
            out.push_str(r"\x{");
            return &rest[3..];
        }
        'p' | 'P' | 'x' | 'o' if rest.starts_with('{') => {
            let (name, rest) = rest.split_once('}').unwrap_or((rest, ""));
            match (kind, u32::from_str_radix(&name[1..], 8)) {
                ('o', Ok(number)) => out.push_str(&format!(r"\x{{{number:X}}}")),
                _ => out.extend(["\\", kind.encode_utf8(&mut [0; 4]), name, "}"]),
            }
            return rest;
        }
        '0' => {
            let length = rest
                .bytes()
                .take(2)
                .take_while(|byte| (b'0'..b'8').contains(byte));
            let (digits, rest) = rest.split_at(length.count());
            let number = u32::from_str_radix(digits, 8).unwrap_or(0);
            out.push_str(&format!(r"\x{{{number:X}}}"));
            return rest;
        }
        'c' if rest.starts_with(|next: char| next.is_ascii_graphic()) => {
            let control = rest.as_bytes()[0].to_ascii_uppercase() ^ 0x40;
            out.push_str(&format!(r"\x{{{control:X}}}"));
            return &rest[1..];
        }
        'X' if !in_class => out.push_str(r"(?:\P{M}\p{M}*|\p{M})"),
        'R' if !in_class => out.extend([r"(?:\r\n|[", VERTICAL, "])"]),
        'Z' if !in_class => out.push_str(r"(?:\n?\z)"),
        'e' => out.push_str(r"\x1B"),
        'b' if in_class => out.push_str(r"\x08"),
        // The crates take these two for ends of words.
        '<' | '>' => out.push(kind),
        'g' if !in_class => return reference(rest, out),
        'k' if !in_class => return named(rest, out),
        _ => {
            out.push('\\');
            out.push(kind);
        }
    }
    rest
}

/// What follows `\g`: a group's number (from behind with a minus) or name.
fn reference<'a>(text: &'a str, out: &mut String) -> &'a str {
    let (name, rest) = match text.strip_prefix('{').and_then(|text| text.split_once('}')) {
        Some(split) => split,
        None => {
            let digits = text.strip_prefix('-').unwrap_or(text);
            let end = digits.bytes().take_while(u8::is_ascii_digit).count();
            text.split_at(text.len() - digits.len() + end)
        }
    };
    let digits = name.bytes().all(|byte| byte.is_ascii_digit());
    if digits && !name.is_empty() {
        out.extend(["(?:\\", name, ")"]);
    } else {
        out.extend([r"\k<", name, ">"]);
    }
    rest
}

/// What follows `\k`: a name in braces, quotes or angle brackets.
fn named<'a>(text: &'a str, out: &mut String) -> &'a str {
    let end = match text.chars().next() {
        Some('{') => '}',
        Some('\'') => '\'',
        _ => '>',
    };
    match text.get(1..).and_then(|text| text.split_once(end)) {
        Some((name, rest)) => {
            out.extend([r"\k<", name, ">"]);
            rest
        }
        None => {
            out.push_str(r"\k");
            text
        }
    }
}

/// A bracket expression; gives what follows it. Inside, the crates know nested
/// expressions and operations on sets, which Perl does not.
fn class<'a>(text: &'a str, out: &mut String) -> &'a str {
    let mut rest = &text[1..];
    out.push('[');
    if let Some(after) = rest.strip_prefix('^') {
        out.push('^');
        rest = after;
    }
    if let Some(after) = rest.strip_prefix(']') {
        out.push_str(r"\]");
        rest = after;
    }
    while let Some(first) = rest.chars().next() {
        rest = match first {
            ']' => {
                out.push(']');
                return &rest[1..];
            }
            '\\' => escape(rest, out, true),
            '[' => match posix_class(rest) {
                Some(length) => {
                    out.push_str(&rest[..length]);
                    &rest[length..]
                }
                None => {
                    out.push_str(r"\[");
                    &rest[1..]
                }
            },
            '&' | '~' => {
                out.push('\\');
                out.push(first);
                &rest[1..]
            }
            _ => {
                out.push(first);
                &rest[first.len_utf8()..]
            }
        };
    }
    rest
}

/// The length of `[:name:]` at the start of a text, if there is one.
fn posix_class(text: &str) -> Option<usize> {
    let inside = text.strip_prefix("[:")?;
    let name = inside.bytes();
    let length = name
        .take_while(|byte| byte.is_ascii_lowercase() || *byte == b'^')
        .count();
    inside[length..].starts_with(":]").then_some(length + 4)
}

/// What begins with a parenthesis; gives what follows its head.
fn group<'a>(text: &'a str, out: &mut String) -> &'a str {
    if let Some(comment) = text.strip_prefix("(?#") {
        return comment.split_once(')').map_or("", |(_, rest)| rest);
    }
    if let Some((name, rest)) = text
        .strip_prefix("(?'")
        .and_then(|text| text.split_once('\''))
    {
        out.extend(["(?<", name, ">"]);
        return rest;
    }
    // Recursion, which the crates lack: `(?R)` is something else to them.
    if text.starts_with("(?R)") {
        out.push_str("(?&R");
        return &text[3..];
    }
    out.push('(');
    &text[1..]
}

#[cfg(test)]
mod tests {
    use super::translate;

    #[test]
    fn what_the_crates_say_otherwise_is_translated() {
        for (perl, ours) in [
            (r"a\d+(b|c){2,3}$", r"a\d+(b|c){2,3}$"),
            (r"\Qa.b*<\E+\E", r"a\.b\*<+"),
            (r"\Qa\b", r"a\\b"),
            (r"a\hb\H", r"a[ \t\xA0]b[^ \t\xA0]"),
            (r"[\h:]", r"[ \t\xA0:]"),
            ("[^[]+", r"[^\[]+"),
            ("[][]", r"[\]\[]"),
            ("[]a]]", r"[\]a]]"),
            ("[[:alpha:][:^digit:]_]", "[[:alpha:][:^digit:]_]"),
            ("[a&&b~~c]", r"[a\&\&b\~\~c]"),
            (r"[\]\\]", r"[\]\\]"),
            (r"\<a\>", "<a>"),
            (r"[\b]", r"[\x08]"),
            (r"(a)\g1\g{1}", r"(a)(?:\1)(?:\1)"),
            (r"(?'x'a)\k{x}\k'x'\g{x}", r"(?<x>a)\k<x>\k<x>\k<x>"),
            ("a(?#b)c", "ac"),
            ("a{,3}{x}b{2}{", r"a\{,3}\{x}b{2}\{"),
            (r"\x{41}\p{L}\P{Lu}", r"\x{41}\p{L}\P{Lu}"),
            (r"\012\0\o{101}\cA", r"\x{A}\x{0}\x{41}\x{1}"),
            ("a(?R)b", "a(?&R)b"),
            (r"\N{U+5F}\N", r"\x{5F}[^\n]"),
            (r"\", r"\"),
            ("[a", "[a"),
            ("é[é]", "é[é]"),
        ] {
            assert_eq!(translate(perl), ours, "{perl}");
        }
    }
}
