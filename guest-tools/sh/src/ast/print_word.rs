//! Words and expansions as bash prints them.

use super::super::tree::*;
use super::Printer;
use crate::text::push_single_quoted;

impl Printer<'_> {
    pub(super) fn word(&mut self, word: &Word) {
        if let Some(assign) = &word.assign {
            return self.assign(assign);
        }
        for part in &word.parts {
            self.part(part, false);
        }
    }

    pub(super) fn part(&mut self, part: &Part, quoted: bool) {
        match part {
            Part::Literal(text) if quoted => {
                for c in text {
                    // A backslash in such text stands for itself.
                    if matches!(c, b'"' | b'$' | b'`') {
                        self.put(b"\\");
                    }
                    self.put(&[*c]);
                }
            }
            Part::Literal(text) => self.put(text),
            Part::Single(text) => push_single_quoted(self.out, text),
            Part::Escaped(text) => {
                self.put(b"\\");
                self.put(text);
            }
            Part::Double(parts) => {
                self.put(b"\"");
                for part in parts {
                    self.part(part, true);
                }
                self.put(b"\"");
            }
            Part::Tilde(user) => {
                self.put(b"~");
                self.put(user);
            }
            Part::Param(param) => self.param(param),
            Part::Command(command) if command.backquoted.is_some() => {
                self.put(b"`");
                self.put(command.backquoted.as_deref().unwrap_or_default());
                self.put(b"`");
            }
            Part::Command(command) => {
                self.put(b"$(");
                self.nested(&command.body);
                self.put(b")");
            }
            Part::Arith(arith) => {
                self.put(b"$((");
                self.word(&arith.text);
                self.put(b"))");
            }
            Part::Process(process) => {
                self.put(if process.input { b"<(" } else { b">(" });
                self.nested(&process.body);
                self.put(b")");
            }
        }
    }

    /// The commands of a substitution, which are no lines of a function.
    fn nested(&mut self, list: &List) {
        let in_function = std::mem::take(&mut self.in_function);
        let connected = std::mem::take(&mut self.connected);
        let indent = std::mem::take(&mut self.indent);
        let heredocs = std::mem::take(&mut self.heredocs);
        self.list(list);
        self.operator(b"");
        self.heredocs = heredocs;
        (self.in_function, self.connected, self.indent) = (in_function, connected, indent);
    }

    fn param(&mut self, param: &Param) {
        let mut name = match &param.name {
            ParamName::Variable(sym) => self.vars.names.name(*sym).to_vec(),
            ParamName::Positional(number) => crate::text::int_text(*number as i64),
            ParamName::Special(c) => vec![*c],
        };
        if let (ParamOp::Value, None, false) = (&param.op, &param.index, param.indirect)
            && !param.braced
        {
            self.put(b"$");
            self.put(&name);
            return;
        }
        if let ParamOp::Bad(text) | ParamOp::NoTransform(text) = &param.op {
            return self.put(text);
        }
        self.put(b"${");
        match &param.op {
            ParamOp::Length => self.put(b"#"),
            ParamOp::Names { .. } | ParamOp::Keys { .. } => self.put(b"!"),
            _ if param.indirect => self.put(b"!"),
            _ => {}
        }
        match &param.op {
            ParamOp::Names { at } => name.push(if *at { b'@' } else { b'*' }),
            ParamOp::Keys { at } => name.extend_from_slice(if *at { b"[@]" } else { b"[*]" }),
            _ => {}
        }
        self.put(&name);
        if let Some(index) = &param.index {
            self.subscript(index);
        }
        self.param_op(&param.op);
        self.put(b"}");
    }

    fn param_op(&mut self, op: &ParamOp) {
        let mut with_word = |sign: u8, colon: bool, word: &Word| {
            if colon {
                self.put(b":");
            }
            self.put(&[sign]);
            self.word(word);
        };
        match op {
            ParamOp::Default { colon, word } => with_word(b'-', *colon, word),
            ParamOp::Assign { colon, word } => with_word(b'=', *colon, word),
            ParamOp::Error { colon, word } => with_word(b'?', *colon, word),
            ParamOp::Alternative { colon, word } => with_word(b'+', *colon, word),
            ParamOp::RemovePrefix { span, pattern } => {
                self.put(if *span == Span::Longest { b"##" } else { b"#" });
                self.word(pattern);
            }
            ParamOp::RemoveSuffix { span, pattern } => {
                self.put(if *span == Span::Longest { b"%%" } else { b"%" });
                self.word(pattern);
            }
            ParamOp::Replace {
                kind,
                pattern,
                with,
            } => {
                self.put(match kind {
                    ReplaceKind::First => b"/",
                    ReplaceKind::All => b"//",
                    ReplaceKind::Prefix => b"/#",
                    ReplaceKind::Suffix => b"/%",
                });
                self.word(pattern);
                if let Some(with) = with {
                    self.put(b"/");
                    self.word(with);
                }
            }
            ParamOp::Substring { offset, length } => {
                self.put(b":");
                self.word(&offset.text);
                if let Some(length) = length {
                    self.put(b":");
                    self.word(&length.text);
                }
            }
            ParamOp::Case { kind, all, pattern } => {
                let sign: &[u8] = match kind {
                    CaseKind::Upper => b"^",
                    CaseKind::Lower => b",",
                    CaseKind::Toggle => b"~",
                };
                self.put(sign);
                if *all {
                    self.put(sign);
                }
                self.word(pattern);
            }
            ParamOp::Transform(letter) => {
                self.put(b"@");
                self.put(&[*letter]);
            }
            _ => {}
        }
    }
}
