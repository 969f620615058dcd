//! Instructions and functions on strings.

use super::machine::{Machine, Run};
use super::split::{self, Splitter};
use crate::compile::variable;
use crate::lex::Builtin;
use crate::text::chars;
use crate::value::{Str, Value};

impl Machine {
    pub(super) fn concat(&mut self, count: usize) {
        let start = self.stack.len() - count;
        let mut text = std::mem::take(&mut self.scratch);
        text.clear();
        for value in &self.stack[start..] {
            value.write(&self.convfmt, &mut text);
        }
        self.stack.truncate(start);
        self.push(Value::Str(Str::new(&text)));
        self.scratch = text;
    }

    pub(super) fn substr(&mut self, args: usize) {
        let length = (args > 2).then(|| self.pop().num());
        let start = self.pop().num();
        let subject = self.pop();
        // As gawk has it: fractions are cut, and a start before the text is its
        // start, at no cost to the length.
        let first = start.trunc().max(1.0);
        let length = length.map_or(f64::INFINITY, f64::trunc);
        if start.is_nan() || length.is_nan() || length < 1.0 {
            self.push(Value::Str(Str::EMPTY));
            return;
        }
        let text = subject.text(&self.convfmt);
        let skip = (first - 1.0).min(text.len() as f64) as usize;
        let from = chars::offset(&text, skip, self.utf8);
        let want = length.min((text.len() - from) as f64) as usize;
        let to = from + chars::offset(&text[from..], want, self.utf8);
        let part = match &subject {
            Value::Str(Str::Slice { buf, start, .. }) => {
                Str::slice(buf, *start as usize + from, to - from).marked(false)
            }
            _ => Str::new(&text[from..to]),
        };
        self.push(Value::Str(part));
    }

    pub(super) fn index(&mut self) {
        let needle = self.pop();
        let subject = self.pop();
        let text = subject.text(&self.convfmt);
        let needle = needle.text(&self.convfmt);
        let found = if self.fold {
            let (text, needle) = (text.to_ascii_lowercase(), needle.to_ascii_lowercase());
            memchr::memmem::find(&text, &needle)
        } else {
            memchr::memmem::find(&text, &needle)
        };
        let at = match found {
            Some(at) => chars::count(&text[..at], self.utf8) as f64 + 1.0,
            None => 0.0,
        };
        self.push_num(at);
    }

    pub(super) fn split_op(&mut self, builtin: Builtin, args: usize) -> Run<()> {
        let seps = (args > 3).then(|| self.pop());
        let separator = (args > 2).then(|| self.pop());
        let array = self.pop();
        let subject = self.pop();
        let Value::Array(array) = array else {
            return self.fatal("split: second argument is not an array");
        };
        let splitter = match (builtin, separator) {
            (Builtin::Patsplit, Some(pattern)) => Splitter::Content(self.regex(&pattern)?),
            (Builtin::Patsplit, None) => {
                let pattern = self.globals[variable::FPAT as usize].clone();
                Splitter::Content(self.regex(&pattern)?)
            }
            (_, Some(separator)) => self.text_splitter(&separator)?,
            (_, None) if self.split_by == variable::FS && !self.csv => {
                // In paragraph mode too, a newline is no separator here.
                let fs = self.globals[variable::FS as usize].clone();
                self.field_splitter(&fs, false)?
            }
            (_, None) => self.splitter.clone(),
        };
        let text = subject.text(&self.convfmt);
        let (mut parts, mut between) = (Vec::new(), Vec::new());
        let csv = matches!(splitter, Splitter::Csv);
        split::split(
            &text,
            &splitter,
            self.utf8,
            |(start, end)| {
                let part = match csv.then(|| split::unquote(&text[start..end])).flatten() {
                    Some(text) => Str::input(&text),
                    None => Str::input(&text[start..end]),
                };
                parts.push(Value::Str(part));
            },
            |index, (start, end)| between.push((index, Str::new(&text[start..end]))),
        );
        let count = parts.len();
        array.borrow_mut().clear();
        Machine::fill_array(&array, 1, parts);
        if let Some(Value::Array(seps)) = seps {
            let mut body = seps.borrow_mut();
            body.clear();
            for (index, text) in between {
                body.set_at(index, Value::Str(text));
            }
        }
        self.push_num(count as f64);
        Ok(())
    }

    pub(super) fn change_case(&mut self, upper: bool) {
        let value = self.pop();
        let text = chars::change_case(&value.text(&self.convfmt), upper, self.utf8);
        self.push(Value::Str(Str::new(&text)));
    }
}
