//! Expressions.

use super::compiler::{Compiled, Compiler, Error};
use super::op::{Give, Op};
use crate::io::InputKind;
use crate::parse::ast::{Arith, Expr, Source};
use crate::value::{Str, Value};

impl Compiler {
    /// Code that leaves the expression's value on the stack.
    pub(super) fn expr(&mut self, expr: &Expr) -> Compiled {
        match expr {
            Expr::Num(n) => {
                self.emit(Op::Num(*n));
            }
            Expr::Text(text) => {
                let index = self.constant(Value::Str(Str::new(text)));
                self.emit(Op::Const(index));
            }
            Expr::Regex(source) => {
                let index = self.regex(source)?;
                self.emit(Op::MatchRecord(index));
            }
            Expr::TypedRegex(source) => {
                let index = self.regex(source)?;
                self.emit(Op::Const(index));
            }
            Expr::Var(name) => self.variable(name)?,
            Expr::Field(index) => match constant_index(index) {
                Some(n) => {
                    self.emit(Op::Field(n));
                }
                None => {
                    self.expr(index)?;
                    self.emit(Op::FieldAt);
                }
            },
            Expr::Index(array, keys) => {
                let place = self.element(array, keys)?;
                self.emit(Op::Elem(place));
            }
            Expr::Assign(target, value) => self.assign(target, value, true)?,
            Expr::AssignOp(op, target, value) => self.assign_op(*op, target, value, true)?,
            Expr::Step(target, step, old) => {
                let give = if *old { Give::Old } else { Give::New };
                self.step(target, *step as i8, give)?;
            }
            Expr::Negate(operand) => {
                self.number(operand)?;
                self.emit(Op::Negate);
            }
            Expr::Plus(operand) => {
                self.number(operand)?;
                self.emit(Op::ToNum);
            }
            Expr::Not(operand) => {
                self.expr(operand)?;
                self.emit(Op::Not);
            }
            Expr::Arith(op, left, right) => {
                if let (Expr::Num(a), Expr::Num(b)) = (&**left, &**right)
                    && let Some(n) = folded(*op, *a, *b)
                {
                    self.emit(Op::Num(n));
                    return Ok(());
                }
                if let (Expr::Num(_), Expr::Num(0.0), Arith::Div | Arith::Mod) =
                    (&**left, &**right, op)
                {
                    let place = if *op == Arith::Mod { " in `%'" } else { "" };
                    return self.error(format!("division by zero attempted{place}"));
                }
                self.number(left)?;
                match &**right {
                    Expr::Num(n) => {
                        self.emit(Op::ArithConst(*op, *n));
                    }
                    right => {
                        self.number(right)?;
                        self.emit(Op::Arith(*op));
                    }
                }
            }
            Expr::Concat(parts) => {
                for part in parts {
                    self.expr(part)?;
                }
                self.emit(Op::Concat(parts.len() as u32));
            }
            Expr::Compare(relation, left, right) => {
                self.expr(left)?;
                self.expr(right)?;
                self.emit(Op::Compare(*relation));
            }
            Expr::Match(negated, subject, pattern) => {
                self.expr(subject)?;
                match ungrouped(pattern) {
                    Expr::Regex(source) => {
                        let index = self.regex(source)?;
                        self.emit(Op::MatchConst(index, *negated));
                    }
                    pattern => {
                        self.expr(pattern)?;
                        self.emit(Op::Match(*negated));
                    }
                }
            }
            Expr::And(left, right) => {
                self.expr(left)?;
                let skip = self.emit(Op::AndJump(0));
                self.expr(right)?;
                self.emit(Op::Truth);
                self.patch(skip);
            }
            Expr::Or(left, right) => {
                self.expr(left)?;
                let skip = self.emit(Op::OrJump(0));
                self.expr(right)?;
                self.emit(Op::Truth);
                self.patch(skip);
            }
            Expr::Choose(condition, yes, no) => {
                let otherwise = self.jump_unless(condition)?;
                self.expr(yes)?;
                let end = self.emit(Op::Jump(0));
                self.patch_all(&otherwise);
                self.expr(no)?;
                self.patch(end);
            }
            Expr::In(keys, array) => {
                let place = self.element(array, keys)?;
                self.emit(Op::InElem(place));
            }
            Expr::List(_) => return self.error("syntax error"),
            Expr::Group(inner) => self.expr(inner)?,
            Expr::Call(name, args) => self.call(name, args)?,
            Expr::Indirect(name, args) => {
                self.args(args)?;
                self.expr(&Expr::Var(name.clone()))?;
                self.emit(Op::CallNamed(args.len() as u32));
            }
            Expr::Builtin(builtin, args) => self.builtin(*builtin, args, true)?,
            Expr::Getline(source, target) => self.getline(source, target.as_deref())?,
        }
        Ok(())
    }

