//! What happens to a result: each kind of frame goes on with it.

use super::{Fork, Machine, Step, broken, call, extend, give, then};
use crate::jq::context::{Context, Raise};
use crate::jq::env::{Frame, Item, Link, Next, PathNode, Slot, Track, bind, keys};
use crate::jq::node::Kind;
use crate::jq::paths::slice;
use crate::jq::{paths, simple};
use crate::json::Value;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

impl Machine {
    pub(super) fn resume(&mut self, context: &mut Context, link: &Rc<Link>, item: Item) -> Step {
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
