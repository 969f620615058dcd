//! Runs a filter: a continuation for each result, a stack of ways back. Nothing
//! here recurses with the filter's own recursion, so its depth is bounded by
//! memory only, and a call in last position costs none.

mod back;
mod eval;
mod resume;

use super::context::{Context, Raise, error};
use super::env::{Changes, Env, Frame, Item, Link, Next, Path, PathNode, Slot, Track, bind};
use super::node::{Kind, N};
use super::paths::index;
use super::{paths, simple};
use crate::json::{Value, to_text};
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// A way back.
enum Fork {
    /// Run this.
    Eval(N, Env, Item, Next),
    /// The next of an array's elements.
    Elements(Item, usize, Next),
    /// What is left to descend into.
    Descend(Vec<Item>, Next),
    /// The next number.
    Range(f64, f64, f64, Track, Next),
    /// Where errors are caught; its number.
    Try(usize, Option<N>, Env, Track, Next),
    /// A result has left this `try`: errors from here on are not its.
    Left(usize),
    /// The second side of `//` unless a result came.
    Alternative(usize, Rc<Cell<bool>>, N, Env, Item, Next),
    /// The collected results.
    Collected(Rc<RefCell<Vec<Value>>>, Track, Next),
    /// The end of a reduction.
    Reduced(Rc<RefCell<Item>>, Next),
    /// The other patterns.
    Patterns(usize, N, usize, Value, Env, Item, Next),
    /// No new value came for a path.
    Unchanged(Rc<RefCell<Changes>>, Vec<Value>),
    /// The end of a `|=`.
    Changed(Rc<RefCell<Changes>>, Track, Next),
}

enum Step {
    Eval(N, Env, Item, Next),
    Give(Item, Next),
    Back,
    Raise(Raise),
}

/// A filter that runs.
pub struct Machine {
    forks: Vec<Fork>,
    step: Option<Step>,
    tries: usize,
}

fn then(frame: Frame, next: Next) -> Next {
    Some(Rc::new(Link { frame, next }))
}

/// The path after an operation that has none.
fn off_path(track: &Track, before: &Value, after: &Value) -> Track {
    match (track, before, after) {
        (Track::Off, ..) => Track::Off,
        (Track::At(_), Value::Null, Value::Null) => track.clone(),
        (Track::At(_), Value::Bool(a), Value::Bool(b)) if a == b => track.clone(),
        _ => Track::Broken,
    }
}

fn extend(path: &Path, key: Value) -> Track {
    let parent = path.clone();
    Track::At(Some(Rc::new(PathNode { key, parent })))
}

impl Machine {
    /// Runs a filter on an input.
    pub fn new(main: N, input: Value) -> Machine {
        Machine {
            forks: Vec::new(),
            step: Some(Step::Eval(main, None, Item::plain(input), None)),
            tries: 0,
        }
    }

    /// The next result.
    pub fn next(&mut self, context: &mut Context) -> Option<Result<Value, Raise>> {
        let mut step = self.step.take().unwrap_or(Step::Back);
        loop {
            step = match step {
                Step::Eval(node, env, item, next) => self.eval(context, node, env, item, next),
                Step::Give(item, None) => {
                    self.step = Some(Step::Back);
                    return Some(Ok(item.value));
                }
                Step::Give(item, Some(link)) => self.resume(context, &link, item),
                Step::Back => match self.forks.pop() {
                    Some(fork) => self.back(context, fork),
                    None => return None,
                },
                Step::Raise(raise) => match self.raise(raise) {
                    Ok(step) => step,
                    Err(raise) => return Some(Err(raise)),
                },
            };
        }
    }

    fn number(&mut self) -> usize {
        self.tries += 1;
        self.tries
    }

    fn index(item: Item, key: &Value, next: Next) -> Step {
        let path = match &item.path {
            Track::Off => Track::Off,
            Track::At(path) => extend(path, key.clone()),
            Track::Broken => {
                return Step::Raise(broken("access element", Some(key), &item.value));
            }
        };
        match index(item.value, key) {
            Ok(value) => Step::Give(Item { value, path }, next),
            Err(raise) => Step::Raise(raise),
        }
    }

