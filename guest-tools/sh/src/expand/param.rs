//! Parameter expansion: which value, which operation, where it goes.

use super::sink::{Mode, Sink};
use super::value::ParamValue;
use crate::ast::{Param, ParamName, ParamOp, Subscript, Word};
use crate::exec::{Flow, Shell};
use crate::text::{char_count, int_text};
use crate::vars::{Sym, Value, attr};

impl Shell {
    /// Expands `$name` or `${…}` into a sink.
    pub fn expand_param(
        &mut self,
        param: &Param,
        sink: &mut Sink,
        quoted: bool,
    ) -> Result<(), Flow> {
        if matches!(param.op, ParamOp::Value)
            && param.index.is_none()
            && !param.indirect
            && self.expand_plain(&param.name, sink, quoted)
        {
            return Ok(());
        }
        self.braced = param.braced;
        if let ParamOp::Bad(text) = &param.op {
            self.complain(&[text.as_slice(), b": bad substitution"].concat());
            return Err(self.fatal_expansion());
        }
        if param.indirect {
            return self.expand_indirect(param, sink, quoted);
        }
        self.expand_operation(&param.name, param.index.as_ref(), &param.op, sink, quoted)
    }

    /// The common case: a scalar that is set, without any operation.
    fn expand_plain(&mut self, name: &ParamName, sink: &mut Sink, quoted: bool) -> bool {
        match name {
            ParamName::Variable(sym) => {
                let var = self.vars.get(*sym);
                if var.attrs & (attr::NAMEREF | attr::DYNAMIC) != 0 {
                    return false;
                }
                match &var.value {
                    Value::Str(text) => self.emit(text, sink, quoted),
                    Value::Fixed(text) => self.emit(text, sink, quoted),
                    Value::Int(number) => self.emit(&int_text(*number), sink, quoted),
                    _ => return false,
                }
                true
            }
            ParamName::Positional(number) => match self.positional.get(number - 1) {
                Some(text) => {
                    self.emit(text, sink, quoted);
                    true
                }
                None => false,
            },
            ParamName::Special(_) => false,
        }
    }

    /// Applies an operation to a parameter.
    pub fn expand_operation(
        &mut self,
        name: &ParamName,
        index: Option<&Subscript>,
        op: &ParamOp,
        sink: &mut Sink,
        quoted: bool,
    ) -> Result<(), Flow> {
        match op {
            ParamOp::Names { at } => {
                let ParamName::Variable(prefix) = name else {
                    return Ok(());
                };
                let items = self.names_with_prefix(*prefix);
                self.emit_value(ParamValue::List { items, star: !at }, sink, quoted);
                return Ok(());
            }
            ParamOp::Keys { at } => {
                let ParamName::Variable(sym) = name else {
                    return Ok(());
                };
                let target = self.vars_target(*sym);
                let items = self.keys(target);
                if !at && self.ifs.first.is_empty() && sink.mode == Mode::Fields && !quoted {
                    self.emit(&items.join(&b' '), sink, quoted);
                    return Ok(());
                }
                self.emit_value(ParamValue::List { items, star: !at }, sink, quoted);
                return Ok(());
            }
            ParamOp::Length => {
                let length = self.length(name, index)?;
                self.emit(&int_text(length as i64), sink, quoted);
                return Ok(());
            }
            ParamOp::Transform(b'a' | b'A' | b'K' | b'k') => {
                let value = self.transform_variable(name, index, op)?;
                if value == ParamValue::Unset && self.options.nounset {
                    return Err(self.unbound(name, index));
                }
                self.emit_value(value, sink, quoted);
                return Ok(());
            }
            ParamOp::Substring { offset, length } if self.is_list(name, index) => {
                let value = self.list_slice(name, index, offset, length.as_ref())?;
                self.emit_value(value, sink, quoted);
                return Ok(());
            }
            _ => {}
        }
        let value = self.param_value(name, index)?;
        match op {
            ParamOp::Default { colon, word } => {
                if value.is_set() && !(*colon && value.is_null()) {
                    self.emit_value(value, sink, quoted);
                    return Ok(());
                }
                return self.expand_operand(word, sink, quoted);
            }
            ParamOp::Alternative { colon, word } => {
                if value.is_set() && !(*colon && value.is_null()) {
                    return self.expand_operand(word, sink, quoted);
                }
                if quoted && !matches!(value, ParamValue::List { star: false, .. }) {
                    sink.quoted(b"");
                }
                return Ok(());
            }
            ParamOp::Assign { colon, word } => {
                if value.is_set() && !(*colon && value.is_null()) {
                    self.emit_value(value, sink, quoted);
                    return Ok(());
                }
                let text = self.assign_default(name, index, word)?;
                self.emit(&text, sink, quoted);
                return Ok(());
            }
            ParamOp::Error { colon, word } => {
                if value.is_set() && !(*colon && value.is_null()) {
                    self.emit_value(value, sink, quoted);
                    return Ok(());
                }
                return Err(self.missing(name, index, *colon, word)?);
            }
            _ => {}
        }
        if value == ParamValue::Unset && self.options.nounset {
            return Err(self.unbound(name, index));
        }
        if let ParamOp::NoTransform(text) = op
            && value.is_set()
        {
            self.complain(&[text.as_slice(), b": bad substitution"].concat());
            return Err(self.fatal_unset());
        }
        let value = self.operate(value, op)?;
        self.emit_value(value, sink, quoted);
        Ok(())
    }

