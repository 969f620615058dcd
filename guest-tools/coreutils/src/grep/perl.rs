//! Perl's regular expressions (pcre2pattern(3)) in the syntax of the regex
//! crates: most of it is the same, and what is not is written in other words.

/// Horizontal and vertical space, as the contents of a bracket expression.
const HORIZONTAL: &str = r" \t\xA0";
const VERTICAL: &str = r"\n\x0B\f\r";

/// The named classes.
const NAMES: [&str; 14] = [
    "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct",
    "space", "upper", "word", "xdigit",
];

/// The pattern in the crates' syntax. What they have no words for stays as it
/// is, and is refused by them.
///
/// # Errors
/// PCRE's words for what is malformed and the crates would take otherwise.
pub fn translate(pattern: &str) -> Result<String, &'static str> {
    let mut out = String::with_capacity(pattern.len() + 8);
    let mut groups = 0;
    let mut rest = pattern;
    let comments = commented(pattern);
    while let Some(first) = rest.chars().next() {
        rest = match first {
            '\\' => match octal(&rest[1..], Some(groups)) {
                Some((number, after)) => {
                    push_number(&mut out, number);
                    after
                }
                None => escape(rest, &mut out, false),
            },
            '[' => class(rest, &mut out)?,
            '(' => group(rest, &mut out, &mut groups)?,
            '#' if comments => {
                let (comment, after) = rest.split_at(rest.find('\n').unwrap_or(rest.len()));
                out.push_str(comment);
                after
            }
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
    Ok(out)
}

/// Whether a pattern begins with options that let it have comments.
pub fn commented(pattern: &str) -> bool {
    pattern
        .strip_prefix("(?")
        .and_then(|options| options.split_once(')'))
        .is_some_and(|(options, _)| {
            options.contains('x') && options.bytes().all(|byte| byte.is_ascii_lowercase())
        })
}

/// The character that digits after a backslash stand for, up to three of them,
/// and what follows. `groups`, outside of classes: how many are open or closed
/// before, for then the digits may be a reference to one.
fn octal(text: &str, groups: Option<usize>) -> Option<(u32, &str)> {
    let count = |most: usize, end: u8| {
        let digits = text.bytes().take(most);
        digits.take_while(|byte| (b'0'..end).contains(byte)).count()
    };
    let octal = count(3, b'8');
    if octal == 0 {
        return None;
    }
    if let Some(groups) = groups.filter(|_| !text.starts_with('0')) {
        let number = text[..count(usize::MAX, b':')].parse();
        if number.is_ok_and(|number: usize| number < 10 || number <= groups) {
            return None;
        }
    }
    let (digits, rest) = text.split_at(octal);
    Some((u32::from_str_radix(digits, 8).ok()?, rest))
}

fn push_number(out: &mut String, number: u32) {
    out.push_str(&format!(r"\x{{{number:X}}}"));
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
        'c' if rest.starts_with(|next: char| next.is_ascii_graphic()) => {
            let control = rest.as_bytes()[0].to_ascii_uppercase() ^ 0x40;
            push_number(out, u32::from(control));
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

/// What stands before a place in a bracket expression.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    /// The start, or a range.
    Nothing,
    /// A character, which may begin a range.
    Character,
    /// A range's first character and its hyphen.
    Range,
    /// A class, which begins no range.
    Class,
}

/// A bracket expression; gives what follows it. Inside, the crates know nested
/// expressions and operations on sets, which Perl does not.
fn class<'a>(text: &'a str, out: &mut String) -> Result<&'a str, &'static str> {
    for (boundary, ours) in [("[[:<:]]", r"(?:\b(?=\w))"), ("[[:>:]]", r"(?:\b(?<=\w))")] {
        if let Some(rest) = text.strip_prefix(boundary) {
            out.push_str(ours);
            return Ok(rest);
        }
    }
    if posix_class(text).is_some() {
        return Err(match text.starts_with("[:") {
            true => "POSIX named classes are supported only within a class",
            false => COLLATING,
        });
    }
    let mut rest = &text[1..];
    out.push('[');
    if let Some(after) = rest.strip_prefix('^') {
        out.push('^');
        rest = after;
    }
    let mut before = Before::Nothing;
    if let Some(after) = rest.strip_prefix(']') {
        out.push_str(r"\]");
        rest = after;
        before = Before::Character;
    }
    while let Some(first) = rest.chars().next() {
        let mut kind = Before::Character;
        rest = match first {
            ']' => {
                out.push(']');
                return Ok(&rest[1..]);
            }
            '-' if before == Before::Character && !rest.starts_with("-]") => {
                out.push('-');
                kind = Before::Range;
                &rest[1..]
            }
            '-' if before == Before::Class && !rest.starts_with("-]") => return Err(RANGE),
            '\\' => match octal(&rest[1..], None) {
                Some((number, after)) => {
                    push_number(out, number);
                    after
                }
                None => {
                    let letter = rest[1..].chars().next();
                    kind = match letter {
                        Some('E') => before,
                        Some('Q') if rest[2..].starts_with(r"\E") => before,
                        Some(letter) if "dDhHpPsSvVwW".contains(letter) => Before::Class,
                        _ => kind,
                    };
                    match letter {
                        Some(digit @ ('8' | '9')) => {
                            out.push(digit);
                            &rest[2..]
                        }
                        _ => escape(rest, out, true),
                    }
                }
            },
            '[' => match posix_class(rest) {
                Some(length) => {
                    let name = &rest[2..length - 2];
                    if !rest.starts_with("[:") {
                        return Err(COLLATING);
                    }
                    if !NAMES.contains(&name.strip_prefix('^').unwrap_or(name)) {
                        return Err("unknown POSIX class name");
                    }
                    out.push_str(&rest[..length]);
                    kind = Before::Class;
                    &rest[length..]
                }
                None => {
                    out.push_str(r"\[");
                    &rest[1..]
                }
            },
            '&' | '~' | '-' => {
                out.push('\\');
                out.push(first);
                &rest[1..]
            }
            _ => {
                out.push(first);
                &rest[first.len_utf8()..]
            }
        };
        before = match (before, kind) {
            (Before::Range, Before::Class) => return Err(RANGE),
            (Before::Range, Before::Character) => Before::Nothing,
            _ => kind,
        };
    }
    Err("missing terminating ] for character class")
}

const RANGE: &str = "invalid range in character class";
const COLLATING: &str = "POSIX collating elements are not supported";

/// The length of `[:name:]` at the start of a text, if there is one; or of the
/// like with dots or equals signs.
fn posix_class(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mark = *bytes.get(1).filter(|mark| b":.=".contains(mark))?;
    let mut at = 2;
    loop {
        match bytes.get(at..)? {
            [b'\\', b']' | b'\\', ..] => at += 1,
            [first, b']', ..] if *first == mark => return Some(at + 2),
            [b'[', second, ..] if *second == mark => return None,
            [b']', ..] | [] => return None,
            _ => {}
        }
        at += 1;
    }
}

/// What begins with a parenthesis; gives what follows its head. Counts the
/// groups that references may name.
fn group<'a>(text: &'a str, out: &mut String, groups: &mut usize) -> Result<&'a str, &'static str> {
    if let Some(comment) = text.strip_prefix("(?#") {
        let end = comment.split_once(')');
        return end
            .map(|(_, rest)| rest)
            .ok_or("missing ) after (?# comment");
    }
    let head = &text.as_bytes()[1..];
    *groups += usize::from(match head {
        [b'?', b'<', next, ..] => !matches!(next, b'=' | b'!'),
        [b'?', b'\'', ..] | [b'?', b'P', b'<', ..] => true,
        [b'?' | b'*', ..] => false,
        _ => true,
    });
    if let Some((name, rest)) = text
        .strip_prefix("(?'")
        .and_then(|text| text.split_once('\''))
    {
        out.extend(["(?<", name, ">"]);
        return Ok(rest);
    }
    // Recursion, which the crates lack: `(?R)` is something else to them.
    if text.starts_with("(?R)") {
        out.push_str("(?&R");
        return Ok(&text[3..]);
    }
    out.push('(');
    Ok(&text[1..])
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
            ("[--/]", r"[\--/]"),
            ("[!--]", r"[!-\-]"),
            ("[a-c-e-]", r"[a-c\-e\-]"),
            (r"[\w-]", r"[\w\-]"),
            (r"\101[\101\8](a)\1\18", r"\x{41}[\x{41}8](a)\1\x{1}8"),
            ("(?x)a # [", "(?x)a # ["),
            ("é[é]", "é[é]"),
        ] {
            assert_eq!(translate(perl).as_deref(), Ok(ours), "{perl}");
        }
    }

    #[test]
    fn malformed_patterns_are_refused_in_the_words_of_pcre() {
        for (perl, ours) in [
            ("a(?#b", "missing ) after (?# comment"),
            ("[a", "missing terminating ] for character class"),
            ("[[:foo:]]", "unknown POSIX class name"),
            (
                "[:alpha:]",
                "POSIX named classes are supported only within a class",
            ),
            ("[[=a=]]", "POSIX collating elements are not supported"),
            (r"[\w--a]", "invalid range in character class"),
            (r"[a-\d]", "invalid range in character class"),
        ] {
            assert_eq!(translate(perl), Err(ours), "{perl}");
        }
    }
}
