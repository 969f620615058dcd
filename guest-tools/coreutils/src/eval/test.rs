//! `test` and `[`.

use crate::Args;
use crate::cli::Context;
use crate::sys::{self, ExtStat, mode};
use crate::text::quote;
use std::cmp::Ordering;

/// Exit code for malformed expressions.
const MALFORMED: i32 = 2;
/// Deepest nesting of parentheses and negations.
const DEPTH_MAX: usize = 500;

/// Runs `test`.
pub fn test(args: &Args) -> i32 {
    let context = Context::new(args, "test", MALFORMED);
    evaluate(&context, args.get(1..).unwrap_or_default())
}

/// Runs `[`.
pub fn bracket(args: &Args) -> i32 {
    let context = Context::new(args, "[", MALFORMED);
    match args.get(1..).unwrap_or_default() {
        [only] if only == b"--help" => context.help(),
        [only] if only == b"--version" => context.version(),
        [inner @ .., last] if last == b"]" => evaluate(&context, inner),
        _ => {
            context.say(b"missing ']'");
            MALFORMED
        }
    }
}

fn evaluate(context: &Context<'_>, tokens: &[Vec<u8>]) -> i32 {
    let mut parser = Parser {
        tokens,
        at: 0,
        depth: 0,
    };
    let result = parser
        .by_count(tokens.len())
        .and_then(|value| match tokens.get(parser.at) {
            None => Ok(value),
            Some(extra) => Err([b"extra argument ".as_slice(), &quote::always(extra)].concat()),
        });
    match result {
        Ok(value) => i32::from(!value),
        Err(text) => {
            context.say(&text);
            MALFORMED
        }
    }
}

type Fault = Vec<u8>;

struct Parser<'a> {
    tokens: &'a [Vec<u8>],
    at: usize,
    depth: usize,
}

fn is_binary(token: &[u8]) -> bool {
    matches!(
        token,
        b"=" | b"=="
            | b"!="
            | b"-eq"
            | b"-ne"
            | b"-lt"
            | b"-le"
            | b"-gt"
            | b"-ge"
            | b"-nt"
            | b"-ot"
            | b"-ef"
    )
}

fn is_unary(token: &[u8]) -> bool {
    matches!(token, [b'-', letter] if b"bcdefgGhkLNnOprsStuwxz".contains(letter))
}

