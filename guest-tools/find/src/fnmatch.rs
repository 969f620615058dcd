//! File name patterns as `fnmatch` without flags takes them: characters of the
//! locale, optionally without regard to case. Common forms take short cuts.

use wardian_applet::text::utf8_locale;

/// A compiled pattern.
pub struct Pattern {
    form: Form,
    fold: bool,
}

enum Form {
    /// The text itself.
    Exact(Vec<u8>),
    /// `*text`.
    Suffix(Vec<u8>),
    /// `text*`.
    Prefix(Vec<u8>),
    /// `*text*`.
    Within(Box<memchr::memmem::Finder<'static>>),
    /// `*`.
    Anything,
    General(Vec<Item>),
}

enum Item {
    Char(char),
    Byte(u8),
    Any,
    Star,
    Set(Set),
}

struct Set {
    negated: bool,
    ranges: Vec<(char, char)>,
    classes: Vec<fn(char) -> bool>,
}

impl Pattern {
    /// Compiles a pattern; `fold`: case does not matter.
    pub fn new(pattern: &[u8], fold: bool) -> Pattern {
        let special = |byte: &u8| b"*?[\\".contains(byte);
        let form = match pattern {
            _ if fold => Form::General(items(pattern, fold)),
            b"*" => Form::Anything,
            _ if !pattern.iter().any(special) => Form::Exact(pattern.to_vec()),
            [b'*', rest @ ..] if !rest.iter().any(special) => Form::Suffix(rest.to_vec()),
            [rest @ .., b'*'] if !rest.iter().any(special) => Form::Prefix(rest.to_vec()),
            [b'*', rest @ .., b'*'] if !rest.iter().any(special) => {
                Form::Within(Box::new(memchr::memmem::Finder::new(rest).into_owned()))
            }
            _ => Form::General(items(pattern, fold)),
        };
        Pattern { form, fold }
    }

