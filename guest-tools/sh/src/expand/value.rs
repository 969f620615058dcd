//! The values of parameters before any operation on them.

use crate::ast::{ParamName, Subscript};
use crate::exec::{Flow, Key, Shell};
use crate::text::int_text;
use crate::vars::{Sym, attr};

/// A parameter's value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ParamValue {
    Unset,
    Text(Vec<u8>),
    /// `$@`, `$*`, `${a[@]}`, `${a[*]}`.
    List {
        items: Vec<Vec<u8>>,
        star: bool,
    },
}

impl ParamValue {
    /// The value with a function applied to each text.
    pub fn map(self, mut apply: impl FnMut(Vec<u8>) -> Vec<u8>) -> ParamValue {
        match self {
            ParamValue::Unset => ParamValue::Unset,
            ParamValue::Text(text) => ParamValue::Text(apply(text)),
            ParamValue::List { items, star } => ParamValue::List {
                items: items.into_iter().map(apply).collect(),
                star,
            },
        }
    }

    /// Whether it is set but empty, as `:-` and the like ask.
    pub fn is_null(&self) -> bool {
        match self {
            ParamValue::Unset => true,
            ParamValue::Text(text) => text.is_empty(),
            ParamValue::List { items, .. } => items.iter().all(Vec::is_empty) && items.len() < 2,
        }
    }

    /// Whether it counts as set.
    pub fn is_set(&self) -> bool {
        match self {
            ParamValue::Unset => false,
            ParamValue::Text(_) => true,
            ParamValue::List { items, .. } => !items.is_empty(),
        }
    }
}

impl Shell {
    /// The value of a parameter or of what its subscript selects.
    pub fn param_value(
        &mut self,
        name: &ParamName,
        index: Option<&Subscript>,
    ) -> Result<ParamValue, Flow> {
        match name {
            ParamName::Variable(sym) => self.variable_value(*sym, index),
            ParamName::Positional(number) => Ok(match self.positional.get(number - 1) {
                Some(text) => ParamValue::Text(text.clone()),
                None => ParamValue::Unset,
            }),
            ParamName::Special(c) => Ok(self.special_value(*c)),
        }
    }

    fn variable_value(&mut self, sym: Sym, index: Option<&Subscript>) -> Result<ParamValue, Flow> {
        let Some(index) = index else {
            if self.vars.get(sym).has(attr::NAMEREF) {
                let (target, subscript) = self.reference(sym);
                if let Some(all @ (b"@" | b"*")) = subscript.as_deref() {
                    return Ok(ParamValue::List {
                        items: self.elements(target),
                        star: all == b"*",
                    });
                }
            }
            return Ok(match self.scalar(sym) {
                Some(text) => ParamValue::Text(text.into_owned()),
                None => ParamValue::Unset,
            });
        };
        let (target, element) = self.reference(sym);
        if element.is_some() {
            // A reference to an element has no elements of its own.
            return Ok(match index {
                Subscript::Expr(_) => ParamValue::Unset,
                index => ParamValue::List {
                    items: Vec::new(),
                    star: matches!(index, Subscript::Star),
                },
            });
        }
        match index {
            Subscript::At | Subscript::Star => Ok(ParamValue::List {
                items: self.elements(target),
                star: matches!(index, Subscript::Star),
            }),
            Subscript::Expr(arith) => {
                self.load_dynamic(target);
                let key = if self.vars.get(target).has(attr::ASSOC) {
                    Key::Text(self.expand_string(&arith.text)?)
                } else {
                    Key::Index(self.eval_arith(arith)?)
                };
                if let Key::Index(index) = key
                    && index < 0
                    && self.index_underflows(target, index)
                {
                    let name = self.vars.names.name(sym).to_vec();
                    self.complain(&[name.as_slice(), b": bad array subscript"].concat());
                    return Ok(ParamValue::Unset);
                }
                Ok(match self.element_text(target, &key) {
                    Some(text) => ParamValue::Text(text),
                    None => ParamValue::Unset,
                })
            }
        }
    }

    pub(super) fn index_underflows(&self, sym: Sym, index: i64) -> bool {
        match &self.vars.get(sym).value {
            crate::vars::Value::Indexed(array) => {
                array.last_index().is_none_or(|last| last + 1 + index < 0)
            }
            crate::vars::Value::Unset => true,
            _ => index < -1,
        }
    }

    fn special_value(&mut self, c: u8) -> ParamValue {
        ParamValue::Text(match c {
            b'@' | b'*' => {
                return ParamValue::List {
                    items: self.positional.clone(),
                    star: c == b'*',
                };
            }
            b'#' => int_text(self.positional.len() as i64),
            b'?' => int_text(i64::from(self.status)),
            b'$' => int_text(i64::from(self.shell_pid())),
            b'-' => self.option_letters(),
            b'!' => match self.jobs.last_background {
                Some(pid) => int_text(i64::from(pid)),
                None => return ParamValue::Unset,
            },
            _ => self.name.clone(),
        })
    }

    /// The name of a parameter, for messages.
    pub fn param_name(&self, name: &ParamName, index: Option<&Subscript>) -> Vec<u8> {
        let mut text = match name {
            ParamName::Variable(sym) => self.vars.names.name(*sym).to_vec(),
            ParamName::Positional(number) => int_text(*number as i64),
            ParamName::Special(c) => vec![*c],
        };
        match index {
            None => {}
            Some(Subscript::At) => text.extend_from_slice(b"[@]"),
            Some(Subscript::Star) => text.extend_from_slice(b"[*]"),
            Some(Subscript::Expr(arith)) => {
                text.push(b'[');
                let mut printed = Vec::new();
                crate::ast::print_word_names(&arith.text, &self.vars, &mut printed);
                text.extend_from_slice(&printed);
                text.push(b']');
            }
        }
        text
    }
}