impl Parser<'_> {
    fn token(&self, ahead: usize) -> Option<&[u8]> {
        self.tokens.get(self.at + ahead).map(Vec::as_slice)
    }

    fn is(&self, ahead: usize, word: &[u8]) -> bool {
        self.token(ahead) == Some(word)
    }

    fn missing(&self) -> Fault {
        let last = self.at.checked_sub(1).and_then(|at| self.tokens.get(at));
        let quoted = quote::always(last.map_or(b"", Vec::as_slice));
        [b"missing argument after ".as_slice(), &quoted].concat()
    }

    /// POSIX's rules for up to four arguments; more are an expression.
    fn by_count(&mut self, count: usize) -> Result<bool, Fault> {
        match count {
            0 => Ok(false),
            1 => {
                self.at += 1;
                Ok(!self.tokens[self.at - 1].is_empty())
            }
            2 => self.two(),
            3 => self.three(),
            4 if self.is(0, b"!") => {
                self.at += 1;
                Ok(!self.three()?)
            }
            4 if self.is(0, b"(") && self.is(3, b")") => {
                self.at += 1;
                let value = self.two()?;
                self.at += 1;
                Ok(value)
            }
            _ => self.either(),
        }
    }

    fn two(&mut self) -> Result<bool, Fault> {
        if self.is(0, b"!") {
            self.at += 2;
            return Ok(self.tokens[self.at - 1].is_empty());
        }
        let operator = self.token(0).unwrap_or_default();
        if !matches!(operator, [b'-', _]) {
            let last = quote::always(&self.tokens[self.tokens.len() - 1]);
            return Err([b"missing argument after ".as_slice(), &last].concat());
        }
        if !is_unary(operator) {
            let quoted = quote::always(operator);
            return Err([quoted.as_slice(), b": unary operator expected"].concat());
        }
        self.unary()
    }

    fn three(&mut self) -> Result<bool, Fault> {
        let operator = self.token(1).unwrap_or_default();
        if is_binary(operator) {
            return self.binary();
        }
        if self.is(0, b"!") {
            self.at += 1;
            return Ok(!self.two()?);
        }
        if self.is(0, b"(") && self.is(2, b")") {
            self.at += 3;
            return Ok(!self.tokens[self.at - 2].is_empty());
        }
        if operator == b"-a" || operator == b"-o" {
            return self.either();
        }
        let quoted = quote::always(operator);
        Err([quoted.as_slice(), b": binary operator expected"].concat())
    }

    fn either(&mut self) -> Result<bool, Fault> {
        let mut value = self.both()?;
        while self.is(0, b"-o") {
            self.at += 1;
            value |= self.both()?;
        }
        Ok(value)
    }

    fn both(&mut self) -> Result<bool, Fault> {
        let mut value = self.term()?;
        while self.is(0, b"-a") {
            self.at += 1;
            value &= self.term()?;
        }
        Ok(value)
    }

    fn term(&mut self) -> Result<bool, Fault> {
        let mut negated = false;
        while self.is(0, b"!") {
            self.at += 1;
            negated = !negated;
        }
        let Some(token) = self.token(0) else {
            return Err(self.missing());
        };
        let value = if self.token(0) == Some(b"(") {
            self.depth += 1;
            if self.depth > DEPTH_MAX {
                return Err(b"expression nested too deeply".to_vec());
            }
            self.at += 1;
            if self.token(0).is_none() {
                return Err(self.missing());
            }
            // Up to four arguments inside go by POSIX's rules.
            let inside = (1..4).find(|ahead| self.is(*ahead, b")"));
            let value = match inside {
                Some(count) if self.at + 4 <= self.tokens.len() || inside.is_some() => {
                    self.by_count(count)?
                }
                _ => self.either()?,
            };
            match self.token(0) {
                Some(b")") => self.at += 1,
                Some(other) => {
                    let quoted = quote::always(other);
                    return Err([b"')' expected, found ".as_slice(), &quoted].concat());
                }
                None => return Err(b"')' expected".to_vec()),
            }
            self.depth -= 1;
            value
        } else if self.tokens.len() - self.at >= 4
            && token == b"-l"
            && is_binary(self.token(2).unwrap_or_default())
            || self.tokens.len() - self.at >= 3 && is_binary(self.token(1).unwrap_or_default())
        {
            self.binary()?
        } else if is_unary(token) {
            self.unary()?
        } else {
            let value = !token.is_empty();
            self.at += 1;
            value
        };
        Ok(value != negated)
    }

    fn unary(&mut self) -> Result<bool, Fault> {
        let operator = self.token(0).unwrap_or_default().to_vec();
        self.at += 1;
        let Some(operand) = self.token(0) else {
            return Err(self.missing());
        };
        let operand = operand.to_vec();
        self.at += 1;
        let letter = operator.get(1).copied().unwrap_or_default();
        let stat = || sys::stat(&operand, !matches!(letter, b'h' | b'L')).ok();
        let kind = |wanted: u32| stat().is_some_and(|stat| stat.mode & mode::TYPE == wanted);
        let bit = |wanted: u32| stat().is_some_and(|stat| stat.mode & wanted != 0);
        Ok(match letter {
            b'n' => !operand.is_empty(),
            b'z' => operand.is_empty(),
            b'e' => stat().is_some(),
            b'f' => kind(mode::REGULAR),
            b'd' => kind(mode::DIRECTORY),
            b'h' | b'L' => kind(mode::LINK),
            b'p' => kind(mode::FIFO),
            b'S' => kind(mode::SOCKET),
            b'b' => kind(mode::BLOCK),
            b'c' => kind(mode::CHARACTER),
            b'u' => bit(mode::SET_UID),
            b'g' => bit(mode::SET_GID),
            b'k' => bit(mode::STICKY),
            b's' => stat().is_some_and(|stat| stat.size_bytes > 0),
            b'O' => stat().is_some_and(|stat| stat.uid == sys::identity().0),
            b'G' => stat().is_some_and(|stat| stat.gid == sys::identity().1),
            b'N' => stat().is_some_and(|stat| stat.modified_ns > stat.accessed_ns),
            b'r' => stat().is_some_and(|stat| allowed(&stat, 4)),
            b'w' => stat().is_some_and(|stat| allowed(&stat, 2)),
            b'x' => stat().is_some_and(|stat| allowed(&stat, 1)),
            b't' => {
                let number = integer(&operand)?;
                let text = String::from_utf8_lossy(&number.1).into_owned();
                !number.0 && text.parse().is_ok_and(sys::is_terminal)
            }
            _ => false,
        })
    }

    fn binary(&mut self) -> Result<bool, Fault> {
        let left_is_length = self.is(0, b"-l")
            && self.tokens.len() - self.at >= 4
            && is_binary(self.token(2).unwrap_or_default());
        self.at += usize::from(left_is_length);
        let left = self.token(0).unwrap_or_default().to_vec();
        let operator = self.token(1).unwrap_or_default().to_vec();
        self.at += 2;
        let right_is_length = self.is(0, b"-l") && self.token(1).is_some();
        self.at += usize::from(right_is_length);
        let Some(right) = self.token(0).map(<[u8]>::to_vec) else {
            return Err(self.missing());
        };
        self.at += 1;
        let numbers = || -> Result<Ordering, Fault> {
            let value = |text: &[u8], length: bool| match length {
                true => Ok((false, text.len().to_string().into_bytes())),
                false => integer(text),
            };
            Ok(order(
                &value(&left, left_is_length)?,
                &value(&right, right_is_length)?,
            ))
        };
        let time = |path: &[u8]| sys::stat(path, true).ok().map(|stat| stat.modified_ns);
        Ok(match operator.as_slice() {
            b"=" | b"==" => left == right,
            b"!=" => left != right,
            b"-eq" => numbers()?.is_eq(),
            b"-ne" => numbers()?.is_ne(),
            b"-lt" => numbers()?.is_lt(),
            b"-le" => numbers()?.is_le(),
            b"-gt" => numbers()?.is_gt(),
            b"-ge" => numbers()?.is_ge(),
            b"-nt" => time(&left) > time(&right),
            b"-ot" => time(&left) < time(&right),
            _ => match (sys::stat(&left, true), sys::stat(&right, true)) {
                (Ok(a), Ok(b)) => (a.device, a.inode) == (b.device, b.inode),
                _ => false,
            },
        })
    }
}

