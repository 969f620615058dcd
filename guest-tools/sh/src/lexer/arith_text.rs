//! Arithmetic expressions inside scripts: `$((…))`, `((…))`, subscripts, offsets.

use super::word::WordBuilder;
use crate::arith;
use crate::ast::{Arith, Part};
use crate::parser::{Parser, Result};

impl Parser<'_> {
    /// Reads an expression closed by `))`, the position being `skip` bytes
    /// before it; none, and nothing read, if it turns out not to be one.
    pub fn try_arith(&mut self, skip: usize) -> Result<Option<Arith>> {
        match self.arith_closes(skip) {
            Some(true) => {}
            Some(false) => return Ok(None),
            None => return Err(self.eof_looking_for(b')', self.input.line)),
        }
        self.input.skip(skip);
        let arith = self.read_arith_until(b"))")?;
        self.input.skip(2);
        Ok(Some(arith))
    }

    /// Whether the parentheses opened before the expression close as `))`; nothing if
    /// they do not close at all.
    fn arith_closes(&mut self, skip: usize) -> Option<bool> {
        let mut at = skip;
        let mut depth = 0usize;
        loop {
            match self.input.ahead(at) {
                0 => return None,
                b'(' => depth += 1,
                b')' if depth == 0 => {
                    at += 1;
                    while self.input.ahead(at) == b'\\' && self.input.ahead(at + 1) == b'\n' {
                        at += 2;
                    }
                    return Some(self.input.ahead(at) == b')');
                }
                b')' => depth -= 1,
                b'\\' => at += 1,
                quote @ (b'\'' | b'"' | b'`') => {
                    at += 1;
                    while self.input.ahead(at) != quote {
                        if self.input.ahead(at) == b'\\' && quote != b'\'' {
                            at += 1;
                        }
                        if self.input.ahead(at) == 0 {
                            return None;
                        }
                        at += 1;
                    }
                }
                b'$' if self.input.ahead(at + 1) == b'{' => {
                    let mut braces = 0usize;
                    at += 1;
                    loop {
                        match self.input.ahead(at) {
                            0 => return None,
                            b'{' => braces += 1,
                            b'}' => {
                                braces -= 1;
                                if braces == 0 {
                                    break;
                                }
                            }
                            b'\\' => at += 1,
                            _ => {}
                        }
                        at += 1;
                    }
                }
                _ => {}
            }
            at += 1;
        }
    }

    /// Reads an expression up to one of the closing texts, which stays unread:
    /// `))`, `]`, `}`, or `:` and `;` (each besides what must close before it).
    pub fn read_arith_until(&mut self, close: &[u8]) -> Result<Arith> {
        let line = self.input.line;
        self.enter(line)?;
        let mut builder = WordBuilder::default();
        let mut parens = 0usize;
        let mut brackets = 0usize;
        let mut questions = 0usize;
        loop {
            let c = self.input.cur();
            if c == 0 {
                let closing = if close == b";))" { b')' } else { close[0] };
                return Err(self.eof_looking_for(closing, line));
            }
            if c == b')' && parens == 0 && self.input.ahead(1) == b'\\' {
                self.input.join(1);
            }
            if parens == 0 && brackets == 0 {
                let closes = match close {
                    b"))" => c == b')' && self.input.ahead(1) == b')',
                    b":}" => (c == b':' && questions == 0) || c == b'}',
                    b";))" => c == b';' || (c == b')' && self.input.ahead(1) == b')'),
                    _ => close.contains(&c),
                };
                if closes {
                    break;
                }
            }
            match c {
                b'(' => parens += 1,
                b')' => parens = parens.saturating_sub(1),
                b'[' => brackets += 1,
                b']' => brackets = brackets.saturating_sub(1),
                b'?' => questions += 1,
                b':' => questions = questions.saturating_sub(1),
                b'"' if close != b"]" => {
                    let part = self.read_double()?;
                    builder.part(part);
                    continue;
                }
                // Between `((` and `))` single quotes are mere characters.
                b'\'' if brackets == 0 && matches!(close, b"))" | b";))") => {}
                b'"' | b'\'' => {
                    self.read_quoted_or_expansion(&mut builder)?;
                    continue;
                }
                b'$' if self.input.ahead(1) == b'\'' && (close == b"]" || brackets > 0) => {
                    self.read_quoted_or_expansion(&mut builder)?;
                    continue;
                }
                b'\\' if close == b"]" || brackets > 0 => {
                    self.read_quoted_or_expansion(&mut builder)?;
                    continue;
                }
                _ => {}
            }
            self.read_in_double(&mut builder, b'"')?;
        }
        self.leave();
        let text = builder.into_word();
        Ok(self.arith_of(text))
    }

    /// An expression from its text, parsed where that is possible already.
    pub fn arith_of(&mut self, text: crate::ast::Word) -> Arith {
        let parsed = match text.parts.as_slice() {
            [] => None,
            [Part::Literal(source)] if source.len() < arith::CACHED_MAX => {
                arith::parse(source, self.vars).ok()
            }
            parts => arith::parse_parts(parts, self.vars),
        };
        Arith { text, parsed }
    }
}
