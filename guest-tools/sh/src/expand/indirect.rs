//! `${!name}`: the parameter that the value of another names.

use super::sink::Sink;
use crate::ast::{Arith, Param, ParamName, ParamOp, Subscript, Word};
use crate::exec::{Flow, Shell};
use crate::text::{canonical_int, is_name};
use crate::vars::attr;

impl Shell {
    /// Expands an indirect parameter.
    pub fn expand_indirect(
        &mut self,
        param: &Param,
        sink: &mut Sink,
        quoted: bool,
    ) -> Result<(), Flow> {
        // Of a nameref, it is the name that it refers to.
        if let ParamName::Variable(sym) = param.name
            && param.index.is_none()
            && self.vars.get(sym).has(attr::NAMEREF)
        {
            let (target, element) = self.reference(sym);
            if target != sym {
                let mut text = self.vars.names.name(target).to_vec();
                if let Some(element) = element {
                    text.extend_from_slice(&[b"[", element.as_slice(), b"]"].concat());
                }
                self.emit(&text, sink, quoted);
            }
            return Ok(());
        }
        let text = match self.param_value(&param.name, param.index.as_ref())? {
            super::value::ParamValue::Text(text) => text,
            super::value::ParamValue::List { items, .. } => items.join(&b' '),
            super::value::ParamValue::Unset => {
                // A parameter without any attributes cannot be followed.
                let declared = match param.name {
                    ParamName::Variable(sym) => self.vars.get(sym).exists(),
                    _ => true,
                };
                if declared
                    && matches!(
                        param.op,
                        ParamOp::Default { .. }
                            | ParamOp::Assign { .. }
                            | ParamOp::Alternative { .. }
                            | ParamOp::Error { .. }
                    )
                {
                    return self.expand_operation(
                        &param.name,
                        param.index.as_ref(),
                        &param.op,
                        sink,
                        quoted,
                    );
                }
                if let ParamName::Variable(sym) = param.name
                    && param.index.is_none()
                    && self.vars.get(sym).is_set()
                {
                    // An array without element 0 names nothing.
                    self.emit(b"", sink, quoted);
                    return Ok(());
                }
                let name = self.param_name(&param.name, param.index.as_ref());
                self.complain(&[name.as_slice(), b": invalid indirect expansion"].concat());
                return Err(self.discard_line());
            }
        };
        let Some((name, index)) = self.parse_indirect(&text) else {
            self.complain(&[text.as_slice(), b": invalid variable name"].concat());
            return Err(self.discard_line());
        };
        self.expand_operation(&name, index.as_ref(), &param.op, sink, quoted)
    }

    fn parse_indirect(&mut self, text: &[u8]) -> Option<(ParamName, Option<Subscript>)> {
        if let Some(number) = canonical_int(text).filter(|number| *number >= 0) {
            return Some(match number {
                0 => (ParamName::Special(b'0'), None),
                number => (ParamName::Positional(number as usize), None),
            });
        }
        if let [c @ (b'@' | b'*' | b'#' | b'?' | b'-' | b'$' | b'!')] = text {
            return Some((ParamName::Special(*c), None));
        }
        if is_name(text) {
            return Some((ParamName::Variable(self.vars.sym(text)), None));
        }
        let (sym, subscript) = self.parse_reference(text)?;
        let subscript = match subscript?.as_slice() {
            b"@" => Subscript::At,
            b"*" => Subscript::Star,
            text => {
                let text = self
                    .parse_word_text(text)
                    .unwrap_or_else(|| Word::literal(text));
                Subscript::Expr(Box::new(Arith { text, parsed: None }))
            }
        };
        Some((ParamName::Variable(sym), Some(subscript)))
    }
}
