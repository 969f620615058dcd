//! POSIX regular expressions, basic and extended with GNU's additions, as
//! patterns of the regex engine that never match a line's end.

use super::bracket;
use std::fmt::Write;
use wardian_backtrack::reference;

/// A message about a malformed pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Error(pub &'static str);

/// How patterns are read.
#[derive(Clone, Copy)]
pub struct Syntax {
    /// Extended instead of basic.
    pub extended: bool,
    /// Text is UTF-8.
    pub unicode: bool,
    /// Lines end with NUL instead of newline.
    pub zero: bool,
}

/// How a translation goes: [`Syntax`], and what only whole texts need.
#[derive(Clone, Copy)]
pub(crate) struct Dialect {
    pub extended: bool,
    pub unicode: bool,
    /// What ends a line, if matches have to lie within one; else the text is
    /// one piece, in which a newline is a character like others.
    pub lines: Option<u8>,
    /// In one piece: `^` and `$` match at its lines, `.` and `[^x]` within.
    pub multi_line: bool,
    /// An operator without an operand is an error.
    pub strict: bool,
    /// No operators of GNU's own.
    pub posix: bool,
    /// A `)` that closes nothing is a character, even if strict.
    pub plain_close: bool,
    /// How a back-reference is written.
    pub references: References,
}

/// How a back-reference is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum References {
    /// `(?:\\1)`, for engines that know them.
    Plain,
    /// As [`reference`] has it, for our own matcher.
    Named,
}

impl Dialect {
    /// What `.` and negated classes never match.
    pub(crate) fn excluded(&self) -> Option<&'static str> {
        match self.lines {
            Some(0) if self.multi_line => Some("\\x00\\n"),
            Some(0) => Some("\\x00"),
            Some(_) => Some("\\n"),
            None if self.multi_line => Some("\\n"),
            None => None,
        }
    }
}

/// A translated pattern.
#[derive(Debug)]
pub struct Translated {
    /// For the regex engine.
    pub regex: String,
    /// Capturing groups in it.
    pub groups: usize,
    /// Whether it refers back to groups.
    pub back_references: bool,
    /// The text that it matches, if it matches only that.
    pub literal: Option<Vec<u8>>,
    /// What looks like a mistake.
    pub warnings: Vec<String>,
}

/// Translates one pattern; groups are numbered after `first_group` others.
pub fn translate(pattern: &[u8], syntax: &Syntax, first_group: usize) -> Result<Translated, Error> {
    let dialect = Dialect {
        extended: syntax.extended,
        unicode: syntax.unicode,
        lines: Some(if syntax.zero { 0 } else { b'\n' }),
        multi_line: false,
        strict: false,
        posix: false,
        plain_close: false,
        references: References::Plain,
    };
    translate_in(pattern, &dialect, first_group)
}

pub(crate) fn translate_in(
    pattern: &[u8],
    syntax: &Dialect,
    first_group: usize,
) -> Result<Translated, Error> {
    let mut translator = Translator {
        pattern,
        syntax,
        at: 0,
        out: String::new(),
        open: Vec::new(),
        closed: Vec::new(),
        groups: 0,
        first_group,
        atom: None,
        repeated: false,
        anchored: false,
        references: 0,
        literal: Some(Vec::new()),
        warnings: Vec::new(),
    };
    translator.run()?;
    Ok(Translated {
        regex: translator.out,
        groups: translator.groups,
        back_references: translator.references > 0,
        literal: translator.literal,
        warnings: translator.warnings,
    })
}

/// Adds a text that matches itself.
pub fn push_literal(out: &mut String, text: &[u8], unicode: bool) {
    if !unicode {
        for byte in text {
            push_byte(out, *byte);
        }
        return;
    }
    for chunk in text.utf8_chunks() {
        for c in chunk.valid().chars() {
            match u8::try_from(c) {
                Ok(byte) if byte.is_ascii() => push_byte(out, byte),
                _ => out.push(c),
            }
        }
        for byte in chunk.invalid() {
            let _ = write!(out, "(?-u:\\x{byte:02x})");
        }
    }
}

fn push_byte(out: &mut String, byte: u8) {
    if byte.is_ascii_alphanumeric() || byte == b' ' || byte == b'_' {
        out.push(char::from(byte));
    } else {
        let _ = write!(out, "\\x{byte:02x}");
    }
}

const NO_OPERAND: Error = Error("Invalid preceding regular expression");

