//! Words: runs of text, quotes and expansions.

use super::Input;
use crate::ast::{Few, Part, Word};
use crate::parser::{Parser, Result};

/// Whether an unquoted byte ends a word.
pub fn is_word_end(c: u8) -> bool {
    matches!(
        c,
        0 | b' ' | b'\t' | b'\n' | b';' | b'&' | b'|' | b'(' | b')' | b'<' | b'>'
    )
}

const fn table_without(special: &[u8]) -> [bool; 256] {
    let mut table = [true; 256];
    let mut at = 0;
    while at < special.len() {
        table[special[at] as usize] = false;
        at += 1;
    }
    table
}

/// Bytes that are themselves in a word.
static PLAIN: [bool; 256] = table_without(b"\0 \t\n;&|()<>'\"\\$`{}");

/// Bytes that are themselves in a word whatever the options.
static LITERAL: [bool; 256] = table_without(b"\0 \t\n;&|()<>'\"\\$`{}*?[~");

/// Whether the word stands for itself whatever the options.
fn is_plain(word: &Word) -> bool {
    match word.parts.as_slice() {
        [Part::Literal(text)] if !word.braces => {
            text == b"[" || !text.iter().any(|c| matches!(c, b'*' | b'?' | b'[' | b'('))
        }
        _ => false,
    }
}

/// A word as it grows.
#[derive(Default)]
pub struct WordBuilder {
    parts: Few<Part>,
    text: Vec<u8>,
    braces: bool,
}

impl WordBuilder {
    /// Appends one unquoted byte.
    pub fn byte(&mut self, byte: u8) {
        self.text.push(byte);
    }

    /// Appends bytes of the input up to one that ends them.
    #[inline]
    pub fn take_until(&mut self, input: &mut Input, ends: impl Fn(u8) -> bool) {
        input.take_until(&mut self.text, ends);
    }

    /// Appends another part.
    pub fn part(&mut self, part: Part) {
        if !self.text.is_empty() {
            self.parts
                .push(Part::Literal(std::mem::take(&mut self.text)));
        }
        self.parts.push(part);
    }

    /// The last unquoted byte, if nothing follows it.
    pub fn last(&self) -> Option<u8> {
        self.text.last().copied()
    }

    /// Whether the text is a name and a bracket that is still open.
    fn opens_subscript(&self) -> bool {
        let open = self.text.iter().position(|c| *c == b'[');
        matches!(self.parts, Few::None)
            && open.is_some_and(|open| {
                crate::text::is_name(&self.text[..open])
                    && crate::subscript::subscript_end(&self.text, open).is_none()
            })
    }

    /// The parts so far.
    pub fn into_parts(mut self) -> Few<Part> {
        if !self.text.is_empty() {
            self.parts.push(Part::Literal(self.text));
        }
        self.parts
    }

    /// The finished word.
    pub fn into_word(self) -> Word {
        let braces = self.braces;
        Word {
            parts: self.into_parts(),
            braces,
            plain: false,
            assign: None,
        }
    }
}

