//! Simple commands and aliases.

use super::{Parser, Result};
use crate::ast::{Simple, Word};
use crate::lexer::{Op, Token};

/// Builtins whose arguments can be assignments.
fn declares(word: &Word) -> bool {
    matches!(
        word.as_literal(),
        Some(b"declare" | b"typeset" | b"local" | b"export" | b"readonly" | b"alias")
    )
}

impl Parser<'_> {
    /// Reads assignments, words and redirections. Gives the name if it turns
    /// out to be the start of a function's definition.
    pub(crate) fn parse_simple_parts(&mut self, simple: &mut Simple) -> Result<Option<Vec<u8>>> {
        let mut may_declare = true;
        loop {
            if simple.words.is_empty()
                && !(simple.assigns.is_empty() && simple.redirects.is_empty())
            {
                self.expand_aliases()?;
            }
            match self.peek()? {
                Token::Word(_) => {
                    let Token::Word(mut word) = self.next()? else {
                        continue;
                    };
                    match word.assign.take() {
                        Some(assign) if simple.words.is_empty() => {
                            simple.assigns.reserve_exact(1);
                            simple.assigns.push(*assign);
                        }
                        assign => {
                            word.assign = assign;
                            if may_declare {
                                self.assign_ok = declares(&word);
                                may_declare = false;
                            }
                            simple.words.push(word);
                        }
                    }
                }
                Token::FdNumber(_)
                | Token::FdVariable(_)
                | Token::Op(Op::Redirect(_) | Op::HereDocTabs) => {
                    let assign_ok = self.assign_ok;
                    let redirect = self.parse_redirect()?;
                    simple.redirects.push(redirect);
                    self.assign_ok = assign_ok;
                }
                Token::Op(Op::Open)
                    if simple.words.len() == 1
                        && simple.assigns.is_empty()
                        && simple.redirects.is_empty() =>
                {
                    let name = match simple.words[0].as_literal() {
                        Some(text) => text.to_vec(),
                        None => {
                            let mut text = Vec::new();
                            crate::ast::print_word(&simple.words[0], self.vars, &mut text);
                            text
                        }
                    };
                    self.next()?;
                    self.expect_close()?;
                    return Ok(Some(name));
                }
                _ => return Ok(None),
            }
        }
    }

    /// Replaces the next word by an alias's text, as often as that applies.
    pub(crate) fn expand_aliases(&mut self) -> Result<()> {
        if !self.options.aliases || self.aliases.is_empty() {
            return Ok(());
        }
        loop {
            let Token::Word(word) = self.peek()? else {
                return Ok(());
            };
            let Some(name) = word.as_literal() else {
                return Ok(());
            };
            let name = name.to_vec();
            let Some(value) = self.aliases.get(&name) else {
                return Ok(());
            };
            let start = self.token_start;
            self.input.leave_aliases(start);
            if self.input.in_alias(&name, start) {
                return Ok(());
            }
            self.token = None;
            self.input.splice_alias(&name, start, value);
            // The newline of the text must not be read as part of a comment.
            if value.last().is_some_and(|c| matches!(c, b' ' | b'\t')) {
                self.expand_next_word(start + value.len())?;
            }
        }
    }

    /// A value that ends in a blank makes the word after it an alias, too.
    fn expand_next_word(&mut self, end: usize) -> Result<()> {
        let saved = self.input.pos;
        let line = self.input.line;
        let mut next = Some(end);
        while let Some(end) = next.take() {
            self.input.pos = end;
            self.skip_blanks();
            let start = self.input.pos;
            let mut len = 0;
            while !crate::lexer::is_word_end(self.input.ahead(len)) {
                len += 1;
            }
            let name = self.input.src[start..start + len].to_vec();
            if let Some(value) = self.aliases.get(&name)
                && !self.input.in_alias(&name, start)
            {
                self.input.pos = start + len;
                self.input.splice_alias(&name, start, value);
                let spliced = self.input.aliases.len() - 1;
                // Its own first word may be an alias again.
                self.expand_next_word(start)?;
                if value.last().is_some_and(|c| matches!(c, b' ' | b'\t')) {
                    next = Some(self.input.aliases[spliced].end);
                }
            }
        }
        self.input.pos = saved;
        self.input.line = line;
        Ok(())
    }
}
