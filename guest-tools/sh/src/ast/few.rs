//! A list that mostly has one element: that one needs no memory of its own.

use std::ops::{Deref, DerefMut};

/// Elements in order.
#[derive(Debug, Default)]
pub enum Few<T> {
    #[default]
    None,
    One(T),
    Many(Vec<T>),
}

impl<T> Few<T> {
    /// The elements.
    #[inline]
    pub fn as_slice(&self) -> &[T] {
        match self {
            Few::None => &[],
            Few::One(only) => std::slice::from_ref(only),
            Few::Many(all) => all,
        }
    }

    /// Appends an element.
    pub fn push(&mut self, element: T) {
        match self {
            Few::None => *self = Few::One(element),
            Few::Many(all) => all.push(element),
            Few::One(_) => {
                if let Few::One(first) = std::mem::take(self) {
                    let mut all = Vec::with_capacity(4);
                    all.push(first);
                    all.push(element);
                    *self = Few::Many(all);
                }
            }
        }
    }

    /// Moves all elements of another list behind these.
    pub fn append(&mut self, others: Few<T>) {
        match others {
            Few::None => {}
            Few::One(only) => self.push(only),
            Few::Many(all) => {
                for element in all {
                    self.push(element);
                }
            }
        }
    }

    /// The elements as a vector.
    pub fn into_vec(self) -> Vec<T> {
        match self {
            Few::None => Vec::new(),
            Few::One(only) => vec![only],
            Few::Many(all) => all,
        }
    }
}

impl<T> From<Vec<T>> for Few<T> {
    fn from(mut all: Vec<T>) -> Few<T> {
        match all.len() {
            0 => Few::None,
            1 => all.pop().map_or(Few::None, Few::One),
            _ => Few::Many(all),
        }
    }
}

impl<T> Deref for Few<T> {
    type Target = [T];

    #[inline]
    fn deref(&self) -> &[T] {
        self.as_slice()
    }
}

impl<T> DerefMut for Few<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        match self {
            Few::None => &mut [],
            Few::One(only) => std::slice::from_mut(only),
            Few::Many(all) => all,
        }
    }
}

impl<'a, T> IntoIterator for &'a Few<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.as_slice().iter()
    }
}