impl Parser<'_> {
    /// Reads a word that starts at the position.
    pub fn read_word(&mut self) -> Result<Word> {
        if self.assign_ok
            && let Some(word) = self.read_assignment()?
        {
            return Ok(word);
        }
        if let Some(word) = self.read_plain_word() {
            return Ok(word);
        }
        let mut builder = WordBuilder::default();
        self.read_word_into(&mut builder)?;
        let mut word = builder.into_word();
        self.mark_tildes(&mut word, false);
        word.plain = is_plain(&word);
        Ok(word)
    }

    /// Reads a word of nothing but text without a meaning, which most are.
    fn read_plain_word(&mut self) -> Option<Word> {
        let rest = self.input.src.get(self.input.pos..)?;
        let len = match rest.iter().position(|c| !LITERAL[usize::from(*c)]) {
            Some(len) => len,
            // The text ends with it.
            None if self.input.source.is_none() => rest.len(),
            None => return None,
        };
        let ends = [b' ', b'\n', b';', b'\t', b'|', b'&', b')'];
        if len == 0 || rest.get(len).is_some_and(|end| !ends.contains(end)) {
            return None;
        }
        let text = rest[..len].to_vec();
        self.input.skip(len);
        Some(Word {
            parts: Few::One(Part::Literal(text)),
            braces: false,
            plain: true,
            assign: None,
        })
    }

    /// Reads the parts of a word up to an unquoted end.
    pub fn read_word_into(&mut self, builder: &mut WordBuilder) -> Result<()> {
        loop {
            let start = self.input.pos;
            let run = self.input.src[start.min(self.input.src.len())..]
                .iter()
                .position(|c| !PLAIN[usize::from(*c)])
                .unwrap_or(self.input.src.len() - start.min(self.input.src.len()));
            if run > 0 {
                builder
                    .text
                    .extend_from_slice(&self.input.src[start..start + run]);
                self.input.skip(run);
            }
            match self.input.cur() {
                b'{' => {
                    builder.braces = true;
                    builder.byte(b'{');
                    self.input.skip(1);
                }
                b'}' => {
                    builder.byte(b'}');
                    self.input.skip(1);
                }
                b'(' if self.extglob_opens(builder.last()) => self.read_extglob(builder)?,
                // In a subscript between `[[` and `]]` they are operators.
                c if is_word_end(c)
                    && self.in_condition
                    && !self.in_pattern
                    && c != 0
                    && c != b'\n'
                    && builder.opens_subscript() =>
                {
                    builder.byte(c);
                    self.input.skip(1);
                }
                c @ (b'<' | b'>') if self.input.ahead(1) == b'(' => {
                    let part = self.read_process_sub(c == b'<')?;
                    builder.part(part);
                }
                c if is_word_end(c) => return Ok(()),
                _ if self.input.pos > start && run > 0 && PLAIN[usize::from(self.input.cur())] => {}
                _ => self.read_quoted_or_expansion(builder)?,
            }
        }
    }

    /// Reads one quote, escape or expansion, or a byte that is neither.
    pub fn read_quoted_or_expansion(&mut self, builder: &mut WordBuilder) -> Result<()> {
        match self.input.cur() {
            b'\'' => {
                let text = self.read_single()?;
                builder.part(Part::Single(text));
            }
            b'"' => {
                let part = self.read_double()?;
                builder.part(part);
            }
            b'\\' => {
                self.input.bump();
                match self.input.cur() {
                    b'\n' => {
                        self.input.bump();
                    }
                    0 => builder.byte(b'\\'),
                    _ => {
                        let c = self.input.bump();
                        builder.part(Part::Escaped(vec![c]));
                    }
                }
            }
            b'$' => self.read_dollar(builder, false)?,
            b'`' => {
                let part = self.read_backquote(false)?;
                builder.part(part);
            }
            _ => {
                let c = self.input.bump();
                builder.byte(c);
            }
        }
        Ok(())
    }

    fn extglob_opens(&self, last: Option<u8>) -> bool {
        (self.options.extglob || self.in_pattern)
            && matches!(last, Some(b'?' | b'*' | b'+' | b'@' | b'!'))
    }

    /// Reads `( … )` of an extended pattern, where blanks and `|` are text.
    pub fn read_extglob(&mut self, builder: &mut WordBuilder) -> Result<()> {
        let line = self.input.line;
        let mut depth = 0;
        loop {
            match self.input.cur() {
                0 => return Err(self.eof_looking_for(b')', line)),
                b'(' => {
                    depth += 1;
                    builder.byte(b'(');
                    self.input.skip(1);
                }
                b')' => {
                    depth -= 1;
                    builder.byte(b')');
                    self.input.skip(1);
                    if depth == 0 {
                        return Ok(());
                    }
                }
                _ => self.read_quoted_or_expansion(builder)?,
            }
        }
    }

    /// Turns unquoted `~` at the places where it expands into parts of its own.
    pub fn mark_tildes(&mut self, word: &mut Word, assignment: bool) {
        let starts = match word.parts.first() {
            Some(Part::Literal(text)) => text[0] == b'~',
            _ => false,
        };
        let value_start = match word.parts.first() {
            Some(Part::Literal(text)) if !assignment => text
                .iter()
                .position(|c| *c == b'=')
                .filter(|at| crate::text::is_name(&text[..*at]) && !self.options.posix),
            _ => None,
        };
        let later = |text: &Part| matches!(text, Part::Literal(text) if text.contains(&b'~'));
        if !starts && !((assignment || value_start.is_some()) && word.parts.iter().any(later)) {
            return;
        }
        let colons = assignment || value_start.is_some();
        let old = std::mem::take(&mut word.parts).into_vec();
        let mut parts = Vec::with_capacity(old.len() + 2);
        let count = old.len();
        for (number, part) in old.into_iter().enumerate() {
            let Part::Literal(text) = part else {
                parts.push(part);
                continue;
            };
            let mut done = 0;
            let mut at = 0;
            while at < text.len() {
                let opens = match at {
                    0 => number == 0 && (assignment || starts),
                    _ => {
                        (colons && text[at - 1] == b':' && value_start.is_none_or(|v| at > v))
                            || value_start.is_some_and(|v| number == 0 && at == v + 1)
                    }
                };
                if text[at] != b'~' || !opens {
                    at += 1;
                    continue;
                }
                let end = text[at..]
                    .iter()
                    .position(|c| *c == b'/' || ((colons || at == 0) && *c == b':'))
                    .map_or(text.len(), |n| at + n);
                if end == text.len() && number + 1 < count {
                    break;
                }
                // No user has such a name, and a pattern stays one.
                let named = |c: &u8| crate::text::is_name_byte(*c) || b".-+".contains(c);
                if !text[at + 1..end].iter().all(named) {
                    at = end;
                    continue;
                }
                if at > done {
                    parts.push(Part::Literal(text[done..at].to_vec()));
                }
                parts.push(Part::Tilde(text[at + 1..end].to_vec()));
                done = end;
                at = end;
            }
            if done < text.len() {
                parts.push(Part::Literal(text[done..].to_vec()));
            }
        }
        word.parts = Few::from(parts);
    }
}
