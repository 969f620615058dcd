//! Instructions on arrays.

use super::machine::{Machine, Run};
use crate::compile::op::Place;
use crate::compile::variable;
use crate::value::array::Key;
use crate::value::{Array, ArrayRef, Str, Value};
use std::rc::Rc;

impl Machine {
    /// Calls `change` on an element, made if need be, that is no array.
    pub(super) fn with_element<T>(
        &mut self,
        array: &ArrayRef,
        key: &Value,
        change: impl FnOnce(&mut Value) -> T,
    ) -> Run<T> {
        let mut body = array.borrow_mut();
        let element = body.entry(&Key::of(key, &self.convfmt));
        if let Value::Array(_) = element {
            return self.element_is_array(key);
        }
        Ok(change(element))
    }

    fn element_is_array<T>(&self, key: &Value) -> Run<T> {
        let key = key.text(&self.convfmt);
        let key = String::from_utf8_lossy(&key).into_owned();
        self.fatal(format!(
            "attempt to use array element `[\"{key}\"]' in a scalar context"
        ))
    }

    pub(super) fn element_number(&mut self, array: &ArrayRef, key: &Value) -> Run<f64> {
        self.with_element(array, key, |value| value.num())
    }

    pub(super) fn elem(&mut self, place: Place) -> Run<()> {
        let key = self.pop();
        if is_symbols(place)
            && let Some(slot) = self.symbol(&key)
        {
            let value = match slot < variable::HOOKED {
                true => self.special(slot),
                false => self.globals[slot as usize].clone(),
            };
            self.push(match value {
                Value::Array(_) | Value::Untyped(_) => Value::Uninit,
                value => value,
            });
            return Ok(());
        }
        let array = self.array_at(place)?;
        let value = self.with_element(&array, &key, |value| match value {
            Value::Untyped(_) => Value::Uninit,
            value => value.clone(),
        })?;
        self.push(value);
        Ok(())
    }

    pub(super) fn set_elem(&mut self, place: Place, keep: bool) -> Run<()> {
        let key = self.pop();
        if is_symbols(place)
            && let Some(slot) = self.symbol(&key)
        {
            let value = self.pop();
            if keep {
                self.push(value.clone());
            }
            if slot < variable::HOOKED {
                return self.set_special(slot, value.keep());
            }
            self.set_global(slot, value.keep());
            return Ok(());
        }
        let array = self.array_at(place)?;
        let value = self.pop();
        if keep {
            self.push(value.clone());
        }
        self.with_element(&array, &key, |target| *target = value.keep())
    }

    /// Leaves the index, and its array if that is on the stack, below the value.
    pub(super) fn elem_peek(&mut self, place: Place) -> Run<()> {
        let key = self.pop();
        let array = self.array_at(place)?;
        let value = self.with_element(&array, &key, |value| value.clone())?;
        if let Place::Stack = place {
            self.push(Value::Array(array));
        }
        self.push(key);
        self.push(value);
        Ok(())
    }

    pub(super) fn in_elem(&mut self, place: Place) -> Run<()> {
        let key = self.pop();
        if is_symbols(place) {
            let found = self.symbol(&key).is_some();
            self.push(Value::truth(found));
            return Ok(());
        }
        let array = self.array_at(place)?;
        let found = array.borrow().get(&Key::of(&key, &self.convfmt)).is_some();
        self.push(Value::truth(found));
        Ok(())
    }

    pub(super) fn delete(&mut self, place: Place) -> Run<()> {
        let key = self.pop();
        let array = self.array_at(place)?;
        array.borrow_mut().remove(&Key::of(&key, &self.convfmt));
        Ok(())
    }

    pub(super) fn sub_array(&mut self, place: Place) -> Run<()> {
        let key = self.pop();
        let array = self.array_at(place)?;
        let mut body = array.borrow_mut();
        let element = body.entry(&Key::of(&key, &self.convfmt));
        let inner = match element {
            Value::Array(inner) | Value::Untyped(inner) => Rc::clone(inner),
            Value::Uninit => Array::shared(),
            _ => {
                let key = key.text(&self.convfmt);
                let key = String::from_utf8_lossy(&key).into_owned();
                return self.fatal(format!("attempt to use scalar `[\"{key}\"]' as an array"));
            }
        };
        inner.borrow_mut().touched = true;
        *element = Value::Array(Rc::clone(&inner));
        drop(body);
        self.push(Value::Array(inner));
        Ok(())
    }

    pub(super) fn arg_elem(&mut self, place: Place) -> Run<()> {
        let key = self.pop();
        let array = self.array_at(place)?;
        let mut body = array.borrow_mut();
        let element = body.entry(&Key::of(&key, &self.convfmt));
        if let Value::Uninit = element {
            *element = Value::Untyped(Array::shared());
        }
        let value = element.clone();
        drop(body);
        self.push(value);
        Ok(())
    }

    /// Several indices to one.
    pub(super) fn join_key(&mut self, count: usize) {
        let start = self.stack.len() - count;
        let mut key = Vec::new();
        for (index, value) in self.stack[start..].iter().enumerate() {
            if index > 0 {
                key.extend_from_slice(&self.subsep);
            }
            value.write(&self.convfmt, &mut key);
        }
        self.stack.truncate(start);
        self.push(Value::Str(Str::new(&key)));
    }

    pub(super) fn keys_op(&mut self, place: Place) -> Run<()> {
        self.list_symbols(place)?;
        let array = self.array_at(place)?;
        let mut keys = self.sorted_keys(&array)?;
        keys.reverse();
        self.push(Value::Keys(keys));
        Ok(())
    }

    /// The variable that an index of `SYMTAB` names.
    fn symbol(&self, key: &Value) -> Option<u32> {
        let name = key.text(&self.convfmt);
        let slot = self
            .code
            .globals
            .iter()
            .position(|global| **global == *name);
        slot.map(|slot| slot as u32)
    }

    /// Lets `SYMTAB` and `FUNCTAB` have the names that there are, for a walk.
    fn list_symbols(&mut self, place: Place) -> Run<()> {
        let functions = matches!(place, Place::Global(variable::FUNCTAB));
        if !functions && !is_symbols(place) {
            return Ok(());
        }
        let array = self.array_at(place)?;
        let mut body = array.borrow_mut();
        if functions {
            for (name, ..) in &self.code.functions {
                body.set(name, Value::string(name));
            }
        } else {
            for name in &self.code.globals {
                body.set(name, Value::Uninit);
            }
        }
        Ok(())
    }

    /// Pushes the parts of `split` and `patsplit`, in arrays.
    pub(super) fn fill_array(array: &ArrayRef, first: usize, parts: Vec<Value>) {
        let mut body = array.borrow_mut();
        for (index, part) in parts.into_iter().enumerate() {
            body.set_at(first + index, part);
        }
    }
}

/// Whether the array is `SYMTAB`, whose elements are the global variables.
fn is_symbols(place: Place) -> bool {
    matches!(place, Place::Global(variable::SYMTAB))
}
