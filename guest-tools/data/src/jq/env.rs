//! What a running filter holds on to: environments, continuations, paths. All
//! are chains that are shared, and taken down link by link.

use super::node::N;
use crate::json::Value;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// A value on its way, with where it was found.
#[derive(Clone)]
pub struct Item {
    /// The value.
    pub value: Value,
    /// Its path.
    pub path: Track,
}

impl Item {
    /// A value whose path nobody asks for.
    pub fn plain(value: Value) -> Item {
        let path = Track::Off;
        Item { value, path }
    }
}

/// Whether a path is tracked.
#[derive(Clone)]
pub enum Track {
    /// Nobody asks.
    Off,
    /// This one.
    At(Path),
    /// It is asked for, but the value has none.
    Broken,
}

/// Keys from the last to the first.
pub type Path = Option<Rc<PathNode>>;

/// A key after others.
pub struct PathNode {
    /// The key.
    pub key: Value,
    /// Those before.
    pub parent: Path,
}

/// A chain of slots.
pub type Env = Option<Rc<EnvNode>>;

/// A slot after others.
pub struct EnvNode {
    /// What it holds.
    pub slot: Slot,
    /// Those before.
    pub parent: Env,
}

/// What a slot holds.
#[derive(Clone)]
pub enum Slot {
    /// A variable.
    Value(Value),
    /// A filter with its environment.
    Closure(N, Env),
    /// How many ways back were open at a label.
    Label(usize),
    /// The state of a reduction.
    State(Rc<RefCell<Item>>),
}

/// What is done with a result.
pub type Next = Option<Rc<Link>>;

/// A step and those after it.
pub struct Link {
    /// The step.
    pub frame: Frame,
    /// Those after.
    pub next: Next,
}

/// Puts a slot before others.
pub fn bind(env: &Env, slot: Slot) -> Env {
    let parent = env.clone();
    Some(Rc::new(EnvNode { slot, parent }))
}

/// The environment without its last slots.
pub fn up(env: &Env, hops: usize) -> Env {
    let mut env = env;
    for _ in 0..hops {
        match env {
            Some(node) => env = &node.parent,
            None => break,
        }
    }
    env.clone()
}

/// The slot so many hops up.
pub fn slot(env: &Env, hops: usize) -> Option<&Slot> {
    let mut env = env.as_ref()?;
    for _ in 0..hops {
        env = env.parent.as_ref()?;
    }
    Some(&env.slot)
}

/// The steps of a filter that wait for a result.
pub enum Frame {
    /// Run the node on it.
    Pipe(N, Env),
    /// It is the key; the term comes next.
    IndexKey(N, Env, Item),
    /// It is the term, for this key.
    IndexTerm(Value),
    /// It is a bound of a slice: nodes still to run, bounds found.
    SliceBound(N, Env, Item, Option<Value>),
    /// It is the term of a slice.
    SliceTerm(Value),
    /// Negate it.
    Negate(Track),
    /// It is the right side.
    Right(N, Env, Item),
    /// It is the left side.
    Left(super::ast::Operator, Value, Track),
    /// It is the left side of `and` (true) or `or` (false).
    Logic(bool, N, Env, Item),
    /// It is the right side of those.
    Truth(Track),
    /// It is a result of the first side of `//`.
    Alternative(Rc<Cell<bool>>, usize),
    /// It is a condition.
    Condition(N, N, Env, Item),
    /// It is a result of a `try`.
    TryDone(usize),
    /// Collect it.
    Collect(Rc<RefCell<Vec<Value>>>),
    /// It is the key of a member, or the value for this key.
    Member(N, Env, Item, Rc<Vec<(Value, Value)>>, Option<Value>),
    /// It is an argument (arguments are found from the last to the first).
    Argument(N, Env, Item, Vec<Value>),
    /// Bind it and run the node.
    Bind(N, Env, Item),
    /// Bind it and run these one after the other.
    BindAlternatives(N, Env, Item),
    /// It is the start of a reduction.
    ReduceStart(N, Env, Item),
    /// It is an element for a reduction's step.
    Step(N, Env, Item),
    /// As `Step`; what is done with results.
    ForeachStart(N, Env, Item),
    /// It is the new state.
    Store(Rc<RefCell<Item>>),
    /// It is the new state; extract from it.
    Extract(Rc<RefCell<Item>>, N, Env),
    /// Its path is the result.
    PathEnd(Track),
    /// It is a path to get.
    GetPath(Item),
    /// It is a path to change.
    ModifyAt(Rc<RefCell<Changes>>, N, Env),
    /// It is the new value at a path.
    ModifyStore(Rc<RefCell<Changes>>, Vec<Value>, usize),
    /// The first result: close the ways back.
    First(usize),
    /// It is a count.
    LimitCount(N, Env, Item),
    /// Results still wanted.
    Limit(Rc<Cell<f64>>, usize),
    /// It is a bound of a range: those found so far.
    RangeBound(N, Env, Item, Vec<Value>),
}

/// The state of a `|=`.
pub struct Changes {
    /// The value so far.
    pub value: Value,
    /// Paths to delete.
    pub deleted: Vec<Value>,
}

impl Drop for Link {
    fn drop(&mut self) {
        let mut next = self.next.take();
        while let Some(link) = next {
            match Rc::try_unwrap(link) {
                Ok(mut link) => next = link.next.take(),
                Err(_) => break,
            }
        }
    }
}

impl Drop for PathNode {
    fn drop(&mut self) {
        let mut next = self.parent.take();
        while let Some(node) = next {
            match Rc::try_unwrap(node) {
                Ok(mut node) => next = node.parent.take(),
                Err(_) => break,
            }
        }
    }
}

impl Drop for EnvNode {
    fn drop(&mut self) {
        let mut work: Vec<Rc<EnvNode>> = Vec::new();
        let collect = |node: &mut EnvNode, work: &mut Vec<Rc<EnvNode>>| {
            work.extend(node.parent.take());
            if let Slot::Closure(_, env) = &mut node.slot {
                work.extend(env.take());
            }
        };
        collect(self, &mut work);
        while let Some(node) = work.pop() {
            if let Ok(mut node) = Rc::try_unwrap(node) {
                collect(&mut node, &mut work);
            }
        }
    }
}

/// The keys of a path, first to last.
pub fn keys(path: &Path) -> Vec<Value> {
    let mut out = Vec::new();
    let mut at = path;
    while let Some(node) = at {
        out.push(node.key.clone());
        at = &node.parent;
    }
    out.reverse();
    out
}