    /// Whether the whole text matches.
    pub fn matches(&self, text: &[u8]) -> bool {
        match &self.form {
            Form::Exact(exact) => text == exact.as_slice(),
            Form::Suffix(end) => text.ends_with(end),
            Form::Prefix(start) => text.starts_with(start),
            Form::Within(finder) => finder.find(text).is_some(),
            Form::Anything => true,
            Form::General(items) => general(items, text, self.fold),
        }
    }
}

fn lower(c: char) -> char {
    let mut folded = c.to_lowercase();
    match (folded.next(), folded.next()) {
        (Some(one), None) => one,
        _ => c,
    }
}

/// The first character and its length; a byte that is none of the character
/// set gives `Err`.
fn decode(text: &[u8]) -> Option<(Result<char, u8>, usize)> {
    let &first = text.first()?;
    if first.is_ascii() {
        return Some((Ok(char::from(first)), 1));
    }
    if utf8_locale() {
        let end = text.len().min(4);
        let chunk = text[..end].utf8_chunks().next();
        if let Some(c) = chunk.and_then(|chunk| chunk.valid().chars().next()) {
            return Some((Ok(c), c.len_utf8()));
        }
    }
    Some((Err(first), 1))
}

fn items(pattern: &[u8], fold: bool) -> Vec<Item> {
    let mut items = Vec::new();
    let mut rest = pattern;
    while let Some(&byte) = rest.first() {
        match byte {
            b'*' => {
                if !matches!(items.last(), Some(Item::Star)) {
                    items.push(Item::Star);
                }
                rest = &rest[1..];
                continue;
            }
            b'?' => {
                items.push(Item::Any);
                rest = &rest[1..];
                continue;
            }
            b'[' => {
                if let Some((set, length)) = set(&rest[1..], fold) {
                    items.push(Item::Set(set));
                    rest = &rest[1 + length..];
                    continue;
                }
            }
            b'\\' if rest.len() > 1 => rest = &rest[1..],
            _ => {}
        }
        let Some((item, length)) = decode(rest) else {
            break;
        };
        items.push(match item {
            Ok(c) => Item::Char(if fold { lower(c) } else { c }),
            Err(byte) => Item::Byte(byte),
        });
        rest = &rest[length..];
    }
    items
}

/// A bracket expression after its `[`, and its length; `None` if it is open.
fn set(body: &[u8], fold: bool) -> Option<(Set, usize)> {
    let negated = matches!(body.first(), Some(b'!' | b'^'));
    let mut set = Set {
        negated,
        ranges: Vec::new(),
        classes: Vec::new(),
    };
    let mut at = usize::from(negated);
    let first = at;
    loop {
        match body.get(at..)? {
            [b']', ..] if at > first => return Some((set, at + 1)),
            [b'[', b':', tail @ ..] if tail.windows(2).any(|pair| pair == b":]") => {
                let end = tail.windows(2).position(|pair| pair == b":]")?;
                set.classes.push(class(&tail[..end], fold));
                at += end + 4;
            }
            _ => {
                let (low, length) = member(&body[at..])?;
                at += length;
                let mut high = low;
                if let [b'-', next, ..] = body.get(at..)?
                    && *next != b']'
                {
                    let (end, length) = member(&body[at + 1..])?;
                    high = end;
                    at += length + 1;
                }
                set.ranges.push((low, high));
                if fold {
                    set.ranges.push((lower(low), lower(high)));
                }
            }
        }
    }
}

/// One member of a set: a character, escaped or as `[.x.]` or `[=x=]`.
fn member(text: &[u8]) -> Option<(char, usize)> {
    let one = |text: &[u8]| {
        let (item, length) = decode(text)?;
        Some((item.unwrap_or_else(raw), length))
    };
    match text {
        [b'\\', rest @ ..] if !rest.is_empty() => one(rest).map(|(c, length)| (c, length + 1)),
        [b'[', mark @ (b'.' | b'='), rest @ ..] => {
            let (c, length) = one(rest)?;
            match rest.get(length..length + 2) {
                Some(end) if end == [*mark, b']'] => Some((c, length + 4)),
                _ => one(text),
            }
        }
        _ => one(text),
    }
}

/// Where bytes outside the character set are kept among characters.
fn raw(byte: u8) -> char {
    char::from_u32(0x10_ff00 + u32::from(byte)).unwrap_or(char::MAX)
}

fn class(name: &[u8], fold: bool) -> fn(char) -> bool {
    match name {
        b"upper" | b"lower" if fold => char::is_alphabetic,
        b"alpha" => char::is_alphabetic,
        b"digit" => |c| c.is_ascii_digit(),
        b"alnum" => char::is_alphanumeric,
        b"upper" => char::is_uppercase,
        b"lower" => char::is_lowercase,
        b"space" => |c| c.is_ascii_whitespace() || c == '\x0b',
        b"blank" => |c| c == ' ' || c == '\t',
        b"punct" => |c| c.is_ascii_punctuation(),
        b"cntrl" => char::is_control,
        b"graph" => |c| !c.is_control() && !c.is_whitespace(),
        b"print" => |c| !c.is_control(),
        b"xdigit" => |c| c.is_ascii_hexdigit(),
        _ => |_| false,
    }
}

fn general(items: &[Item], text: &[u8], fold: bool) -> bool {
    let (mut i, mut t) = (0, 0);
    // Where to go on after the last star: its items, and one character further.
    let mut star: Option<(usize, usize)> = None;
    loop {
        let step = match items.get(i) {
            None if t == text.len() => return true,
            None => None,
            Some(Item::Star) => {
                i += 1;
                if i == items.len() {
                    return true;
                }
                star = Some((i, t));
                continue;
            }
            Some(item) => one(item, &text[t..], fold),
        };
        match (step, star) {
            (Some(length), _) => (i, t) = (i + 1, t + length),
            (None, Some((after, at))) if at < text.len() => {
                let length = decode(&text[at..]).map_or(1, |(_, length)| length);
                star = Some((after, at + length));
                (i, t) = (after, at + length);
            }
            _ => return false,
        }
    }
}

/// Length of what the item matches at the start of the text.
fn one(item: &Item, text: &[u8], fold: bool) -> Option<usize> {
    let (found, length) = decode(text)?;
    let found = match found {
        Ok(c) if fold => Ok(lower(c)),
        found => found,
    };
    let fits = match item {
        Item::Any => true,
        Item::Char(c) => found == Ok(*c),
        Item::Byte(byte) => found == Err(*byte),
        Item::Set(set) => {
            let c = found.unwrap_or_else(raw);
            let inside = set
                .ranges
                .iter()
                .any(|(low, high)| (*low..=*high).contains(&c))
                || set.classes.iter().any(|class| class(c));
            inside != set.negated
        }
        Item::Star => false,
    };
    fits.then_some(length)
}

#[cfg(test)]
mod tests {
    use super::Pattern;

    #[test]
    fn patterns_follow_fnmatch() {
        let cases: [(&str, &str, bool); 16] = [
            ("*", "", true),
            ("*.c", "a.c", true),
            ("*.c", "a.h", false),
            ("a*b*c", "axxbyyc", true),
            ("a*", "abc", true),
            ("*b*", "abc", true),
            ("?", "", false),
            ("[a-c]x", "bx", true),
            ("[!a-c]x", "bx", false),
            ("[]]", "]", true),
            ("[[:digit:]]", "7", true),
            ("[[:digit:]", ":", false),
            ("\\*", "*", true),
            ("[", "[", true),
            ("a[", "a[", true),
            ("*a*?b", "xaab", true),
        ];
        for (pattern, text, expected) in cases {
            let compiled = Pattern::new(pattern.as_bytes(), false);
            assert_eq!(
                compiled.matches(text.as_bytes()),
                expected,
                "{pattern} {text}"
            );
        }
        assert!(Pattern::new(b"A[B-D]*", true).matches(b"acX"));
    }
}