    /// Code for a value of which only the number matters.
    pub(super) fn number(&mut self, expr: &Expr) -> Compiled {
        match expr {
            Expr::Field(index) if constant_index(index).is_some_and(|n| n > 0) => {
                let n = constant_index(index).unwrap_or(0);
                self.emit(Op::FieldNum(n));
                Ok(())
            }
            Expr::Group(inner) => self.number(inner),
            other => self.expr(other),
        }
    }

    /// Code for an expression whose value is dropped.
    pub(super) fn effect(&mut self, expr: &Expr) -> Compiled {
        match expr {
            Expr::Assign(target, value) => self.assign(target, value, false),
            Expr::AssignOp(op, target, value) => self.assign_op(*op, target, value, false),
            Expr::Step(target, step, _) => self.step(target, *step as i8, Give::Nothing),
            Expr::Group(inner) => self.effect(inner),
            Expr::Builtin(builtin, args) => self.builtin(*builtin, args, false),
            other => {
                self.expr(other)?;
                self.emit(Op::Pop);
                Ok(())
            }
        }
    }

    /// Code that goes on if the condition holds; the jumps taken if not.
    pub(super) fn jump_unless(&mut self, condition: &Expr) -> Result<Vec<usize>, Error> {
        match condition {
            Expr::Group(inner) => self.jump_unless(inner),
            Expr::Compare(relation, left, right) => {
                self.expr(left)?;
                self.expr(right)?;
                Ok(vec![self.emit(Op::Unless(*relation, 0))])
            }
            Expr::And(left, right) => {
                let mut jumps = self.jump_unless(left)?;
                jumps.extend(self.jump_unless(right)?);
                Ok(jumps)
            }
            Expr::Not(inner) => {
                self.expr(inner)?;
                Ok(vec![self.emit(Op::JumpTrue(0))])
            }
            other => {
                self.expr(other)?;
                Ok(vec![self.emit(Op::JumpFalse(0))])
            }
        }
    }

    fn getline(&mut self, source: &Source, target: Option<&Expr>) -> Compiled {
        let kind = match source {
            Source::Main => None,
            Source::File(name) => {
                self.expr(name)?;
                Some(InputKind::File)
            }
            Source::Command(name) => {
                self.expr(name)?;
                Some(InputKind::Command)
            }
            Source::Coprocess(name) => {
                self.expr(name)?;
                Some(InputKind::Coprocess)
            }
        };
        if kind.is_none() && matches!(self.in_special, "BEGINFILE" | "ENDFILE") {
            let rule = self.in_special;
            return self.error(format!(
                "non-redirected `getline' invalid inside `{rule}' rule"
            ));
        }
        match target {
            None => {
                self.emit(Op::Getline(kind));
            }
            Some(target) => {
                let skip = self.emit(Op::GetlineInto(kind, 0));
                self.store(target, false)?;
                self.patch(skip);
            }
        }
        Ok(())
    }
}

/// The expression without parentheses around it.
pub(super) fn ungrouped(expr: &Expr) -> &Expr {
    match expr {
        Expr::Group(inner) => ungrouped(inner),
        other => other,
    }
}

/// The field number of `$n`.
pub(super) fn constant_index(index: &Expr) -> Option<u32> {
    match index {
        Expr::Num(n) if (0.0..1e6).contains(n) => Some(*n as u32),
        _ => None,
    }
}

fn folded(op: Arith, a: f64, b: f64) -> Option<f64> {
    match op {
        Arith::Add => Some(a + b),
        Arith::Sub => Some(a - b),
        Arith::Mul => Some(a * b),
        _ => None,
    }
}
