//! Assigning to variables and elements.

use super::Shell;
use crate::arith;
use crate::ast::{ArrayElement, Assign, AssignValue, Part, Subscript, Word};
use crate::exec::Flow;
use crate::text::{char_len, int_text};
use crate::vars::{Assoc, Indexed, ScopeKind, Sym, Value, attr};

/// The subscript of an element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Key {
    Index(i64),
    Text(Vec<u8>),
}

/// Why an assignment failed: the message after the shell's name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssignError {
    pub message: Vec<u8>,
    pub readonly: bool,
}

impl AssignError {
    fn new(message: Vec<u8>) -> AssignError {
        AssignError {
            message,
            readonly: false,
        }
    }
}

/// An assignment whose words have been expanded.
#[derive(Clone, Debug)]
pub struct ExpandedAssign {
    pub name: Sym,
    pub index: Option<Vec<u8>>,
    pub append: bool,
    pub value: ExpandedValue,
}

/// The right side of an assignment.
#[derive(Clone, Debug)]
pub enum ExpandedValue {
    Scalar(Vec<u8>),
    /// Subscript, whether to append, value.
    Array(Vec<(Option<Vec<u8>>, bool, Vec<u8>)>),
}

type Assigned = Result<(), AssignError>;

impl Shell {
    fn circular(&self, sym: Sym) -> AssignError {
        let name = self.vars.names.name(sym);
        AssignError::new([b"warning: ", name, b": circular name reference"].concat())
    }

    fn check_writable(&self, sym: Sym) -> Assigned {
        if self.vars.get(sym).attrs & attr::READONLY != 0 {
            let name = self.vars.names.name(sym);
            return Err(AssignError {
                message: [name, b": readonly variable"].concat(),
                readonly: true,
            });
        }
        Ok(())
    }

    /// Assigns text by name, reporting an error; false if it failed.
    pub fn set_text(&mut self, name: &[u8], value: Vec<u8>) -> bool {
        let sym = self.vars.sym(name);
        match self.assign_scalar(sym, value) {
            Ok(()) => true,
            Err(error) => {
                self.complain(&error.message);
                false
            }
        }
    }

    /// Assigns to `name` or `name[subscript]`.
    ///
    /// # Errors
    /// The name is no identifier, or the assignment fails.
    pub fn assign_reference(&mut self, text: &[u8], value: Vec<u8>) -> Assigned {
        let Some((sym, subscript)) = self.parse_reference(text) else {
            return Err(AssignError::new(
                [b"`", text, b"': not a valid identifier"].concat(),
            ));
        };
        match subscript {
            None => self.assign_scalar(sym, value),
            Some(subscript) => {
                let target = self.vars_target(sym);
                let key = self.key_from_text(target, &subscript)?;
                self.assign_element(target, key, value, false)
            }
        }
    }

    /// Assigns text to a variable; of an array, to element 0.
    ///
    /// # Errors
    /// The variable is readonly, or an integer's value is no expression.
    pub fn assign_scalar(&mut self, sym: Sym, value: Vec<u8>) -> Assigned {
        let attrs = self.vars.get(sym).attrs;
        if attrs & !(attr::EXPORT | attr::DECLARED) == 0
            && sym.0 as usize >= Sym::FIXED
            && !self.options.allexport
        {
            self.vars.get_mut(sym).value = Value::Str(value);
            return Ok(());
        }
        if attrs & attr::NAMEREF != 0 {
            let (target, subscript) = self.reference(sym);
            if let Some(subscript) = subscript {
                let key = self.key_from_text(target, &subscript)?;
                return self.assign_element(target, key, value, false);
            }
            if target != sym {
                return self.assign_scalar(target, value);
            }
            let former = self.vars.get(sym).value.text();
            if former.is_some_and(|text| crate::text::is_name(&text)) {
                return Err(self.circular(sym));
            }
        }
        self.check_writable(sym)?;
        if attrs & attr::DYNAMIC != 0 {
            if sym != Sym::COMP_WORDBREAKS {
                self.assign_dynamic(sym, &value);
                return Ok(());
            }
            // Computed only until it is given a value.
            self.vars.get_mut(sym).attrs &= !attr::DYNAMIC;
        }
        if attrs & (attr::INDEXED | attr::ASSOC) != 0 {
            let key = match attrs & attr::ASSOC {
                0 => Key::Index(0),
                _ => Key::Text(b"0".to_vec()),
            };
            return self.assign_element(sym, key, value, false);
        }
        let value = self.transformed(attrs, value)?;
        let allexport = self.options.allexport;
        let var = self.vars.get_mut(sym);
        var.value = value;
        if allexport {
            var.attrs |= attr::EXPORT;
            self.vars.environment_changed = true;
        }
        self.assigned(sym);
        Ok(())
    }

