//! Statements.

use super::compiler::{Compiled, Compiler, Loop};
use super::op::{Destination, Op};
use crate::io::OutputKind;
use crate::parse::ast::{Case, Expr, Output, Stmt, StmtKind};

impl Compiler {
    pub(super) fn statement(&mut self, stmt: &Stmt) -> Compiled {
        self.line = stmt.line;
        match &stmt.kind {
            StmtKind::Expr(expr) => self.effect(expr)?,
            StmtKind::Print(args, output) => {
                let record = matches!(args.as_slice(), [Expr::Field(index)]
                    if matches!(**index, Expr::Num(0.0)));
                if args.is_empty() || record {
                    let destination = self.destination(output)?;
                    self.emit(Op::PrintRecord(destination));
                } else {
                    for arg in args {
                        self.expr(arg)?;
                    }
                    let destination = self.destination(output)?;
                    self.emit(Op::Print(args.len() as u32, destination));
                }
            }
            StmtKind::Printf(args, output) => {
                for arg in args {
                    self.expr(arg)?;
                }
                let destination = self.destination(output)?;
                self.emit(Op::Printf(args.len() as u32, destination));
            }
            StmtKind::If(condition, then, otherwise) => {
                let skip = self.jump_unless(condition)?;
                self.statement(then)?;
                match otherwise {
                    Some(otherwise) if !Self::is_empty(otherwise) => {
                        let end = self.emit(Op::Jump(0));
                        self.patch_all(&skip);
                        self.statement(otherwise)?;
                        self.patch(end);
                    }
                    _ => self.patch_all(&skip),
                }
            }
            StmtKind::While(condition, body) => {
                let start = self.here();
                let exit = self.jump_unless(condition)?;
                self.loops.push(Loop::default());
                self.statement(body)?;
                self.end_loop(start);
                self.emit(Op::Jump(start));
                self.patch_all(&exit);
                self.patch_breaks();
            }
            StmtKind::Do(body, condition) => {
                let start = self.here();
                self.loops.push(Loop::default());
                self.statement(body)?;
                let here = self.here();
                self.end_loop(here);
                let exit = self.jump_unless(condition)?;
                self.emit(Op::Jump(start));
                self.patch_all(&exit);
                self.patch_breaks();
            }
            StmtKind::For(first, condition, step, body) => {
                if let Some(first) = first {
                    self.statement(first)?;
                }
                let start = self.here();
                let exit = match condition {
                    Some(condition) => self.jump_unless(condition)?,
                    None => Vec::new(),
                };
                self.loops.push(Loop::default());
                self.statement(body)?;
                let here = self.here();
                self.end_loop(here);
                if let Some(step) = step {
                    self.statement(step)?;
                }
                self.emit(Op::Jump(start));
                self.patch_all(&exit);
                self.patch_breaks();
            }
            StmtKind::ForIn(var, array, body) => {
                let place = self.array(array)?;
                self.emit(Op::Keys(place));
                let next = self.emit(Op::NextKey(0));
                self.store(var, false)?;
                self.loops.push(Loop::default());
                self.statement(body)?;
                self.end_loop(next as u32);
                self.emit(Op::Jump(next as u32));
                // A `break` still has the list to drop.
                self.patch_breaks();
                self.emit(Op::Pop);
                self.patch(next);
            }
            StmtKind::Switch(subject, cases) => self.switch(subject, cases)?,
            StmtKind::Block(body) => self.body(body)?,
            StmtKind::Break => {
                let jump = self.emit(Op::Jump(0));
                match self.loops.last_mut() {
                    Some(inner) => inner.breaks.push(jump),
                    None => return self.error("`break' is not allowed outside a loop or switch"),
                }
            }
            StmtKind::Continue => {
                let jump = self.emit(Op::Jump(0));
                match self.loops.iter_mut().rev().find(|outer| !outer.is_switch) {
                    Some(outer) => outer.continues.push(jump),
                    None => return self.error("`continue' is not allowed outside a loop"),
                }
            }
            StmtKind::Next => {
                self.allowed("next")?;
                self.emit(Op::Next);
            }
            StmtKind::NextFile => {
                if self.in_special != "BEGINFILE" {
                    self.allowed("nextfile")?;
                }
                self.emit(Op::NextFile);
            }
            StmtKind::Exit(code) => {
                if let Some(code) = code {
                    self.expr(code)?;
                }
                self.emit(Op::Exit(code.is_some()));
            }
            StmtKind::Return(value) => {
                match value {
                    Some(value) => self.expr(value)?,
                    None => {
                        self.emit(Op::Unset);
                    }
                }
                self.emit(Op::Return);
            }
            StmtKind::Delete(Expr::Index(array, keys)) => {
                let place = self.element(array, keys)?;
                self.emit(Op::Delete(place));
            }
            StmtKind::Delete(array) => {
                let place = self.array(array)?;
                self.emit(Op::Clear(place));
            }
        }
        Ok(())
    }

    fn allowed(&self, name: &str) -> Compiled {
        match self.in_special {
            "" => Ok(()),
            rule => self.error(format!("`{name}' used in {rule} action")),
        }
    }

    fn destination(&mut self, output: &Output) -> Result<Destination, super::compiler::Error> {
        let (name, kind) = match output {
            Output::Standard => return Ok(None),
            Output::File(name) => (name, OutputKind::File),
            Output::Append(name) => (name, OutputKind::Append),
            Output::Command(name) => (name, OutputKind::Command),
            Output::Coprocess(name) => (name, OutputKind::Coprocess),
        };
        self.expr(name)?;
        Ok(Some(kind))
    }

    /// Patches the `continue`s of the innermost loop.
    fn end_loop(&mut self, to: u32) {
        let continues = match self.loops.last_mut() {
            Some(inner) => std::mem::take(&mut inner.continues),
            None => Vec::new(),
        };
        for at in continues {
            if let Op::Jump(target) = &mut self.code.ops[at] {
                *target = to;
            }
        }
    }

    fn patch_breaks(&mut self) {
        let breaks = self.loops.pop().map_or_else(Vec::new, |inner| inner.breaks);
        self.patch_all(&breaks);
    }

    fn switch(&mut self, subject: &Expr, cases: &[Case]) -> Compiled {
        self.expr(subject)?;
        let mut entries = Vec::new();
        for (value, _) in cases {
            entries.push(match value {
                None => None,
                Some(Expr::Regex(source) | Expr::TypedRegex(source)) => {
                    let index = self.regex(source)?;
                    Some(self.emit(Op::CaseMatch(index, 0)))
                }
                Some(value) => {
                    self.expr(value)?;
                    Some(self.emit(Op::CaseEqual(0)))
                }
            });
        }
        self.emit(Op::Pop);
        let default = self.emit(Op::Jump(0));
        self.loops.push(Loop {
            is_switch: true,
            ..Loop::default()
        });
        let mut has_default = false;
        for ((_, body), entry) in cases.iter().zip(entries) {
            match entry {
                Some(entry) => self.patch(entry),
                None => {
                    has_default = true;
                    self.patch(default);
                }
            }
            self.body(body)?;
        }
        if !has_default {
            self.patch(default);
        }
        self.patch_breaks();
        Ok(())
    }
}
