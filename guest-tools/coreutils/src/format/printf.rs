//! `printf`.

use super::decimal::Extended;
use super::escape::{self, Escape};
use super::float;
use super::spec::{Length, Spec};
use crate::Args;
use crate::cli::{Context, Output};
use crate::text::{quote, utf8_locale};

/// Conversions that are known.
const CONVERSIONS: &[u8] = b"aAcdeEfFgGiosuxX";

/// Runs `printf`.
pub fn run(args: &Args) -> i32 {
    let context = Context::new(args, "printf", 1);
    let mut words = args.get(1..).unwrap_or_default();
    if let [only] = words {
        match only.as_slice() {
            b"--help" => return context.help(),
            b"--version" => return context.version(),
            _ => {}
        }
    }
    if words.first().is_some_and(|word| word == b"--") {
        words = &words[1..];
    }
    let Some((format, words)) = words.split_first() else {
        return context.usage(b"missing operand");
    };
    let mut printer = Printer {
        context: &context,
        words,
        used: 0,
        out: Vec::new(),
        failed: false,
    };
    let mut stop = None;
    loop {
        let before = printer.used;
        if let Err(end) = printer.pass(format) {
            stop = Some(end);
            break;
        }
        if printer.used >= words.len() {
            break;
        }
        if printer.used == before {
            let quoted = quote::always(&words[before]);
            printer.say(&[
                b"warning: ignoring excess arguments, starting with ",
                quoted.as_slice(),
            ]);
            break;
        }
        printer.flush_large();
    }
    let Printer { out, failed, .. } = printer;
    let mut stdout = Output::stdout();
    stdout.put(&out);
    match stop {
        Some(End::Stop) => stdout.finish(&context, 0),
        Some(End::Wrong(text)) => {
            stdout.flush();
            context.say(&text);
            1
        }
        None => stdout.finish(&context, i32::from(failed)),
    }
}

/// Why the output ends early.
enum End {
    Stop,
    Wrong(Vec<u8>),
}

struct Printer<'a> {
    context: &'a Context<'a>,
    words: &'a [Vec<u8>],
    used: usize,
    out: Vec<u8>,
    failed: bool,
}

impl<'a> Printer<'a> {
    fn say(&mut self, parts: &[&[u8]]) {
        self.flush();
        self.context.say(&parts.concat());
    }

    fn flush(&mut self) {
        let mut stdout = Output::stdout();
        stdout.put(&self.out);
        stdout.flush();
        self.out.clear();
    }

    fn flush_large(&mut self) {
        if self.out.len() > 64 * 1024 {
            self.flush();
        }
    }