    /// The value as the attributes want it.
    fn transformed(&mut self, attrs: u16, value: Vec<u8>) -> Result<Value, AssignError> {
        if attrs & attr::TRANSFORMING == 0 {
            return Ok(Value::Str(value));
        }
        if attrs & attr::INTEGER != 0 {
            let number =
                arith::eval_text(self, &value).map_err(|error| AssignError::new(error.text()))?;
            return Ok(Value::Int(number));
        }
        Ok(Value::Str(match attrs {
            attrs if attrs & attr::LOWER != 0 => lossy_map(&value, |c| c.to_lowercase().collect()),
            attrs if attrs & attr::UPPER != 0 => lossy_map(&value, |c| c.to_uppercase().collect()),
            _ => {
                let first = char_len(&value);
                let mut text = lossy_map(&value[..first], |c| c.to_uppercase().collect());
                text.extend(lossy_map(&value[first..], |c| c.to_lowercase().collect()));
                text
            }
        }))
    }

    /// Appends to a variable, as `+=` does.
    ///
    /// # Errors
    /// As [`Shell::assign_scalar`].
    pub fn append_scalar(&mut self, sym: Sym, value: &[u8]) -> Assigned {
        let target = self.vars_target(sym);
        let attrs = self.vars.get(target).attrs;
        if attrs & !(attr::EXPORT | attr::DECLARED) == 0
            && target == sym
            && let Value::Str(text) = &mut self.vars.get_mut(sym).value
        {
            text.extend_from_slice(value);
            if self.options.allexport {
                self.vars.get_mut(sym).attrs |= attr::EXPORT;
                self.vars.environment_changed = true;
            }
            self.assigned(sym);
            return Ok(());
        }
        let old = self.scalar(sym).unwrap_or_default().into_owned();
        let new = if attrs & attr::INTEGER != 0 {
            [b"(", old.as_slice(), b")+(", value, b")"].concat()
        } else {
            [&old, value].concat()
        };
        let new = if attrs & attr::INTEGER != 0 && old.is_empty() {
            value.to_vec()
        } else {
            new
        };
        self.assign_scalar(sym, new)
    }

    /// Turns a variable into an array, if it is none: a scalar becomes element 0.
    pub fn make_array(&mut self, sym: Sym, assoc: bool) {
        let var = self.vars.get_mut(sym);
        let old = std::mem::take(&mut var.value);
        var.attrs &= !attr::DYNAMIC;
        var.attrs |= if assoc { attr::ASSOC } else { attr::INDEXED };
        var.value = match old {
            Value::Indexed(array) => Value::Indexed(array),
            Value::Assoc(array) => Value::Assoc(array),
            old => {
                let text = old.text().map(std::borrow::Cow::into_owned);
                if assoc {
                    let mut array = Assoc::default();
                    if let Some(text) = text {
                        array.set(b"0".to_vec(), text);
                    }
                    Value::Assoc(Box::new(array))
                } else {
                    Value::Indexed(Box::new(Indexed::from_vec(text.into_iter().collect())))
                }
            }
        };
    }

