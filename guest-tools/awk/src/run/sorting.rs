//! Walks in an order that is asked for, and `asort` and `asorti`.

use super::machine::{Machine, Run};
use crate::compile::variable;
use crate::lex::Builtin;
use crate::value::array::Key;
use crate::value::{ArrayRef, Str, Value, compare};
use std::cmp::Ordering;

type Pair = (Value, Value);

impl Machine {
    /// The indices of an array, in the order of `PROCINFO["sorted_in"]`.
    pub(super) fn sorted_keys(&mut self, array: &ArrayRef) -> Run<Vec<Value>> {
        let how = match &self.globals[variable::PROCINFO as usize] {
            Value::Array(info) => {
                let info = info.borrow();
                let how = info.get(&Key::text(b"sorted_in"));
                how.map(|how| how.text(&self.convfmt).into_owned())
            }
            _ => None,
        };
        match how {
            Some(how) if how != b"@unsorted" && !how.is_empty() => {
                let mut pairs = pairs(array);
                self.sort(&mut pairs, &how)?;
                Ok(pairs.into_iter().map(|pair| pair.0).collect())
            }
            _ => {
                let mut keys = Vec::with_capacity(array.borrow().len());
                array.borrow().walk(|key, _| keys.push(key));
                Ok(keys)
            }
        }
    }

    fn sort(&mut self, pairs: &mut Vec<Pair>, how: &[u8]) -> Run<()> {
        let (fold, format) = (self.fold, self.convfmt.clone());
        let text = |a: &Value, b: &Value| {
            let (a, b) = (a.text(&format), b.text(&format));
            match fold {
                true => a.to_ascii_lowercase().cmp(&b.to_ascii_lowercase()),
                false => a.cmp(&b),
            }
        };
        let number = |a: &Value, b: &Value| {
            let (x, y) = (a.num(), b.num());
            x.partial_cmp(&y).unwrap_or(Ordering::Equal)
        };
        let index_number = |a: &Value, b: &Value| number(a, b).then_with(|| text(a, b));
        let by_type = |a: &Value, b: &Value| {
            let rank = |value: &Value| match value {
                Value::Array(_) => 2,
                value if value.as_number().is_some() => 0,
                _ => 1,
            };
            rank(a)
                .cmp(&rank(b))
                .then_with(|| match (rank(a), rank(b)) {
                    (0, 0) => number(a, b),
                    (1, 1) => text(a, b),
                    _ => Ordering::Equal,
                })
        };
        let by_value_number = |a: &Value, b: &Value| number(a, b).then_with(|| text(a, b));
        // Ties are broken by index, so that the order is always the same.
        match how {
            b"@ind_str_asc" => pairs.sort_by(|a, b| text(&a.0, &b.0)),
            b"@ind_str_desc" => pairs.sort_by(|a, b| text(&b.0, &a.0)),
            b"@ind_num_asc" => pairs.sort_by(|a, b| index_number(&a.0, &b.0)),
            b"@ind_num_desc" => pairs.sort_by(|a, b| index_number(&b.0, &a.0)),
            b"@val_type_asc" => {
                pairs.sort_by(|a, b| by_type(&a.1, &b.1).then_with(|| index_number(&a.0, &b.0)));
            }
            b"@val_type_desc" => {
                pairs.sort_by(|a, b| by_type(&b.1, &a.1).then_with(|| index_number(&b.0, &a.0)));
            }
            b"@val_str_asc" => {
                pairs.sort_by(|a, b| text(&a.1, &b.1).then_with(|| index_number(&a.0, &b.0)));
            }
            b"@val_str_desc" => {
                pairs.sort_by(|a, b| text(&b.1, &a.1).then_with(|| index_number(&b.0, &a.0)));
            }
            b"@val_num_asc" => pairs
                .sort_by(|a, b| by_value_number(&a.1, &b.1).then_with(|| index_number(&a.0, &b.0))),
            b"@val_num_desc" => pairs
                .sort_by(|a, b| by_value_number(&b.1, &a.1).then_with(|| index_number(&b.0, &a.0))),
            b"@unsorted" => {}
            [b'@', ..] => {
                let how = String::from_utf8_lossy(how).into_owned();
                return self.fatal(format!("`{how}' is invalid as a function name"));
            }
            name => *pairs = self.sort_by_function(std::mem::take(pairs), name)?,
        }
        Ok(())
    }