    fn next(&mut self) -> Option<&'a [u8]> {
        let word = self.words.get(self.used);
        self.used += usize::from(word.is_some());
        word.map(Vec::as_slice)
    }

    /// Goes through the format once.
    fn pass(&mut self, format: &[u8]) -> Result<(), End> {
        let mut at = 0;
        while let Some(byte) = format.get(at) {
            let rest = &format[at..];
            at += match (byte, rest.get(1)) {
                (b'\\', _) => self.escape(rest, false)?,
                (b'%', Some(b'%')) => {
                    self.out.push(b'%');
                    2
                }
                (b'%', Some(b'b')) => {
                    let word = self.next().unwrap_or_default();
                    let mut at = 0;
                    while at < word.len() {
                        if word[at] == b'\\' {
                            at += self.escape(&word[at..], true)?;
                        } else {
                            self.out.push(word[at]);
                            at += 1;
                        }
                    }
                    2
                }
                (b'%', Some(b'q')) => {
                    if let Some(word) = self.next() {
                        let quoted = quote::quote(word, quote::Style::ShellEscape);
                        self.out.extend_from_slice(&quoted);
                    }
                    2
                }
                (b'%', _) => self.directive(rest)?,
                _ => {
                    let len = rest.iter().position(|byte| matches!(byte, b'\\' | b'%'));
                    let len = len.unwrap_or(rest.len());
                    self.out.extend_from_slice(&rest[..len]);
                    len
                }
            };
        }
        Ok(())
    }

    fn escape(&mut self, text: &[u8], argument: bool) -> Result<usize, End> {
        match escape::put(text, argument, &mut self.out) {
            Escape::Taken(count) => Ok(count),
            Escape::Stop => Err(End::Stop),
            Escape::Wrong(text) => Err(End::Wrong(text.into_bytes())),
        }
    }

    /// A conversion with flags and sizes; gives its length.
    fn directive(&mut self, text: &[u8]) -> Result<usize, End> {
        let mut fit = CONVERSIONS.to_vec();
        let mut spec = Spec::default();
        let mut at = 1;
        while let Some(flag) = text.get(at) {
            let unfit: &[u8] = match flag {
                b'\'' | b'I' => b"aAceEosxX",
                b'-' | b'+' | b' ' => b"",
                b'#' => b"cdisu",
                b'0' => b"cs",
                _ => break,
            };
            spec.flags.left |= *flag == b'-';
            spec.flags.plus |= *flag == b'+';
            spec.flags.space |= *flag == b' ';
            spec.flags.alternate |= *flag == b'#';
            spec.flags.zero |= *flag == b'0';
            fit.retain(|letter| !unfit.contains(letter));
            at += 1;
        }
        if let Some(width) = self.size(text, &mut at, "field width")? {
            spec.flags.left |= width < 0;
            spec.width = Length::Number(width.saturating_abs());
        }
        if text.get(at) == Some(&b'.') {
            at += 1;
            fit.retain(|letter| *letter != b'c');
            let precision = self.size(text, &mut at, "precision")?.unwrap_or(0);
            if precision >= 0 {
                spec.precision = Length::Number(precision);
            }
        }
        while matches!(text.get(at), Some(b'l' | b'L' | b'h' | b'j' | b't' | b'z')) {
            at += 1;
        }
        let conversion = text.get(at).copied().unwrap_or(0);
        if !fit.contains(&conversion) {
            let shown = &text[..text.len().min(at + 1)];
            return Err(End::Wrong(
                [shown, b": invalid conversion specification"].concat(),
            ));
        }
        spec.conversion = conversion;
        let word = self.next().unwrap_or_default();
        match conversion {
            b'c' => {
                let byte = word.first().copied().unwrap_or(0);
                spec.put_text(&[byte], &mut self.out);
            }
            b's' => spec.put_text(word, &mut self.out),
            b'd' | b'i' => {
                let value = self.integer(word, i128::from(i64::MIN), i128::from(i64::MAX));
                let digits = value.unsigned_abs().to_string();
                spec.put_integer(value < 0, true, "", digits.as_bytes(), &mut self.out);
            }
            b'o' | b'u' | b'x' | b'X' => {
                let most = i128::from(u64::MAX);
                let value = self.integer(word, -most, most) as u64;
                self.unsigned(&spec, value);
            }
            _ => {
                let value = self.float(word);
                float::put(&spec, &value, &mut self.out);
            }
        }
        Ok(at + 1)
    }

    fn size(&mut self, text: &[u8], at: &mut usize, what: &str) -> Result<Option<i64>, End> {
        if text.get(*at) == Some(&b'*') {
            *at += 1;
            let Some(word) = self.next() else {
                return Ok(Some(0));
            };
            let value = self.integer(word, i128::from(i64::MIN), i128::from(i64::MAX));
            let limit = i128::from(i32::MAX);
            if value > limit || value < -limit - 1 && what != "precision" {
                let text = format!("invalid {what}: ");
                return Err(End::Wrong([text.as_bytes(), &quote::always(word)].concat()));
            }
            return Ok(Some(value.max(-limit) as i64));
        }
        let mut value = None;
        while let Some(digit) = text.get(*at).filter(|byte| byte.is_ascii_digit()) {
            value = Some((value.unwrap_or(0) * 10 + i64::from(digit - b'0')).min(1 << 31));
            *at += 1;
        }
        Ok(value)
    }

    fn unsigned(&mut self, spec: &Spec, value: u64) {
        let alternate = spec.flags.alternate;
        let (mut digits, mut prefix) = match spec.conversion {
            b'o' => (format!("{value:o}"), ""),
            b'x' => (format!("{value:x}"), "0x"),
            b'X' => (format!("{value:X}"), "0X"),
            _ => (value.to_string(), ""),
        };
        if !alternate || value == 0 {
            prefix = "";
        }
        let mut spec = spec.clone();
        if alternate
            && spec.conversion == b'o'
            && spec.precision().unwrap_or(0) <= digits.len()
            && value > 0
        {
            digits.insert(0, '0');
        }
        if alternate && spec.conversion == b'o' && value == 0 {
            spec.precision = match spec.precision() {
                Some(0) => Length::Number(1),
                _ => spec.precision,
            };
        }
        spec.put_integer(false, false, prefix, digits.as_bytes(), &mut self.out);
    }

    /// The character after a quote, as a number.
    fn character(&mut self, word: &[u8]) -> Option<i128> {
        let ([b'"' | b'\'', rest @ ..], true) = (word, word.len() > 1) else {
            return None;
        };
        let mut value = i128::from(rest[0]);
        let mut len = 1;
        if utf8_locale() && !rest[0].is_ascii() {
            let chunk = &rest[..rest.len().min(4)];
            let valid = match std::str::from_utf8(chunk) {
                Ok(text) => text,
                Err(error) => {
                    std::str::from_utf8(&chunk[..error.valid_up_to()]).unwrap_or_default()
                }
            };
            if let Some(it) = valid.chars().next() {
                value = i128::from(u32::from(it));
                len = it.len_utf8();
            }
        }
        if len < rest.len() {
            let tail: &[u8] = b": character(s) following character constant have been ignored";
            let rest = rest[len..].to_vec();
            self.say(&[b"warning: ", &rest, tail]);
        }
        Some(value)
    }

    fn reproach(&mut self, word: &[u8], used: usize, range: bool) {
        let quoted = quote::always(word);
        let text: &[u8] = if range {
            b": Numerical result out of range"
        } else if used == word.len() {
            return;
        } else if used == 0 {
            b": expected a numeric value"
        } else {
            b": value not completely converted"
        };
        self.failed = true;
        self.say(&[&quoted, text]);
    }

    fn integer(&mut self, word: &[u8], least: i128, most: i128) -> i128 {
        if let Some(value) = self.character(word) {
            return value;
        }
        let (value, used) = read_integer(word);
        let fits = (least..=most).contains(&value);
        self.reproach(word, used, !fits);
        if !fits && least == -most {
            return most;
        }
        value.clamp(least, most)
    }

    fn float(&mut self, word: &[u8]) -> Extended {
        if let Some(value) = self.character(word) {
            return Extended::from_integer(value);
        }
        let (value, valid) = float::parse(word);
        let infinite = value.special == Some("inf") && word.iter().any(u8::is_ascii_digit);
        if !valid || infinite {
            // Where the number ends tells which of the messages is due.
            let used = usize::from(number_starts(word));
            self.reproach(word, used, infinite);
        }
        value
    }
}

