//! The array: which of the three tables an index belongs to.

use super::dense::Dense;
use super::key::Key;
use super::sparse::Sparse;
use super::texts::Texts;
use crate::value::{Value, number};
use std::cell::RefCell;
use std::rc::Rc;

/// An array that variables share.
pub type ArrayRef = Rc<RefCell<Array>>;

/// An associative array.
#[derive(Default)]
pub struct Array {
    body: Body,
    /// Whether it has been used as an array (a variable that is merely passed
    /// to a function has not).
    pub touched: bool,
}

/// The first index decides; what the table cannot take goes to another.
#[derive(Default)]
enum Body {
    #[default]
    Empty,
    Texts(Texts),
    Sparse(Sparse, Option<Texts>),
    Dense(Box<Dense>, Option<Box<Body>>),
}

/// Decimal text of an index, in place.
fn decimal(n: i32) -> Vec<u8> {
    let mut text = Vec::new();
    number::write_integer(n.into(), &mut text);
    text
}

impl Body {
    fn len(&self) -> usize {
        match self {
            Body::Empty => 0,
            Body::Texts(texts) => texts.len(),
            Body::Sparse(sparse, texts) => sparse.len() + texts.as_ref().map_or(0, Texts::len),
            Body::Dense(dense, rest) => dense.len() + rest.as_ref().map_or(0, |rest| rest.len()),
        }
    }

    fn get(&self, key: &Key<'_>) -> Option<&Value> {
        match (self, key) {
            (Body::Empty, _) => None,
            (Body::Texts(texts), Key::Text(text)) => texts.get(text),
            (Body::Texts(texts), Key::Int(n)) => texts.get(&decimal(*n)),
            (Body::Sparse(sparse, _), Key::Int(n)) => sparse.get(*n),
            (Body::Sparse(_, texts), Key::Text(text)) => texts.as_ref()?.get(text),
            (Body::Dense(dense, rest), key) => {
                if let Key::Int(n) = key
                    && let Ok(n) = u32::try_from(*n)
                    && let Some(value) = dense.get(n)
                {
                    return Some(value);
                }
                rest.as_ref()?.get(key)
            }
        }
    }

    fn entry(&mut self, key: &Key<'_>) -> &mut Value {
        if let Body::Empty = self {
            *self = match key {
                Key::Int(0..) => Body::Dense(Box::default(), None),
                Key::Int(_) => Body::Sparse(Sparse::default(), None),
                Key::Text(_) => Body::Texts(Texts::default()),
            };
        }
        // Looked up twice where it is there: returning a borrow from a branch
        // is beyond the borrow checker.
        match (self, key) {
            (Body::Texts(texts), Key::Text(text)) => texts.entry(text),
            (Body::Texts(texts), Key::Int(n)) => texts.entry(&decimal(*n)),
            (Body::Sparse(sparse, _), Key::Int(n)) => match sparse.get(*n) {
                Some(_) => sparse.get_mut(*n).expect("just found"),
                None => sparse.insert(*n),
            },
            (Body::Sparse(_, texts), Key::Text(text)) => {
                texts.get_or_insert_with(Texts::default).entry(text)
            }
            (Body::Dense(dense, rest), key) => {
                if let Key::Int(n) = key
                    && let Ok(n) = u32::try_from(*n)
                {
                    if dense.get(n).is_some() {
                        return dense.get_mut(n).expect("just found");
                    }
                    let elsewhere = rest.as_ref().is_some_and(|rest| rest.get(key).is_some());
                    if !elsewhere && dense.takes(n) {
                        return dense.insert(n);
                    }
                }
                rest.get_or_insert_with(|| {
                    Box::new(match key {
                        Key::Int(_) => Body::Sparse(Sparse::default(), None),
                        Key::Text(_) => Body::Texts(Texts::default()),
                    })
                })
                .entry(key)
            }
            (Body::Empty, _) => unreachable!("replaced above"),
        }
    }

    fn remove(&mut self, key: &Key<'_>) -> bool {
        let removed = match (&mut *self, key) {
            (Body::Empty, _) => false,
            (Body::Texts(texts), Key::Text(text)) => texts.remove(text),
            (Body::Texts(texts), Key::Int(n)) => texts.remove(&decimal(*n)),
            (Body::Sparse(sparse, _), Key::Int(n)) => sparse.remove(*n),
            (Body::Sparse(_, texts), Key::Text(text)) => {
                texts.as_mut().is_some_and(|texts| texts.remove(text))
            }
            (Body::Dense(dense, rest), key) => {
                let here = match key {
                    Key::Int(n) => u32::try_from(*n).is_ok_and(|n| dense.remove(n)),
                    Key::Text(_) => false,
                };
                here || rest.as_mut().is_some_and(|rest| rest.remove(key))
            }
        };
        if removed {
            self.settle();
        }
        removed
    }

    /// Drops tables that became empty; what is left takes their place.
    fn settle(&mut self) {
        match self {
            Body::Empty => {}
            Body::Texts(texts) if texts.len() == 0 => *self = Body::Empty,
            Body::Texts(_) => {}
            Body::Sparse(sparse, texts) => {
                if texts.as_ref().is_some_and(|texts| texts.len() == 0) {
                    *texts = None;
                }
                if sparse.len() == 0 {
                    *self = texts.take().map_or(Body::Empty, Body::Texts);
                }
            }
            Body::Dense(dense, rest) => {
                if rest.as_ref().is_some_and(|rest| rest.len() == 0) {
                    *rest = None;
                }
                if dense.len() == 0 {
                    *self = rest.take().map_or(Body::Empty, |rest| *rest);
                }
            }
        }
    }

    fn walk(&self, each: &mut dyn FnMut(Value, &Value)) {
        match self {
            Body::Empty => {}
            Body::Texts(texts) => texts.walk(each),
            Body::Sparse(sparse, texts) => {
                if let Some(texts) = texts {
                    texts.walk(each);
                }
                sparse.walk(each);
            }
            Body::Dense(dense, rest) => {
                if let Some(rest) = rest {
                    rest.walk(each);
                }
                dense.walk(each);
            }
        }
    }
}

impl Array {
    /// A new one, to share.
    pub fn shared() -> ArrayRef {
        ArrayRef::default()
    }

    /// Number of elements.
    pub fn len(&self) -> usize {
        self.body.len()
    }

    /// Removes all elements.
    pub fn clear(&mut self) {
        self.body = Body::Empty;
    }

    /// The element, if there.
    pub fn get(&self, key: &Key<'_>) -> Option<&Value> {
        self.body.get(key)
    }

    /// The element, made if need be.
    pub fn entry(&mut self, key: &Key<'_>) -> &mut Value {
        self.body.entry(key)
    }

    /// Stores an element under a text.
    pub fn set(&mut self, key: &[u8], value: Value) {
        *self.entry(&Key::text(key)) = value;
    }

    /// Stores an element under a number.
    pub fn set_at(&mut self, key: usize, value: Value) {
        match i32::try_from(key) {
            Ok(key) => *self.entry(&Key::Int(key)) = value,
            Err(_) => self.set(key.to_string().as_bytes(), value),
        }
    }

    /// Removes an element.
    pub fn remove(&mut self, key: &Key<'_>) {
        self.body.remove(key);
    }

    /// Calls `each` on indices and elements, in order.
    pub fn walk(&self, mut each: impl FnMut(Value, &Value)) {
        self.body.walk(&mut each);
    }
}
