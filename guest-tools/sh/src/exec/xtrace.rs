//! `set -x`: commands as they run; and what traps see of them.

use super::Shell;
use super::assign::{ExpandedAssign, ExpandedValue};
use super::flow::Flow;
use crate::ast::{Arith, Assign, Compound, Simple, Word};
use crate::sys;
use crate::vars::Sym;

impl Shell {
    /// Prints a traced line after PS4.
    pub fn trace_line(&mut self, text: &[u8]) -> Result<(), Flow> {
        let status = self.status;
        let prompt = match self.vars.get(Sym::PS4).value.text() {
            Some(text) => text.into_owned(),
            None => b"+ ".to_vec(),
        };
        self.options.xtrace = false;
        let prompt = self.prompt(&prompt);
        self.options.xtrace = true;
        let prompt = prompt.unwrap_or_default();
        self.status = status;
        let mut line = Vec::new();
        // The first character shows the depth of evaluations and substitutions.
        let first = crate::text::char_len(&prompt);
        for _ in 0..self.state.trace_level.min(20) {
            line.extend_from_slice(&prompt[..first]);
        }
        line.extend_from_slice(&prompt);
        line.extend_from_slice(text);
        line.push(b'\n');
        let number = self
            .get_text(b"BASH_XTRACEFD")
            .and_then(|text| crate::text::parse_int(&text));
        match number.and_then(|number| u32::try_from(number).ok()) {
            Some(number) if sys::is_open(number) => {
                self.flush_out();
                let _ = self.write_heeding(sys::user_fd(number), &line);
            }
            _ => self.write_stderr(&line),
        }
        Ok(())
    }

    pub(super) fn trace_command(
        &mut self,
        simple: &Simple,
        args: &[Vec<u8>],
        declarations: &[Option<ExpandedAssign>],
    ) -> Result<(), Flow> {
        for assign in &simple.assigns {
            self.trace_assign(assign)?;
        }
        let mut words: Vec<Vec<u8>> = Vec::new();
        let mut after = Vec::new();
        let marks = matches!(args[0].as_slice(), b"export" | b"readonly");
        for (at, arg) in args.iter().enumerate() {
            let Some(Some(assign)) = declarations.get(at) else {
                words.push(trace_quoted(arg));
                continue;
            };
            let name = self.vars.names.name(assign.name).to_vec();
            match &assign.value {
                // A list is shown by itself, before the command.
                ExpandedValue::Array(elements) => {
                    let mut text = name.clone();
                    text.extend_from_slice(if assign.append { b"+=(" } else { b"=(" });
                    for (at, (index, _, value)) in elements.iter().enumerate() {
                        if at > 0 {
                            text.push(b' ');
                        }
                        if let Some(index) = index {
                            text.push(b'[');
                            push_quotes(&mut text, index);
                            text.extend_from_slice(b"]=");
                        }
                        push_quotes(&mut text, value);
                    }
                    text.push(b')');
                    self.trace_line(&text)?;
                    words.push(name);
                }
                ExpandedValue::Scalar(value) => {
                    words.push(trace_quoted(arg));
                    if marks && assign.index.is_none() {
                        let value = trace_value(value);
                        after.push([name.as_slice(), b"=", value.as_slice()].concat());
                    }
                }
            }
        }
        self.trace_line(&words.join(&b' '))?;
        for text in after {
            self.trace_line(&text)?;
        }
        Ok(())
    }

    /// An assignment that is a command of its own, once its value is known.
    pub(super) fn trace_assignment(
        &mut self,
        assign: &Assign,
        expanded: &ExpandedAssign,
    ) -> Result<(), Flow> {
        let mut text = Vec::new();
        match &expanded.value {
            ExpandedValue::Array(_) => {
                crate::ast::print_assign(assign, &mut self.vars, &mut text);
            }
            ExpandedValue::Scalar(value) => {
                text.extend_from_slice(self.vars.names.name(assign.name));
                if let Some(crate::ast::Subscript::Expr(arith)) = &assign.index {
                    text.push(b'[');
                    crate::ast::print_word(&arith.text, &mut self.vars, &mut text);
                    text.push(b']');
                }
                text.extend_from_slice(if assign.append { b"+=" } else { b"=" });
                text.extend_from_slice(&trace_value(value));
            }
        }
        self.trace_line(&text)
    }