    /// Assigns to an element.
    ///
    /// # Errors
    /// Readonly, a negative index before the start, an integer's bad expression.
    pub fn assign_element(&mut self, sym: Sym, key: Key, value: Vec<u8>, append: bool) -> Assigned {
        self.check_writable(sym)?;
        self.load_dynamic(sym);
        if let (Sym::BASH_ALIASES | Sym::BASH_CMDS, Key::Text(key)) = (sym, &key)
            && self.vars.get(sym).has(attr::DYNAMIC)
        {
            match sym {
                Sym::BASH_ALIASES => drop(self.aliases.insert(key.clone(), value)),
                _ => drop(self.hash.insert(key.clone(), (value, 0))),
            }
            return Ok(());
        }
        let attrs = self.vars.get(sym).attrs;
        let value = if append {
            let old = self.element_text(sym, &key).unwrap_or_default();
            if attrs & attr::INTEGER != 0 && !old.is_empty() {
                [b"(", old.as_slice(), b")+(", &value, b")"].concat()
            } else {
                [old, value].concat()
            }
        } else {
            value
        };
        let value = match self.transformed(attrs, value)? {
            Value::Str(text) => text,
            Value::Fixed(text) => text.to_vec(),
            Value::Int(number) => int_text(number),
            _ => Vec::new(),
        };
        self.make_array(sym, matches!(key, Key::Text(_)));
        let var = self.vars.get_mut(sym);
        match (&mut var.value, key) {
            (Value::Indexed(array), Key::Index(index)) => {
                let given = index;
                let index = match index {
                    index if index < 0 => array.last_index().map_or(0, |last| last + 1) + index,
                    index => index,
                };
                if index < 0 {
                    let name = self.vars.names.name(sym).to_vec();
                    return Err(AssignError::new(
                        [
                            &name,
                            &b"["[..],
                            &int_text(given),
                            b"]: bad array subscript",
                        ]
                        .concat(),
                    ));
                }
                array.set(index, value);
            }
            (Value::Assoc(array), Key::Text(key)) => array.set(key, value),
            _ => {}
        }
        if sym.0 < Sym::FIXED as u32 {
            self.assigned(sym);
        }
        Ok(())
    }

    /// A subscript's text as the key of this variable: arithmetic unless it
    /// is an associative array.
    ///
    /// # Errors
    /// The text is no expression.
    pub fn key_from_text(&mut self, sym: Sym, text: &[u8]) -> Result<Key, AssignError> {
        if self.vars.get(sym).has(attr::ASSOC) {
            return Ok(Key::Text(self.expand_key_text(text)));
        }
        if text.iter().any(|c| b"$`\"\\".contains(c)) {
            let text = self.expand_key_text(text);
            return arith::eval_text(self, &text)
                .map(Key::Index)
                .map_err(|error| AssignError::new(error.text()));
        }
        arith::eval_text(self, text)
            .map(Key::Index)
            .map_err(|error| AssignError::new(error.text()))
    }

    /// Expands the words of an assignment.
    pub fn expand_assign(&mut self, assign: &Assign) -> Result<ExpandedAssign, Flow> {
        self.expand_assign_as(assign, false)
    }

    /// The same; `assoc`: the variable is about to be an associative array.
    pub fn expand_assign_as(
        &mut self,
        assign: &Assign,
        assoc: bool,
    ) -> Result<ExpandedAssign, Flow> {
        let value = match &assign.value {
            AssignValue::Scalar(word) => ExpandedValue::Scalar(self.expand_string(word)?),
            AssignValue::Array(elements) => {
                let target = self.vars_target(assign.name);
                let assoc = assoc || self.vars.get(target).has(attr::ASSOC);
                ExpandedValue::Array(self.expand_elements(elements, assoc)?)
            }
        };
        let index = match &assign.index {
            None => None,
            Some(Subscript::At) => Some(b"@".to_vec()),
            Some(Subscript::Star) => Some(b"*".to_vec()),
            Some(Subscript::Expr(arith)) => {
                let target = self.vars_target(assign.name);
                Some(match self.vars.get(target).has(attr::ASSOC) {
                    true => self.expand_string(&arith.text)?,
                    false => self.expand_arith_text(arith)?,
                })
            }
        };
        Ok(ExpandedAssign {
            name: assign.name,
            index,
            append: assign.append,
            value,
        })
    }

