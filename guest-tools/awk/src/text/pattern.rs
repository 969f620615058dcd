//! AWK's dialect of extended regular expressions, as patterns of the regex
//! engine. It is not that of grep: a newline is a character as any other,
//! anchors are those of the whole text, backslashes work in brackets.

use std::fmt::Write;
use wardian_posix_regex::push_literal;

/// A translated pattern.
pub struct Pattern {
    /// For the regex engine.
    pub regex: String,
    /// The text that it matches if it matches only one, with anchors taken off.
    pub literal: Option<Vec<u8>>,
    /// Whether the literal must be at the start of the text.
    pub at_start: bool,
    /// Whether the literal must be at the end of the text.
    pub at_end: bool,
}

/// Translates a pattern.
///
/// # Errors
/// What is wrong with it.
pub fn translate(source: &[u8], utf8: bool) -> Result<Pattern, &'static str> {
    let mut translator = Translator {
        source,
        utf8,
        at: 0,
        out: String::with_capacity(source.len() + 16),
        open: Vec::new(),
        atom: None,
        repeated: false,
        literal: Some(Vec::new()),
        at_start: false,
        at_end: false,
    };
    translator.run()?;
    Ok(Pattern {
        regex: translator.out,
        literal: translator.literal,
        at_start: translator.at_start,
        at_end: translator.at_end,
    })
}

struct Translator<'a> {
    source: &'a [u8],
    utf8: bool,
    at: usize,
    out: String,
    /// Starts of open groups.
    open: Vec<usize>,
    /// Start of what a repetition would apply to.
    atom: Option<usize>,
    repeated: bool,
    literal: Option<Vec<u8>>,
    at_start: bool,
    at_end: bool,
}

const UNMATCHED_BRACKET: &str = "Unmatched [, [^, [:, [., or [=";