    fn trace_assign(&mut self, assign: &Assign) -> Result<(), Flow> {
        let mut text = self.vars.names.name(assign.name).to_vec();
        let expanded = match &assign.value {
            crate::ast::AssignValue::Scalar(word) if word_is_static(word) => {
                trace_value(&self.expand_string(word)?)
            }
            _ => {
                let mut printed = Vec::new();
                crate::ast::print_assign(assign, &mut self.vars, &mut printed);
                return self.trace_line(&printed);
            }
        };
        if let Some(crate::ast::Subscript::Expr(arith)) = &assign.index {
            text.push(b'[');
            crate::ast::print_word(&arith.text, &mut self.vars, &mut text);
            text.push(b']');
        }
        text.extend_from_slice(if assign.append { b"+=" } else { b"=" });
        text.extend_from_slice(&expanded);
        self.trace_line(&text)
    }

    pub(super) fn trace_arith(&mut self, arith: &Arith) -> Result<(), Flow> {
        let mut text = b"(( ".to_vec();
        crate::ast::print_word(&arith.text, &mut self.vars, &mut text);
        text.extend_from_slice(b" ))");
        self.trace_line(&text)
    }

    /// What happens before a `case`.
    pub(super) fn before_case(&mut self, word: &Word) -> Result<(), Flow> {
        let mut text = b"case ".to_vec();
        crate::ast::print_word(word, &mut self.vars, &mut text);
        text.extend_from_slice(b" in");
        if self.options.xtrace {
            self.trace_line(&text)?;
        }
        if self.traps.has_debug() && self.traps.running == 0 {
            text.push(b' ');
            self.command_text = text;
            self.run_debug_trap()?;
        }
        Ok(())
    }

    /// What happens before each round of a `for` loop, or a `select`.
    pub(super) fn before_for(
        &mut self,
        keyword: &[u8],
        name: &[u8],
        words: Option<&[Word]>,
    ) -> Result<(), Flow> {
        let mut text = [keyword, b" ", name].concat();
        if let Some(words) = words {
            text.extend_from_slice(b" in");
            for word in words {
                text.push(b' ');
                crate::ast::print_word(word, &mut self.vars, &mut text);
            }
        }
        if self.traps.has_debug() {
            self.command_text = text.clone();
            self.run_debug_trap()?;
        }
        if self.options.xtrace {
            self.trace_line(&text)?;
        }
        Ok(())
    }

    /// What traps ask for before a simple command: its text; the DEBUG trap.
    /// True: `extdebug` lets the trap skip the command.
    pub(super) fn before_command(&mut self, simple: &Simple) -> Result<bool, Flow> {
        if self.traps.running > 0 {
            return Ok(false);
        }
        let mut text = Vec::new();
        crate::ast::print_simple(simple, &mut self.vars, &mut text);
        self.command_text = text;
        self.run_debug_trap()
    }

    /// The DEBUG trap before an expression of `for (( … ))`.
    pub(super) fn run_debug_trap_of(&mut self, arith: &crate::ast::Arith) -> Result<(), Flow> {
        if self.traps.has_debug() && self.traps.running == 0 {
            let mut text = b"((".to_vec();
            crate::ast::print_word_names(&arith.text, &self.vars, &mut text);
            text.extend_from_slice(b"))");
            self.command_text = text;
            self.run_debug_trap()?;
        }
        Ok(())
    }

    pub(super) fn before_compound(&mut self, compound: &Compound) -> Result<bool, Flow> {
        if !self.traps.any() || self.traps.running > 0 {
            return Ok(false);
        }
        let mut text = Vec::new();
        crate::ast::print_compound(compound, &mut self.vars, &mut text);
        self.command_text = text;
        self.run_debug_trap()
    }
}

/// Whether expanding the word again has no effect of its own.
fn word_is_static(word: &Word) -> bool {
    fn is_static(part: &crate::ast::Part) -> bool {
        match part {
            crate::ast::Part::Command(_)
            | crate::ast::Part::Process(_)
            | crate::ast::Part::Arith(_) => false,
            crate::ast::Part::Double(parts) => parts.iter().all(is_static),
            _ => true,
        }
    }
    word.parts.iter().all(is_static)
}

fn push_quotes(out: &mut Vec<u8>, text: &[u8]) {
    match text {
        b"'" => out.extend_from_slice(b"\\'"),
        text => crate::text::push_single_quoted(out, text),
    }
}

/// A word as `set -x` shows it.
fn trace_quoted(text: &[u8]) -> Vec<u8> {
    match text {
        b"" => b"''".to_vec(),
        text => trace_value(text),
    }
}

/// In quotes only where characters have a meaning or cannot be shown.
fn trace_value(text: &[u8]) -> Vec<u8> {
    let plain: Vec<u8> = text.iter().copied().filter(|c| *c != b',').collect();
    let mut out = Vec::new();
    if !plain.is_empty() && crate::text::needs_quotes(&plain) {
        push_quotes(&mut out, text);
    } else if crate::text::needs_ansi_quotes(text) {
        crate::text::push_ansi_quoted(&mut out, text);
    } else {
        out.extend_from_slice(text);
    }
    out
}