    /// A value of an array: tildes are none in associative ones.
    fn expand_element(&mut self, word: &Word, assoc: bool) -> Result<Vec<u8>, Flow> {
        match assoc && has_tilde(word) {
            true => self.expand_without_tildes(word),
            false => self.expand_string(word),
        }
    }

    #[allow(clippy::type_complexity)]
    fn expand_elements(
        &mut self,
        elements: &[ArrayElement],
        assoc: bool,
    ) -> Result<Vec<(Option<Vec<u8>>, bool, Vec<u8>)>, Flow> {
        let mut out = Vec::with_capacity(elements.len());
        for element in elements {
            match &element.index {
                Some(Subscript::Expr(arith)) => {
                    let index = match assoc {
                        true => self.expand_string(&arith.text)?,
                        false => self.expand_arith_text(arith)?,
                    };
                    let value = self.expand_element(&element.value, assoc)?;
                    out.push((Some(index), element.append, value));
                }
                // Keys and values in turn are neither split nor pathnames.
                _ if assoc => {
                    let value = self.expand_element(&element.value, assoc)?;
                    out.push((None, false, value));
                }
                _ => {
                    let mut fields = Vec::new();
                    self.expand_word_into(&element.value, &mut fields)?;
                    out.extend(fields.into_iter().map(|value| (None, false, value)));
                }
            }
        }
        Ok(out)
    }

    /// Performs an expanded assignment.
    ///
    /// # Errors
    /// As the assignments of scalars and elements.
    pub fn apply_assign(&mut self, assign: ExpandedAssign) -> Assigned {
        let (target, subscript) = self.reference(assign.name);
        if let Some(subscript) = &subscript
            && (assign.index.is_some() || matches!(assign.value, ExpandedValue::Array(_)))
        {
            let name = self.vars.names.name(target);
            return Err(AssignError::new(
                [b"`", name, b"[", subscript, b"]': not a valid identifier"].concat(),
            ));
        }
        let referred = assign.index.is_none();
        match assign.value {
            ExpandedValue::Array(elements) => {
                if let Some(index) = &assign.index {
                    let name = self.vars.names.name(assign.name);
                    let place = [name, b"[", index.as_slice(), b"]"].concat();
                    return Err(AssignError::new(
                        [&place, &b": cannot assign list to array member"[..]].concat(),
                    ));
                }
                self.assign_array(target, elements, assign.append)
            }
            ExpandedValue::Scalar(value) => match assign.index.or(subscript) {
                None if assign.append => self.append_scalar(assign.name, &value),
                None => self.assign_scalar(assign.name, value),
                Some(index) => {
                    if index.is_empty()
                        || (matches!(index.as_slice(), b"@" | b"*")
                            && !self.vars.get(target).has(attr::ASSOC))
                    {
                        let name = self.vars.names.name(assign.name);
                        return Err(AssignError::new(
                            [name, b"[", &index, b"]: bad array subscript"].concat(),
                        ));
                    }
                    let key = match self.vars.get(target).has(attr::ASSOC) {
                        true if !referred => Key::Text(index),
                        _ => self.key_from_text(target, &index)?,
                    };
                    self.assign_element(target, key, value, assign.append)
                }
            },
        }
    }

