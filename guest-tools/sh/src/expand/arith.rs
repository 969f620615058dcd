//! Arithmetic in words and commands.

use crate::arith;
use crate::ast::{Arith, ParamOp, Part};
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
        for (text, value) in texts.iter_mut().zip(&values) {
            if text.is_empty() && *value != 0 {
                crate::text::push_int(text, *value);
            }
        }
        let source = joined(&arith.text.parts, &texts);
        self.eval_arith_text(&source)
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

    fn expand_arith_text(&mut self, arith: &Arith) -> Result<Vec<u8>, Flow> {
        let mut texts = Vec::new();
        for part in &arith.text.parts {
            if !matches!(part, Part::Literal(_)) {
                texts.push(self.expand_one(part)?);
            }
        }
        Ok(joined(&arith.text.parts, &texts))
    }

    /// The value of an expression given as text.
    pub fn eval_arith_text(&mut self, text: &[u8]) -> Result<i64, Flow> {
        match arith::eval_text(self, text) {
            Ok(value) => Ok(value),
            Err(error) => Err(self.arith_failed(&error)),
        }
    }
}

/// The text of an expression from its literal parts and what the others became.
/// In a subscript that is escaped: a key is one, whatever characters it has.
fn joined(parts: &[Part], texts: &[Vec<u8>]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut texts = texts.iter();
    let mut depth = 0usize;
    for part in parts {
        let Part::Literal(text) = part else {
            let text = texts.next().map(Vec::as_slice).unwrap_or_default();
            for c in text {
                if depth > 0 && b"[]$`~\\'\"".contains(c) {
                    out.push(b'\\');
                }
                out.push(*c);
            }
            continue;
        };
        for c in text {
            match c {
                b'[' => depth += 1,
                b']' => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
        out.extend_from_slice(text);
    }
    out
}
