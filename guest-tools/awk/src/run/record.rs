//! The record and its fields: split as far as asked for, joined when read.

use super::split::{self, Splitter};
use crate::value::{Str, Value, number};
use std::rc::Rc;

/// Greatest number of fields.
pub const FIELDS_MAX: usize = 1 << 23;

/// The record.
pub struct Record {
    buf: Rc<Vec<u8>>,
    start: usize,
    len: usize,
    /// Whether fields were changed and the text is out of date.
    stale: bool,
    /// Fields found so far, as places in the text.
    spans: Vec<(u32, u32)>,
    /// Where splitting goes on.
    next: usize,
    complete: bool,
    /// The fields as values, once one was changed.
    values: Option<Vec<Value>>,
    /// How it is split.
    pub splitter: Splitter,
    utf8: bool,
    /// What a field beyond the last is: text, and empty.
    missing: Value,
    /// Whether the whole text may count as a number.
    input: bool,
}

impl Record {
    /// An empty one.
    pub fn new(utf8: bool) -> Record {
        Record {
            buf: Rc::new(Vec::new()),
            start: 0,
            len: 0,
            stale: false,
            spans: Vec::new(),
            next: 0,
            complete: true,
            values: None,
            splitter: Splitter::Blank,
            utf8,
            missing: Value::Str(Str::missing()),
            input: true,
        }
    }

    /// Takes a part of a read buffer.
    pub fn set(&mut self, buf: &Rc<Vec<u8>>, start: usize, len: usize) {
        if !Rc::ptr_eq(&self.buf, buf) {
            self.buf = Rc::clone(buf);
        }
        (self.start, self.len) = (start, len);
        self.reset();
    }

    /// Takes a text.
    /// `input`: whether it may count as a number.
    pub fn set_text(&mut self, text: &[u8], input: bool) {
        self.buf = Rc::new(text.to_vec());
        (self.start, self.len) = (0, text.len());
        self.reset();
        self.input = input;
    }

    fn reset(&mut self) {
        self.stale = false;
        self.input = true;
        self.spans.clear();
        self.next = 0;
        self.complete = false;
        self.values = None;
    }

    /// Stops holding the buffer it came from, so that it can be refilled.
    pub fn detach(&mut self, buf: &Rc<Vec<u8>>) {
        if Rc::ptr_eq(&self.buf, buf) {
            let text = self.buf[self.start..self.start + self.len].to_vec();
            self.buf = Rc::new(text);
            self.start = 0;
        }
    }

    /// Whether fields were changed since the text was made.
    pub fn is_stale(&self) -> bool {
        self.stale
    }

    /// The text; [`Record::join`] first if it is stale.
    pub fn text(&self) -> &[u8] {
        &self.buf[self.start..self.start + self.len]
    }

    /// The text as a value.
    pub fn value(&self) -> Value {
        Value::Str(Str::slice(&self.buf, self.start, self.len).marked(self.input))
    }

    /// Makes the text anew from the fields.
    pub fn join(&mut self, ofs: &[u8], convfmt: &[u8]) {
        if !self.stale {
            return;
        }
        let mut text = Vec::new();
        for (index, value) in self.values.iter().flatten().enumerate() {
            if index > 0 {
                text.extend_from_slice(ofs);
            }
            value.write(convfmt, &mut text);
        }
        (self.start, self.len) = (0, text.len());
        self.buf = Rc::new(text);
        self.stale = false;
    }

    /// Splits until a field is found.
    fn split_to(&mut self, wanted: usize) {
        if self.complete || self.spans.len() >= wanted {
            return;
        }
        let text = &self.buf[self.start..self.start + self.len];
        match self.splitter {
            Splitter::Blank => {
                let mut at = self.next;
                while self.spans.len() < wanted {
                    let start = split::skip_blanks(text, at);
                    if start == text.len() {
                        self.complete = true;
                        break;
                    }
                    at = split::field_end(text, start);
                    self.spans.push((start as u32, at as u32));
                }
                self.next = at;
            }
            Splitter::Byte(byte) => {
                if text.is_empty() {
                    self.complete = true;
                    return;
                }
                let mut at = self.next;
                while self.spans.len() < wanted {
                    match memchr::memchr(byte, &text[at..]) {
                        Some(len) => {
                            self.spans.push((at as u32, (at + len) as u32));
                            at += len + 1;
                        }
                        None => {
                            self.spans.push((at as u32, text.len() as u32));
                            self.complete = true;
                            break;
                        }
                    }
                }
                self.next = at;
            }
            _ => {
                let spans = &mut self.spans;
                let add = |(start, end)| spans.push((start as u32, end as u32));
                split::split(text, &self.splitter, self.utf8, add, |_, _| {});
                self.complete = true;
                if let Splitter::Csv = self.splitter {
                    self.unquote();
                }
            }
        }
    }

    /// Fields in quotes become values without them.
    fn unquote(&mut self) {
        if !self.text().contains(&b'"') {
            return;
        }
        let mut values = Vec::with_capacity(self.spans.len());
        for (start, end) in &self.spans {
            let (start, end) = (*start as usize, *end as usize);
            values.push(match split::unquote(&self.text()[start..end]) {
                Some(text) => Value::Str(Str::input(&text)),
                None => Value::Str(Str::slice(&self.buf, self.start + start, end - start)),
            });
        }
        self.values = Some(values);
    }

    /// Splits the whole record, before the way of splitting changes.
    pub fn split_all(&mut self) {
        if self.values.is_none() {
            self.split_to(usize::MAX);
        }
    }

    /// Number of fields.
    pub fn count(&mut self) -> usize {
        self.split_all();
        match &self.values {
            Some(values) => values.len(),
            None => self.spans.len(),
        }
    }

    /// A field, from 1 on.
    pub fn field(&mut self, index: usize) -> Value {
        if self.values.is_none() {
            self.split_to(index);
        }
        if let Some(values) = &self.values {
            return values.get(index - 1).unwrap_or(&self.missing).clone();
        }
        match self.spans.get(index - 1) {
            Some((start, end)) => {
                let len = (end - start) as usize;
                Value::Str(Str::slice(&self.buf, self.start + *start as usize, len))
            }
            None => self.missing.clone(),
        }
    }

    /// A field's number, from 1 on.
    pub fn field_number(&mut self, index: usize) -> f64 {
        if self.values.is_none() {
            self.split_to(index);
        }
        if let Some(values) = &self.values {
            return values.get(index - 1).map_or(0.0, Value::num);
        }
        match self.spans.get(index - 1) {
            Some((start, end)) => number::prefix(&self.text()[*start as usize..*end as usize]),
            None => 0.0,
        }
    }

    fn own(&mut self) -> &mut Vec<Value> {
        self.split_all();
        let (buf, start, spans) = (&self.buf, self.start, &self.spans);
        self.values.get_or_insert_with(|| {
            let value = |(from, to): &(u32, u32)| {
                let len = (to - from) as usize;
                Value::Str(Str::slice(buf, start + *from as usize, len))
            };
            spans.iter().map(value).collect()
        })
    }

    /// Sets a field, from 1 on; makes those before it.
    pub fn set_field(&mut self, index: usize, value: Value) {
        let values = self.own();
        if values.len() < index {
            values.resize_with(index, || Value::Str(Str::EMPTY));
        }
        values[index - 1] = value;
        self.stale = true;
    }

    /// Sets the number of fields.
    pub fn set_count(&mut self, count: usize) {
        self.own().resize_with(count, || Value::Str(Str::EMPTY));
        self.stale = true;
    }
}
