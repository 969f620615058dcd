//! Patterns that are values, and `match`.

use super::machine::{Machine, Run};
use crate::compile::variable;
use crate::text::{Regex, chars};
use crate::value::{Str, Value};
use std::rc::Rc;

/// Compiled patterns kept.
const CACHE_MAX: usize = 500;

impl Machine {
    /// A constant, compiled anew if case does not matter now.
    pub(super) fn constant_regex(&mut self, constant: &Value) -> Run<Rc<Regex>> {
        match constant {
            Value::Regex(regex) if regex.fold() == self.fold => Ok(Rc::clone(regex)),
            other => self.regex(other),
        }
    }

    /// The pattern that a value is.
    pub(super) fn regex(&mut self, value: &Value) -> Run<Rc<Regex>> {
        if let Value::Regex(regex) = value
            && regex.fold() == self.fold
        {
            return Ok(Rc::clone(regex));
        }
        let source = value.text(&self.convfmt).into_owned();
        self.compiled(source)
    }

    pub(super) fn compiled(&mut self, source: Vec<u8>) -> Run<Rc<Regex>> {
        if let Some(regex) = &self.last_regex
            && regex.source() == source
            && regex.fold() == self.fold
        {
            return Ok(Rc::clone(regex));
        }
        let key = (source, self.fold);
        let regex = match self.regexes.get(&key) {
            Some(regex) => Rc::clone(regex),
            None => match Regex::new(&key.0, self.fold, self.utf8) {
                Ok(regex) => {
                    let regex = Rc::new(regex);
                    if self.regexes.len() >= CACHE_MAX {
                        self.regexes.clear();
                    }
                    self.regexes.insert(key, Rc::clone(&regex));
                    regex
                }
                Err(message) => {
                    let source = String::from_utf8_lossy(&key.0).into_owned();
                    return self.fatal(format!("invalid regexp: {message}: /{source}/"));
                }
            },
        };
        self.last_regex = Some(Rc::clone(&regex));
        Ok(regex)
    }

    pub(super) fn match_call(&mut self, args: usize) -> Run<()> {
        let array = match (args > 2).then(|| self.pop()) {
            Some(Value::Array(array)) => Some(array),
            _ => None,
        };
        let pattern = self.pop();
        let subject = self.pop();
        let regex = self.regex(&pattern)?;
        let text = subject.text(&self.convfmt);
        let found = regex.find(&text, 0);
        if let Some(array) = &array {
            array.borrow_mut().clear();
        }
        let (start, length) = match found {
            Some((start, end)) => {
                let index = |at: usize| chars::count(&text[..at], self.utf8) as f64 + 1.0;
                if let Some(array) = &array {
                    let mut body = array.borrow_mut();
                    let groups = regex.groups(&text, start, end);
                    for (number, group) in groups.iter().enumerate() {
                        let Some((from, to)) = *group else { continue };
                        body.set_at(number, Value::Str(Str::input(&text[from..to])));
                        let mut key = number.to_string().into_bytes();
                        key.extend_from_slice(&self.subsep);
                        let set = |body: &mut crate::value::Array, what: &[u8], n: f64| {
                            body.set(&[key.as_slice(), what].concat(), Value::Num(n));
                        };
                        set(&mut body, b"start", index(from));
                        set(&mut body, b"length", index(to) - index(from));
                    }
                }
                (index(start), index(end) - index(start))
            }
            None => (0.0, -1.0),
        };
        self.set_global(variable::RSTART, Value::Num(start));
        self.set_global(variable::RLENGTH, Value::Num(length));
        self.push_num(start);
        Ok(())
    }
}
