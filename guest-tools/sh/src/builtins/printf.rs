//! `printf`.

mod decimal;
mod float;
mod integer;
mod spec;
mod time;
mod zone;

pub use time::format as date;

use self::spec::{Length, Spec};
use super::echo::escape::{self, Dialect};
use super::getopts::letters::Letters;
use crate::exec::{Run, Shell};
use crate::expand::quote_backslash;
use crate::text::int_text;

/// `printf`.
pub fn printf(sh: &mut Shell, args: &[Vec<u8>]) -> Run {
    let mut letters = Letters::new(args, b"v:");
    let mut variable = None;
    loop {
        match letters.next(sh) {
            Ok(Some((_, name))) => variable = Some(name),
            Ok(None) => break,
            Err(failed) => return failed,
        }
    }
    if let Some(name) = variable
        && sh.parse_reference(name).is_none()
    {
        let message = [b"`", name, b"': not a valid identifier"].concat();
        return sh.fail(b"printf", &message, 2);
    }
    let Some((format, words)) = letters.rest().split_first() else {
        return sh.usage(b"printf");
    };
    let mut printer = Printer {
        sh,
        words,
        used: 0,
        out: Vec::new(),
        failed: false,
    };
    loop {
        let before = printer.used;
        if printer.pass(format) || printer.used == before || printer.used >= words.len() {
            break;
        }
    }
    let Printer { out, failed, .. } = printer;
    match variable {
        None => sh.print(&out),
        Some(name) => {
            let text = out.split(|c| *c == 0).next().unwrap_or_default().to_vec();
            if let Err(error) = sh.assign_reference(name, text) {
                sh.complain(&error.message);
                return Ok(1);
            }
        }
    }
    Ok(i32::from(failed))
}

struct Printer<'a> {
    sh: &'a mut Shell,
    words: &'a [Vec<u8>],
    used: usize,
    out: Vec<u8>,
    failed: bool,
}

impl<'a> Printer<'a> {
    /// Goes through the format once; true if that ends the output.
    fn pass(&mut self, format: &[u8]) -> bool {
        let mut at = 0;
        while at < format.len() {
            match format[at] {
                b'\\' => {
                    let mut errors = Vec::new();
                    let len = escape::one(
                        &format[at + 1..],
                        Dialect::Format,
                        &mut self.out,
                        &mut errors,
                    );
                    at += 1 + len.unwrap_or(0);
                    self.complain_all(errors);
                }
                b'%' if format.get(at + 1) == Some(&b'%') => {
                    self.out.push(b'%');
                    at += 2;
                }
                b'%' => {
                    let (spec, len) = spec::parse(&format[at + 1..]);
                    if let Some(c) = spec.not_of_times {
                        let message = b"printf: warning: `";
                        let rest = b"': invalid time format specification";
                        self.sh.complain(&[&message[..], &[c], rest].concat());
                        self.out.push(b'%');
                        at += 1;
                        continue;
                    }
                    at += 1 + len;
                    if self.convert(&spec, format) {
                        return true;
                    }
                }
                _ => {
                    let rest = &format[at..];
                    let len = rest.iter().position(|c| matches!(c, b'\\' | b'%'));
                    let len = len.unwrap_or(rest.len());
                    self.out.extend_from_slice(&rest[..len]);
                    at += len;
                }
            }
        }
        false
    }

