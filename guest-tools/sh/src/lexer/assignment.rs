//! `name=value`, `name[subscript]=value`, `name=(…)`.

use super::input::ELEMENTS;
use super::token::Token;
use super::word::{WordBuilder, is_word_end};
use crate::ast::{ArrayElement, Assign, AssignValue, Part, Subscript, Word};
use crate::parser::{ErrorKind, Parser, Result};
use crate::text::{is_name_byte, is_name_start};

impl Parser<'_> {
    /// Reads an assignment, if one stands at the position.
    pub fn read_assignment(&mut self) -> Result<Option<Word>> {
        if !is_name_start(self.input.cur()) {
            return Ok(None);
        }
        let mut len = 1;
        loop {
            let rest = self.input.src.get(self.input.pos + len..);
            let rest = rest.unwrap_or_default();
            len += rest.iter().take_while(|c| is_name_byte(**c)).count();
            if !(self.input.ahead(len) == b'\\' && self.input.ahead(len + 1) == b'\n') {
                break;
            }
            self.input.join(len);
            self.token_start = self.input.pos;
        }
        let subscripted = match self.input.ahead(len) {
            b'=' => false,
            b'+' if self.input.ahead(len + 1) == b'=' => false,
            b'[' if self.subscript_assigns(len)? => true,
            _ => return Ok(None),
        };
        let start = self.input.pos;
        let name = self.vars.sym(&self.input.src[start..start + len]);
        self.input.skip(len);
        let index = match subscripted {
            true => self.read_subscript()?,
            false => None,
        };
        let append = self.input.cur() == b'+';
        self.input.skip(1 + usize::from(append));
        let value = if self.input.cur() == b'(' {
            AssignValue::Array(self.read_array()?)
        } else {
            AssignValue::Scalar(self.read_value()?)
        };
        Ok(Some(Word {
            assign: Some(Box::new(Assign {
                name,
                index,
                append,
                value,
            })),
            ..Word::default()
        }))
    }

    /// Whether the brackets after a name end in `]=` or `]+=`.
    fn subscript_assigns(&mut self, name_len: usize) -> Result<bool> {
        let mut lines = 0usize;
        let input = &mut *self.input;
        let end = crate::subscript::closing(name_len, |at| match input.ahead(at) {
            0 => None,
            c => {
                lines += usize::from(c == b'\n');
                Some(c)
            }
        });
        let Some(at) = end else {
            // A bracket that the line leaves open is text, unless all the rest is it.
            return match lines {
                0 => Err(self.eof_looking_for(b']', self.input.line)),
                _ => Ok(false),
            };
        };
        Ok(match self.input.ahead(at + 1) {
            b'=' => true,
            b'+' => self.input.ahead(at + 2) == b'=',
            _ => false,
        })
    }

    fn read_value(&mut self) -> Result<Word> {
        let mut builder = WordBuilder::default();
        self.read_word_into(&mut builder)?;
        let mut word = builder.into_word();
        word.braces = false;
        self.mark_tildes(&mut word, true);
        Ok(word)
    }

    /// Reads `( … )` of an array, the position being at its start.
    fn read_array(&mut self) -> Result<Vec<ArrayElement>> {
        let line = self.input.line;
        self.enter(line)?;
        self.input.skip(1);
        let quote = std::mem::replace(&mut self.input.quote, ELEMENTS);
        let mut elements = Vec::new();
        loop {
            self.skip_blanks();
            match self.input.cur() {
                0 => {
                    let mut error = self.eof_looking_for(b')', line);
                    error.element = true;
                    return Err(error);
                }
                b'\n' => {
                    self.input.bump();
                    self.read_heredocs()?;
                }
                b')' => {
                    self.input.skip(1);
                    break;
                }
                b'[' if self.subscript_assigns(0)? => {
                    let index = self.read_subscript()?.map(|index| match index {
                        Subscript::At | Subscript::Star => {
                            let text: &[u8] = match index {
                                Subscript::At => b"@",
                                _ => b"*",
                            };
                            let text = Word::literal(text);
                            Subscript::Expr(Box::new(crate::ast::Arith { text, parsed: None }))
                        }
                        index @ Subscript::Expr(_) => index,
                    });
                    let append = self.input.cur() == b'+';
                    self.input.skip(1 + usize::from(append));
                    let value = self.read_value()?;
                    elements.push(ArrayElement {
                        index,
                        append,
                        value,
                    });
                }
                b'<' | b'>' if self.input.ahead(1) == b'(' => {
                    let value = self.read_element()?;
                    elements.push(value);
                }
                c if is_word_end(c) => {
                    self.token_start = self.input.pos;
                    let token = Token::Word(Word::literal(&[c]));
                    let mut error = self.unexpected(&token);
                    error.kind = ErrorKind::Unexpected(vec![c]);
                    error.element = true;
                    return Err(error);
                }
                _ => {
                    let value = self.read_element()?;
                    elements.push(value);
                }
            }
        }
        self.input.quote = quote;
        self.leave();
        Ok(elements)
    }

    fn read_element(&mut self) -> Result<ArrayElement> {
        let mut builder = WordBuilder::default();
        self.read_word_into(&mut builder)?;
        let mut value = builder.into_word();
        self.mark_tildes(&mut value, false);
        if value.parts.is_empty() {
            value.parts.push(Part::Literal(Vec::new()));
        }
        Ok(ArrayElement {
            index: None,
            append: false,
            value,
        })
    }
}
