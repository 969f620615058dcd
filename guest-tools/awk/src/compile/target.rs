//! Variables, elements and fields: reading and changing them.

use super::compiler::{Compiled, Compiler, Error};
use super::expression::constant_index;
use super::op::{Give, Op, Place};
use super::variable;
use crate::parse::ast::{Arith, Expr};

impl Compiler {
    pub(super) fn variable(&mut self, name: &[u8]) -> Compiled {
        if let Some(slot) = self.locals.get(name) {
            let slot = *slot;
            self.emit(Op::Local(slot));
            return Ok(());
        }
        self.not_function(name)?;
        let slot = self.global(name);
        self.emit(if slot < variable::HOOKED {
            Op::Special(slot)
        } else {
            Op::Global(slot)
        });
        Ok(())
    }

    fn not_function(&self, name: &[u8]) -> Compiled {
        if self.functions.contains_key(name) {
            let name = String::from_utf8_lossy(name);
            return self.error(format!(
                "function `{name}' called with space between name and `('\nor used as a variable or an array"
            ));
        }
        Ok(())
    }

    /// Marks a variable as an array; its place.
    pub(super) fn array(&mut self, expr: &Expr) -> Result<Place, Error> {
        match expr {
            Expr::Var(name) => {
                if let Some(slot) = self.locals.get(name) {
                    return Ok(Place::Local(*slot));
                }
                self.not_function(name)?;
                let slot = self.global(name);
                if slot < variable::ARRAYS && (slot as usize) < variable::NAMES.len() {
                    let name = String::from_utf8_lossy(name);
                    return self
                        .error(format!("fatal: attempt to use scalar `{name}' as an array"));
                }
                self.code.arrays[slot as usize] = true;
                Ok(Place::Global(slot))
            }
            Expr::Index(array, keys) => {
                let place = self.element(array, keys)?;
                self.emit(Op::SubArray(place));
                Ok(Place::Stack)
            }
            Expr::Group(inner) => self.array(inner),
            _ => self.error("syntax error"),
        }
    }

    /// Code that leaves an index on the stack, above its array if that is none
    /// of a variable.
    pub(super) fn element(&mut self, array: &Expr, keys: &[Expr]) -> Result<Place, Error> {
        let place = self.array(array)?;
        for key in keys {
            self.expr(key)?;
        }
        if keys.len() > 1 {
            self.emit(Op::Join(keys.len() as u32));
        }
        Ok(place)
    }

    /// Code that takes the value on the stack into a target.
    pub(super) fn store(&mut self, target: &Expr, keep: bool) -> Compiled {
        match target {
            Expr::Var(name) => {
                if let Some(slot) = self.locals.get(name) {
                    let slot = *slot;
                    self.emit(Op::SetLocal(slot, keep));
                    return Ok(());
                }
                self.not_function(name)?;
                let slot = self.global(name);
                self.emit(if slot < variable::HOOKED {
                    Op::SetSpecial(slot, keep)
                } else {
                    Op::SetGlobal(slot, keep)
                });
            }
            Expr::Field(index) => {
                self.expr(index)?;
                self.emit(Op::SetField(keep));
            }
            Expr::Index(array, keys) => {
                let place = self.element(array, keys)?;
                self.emit(Op::SetElem(place, keep));
            }
            Expr::Group(inner) => self.store(inner, keep)?,
            _ => return self.error("syntax error"),
        }
        Ok(())
    }

    pub(super) fn assign(&mut self, target: &Expr, value: &Expr, keep: bool) -> Compiled {
        // The value comes first, then the index: as gawk has it.
        self.expr(value)?;
        self.store(target, keep)
    }

    pub(super) fn assign_op(
        &mut self,
        op: Arith,
        target: &Expr,
        value: &Expr,
        keep: bool,
    ) -> Compiled {
        self.number(value)?;
        match target {
            Expr::Var(name) => {
                if let Some(slot) = self.locals.get(name) {
                    let slot = *slot;
                    self.emit(Op::ChangeLocal(op, slot, keep));
                    return Ok(());
                }
                self.not_function(name)?;
                let slot = self.global(name);
                self.emit(if slot < variable::HOOKED {
                    Op::ChangeSpecial(op, slot, keep)
                } else {
                    Op::ChangeGlobal(op, slot, keep)
                });
            }
            Expr::Field(index) => {
                self.expr(index)?;
                self.emit(Op::ChangeField(op, keep));
            }
            Expr::Index(array, keys) => {
                let place = self.element(array, keys)?;
                self.emit(Op::ChangeElem(op, place, keep));
            }
            _ => return self.error("syntax error"),
        }
        Ok(())
    }

    pub(super) fn step(&mut self, target: &Expr, step: i8, give: Give) -> Compiled {
        match target {
            Expr::Var(name) => {
                if let Some(slot) = self.locals.get(name) {
                    let slot = *slot;
                    self.emit(Op::StepLocal(slot, step, give));
                    return Ok(());
                }
                self.not_function(name)?;
                let slot = self.global(name);
                self.emit(if slot < variable::HOOKED {
                    Op::StepSpecial(slot, step, give)
                } else {
                    Op::StepGlobal(slot, step, give)
                });
            }
            Expr::Field(index) => {
                self.expr(index)?;
                self.emit(Op::StepField(step, give));
            }
            Expr::Index(array, keys) => {
                let place = self.element(array, keys)?;
                self.emit(Op::StepElem(place, step, give));
            }
            _ => return self.error("syntax error"),
        }
        Ok(())
    }

    /// `sub` and `gsub`, whose target is read and written.
    pub(super) fn substitute(&mut self, all: bool, args: &[Expr], keep: bool) -> Compiled {
        let record = Expr::Field(Box::new(Expr::Num(0.0)));
        let target = args.get(2).unwrap_or(&record);
        let place = match target {
            Expr::Index(array, keys) => {
                let place = self.element(array, keys)?;
                self.emit(Op::ElemPeek(place));
                Some(place)
            }
            Expr::Field(index) => {
                match constant_index(index) {
                    Some(n) => {
                        self.emit(Op::Num(n.into()));
                    }
                    None => self.expr(index)?,
                }
                self.emit(Op::FieldPeek);
                None
            }
            other => {
                self.expr(other)?;
                None
            }
        };
        self.pattern(&args[0])?;
        self.expr(&args[1])?;
        let skip = self.emit(Op::Substitute(all, 0));
        let done = match target {
            Expr::Index(..) => {
                let place = place.unwrap_or(Place::Stack);
                self.emit(Op::SetElemUnder(place));
                let done = self.emit(Op::Jump(0));
                self.patch(skip);
                self.emit(Op::Pop);
                if let Place::Stack = place {
                    self.emit(Op::Pop);
                }
                Some(done)
            }
            Expr::Field(_) => {
                self.emit(Op::SetFieldUnder);
                let done = self.emit(Op::Jump(0));
                self.patch(skip);
                self.emit(Op::Pop);
                Some(done)
            }
            Expr::Var(_) | Expr::Group(_)
                if matches!(super::expression::ungrouped(target), Expr::Var(_)) =>
            {
                self.store(target, false)?;
                self.patch(skip);
                None
            }
            _ => {
                // No place for the result: only the count is of use.
                self.emit(Op::Pop);
                self.patch(skip);
                None
            }
        };
        if let Some(done) = done {
            self.patch(done);
        }
        if keep {
            self.emit(Op::Count);
        }
        Ok(())
    }
}