    fn next(&mut self) -> Option<&'a [u8]> {
        let word = self.words.get(self.used);
        self.used += usize::from(word.is_some());
        word.map(Vec::as_slice)
    }

    /// Complains about escapes, which is no failure.
    fn complain_all(&mut self, errors: Vec<String>) {
        for error in errors {
            self.sh.complain(&[b"printf: ", error.as_bytes()].concat());
        }
    }

    fn complain(&mut self, message: &[u8]) {
        self.sh.complain(&[b"printf: ", message].concat());
        self.failed = true;
    }

    fn length(&mut self, length: Length) -> Option<i64> {
        match length {
            Length::None => None,
            Length::Number(number) => Some(number),
            Length::Argument => Some(self.integer() as i64),
        }
    }

    /// Converts one argument; true if the output ends here.
    fn convert(&mut self, spec: &Spec, format: &[u8]) -> bool {
        let mut spec = spec.clone();
        if let Some(width) = self.length(spec.width) {
            spec.flags.left |= width < 0;
            spec.width = Length::Number(width.saturating_abs());
        }
        if let Some(precision) = self.length(spec.precision) {
            spec.precision = if precision < 0 {
                Length::None
            } else {
                Length::Number(precision)
            };
        }
        match spec.conversion {
            b's' => {
                let word = self.next().unwrap_or_default();
                spec.put_text(word, &mut self.out);
            }
            b'c' => {
                let word = self.next().unwrap_or_default();
                spec.precision = Length::None;
                spec.put_text(&word[..word.len().min(1)], &mut self.out);
                if word.is_empty() && spec.width().max(1) == 1 {
                    self.out.push(0);
                }
            }
            b'b' => {
                let word = self.next().unwrap_or_default();
                let (mut text, mut errors) = (Vec::new(), Vec::new());
                let ends = escape::expand(word, Dialect::Argument, &mut text, &mut errors);
                self.complain_all(errors);
                spec.put_text(&text, &mut self.out);
                return ends;
            }
            b'q' => {
                let word = self.next().unwrap_or_default();
                spec.put_text(&quote_backslash(word), &mut self.out);
            }
            b'Q' => {
                let word = self.next().unwrap_or_default();
                let word = spec.cut(word);
                spec.precision = Length::None;
                spec.put_text(&quote_backslash(word), &mut self.out);
            }
            b'd' | b'i' => {
                let value = self.integer_within(i128::from(i64::MIN), i128::from(i64::MAX)) as i64;
                let digits = value.unsigned_abs().to_string();
                spec.put_integer(value < 0, true, "", digits.as_bytes(), &mut self.out);
            }
            b'u' | b'o' | b'x' | b'X' => {
                let value = integer::as_unsigned(
                    self.integer_within(-i128::from(u64::MAX), i128::from(u64::MAX)),
                );
                integer::put_unsigned(&spec, value, &mut self.out);
            }
            b'e' | b'E' | b'f' | b'F' | b'g' | b'G' | b'a' | b'A' => {
                let value = self.float();
                float::put(&spec, &value, &mut self.out);
            }
            b'T' => self.time(&spec),
            b'n' => {
                let count = int_text(self.out.len() as i64);
                if let Some(name) = self.next() {
                    if crate::text::is_name(name) {
                        self.sh.set_text(name, count);
                    } else {
                        self.complain(&[b"`", name, b"': not a valid identifier"].concat());
                        return true;
                    }
                }
            }
            0 => {
                let text = &format[format.len() - spec.len.min(format.len())..];
                let text = [b"`", text, b"': missing format character"].concat();
                self.complain(&text);
                return true;
            }
            other => {
                self.complain(&[b"`", &[other][..], b"': invalid format character"].concat());
                return true;
            }
        }
        false
    }

    /// The next argument as a whole number; messages if it is none.
    fn integer(&mut self) -> i128 {
        let Some(word) = self.next() else { return 0 };
        let (value, valid) = integer::parse(word);
        if !valid {
            self.complain(&[word, b": ", integer::reproach(word)].concat());
        }
        value
    }

    /// The next argument as a whole number that fits; a warning if it does not.
    fn integer_within(&mut self, least: i128, most: i128) -> i128 {
        let word = self.words.get(self.used);
        let value = self.integer();
        if let Some(word) = word
            && !(least..=most).contains(&value)
        {
            let message = [
                b"printf: warning: ",
                word.as_slice(),
                b": Numerical result out of range",
            ];
            self.sh.complain(&message.concat());
            if least < 0 && least == -most {
                return most;
            }
        }
        value.clamp(least, most)
    }

    fn float(&mut self) -> decimal::Extended {
        let Some(word) = self.next() else {
            return decimal::Extended::default();
        };
        if let Some(value) = integer::character(word) {
            return decimal::Extended::from_integer(value);
        }
        let (value, valid) = float::parse(word);
        if !valid {
            self.complain(&[word, b": ", integer::reproach(word)].concat());
        }
        value
    }

    fn time(&mut self, spec: &Spec) {
        const SECOND_NS: u64 = 1_000_000_000;
        let now = || (crate::sys::realtime_ns() / SECOND_NS) as i64;
        let seconds = match self.words.get(self.used) {
            None => now(),
            Some(_) => match self.integer() {
                -1 => now(),
                -2 => {
                    let running = crate::sys::monotonic_ns().saturating_sub(self.sh.start_ns);
                    now() - (running / SECOND_NS) as i64
                }
                value => value as i64,
            },
        };
        let format = if spec.time.is_empty() {
            &b"%X"[..]
        } else {
            &spec.time
        };
        let mut text = time::format(self.sh, seconds, format);
        // bash has room for this much, and prints nothing where that is too little.
        if text.len() >= 128 {
            text.clear();
        }
        spec.put_text(&text, &mut self.out);
    }
}
