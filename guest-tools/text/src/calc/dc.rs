//! `dc`: a calculator that keeps its numbers on a stack.

use super::column::Column;
use super::number::{Number, power_modulo};
use dashu_int::UBig;
use std::collections::HashMap;
use wardian_applet::Args;
use wardian_applet::cli::{Context, Opt, Order, parse};
use wardian_applet::sys::{self, File};

static OPTIONS: &[Opt] = &[
    Opt::value(b'e', "expression"),
    Opt::value(b'f', "file"),
    Opt::flag(b'h', "help"),
    Opt::flag(b'V', "version"),
];

/// Most macros inside each other.
const DEPTH_MAX: usize = 100_000;

#[derive(Clone)]
enum Value {
    Number(Number),
    Text(std::rc::Rc<[u8]>),
}

/// A register: a stack of values, each with an array.
type Register = Vec<(Option<Value>, HashMap<i64, Value>)>;

struct Calculator {
    stack: Vec<Value>,
    registers: HashMap<u8, Register>,
    scale: usize,
    input_base: u32,
    output_base: UBig,
    out: Column,
}

/// A text being run.
struct Frame {
    text: std::rc::Rc<[u8]>,
    at: usize,
}

/// Runs `dc`.
pub fn run(args: &Args) -> i32 {
    let context = Context::new(args, "dc", 1);
    let parsed = match parse(&context, args, OPTIONS, Order::Permute) {
        Ok(parsed) => parsed,
        Err(code) => return code,
    };
    let mut calculator = Calculator {
        stack: Vec::new(),
        registers: HashMap::new(),
        scale: 0,
        input_base: 10,
        output_base: UBig::from(10u8),
        out: Column::new("DC_LINE_LENGTH", 71),
    };
    let mut texts = Vec::new();
    let read = |name: &[u8]| match name {
        b"-" => {
            let mut bytes = Vec::new();
            File::stdin().read_to_end(&mut bytes).map(|()| bytes)
        }
        _ => sys::read_file(name),
    };
    let mut files = Vec::new();
    for (letter, _, value) in parsed.options {
        match letter {
            b'e' => texts.push(Ok(value.unwrap_or_default())),
            b'f' => texts.push(Err(value.unwrap_or_default())),
            b'h' => return context.help(),
            _ => return context.version(),
        }
    }
    files.extend(parsed.operands);
    texts.extend(files.into_iter().map(Err));
    if texts.is_empty() {
        texts.push(Err(b"-".to_vec()));
    }
    for text in texts {
        let text = match text {
            Ok(text) => text,
            Err(name) => match read(&name) {
                Ok(text) => text,
                Err(errno) => {
                    calculator.out.out.flush();
                    let text = [b"Could not open file ".as_slice(), &name].concat();
                    context.say(&text);
                    let _ = errno;
                    return 1;
                }
            },
        };
        if calculator.run(text) {
            break;
        }
    }
    calculator.out.out.finish(&context, 0)
}

impl Calculator {
    fn complain(&mut self, text: &str) {
        self.out.out.flush();
        let _ = sys::write(2, format!("dc: {text}\n").as_bytes());
    }

    fn pop(&mut self) -> Option<Value> {
        let value = self.stack.pop();
        if value.is_none() {
            self.complain("stack empty");
        }
        value
    }

    fn pop_number(&mut self) -> Option<Number> {
        match self.pop()? {
            Value::Number(number) => Some(number),
            text => {
                self.stack.push(text);
                self.complain("non-numeric value");
                None
            }
        }
    }

    fn push(&mut self, number: Number) {
        self.stack.push(Value::Number(number));
    }

