//! Ways back: the next result, or where an error is caught.

use super::{Fork, Machine, Step, off_path, take};
use crate::jq::context::{Context, Raise};
use crate::jq::env::{Item, Track};
use crate::jq::paths;
use crate::json::Value;

impl Machine {
    pub(super) fn back(&mut self, context: &mut Context, fork: Fork) -> Step {
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

    /// Goes back to where an error is caught.
    pub(super) fn raise(&mut self, raise: Raise) -> Result<Step, Raise> {
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
}

/// Whether an error is the one that `break` without a label raises.
fn is_break(value: &Value) -> bool {
    match value {
        Value::Object(map) => map.len() == 1 && map.contains_key("__jq"),
        _ => false,
    }
}