    /// The operations that map texts to texts.
    fn operate(&mut self, value: ParamValue, op: &ParamOp) -> Result<ParamValue, Flow> {
        Ok(match op {
            ParamOp::RemovePrefix { span, pattern } => {
                let pattern = self.compile_exact(pattern)?;
                value.map(|text| super::trim::prefix(text, &pattern, *span))
            }
            ParamOp::RemoveSuffix { span, pattern } => {
                let pattern = self.compile_exact(pattern)?;
                value.map(|text| super::trim::suffix(text, &pattern, *span))
            }
            ParamOp::Replace {
                kind,
                pattern,
                with,
            } => {
                let pattern = self.compile(pattern)?;
                let with = self.replacement(with.as_ref())?;
                value.map(|text| super::replace::replace(text, &pattern, &with, *kind))
            }
            ParamOp::Case { kind, all, pattern } => {
                let pattern = match pattern.parts.is_empty() {
                    true => None,
                    false => Some(self.compile_exact(pattern)?),
                };
                value.map(|text| super::case::convert(&text, *kind, *all, pattern.as_ref()))
            }
            ParamOp::Substring { offset, length } => {
                self.substring(value, offset, length.as_ref())?
            }
            ParamOp::Transform(letter) => self.transform(value, *letter)?,
            _ => value,
        })
    }

    /// A pattern operand, ready to match.
    pub fn compile(&mut self, word: &Word) -> Result<crate::pattern::Pattern, Flow> {
        let text = self.expand_pattern(word)?;
        Ok(crate::pattern::Pattern::new(&text, self.match_options()))
    }

    /// The same where `nocasematch` has no say.
    fn compile_exact(&mut self, word: &Word) -> Result<crate::pattern::Pattern, Flow> {
        let text = self.expand_pattern(word)?;
        let options = crate::pattern::PatternOptions {
            fold: false,
            ..self.match_options()
        };
        Ok(crate::pattern::Pattern::new(&text, options))
    }

    /// Whether the parameter is a list: `$@`, `${a[*]}`.
    fn is_list(&self, name: &ParamName, index: Option<&Subscript>) -> bool {
        match name {
            ParamName::Special(b'@' | b'*') => true,
            _ => matches!(index, Some(Subscript::At | Subscript::Star)),
        }
    }