    /// Gives the element at `at` and leaves a way back to the next.
    fn elements(&mut self, item: Item, at: usize, next: Next) -> Step {
        let (key, value, more) = match &item.value {
            Value::Array(elements) => match elements.get(at) {
                Some(value) => (Value::from(at), value.clone(), at + 1 < elements.len()),
                None => (Value::Null, Value::Null, false),
            },
            Value::Object(map) => match map.at(at) {
                Some((key, value)) => (
                    Value::String(key.clone()),
                    value.clone(),
                    at + 1 < map.len(),
                ),
                None => (Value::Null, Value::Null, false),
            },
            other => return Step::Raise(paths::not_iterable(other)),
        };
        let path = match &item.path {
            Track::Off => Track::Off,
            Track::At(path) => extend(path, key.clone()),
            Track::Broken => return Step::Raise(broken("iterate through", None, &item.value)),
        };
        if matches!(key, Value::Null) {
            return Step::Back;
        }
        if more {
            self.forks.push(Fork::Elements(item, at + 1, next.clone()));
        }
        Step::Give(Item { value, path }, next)
    }

    fn descend(&mut self, mut waiting: Vec<Item>, next: Next) -> Step {
        let Some(item) = waiting.pop() else {
            return Step::Back;
        };
        let below = |key: Value| match &item.path {
            Track::At(path) => extend(path, key),
            other => other.clone(),
        };
        match &item.value {
            Value::Array(elements) => {
                waiting.extend(elements.iter().enumerate().rev().map(|(at, value)| Item {
                    path: below(Value::from(at)),
                    value: value.clone(),
                }));
            }
            Value::Object(map) => {
                let from = waiting.len();
                waiting.extend(map.iter().map(|(key, value)| Item {
                    path: below(Value::String(key.clone())),
                    value: value.clone(),
                }));
                waiting[from..].reverse();
            }
            _ => {}
        }
        if !waiting.is_empty() {
            self.forks.push(Fork::Descend(waiting, next.clone()));
        }
        Step::Give(item, next)
    }

    fn range(&mut self, at: f64, to: f64, by: f64, track: Track, next: Next) -> Step {
        let inside = if by > 0.0 {
            at < to
        } else if by < 0.0 {
            at > to
        } else {
            at < to
        };
        if !inside {
            return Step::Back;
        }
        self.forks
            .push(Fork::Range(at + by, to, by, track.clone(), next.clone()));
        let path = off_path(&track, &Value::Null, &Value::Number(at));
        let value = Value::Number(at);
        Step::Give(Item { value, path }, next)
    }

    /// Runs the pattern with this index, and leaves a way to the next.
    fn pattern(
        &mut self,
        node: N,
        index: usize,
        bound: Value,
        env: Env,
        item: Item,
        next: Next,
    ) -> Step {
        let Kind::BindAlternatives(_, bodies) = &node.kind else {
            return Step::Back;
        };
        let inner = bind(&env, Slot::Value(bound.clone()));
        let body = bodies[index];
        if index + 1 == bodies.len() {
            return Step::Eval(body, inner, item, next);
        }
        let id = self.number();
        self.forks.push(Fork::Patterns(
            id,
            node,
            index + 1,
            bound,
            env,
            item.clone(),
            next.clone(),
        ));
        Step::Eval(body, inner, item, then(Frame::TryDone(id), next))
    }

    /// Notes that a result left a `try`.
    fn leave(&mut self, id: usize) {
        match self.forks.last() {
            Some(Fork::Try(found, ..) | Fork::Patterns(found, ..)) if *found == id => {
                self.forks.pop();
            }
            Some(Fork::Alternative(found, ..)) if *found == id => {
                self.forks.pop();
            }
            _ => self.forks.push(Fork::Left(id)),
        }
    }
}

fn take(cell: &Rc<RefCell<Item>>) -> Item {
    let mut state = cell.borrow_mut();
    let value = std::mem::take(&mut state.value);
    let path = state.path.clone();
    Item { value, path }
}

fn give(track: &Track, value: Value, next: Next) -> Step {
    let path = match track {
        Track::Off => Track::Off,
        _ => Track::Broken,
    };
    Step::Give(Item { value, path }, next)
}

fn call(
    context: &mut Context,
    run: super::node::Native,
    item: Item,
    args: &mut [Value],
    next: Next,
) -> Step {
    match run(context, item.value, args) {
        Ok(value) => give(&item.path, value, next),
        Err(raise) => Step::Raise(raise),
    }
}

fn broken(how: &str, key: Option<&Value>, value: &Value) -> Raise {
    let value = simple::shorten(value);
    let text = match key {
        Some(key) => format!(
            "Invalid path expression with result {value} near attempt to {how} {} of {value}",
            to_text(key)
        ),
        None => {
            format!("Invalid path expression with result {value} near attempt to {how} {value}")
        }
    };
    let text = text.replacen(&format!("with result {value} near"), "near", 1);
    match error::<()>(text) {
        Err(raise) => raise,
        Ok(()) => Raise::Halt(5),
    }
}