impl Translator<'_> {
    fn run(&mut self) -> Result<(), &'static str> {
        while let Some(&byte) = self.source.get(self.at) {
            self.at += 1;
            match byte {
                b'\\' => self.backslash()?,
                b'[' => self.bracket()?,
                b'.' => self.class("(?s:.)"),
                b'^' => {
                    let first = self.at == 1;
                    if first {
                        self.at_start = true;
                    } else {
                        self.literal = None;
                    }
                    self.out.push('^');
                    self.atom = None;
                }
                b'$' => {
                    if self.at == self.source.len() {
                        self.at_end = true;
                    } else {
                        self.literal = None;
                    }
                    self.out.push('$');
                    self.atom = None;
                }
                b'(' => {
                    self.literal = None;
                    self.open.push(self.out.len());
                    self.out.push('(');
                    self.atom = None;
                }
                b')' => {
                    let start = self.open.pop().ok_or("Unmatched ) or \\)")?;
                    self.out.push(')');
                    (self.atom, self.repeated) = (Some(start), false);
                }
                b'|' => {
                    self.literal = None;
                    self.out.push('|');
                    self.atom = None;
                }
                b'*' | b'+' | b'?' if self.atom.is_some() => {
                    self.repeat(std::str::from_utf8(&[byte]).unwrap_or("*"));
                }
                b'{' => self.interval()?,
                _ => {
                    self.at -= 1;
                    self.character();
                }
            }
        }
        match self.open.is_empty() {
            true => Ok(()),
            false => Err("Unmatched ( or \\("),
        }
    }

    fn begin_atom(&mut self) {
        (self.atom, self.repeated) = (Some(self.out.len()), false);
    }

    fn class(&mut self, class: &str) {
        self.begin_atom();
        self.literal = None;
        self.out.push_str(class);
    }

    fn text(&mut self, text: &[u8]) {
        self.begin_atom();
        push_literal(&mut self.out, text, self.utf8);
        if let Some(literal) = &mut self.literal {
            literal.extend_from_slice(text);
        }
    }

    /// The character here stands for itself.
    fn character(&mut self) {
        let source = self.source;
        let len = super::chars::first_len(&source[self.at..], self.utf8);
        let text = &source[self.at..self.at + len];
        self.at += len;
        self.text(text);
    }

    fn repeat(&mut self, operator: &str) {
        let Some(start) = self.atom else { return };
        self.literal = None;
        if self.repeated {
            self.out.insert_str(start, "(?:");
            self.out.push(')');
        }
        self.repeated = true;
        self.out.push_str(operator);
    }

    fn interval(&mut self) -> Result<(), &'static str> {
        let rest = &self.source[self.at..];
        let end = rest.iter().position(|byte| *byte == b'}');
        let bounds = end.and_then(|end| bounds(&rest[..end]));
        match (end, bounds) {
            (Some(end), Some((low, high))) if self.atom.is_some() => {
                if low > 0x7fff || high.is_some_and(|high| high > 0x7fff) {
                    return Err("Regular expression too big");
                }
                if high.is_some_and(|high| high < low) {
                    return Err("Invalid content of \\{\\}");
                }
                self.at += end + 1;
                match high {
                    Some(high) => self.repeat(&format!("{{{low},{high}}}")),
                    None => self.repeat(&format!("{{{low},}}")),
                }
            }
            _ => self.text(b"{"),
        }
        Ok(())
    }

    fn backslash(&mut self) -> Result<(), &'static str> {
        let Some(&letter) = self.source.get(self.at) else {
            return Err("Trailing backslash");
        };
        let boundary = |unicode: &'static str, ascii: &'static str| match self.utf8 {
            true => unicode,
            false => ascii,
        };
        let assertion = match letter {
            b'y' => boundary("\\b", "(?-u:\\b)"),
            b'B' => boundary("\\B", "(?-u:\\B)"),
            b'<' => boundary("\\b{start}", "(?-u:\\b{start})"),
            b'>' => boundary("\\b{end}", "(?-u:\\b{end})"),
            b'`' => "\\A",
            b'\'' => "\\z",
            _ => "",
        };
        if !assertion.is_empty() {
            self.at += 1;
            self.class(assertion);
            return Ok(());
        }
        let class = match letter {
            b'w' => "\\w",
            b'W' => "\\W",
            b's' => "\\s",
            b'S' => "\\S",
            _ => "",
        };
        if !class.is_empty() {
            self.at += 1;
            self.class(class);
            return Ok(());
        }
        match escape(&self.source[self.at..]) {
            Some((byte, len)) => {
                self.at += len;
                self.text(&[byte]);
            }
            None => self.character(),
        }
        Ok(())
    }

    fn bracket(&mut self) -> Result<(), &'static str> {
        let mut class = String::from("[");
        if self.source.get(self.at) == Some(&b'^') {
            class.push('^');
            self.at += 1;
        }
        let first = self.at;
        loop {
            let byte = *self.source.get(self.at).ok_or(UNMATCHED_BRACKET)?;
            if byte == b']' && self.at > first {
                self.at += 1;
                break;
            }
            if byte == b'[' && self.source.get(self.at + 1) == Some(&b':') {
                let rest = &self.source[self.at + 2..];
                if let Some(end) = rest.windows(2).position(|pair| pair == b":]") {
                    class.push_str(named(&rest[..end], self.utf8)?);
                    self.at += end + 4;
                    continue;
                }
            }
            let low = self.bracket_item()?;
            let high = match self.source.get(self.at..) {
                Some([b'-', b'-', b'-', ..]) => low,
                Some([b'-', next, ..]) if *next != b']' => {
                    self.at += 1;
                    self.bracket_item()?
                }
                _ => low,
            };
            if high < low {
                return Err("Invalid range end");
            }
            if self.utf8 && low < 0x110000 {
                let _ = write!(class, "\\x{{{low:x}}}-\\x{{{high:x}}}");
            } else {
                let _ = write!(class, "\\x{low:02x}-\\x{high:02x}");
            }
        }
        class.push(']');
        self.class(&class);
        Ok(())
    }

    /// One character of a bracket expression.
    fn bracket_item(&mut self) -> Result<u32, &'static str> {
        let rest = &self.source[self.at..];
        match rest {
            [b'[', kind @ (b'=' | b'.'), tail @ ..] => {
                let end = tail.windows(2).position(|pair| pair == [*kind, b']']);
                let end = end.ok_or(UNMATCHED_BRACKET)?;
                let (value, _) = self.decode(&tail[..end]);
                self.at += end + 4;
                Ok(value)
            }
            [b'\\', tail @ ..] if !tail.is_empty() => {
                if let Some((byte, len)) = escape(tail) {
                    self.at += len + 1;
                    return Ok(byte.into());
                }
                let (value, len) = self.decode(tail);
                self.at += len + 1;
                Ok(value)
            }
            [] => Err(UNMATCHED_BRACKET),
            rest => {
                let (value, len) = self.decode(rest);
                self.at += len;
                Ok(value)
            }
        }
    }

    fn decode(&self, text: &[u8]) -> (u32, usize) {
        let len = super::chars::first_len(text, self.utf8);
        let c = match len {
            0 | 1 => None,
            _ => std::str::from_utf8(&text[..len])
                .ok()
                .and_then(|text| text.chars().next()),
        };
        let byte = text.first().copied().unwrap_or(0);
        (c.map_or(byte.into(), u32::from), len)
    }
}

