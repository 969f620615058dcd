//! The machine: its state and the loop over instructions.

use super::record::Record;
use super::split::Splitter;
use crate::compile::Code;
use crate::compile::op::Op;
use crate::io::{Reader, Separator, Streams};
use crate::parse::ast::Arith;
use crate::text::Regex;
use crate::value::{Array, Value};
use std::collections::HashMap;
use std::rc::Rc;

/// Why the code stops.
pub enum Stop {
    /// `next`
    Next,
    /// `nextfile`
    NextFile,
    /// `exit`
    Exit,
    /// An error that ends the program.
    Fatal(Vec<u8>),
}

/// Result of running code.
pub type Run<T> = Result<T, Stop>;

/// A call: where to go back to, where its variables are.
pub(super) struct Frame {
    pub(super) back: usize,
    pub(super) base: usize,
}

/// The main input.
#[derive(Default)]
pub(super) struct MainInput {
    pub(super) reader: Option<Reader>,
    /// The argument to look at next.
    pub(super) next_arg: usize,
    /// Whether any argument named a file.
    pub(super) any_file: bool,
    pub(super) finished: bool,
    /// Whether a file is open, or counted as open in `BEGINFILE`.
    pub(super) in_file: bool,
}

/// A running program.
pub struct Machine {
    pub(super) code: Rc<Code>,
    pub(super) globals: Vec<Value>,
    pub(super) stack: Vec<Value>,
    pub(super) frames: Vec<Frame>,
    pub(super) base: usize,
    pub(super) pc: usize,
    pub(super) record: Record,
    pub(super) nr: f64,
    pub(super) fnr: f64,
    pub(super) ofs: Vec<u8>,
    pub(super) ors: Vec<u8>,
    pub(super) subsep: Vec<u8>,
    pub(super) convfmt: Vec<u8>,
    pub(super) ofmt: Vec<u8>,
    pub(super) fold: bool,
    pub(super) utf8: bool,
    pub(super) csv: bool,
    pub(super) splitter: Splitter,
    /// Whether the record is still split the old way.
    pub(super) record_splitter_changed: bool,
    pub(super) separator: Separator,
    pub(super) regexes: HashMap<(Vec<u8>, bool), Rc<Regex>>,
    pub(super) last_regex: Option<Rc<Regex>>,
    pub(super) count: f64,
    pub(super) ranges: Vec<bool>,
    pub(super) streams: Streams,
    pub(super) input: MainInput,
    pub(super) scratch: Vec<u8>,
    pub(super) exit_code: i32,
    pub(super) seed: f64,
    pub(super) random: Option<Box<super::random::Random>>,
    pub(super) in_input: bool,
    /// Which of `FS`, `FIELDWIDTHS` and `FPAT` was set last.
    pub(super) split_by: u32,
    pub(super) uses_environ: bool,
    pub(super) in_end: bool,
    pub(super) inplace: Option<super::start::InPlace>,
    pub(super) options: super::start::Options,
}