    /// Assigns a list to an array.
    ///
    /// # Errors
    /// As [`Shell::assign_element`].
    #[allow(clippy::type_complexity)]
    pub fn assign_array(
        &mut self,
        sym: Sym,
        elements: Vec<(Option<Vec<u8>>, bool, Vec<u8>)>,
        append: bool,
    ) -> Assigned {
        self.check_writable(sym)?;
        let attrs = self.vars.get(sym).attrs;
        let assoc = attrs & attr::ASSOC != 0;
        if attrs & attr::DYNAMIC != 0 {
            self.vars.get_mut(sym).attrs &= !attr::DYNAMIC;
        }
        let plain = !assoc
            && attrs & attr::TRANSFORMING == 0
            && !append
            && elements.iter().all(|(index, _, _)| index.is_none());
        if plain {
            let values = elements.into_iter().map(|(_, _, value)| value).collect();
            let var = self.vars.get_mut(sym);
            var.attrs |= attr::INDEXED;
            var.value = Value::Indexed(Box::new(Indexed::from_vec(values)));
            return Ok(());
        }
        if append {
            self.make_array(sym, assoc);
        } else {
            let var = self.vars.get_mut(sym);
            var.attrs |= if assoc { attr::ASSOC } else { attr::INDEXED };
            var.value = if assoc {
                Value::Assoc(Box::default())
            } else {
                Value::Indexed(Box::default())
            };
        }
        if assoc {
            return self.assign_assoc(sym, elements);
        }
        let mut next = match &self.vars.get(sym).value {
            Value::Indexed(array) => array.last_index().map_or(0, |last| last + 1),
            _ => 0,
        };
        for (index, append, value) in elements {
            let at = match index {
                None => next,
                Some(text) => match self.key_from_text(sym, &text)? {
                    Key::Index(index) => index,
                    Key::Text(_) => next,
                },
            };
            self.assign_element(sym, Key::Index(at), value, append)?;
            next = at + 1;
        }
        Ok(())
    }

    #[allow(clippy::type_complexity)]
    fn assign_assoc(
        &mut self,
        sym: Sym,
        elements: Vec<(Option<Vec<u8>>, bool, Vec<u8>)>,
    ) -> Assigned {
        let subscripts = elements
            .first()
            .is_some_and(|(index, _, _)| index.is_some());
        let mut elements = elements.into_iter();
        // Without subscripts, keys and values take turns.
        while let Some((index, append, value)) = elements.next() {
            let (key, value) = match index {
                Some(index) => (index, value),
                None if subscripts => {
                    let name = self.vars.names.name(sym);
                    let message = b": must use subscript when assigning associative array";
                    self.complain(&[name, b": ", value.as_slice(), message].concat());
                    continue;
                }
                None => {
                    let value_of = elements.next().map(|(_, _, value)| value);
                    (value, value_of.unwrap_or_default())
                }
            };
            if key.is_empty() {
                let name = self.vars.names.name(sym);
                return Err(AssignError::new([name, b": bad array subscript"].concat()));
            }
            self.assign_element(sym, Key::Text(key), value, append)?;
        }
        Ok(())
    }

    /// Assigns before a command: the variable is exported and lasts as long.
    ///
    /// # Errors
    /// As [`Shell::apply_assign`].
    pub fn assign_temporary(&mut self, assign: ExpandedAssign) -> Assigned {
        let sym = self.vars_target(assign.name);
        self.check_writable(sym)?;
        let assign = ExpandedAssign {
            name: sym,
            ..assign
        };
        let old = self.vars.get(sym).clone();
        if self.vars.hide(sym, ScopeKind::Temporary) {
            let var = self.vars.get_mut(sym);
            if assign.append {
                var.value = old.value;
            }
            var.attrs = old.attrs & !(attr::READONLY | attr::NAMEREF);
        }
        self.apply_assign(assign)?;
        self.vars.get_mut(sym).attrs |= attr::EXPORT;
        self.vars.environment_changed = true;
        Ok(())
    }
}

fn lossy_map(text: &[u8], map: impl Fn(char) -> String) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for piece in crate::text::chars(text) {
        match crate::text::decode(piece) {
            Some(c) => out.extend_from_slice(map(c).as_bytes()),
            None => out.extend_from_slice(piece),
        }
    }
    out
}

fn has_tilde(word: &Word) -> bool {
    word.parts.iter().any(|part| matches!(part, Part::Tilde(_)))
}
