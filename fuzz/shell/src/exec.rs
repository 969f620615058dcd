//! What arithmetic asks of a shell: variables, without attributes or traps.

use std::borrow::Cow;

use crate::vars::{Sym, Value, Vars};

/// A shell that holds variables.
pub struct Shell {
    pub vars: Vars,
    pub options: Options,
    pub arith_depth: u32,
}

/// The options that arithmetic asks for.
#[derive(Default)]
pub struct Options {
    pub nounset: bool,
    pub allexport: bool,
}

/// Names an element of an array.
pub enum Key {
    Index(i64),
    Text(Vec<u8>),
}

/// Why something cannot be assigned.
pub struct Refused {
    pub message: Vec<u8>,
}

impl Shell {
    pub fn new() -> Shell {
        Shell {
            vars: Vars::new(),
            options: Options::default(),
            arith_depth: 0,
        }
    }

    pub fn scalar(&self, sym: Sym) -> Option<Cow<'_, [u8]>> {
        self.vars.get(sym).value.text()
    }

    pub fn vars_target(&self, sym: Sym) -> Sym {
        sym
    }

    pub fn expand_key_text(&self, text: &[u8]) -> Vec<u8> {
        text.to_vec()
    }

    pub fn element_text(&self, sym: Sym, key: &Key) -> Option<Vec<u8>> {
        match (&self.vars.get(sym).value, key) {
            (Value::Indexed(array), Key::Index(index)) => array.get(*index).cloned(),
            _ => None,
        }
    }

    pub fn assign_scalar(&mut self, sym: Sym, text: Vec<u8>) -> Result<(), Refused> {
        self.vars.get_mut(sym).value = Value::Str(text);
        Ok(())
    }

    pub fn assign_element(
        &mut self,
        sym: Sym,
        key: Key,
        text: Vec<u8>,
        _append: bool,
    ) -> Result<(), Refused> {
        let Key::Index(index @ 0..) = key else {
            let message = b"bad array subscript".to_vec();
            return Err(Refused { message });
        };
        let value = &mut self.vars.get_mut(sym).value;
        if !matches!(value, Value::Indexed(_)) {
            *value = Value::Indexed(Box::default());
        }
        if let Value::Indexed(array) = value {
            array.set(index, text);
        }
        Ok(())
    }
}
