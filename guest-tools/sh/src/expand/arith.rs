//! Arithmetic in words and commands.

use crate::arith;
use crate::ast::{Arith, ParamOp, Part, Word};
use crate::exec::{Flow, Shell};
use crate::text::canonical_int;
use crate::vars::attr;

impl Shell {
    /// The value of an expression in the script.
    pub fn eval_arith(&mut self, arith: &Arith) -> Result<i64, Flow> {
        let Some(parsed) = &arith.parsed else {
            if arith.text.parts.is_empty() {
                return Ok(0);
            }
            let text = self.expand_arith_text(arith)?;
            return self.eval_arith_text(&text);
        };
        if parsed.dollars == 0 {
            return match arith::eval(self, parsed, &[]) {
                Ok(value) => Ok(value),
                Err(error) => Err(self.arith_failed(&error)),
            };
        }
        self.eval_with_expansions(arith, parsed)
    }

    /// Evaluates with the expansions as operands, if they all are numbers; or
    /// else the text that they make.
    fn eval_with_expansions(
        &mut self,
        arith: &Arith,
        parsed: &arith::ArithExpr,
    ) -> Result<i64, Flow> {
        let mut values = [0i64; 8];
        let mut texts: Vec<Vec<u8>> = Vec::new();
        let mut numbers = parsed.dollars <= values.len()
            && !parsed
                .indexed
                .iter()
                .any(|sym| self.vars.get(*sym).attrs & (attr::ASSOC | attr::NAMEREF) != 0);
        let mut count = 0;
        for part in &arith.text.parts {
            if matches!(part, Part::Literal(_)) {
                continue;
            }
            if texts.len() == count
                && numbers
                && let Some(value) = self.plain_number(part)
            {
                values[count] = value;
                texts.push(Vec::new());
                count += 1;
                continue;
            }
            let text = self.expand_one(part)?;
            match canonical_int(&text) {
                Some(value) if count < values.len() => values[count] = value,
                _ => numbers = false,
            }
            texts.push(text);
            count += 1;
        }
        if numbers {
            return match arith::eval(self, parsed, &values[..count]) {
                Ok(value) => Ok(value),
                Err(error) => Err(self.arith_failed(&error)),
            };
        }
        let mut source = Source::default();
        let mut texts = texts
            .iter()
            .zip(values.iter().map(Some).chain(std::iter::repeat(None)));
        for part in &arith.text.parts {
            match part {
                Part::Literal(text) => source.literal(text),
                _ => match texts.next() {
                    Some((text, Some(value))) if text.is_empty() && *value != 0 => {
                        crate::text::push_int(&mut source.text, *value);
                    }
                    Some((text, _)) => source.expanded(text),
                    None => {}
                },
            }
        }
        self.eval_arith_text(&source.text)
    }

    /// The number that a plain `$name` holds, read without making its text.
    fn plain_number(&self, part: &Part) -> Option<i64> {
        let Part::Param(param) = part else {
            return None;
        };
        if !matches!(param.op, ParamOp::Value) || param.index.is_some() || param.indirect {
            return None;
        }
        match param.name {
            crate::ast::ParamName::Variable(sym) => match &self.vars.get(sym).value {
                crate::vars::Value::Int(value) if *value != 0 => Some(*value),
                _ => None,
            },
            _ => None,
        }
    }

    fn expand_one(&mut self, part: &Part) -> Result<Vec<u8>, Flow> {
        let mut sink = super::sink::Sink::new(super::sink::Mode::Single);
        self.expand_parts(std::slice::from_ref(part), &mut sink, true)?;
        Ok(sink.into_text())
    }

    /// The text of an expression in the script.
    pub fn expand_arith_text(&mut self, arith: &Arith) -> Result<Vec<u8>, Flow> {
        let mut source = Source {
            quotes: true,
            ..Source::default()
        };
        self.push_arith_parts(&arith.text.parts, &mut source)?;
        Ok(source.text)
    }

    /// Expands a word that stands for a number: keys in subscripts stay keys.
    pub fn expand_arith_word(&mut self, word: &Word) -> Result<Vec<u8>, Flow> {
        let mut source = Source::default();
        self.push_arith_parts(&word.parts, &mut source)?;
        Ok(source.text)
    }

    fn push_arith_parts(&mut self, parts: &[Part], source: &mut Source) -> Result<(), Flow> {
        for part in parts {
            match part {
                Part::Literal(text) => source.literal(text),
                // Outside subscripts, double quotes might as well not be there.
                Part::Double(inner) if source.depth == 0 => self.push_arith_parts(inner, source)?,
                // Single quotes have no meaning in an expression.
                Part::Single(text) if source.depth == 0 && source.quotes => {
                    source.text.push(b'\'');
                    source.text.extend_from_slice(text);
                    source.text.push(b'\'');
                }
                part => {
                    let text = self.expand_one(part)?;
                    source.expanded(&text);
                }
            }
        }
        Ok(())
    }

    /// The value of an expression given as text.
    pub fn eval_arith_text(&mut self, text: &[u8]) -> Result<i64, Flow> {
        match arith::eval_text(self, text) {
            Ok(value) => Ok(value),
            Err(error) => Err(self.arith_failed(&error)),
        }
    }
}

/// The text of an expression from its literal parts and what others became.
#[derive(Default)]
struct Source {
    text: Vec<u8>,
    /// How many brackets are open.
    depth: usize,
    /// Whether single quotes outside them are characters.
    quotes: bool,
}

impl Source {
    fn literal(&mut self, text: &[u8]) {
        for c in text {
            match c {
                b'[' => self.depth += 1,
                b']' => self.depth = self.depth.saturating_sub(1),
                _ => {}
            }
        }
        self.text.extend_from_slice(text);
    }

    /// In a subscript it is escaped: a key is one, whatever characters it has.
    fn expanded(&mut self, text: &[u8]) {
        for c in text {
            if self.depth > 0 && b"[]$`~\\'\"".contains(c) {
                self.text.push(b'\\');
            }
            self.text.push(*c);
        }
    }
}