/// What an assertion asks of its place.
#[derive(Clone, Copy)]
enum Place {
    LineStart,
    LineEnd,
    TextStart,
    TextEnd,
    Word(&'static str),
}

/// A group whose end is not reached yet.
struct Group {
    /// Where it starts in `out`.
    start: usize,
    number: usize,
    /// How many groups were closed before it.
    closed: usize,
    /// Groups closed in its branches so far.
    of_branches: Vec<usize>,
}

struct Translator<'a> {
    pattern: &'a [u8],
    syntax: &'a Dialect,
    at: usize,
    out: String,
    open: Vec<Group>,
    /// Numbers of the groups that a back-reference here may name: in one of the
    /// branches of an alternation not those of the others.
    closed: Vec<usize>,
    groups: usize,
    first_group: usize,
    /// Start in `out` of what a repetition would apply to.
    atom: Option<usize>,
    repeated: bool,
    /// Whether the last item is a `^`.
    anchored: bool,
    references: usize,
    literal: Option<Vec<u8>>,
    warnings: Vec<String>,
}

impl Translator<'_> {
    fn run(&mut self) -> Result<(), Error> {
        while let Some(&byte) = self.pattern.get(self.at) {
            self.at += 1;
            let extended = self.syntax.extended;
            match byte {
                b'\\' => self.backslash()?,
                b'[' => {
                    let body = &self.pattern[self.at..];
                    let (class, length) = bracket::translate(body, self.syntax)?;
                    self.at += length;
                    self.class(&class);
                }
                b'.' => self.dot(),
                b'*' => self.star()?,
                b'^' if extended || self.at_start() => self.assertion(Place::LineStart),
                b'$' if extended || self.at_end() => self.assertion(Place::LineEnd),
                b'(' if extended => self.open_group(),
                // Without an open group it stands for itself.
                b')' if extended
                    && self.open.is_empty()
                    && (self.syntax.plain_close || !self.syntax.strict) =>
                {
                    self.text(b")");
                }
                b')' if extended => self.close_group()?,
                b'|' if extended => self.alternative(),
                b'+' if extended => self.repeat("+")?,
                b'?' if extended => self.repeat("?")?,
                b'{' if extended => self.interval()?,
                _ => self.character(),
            }
        }
        match self.open.is_empty() {
            true => Ok(()),
            false => Err(Error("Unmatched ( or \\(")),
        }
    }

    /// Whether a `^` here is an anchor in a basic expression.
    fn at_start(&self) -> bool {
        let before = &self.pattern[..self.at - 1];
        before.is_empty()
            || before.ends_with(b"\\(")
            || (before.ends_with(b"\\|") && !self.syntax.posix)
    }

    /// Whether a `$` here is an anchor in a basic expression.
    fn at_end(&self) -> bool {
        let after = &self.pattern[self.at..];
        after.is_empty()
            || after.starts_with(b"\\)")
            || (after.starts_with(b"\\|") && !self.syntax.posix)
    }

    fn begin_atom(&mut self) {
        self.atom = Some(self.out.len());
        (self.repeated, self.anchored) = (false, false);
    }

    fn class(&mut self, class: &str) {
        self.begin_atom();
        self.literal = None;
        self.out.push_str(class);
    }

    fn dot(&mut self) {
        match self.syntax.excluded() {
            Some(except) => self.class(&format!("[^{except}]")),
            None => self.class("(?s:.)"),
        }
    }

    fn assertion(&mut self, place: Place) {
        self.literal = None;
        self.begin_atom();
        let Dialect {
            lines, multi_line, ..
        } = *self.syntax;
        let start = matches!(place, Place::LineStart | Place::TextStart);
        self.out.push_str(match place {
            Place::Word(text) => text,
            _ if lines.is_some() => {
                if start {
                    "^"
                } else {
                    "$"
                }
            }
            Place::LineStart if multi_line => "(?m:^)",
            Place::LineEnd if multi_line => "(?m:$)",
            _ if start => "\\A",
            _ => "\\z",
        });
        self.anchored = start;
        if (self.anchored && !self.syntax.extended) || self.syntax.strict {
            // A star after it is a character.
            self.atom = None;
        }
    }

    fn character(&mut self) {
        let rest = &self.pattern[self.at - 1..];
        let valid = rest
            .utf8_chunks()
            .next()
            .and_then(|c| c.valid().chars().next());
        let length = match valid {
            Some(c) if self.syntax.unicode => c.len_utf8(),
            _ => 1,
        };
        let text = &rest[..length];
        self.at += length - 1;
        self.text(text);
    }

    fn text(&mut self, text: &[u8]) {
        self.begin_atom();
        push_literal(&mut self.out, text, self.syntax.unicode);
        if let Some(literal) = &mut self.literal {
            literal.extend_from_slice(text);
        }
    }

    fn star(&mut self) -> Result<(), Error> {
        if self.atom.is_some() || self.syntax.extended {
            return self.repeat("*");
        }
        self.text(b"*");
        Ok(())
    }

    fn repeat(&mut self, operator: &str) -> Result<(), Error> {
        self.literal = None;
        let twice = self.repeated && !self.syntax.extended && !matches!(operator, "+" | "?");
        if self.syntax.strict && (self.atom.is_none() || twice) {
            return Err(NO_OPERAND);
        }
        if self.atom.is_none() || self.anchored {
            let shown = if operator.starts_with('{') {
                "{...}"
            } else {
                operator
            };
            let text = format!("warning: {shown} at start of expression");
            self.warnings.push(text);
        }
        let Some(start) = self.atom else {
            return Ok(());
        };
        if self.repeated {
            self.out.insert_str(start, "(?:");
            self.out.push(')');
        }
        self.repeated = true;
        self.out.push_str(operator);
        Ok(())
    }

    fn open_group(&mut self) {
        self.literal = None;
        self.groups += 1;
        self.open.push(Group {
            start: self.out.len(),
            number: self.first_group + self.groups,
            closed: self.closed.len(),
            of_branches: Vec::new(),
        });
        self.out.push('(');
        self.atom = None;
    }

    fn close_group(&mut self) -> Result<(), Error> {
        let group = self.open.pop().ok_or(Error("Unmatched ) or \\)"))?;
        self.out.push(')');
        self.closed.extend(group.of_branches);
        self.closed.push(group.number);
        (self.atom, self.repeated) = (Some(group.start), false);
        Ok(())
    }

    fn alternative(&mut self) {
        self.literal = None;
        self.out.push('|');
        self.atom = None;
        let before = self.open.last().map_or(0, |group| group.closed);
        let of_branch = self.closed.drain(before..);
        if let Some(group) = self.open.last_mut() {
            group.of_branches.extend(of_branch);
        }
    }

    /// `{m,n}`, after its brace.
    fn interval(&mut self) -> Result<(), Error> {
        let body = &self.pattern[self.at..];
        let close: &[u8] = if self.syntax.extended { b"}" } else { b"\\}" };
        let end = body.windows(close.len()).position(|part| part == close);
        let bounds = end.and_then(|end| bounds(&body[..end]));
        match (end, bounds) {
            (Some(end), Some((low, high)))
                if self.atom.is_some() || self.syntax.extended && !self.syntax.strict =>
            {
                if low > 0x7fff || high.is_some_and(|high| high > 0x7fff) {
                    return Err(Error("Regular expression too big"));
                }
                if high.is_some_and(|high| high < low) {
                    return Err(Error("Invalid content of \\{\\}"));
                }
                self.at += end + close.len();
                let operator = match high {
                    Some(high) => format!("{{{low},{high}}}"),
                    None => format!("{{{low},}}"),
                };
                self.repeat(&operator)
            }
            _ if self.syntax.strict && self.atom.is_none() => Err(NO_OPERAND),
            (None, _) if self.syntax.strict => Err(Error("Unmatched \\{")),
            _ if self.syntax.strict => Err(Error("Invalid content of \\{\\}")),
            // An extended expression takes a malformed interval as text.
            _ if self.syntax.extended || self.atom.is_none() => {
                self.text(b"{");
                Ok(())
            }
            (None, _) => Err(Error("Unmatched \\{")),
            _ => Err(Error("Invalid content of \\{\\}")),
        }
    }

    fn backslash(&mut self) -> Result<(), Error> {
        let letter = *self
            .pattern
            .get(self.at)
            .ok_or(Error("Trailing backslash"))?;
        self.at += 1;
        let basic = !self.syntax.extended;
        match letter {
            b'|' | b'+' | b'?' if basic && self.syntax.posix => self.character(),
            b'w' | b'W' | b's' | b'S' | b'b' | b'B' | b'<' | b'>' | b'`' | b'\''
                if self.syntax.posix =>
            {
                self.character();
            }
            b'(' if basic => self.open_group(),
            b')' if basic => self.close_group()?,
            b'|' if basic => self.alternative(),
            b'{' if basic => self.interval()?,
            b'+' if basic && self.atom.is_some() => self.repeat("+")?,
            b'?' if basic && self.atom.is_some() => self.repeat("?")?,
            b'1'..=b'9' => self.back_reference(usize::from(letter - b'0'))?,
            b'w' => self.class("\\w"),
            b'W' => self.class(match self.syntax.lines {
                Some(0) => "[^\\w\\x00]",
                Some(_) => "[^\\w\\n]",
                None => "\\W",
            }),
            b's' => self.class(match self.syntax.lines {
                None | Some(0) => "\\s",
                Some(_) => "[\\s&&[^\\n]]",
            }),
            b'S' => self.class(match self.syntax.lines {
                Some(0) => "[^\\s\\x00]",
                _ => "\\S",
            }),
            b'b' => self.assertion(Place::Word("\\b")),
            b'B' => self.assertion(Place::Word("\\B")),
            b'<' => self.assertion(Place::Word("\\b{start}")),
            b'>' => self.assertion(Place::Word("\\b{end}")),
            b'`' => self.assertion(Place::TextStart),
            b'\'' => self.assertion(Place::TextEnd),
            _ => {
                let known = letter.is_ascii_punctuation() || !letter.is_ascii_graphic();
                if !known {
                    let letter = char::from(letter);
                    self.warnings
                        .push(format!("warning: stray \\ before {letter}"));
                }
                self.character();
            }
        }
        Ok(())
    }

    fn back_reference(&mut self, number: usize) -> Result<(), Error> {
        let group = number + self.first_group;
        if !self.closed.contains(&group) {
            return Err(Error("Invalid back reference"));
        }
        self.literal = None;
        self.begin_atom();
        match self.syntax.references {
            References::Plain => {
                let _ = write!(self.out, "(?:\\{group})");
            }
            References::Named => self.out.push_str(&reference(group, self.references)),
        }
        self.references += 1;
        Ok(())
    }
}

