//! `${…}`.

use super::word::WordBuilder;
use crate::ast::{CaseKind, Param, ParamName, ParamOp, ReplaceKind, Span, Subscript, Word};
use crate::parser::{Parser, Result};
use crate::text::{is_name_byte, is_name_start};

fn is_special(c: u8) -> bool {
    matches!(c, b'@' | b'*' | b'#' | b'?' | b'-' | b'$' | b'!')
}

impl Parser<'_> {
    /// Reads the rest of `${…}`, the position being after the brace.
    pub fn read_param(&mut self, in_double: bool) -> Result<Param> {
        let line = self.input.line;
        self.enter(line)?;
        let start = self.input.pos;
        let param = self.read_param_inner(in_double, line)?;
        let param = match param {
            Some(mut param) if matches!(param.op, ParamOp::NoTransform(_)) => {
                if let ParamOp::Bad(text) = self.read_bad_param(start, line)?.op {
                    param.op = ParamOp::NoTransform(text);
                }
                param
            }
            Some(param) if self.input.cur() == b'}' => {
                self.input.bump();
                param
            }
            _ => self.read_bad_param(start, line)?,
        };
        self.leave();
        Ok(param)
    }

    /// Skips what is no valid expansion; using it is an error.
    fn read_bad_param(&mut self, start: usize, line: u32) -> Result<Param> {
        let mut depth = 0usize;
        loop {
            match self.input.cur() {
                0 => return Err(self.eof_looking_for(b'}', line)),
                b'}' if depth == 0 => break,
                b'}' => depth -= 1,
                b'{' => depth += 1,
                b'\\' => {
                    self.input.bump();
                }
                _ => {}
            }
            self.input.bump();
        }
        let end = self.input.pos;
        self.input.bump();
        let mut text = b"${".to_vec();
        text.extend_from_slice(&self.input.src[start.min(end)..end]);
        text.push(b'}');
        Ok(Param {
            name: ParamName::Special(b'#'),
            index: None,
            indirect: false,
            braced: true,
            op: ParamOp::Bad(text),
        })
    }

    fn read_param_inner(&mut self, in_double: bool, line: u32) -> Result<Option<Param>> {
        let mut indirect = false;
        self.input.join(0);
        match self.input.cur() {
            b'#' if self.length_follows() => {
                self.input.skip(1);
                let Some(name) = self.read_param_name() else {
                    return Ok(None);
                };
                if self.subscript_is_missing() {
                    return Ok(None);
                }
                let index = self.read_subscript()?;
                return Ok(Some(Param {
                    name,
                    index,
                    indirect: false,
                    braced: true,
                    op: ParamOp::Length,
                }));
            }
            b'!' => {
                let next = self.input.ahead(1);
                if is_name_byte(next)
                    || (is_special(next) && matches!(self.input.ahead(2), b'}' | b'[' | b':'))
                {
                    self.input.skip(1);
                    indirect = true;
                }
            }
            _ => {}
        }
        let Some(name) = self.read_param_name() else {
            return Ok(None);
        };
        if self.subscript_is_missing() {
            return Ok(None);
        }
        let mut index = self.read_subscript()?;
        let mut op = ParamOp::Value;
        if indirect && let ParamName::Variable(_) = name {
            let c = self.input.cur();
            if index.is_none() && matches!(c, b'*' | b'@') && self.input.ahead(1) == b'}' {
                self.input.skip(1);
                op = ParamOp::Names { at: c == b'@' };
                indirect = false;
            } else if let Some(Subscript::At | Subscript::Star) = index
                && c == b'}'
            {
                op = ParamOp::Keys {
                    at: matches!(index, Some(Subscript::At)),
                };
                index = None;
                indirect = false;
            }
        }
        if self.input.cur() != b'}' {
            match self.read_param_op(in_double, line)? {
                Some(read) => op = read,
                None => return Ok(None),
            }
        }
        Ok(Some(Param {
            name,
            index,
            indirect,
            braced: true,
            op,
        }))
    }

    /// Whether the `#` at the position asks for a length.
    fn length_follows(&mut self) -> bool {
        let next = self.input.ahead(1);
        if is_name_byte(next) {
            return true;
        }
        (is_special(next) || matches!(next, b'+' | b'=')) && self.input.ahead(2) == b'}'
    }

    fn read_param_name(&mut self) -> Option<ParamName> {
        self.input.join(0);
        let c = self.input.cur();
        if is_name_start(c) {
            let mut len = 1;
            loop {
                while is_name_byte(self.input.ahead(len)) {
                    len += 1;
                }
                if !(self.input.ahead(len) == b'\\' && self.input.ahead(len + 1) == b'\n') {
                    break;
                }
                self.input.join(len);
            }
            let start = self.input.pos;
            self.input.skip(len);
            let sym = self.vars.sym(&self.input.src[start..start + len]);
            return Some(ParamName::Variable(sym));
        }
        if c.is_ascii_digit() {
            let mut number = 0usize;
            while self.input.cur().is_ascii_digit() {
                let digit = usize::from(self.input.cur() - b'0');
                number = number.saturating_mul(10).saturating_add(digit);
                self.input.skip(1);
            }
            return Some(match number {
                0 => ParamName::Special(b'0'),
                _ => ParamName::Positional(number),
            });
        }
        if is_special(c) {
            self.input.skip(1);
            return Some(ParamName::Special(c));
        }
        None
    }

    /// Reads `[…]`, if it stands at the position.
    pub fn read_subscript(&mut self) -> Result<Option<Subscript>> {
        if self.input.cur() != b'[' {
            return Ok(None);
        }
        self.input.skip(1);
        let c = self.input.cur();
        if matches!(c, b'@' | b'*') && self.input.ahead(1) == b']' {
            self.input.skip(2);
            return Ok(Some(if c == b'@' {
                Subscript::At
            } else {
                Subscript::Star
            }));
        }
        let arith = self.read_arith_until(b"]")?;
        self.input.skip(1);
        Ok(Some(Subscript::Expr(Box::new(arith))))
    }

    /// Whether `[]` follows.
    fn subscript_is_missing(&mut self) -> bool {
        self.input.cur() == b'[' && self.input.ahead(1) == b']'
    }

    fn read_param_op(&mut self, in_double: bool, line: u32) -> Result<Option<ParamOp>> {
        let c = self.input.bump();
        let op = match c {
            b'-' | b'=' | b'?' | b'+' => {
                let word = self.read_operand(in_double, false, line)?;
                default_op(c, false, word)
            }
            b':' => {
                let next = self.input.cur();
                if matches!(next, b'-' | b'=' | b'?' | b'+') {
                    self.input.skip(1);
                    let word = self.read_operand(in_double, false, line)?;
                    return Ok(Some(default_op(next, true, word)));
                }
                let offset = self.read_arith_until(b":}")?;
                let length = if self.input.cur() == b':' {
                    self.input.skip(1);
                    Some(self.read_arith_until(b"}")?)
                } else {
                    None
                };
                if offset.text.parts.is_empty() && length.is_none() {
                    return Ok(None);
                }
                ParamOp::Substring { offset, length }
            }
            b'#' | b'%' => {
                let span = if self.input.cur() == c {
                    self.input.skip(1);
                    Span::Longest
                } else {
                    Span::Shortest
                };
                let pattern = self.read_pattern(None, line)?;
                match c {
                    b'#' => ParamOp::RemovePrefix { span, pattern },
                    _ => ParamOp::RemoveSuffix { span, pattern },
                }
            }
            b'/' => {
                let kind = match self.input.cur() {
                    b'/' => ReplaceKind::All,
                    b'#' => ReplaceKind::Prefix,
                    b'%' => ReplaceKind::Suffix,
                    _ => ReplaceKind::First,
                };
                if kind != ReplaceKind::First {
                    self.input.skip(1);
                }
                let pattern = self.read_pattern(Some(kind), line)?;
                let with = if self.input.cur() == b'/' {
                    self.input.skip(1);
                    Some(self.read_operand(false, in_double, line)?)
                } else {
                    None
                };
                ParamOp::Replace {
                    kind,
                    pattern,
                    with,
                }
            }
            b'^' | b',' | b'~' => {
                let all = self.input.cur() == c;
                if all {
                    self.input.skip(1);
                }
                let kind = match c {
                    b'^' => CaseKind::Upper,
                    b',' => CaseKind::Lower,
                    _ => CaseKind::Toggle,
                };
                let pattern = self.read_pattern(None, line)?;
                ParamOp::Case { kind, all, pattern }
            }
            b'@' => {
                let letter = self.input.cur();
                if !b"QEPAKakuUL".contains(&letter) || self.input.ahead(1) != b'}' {
                    return Ok(Some(ParamOp::NoTransform(Vec::new())));
                }
                self.input.skip(1);
                ParamOp::Transform(letter)
            }
            _ => {
                self.input.pos -= usize::from(c != 0);
                if c == b'\n' {
                    self.input.line -= 1;
                }
                return Ok(None);
            }
        };
        Ok(Some(op))
    }

    /// Reads an operand up to `}`: between double quotes, only they and the
    /// usual escapes are special, unless it is a replacement text.
    fn read_operand(&mut self, in_double: bool, replacement: bool, line: u32) -> Result<Word> {
        let mut builder = WordBuilder::default();
        loop {
            match self.input.cur() {
                0 => return Err(self.eof_looking_for(b'}', line)),
                b'}' => break,
                b'"' if in_double => {
                    let part = self.read_double()?;
                    builder.part(part);
                }
                b'\\' if in_double && self.input.ahead(1) == b'}' => {
                    self.input.skip(2);
                    builder.byte(b'}');
                }
                _ if in_double => self.read_in_double(&mut builder, b'"')?,
                c @ (b'<' | b'>') if !replacement && self.input.ahead(1) == b'(' => {
                    let part = self.read_process_sub(c == b'<')?;
                    builder.part(part);
                }
                _ => self.read_quoted_or_expansion(&mut builder)?,
            }
        }
        let mut word = builder.into_word();
        if !in_double {
            self.mark_tildes(&mut word, false);
        }
        Ok(word)
    }

    /// Reads a pattern up to `}`, or up to `/` if a replacement can follow.
    fn read_pattern(&mut self, replacing: Option<ReplaceKind>, line: u32) -> Result<Word> {
        let mut builder = WordBuilder::default();
        // A slash at the start is text, but the empty pattern has a meaning at an end.
        let start = match replacing {
            Some(ReplaceKind::Prefix | ReplaceKind::Suffix) => 0,
            _ => self.input.pos + 1,
        };
        loop {
            match self.input.cur() {
                0 => return Err(self.eof_looking_for(b'}', line)),
                b'}' => break,
                b'/' if replacing.is_some() && self.input.pos >= start => break,
                _ => self.read_quoted_or_expansion(&mut builder)?,
            }
        }
        let mut word = builder.into_word();
        if !matches!(replacing, Some(ReplaceKind::Prefix | ReplaceKind::Suffix)) {
            self.mark_tildes(&mut word, false);
        }
        Ok(word)
    }
}

fn default_op(c: u8, colon: bool, word: Word) -> ParamOp {
    match c {
        b'-' => ParamOp::Default { colon, word },
        b'=' => ParamOp::Assign { colon, word },
        b'?' => ParamOp::Error { colon, word },
        _ => ParamOp::Alternative { colon, word },
    }
}