    /// Merge sort with a function of the program, which may fail.
    fn sort_by_function(&mut self, pairs: Vec<Pair>, name: &[u8]) -> Run<Vec<Pair>> {
        let mut runs: Vec<Vec<Pair>> = pairs.into_iter().map(|pair| vec![pair]).collect();
        while runs.len() > 1 {
            let mut merged = Vec::with_capacity(runs.len().div_ceil(2));
            let mut rest = runs.into_iter();
            while let Some(left) = rest.next() {
                merged.push(match rest.next() {
                    Some(right) => self.merge(left, right, name)?,
                    None => left,
                });
            }
            runs = merged;
        }
        Ok(runs.pop().unwrap_or_default())
    }

    fn merge(&mut self, left: Vec<Pair>, right: Vec<Pair>, name: &[u8]) -> Run<Vec<Pair>> {
        let mut out = Vec::with_capacity(left.len() + right.len());
        let (mut left, mut right) = (left.into_iter().peekable(), right.into_iter().peekable());
        while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
            let args = vec![a.0.clone(), a.1.clone(), b.0.clone(), b.1.clone()];
            let order = self.call_function(name, args)?.num();
            out.extend(if order > 0.0 {
                right.next()
            } else {
                left.next()
            });
        }
        out.extend(left);
        out.extend(right);
        Ok(out)
    }

    pub(super) fn sort_op(&mut self, builtin: Builtin, args: usize) -> Run<()> {
        let how = (args > 2).then(|| self.pop());
        let to = (args > 1).then(|| self.pop());
        let from = self.pop();
        let Value::Array(from) = from else {
            return self.fatal(format!(
                "{}: first argument is not an array",
                builtin.text()
            ));
        };
        let to = match to {
            Some(Value::Array(to)) => to,
            _ => std::rc::Rc::clone(&from),
        };
        let by_index = builtin == Builtin::Asorti;
        let mut pairs = pairs(&from);
        match how {
            Some(how) => {
                let how = how.text(&self.convfmt).into_owned();
                self.sort(&mut pairs, &how)?;
            }
            None if by_index => self.sort(&mut pairs, b"@ind_str_asc")?,
            None => {
                let (format, fold) = (self.convfmt.clone(), self.fold);
                pairs.sort_by(|a, b| order_values(&a.1, &b.1, &format, fold));
            }
        }
        let count = pairs.len();
        let values = pairs.into_iter().map(|(key, value)| match by_index {
            true => Value::Str(Str::new(&key.text(b"%d"))),
            false => value,
        });
        let values: Vec<Value> = values.collect();
        to.borrow_mut().clear();
        Machine::fill_array(&to, 1, values);
        self.push_num(count as f64);
        Ok(())
    }
}

/// Numbers before strings before arrays.
fn order_values(a: &Value, b: &Value, format: &[u8], fold: bool) -> Ordering {
    let rank = |value: &Value| match value {
        Value::Array(_) => 2,
        value if value.as_number().is_some() => 0,
        _ => 1,
    };
    rank(a)
        .cmp(&rank(b))
        .then_with(|| compare(a, b, format, fold).unwrap_or(Ordering::Equal))
}

fn pairs(array: &ArrayRef) -> Vec<Pair> {
    let body = array.borrow();
    let mut pairs = Vec::with_capacity(body.len());
    body.walk(|key, value| pairs.push((key, value.clone())));
    pairs
}
