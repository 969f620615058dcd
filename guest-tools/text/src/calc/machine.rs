//! Runs `bc`'s instructions.

use super::code::{Argument, Binary, Local, Op, Place, Program};
use super::column::Column;
use super::functions;
use super::number::Number;
use dashu_int::UBig;
use std::cell::RefCell;
use std::cmp::Ordering;
use std::collections::HashMap;
use std::rc::Rc;

/// Most function calls inside each other.
const CALLS_MAX: usize = 100_000;
/// Largest index of an array.
const INDEX_MAX: i64 = 16_777_215;
/// Most digits after the point.
const SCALE_MAX: i64 = 10_000_000;

type Array = Rc<RefCell<HashMap<i64, Number>>>;

/// Why a run stops.
pub enum Halt {
    /// A mistake of the program: the message.
    Error(String),
    /// `halt`.
    Exit,
}

/// A value that a function's own name hides.
enum Hidden {
    Variable(usize, Number),
    Array(usize, Array),
}

struct Frame {
    code: Rc<[Op]>,
    at: usize,
    hidden: Vec<Hidden>,
    function: usize,
}

/// Variables, settings and output.
pub struct Machine {
    variables: Vec<Number>,
    arrays: Vec<Array>,
    scale: usize,
    input_base: u32,
    output_base: UBig,
    last: Number,
    stack: Vec<Number>,
    frames: Vec<Frame>,
    constants: HashMap<usize, (u32, Number)>,
    /// Whether the library of `-l` is there.
    pub library: bool,
    /// Whether the last call gave no value.
    void: bool,
    random: u64,
    pub out: Column,
}

impl Machine {
    /// A machine with nothing in it.
    pub fn new(library: bool) -> Machine {
        Machine {
            variables: Vec::new(),
            arrays: Vec::new(),
            scale: if library { 20 } else { 0 },
            input_base: 10,
            output_base: UBig::from(10u8),
            last: Number::default(),
            stack: Vec::new(),
            frames: Vec::new(),
            constants: HashMap::new(),
            library,
            void: false,
            random: 1,
            out: Column::new("BC_LINE_LENGTH", 70),
        }
    }

    /// Runs a line; `read` gives the next line of input.
    pub fn run(
        &mut self,
        code: &[Op],
        program: &Program,
        read: &mut dyn FnMut() -> Option<Vec<u8>>,
    ) -> Result<(), Halt> {
        self.frames.push(Frame {
            code: code.into(),
            at: 0,
            hidden: Vec::new(),
            function: usize::MAX,
        });
        let mut result = Ok(());
        while !self.frames.is_empty() && result.is_ok() {
            result = self.step(program, read);
        }
        let place = self.frames.last().map_or(String::new(), |frame| {
            let name = match program.function_names.get(frame.function) {
                Some(name) => String::from_utf8_lossy(name).into_owned(),
                None => "(main)".to_owned(),
            };
            format!("(func={name}, adr={})", frame.at)
        });
        while let Some(frame) = self.frames.pop() {
            self.restore(frame.hidden);
        }
        self.stack.clear();
        result.map_err(|halt| match halt {
            Halt::Error(text) => Halt::Error(format!("Runtime error {place}: {text}")),
            Halt::Exit => Halt::Exit,
        })
    }

    fn warn(&mut self, text: &str) {
        self.out.out.flush();
        let at = self.frames.last().map_or(0, |frame| frame.at);
        eprintln!("Runtime warning (func=(main), adr={at}): {text}");
    }

    fn pop(&mut self) -> Number {
        self.stack.pop().unwrap_or_default()
    }

    fn push(&mut self, number: Number) {
        self.stack.push(number);
    }

    fn step(
        &mut self,
        program: &Program,
        read: &mut dyn FnMut() -> Option<Vec<u8>>,
    ) -> Result<(), Halt> {
        let Some(frame) = self.frames.last_mut() else {
            return Ok(());
        };
        let code = Rc::clone(&frame.code);
        let depth = self.frames.len();
        // Stay in this frame's code until it calls, returns or ends.
        loop {
            let Some(frame) = self.frames.last_mut() else {
                return Ok(());
            };
            let Some(op) = code.get(frame.at) else {
                let (main, function) = (frame.function == usize::MAX, frame.function);
                if !main {
                    self.push(Number::default());
                }
                self.leave(program, function);
                return Ok(());
            };
            frame.at += 1;
            self.one(op, program, read)?;
            if self.frames.len() != depth {
                return Ok(());
            }
        }
    }