    /// Runs a text; whether all is over.
    fn run(&mut self, text: Vec<u8>) -> bool {
        let mut frames = vec![Frame {
            text: text.into(),
            at: 0,
        }];
        while let Some(frame) = frames.last_mut() {
            let Some(&byte) = frame.text.get(frame.at) else {
                frames.pop();
                continue;
            };
            frame.at += 1;
            match byte {
                b' ' | b'\t' | b'\n' | b'\r' => {}
                b'0'..=b'9' | b'A'..=b'F' | b'.' | b'_' => {
                    let start = frame.at - 1;
                    let mut point = byte == b'.';
                    while let Some(next) = frame.text.get(frame.at) {
                        match next {
                            b'0'..=b'9' | b'A'..=b'F' => {}
                            b'.' if !point => point = true,
                            _ => break,
                        }
                        frame.at += 1;
                    }
                    let number = literal(&frame.text[start..frame.at], self.input_base);
                    self.push(number);
                }
                b'#' => {
                    let rest = &frame.text[frame.at..];
                    frame.at += memchr::memchr(b'\n', rest).unwrap_or(rest.len());
                }
                b'[' => {
                    let rest = &frame.text[frame.at..];
                    let (mut depth, mut end) = (1, 0);
                    while let Some(byte) = rest.get(end) {
                        match byte {
                            b'[' => depth += 1,
                            b']' => depth -= 1,
                            _ => {}
                        }
                        if depth == 0 {
                            break;
                        }
                        end += 1;
                    }
                    let body: std::rc::Rc<[u8]> = rest[..end].into();
                    frame.at = (frame.at + end + 1).min(frame.text.len());
                    self.stack.push(Value::Text(body));
                }
                b'q' => {
                    frames.truncate(frames.len().saturating_sub(2));
                    if frames.is_empty() {
                        return true;
                    }
                }
                b'Q' => {
                    let levels = self
                        .pop_number()
                        .and_then(|number| number.to_i64())
                        .unwrap_or(0);
                    if levels < 1 {
                        self.complain("Q command requires a number >= 1");
                        continue;
                    }
                    let levels = usize::try_from(levels).unwrap_or(usize::MAX);
                    frames.truncate(frames.len().saturating_sub(levels));
                }
                b's' | b'S' | b'l' | b'L' | b':' | b';' => {
                    let register = frame.text.get(frame.at).copied().unwrap_or(0);
                    frame.at += 1;
                    self.register(byte, register);
                }
                b'x' => {
                    if let Some(value) = self.pop() {
                        match value {
                            Value::Text(text) => enter(&mut frames, text),
                            number => self.stack.push(number),
                        }
                    }
                }
                b'<' | b'>' | b'=' | b'!' => {
                    let negated = byte == b'!';
                    let mut relation = byte;
                    if negated {
                        relation = frame.text.get(frame.at).copied().unwrap_or(0);
                        if !matches!(relation, b'<' | b'>' | b'=') {
                            // Commands of the system are not run.
                            let rest = &frame.text[frame.at..];
                            frame.at += memchr::memchr(b'\n', rest).unwrap_or(rest.len());
                            self.complain("'!' is not supported");
                            continue;
                        }
                        frame.at += 1;
                    }
                    let register = frame.text.get(frame.at).copied().unwrap_or(0);
                    frame.at += 1;
                    let (Some(top), Some(next)) = (self.pop_number(), self.pop_number()) else {
                        continue;
                    };
                    let order = top.compare(&next);
                    let holds = match relation {
                        b'<' => order.is_lt(),
                        b'>' => order.is_gt(),
                        _ => order.is_eq(),
                    };
                    if holds != negated {
                        let value = self
                            .registers
                            .get(&register)
                            .and_then(|register| register.last());
                        match value.and_then(|entry| entry.0.clone()) {
                            Some(Value::Text(text)) => enter(&mut frames, text),
                            Some(number) => self.stack.push(number),
                            None => {}
                        }
                    }
                }
                b'?' => {
                    let mut line = Vec::new();
                    let mut one = [0];
                    self.out.out.flush();
                    while let Ok(1) = File::stdin().read(&mut one) {
                        if one[0] == b'\n' {
                            break;
                        }
                        line.push(one[0]);
                    }
                    enter(&mut frames, line.into());
                }
                other => self.command(other),
            }
            if frames.len() > DEPTH_MAX {
                self.complain("recursion too deep");
                return false;
            }
        }
        false
    }

    fn register(&mut self, command: u8, name: u8) {
        match command {
            b's' => {
                if let Some(value) = self.pop() {
                    let register = self.registers.entry(name).or_default();
                    match register.last_mut() {
                        Some(entry) => entry.0 = Some(value),
                        None => register.push((Some(value), HashMap::new())),
                    }
                }
            }
            b'S' => {
                if let Some(value) = self.pop() {
                    self.registers
                        .entry(name)
                        .or_default()
                        .push((Some(value), HashMap::new()));
                }
            }
            b'l' => {
                let value = self
                    .registers
                    .get(&name)
                    .and_then(|register| register.last());
                match value.and_then(|entry| entry.0.clone()) {
                    Some(value) => self.stack.push(value),
                    None => self.push(Number::default()),
                }
            }
            b'L' => match self.registers.get_mut(&name).and_then(Vec::pop) {
                Some((Some(value), _)) => self.stack.push(value),
                _ => {
                    let shown = show_register(name);
                    self.complain(&format!("stack register {shown} is empty"));
                }
            },
            b':' => {
                let index = self.pop_number().and_then(|index| index.to_i64());
                let Some(index) = index.filter(|index| *index >= 0) else {
                    self.complain("array index must be a nonnegative integer");
                    return;
                };
                if let Some(value) = self.pop() {
                    let register = self.registers.entry(name).or_default();
                    if register.is_empty() {
                        register.push((None, HashMap::new()));
                    }
                    if let Some(entry) = register.last_mut() {
                        entry.1.insert(index, value);
                    }
                }
            }
            _ => {
                let index = self.pop_number().and_then(|index| index.to_i64());
                let Some(index) = index.filter(|index| *index >= 0) else {
                    self.complain("array index must be a nonnegative integer");
                    return;
                };
                let entry = self
                    .registers
                    .get(&name)
                    .and_then(|register| register.last());
                let value = entry.and_then(|entry| entry.1.get(&index).cloned());
                self.stack
                    .push(value.unwrap_or(Value::Number(Number::default())));
            }
        }
    }