    /// Puts a value into a sink.
    pub fn emit_value(&mut self, value: ParamValue, sink: &mut Sink, quoted: bool) {
        let (items, star) = match value {
            ParamValue::Unset => {
                if quoted {
                    sink.quoted(b"");
                }
                return;
            }
            ParamValue::Text(text) => {
                self.emit(&text, sink, quoted);
                return;
            }
            ParamValue::List { items, star } => (items, star),
        };
        let joined = star && (quoted || sink.mode != Mode::Fields);
        if joined || sink.mode != Mode::Fields {
            let separator: &[u8] = if joined { &self.ifs.first } else { b" " };
            let text = items.join(separator);
            self.emit(&text, sink, quoted);
            return;
        }
        // Where the first separator is no blank, empty fields between others stay.
        if !quoted
            && let Some(first) = self.ifs.first.first().copied()
            && !self.ifs.is_blank(first)
        {
            let text = items.join(self.ifs.first.as_slice());
            sink.split(&text, &self.ifs);
            return;
        }
        for (at, item) in items.iter().enumerate() {
            if quoted {
                if at > 0 {
                    sink.next_field();
                }
                sink.quoted(item);
            } else {
                if at > 0 {
                    sink.break_field();
                }
                sink.split(item, &self.ifs);
            }
        }
    }

    /// The operand of `:-` and `:+`.
    fn expand_operand(&mut self, word: &Word, sink: &mut Sink, quoted: bool) -> Result<(), Flow> {
        if quoted {
            if word.parts.is_empty() {
                sink.quoted(b"");
            }
            return self.expand_parts(&word.parts, sink, true);
        }
        let before = std::mem::replace(&mut sink.split_literals, true);
        let result = self.expand_parts(&word.parts, sink, false);
        sink.split_literals = before;
        result
    }

    fn assign_default(
        &mut self,
        name: &ParamName,
        index: Option<&Subscript>,
        word: &Word,
    ) -> Result<Vec<u8>, Flow> {
        let text = self.expand_string(word)?;
        let assigned = match (name, index) {
            (ParamName::Variable(sym), None) => self.assign_scalar(*sym, text.clone()),
            (ParamName::Variable(sym), Some(Subscript::Expr(arith))) => {
                let target = self.vars_target(*sym);
                let index = self.expand_string(&arith.text)?;
                match self.key_from_text(target, &index) {
                    Ok(key) => self.assign_element(target, key, text.clone(), false),
                    Err(error) => Err(error),
                }
            }
            _ => {
                let subject = [b"$", self.param_name(name, index).as_slice()].concat();
                self.complain(&[&subject, &b": cannot assign in this way"[..]].concat());
                return Err(Flow::Discard(1));
            }
        };
        if let Err(error) = assigned {
            self.complain(&error.message);
            return Err(self.fatal(2));
        }
        if let ParamName::Variable(sym) = name
            && index.is_none()
        {
            return Ok(self.scalar(*sym).unwrap_or_default().into_owned());
        }
        Ok(text)
    }

    fn missing(
        &mut self,
        name: &ParamName,
        index: Option<&Subscript>,
        colon: bool,
        word: &Word,
    ) -> Result<Flow, Flow> {
        let mut message = self.param_name(name, index);
        message.extend_from_slice(b": ");
        if word.parts.is_empty() {
            message.extend_from_slice(match colon {
                true => b"parameter null or not set",
                false => b"parameter not set",
            });
        } else {
            message.extend_from_slice(&self.expand_string(word)?);
        }
        self.complain(&message);
        Ok(self.fatal_unset())
    }

    /// An unset parameter under `set -u`.
    pub fn unbound(&mut self, name: &ParamName, index: Option<&Subscript>) -> Flow {
        let mut message = match name {
            ParamName::Positional(_) | ParamName::Special(_) if !self.braced => b"$".to_vec(),
            _ => Vec::new(),
        };
        message.extend_from_slice(&self.param_name(name, index));
        message.extend_from_slice(b": unbound variable");
        self.complain(&message);
        self.fatal_unset()
    }