    fn one(
        &mut self,
        op: &Op,
        program: &Program,
        read: &mut dyn FnMut() -> Option<Vec<u8>>,
    ) -> Result<(), Halt> {
        match op {
            Op::Constant(text) => {
                let base = self.input_base;
                let known = self.constants.get(text).filter(|known| known.0 == base);
                let number = match known {
                    Some((_, number)) => number.clone(),
                    None => {
                        let number = Number::parse(&program.texts[*text], base);
                        self.constants.insert(*text, (base, number.clone()));
                        number
                    }
                };
                self.push(number);
            }
            Op::Load(place) => {
                let number = self.load(*place)?;
                self.push(number);
            }
            Op::Store(place) => {
                let value = self.pop();
                let index = self.index(*place)?;
                self.store(*place, index, value.clone());
                self.push(value);
            }
            Op::Double => {
                let top = self.stack.last().cloned().unwrap_or_default();
                self.push(top);
            }
            Op::Step { place, by, old } => {
                let index = self.index(*place)?;
                let before = self.fetch(*place, index);
                let after = before.add(&Number::from_i64(*by));
                self.store(*place, index, after.clone());
                self.push(if *old { before } else { after });
            }
            Op::Binary(op) => {
                let b = self.pop();
                let a = self.pop();
                let result = self.binary(*op, &a, &b)?;
                self.push(result);
            }
            Op::Negate => {
                let value = self.pop().negate();
                self.push(value);
            }
            Op::Not => {
                let zero = self.pop().is_zero();
                self.push(Number::from_i64(i64::from(zero)));
            }
            Op::Truth => {
                let zero = self.pop().is_zero();
                self.push(Number::from_i64(i64::from(!zero)));
            }
            Op::Jump(to) => self.jump(*to),
            Op::JumpIfZero(to) => {
                if self.pop().is_zero() {
                    self.jump(*to);
                }
            }
            Op::JumpUnlessZero(to) => {
                if !self.pop().is_zero() {
                    self.jump(*to);
                }
            }
            Op::Drop => {
                self.pop();
            }
            Op::PrintLine => {
                let value = self.pop();
                if !std::mem::take(&mut self.void) {
                    self.show(value);
                    self.out.put(b"\n");
                }
            }
            Op::Print => {
                let value = self.pop();
                self.show(value);
            }
            Op::Text(text, escapes) => {
                let text = &program.texts[*text];
                match escapes {
                    true => self.out.put(&unescape(text)),
                    false => self.out.put(text),
                }
            }
            Op::Length => {
                let length = self.pop().length();
                self.push(Number::from_i64(length as i64));
            }
            Op::ScaleOf => {
                let scale = self.pop().scale();
                self.push(Number::from_i64(scale as i64));
            }
            Op::Root => {
                let value = self.pop();
                let root = value.root(self.scale);
                self.push(root.ok_or_else(|| error("Square root of a negative number"))?);
            }
            Op::Read => {
                self.out.out.flush();
                let line = read().unwrap_or_default();
                let number = Number::parse(line.trim_ascii(), self.input_base);
                self.push(number);
            }
            Op::Random => {
                self.random = self
                    .random
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1);
                self.push(Number::from_i64((self.random >> 33) as i64));
            }
            Op::Call(function, arguments) => self.call(*function, arguments, program)?,
            Op::Return => {
                let function = self
                    .frames
                    .last()
                    .map_or(usize::MAX, |frame| frame.function);
                self.leave(program, function);
            }
            Op::Halt => return Err(Halt::Exit),
        }
        Ok(())
    }

    fn jump(&mut self, to: usize) {
        if let Some(frame) = self.frames.last_mut() {
            frame.at = to;
        }
    }

    fn show(&mut self, value: Number) {
        let digits = value.digits(&self.output_base);
        self.out.put(&digits);
        self.last = value;
    }

    /// The index of an element, from the stack; 0 for other places.
    fn index(&mut self, place: Place) -> Result<i64, Halt> {
        if !matches!(place, Place::Element(_)) {
            return Ok(0);
        }
        let index = self.pop();
        match index.to_i64() {
            Some(index @ 0..=INDEX_MAX) => Ok(index),
            _ => Err(error("Array subscript out of bounds.")),
        }
    }

    fn load(&mut self, place: Place) -> Result<Number, Halt> {
        let index = self.index(place)?;
        Ok(self.fetch(place, index))
    }

    fn fetch(&mut self, place: Place, index: i64) -> Number {
        match place {
            Place::Variable(name) => self.variables.get(name).cloned().unwrap_or_default(),
            Place::Element(name) => self
                .array(name)
                .borrow()
                .get(&index)
                .cloned()
                .unwrap_or_default(),
            Place::Scale => Number::from_i64(self.scale as i64),
            Place::InputBase => Number::from_i64(i64::from(self.input_base)),
            Place::OutputBase => Number::from_parts(self.output_base.clone().into(), 0),
            Place::Last => self.last.clone(),
        }
    }

    fn array(&mut self, name: usize) -> Array {
        if self.arrays.len() <= name {
            self.arrays.resize_with(name + 1, Array::default);
        }
        Rc::clone(&self.arrays[name])
    }

    fn set_variable(&mut self, name: usize, value: Number) -> Number {
        if self.variables.len() <= name {
            self.variables.resize(name + 1, Number::default());
        }
        std::mem::replace(&mut self.variables[name], value)
    }

    fn store(&mut self, place: Place, index: i64, value: Number) {
        match place {
            Place::Variable(name) => {
                self.set_variable(name, value);
            }
            Place::Element(name) => {
                self.array(name).borrow_mut().insert(index, value);
            }
            Place::Last => self.last = value,
            Place::Scale => {
                if value.is_negative() {
                    self.warn("negative scale, set to 0");
                    self.scale = 0;
                    return;
                }
                self.scale = value.to_i64().unwrap_or(SCALE_MAX).min(SCALE_MAX) as usize;
            }
            Place::InputBase => {
                let base = value.to_i64().unwrap_or(i64::MAX);
                self.input_base = base.clamp(2, 36) as u32;
                if value.is_negative() || base < 2 {
                    self.input_base = 2;
                    self.warn("ibase too small, set to 2");
                } else if base > 36 {
                    self.warn("ibase too large, set to 36");
                }
            }
            Place::OutputBase => {
                let base = value.to_i64().unwrap_or(i64::from(i32::MAX));
                if value.is_negative() || base < 2 {
                    self.output_base = UBig::from(2u8);
                    self.warn("obase too small, set to 2");
                } else if base > i64::from(i32::MAX) {
                    self.output_base = UBig::from(i32::MAX as u32);
                    self.warn("obase too large, set to 2147483647");
                } else {
                    self.output_base = UBig::from(base.unsigned_abs());
                }
            }
        }
    }

    fn binary(&mut self, op: Binary, a: &Number, b: &Number) -> Result<Number, Halt> {
        let zero = || error("Divide by zero");
        let truth = |holds: bool| Ok(Number::from_i64(i64::from(holds)));
        match op {
            Binary::Add => Ok(a.add(b)),
            Binary::Subtract => Ok(a.subtract(b)),
            Binary::Multiply => Ok(a.multiply(b, self.scale)),
            Binary::Divide => a.divide(b, self.scale).ok_or_else(zero),
            Binary::Remainder => a
                .remainder(b, self.scale)
                .ok_or_else(|| error("Modulo by zero")),
            Binary::Power => {
                if b.scale() > 0 && b.compare(&b.truncate(0)) != Ordering::Equal || b.scale() > 0 {
                    self.warn("non-zero scale in exponent");
                }
                let exponent = b
                    .to_i64()
                    .ok_or_else(|| error("exponent too large in raise"))?;
                if exponent < 0 && a.is_zero() {
                    return Err(zero());
                }
                let power = a.raise(exponent, self.scale);
                power.ok_or_else(|| error("exponent too large in raise"))
            }
            Binary::Less => truth(a.compare(b).is_lt()),
            Binary::LessEqual => truth(a.compare(b).is_le()),
            Binary::Greater => truth(a.compare(b).is_gt()),
            Binary::GreaterEqual => truth(a.compare(b).is_ge()),
            Binary::Equal => truth(a.compare(b).is_eq()),
            Binary::NotEqual => truth(a.compare(b).is_ne()),
        }
    }

    fn call(
        &mut self,
        number: usize,
        arguments: &[Argument],
        program: &Program,
    ) -> Result<(), Halt> {
        let function = &program.functions[number];
        let name = &program.function_names[number];
        if !function.defined {
            return match self.builtin(name, arguments) {
                Some(result) => result,
                None => {
                    let name = String::from_utf8_lossy(name);
                    Err(Halt::Error(format!("Function {name} not defined.")))
                }
            };
        }
        if arguments.len() != function.parameters.len() {
            return Err(error("Parameter number mismatch"));
        }
        if self.frames.len() >= CALLS_MAX {
            return Err(error("Stack error."));
        }
        let mut hidden = Vec::new();
        let mut values = Vec::new();
        for argument in arguments.iter().rev() {
            values.push(match argument {
                Argument::Value => Ok(self.pop()),
                Argument::Array(array) => Err(self.array(*array)),
            });
        }
        for parameter in &function.parameters {
            match (parameter, values.pop()) {
                (Local::Variable(name), Some(Ok(value))) => {
                    let old = self.set_variable(*name, value);
                    hidden.push(Hidden::Variable(*name, old));
                }
                (Local::Array(name), Some(Err(array))) => {
                    let copy = Rc::new(RefCell::new(array.borrow().clone()));
                    hidden.push(self.hide_array(*name, copy));
                }
                (Local::Shared(name), Some(Err(array))) => {
                    hidden.push(self.hide_array(*name, array));
                }
                _ => {
                    self.restore(hidden);
                    return Err(error("Parameter type mismatch"));
                }
            }
        }
        for local in &function.locals {
            match local {
                Local::Variable(name) => {
                    let old = self.set_variable(*name, Number::default());
                    hidden.push(Hidden::Variable(*name, old));
                }
                Local::Array(name) | Local::Shared(name) => {
                    hidden.push(self.hide_array(*name, Array::default()));
                }
            }
        }
        self.frames.push(Frame {
            code: Rc::clone(&function.code),
            at: 0,
            hidden,
            function: number,
        });
        Ok(())
    }

    fn hide_array(&mut self, name: usize, array: Array) -> Hidden {
        self.array(name);
        Hidden::Array(name, std::mem::replace(&mut self.arrays[name], array))
    }

    /// The functions of `-l`, unless the program has its own.
    fn builtin(&mut self, name: &[u8], arguments: &[Argument]) -> Option<Result<(), Halt>> {
        let [letter @ (b's' | b'c' | b'a' | b'l' | b'e' | b'j')] = name else {
            return None;
        };
        if !self.library {
            return None;
        }
        let wanted = if *letter == b'j' { 2 } else { 1 };
        if arguments.len() != wanted
            || arguments
                .iter()
                .any(|argument| *argument != Argument::Value)
        {
            return Some(Err(error("Parameter number mismatch")));
        }
        let x = self.pop();
        let result = match letter {
            b'j' => {
                let order = self.pop().to_i64();
                order.and_then(|order| functions::bessel(order, &x, self.scale))
            }
            letter => functions::apply(*letter, &x, self.scale),
        };
        Some(match result {
            Some(number) => {
                self.push(number);
                Ok(())
            }
            None => Err(error("argument too large")),
        })
    }

    fn leave(&mut self, program: &Program, function: usize) {
        if let Some(frame) = self.frames.pop() {
            self.restore(frame.hidden);
        }
        self.void = program
            .functions
            .get(function)
            .is_some_and(|function| function.void);
    }

    fn restore(&mut self, hidden: Vec<Hidden>) {
        for value in hidden.into_iter().rev() {
            match value {
                Hidden::Variable(name, old) => {
                    self.set_variable(name, old);
                }
                Hidden::Array(name, old) => self.arrays[name] = old,
            }
        }
    }
}

fn error(text: &str) -> Halt {
    Halt::Error(text.to_owned())
}

/// Resolves the escapes of `print`.
fn unescape(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.iter();
    while let Some(byte) = rest.next() {
        if *byte != b'\\' {
            out.push(*byte);
            continue;
        }
        match rest.next() {
            Some(b'a') => out.push(7),
            Some(b'b') => out.push(8),
            Some(b'f') => out.push(12),
            Some(b'n') => out.push(b'\n'),
            Some(b'q') => out.push(b'"'),
            Some(b'r') => out.push(b'\r'),
            Some(b't') => out.push(b'\t'),
            Some(b'\\') => out.push(b'\\'),
            Some(b'e') => out.push(b'\\'),
            Some(other) => out.extend_from_slice(&[b'\\', *other]),
            None => out.push(b'\\'),
        }
    }
    out
}
