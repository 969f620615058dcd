//! What instructions are made of: the stack, variables, arithmetic, calls.

use super::machine::{Frame, Machine, Run, Stop};
use crate::compile::op::{Give, Place};
use crate::compile::variable;
use crate::parse::ast::{Arith, Relation};
use crate::value::{Array, ArrayRef, Str, Value, compare};
use std::cmp::Ordering;
use std::rc::Rc;

/// How many calls may be open: memory is the limit, this keeps the failure tidy.
const FRAMES_MAX: usize = 5_000_000;

impl Machine {
    pub(super) fn pop(&mut self) -> Value {
        self.stack.pop().unwrap_or_default()
    }

    pub(super) fn push(&mut self, value: Value) {
        self.stack.push(value);
    }

    pub(super) fn push_num(&mut self, n: f64) {
        self.stack.push(Value::Num(n));
    }

    pub(super) fn global_mut(&mut self, slot: u32) -> &mut Value {
        &mut self.globals[slot as usize]
    }

    pub(super) fn local_mut(&mut self, slot: u32) -> &mut Value {
        &mut self.stack[self.base + slot as usize]
    }

    /// A value in scalar context: not an array.
    pub(super) fn scalar(&self, value: &Value, name: impl FnOnce(&Self) -> String) -> Run<Value> {
        match value {
            Value::Array(_) => self.not_scalar(&name(self)),
            Value::Untyped(array) if array.borrow().touched => self.not_scalar(&name(self)),
            Value::Untyped(_) => Ok(Value::Uninit),
            other => Ok(other.clone()),
        }
    }

    pub(super) fn not_scalar<T>(&self, name: &str) -> Run<T> {
        self.fatal(format!("attempt to use array `{name}' in a scalar context"))
    }

    pub(super) fn global_name(&self, slot: u32) -> String {
        let name = self.code.globals.get(slot as usize);
        name.map_or_else(String::new, |name| {
            String::from_utf8_lossy(name).into_owned()
        })
    }

    pub(super) fn local_name(&self, slot: u32) -> String {
        let function = self
            .code
            .functions
            .iter()
            .rposition(|f| f.1 as usize <= self.pc);
        let params = function.and_then(|index| self.code.params.get(index));
        let name = params.and_then(|params| params.get(slot as usize));
        name.map_or_else(String::new, |name| {
            String::from_utf8_lossy(name).into_owned()
        })
    }

    pub(super) fn assign(&mut self, slot: u32, local: bool, value: Value, keep: bool) -> Run<()> {
        if keep {
            self.stack.push(value.clone());
        }
        let value = value.keep();
        let target = if local {
            self.local_below(slot, keep)
        } else {
            self.global_mut(slot)
        };
        match target {
            Value::Array(_) => self.not_scalar(&self.place_name(slot, local)),
            Value::Untyped(array) if array.borrow().touched => {
                self.not_scalar(&self.place_name(slot, local))
            }
            target => {
                *target = value;
                Ok(())
            }
        }
    }

    pub(super) fn local_below(&mut self, slot: u32, _keep: bool) -> &mut Value {
        &mut self.stack[self.base + slot as usize]
    }

    pub(super) fn place_name(&self, slot: u32, local: bool) -> String {
        if local {
            self.local_name(slot)
        } else {
            self.global_name(slot)
        }
    }

    pub(super) fn give(&mut self, give: Give, old: f64, new: f64) {
        match give {
            Give::Nothing => {}
            Give::Old => self.push_num(old),
            Give::New => self.push_num(new),
        }
    }

    /// The array at a place, which an unset variable becomes.
    pub(super) fn array_at(&mut self, place: Place) -> Run<ArrayRef> {
        let (slot, local) = match place {
            Place::Global(slot) => (slot, false),
            Place::Local(slot) => (slot, true),
            Place::Stack => {
                return match self.pop() {
                    Value::Array(array) => Ok(array),
                    _ => self.fatal("attempt to use a scalar value as array"),
                };
            }
        };
        let target = if local {
            &mut self.stack[self.base + slot as usize]
        } else {
            &mut self.globals[slot as usize]
        };
        match target {
            Value::Array(array) => return Ok(Rc::clone(array)),
            Value::Untyped(array) => {
                let array = Rc::clone(array);
                array.borrow_mut().touched = true;
                *target = Value::Array(Rc::clone(&array));
                return Ok(array);
            }
            Value::Uninit => {
                let array = Array::shared();
                array.borrow_mut().touched = true;
                *target = Value::Array(Rc::clone(&array));
                return Ok(array);
            }
            _ => {}
        }
        let name = self.place_name(slot, local);
        let text = if local {
            format!("attempt to use scalar parameter `{name}' as an array")
        } else {
            format!("attempt to use scalar `{name}' as an array")
        };
        self.fatal(text)
    }

