//! `test` and `[`: the grammar by number of arguments, and the operators.

mod files;

use crate::exec::{Run, Shell};
use crate::text::canonical_int;

/// True or false, or a message.
type Verdict = Result<bool, Vec<u8>>;

/// `[`.
pub fn bracket(sh: &mut Shell, args: &[Vec<u8>]) -> Run {
    match args.split_last() {
        Some((last, rest)) if last == b"]" && !rest.is_empty() => run(sh, b"[", &rest[1..]),
        _ => sh.fail(b"[", b"missing `]'", 2),
    }
}

/// `test`.
pub fn test(sh: &mut Shell, args: &[Vec<u8>]) -> Run {
    run(sh, b"test", &args[1..])
}

fn run(sh: &mut Shell, name: &[u8], words: &[Vec<u8>]) -> Run {
    let mut expr = Expression {
        sh,
        words,
        at: 0,
        bracket: name == b"[",
    };
    match expr.decide() {
        Ok(verdict) => Ok(i32::from(!verdict)),
        Err(message) => sh.fail(name, &message, 2),
    }
}

struct Expression<'a> {
    sh: &'a mut Shell,
    words: &'a [Vec<u8>],
    at: usize,
    /// Whether a `]` follows the words.
    bracket: bool,
}

impl<'a> Expression<'a> {
    fn decide(&mut self) -> Verdict {
        let words = self.words;
        match words {
            [] => return Ok(false),
            [word] => return Ok(!word.is_empty()),
            [_, _] => return self.two(words),
            [_, _, _] => return self.three(words),
            [not, rest @ ..] if rest.len() == 3 && not == b"!" => {
                return self.three(rest).map(|verdict| !verdict);
            }
            [open, inner @ .., close] if inner.len() == 2 && open == b"(" && close == b")" => {
                return self.two(inner);
            }
            _ => {}
        }
        let verdict = self.or()?;
        match words.get(self.at) {
            None => Ok(verdict),
            Some(word) if word.first() == Some(&b'-') => {
                Err([b"syntax error: `", word.as_slice(), b"' unexpected"].concat())
            }
            Some(_) => Err(b"too many arguments".to_vec()),
        }
    }

    fn two(&mut self, words: &[Vec<u8>]) -> Verdict {
        let (op, operand) = (&words[0], &words[1]);
        if op == b"!" {
            return Ok(operand.is_empty());
        }
        match op.as_slice() {
            [b'-', letter] if is_unary(*letter) => self.unary(*letter, operand),
            _ => Err([op.as_slice(), b": unary operator expected"].concat()),
        }
    }

    fn three(&mut self, words: &[Vec<u8>]) -> Verdict {
        let (left, op, right) = (&words[0], &words[1], &words[2]);
        if let Some(verdict) = binary(left, op, right) {
            return verdict;
        }
        match op.as_slice() {
            b"-a" => return Ok(!left.is_empty() && !right.is_empty()),
            b"-o" => return Ok(!left.is_empty() || !right.is_empty()),
            _ => {}
        }
        if left == b"!" {
            return self.two(&words[1..]).map(|verdict| !verdict);
        }
        if left == b"(" && right == b")" {
            return Ok(!op.is_empty());
        }
        Err([op.as_slice(), b": binary operator expected"].concat())
    }

    fn next_is(&self, word: &[u8]) -> bool {
        self.words.get(self.at).is_some_and(|next| next == word)
    }

    fn or(&mut self) -> Verdict {
        let mut verdict = self.and()?;
        while self.next_is(b"-o") {
            self.at += 1;
            let right = self.and()?;
            verdict = verdict || right;
        }
        Ok(verdict)
    }

    fn and(&mut self) -> Verdict {
        let mut verdict = self.term()?;
        while self.next_is(b"-a") {
            self.at += 1;
            let right = self.term()?;
            verdict = verdict && right;
        }
        Ok(verdict)
    }

    fn term(&mut self) -> Verdict {
        let words = self.words;
        let Some(word) = words.get(self.at) else {
            return Err(b"argument expected".to_vec());
        };
        if word == b"!" {
            self.at += 1;
            return self.term().map(|verdict| !verdict);
        }
        if word == b"(" {
            self.at += 1;
            let verdict = self.or()?;
            return match words.get(self.at) {
                None if self.bracket => Err(b"`)' expected, found ]".to_vec()),
                None => Err(b"`)' expected".to_vec()),
                Some(close) if close == b")" => {
                    self.at += 1;
                    Ok(verdict)
                }
                Some(other) => Err([b"`)' expected, found ", other.as_slice()].concat()),
            };
        }
        if let Some([left, op, right]) = words.get(self.at..self.at + 3)
            && let Some(verdict) = binary(left, op, right)
        {
            self.at += 3;
            return verdict;
        }
        match (word.as_slice(), words.get(self.at + 1)) {
            (b"-t", Some(operand)) if number(operand).is_none() => {
                self.at += 1;
                Ok(false)
            }
            ([b'-', letter], Some(operand)) if is_unary(*letter) => {
                self.at += 2;
                self.unary(*letter, operand)
            }
            _ => {
                self.at += 1;
                Ok(!word.is_empty())
            }
        }
    }