    /// What ends a shell that misses a parameter: a command string gives another
    /// status than a script, and what the embedder runs counts as a script.
    pub fn fatal_unset(&mut self) -> Flow {
        let inner = self.command_string && self.parent_pid() > 0;
        self.fatal(if inner && self.subshell == 0 { 127 } else { 1 })
    }

    /// An expansion that cannot be performed.
    pub fn fatal_expansion(&mut self) -> Flow {
        if self.options.posix {
            return self.fatal_unset();
        }
        self.discard_line()
    }

    fn length(&mut self, name: &ParamName, index: Option<&Subscript>) -> Result<usize, Flow> {
        if let ParamName::Variable(sym) = name
            && self.vars.get(*sym).has(attr::NAMEREF)
            && self.reference(*sym).1.is_some()
        {
            return Ok(0);
        }
        if let (ParamName::Variable(sym), Some(index)) = (name, index) {
            let (target, _) = self.reference(*sym);
            let var = self.vars.get(target);
            let is_array = match var.has(attr::DYNAMIC) {
                true => target != Sym::FUNCNAME || self.in_function(),
                false => matches!(var.value, Value::Indexed(_) | Value::Assoc(_)),
            };
            if self.options.nounset && !is_array {
                // So it is for a variable that is no array too.
                let name = self.vars.names.name(*sym).to_vec();
                self.complain(&[name.as_slice(), b": unbound variable"].concat());
                return Err(self.fatal(1));
            }
            if let Some(length) = self.element_length(*sym, index)? {
                return Ok(length);
            }
        }
        match self.param_value(name, index)? {
            ParamValue::List { items, .. } => Ok(items.len()),
            ParamValue::Text(text) => Ok(char_count(&text)),
            // An element of what is set at all counts as empty.
            ParamValue::Unset if self.options.nounset && index.is_none() => {
                Err(self.unbound(name, index))
            }
            ParamValue::Unset => Ok(0),
        }
    }

    /// The number of elements, without making a list of them; for one element,
    /// what is wrong with its index.
    fn element_length(&mut self, sym: Sym, index: &Subscript) -> Result<Option<usize>, Flow> {
        let (sym, _) = self.reference(sym);
        let var = self.vars.get(sym);
        let Subscript::Expr(arith) = index else {
            return Ok(match &var.value {
                _ if var.has(attr::DYNAMIC) => None,
                Value::Indexed(array) => Some(array.len()),
                Value::Assoc(array) => Some(array.len()),
                _ => None,
            });
        };
        if var.has(attr::ASSOC) {
            return Ok(None);
        }
        if !var.has(attr::DYNAMIC) && matches!(var.value, Value::Unset) && !self.options.nounset {
            return Ok(Some(0));
        }
        let index = self.eval_arith(arith)?;
        if index < 0 && self.index_underflows(sym, index) {
            let mut text = Vec::new();
            crate::ast::print_word_names(&arith.text, &self.vars, &mut text);
            self.complain(&[text.as_slice(), b"]: bad array subscript"].concat());
            return Err(Flow::Discard(1));
        }
        let text = self.element_text(sym, &crate::exec::Key::Index(index));
        Ok(text.map(|text| char_count(&text)))
    }

    fn names_with_prefix(&mut self, prefix: Sym) -> Vec<Vec<u8>> {
        let prefix = self.vars.names.name(prefix).to_vec();
        self.vars
            .sorted()
            .into_iter()
            .map(|sym| (sym, self.vars.names.name(sym)))
            .filter(|(sym, name)| {
                name.starts_with(&prefix)
                    && (self.vars.get(*sym).is_set()
                        || !matches!(self.vars.get(*sym).value, Value::Unset)
                        || self.vars.get(*sym).has(attr::DYNAMIC))
            })
            .map(|(_, name)| name.to_vec())
            .collect()
    }
}
