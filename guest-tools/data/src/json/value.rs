//! The value type. Containers are shared and copied on write, and a deep value
//! is dropped without deep recursion.

use super::map::Map;
use super::number::Literal;
use std::cell::{Cell, RefCell};
use std::ops::{Deref, DerefMut};
use std::rc::Rc;

/// A JSON value.
#[derive(Clone, Default)]
pub enum Value {
    /// `null`
    #[default]
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number that is the result of a calculation, or a small integer.
    Number(f64),
    /// A number as it was written.
    Literal(Rc<Literal>),
    /// A string.
    String(Rc<str>),
    /// An array.
    Array(Rc<Array>),
    /// An object.
    Object(Rc<Object>),
}

/// The elements of an array.
#[derive(Clone, Default)]
pub struct Array(pub Vec<Value>);

/// The members of an object.
#[derive(Clone, Default)]
pub struct Object(pub Map);

impl Deref for Array {
    type Target = Vec<Value>;
    fn deref(&self) -> &Vec<Value> {
        &self.0
    }
}

impl DerefMut for Array {
    fn deref_mut(&mut self) -> &mut Vec<Value> {
        &mut self.0
    }
}

impl Deref for Object {
    type Target = Map;
    fn deref(&self) -> &Map {
        &self.0
    }
}

impl DerefMut for Object {
    fn deref_mut(&mut self) -> &mut Map {
        &mut self.0
    }
}

/// Containers dropped within each other by plain recursion.
const DROP_DEPTH: u32 = 500;

thread_local! {
    static DEPTH: Cell<u32> = const { Cell::new(0) };
    static LATER: RefCell<Vec<Value>> = const { RefCell::new(Vec::new()) };
}

fn drop_children(children: impl Iterator<Item = Value>) {
    let depth = DEPTH.get();
    if depth >= DROP_DEPTH {
        let _ = LATER.try_with(|later| later.borrow_mut().extend(children));
        return;
    }
    DEPTH.set(depth + 1);
    children.for_each(drop);
    DEPTH.set(depth);
    if depth == 0 {
        while let Some(value) = LATER.with(|later| later.borrow_mut().pop()) {
            drop(value);
        }
    }
}

fn nests(value: &Value) -> bool {
    matches!(value, Value::Array(_) | Value::Object(_))
}

impl Drop for Array {
    fn drop(&mut self) {
        if self.0.iter().any(nests) {
            drop_children(std::mem::take(&mut self.0).into_iter());
        }
    }
}

impl Drop for Object {
    fn drop(&mut self) {
        if self.0.values().any(nests) {
            drop_children(std::mem::take(&mut self.0).into_values());
        }
    }
}

impl Value {
    /// A string.
    pub fn string(text: impl Into<Rc<str>>) -> Value {
        Value::String(text.into())
    }

    /// An array of these elements.
    pub fn array(elements: Vec<Value>) -> Value {
        Value::Array(Rc::new(Array(elements)))
    }

    /// An object of these members.
    pub fn object(map: Map) -> Value {
        Value::Object(Rc::new(Object(map)))
    }

    /// The name of its type.
    pub fn kind(&self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Number(_) | Value::Literal(_) => "number",
            Value::String(_) => "string",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
        }
    }

    /// Whether a condition takes it for true.
    pub fn truthy(&self) -> bool {
        !matches!(self, Value::Null | Value::Bool(false))
    }

    /// The number that it is.
    pub fn number(&self) -> Option<f64> {
        match self {
            Value::Number(n) => Some(*n),
            Value::Literal(literal) => Some(literal.value),
            _ => None,
        }
    }

    /// The text that it is.
    pub fn text(&self) -> Option<&str> {
        match self {
            Value::String(text) => Some(text),
            _ => None,
        }
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Value {
        Value::Number(number)
    }
}

impl From<bool> for Value {
    fn from(truth: bool) -> Value {
        Value::Bool(truth)
    }
}

impl From<usize> for Value {
    fn from(number: usize) -> Value {
        Value::Number(number as f64)
    }
}
