//! Words as most commands have them - plain text, one parameter, quotes around
//! both - expanded into buffers that are used again, without a sink.

use crate::ast::{Param, ParamName, ParamOp, Part, Word};
use crate::exec::Shell;
use crate::text::push_int;
use crate::vars::{Value, attr};

/// How many buffers wait for their next use, and how large they may be.
const SPARE_MAX: usize = 16;
const SPARE_CAPACITY: usize = 256;

impl Shell {
    /// Appends the word's field; false, and nothing done, if it is not so simple.
    pub(super) fn expand_quick(&mut self, word: &Word, fields: &mut Vec<Vec<u8>>) -> bool {
        let [part] = word.parts.as_slice() else {
            return false;
        };
        let mut field = self.spare.pop().unwrap_or_default();
        let done = match part {
            Part::Literal(text) if word.plain => {
                field.extend_from_slice(text);
                true
            }
            Part::Single(text) => {
                field.extend_from_slice(text);
                true
            }
            Part::Param(param) => self.push_plain(param, &mut field) && self.is_one_field(&field),
            Part::Double(parts) => parts.iter().all(|part| match part {
                Part::Literal(text) => {
                    field.extend_from_slice(text);
                    true
                }
                Part::Param(param) => self.push_plain(param, &mut field),
                _ => false,
            }),
            _ => false,
        };
        match done {
            true => fields.push(field),
            false => self.reuse(field),
        }
        done
    }

    /// Appends the text of a parameter that is set; false: it takes more.
    fn push_plain(&self, param: &Param, out: &mut Vec<u8>) -> bool {
        if !matches!(param.op, ParamOp::Value) || param.index.is_some() || param.indirect {
            return false;
        }
        match param.name {
            ParamName::Variable(sym) => {
                let var = self.vars.get(sym);
                if var.attrs & (attr::NAMEREF | attr::DYNAMIC) != 0 {
                    return false;
                }
                match &var.value {
                    Value::Str(text) => out.extend_from_slice(text),
                    Value::Fixed(text) => out.extend_from_slice(text),
                    Value::Int(number) => push_int(out, *number),
                    _ => return false,
                }
                true
            }
            ParamName::Positional(number) => match self.positional.get(number - 1) {
                Some(text) => {
                    out.extend_from_slice(text);
                    true
                }
                None => false,
            },
            ParamName::Special(_) => false,
        }
    }

    /// Whether text from an unquoted expansion stays as it is.
    fn is_one_field(&self, text: &[u8]) -> bool {
        !text.is_empty()
            && !text
                .iter()
                .any(|c| matches!(c, b'*' | b'?' | b'[' | b'(') || self.ifs.separates(*c))
    }

    /// Keeps a buffer for the next word.
    pub fn reuse(&mut self, mut buffer: Vec<u8>) {
        if self.spare.len() < SPARE_MAX && (1..=SPARE_CAPACITY).contains(&buffer.capacity()) {
            buffer.clear();
            self.spare.push(buffer);
        }
    }

    /// Keeps the buffers of arguments.
    pub fn reuse_all(&mut self, mut args: Vec<Vec<u8>>) {
        for buffer in args.drain(..) {
            self.reuse(buffer);
        }
        if self.spare_args.capacity() < args.capacity() {
            self.spare_args = args;
        }
    }
}
