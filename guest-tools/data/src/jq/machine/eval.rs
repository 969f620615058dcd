//! How each kind of node starts.

use super::{Fork, Machine, Step, call, off_path, take, then};
use crate::jq::context::Context;
use crate::jq::env::{Changes, Env, Frame, Item, Next, Slot, Track, bind, slot, up};
use crate::jq::node::{Kind, N};
use crate::jq::simple;
use crate::json::Value;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

impl Machine {
    pub(super) fn eval(
        &mut self,
        context: &mut Context,
        node: N,
        env: Env,
        item: Item,
        next: Next,
    ) -> Step {
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
}
