//! File name patterns (`fnmatch`).

/// Whether the name matches; a leading dot only matches a dot.
pub fn matches_file(pattern: &[u8], name: &[u8]) -> bool {
    if name.starts_with(b".") && !pattern.starts_with(b".") {
        return false;
    }
    matches(pattern, name)
}

/// Whether the text matches the pattern (`*`, `?`, `[…]`, `\`).
pub fn matches(pattern: &[u8], text: &[u8]) -> bool {
    let (mut p, mut t) = (0, 0);
    // Where to go on after the last star: its pattern, and one byte further.
    let mut star: Option<(usize, usize)> = None;
    loop {
        let step = match pattern.get(p) {
            None if t == text.len() => return true,
            None => None,
            Some(b'*') => {
                star = Some((p + 1, t));
                p += 1;
                continue;
            }
            Some(_) => text.get(t).and_then(|byte| one(&pattern[p..], *byte)),
        };
        match (step, star) {
            (Some(length), _) => (p, t) = (p + length, t + 1),
            (None, Some((after, at))) if at < text.len() => {
                star = Some((after, at + 1));
                (p, t) = (after, at + 1);
            }
            _ => return false,
        }
    }
}

/// Length of the pattern's first item if it matches the byte.
fn one(pattern: &[u8], byte: u8) -> Option<usize> {
    match pattern {
        [b'?', ..] => Some(1),
        [b'[', rest @ ..] => match bracket(rest, byte) {
            Some((true, length)) => Some(length + 1),
            Some((false, _)) => None,
            None => (byte == b'[').then_some(1),
        },
        [b'\\', literal, ..] => (*literal == byte).then_some(2),
        [literal, ..] => (*literal == byte).then_some(1),
        [] => None,
    }
}

/// Whether a bracket expression matches, and its length; `None` if it is open.
fn bracket(body: &[u8], byte: u8) -> Option<(bool, usize)> {
    let negated = matches!(body.first(), Some(b'!' | b'^'));
    let (mut at, mut found) = (usize::from(negated), false);
    let first = at;
    loop {
        match *body.get(at)? {
            b']' if at > first => return Some((found != negated, at + 1)),
            b'[' if body.get(at + 1) == Some(&b':') => {
                let tail = body.get(at + 2..)?;
                let end = tail.windows(2).position(|pair| pair == b":]")?;
                found |= class(&tail[..end], byte);
                at += end + 4;
                continue;
            }
            mut low => {
                if low == b'\\' {
                    at += 1;
                    low = *body.get(at)?;
                }
                match body.get(at + 1..) {
                    Some([b'-', high, ..]) if *high != b']' => {
                        found |= (low..=*high).contains(&byte);
                        at += 2;
                    }
                    _ => found |= low == byte,
                }
            }
        }
        at += 1;
    }
}

fn class(name: &[u8], byte: u8) -> bool {
    match name {
        b"alpha" => byte.is_ascii_alphabetic(),
        b"digit" => byte.is_ascii_digit(),
        b"alnum" => byte.is_ascii_alphanumeric(),
        b"upper" => byte.is_ascii_uppercase(),
        b"lower" => byte.is_ascii_lowercase(),
        b"space" => byte.is_ascii_whitespace() || byte == 0x0b,
        b"blank" => byte == b' ' || byte == b'\t',
        b"punct" => byte.is_ascii_punctuation(),
        b"cntrl" => byte.is_ascii_control(),
        b"graph" => byte.is_ascii_graphic(),
        b"print" => byte.is_ascii_graphic() || byte == b' ',
        b"xdigit" => byte.is_ascii_hexdigit(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn patterns_follow_fnmatch() {
        let cases: [(&str, &str, bool); 11] = [
            ("*", "", true),
            ("*.c", "a.c", true),
            ("*.c", "a.h", false),
            ("a*b*c", "axxbyyc", true),
            ("?", "", false),
            ("[a-c]x", "bx", true),
            ("[!a-c]x", "bx", false),
            ("[]]", "]", true),
            ("[[:digit:]]", "7", true),
            ("\\*", "*", true),
            ("[", "[", true),
        ];
        for (pattern, text, expected) in cases {
            assert_eq!(
                matches(pattern.as_bytes(), text.as_bytes()),
                expected,
                "{pattern} {text}"
            );
        }
    }
}
