//! Runs a filter: a continuation for each result, a stack of ways back. Nothing
//! here recurses with the filter's own recursion, so its depth is bounded by
//! memory only, and a call in last position costs none.

use super::context::{Context, Raise, error};
use super::env::{
    Changes, Env, Frame, Item, Link, Next, Path, PathNode, Slot, Track, bind, keys, slot, up,
};
use super::node::{Kind, N};
use super::paths::{self, index, slice};
use super::simple;
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

    fn eval(&mut self, context: &mut Context, node: N, env: Env, item: Item, next: Next) -> Step {
        if node.simple && matches!(item.path, Track::Off) {
            return match simple::eval(context, node, &env, item.value) {
                Ok(value) => Step::Give(Item::plain(value), next),
                Err(raise) => Step::Raise(raise),
            };
        }
        match &node.kind {
            Kind::Identity => Step::Give(item, next),
            Kind::Empty => Step::Back,
            Kind::Pipe(a, b) => Step::Eval(a, env.clone(), item, then(Frame::Pipe(b, env), next)),
            Kind::Comma(a, b) => {
                let later = Fork::Eval(b, env.clone(), item.clone(), next.clone());
                self.forks.push(later);
                Step::Eval(a, env, item, next)
            }
            Kind::Field(key) => Self::index(item, key, next),
            Kind::Index(term, key) => {
                let plain = Item::plain(item.value.clone());
                let frame = Frame::IndexKey(term, env.clone(), item);
                Step::Eval(key, env, plain, then(frame, next))
            }
            Kind::Slice(term, from, to) => match from.or(*to) {
                Some(bound) => {
                    let plain = Item::plain(item.value.clone());
                    let first = from.is_none().then_some(Value::Null);
                    let frame = Frame::SliceBound(node, env.clone(), item, first);
                    Step::Eval(bound, env, plain, then(frame, next))
                }
                None => Step::Eval(term, env, item, next),
            },
            Kind::Iterate => self.elements(item, 0, next),
            Kind::Recurse => self.descend(vec![item], next),
            Kind::Negate(inner) => {
                let frame = Frame::Negate(item.path);
                Step::Eval(inner, env, Item::plain(item.value), then(frame, next))
            }
            Kind::Binary(_, _, right) => {
                let plain = Item::plain(item.value.clone());
                let frame = Frame::Right(node, env.clone(), item);
                Step::Eval(right, env, plain, then(frame, next))
            }
            Kind::And(a, b) | Kind::Or(a, b) => {
                let plain = Item::plain(item.value.clone());
                let and = matches!(node.kind, Kind::And(..));
                let frame = Frame::Logic(and, b, env.clone(), item);
                Step::Eval(a, env, plain, then(frame, next))
            }
            Kind::Alternative(a, b) => {
                let found = Rc::new(Cell::new(false));
                let id = self.number();
                self.forks.push(Fork::Alternative(
                    id,
                    found.clone(),
                    b,
                    env.clone(),
                    item.clone(),
                    next.clone(),
                ));
                Step::Eval(a, env, item, then(Frame::Alternative(found, id), next))
            }
            Kind::If(condition, yes, no) => {
                let plain = Item::plain(item.value.clone());
                let frame = Frame::Condition(yes, no, env.clone(), item);
                Step::Eval(condition, env, plain, then(frame, next))
            }
            Kind::Try(body, handler) => {
                let id = self.number();
                let track = item.path.clone();
                let fork = Fork::Try(id, *handler, env.clone(), track, next.clone());
                self.forks.push(fork);
                Step::Eval(body, env, item, then(Frame::TryDone(id), next))
            }
            Kind::Array(inner) => {
                let cell = Rc::new(RefCell::new(Vec::new()));
                self.forks
                    .push(Fork::Collected(cell.clone(), item.path, next));
                Step::Eval(
                    inner,
                    env,
                    Item::plain(item.value),
                    then(Frame::Collect(cell), None),
                )
            }
            Kind::Object(members) => {
                let plain = Item::plain(item.value.clone());
                let frame = Frame::Member(node, env.clone(), item, Rc::default(), None);
                Step::Eval(members[0].0, env, plain, then(frame, next))
            }
            Kind::Literal(_) | Kind::Variable(_) | Kind::Template(_) => {
                let before = item.value.clone();
                match simple::eval(context, node, &env, item.value) {
                    Ok(value) => {
                        let path = off_path(&item.path, &before, &value);
                        Step::Give(Item { value, path }, next)
                    }
                    Err(raise) => Step::Raise(raise),
                }
            }
            Kind::Bind(source, body) => {
                let plain = Item::plain(item.value.clone());
                let frame = Frame::Bind(body, env.clone(), item);
                Step::Eval(source, env, plain, then(frame, next))
            }
            Kind::BindAlternatives(source, _) => {
                let plain = Item::plain(item.value.clone());
                let frame = Frame::BindAlternatives(node, env.clone(), item);
                Step::Eval(source, env, plain, then(frame, next))
            }
            Kind::Reduce(_, start, _) => {
                let frame = Frame::ReduceStart(node, env.clone(), Item::plain(item.value.clone()));
                Step::Eval(start, env, item, then(frame, next))
            }
            Kind::Foreach(_, start, _) => {
                let plain = Item::plain(item.value.clone());
                let frame = Frame::ForeachStart(node, env.clone(), plain);
                Step::Eval(start, env, item, then(frame, next))
            }
            Kind::ReduceStep(hops, update) => {
                let Some(Slot::State(cell)) = slot(&env, *hops) else {
                    return Step::Back;
                };
                let state = take(cell);
                let frame = Frame::Store(cell.clone());
                Step::Eval(update, env.clone(), state, then(frame, next))
            }
            Kind::ForeachStep(hops, update, extract) => {
                let Some(Slot::State(cell)) = slot(&env, *hops) else {
                    return Step::Back;
                };
                let state = take(cell);
                let frame = Frame::Extract(cell.clone(), extract, env.clone());
                Step::Eval(update, env.clone(), state, then(frame, next))
            }
            Kind::Path(inner) => {
                let frame = Frame::PathEnd(item.path);
                let path = Track::At(None);
                let value = item.value;
                Step::Eval(inner, env, Item { value, path }, then(frame, next))
            }
            Kind::GetPath(inner) => {
                let plain = Item::plain(item.value.clone());
                Step::Eval(inner, env, plain, then(Frame::GetPath(item), next))
            }
            Kind::Modify(target, change) => {
                let cell = Rc::new(RefCell::new(Changes {
                    value: item.value.clone(),
                    deleted: Vec::new(),
                }));
                self.forks
                    .push(Fork::Changed(cell.clone(), item.path, next));
                let frame = Frame::ModifyAt(cell, change, env.clone());
                let next = then(Frame::PathEnd(Track::Off), then(frame, None));
                let (value, path) = (item.value, Track::At(None));
                Step::Eval(target, env, Item { value, path }, next)
            }
            Kind::Native(run, args) => match args.last() {
                Some(last) => {
                    let plain = Item::plain(item.value.clone());
                    let found = Vec::with_capacity(args.len());
                    let frame = Frame::Argument(node, env.clone(), item, found);
                    Step::Eval(last, env, plain, then(frame, next))
                }
                None => call(context, *run, item, &mut [], next),
            },
            Kind::Call(target, hops, args) => {
                let mut inner = up(&env, *hops);
                for arg in args {
                    let closure = match &arg.kind {
                        Kind::Closure(hops) => slot(&env, *hops).cloned(),
                        _ => None,
                    };
                    let closure = closure.unwrap_or_else(|| Slot::Closure(arg, env.clone()));
                    inner = bind(&inner, closure);
                }
                match target.get() {
                    Some(body) => Step::Eval(body, inner, item, next),
                    None => Step::Back,
                }
            }
            Kind::Closure(hops) => match slot(&env, *hops) {
                Some(Slot::Closure(body, inner)) => Step::Eval(body, inner.clone(), item, next),
                _ => Step::Back,
            },
            Kind::Label(body) => {
                let env = bind(&env, Slot::Label(self.forks.len()));
                Step::Eval(body, env, item, next)
            }
            Kind::Break(hops) => {
                if let Some(Slot::Label(height)) = slot(&env, *hops) {
                    self.forks.truncate(*height);
                }
                Step::Back
            }
            Kind::First(body) => {
                let frame = Frame::First(self.forks.len());
                Step::Eval(body, env, item, then(frame, next))
            }
            Kind::Limit(count, _) => {
                let plain = Item::plain(item.value.clone());
                let frame = Frame::LimitCount(node, env.clone(), item);
                Step::Eval(count, env, plain, then(frame, next))
            }
            Kind::Range(from, ..) => {
                let plain = Item::plain(item.value.clone());
                let frame = Frame::RangeBound(node, env.clone(), item, Vec::new());
                Step::Eval(from, env, plain, then(frame, next))
            }
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

    fn back(&mut self, context: &mut Context, fork: Fork) -> Step {
        match fork {
            Fork::Eval(node, env, item, next) => Step::Eval(node, env, item, next),
            Fork::Elements(item, at, next) => self.elements(item, at, next),
            Fork::Descend(waiting, next) => self.descend(waiting, next),
            Fork::Range(at, to, by, track, next) => self.range(at, to, by, track, next),
            Fork::Try(..) | Fork::Left(_) | Fork::Patterns(..) => Step::Back,
            Fork::Alternative(_, found, node, env, item, next) => {
                if found.get() {
                    Step::Back
                } else {
                    Step::Eval(node, env, item, next)
                }
            }
            Fork::Collected(cell, track, next) => {
                let value = Value::array(cell.take());
                let path = off_path(&track, &Value::Null, &value);
                Step::Give(Item { value, path }, next)
            }
            Fork::Reduced(cell, next) => Step::Give(take(&cell), next),
            Fork::Unchanged(cell, path) => {
                cell.borrow_mut().deleted.push(Value::array(path));
                Step::Back
            }
            Fork::Changed(cell, track, next) => {
                let mut changes = cell.borrow_mut();
                let value = std::mem::take(&mut changes.value);
                let deleted = std::mem::take(&mut changes.deleted);
                drop(changes);
                let _ = context;
                match paths::delete(value, &deleted) {
                    Ok(value) => {
                        let path = off_path(&track, &Value::from(0), &value);
                        Step::Give(Item { value, path }, next)
                    }
                    Err(raise) => Step::Raise(raise),
                }
            }
        }
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

    /// Goes back to where an error is caught.
    fn raise(&mut self, raise: Raise) -> Result<Step, Raise> {
        let value = match raise {
            Raise::Error(value) => value,
            halt @ Raise::Halt(_) => {
                self.forks.clear();
                return Err(halt);
            }
        };
        let mut left: Vec<usize> = Vec::new();
        while let Some(fork) = self.forks.pop() {
            match fork {
                Fork::Left(id) => left.push(id),
                Fork::Try(id, handler, env, track, next) => {
                    if left.last() == Some(&id) {
                        left.pop();
                        continue;
                    }
                    if is_break(&value) {
                        continue;
                    }
                    return Ok(match handler {
                        None => Step::Back,
                        Some(handler) => {
                            let path = match track {
                                Track::Off => Track::Off,
                                _ => Track::Broken,
                            };
                            Step::Eval(handler, env, Item { value, path }, next)
                        }
                    });
                }
                Fork::Alternative(id, found, node, env, item, next) => {
                    if left.last() == Some(&id) {
                        left.pop();
                        continue;
                    }
                    return Ok(if found.get() {
                        Step::Back
                    } else {
                        Step::Eval(node, env, item, next)
                    });
                }
                Fork::Patterns(id, node, index, bound, env, item, next) => {
                    if left.last() == Some(&id) {
                        left.pop();
                        continue;
                    }
                    return Ok(self.pattern(node, index, bound, env, item, next));
                }
                _ => {}
            }
        }
        Err(Raise::Error(value))
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

    fn resume(&mut self, context: &mut Context, link: &Rc<Link>, item: Item) -> Step {
        let next = || link.next.clone();
        match &link.frame {
            Frame::Pipe(node, env) => Step::Eval(node, env.clone(), item, next()),
            Frame::IndexKey(term, env, input) => {
                let frame = Frame::IndexTerm(item.value);
                Step::Eval(term, env.clone(), input.clone(), then(frame, next()))
            }
            Frame::IndexTerm(key) => Self::index(item, key, next()),
            Frame::SliceBound(node, env, input, from) => {
                let Kind::Slice(term, _, to) = &node.kind else {
                    return Step::Back;
                };
                match (from, to) {
                    (None, Some(to)) => {
                        let plain = Item::plain(input.value.clone());
                        let frame =
                            Frame::SliceBound(node, env.clone(), input.clone(), Some(item.value));
                        Step::Eval(to, env.clone(), plain, then(frame, next()))
                    }
                    (from, _) => {
                        let key = match from {
                            Some(from) => paths::slice_key(from.clone(), item.value),
                            None => paths::slice_key(item.value, Value::Null),
                        };
                        let frame = Frame::SliceTerm(key);
                        Step::Eval(term, env.clone(), input.clone(), then(frame, next()))
                    }
                }
            }
            Frame::SliceTerm(key) => {
                let path = match &item.path {
                    Track::Off => Track::Off,
                    Track::At(path) => extend(path, key.clone()),
                    Track::Broken => {
                        return Step::Raise(broken("access element", Some(key), &item.value));
                    }
                };
                match slice(&item.value, key) {
                    Ok(value) => Step::Give(Item { value, path }, next()),
                    Err(raise) => Step::Raise(raise),
                }
            }
            Frame::Negate(track) => match simple::negate(item.value) {
                Ok(value) => give(track, value, next()),
                Err(raise) => Step::Raise(raise),
            },
            Frame::Right(node, env, input) => {
                let Kind::Binary(operator, left, _) = &node.kind else {
                    return Step::Back;
                };
                let frame = Frame::Left(*operator, item.value, input.path.clone());
                let plain = Item::plain(input.value.clone());
                Step::Eval(left, env.clone(), plain, then(frame, next()))
            }
            Frame::Left(operator, right, track) => {
                match simple::calculate(*operator, item.value, right.clone()) {
                    Ok(value) => give(track, value, next()),
                    Err(raise) => Step::Raise(raise),
                }
            }
            Frame::Logic(and, right, env, input) => {
                if item.value.truthy() == *and {
                    let plain = Item::plain(input.value.clone());
                    let frame = Frame::Truth(input.path.clone());
                    Step::Eval(right, env.clone(), plain, then(frame, next()))
                } else {
                    give(&input.path, Value::Bool(!*and), next())
                }
            }
            Frame::Truth(track) => give(track, Value::Bool(item.value.truthy()), next()),
            Frame::Alternative(found, id) => {
                if item.value.truthy() {
                    found.set(true);
                    self.leave(*id);
                    Step::Give(item, next())
                } else {
                    Step::Back
                }
            }
            Frame::Condition(yes, no, env, input) => {
                let branch = if item.value.truthy() { yes } else { no };
                Step::Eval(branch, env.clone(), input.clone(), next())
            }
            Frame::TryDone(id) => {
                self.leave(*id);
                Step::Give(item, next())
            }
            Frame::Collect(cell) => {
                cell.borrow_mut().push(item.value);
                Step::Back
            }
            Frame::Member(node, env, input, done, key) => {
                let Kind::Object(members) = &node.kind else {
                    return Step::Back;
                };
                let at = done.len();
                let Some(key) = key else {
                    if item.value.text().is_none() {
                        return Step::Raise(simple::bad_key(&item.value));
                    }
                    let plain = Item::plain(input.value.clone());
                    let frame = Frame::Member(
                        node,
                        env.clone(),
                        input.clone(),
                        done.clone(),
                        Some(item.value),
                    );
                    return Step::Eval(members[at].1, env.clone(), plain, then(frame, next()));
                };
                let mut done: Vec<(Value, Value)> = (**done).clone();
                done.push((key.clone(), item.value));
                match members.get(at + 1) {
                    Some((key, _)) => {
                        let plain = Item::plain(input.value.clone());
                        let frame =
                            Frame::Member(node, env.clone(), input.clone(), Rc::new(done), None);
                        Step::Eval(key, env.clone(), plain, then(frame, next()))
                    }
                    None => give(&input.path, simple::object(done), next()),
                }
            }
            Frame::Argument(node, env, input, found) => {
                let Kind::Native(run, args) = &node.kind else {
                    return Step::Back;
                };
                let mut found = found.clone();
                found.push(item.value);
                match args.len().checked_sub(found.len() + 1) {
                    Some(at) => {
                        let plain = Item::plain(input.value.clone());
                        let frame = Frame::Argument(node, env.clone(), input.clone(), found);
                        Step::Eval(args[at], env.clone(), plain, then(frame, next()))
                    }
                    None => {
                        found.reverse();
                        call(context, *run, input.clone(), &mut found, next())
                    }
                }
            }
            Frame::Bind(body, env, input) => {
                let env = bind(env, Slot::Value(item.value));
                Step::Eval(body, env, input.clone(), next())
            }
            Frame::BindAlternatives(node, env, input) => {
                self.pattern(node, 0, item.value, env.clone(), input.clone(), next())
            }
            Frame::ReduceStart(node, env, input) => {
                let Kind::Reduce(source, _, step) = &node.kind else {
                    return Step::Back;
                };
                let cell = Rc::new(RefCell::new(item));
                self.forks.push(Fork::Reduced(cell.clone(), next()));
                let inner = bind(env, Slot::State(cell));
                let frame = Frame::Step(step, inner, input.clone());
                Step::Eval(source, env.clone(), input.clone(), then(frame, None))
            }
            Frame::ForeachStart(node, env, input) => {
                let Kind::Foreach(source, _, step) = &node.kind else {
                    return Step::Back;
                };
                let inner = bind(env, Slot::State(Rc::new(RefCell::new(item))));
                let frame = Frame::Step(step, inner, input.clone());
                Step::Eval(source, env.clone(), input.clone(), then(frame, next()))
            }
            Frame::Step(step, env, input) => {
                let env = bind(env, Slot::Value(item.value));
                Step::Eval(step, env, input.clone(), next())
            }
            Frame::Store(cell) => {
                *cell.borrow_mut() = item;
                Step::Back
            }
            Frame::Extract(cell, extract, env) => {
                *cell.borrow_mut() = item.clone();
                Step::Eval(extract, env.clone(), item, next())
            }
            Frame::PathEnd(track) => match &item.path {
                Track::At(path) => give(track, Value::array(keys(path)), next()),
                _ => Step::Raise(Raise::Error(Value::string(format!(
                    "Invalid path expression with result {}",
                    simple::shorten(&item.value)
                )))),
            },
            Frame::GetPath(input) => Self::get_path(input, item.value, next()),
            Frame::ModifyAt(cell, change, env) => {
                let Value::Array(path) = item.value else {
                    return Step::Back;
                };
                let path = path.to_vec();
                let taken = paths::take(&mut cell.borrow_mut().value, &path);
                let value = match taken {
                    Ok(value) => value,
                    Err(raise) => return Step::Raise(raise),
                };
                let height = self.forks.len();
                self.forks.push(Fork::Unchanged(cell.clone(), path.clone()));
                let frame = Frame::ModifyStore(cell.clone(), path, height);
                Step::Eval(change, env.clone(), Item::plain(value), then(frame, None))
            }
            Frame::ModifyStore(cell, path, height) => {
                self.forks.truncate(*height);
                match paths::set(&mut cell.borrow_mut().value, path, item.value) {
                    Ok(()) => Step::Back,
                    Err(raise) => Step::Raise(raise),
                }
            }
            Frame::First(height) => {
                self.forks.truncate(*height);
                Step::Give(item, next())
            }
            Frame::LimitCount(node, env, input) => {
                let Kind::Limit(_, source) = &node.kind else {
                    return Step::Back;
                };
                let Some(count) = item.value.number() else {
                    return Step::Raise(simple::type_error(
                        &item.value,
                        "cannot be used as a limit",
                    ));
                };
                if count < 0.0 {
                    return Step::Raise(Raise::Error(Value::string(
                        "limit doesn't support negative count",
                    )));
                }
                if count <= 0.0 {
                    return Step::Back;
                }
                let frame = Frame::Limit(Rc::new(Cell::new(count)), self.forks.len());
                Step::Eval(source, env.clone(), input.clone(), then(frame, next()))
            }
            Frame::Limit(count, height) => {
                count.set(count.get() - 1.0);
                if count.get() <= 0.0 {
                    self.forks.truncate(*height);
                }
                Step::Give(item, next())
            }
            Frame::RangeBound(node, env, input, found) => {
                let Kind::Range(_, to, by) = &node.kind else {
                    return Step::Back;
                };
                let mut found = found.clone();
                found.push(item.value);
                if let Some(node_to_run) = [to, by].get(found.len() - 1) {
                    let plain = Item::plain(input.value.clone());
                    let frame = Frame::RangeBound(node, env.clone(), input.clone(), found);
                    return Step::Eval(node_to_run, env.clone(), plain, then(frame, next()));
                }
                match [&found[0], &found[1], &found[2]].map(Value::number) {
                    [Some(from), Some(to), Some(by)] => {
                        self.range(from, to, by, input.path.clone(), next())
                    }
                    _ => Step::Raise(Raise::Error(Value::string("Range bounds must be numeric"))),
                }
            }
        }
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

    fn get_path(input: &Item, path: Value, next: Next) -> Step {
        let Value::Array(path) = path else {
            return Step::Raise(Raise::Error(Value::string(
                "Path must be specified as an array",
            )));
        };
        let mut track = input.path.clone();
        match &mut track {
            Track::Off => {}
            Track::At(at) => {
                for key in path.iter() {
                    let parent = at.take();
                    *at = Some(Rc::new(PathNode {
                        key: key.clone(),
                        parent,
                    }));
                }
            }
            Track::Broken => {
                let key = Value::Array(path);
                return Step::Raise(broken("access element", Some(&key), &input.value));
            }
        }
        match paths::get(input.value.clone(), &path) {
            Ok(value) => Step::Give(Item { value, path: track }, next),
            Err(raise) => Step::Raise(raise),
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

/// Whether an error is the one that `break` without a label raises.
fn is_break(value: &Value) -> bool {
    match value {
        Value::Object(map) => map.len() == 1 && map.contains_key("__jq"),
        _ => false,
    }
}