    pub(super) fn arith(&self, op: Arith, a: f64, b: f64) -> Run<f64> {
        Ok(match op {
            Arith::Add => a + b,
            Arith::Sub => a - b,
            Arith::Mul => a * b,
            Arith::Div if b == 0.0 => return self.fatal("division by zero attempted"),
            Arith::Div => a / b,
            Arith::Mod if b == 0.0 => return self.fatal("division by zero attempted in `%'"),
            Arith::Mod => a % b,
            Arith::Pow => power(a, b),
        })
    }

    pub(super) fn arith_assign(&self, op: Arith, a: f64, b: f64) -> Run<f64> {
        match op {
            Arith::Div if b == 0.0 => self.fatal("division by zero attempted in `/='"),
            Arith::Mod if b == 0.0 => self.fatal("division by zero attempted in `%='"),
            op => self.arith(op, a, b),
        }
    }

    pub(super) fn holds(&self, relation: Relation, a: &Value, b: &Value) -> bool {
        if let (Some(a), Some(b)) = (a.as_number(), b.as_number()) {
            return match relation {
                Relation::Less => a < b,
                Relation::LessEqual => a <= b,
                Relation::Equal => a == b,
                Relation::NotEqual => a != b,
                Relation::Greater => a > b,
                Relation::GreaterEqual => a >= b,
            };
        }
        let order = compare(a, b, &self.convfmt, self.fold).unwrap_or(Ordering::Equal);
        match relation {
            Relation::Less => order.is_lt(),
            Relation::LessEqual => order.is_le(),
            Relation::Equal => order.is_eq(),
            Relation::NotEqual => order.is_ne(),
            Relation::Greater => order.is_gt(),
            Relation::GreaterEqual => order.is_ge(),
        }
    }

    /// An error that ends the program.
    pub(super) fn fatal<T>(&self, message: impl AsRef<[u8]>) -> Run<T> {
        Err(Stop::Fatal(self.located("fatal", message.as_ref())))
    }

    pub(super) fn case_equal(&self, subject: &Value, value: &Value) -> bool {
        match value {
            // A string constant is equal to strings only, a number to numbers.
            Value::Str(text) => {
                let text_side = !matches!(subject, Value::Num(_));
                text_side
                    && (!matches!(subject, Value::Str(s) if s.is_input())
                        || subject.as_number().is_none())
                    && *subject.text(&self.convfmt) == *text.bytes()
            }
            value => subject.as_number() == Some(value.num()),
        }
    }

    /// Starts a call: missing arguments are unset.
    pub(super) fn enter(&mut self, start: usize, params: usize, args: usize) -> Run<()> {
        if self.frames.len() >= FRAMES_MAX {
            return self.fatal("function call nesting too deep");
        }
        let base = self.stack.len() - args;
        self.stack.resize_with(base + params, Value::default);
        for value in &mut self.stack[base..base + args] {
            if let Value::Str(Str::Slice { .. }) = value {
                *value = std::mem::take(value).keep();
            }
        }
        self.frames.push(Frame {
            back: self.pc,
            base: self.base,
        });
        self.base = base;
        self.pc = start;
        Ok(())
    }

    /// Drops what the work on a record left behind when it was cut short.
    pub(super) fn unwind(&mut self) {
        self.stack.clear();
        self.frames.clear();
        self.base = 0;
    }

    pub(super) fn join(&mut self) {
        if self.record.is_stale() {
            self.record.join(&self.ofs, &self.convfmt);
        }
    }

    /// Sets a variable that the language itself keeps.
    pub(super) fn set_global(&mut self, slot: u32, value: Value) {
        debug_assert!(slot >= variable::HOOKED);
        self.globals[slot as usize] = value;
    }
}

/// Powers with a whole exponent by multiplication, which keeps them exact.
fn power(base: f64, exponent: f64) -> f64 {
    if exponent == exponent.trunc() && exponent.abs() < 1024.0 {
        let mut result = 1.0;
        let (mut square, mut rest) = (base, exponent.abs() as u32);
        while rest > 0 {
            if rest & 1 == 1 {
                result *= square;
            }
            square *= square;
            rest >>= 1;
        }
        return if exponent < 0.0 { 1.0 / result } else { result };
    }
    base.powf(exponent)
}