    fn unary(&mut self, letter: u8, operand: &[u8]) -> Verdict {
        Ok(test_unary(self.sh, letter, operand).unwrap_or(false))
    }
}

fn is_unary(letter: u8) -> bool {
    matches!(
        letter,
        b'a' | b'b'
            | b'c'
            | b'd'
            | b'e'
            | b'f'
            | b'g'
            | b'h'
            | b'k'
            | b'n'
            | b'o'
            | b'p'
            | b'r'
            | b's'
            | b't'
            | b'u'
            | b'v'
            | b'w'
            | b'x'
            | b'z'
            | b'G'
            | b'L'
            | b'N'
            | b'O'
            | b'R'
            | b'S'
    )
}

/// A binary operator of `test`; nothing if it is none.
fn binary(left: &[u8], op: &[u8], right: &[u8]) -> Option<Verdict> {
    match op {
        b"=" | b"==" => Some(Ok(left == right)),
        b"!=" => Some(Ok(left != right)),
        b"-eq" | b"-ne" | b"-lt" | b"-le" | b"-gt" | b"-ge" => {
            let expected = |text: &[u8]| [text, b": integer expression expected"].concat();
            let a = number(left).ok_or_else(|| expected(left));
            let b = number(right).ok_or_else(|| expected(right));
            Some(a.and_then(|a| Ok(compare_numbers(op, a, b?))))
        }
        _ => test_binary(left, op, right).map(Ok),
    }
}

/// A decimal number with blanks around it.
fn number(text: &[u8]) -> Option<i64> {
    if let Some(value) = canonical_int(text) {
        return Some(value);
    }
    let blank = |c: &u8| c.is_ascii_whitespace() || *c == 11;
    let start = text.iter().position(|c| !blank(c))?;
    let end = text.iter().rposition(|c| !blank(c))? + 1;
    let text = &text[start..end];
    let digits = text
        .strip_prefix(b"-")
        .or(text.strip_prefix(b"+"))
        .unwrap_or(text);
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    std::str::from_utf8(text).ok()?.parse().ok()
}

/// A unary operator, by its letter; nothing if it is none.
pub fn test_unary(sh: &mut Shell, letter: u8, text: &[u8]) -> Option<bool> {
    Some(match letter {
        b'n' => !text.is_empty(),
        b'z' => text.is_empty(),
        b'v' if text.ends_with(b"[@]") || text.ends_with(b"[*]") => key_is_set(sh, text),
        b'v' => sh.is_set_text(text),
        b'R' => sh
            .vars
            .by_name(text)
            .is_some_and(|var| var.attrs & crate::vars::attr::NAMEREF != 0 && var.is_set()),
        b'o' => sh.options.by_name(text).is_some_and(|on| *on),
        b't' => number(text)
            .and_then(|fd| u32::try_from(fd).ok())
            .is_some_and(crate::sys::is_terminal),
        letter => return files::unary(letter, text),
    })
}

/// `-v name[@]`: for associative arrays `@` is a key like any other.
fn key_is_set(sh: &mut Shell, text: &[u8]) -> bool {
    let (name, subscript) = text.split_at(text.len() - 3);
    let var = sh.vars.by_name(name);
    match var
        .filter(|var| var.has(crate::vars::attr::ASSOC))
        .map(|var| &var.value)
    {
        Some(crate::vars::Value::Assoc(array)) => array.get(&subscript[1..2]).is_some(),
        _ => sh.is_set_text(text),
    }
}

/// String order and comparison of files; nothing if the operator is none of these.
pub fn test_binary(left: &[u8], op: &[u8], right: &[u8]) -> Option<bool> {
    match op {
        b"<" => Some(left < right),
        b">" => Some(left > right),
        [b'-', ..] => files::compare(left, op, right),
        _ => None,
    }
}

/// `-eq` and the like.
pub fn compare_numbers(op: &[u8], a: i64, b: i64) -> bool {
    match op {
        b"-eq" => a == b,
        b"-ne" => a != b,
        b"-lt" => a < b,
        b"-le" => a <= b,
        b"-gt" => a > b,
        _ => a >= b,
    }
}