/// The byte that an escape sequence stands for, and its length after the
/// backslash; `None` if the next character stands for itself.
fn escape(rest: &[u8]) -> Option<(u8, usize)> {
    Some(match rest.first()? {
        b'n' => (b'\n', 1),
        b't' => (b'\t', 1),
        b'r' => (b'\r', 1),
        b'f' => (0x0c, 1),
        b'v' => (0x0b, 1),
        b'a' => (0x07, 1),
        b'b' => (0x08, 1),
        b'0'..=b'7' => {
            let digits = rest.iter().take(3);
            let len = digits.take_while(|b| (b'0'..=b'7').contains(b)).count();
            let value = rest[..len]
                .iter()
                .fold(0u32, |n, digit| n * 8 + u32::from(digit - b'0'));
            (value as u8, len)
        }
        b'x' => {
            let digits = rest[1..].iter().take(2);
            let len = digits.take_while(|b| b.is_ascii_hexdigit()).count();
            if len == 0 {
                return None;
            }
            let text = std::str::from_utf8(&rest[1..=len]).ok()?;
            (u8::from_str_radix(text, 16).ok()?, len + 1)
        }
        _ => return None,
    })
}

/// `m`, `m,`, `,n` and `m,n`.
fn bounds(text: &[u8]) -> Option<(u32, Option<u32>)> {
    let number = |digits: &str| -> Option<u32> {
        let fit = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        fit.then(|| digits.parse().unwrap_or(u32::MAX))
    };
    let text = std::str::from_utf8(text).ok()?;
    match text.split_once(',') {
        None => number(text).map(|n| (n, Some(n))),
        Some(("", "")) => None,
        Some(("", high)) => Some((0, Some(number(high)?))),
        Some((low, "")) => Some((number(low)?, None)),
        Some((low, high)) => Some((number(low)?, Some(number(high)?))),
    }
}

fn named(name: &[u8], utf8: bool) -> Result<&'static str, &'static str> {
    Ok(match name {
        b"alpha" if utf8 => "\\p{Alphabetic}",
        b"alnum" if utf8 => "\\p{Alphabetic}0-9",
        b"upper" if utf8 => "\\p{Uppercase}",
        b"lower" if utf8 => "\\p{Lowercase}",
        b"alpha" => "[:alpha:]",
        b"digit" => "[:digit:]",
        b"alnum" => "[:alnum:]",
        b"upper" => "[:upper:]",
        b"lower" => "[:lower:]",
        b"space" => "[:space:]",
        b"blank" => "[:blank:]",
        b"punct" => "[:punct:]",
        b"cntrl" => "[:cntrl:]",
        b"graph" => "[:graph:]",
        b"print" => "[:print:]",
        b"xdigit" => "[:xdigit:]",
        _ => return Err("Invalid character class name"),
    })
}