impl Machine {
    /// Runs from a place on to the end of its section.
    pub(super) fn run(&mut self, start: usize) -> Run<()> {
        let code = Rc::clone(&self.code);
        let ops = code.ops.as_slice();
        self.pc = start;
        loop {
            let op = ops[self.pc];
            self.pc += 1;
            match op {
                Op::Num(n) => self.push_num(n),
                Op::Const(index) => self.push(code.consts[index as usize].clone()),
                Op::Unset => self.push(Value::Uninit),
                Op::Pop => {
                    self.stack.pop();
                }
                Op::Global(slot) => match &self.globals[slot as usize] {
                    Value::Num(n) => {
                        let n = *n;
                        self.push_num(n);
                    }
                    other => {
                        let value = self.scalar(other, |m| m.global_name(slot))?;
                        self.push(value);
                    }
                },
                Op::Local(slot) => match &self.stack[self.base + slot as usize] {
                    Value::Num(n) => {
                        let n = *n;
                        self.push_num(n);
                    }
                    other => {
                        let value = self.scalar(other, |m| m.local_name(slot))?;
                        self.push(value);
                    }
                },
                Op::Special(slot) => {
                    let value = self.special(slot);
                    self.push(value);
                }
                Op::SetGlobal(slot, keep) => {
                    let value = self.pop();
                    self.assign(slot, false, value, keep)?;
                }
                Op::SetLocal(slot, keep) => {
                    let value = self.pop();
                    self.assign(slot, true, value, keep)?;
                }
                Op::SetSpecial(slot, keep) => {
                    let value = self.pop();
                    if keep {
                        self.push(value.clone());
                    }
                    self.set_special(slot, value.keep())?;
                }
                Op::ChangeGlobal(op, slot, keep) => {
                    let b = self.pop().num();
                    if let (Value::Num(a), Arith::Add) = (self.global_mut(slot), op) {
                        *a += b;
                        if keep {
                            let n = *a;
                            self.push_num(n);
                        }
                        continue;
                    }
                    let a = self.globals[slot as usize].num();
                    let n = self.arith_assign(op, a, b)?;
                    self.assign(slot, false, Value::Num(n), keep)?;
                }
                Op::ChangeLocal(op, slot, keep) => {
                    let b = self.pop().num();
                    let a = self.local_mut(slot).num();
                    let n = self.arith_assign(op, a, b)?;
                    self.assign(slot, true, Value::Num(n), keep)?;
                }
                Op::ChangeSpecial(op, slot, keep) => {
                    let b = self.pop().num();
                    let a = self.special(slot).num();
                    let n = self.arith_assign(op, a, b)?;
                    if keep {
                        self.push_num(n);
                    }
                    self.set_special(slot, Value::Num(n))?;
                }
                Op::StepGlobal(slot, step, give) => {
                    let old = self.globals[slot as usize].num();
                    let new = old + f64::from(step);
                    if let Value::Num(n) = self.global_mut(slot) {
                        *n = new;
                    } else {
                        self.assign(slot, false, Value::Num(new), false)?;
                    }
                    self.give(give, old, new);
                }
                Op::StepLocal(slot, step, give) => {
                    let old = self.local_mut(slot).num();
                    let new = old + f64::from(step);
                    if let Value::Num(n) = self.local_mut(slot) {
                        *n = new;
                    } else {
                        self.assign(slot, true, Value::Num(new), false)?;
                    }
                    self.give(give, old, new);
                }
                Op::StepSpecial(slot, step, give) => {
                    let old = self.special(slot).num();
                    let new = old + f64::from(step);
                    self.set_special(slot, Value::Num(new))?;
                    self.give(give, old, new);
                }
                Op::Field(0) => {
                    self.join();
                    let value = self.record.value();
                    self.push(value);
                }
                Op::Field(n) => {
                    let value = self.record.field(n as usize);
                    self.push(value);
                }
                Op::FieldNum(n) => {
                    let n = self.record.field_number(n as usize);
                    self.push_num(n);
                }
                Op::FieldAt => self.field_at()?,
                Op::SetField(keep) => self.set_field_op(keep)?,
                Op::ChangeField(op, keep) => {
                    let index = self.pop();
                    let b = self.pop().num();
                    let index = self.field_index(&index)?;
                    let a = self.field_value(index).num();
                    let n = self.arith_assign(op, a, b)?;
                    if keep {
                        self.push_num(n);
                    }
                    self.set_field(index, Value::Num(n))?;
                }
                Op::StepField(step, give) => {
                    let index = self.pop();
                    let index = self.field_index(&index)?;
                    let old = self.field_value(index).num();
                    let new = old + f64::from(step);
                    self.set_field(index, Value::Num(new))?;
                    self.give(give, old, new);
                }
                Op::SetFieldUnder => {
                    let value = self.pop();
                    let index = self.pop();
                    let index = self.field_index(&index)?;
                    self.set_field(index, value)?;
                }
                Op::FieldPeek => {
                    let index = self.stack.last().cloned().unwrap_or_default();
                    let index = self.field_index(&index)?;
                    let value = self.field_value(index);
                    self.push(value);
                }
                Op::Elem(place) => self.elem(place)?,
                Op::SetElem(place, keep) => self.set_elem(place, keep)?,
                Op::ChangeElem(op, place, keep) => {
                    let key = self.pop();
                    let array = self.array_at(place)?;
                    let b = self.pop().num();
                    let a = self.element_number(&array, &key)?;
                    let n = self.arith_assign(op, a, b)?;
                    self.with_element(&array, &key, |value| *value = Value::Num(n))?;
                    if keep {
                        self.push_num(n);
                    }
                }
                Op::StepElem(place, step, give) => {
                    let key = self.pop();
                    let array = self.array_at(place)?;
                    let old = self.with_element(&array, &key, |value| {
                        let old = value.num();
                        *value = Value::Num(old + f64::from(step));
                        old
                    })?;
                    self.give(give, old, old + f64::from(step));
                }
                Op::ElemPeek(place) => self.elem_peek(place)?,
                Op::SetElemUnder(place) => {
                    let value = self.pop();
                    let key = self.pop();
                    let array = self.array_at(place)?;
                    self.with_element(&array, &key, |target| *target = value.keep())?;
                }
                Op::InElem(place) => self.in_elem(place)?,
                Op::Delete(place) => self.delete(place)?,
                Op::Clear(place) => {
                    let array = self.array_at(place)?;
                    array.borrow_mut().clear();
                }
                Op::SubArray(place) => self.sub_array(place)?,
                Op::Array(place) => {
                    let array = self.array_at(place)?;
                    self.push(Value::Array(array));
                }
                Op::ArgElem(place) => self.arg_elem(place)?,
                Op::ArgGlobal(slot) => {
                    let value = &mut self.globals[slot as usize];
                    if let Value::Uninit = value {
                        *value = Value::Untyped(Array::shared());
                    }
                    let value = value.clone();
                    self.push(value);
                }
                Op::ArgLocal(slot) => {
                    let value = self.local_mut(slot);
                    if let Value::Uninit = value {
                        *value = Value::Untyped(Array::shared());
                    }
                    let value = value.clone();
                    self.push(value);
                }
                Op::Join(count) => self.join_key(count as usize),
                Op::Arith(op) => {
                    let b = self.pop().num();
                    let a = self.pop().num();
                    let n = self.arith(op, a, b)?;
                    self.push_num(n);
                }
                Op::ArithConst(op, b) => {
                    let a = self.pop().num();
                    let n = self.arith(op, a, b)?;
                    self.push_num(n);
                }
                Op::Negate => {
                    let n = self.pop().num();
                    self.push_num(-n);
                }
                Op::ToNum => {
                    let n = self.pop().num();
                    self.push_num(n);
                }
                Op::Not => {
                    let yes = self.pop().is_true();
                    self.push(Value::truth(!yes));
                }
                Op::Truth => {
                    let yes = self.pop().is_true();
                    self.push(Value::truth(yes));
                }
                Op::Compare(relation) => {
                    let b = self.pop();
                    let a = self.pop();
                    let yes = self.holds(relation, &a, &b);
                    self.push(Value::truth(yes));
                }
                Op::Unless(relation, to) => {
                    let b = self.pop();
                    let a = self.pop();
                    if !self.holds(relation, &a, &b) {
                        self.pc = to as usize;
                    }
                }
                Op::Concat(count) => self.concat(count as usize),
                Op::MatchConst(index, negated) => {
                    let subject = self.pop();
                    let regex = self.constant_regex(&code.consts[index as usize])?;
                    let text = subject.text(&self.convfmt);
                    let yes = regex.is_match(&text);
                    self.push(Value::truth(yes != negated));
                }
                Op::Match(negated) => {
                    let pattern = self.pop();
                    let subject = self.pop();
                    let regex = self.regex(&pattern)?;
                    let yes = regex.is_match(&subject.text(&self.convfmt));
                    self.push(Value::truth(yes != negated));
                }
                Op::MatchRecord(index) => {
                    self.join();
                    let yes = match &code.consts[index as usize] {
                        Value::Regex(regex) if !self.fold => regex.is_match(self.record.text()),
                        other => self.constant_regex(other)?.is_match(self.record.text()),
                    };
                    self.push(Value::truth(yes));
                }
                Op::Jump(to) => self.pc = to as usize,
                Op::JumpFalse(to) => {
                    if !self.pop().is_true() {
                        self.pc = to as usize;
                    }
                }
                Op::JumpTrue(to) => {
                    if self.pop().is_true() {
                        self.pc = to as usize;
                    }
                }
                Op::AndJump(to) => {
                    if !self.pop().is_true() {
                        self.push_num(0.0);
                        self.pc = to as usize;
                    }
                }
                Op::OrJump(to) => {
                    if self.pop().is_true() {
                        self.push_num(1.0);
                        self.pc = to as usize;
                    }
                }
                Op::CaseEqual(to) => {
                    let value = self.pop();
                    let subject = self.stack.last().cloned().unwrap_or_default();
                    if self.case_equal(&subject, &value) {
                        self.stack.pop();
                        self.pc = to as usize;
                    }
                }
                Op::CaseMatch(index, to) => {
                    let regex = self.constant_regex(&code.consts[index as usize])?;
                    let subject = self.stack.last().cloned().unwrap_or_default();
                    if regex.is_match(&subject.text(&self.convfmt)) {
                        self.stack.pop();
                        self.pc = to as usize;
                    }
                }
                Op::Keys(place) => self.keys_op(place)?,
                Op::NextKey(to) => {
                    let next = match self.stack.last_mut() {
                        Some(Value::Keys(keys)) => keys.pop(),
                        _ => None,
                    };
                    match next {
                        // An index is a string, also where the array keeps a number.
                        Some(Value::Num(n)) => {
                            let mut text = Vec::with_capacity(20);
                            Value::Num(n).write(&self.convfmt, &mut text);
                            self.push(Value::string(&text));
                        }
                        Some(key) => self.push(key),
                        None => {
                            self.stack.pop();
                            self.pc = to as usize;
                        }
                    }
                }
                Op::Call(function, args) => {
                    let (_, start, params) = code.functions[function as usize];
                    self.enter(start as usize, params as usize, args as usize)?;
                }
                Op::CallNamed(args) => self.call_named(args as usize)?,
                Op::Return => {
                    let value = self.pop();
                    let Some(frame) = self.frames.pop() else {
                        return Ok(());
                    };
                    self.stack.truncate(self.base);
                    self.base = frame.base;
                    self.pc = frame.back;
                    self.push(match value {
                        Value::Array(_) | Value::Untyped(_) => Value::Uninit,
                        value => value,
                    });
                }
                Op::Builtin(builtin, args) => self.builtin(builtin, args as usize)?,
                Op::Sprintf(args) => self.sprintf(args as usize)?,
                Op::LengthRecord => {
                    self.join();
                    let n = crate::text::chars::count(self.record.text(), self.utf8);
                    self.push_num(n as f64);
                }
                Op::Split(builtin, args) => self.split_op(builtin, args as usize)?,
                Op::Substitute(all, to) => {
                    if !self.substitute(all)? {
                        self.pc = to as usize;
                    }
                }
                Op::Count => {
                    let count = self.count;
                    self.push_num(count);
                }
                Op::Sort(builtin, args) => self.sort_op(builtin, args as usize)?,
                Op::Print(count, to) => self.print(count as usize, to)?,
                Op::Printf(count, to) => self.printf(count as usize, to)?,
                Op::PrintRecord(to) => self.print_record(to)?,
                Op::Getline(kind) => self.getline(kind)?,
                Op::GetlineInto(kind, to) => {
                    if !self.getline_into(kind)? {
                        self.pc = to as usize;
                    }
                }
                Op::RangeClosed(range, to) => {
                    if !self.ranges[range as usize] {
                        self.pc = to as usize;
                    }
                }
                Op::SetRange(range, open) => self.ranges[range as usize] = open,
                Op::Next => return Err(Stop::Next),
                Op::NextFile => return Err(Stop::NextFile),
                Op::Exit(with_code) => {
                    if with_code {
                        self.exit_code = self.pop().num() as i64 as i32;
                    }
                    return Err(Stop::Exit);
                }
                Op::End => return Ok(()),
            }
        }
    }
}
