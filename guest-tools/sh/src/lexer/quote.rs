//! Quotes: `'…'`, `"…"`, backquotes.

use std::rc::Rc;

use super::Input;
use super::word::WordBuilder;
use crate::ast::{CommandSub, List, Part};
use crate::parser::{Parser, Result};

/// Bytes that are text wherever double quotes or an expression are read.
static IN_DOUBLE: [bool; 256] = {
    let mut table = [false; 256];
    let mut at = 0;
    while at < 256 {
        let c = at as u8;
        table[at] = c.is_ascii_alphanumeric()
            || c >= 128
            || matches!(
                c,
                b' ' | b',' | b'.' | b'/' | b'_' | b'-' | b'=' | b'@' | b'%' | b'+'
            );
        at += 1;
    }
    table
};

impl Parser<'_> {
    /// Reads `'…'`, the position being at its start.
    pub fn read_single(&mut self) -> Result<Vec<u8>> {
        let line = self.input.line;
        self.input.bump();
        let outer = std::mem::replace(&mut self.input.quote, b'\'');
        let mut text = Vec::new();
        loop {
            match self.input.cur() {
                0 => return Err(self.eof_looking_for(b'\'', line)),
                b'\'' => {
                    self.input.quote = outer;
                    self.input.bump();
                    return Ok(text);
                }
                b'\n' => text.push(self.input.bump()),
                _ => self
                    .input
                    .take_until(&mut text, |c| matches!(c, b'\'' | b'\n')),
            }
        }
    }

    /// Reads `"…"`, the position being at its start.
    pub fn read_double(&mut self) -> Result<Part> {
        let line = self.input.line;
        self.input.bump();
        let outer = std::mem::replace(&mut self.input.quote, b'"');
        let mut builder = WordBuilder::default();
        loop {
            match self.input.cur() {
                0 => return Err(self.eof_looking_for(b'"', line)),
                b'"' => {
                    self.input.quote = outer;
                    self.input.bump();
                    return Ok(Part::Double(builder.into_parts().into_vec()));
                }
                _ => self.read_in_double(&mut builder, b'"')?,
            }
        }
    }

    /// Reads one byte, escape or expansion as between double quotes; `quote`
    /// can be escaped besides `$`, backquote and backslash.
    pub fn read_in_double(&mut self, builder: &mut WordBuilder, quote: u8) -> Result<()> {
        match self.input.cur() {
            b'\\' => {
                self.input.bump();
                match self.input.cur() {
                    b'\n' => {
                        self.input.bump();
                    }
                    c @ (b'$' | b'`') => {
                        self.input.bump();
                        builder.byte(c);
                    }
                    // Kept apart from a backslash that stands for itself.
                    b'\\' => {
                        self.input.bump();
                        builder.part(Part::Escaped(vec![b'\\']));
                    }
                    c if c == quote && c != 0 => {
                        self.input.bump();
                        builder.byte(c);
                    }
                    _ => builder.byte(b'\\'),
                }
            }
            b'$' => self.read_dollar(builder, true)?,
            b'`' => {
                let part = self.read_backquote(quote == b'"')?;
                builder.part(part);
            }
            b'\n' => {
                let c = self.input.bump();
                builder.byte(c);
            }
            c => {
                // What may mean something to a caller ends the run as well.
                builder.byte(c);
                self.input.skip(1);
                builder.take_until(self.input, |c| !IN_DOUBLE[usize::from(c)]);
            }
        }
        Ok(())
    }

    /// Reads a command in backquotes.
    pub fn read_backquote(&mut self, in_double: bool) -> Result<Part> {
        let line = self.input.line;
        self.input.bump();
        let outer = std::mem::replace(&mut self.input.quote, b'`');
        let start = self.input.pos;
        let mut text = Vec::new();
        loop {
            match self.input.bump() {
                0 => return Err(self.eof_looking_for(b'`', line)),
                b'`' => {
                    self.input.quote = outer;
                    break;
                }
                b'\\' => match self.input.cur() {
                    c @ (b'`' | b'\\' | b'$') => {
                        self.input.bump();
                        text.push(c);
                    }
                    b'"' if in_double => {
                        self.input.bump();
                        text.push(b'"');
                    }
                    _ => text.push(b'\\'),
                },
                c => text.push(c),
            }
        }
        self.enter(line)?;
        let end = self.input.pos.saturating_sub(1);
        let written = self.input.src.get(start..end).unwrap_or_default().into();
        let mut input = Input::new(text, line);
        let mut inner = Parser::new(&mut input, self.vars, self.aliases, self.options);
        inner.depth = self.depth;
        let parsed = inner.parse_all();
        self.leave();
        let (body, error) = match parsed {
            Ok(body) => (body, None),
            Err(error) => (List::default(), Some(error)),
        };
        Ok(Part::Command(Rc::new(CommandSub {
            body,
            backquoted: Some(written),
            error,
        })))
    }
}
