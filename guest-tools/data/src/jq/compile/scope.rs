//! What names mean at a place in a program.

use crate::jq::node::N;
use std::cell::OnceCell;
use std::rc::Rc;

pub(super) enum Binding {
    Variable(String),
    Closure(String),
    Label(String),
    Hidden,
    Function(String, usize, &'static OnceCell<N>),
}

struct ScopeNode {
    binding: Binding,
    /// Slots in the environment, this one included.
    depth: usize,
    parent: Scope,
}

/// What names mean at a place.
#[derive(Clone, Default)]
pub struct Scope(Option<Rc<ScopeNode>>);

impl Scope {
    pub(super) fn depth(&self) -> usize {
        self.0.as_ref().map_or(0, |node| node.depth)
    }

    pub(super) fn with(&self, binding: Binding) -> Scope {
        let slot = usize::from(!matches!(binding, Binding::Function(..)));
        Scope(Some(Rc::new(ScopeNode {
            depth: self.depth() + slot,
            binding,
            parent: self.clone(),
        })))
    }

    pub(super) fn find<T>(&self, mut pick: impl FnMut(&Binding, usize) -> Option<T>) -> Option<T> {
        let mut scope = self;
        while let Some(node) = &scope.0 {
            if let Some(found) = pick(&node.binding, node.depth) {
                return Some(found);
            }
            scope = &node.parent;
        }
        None
    }
}