/// `m`, `m,`, `,n` and `m,n`.
fn bounds(text: &[u8]) -> Option<(u32, Option<u32>)> {
    let number = |digits: &str| -> Option<u32> {
        let fit = digits.bytes().all(|byte| byte.is_ascii_digit());
        fit.then(|| digits.parse().unwrap_or(u32::MAX))
    };
    let text = std::str::from_utf8(text).ok()?;
    match text.split_once(',') {
        None if text.is_empty() => None,
        None => number(text).map(|n| (n, Some(n))),
        Some(("", "")) => Some((0, None)),
        Some(("", high)) => Some((0, Some(number(high)?))),
        Some((low, "")) => Some((number(low)?, None)),
        Some((low, high)) => Some((number(low)?, Some(number(high)?))),
    }
}

#[cfg(test)]
mod tests {
    use super::{Error, Syntax, translate};

    fn regex(pattern: &str, extended: bool) -> Result<String, Error> {
        let syntax = Syntax {
            extended,
            unicode: false,
            zero: false,
        };
        translate(pattern.as_bytes(), &syntax, 0).map(|translated| translated.regex)
    }

    #[test]
    fn basic_and_extended_differ_in_their_operators() {
        assert_eq!(regex("a+(b)", false).unwrap(), "a\\x2b\\x28b\\x29");
        assert_eq!(regex("a\\+\\(b\\)", false).unwrap(), "a+(b)");
        assert_eq!(regex("a+(b)", true).unwrap(), "a+(b)");
        assert_eq!(regex("*a^b$c", false).unwrap(), "\\x2aa\\x5eb\\x24c");
        assert_eq!(regex("^*a$", false).unwrap(), "^\\x2aa$");
        assert_eq!(regex("a{2}b{,3}c{", true).unwrap(), "a{2,2}b{0,3}c\\x7b");
        assert_eq!(regex("a+?", true).unwrap(), "(?:a+)?");
        assert_eq!(regex("[]a-c]", true).unwrap(), "[\\x{5d}\\x{61}-\\x{63}]");
    }

    #[test]
    fn malformed_patterns_have_gnu_messages() {
        let message = |pattern, extended| regex(pattern, extended).unwrap_err().0;
        assert_eq!(message("[a", false), "Unmatched [, [^, [:, [., or [=");
        assert_eq!(message("(", true), "Unmatched ( or \\(");
        assert_eq!(message("\\)", false), "Unmatched ) or \\)");
        assert_eq!(message("a\\", false), "Trailing backslash");
        assert_eq!(message("\\1", false), "Invalid back reference");
        assert_eq!(message("[z-a]", false), "Invalid range end");
        assert_eq!(message("a\\{1", false), "Unmatched \\{");
    }
}
