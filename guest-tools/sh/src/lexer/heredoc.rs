//! Bodies of here-documents, read at the end of the line that asks for them.

use std::rc::Rc;

use super::Input;
use super::word::WordBuilder;
use crate::ast::{Few, HereDoc, Part, Word};
use crate::parser::{Parser, Result};

impl Parser<'_> {
    /// Reads the delimiter of a here-document and notes that its body follows.
    pub fn read_heredoc_start(&mut self, strip_tabs: bool) -> Result<Rc<HereDoc>> {
        self.skip_blanks();
        let start = self.input.pos;
        let line = self.input.line;
        let mut builder = WordBuilder::default();
        let mut raw = Vec::new();
        let mut quoted = false;
        // Nothing expands in a delimiter: only quotes are removed.
        loop {
            let c = self.input.cur();
            match c {
                b'\'' => {
                    quoted = true;
                    raw.extend_from_slice(&self.read_single()?);
                }
                b'"' => {
                    quoted = true;
                    self.input.bump();
                    while self.input.cur() != b'"' {
                        if self.input.cur() == 0 {
                            return Err(self.eof_looking_for(b'"', line));
                        }
                        if self.input.cur() == b'\\' && self.input.ahead(1) == b'\n' {
                            self.input.join(0);
                            continue;
                        }
                        if self.input.cur() == b'\\'
                            && matches!(self.input.ahead(1), b'"' | b'\\' | b'$' | b'`')
                        {
                            self.input.bump();
                        }
                        raw.push(self.input.bump());
                    }
                    self.input.bump();
                }
                b'\\' if self.input.ahead(1) == b'\n' => {
                    self.input.bump();
                    self.input.bump();
                }
                b'\\' => {
                    quoted = true;
                    self.input.bump();
                    raw.push(self.input.bump());
                }
                b'$' if matches!(self.input.ahead(1), b'\'' | b'"') => {
                    self.input.skip(1);
                    if self.input.cur() == b'\'' {
                        quoted = true;
                        raw.extend_from_slice(&self.read_ansi()?);
                    }
                }
                b'$' if matches!(self.input.ahead(1), b'(' | b'{') => {
                    self.read_quoted_or_expansion(&mut builder)?;
                    let end = self.input.pos;
                    raw = self.input.src[start..end].to_vec();
                }
                c @ (b'<' | b'>') if self.input.ahead(1) == b'(' => {
                    self.read_process_sub(c == b'<')?;
                    let end = self.input.pos;
                    raw = self.input.src[start..end].to_vec();
                }
                c if super::word::is_word_end(c) => break,
                _ => raw.push(self.input.bump()),
            }
        }
        if self.input.pos == start {
            let token = self.next()?;
            return Err(self.unexpected(&token));
        }
        let heredoc = Rc::new(HereDoc {
            delimiter: raw,
            quoted,
            strip_tabs,
            body: std::cell::OnceCell::new(),
        });
        self.heredocs.push(Rc::clone(&heredoc));
        Ok(heredoc)
    }

    /// Reads the bodies that the line just ended asked for.
    pub fn read_heredocs(&mut self) -> Result<()> {
        if self.heredocs.is_empty() {
            return Ok(());
        }
        for heredoc in std::mem::take(&mut self.heredocs) {
            let line = self.input.line;
            self.input.in_body = true;
            let text = self.read_heredoc_text(&heredoc);
            self.input.in_body = false;
            let word = if heredoc.quoted {
                Word {
                    parts: Few::One(Part::Single(text)),
                    ..Word::default()
                }
            } else {
                self.parse_heredoc(text, line)?
            };
            let _ = heredoc.body.set(word);
        }
        Ok(())
    }

    fn read_heredoc_text(&mut self, heredoc: &HereDoc) -> Vec<u8> {
        let mut text = Vec::new();
        let first = self.input.line;
        loop {
            if self.input.cur() == 0 {
                // The last line with its end, not an empty one after it.
                let ended = self.input.src.ends_with(b"\n");
                let line = self.input.line.saturating_sub(u32::from(ended));
                self.warnings
                    .push((line.max(first - 1), first, heredoc.delimiter.clone()));
                if text.last().is_some_and(|last| *last != b'\n') {
                    text.push(b'\n');
                }
                return text;
            }
            if heredoc.strip_tabs {
                while self.input.cur() == b'\t' {
                    self.input.skip(1);
                }
            }
            let start = text.len();
            // In a command substitution the delimiter can stand before its `)`.
            if self.nested > 0
                && self.input.starts_with(&heredoc.delimiter)
                && self.input.ahead(heredoc.delimiter.len()) == b')'
            {
                self.input.skip(heredoc.delimiter.len());
                return text;
            }
            // In an unquoted body a backslash joins lines, also for the delimiter.
            loop {
                match self.input.cur() {
                    0 => break,
                    b'\n' => {
                        self.input.bump();
                        text.push(b'\n');
                        break;
                    }
                    b'\\' if !heredoc.quoted => {
                        text.push(self.input.bump());
                        if self.input.cur() == b'\n' {
                            self.input.bump();
                            text.pop();
                        } else if self.input.cur() != 0 {
                            text.push(self.input.bump());
                        }
                    }
                    _ => self
                        .input
                        .take_until(&mut text, |c| c == b'\n' || c == b'\\' && !heredoc.quoted),
                }
            }
            let line = &text[start..];
            if line.strip_suffix(b"\n").unwrap_or(line) == heredoc.delimiter {
                text.truncate(start);
                return text;
            }
        }
    }

    fn parse_heredoc(&mut self, text: Vec<u8>, line: u32) -> Result<Word> {
        let mut input = Input::new(text, line);
        let mut inner = Parser::new(&mut input, self.vars, self.aliases, self.options);
        inner.depth = self.depth;
        let mut builder = WordBuilder::default();
        while inner.input.cur() != 0 {
            inner.read_in_double(&mut builder, 0)?;
        }
        Ok(Word {
            parts: Few::One(Part::Double(builder.into_parts().into_vec())),
            ..Word::default()
        })
    }
}