fn allowed(stat: &ExtStat, bit: u32) -> bool {
    let (uid, gid) = sys::identity();
    if uid == 0 {
        return bit != 1 || stat.mode & 0o111 != 0 || stat.mode & mode::TYPE == mode::DIRECTORY;
    }
    let shift = if uid == stat.uid {
        6
    } else if gid == stat.gid {
        3
    } else {
        0
    };
    stat.mode >> shift & bit != 0
}

/// Sign and digits without leading zeros.
fn integer(text: &[u8]) -> Result<(bool, Vec<u8>), Fault> {
    let trimmed = text.trim_ascii();
    let (negative, digits) = match trimmed {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] => (false, digits),
        digits => (false, digits),
    };
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return Err([b"invalid integer ".as_slice(), &quote::always(text)].concat());
    }
    let zeros = digits.iter().take_while(|byte| **byte == b'0').count();
    let digits = digits[zeros..].to_vec();
    Ok((negative && !digits.is_empty(), digits))
}

fn order(a: &(bool, Vec<u8>), b: &(bool, Vec<u8>)) -> Ordering {
    let magnitude = a.1.len().cmp(&b.1.len()).then_with(|| a.1.cmp(&b.1));
    match (a.0, b.0) {
        (false, false) => magnitude,
        (true, true) => magnitude.reverse(),
        (true, false) => Ordering::Less,
        (false, true) => Ordering::Greater,
    }
}
