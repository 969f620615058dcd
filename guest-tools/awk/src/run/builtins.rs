//! Functions of the language.

use super::machine::{Machine, Run};
use super::random::{DIVISOR, Random};
use crate::lex::Builtin;
use crate::text::chars;
use crate::value::{Value, number};

impl Machine {
    pub(super) fn builtin(&mut self, builtin: Builtin, args: usize) -> Run<()> {
        match builtin {
            Builtin::Length => return self.length(args),
            Builtin::Substr => self.substr(args),
            Builtin::Index => self.index(),
            Builtin::Match => return self.match_call(args),
            Builtin::Gensub => return self.gensub(args),
            Builtin::Tolower => self.change_case(false),
            Builtin::Toupper => self.change_case(true),
            Builtin::Sin => self.apply(f64::sin),
            Builtin::Cos => self.apply(f64::cos),
            Builtin::Exp => self.apply(f64::exp),
            Builtin::Log => {
                if self.top_num() < 0.0 {
                    let n = self.argument_text();
                    self.warn_here(&format!("log: received negative argument {n}"));
                    self.pop();
                    // What the C library gives: a NaN with its sign set.
                    self.push_num(-f64::NAN);
                } else {
                    self.apply(f64::ln);
                }
            }
            Builtin::Sqrt => {
                if self.top_num() < 0.0 {
                    let n = self.argument_text();
                    self.warn_here(&format!("sqrt: called with negative argument {n}"));
                    self.pop();
                    self.push_num(-f64::NAN);
                } else {
                    self.apply(f64::sqrt);
                }
            }
            Builtin::Int => self.apply(f64::trunc),
            Builtin::Atan2 => {
                let x = self.pop().num();
                let y = self.pop().num();
                self.push_num(y.atan2(x));
            }
            Builtin::Rand => {
                let n = self.next_random();
                self.push_num(n);
            }
            Builtin::Srand => {
                let seed = match args {
                    0 => (wardian_applet::sys::now_ns() / 1_000_000_000) as f64,
                    _ => self.pop().num(),
                };
                let former = std::mem::replace(&mut self.seed, seed);
                self.random = Some(Box::new(Random::new(seed as i64 as u32)));
                self.push_num(former);
            }
            Builtin::System => {
                let command = self.pop();
                self.sync_environment();
                let code = self.streams.system(&command.text(&self.convfmt));
                self.push_num(code.into());
            }
            Builtin::Close => {
                let end = (args > 1).then(|| self.pop());
                let name = self.pop();
                let end = end.map(|end| end.text(&self.convfmt).to_ascii_lowercase());
                let code = self
                    .streams
                    .close(&name.text(&self.convfmt), end.as_deref());
                self.push_num(code.into());
            }
            Builtin::Fflush => {
                let good = match args {
                    0 => {
                        self.streams.flush_all();
                        true
                    }
                    _ => {
                        let name = self.pop();
                        let name = name.text(&self.convfmt);
                        if name.is_empty() {
                            self.streams.flush_all();
                        }
                        name.is_empty() || self.streams.flush(&name)
                    }
                };
                self.push_num(if good { 0.0 } else { -1.0 });
            }
            Builtin::Systime => {
                let now = wardian_applet::sys::now_ns() / 1_000_000_000;
                self.push_num(now as f64);
            }
            Builtin::Strftime => self.strftime(args)?,
            Builtin::Mktime => self.mktime(args),
            Builtin::Strtonum => {
                let value = self.pop();
                let n = match &value {
                    Value::Str(text) => match value.as_number() {
                        Some(n) => n,
                        None => radix_number(text.bytes()),
                    },
                    value => value.num(),
                };
                self.push_num(n);
            }
            Builtin::And => self.fold_bits(builtin, args, |a, b| a & b)?,
            Builtin::Or => self.fold_bits(builtin, args, |a, b| a | b)?,
            Builtin::Xor => self.fold_bits(builtin, args, |a, b| a ^ b)?,
            Builtin::Lshift | Builtin::Rshift => {
                let shift = self.pop().num();
                let n = self.pop().num();
                if n < 0.0 || shift < 0.0 {
                    return self.fatal(format!(
                        "{}({}, {}): negative values are not allowed",
                        builtin.text(),
                        plain(n),
                        plain(shift)
                    ));
                }
                let (n, shift) = (n as u64, shift as u32);
                let result = match builtin {
                    Builtin::Lshift => n.checked_shl(shift),
                    _ => n.checked_shr(shift),
                };
                self.push_num(result.unwrap_or(0) as f64);
            }
            Builtin::Compl => {
                let n = self.pop().num();
                if n < 0.0 {
                    return self.fatal(format!(
                        "compl({}): negative value is not allowed",
                        plain(n)
                    ));
                }
                self.push_num((!(n as u64) & ((1 << 53) - 1)) as f64);
            }
            Builtin::Typeof => {
                if args > 1 {
                    self.pop();
                }
                let value = self.pop();
                let name = type_name(&value);
                self.push(Value::string(name.as_bytes()));
            }
            Builtin::Isarray => {
                let value = self.pop();
                let yes = match &value {
                    Value::Array(_) => true,
                    Value::Untyped(array) => array.borrow().touched,
                    _ => false,
                };
                self.push(Value::truth(yes));
            }
            Builtin::Mkbool => {
                let yes = self.pop().is_true();
                self.push(Value::truth(yes));
            }
            Builtin::Dcgettext | Builtin::Dcngettext | Builtin::Bindtextdomain => {
                let start = self.stack.len() - args;
                let plural = builtin == Builtin::Dcngettext && self.stack[start + 2].num() != 1.0;
                let value = self.stack[start + usize::from(plural)].clone();
                self.stack.truncate(start);
                self.push(match builtin {
                    Builtin::Bindtextdomain => Value::string(b""),
                    _ => value,
                });
            }
            Builtin::Split
            | Builtin::Patsplit
            | Builtin::Sub
            | Builtin::Gsub
            | Builtin::Sprintf
            | Builtin::Asort
            | Builtin::Asorti => {
                return self.fatal(format!("cannot call `{}' indirectly", builtin.text()));
            }
        }
        Ok(())
    }

