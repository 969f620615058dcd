//! Calls: of the program's functions and of the language's.

use super::compiler::{Compiled, Compiler};
use super::expression::ungrouped;
use super::op::Op;
use crate::lex::Builtin;
use crate::parse::ast::Expr;

impl Compiler {
    pub(super) fn call(&mut self, name: &[u8], args: &[Expr]) -> Compiled {
        let Some(index) = self.functions.get(name).copied() else {
            let name = String::from_utf8_lossy(name);
            return self.error(format!("fatal: function `{name}' not defined"));
        };
        let params = self.code.functions[index as usize].2;
        self.args(args)?;
        if args.len() as u32 > params {
            let name = String::from_utf8_lossy(name);
            return self.error(format!(
                "fatal: function `{name}' called with more arguments than declared"
            ));
        }
        self.emit(Op::Call(index, args.len() as u32));
        Ok(())
    }

    /// Arguments of a function of the program: bare names may be arrays.
    pub(super) fn args(&mut self, args: &[Expr]) -> Compiled {
        for arg in args {
            self.argument(arg)?;
        }
        Ok(())
    }

    fn argument(&mut self, arg: &Expr) -> Compiled {
        match arg {
            Expr::Var(name) => {
                if let Some(slot) = self.locals.get(name) {
                    let slot = *slot;
                    self.emit(Op::ArgLocal(slot));
                } else if self.functions.contains_key(name) {
                    self.variable(name)?;
                } else {
                    let slot = self.global(name);
                    if slot < super::variable::HOOKED {
                        self.emit(Op::Special(slot));
                    } else {
                        self.emit(Op::ArgGlobal(slot));
                    }
                }
                Ok(())
            }
            Expr::Index(array, keys) => {
                let place = self.element(array, keys)?;
                self.emit(Op::ArgElem(place));
                Ok(())
            }
            Expr::Regex(source) => {
                // A constant as an argument is the match, as anywhere.
                let index = self.regex(source)?;
                self.emit(Op::MatchRecord(index));
                Ok(())
            }
            other => self.expr(other),
        }
    }

    /// An argument that is a pattern: a constant one is not matched here.
    pub(super) fn pattern(&mut self, arg: &Expr) -> Compiled {
        match ungrouped(arg) {
            Expr::Regex(source) => {
                let index = self.regex(source)?;
                self.emit(Op::Const(index));
                Ok(())
            }
            _ => self.expr(arg),
        }
    }

    pub(super) fn builtin(&mut self, builtin: Builtin, args: &[Expr], keep: bool) -> Compiled {
        let count = args.len() as u32;
        match builtin {
            Builtin::Sub | Builtin::Gsub => {
                return self.substitute(builtin == Builtin::Gsub, args, keep);
            }
            Builtin::Length if args.is_empty() => {
                self.emit(Op::LengthRecord);
            }
            Builtin::Length | Builtin::Typeof | Builtin::Isarray => {
                for arg in args {
                    match ungrouped(arg) {
                        Expr::Regex(_) if builtin == Builtin::Typeof => self.pattern(arg)?,
                        arg => self.argument(arg)?,
                    }
                }
                self.emit(Op::Builtin(builtin, count));
            }
            Builtin::Split | Builtin::Patsplit => {
                self.expr(&args[0])?;
                self.array_argument(&args[1])?;
                if let Some(separator) = args.get(2) {
                    self.pattern(separator)?;
                }
                if let Some(separators) = args.get(3) {
                    self.array_argument(separators)?;
                }
                self.emit(Op::Split(builtin, count));
            }
            Builtin::Match => {
                self.expr(&args[0])?;
                self.pattern(&args[1])?;
                if let Some(array) = args.get(2) {
                    self.array_argument(array)?;
                }
                self.emit(Op::Builtin(builtin, count));
            }
            Builtin::Gensub => {
                self.pattern(&args[0])?;
                for arg in &args[1..] {
                    self.expr(arg)?;
                }
                self.emit(Op::Builtin(builtin, count));
            }
            Builtin::Asort | Builtin::Asorti => {
                self.array_argument(&args[0])?;
                if let Some(to) = args.get(1) {
                    self.array_argument(to)?;
                }
                if let Some(how) = args.get(2) {
                    self.expr(how)?;
                }
                self.emit(Op::Sort(builtin, count));
            }
            Builtin::Sprintf => {
                for arg in args {
                    self.expr(arg)?;
                }
                self.emit(Op::Sprintf(count));
            }
            _ => {
                for arg in args {
                    self.expr(arg)?;
                }
                self.emit(Op::Builtin(builtin, count));
            }
        }
        if !keep {
            self.emit(Op::Pop);
        }
        Ok(())
    }

    fn array_argument(&mut self, arg: &Expr) -> Compiled {
        let place = self.array(arg)?;
        if !matches!(place, super::op::Place::Stack) {
            self.emit(Op::Array(place));
        }
        Ok(())
    }
}
