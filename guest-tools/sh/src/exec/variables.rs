//! Reading variables: through namerefs, of the computed ones, of elements.

use std::borrow::Cow;

use super::Shell;
use super::assign::Key;
use crate::text::is_name;
use crate::vars::{Sym, Value, attr};

/// How many namerefs may follow each other.
const NAMEREF_MAX: usize = 8;

impl Shell {
    /// The variable that a name stands for, through namerefs; a nameref to an
    /// element gives the array.
    pub fn vars_target(&mut self, sym: Sym) -> Sym {
        self.reference(sym).0
    }

    /// The variable that a name stands for, and the subscript in its reference.
    pub fn reference(&mut self, first: Sym) -> (Sym, Option<Vec<u8>>) {
        let mut sym = first;
        for _ in 0..NAMEREF_MAX {
            let var = self.vars.get(sym);
            if var.attrs & attr::NAMEREF == 0 {
                return (sym, None);
            }
            let (Value::Str(_) | Value::Fixed(_), Some(target)) = (&var.value, var.value.text())
            else {
                return (sym, None);
            };
            let target = target.into_owned();
            if let Some(open) = target.iter().position(|c| *c == b'[')
                && target.ends_with(b"]")
            {
                let subscript = target[open + 1..target.len() - 1].to_vec();
                return (self.vars.sym(&target[..open]), Some(subscript));
            }
            if !is_name(&target) {
                return (sym, None);
            }
            sym = self.vars.sym(&target);
        }
        (first, None)
    }

    /// The text of a variable; of an array, its element 0.
    pub fn scalar(&mut self, sym: Sym) -> Option<Cow<'_, [u8]>> {
        let attrs = self.vars.get(sym).attrs;
        if attrs & (attr::NAMEREF | attr::DYNAMIC) == 0 {
            return self.vars.get(sym).value.text();
        }
        if attrs & attr::DYNAMIC != 0 {
            return self.dynamic_scalar(sym).map(Cow::Owned);
        }
        let (target, subscript) = self.reference(sym);
        match subscript {
            Some(subscript) => {
                let key = self.key_from_text(target, &subscript).ok()?;
                self.element_text(target, &key).map(Cow::Owned)
            }
            None if target == sym => None,
            None => self.scalar(target),
        }
    }

    /// The text of a variable by name.
    pub fn get_text(&mut self, name: &[u8]) -> Option<Vec<u8>> {
        let sym = self.vars.names.find(name)?;
        if sym.0 as usize >= Sym::FIXED && !self.vars.get(sym).exists() {
            return None;
        }
        self.scalar(sym).map(Cow::into_owned)
    }

    /// An element; of a scalar, element 0 is its value.
    pub fn element_text(&mut self, sym: Sym, key: &Key) -> Option<Vec<u8>> {
        self.load_dynamic(sym);
        let var = self.vars.get(sym);
        match (&var.value, key) {
            (Value::Indexed(array), Key::Index(index)) => {
                let index = match *index {
                    index if index < 0 => array.last_index()? + 1 + index,
                    index => index,
                };
                array.get(index).cloned()
            }
            (Value::Assoc(array), Key::Text(key)) => array.get(key).cloned(),
            (Value::Indexed(_) | Value::Assoc(_) | Value::Unset, _) => None,
            (value, Key::Index(0 | -1)) => value.text().map(Cow::into_owned),
            _ => None,
        }
    }

    /// All elements: of a scalar, its value.
    pub fn elements(&mut self, sym: Sym) -> Vec<Vec<u8>> {
        self.load_dynamic(sym);
        match &self.vars.get(sym).value {
            Value::Indexed(array) => array.iter().map(|(_, value)| value.clone()).collect(),
            Value::Assoc(array) => array.iter().map(|(_, value)| value.clone()).collect(),
            value => value.text().map(Cow::into_owned).into_iter().collect(),
        }
    }

    /// All subscripts.
    pub fn keys(&mut self, sym: Sym) -> Vec<Vec<u8>> {
        self.load_dynamic(sym);
        match &self.vars.get(sym).value {
            Value::Indexed(array) => array
                .iter()
                .map(|(index, _)| crate::text::int_text(index))
                .collect(),
            Value::Assoc(array) => array.iter().map(|(key, _)| key.clone()).collect(),
            Value::Unset => Vec::new(),
            Value::Str(_) | Value::Fixed(_) | Value::Int(_) => vec![b"0".to_vec()],
        }
    }

    /// Whether a parameter named by text (`name`, `name[i]`, a number) is set.
    pub fn is_set_text(&mut self, text: &[u8]) -> bool {
        if let Some(number) = crate::text::canonical_int(text) {
            return number >= 0 && (number == 0 || number as usize <= self.positional.len());
        }
        let Some((sym, subscript)) = self.parse_reference(text) else {
            return false;
        };
        match subscript.as_deref() {
            None => {
                let (target, subscript) = self.reference(sym);
                match subscript {
                    // `test -v` looks for a variable of that very name.
                    Some(_) => false,
                    None if self.vars.get(target).is_array() => {
                        let key = if self.vars.get(target).has(attr::ASSOC) {
                            Key::Text(b"0".to_vec())
                        } else {
                            Key::Index(0)
                        };
                        self.element_text(target, &key).is_some()
                    }
                    None => self.scalar(target).is_some(),
                }
            }
            Some(b"@" | b"*") => {
                let target = self.vars_target(sym);
                !self.elements(target).is_empty()
            }
            Some(subscript) => {
                let target = self.vars_target(sym);
                self.element_is_set(target, subscript)
            }
        }
    }

    fn element_is_set(&mut self, sym: Sym, subscript: &[u8]) -> bool {
        match self.key_from_text(sym, subscript) {
            Ok(key) => self.element_text(sym, &key).is_some(),
            Err(_) => false,
        }
    }

    /// `name` or `name[subscript]` as a variable and the subscript's text.
    pub fn parse_reference(&mut self, text: &[u8]) -> Option<(Sym, Option<Vec<u8>>)> {
        if is_name(text) {
            return Some((self.vars.sym(text), None));
        }
        let open = text.iter().position(|c| *c == b'[')?;
        if !is_name(&text[..open]) {
            return None;
        }
        let sym = self.vars.sym(&text[..open]);
        // Such keys of associative arrays have been expanded already.
        let whole = (self.shopt.assoc_expand_once || self.element_words.iter().any(|w| w == text))
            && self.vars.get(sym).has(attr::ASSOC);
        let (_, subscript) = crate::subscript::split_element(text, whole)?;
        if subscript.is_empty() {
            return None;
        }
        let subscript = match whole {
            true => crate::subscript::escaped_key(subscript),
            false => subscript.to_vec(),
        };
        Some((sym, Some(subscript)))
    }
}