    fn print(&mut self, value: &Value) {
        match value {
            Value::Number(number) => {
                let digits = number.digits(&self.output_base);
                self.out.put(&digits);
            }
            Value::Text(text) => self.out.out.put(text),
        }
    }

    fn command(&mut self, command: u8) {
        match command {
            b'p' => match self.stack.last().cloned() {
                Some(value) => {
                    self.print(&value);
                    self.out.put(b"\n");
                }
                None => self.complain("stack empty"),
            },
            b'n' => {
                if let Some(value) = self.pop() {
                    self.print(&value);
                }
            }
            b'P' => match self.pop() {
                Some(Value::Text(text)) => self.out.out.put(&text),
                Some(Value::Number(number)) => {
                    let whole = number.units(0).into_parts().1;
                    self.out.out.put(&whole.to_be_bytes());
                }
                None => {}
            },
            b'f' => {
                for value in self.stack.clone().iter().rev() {
                    self.print(value);
                    self.out.put(b"\n");
                }
            }
            b'c' => self.stack.clear(),
            b'd' => match self.stack.last().cloned() {
                Some(value) => self.stack.push(value),
                None => self.complain("stack empty"),
            },
            b'r' => match self.stack.len() {
                0 | 1 => self.complain("stack empty"),
                length => self.stack.swap(length - 1, length - 2),
            },
            b'R' => {
                if let Some(count) = self.pop_number().and_then(|count| count.to_i64()) {
                    let length = self.stack.len();
                    let size = usize::try_from(count.unsigned_abs())
                        .unwrap_or(usize::MAX)
                        .min(length);
                    let top = &mut self.stack[length - size..];
                    match () {
                        () if size < 2 => {}
                        () if count > 0 => top.rotate_left(1),
                        () => top.rotate_right(1),
                    }
                }
            }
            b'z' => self.push(Number::from_i64(self.stack.len() as i64)),
            b'Z' => match self.pop() {
                Some(Value::Text(text)) => self.push(Number::from_i64(text.len() as i64)),
                Some(Value::Number(number)) => {
                    // Zeros before the first digit do not count here.
                    let digits = number
                        .units(number.scale())
                        .into_parts()
                        .1
                        .to_string()
                        .len();
                    self.push(Number::from_i64(digits as i64));
                }
                None => {}
            },
            b'X' => match self.pop() {
                Some(Value::Number(number)) => self.push(Number::from_i64(number.scale() as i64)),
                Some(Value::Text(_)) => self.push(Number::default()),
                None => {}
            },
            b'k' => match self.pop_number() {
                Some(number) if !number.is_negative() => {
                    self.scale = usize::try_from(number.to_i64().unwrap_or(0)).unwrap_or(0);
                }
                Some(_) => self.complain("scale must be a nonnegative integer"),
                None => {}
            },
            b'i' => match self.pop_number().map(|number| number.to_i64()) {
                Some(Some(base @ 2..=16)) => self.input_base = base as u32,
                Some(_) => {
                    self.complain("input base must be a number between 2 and 16 (inclusive)")
                }
                None => {}
            },
            b'o' => match self.pop_number().map(|number| number.to_i64()) {
                Some(Some(base)) if base > 1 => self.output_base = UBig::from(base.unsigned_abs()),
                Some(_) => self.complain("output base must be a number greater than 1"),
                None => {}
            },
            b'K' => self.push(Number::from_i64(self.scale as i64)),
            b'I' => self.push(Number::from_i64(i64::from(self.input_base))),
            b'O' => self.push(Number::from_parts(self.output_base.clone().into(), 0)),
            b'a' => match self.pop() {
                Some(Value::Text(text)) => {
                    let first: Vec<u8> = text.iter().take(1).copied().collect();
                    self.stack.push(Value::Text(first.into()));
                }
                Some(Value::Number(number)) => {
                    let low = number.units(0).into_parts().1.to_le_bytes();
                    let first = vec![low.first().copied().unwrap_or(0)];
                    self.stack.push(Value::Text(first.into()));
                }
                None => {}
            },
            b'v' => {
                if let Some(number) = self.pop_number() {
                    match number.root(self.scale) {
                        Some(root) => self.push(root),
                        None => self.complain("square root of negative number"),
                    }
                }
            }
            b'+' | b'-' | b'*' | b'/' | b'%' | b'^' | b'~' => self.binary(command),
            b'|' => {
                if self.stack.len() < 3 {
                    return self.complain("stack empty");
                }
                let (Some(modulus), Some(exponent), Some(base)) =
                    (self.pop_number(), self.pop_number(), self.pop_number())
                else {
                    return;
                };
                match power_modulo(&base, &exponent, &modulus) {
                    Some(number) => self.push(number),
                    None => self.complain("remainder by zero"),
                }
            }
            other => {
                let shown = match other {
                    b' '..=b'~' => format!("'{}' (0{other:o}) unimplemented", char::from(other)),
                    _ => format!("0{other:o} unimplemented"),
                };
                // Half of the message goes to either output.
                self.out.out.put(format!("{shown}\n").as_bytes());
                self.out.out.flush();
                let _ = sys::write(2, b"dc: ");
            }
        }
    }