fn number_starts(word: &[u8]) -> bool {
    let text = word.trim_ascii_start();
    let text = match text {
        [b'-' | b'+', rest @ ..] => rest,
        text => text,
    };
    let text = text.strip_prefix(b".").unwrap_or(text);
    let lower = text.get(..3).map(<[u8]>::to_ascii_lowercase);
    text.first().is_some_and(u8::is_ascii_digit)
        || lower.is_some_and(|word| word == b"inf" || word == b"nan")
}

/// A number as C's `strtol` reads it with any base, and where it ends.
fn read_integer(word: &[u8]) -> (i128, usize) {
    let blanks = word
        .iter()
        .take_while(|byte| byte.is_ascii_whitespace() || **byte == 11)
        .count();
    let mut at = blanks;
    let negative = word.get(at) == Some(&b'-');
    at += usize::from(matches!(word.get(at), Some(b'-' | b'+')));
    let hex =
        matches!(word.get(at..), Some([b'0', b'x' | b'X', digit, ..]) if digit.is_ascii_hexdigit());
    let base = if hex {
        at += 2;
        16
    } else if word.get(at) == Some(&b'0') {
        8
    } else {
        10
    };
    let start = at;
    let mut value: i128 = 0;
    while let Some(digit) = word
        .get(at)
        .and_then(|byte| char::from(*byte).to_digit(base))
    {
        value = value
            .saturating_mul(i128::from(base))
            .saturating_add(i128::from(digit));
        at += 1;
    }
    if at == start {
        return (0, 0);
    }
    (if negative { -value } else { value }, at)
}