    fn top_num(&self) -> f64 {
        self.stack.last().map_or(0.0, Value::num)
    }

    fn argument_text(&self) -> String {
        plain(self.top_num())
    }

    fn apply(&mut self, f: impl Fn(f64) -> f64) {
        let n = self.pop().num();
        self.push_num(f(n));
    }

    fn length(&mut self, args: usize) -> Run<()> {
        if args == 0 {
            let value = self.field_value(0);
            self.push(value);
        }
        let value = self.pop();
        let length = match &value {
            Value::Array(array) => array.borrow().len(),
            Value::Untyped(array) => array.borrow().len(),
            value => chars::count(&value.text(&self.convfmt), self.utf8),
        };
        self.push_num(length as f64);
        Ok(())
    }

    fn fold_bits(
        &mut self,
        builtin: Builtin,
        args: usize,
        op: impl Fn(u64, u64) -> u64,
    ) -> Run<()> {
        let start = self.stack.len() - args;
        let mut result = None;
        for (index, value) in self.stack[start..].iter().enumerate() {
            let n = value.num();
            if n < 0.0 {
                return self.fatal(format!(
                    "{}: argument {} negative value {} is not allowed",
                    builtin.text(),
                    index + 1,
                    plain(n)
                ));
            }
            let n = n as u64;
            result = Some(result.map_or(n, |result| op(result, n)));
        }
        self.stack.truncate(start);
        self.push_num(result.unwrap_or(0) as f64);
        Ok(())
    }

    /// The next number in [0, 1), of two values of the generator, as gawk has it.
    fn next_random(&mut self) -> f64 {
        let generator = self.random.get_or_insert_with(|| Box::new(Random::new(1)));
        loop {
            let (low, high) = (generator.next(), generator.next());
            let n = 0.5 + (low / DIVISOR + high) / DIVISOR - 0.5;
            if n < 1.0 {
                return n;
            }
        }
    }
}

fn plain(n: f64) -> String {
    String::from_utf8_lossy(&number::to_text(n, b"%g")).into_owned()
}

fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Uninit => "unassigned",
        Value::Num(_) => "number",
        Value::Str(text) if text.is_missing() => "unassigned",
        Value::Str(text) if text.is_input() && number::whole(text.bytes()).is_some() => "strnum",
        Value::Str(_) => "string",
        Value::Regex(_) => "regexp",
        Value::Array(_) => "array",
        Value::Untyped(array) if array.borrow().touched => "array",
        Value::Untyped(_) | Value::Keys(_) => "untyped",
    }
}

/// The number of a text that may be hexadecimal or octal.
fn radix_number(text: &[u8]) -> f64 {
    let text = text.trim_ascii_start();
    let (negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] => (false, digits),
        digits => (false, digits),
    };
    let (radix, body) = match digits {
        [b'0', b'x' | b'X', body @ ..] => (16, body),
        [b'0', body @ ..]
            if !body.contains(&b'.') && body.first().is_some_and(u8::is_ascii_digit) =>
        {
            (8, body)
        }
        _ => return number::prefix(text),
    };
    let mut n = 0.0;
    for byte in body {
        match char::from(*byte).to_digit(radix) {
            Some(digit) => n = n * f64::from(radix) + f64::from(digit),
            None => break,
        }
    }
    if negative { -n } else { n }
}