    fn binary(&mut self, command: u8) {
        if self.stack.len() < 2 {
            return self.complain("stack empty");
        }
        let (Some(Value::Number(b)), Some(Value::Number(a))) = (
            self.stack.last().cloned(),
            self.stack.get(self.stack.len() - 2).cloned(),
        ) else {
            return self.complain("non-numeric value");
        };
        self.stack.truncate(self.stack.len() - 2);
        let result = match command {
            b'+' => Ok(a.add(&b)),
            b'-' => Ok(a.subtract(&b)),
            b'*' => Ok(a.multiply(&b, self.scale)),
            b'/' => a.divide(&b, self.scale).ok_or("divide by zero"),
            b'%' => a.remainder(&b, self.scale).ok_or("remainder by zero"),
            b'~' => match (a.divide(&b, self.scale), a.remainder(&b, self.scale)) {
                (Some(quotient), Some(rest)) => {
                    self.push(quotient);
                    Ok(rest)
                }
                _ => Err("divide by zero"),
            },
            _ => match b.to_i64() {
                Some(exponent) if exponent < 0 && a.is_zero() => Err("divide by zero"),
                Some(exponent) => a.raise(exponent, self.scale).ok_or("exponent too large"),
                None => Err("exponent too large"),
            },
        };
        match result {
            Ok(number) => self.push(number),
            Err(text) => {
                self.push(a);
                self.push(b);
                self.complain(text);
            }
        }
    }
}

/// Runs a macro; the frame of a finished one makes way for it.
fn enter(frames: &mut Vec<Frame>, text: std::rc::Rc<[u8]>) {
    if frames.len() > 1
        && frames
            .last()
            .is_some_and(|frame| frame.at >= frame.text.len())
    {
        frames.pop();
    }
    frames.push(Frame { text, at: 0 });
}

/// A number; unlike `bc`'s, digits beyond the base keep their value.
fn literal(text: &[u8], base: u32) -> Number {
    if base == 10 && !text.iter().any(u8::is_ascii_uppercase) {
        return Number::parse(text, 10);
    }
    let negative = text.first() == Some(&b'_');
    let digits = if negative { &text[1..] } else { text };
    let point = digits
        .iter()
        .position(|byte| *byte == b'.')
        .unwrap_or(digits.len());
    let scale = digits.len().saturating_sub(point + 1);
    let mut units = UBig::ZERO;
    for digit in digits
        .iter()
        .filter_map(|byte| char::from(*byte).to_digit(16))
    {
        units = units * UBig::from(base) + UBig::from(digit);
    }
    let units = units * super::number::ten_to(scale) / UBig::from(base).pow(scale);
    let value = dashu_int::IBig::from(units);
    Number::from_parts(if negative { -value } else { value }, scale)
}

fn show_register(name: u8) -> String {
    match name {
        b' '..=b'~' => format!("'{}' (0{name:o})", char::from(name)),
        _ => format!("0{name:o}"),
    }
}
