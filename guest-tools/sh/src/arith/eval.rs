//! Evaluation. Arithmetic wraps at 64 bits, as in bash.

use super::{ArithError, ArithExpr, BinaryOp, Element, Expr, UnaryOp, parse};
use crate::exec::Shell;
use crate::text::{canonical_int, int_text};
use crate::vars::{Sym, Value, attr};

type Result = std::result::Result<i64, Box<ArithError>>;

/// How deep values of variables may be expressions naming others.
const RECURSION_MAX: u32 = 200;

/// Evaluates the text of an expression.
pub fn eval_text(sh: &mut Shell, text: &[u8]) -> Result {
    if let Some(value) = canonical_int(text) {
        return Ok(value);
    }
    match parse(text, &mut sh.vars) {
        Ok(parsed) => eval(sh, &parsed, &[]),
        Err(mut error) => {
            if let Some(before) = error.before.take() {
                eval(sh, &before, &[])?;
            }
            Err(error)
        }
    }
}

/// Evaluates a parsed expression with the values of its expansions.
pub fn eval(sh: &mut Shell, parsed: &ArithExpr, dollars: &[i64]) -> Result {
    Eval {
        sh,
        parsed,
        dollars,
    }
    .expr(&parsed.expr)
}

struct Eval<'a> {
    sh: &'a mut Shell,
    parsed: &'a ArithExpr,
    dollars: &'a [i64],
}

impl Eval<'_> {
    fn expr(&mut self, expr: &Expr) -> Result {
        match expr {
            Expr::Number(value) => Ok(*value),
            Expr::Variable(sym) => self.variable(*sym),
            Expr::Dollar(number) => Ok(self.dollars.get(*number).copied().unwrap_or(0)),
            Expr::Binary(op, operands) => {
                let left = self.expr(&operands.0)?;
                let right = self.expr(&operands.1)?;
                self.apply(*op, left, right, None)
            }
            Expr::Divide(op, operands, pos) => {
                let left = self.expr(&operands.0)?;
                let right = self.expr(&operands.1)?;
                self.apply(*op, left, right, Some(*pos))
            }
            Expr::Unary(op, operand) => {
                let value = self.expr(operand)?;
                Ok(match op {
                    UnaryOp::Plus => value,
                    UnaryOp::Minus => value.wrapping_neg(),
                    UnaryOp::Not => i64::from(value == 0),
                    UnaryOp::Complement => !value,
                })
            }
            Expr::And(operands) => Ok(i64::from(
                self.expr(&operands.0)? != 0 && self.expr(&operands.1)? != 0,
            )),
            Expr::Or(operands) => Ok(i64::from(
                self.expr(&operands.0)? != 0 || self.expr(&operands.1)? != 0,
            )),
            Expr::Ternary(operands) => match self.expr(&operands.0)? {
                0 => self.expr(&operands.2),
                _ => self.expr(&operands.1),
            },
            Expr::Comma(operands) => {
                self.expr(&operands.0)?;
                self.expr(&operands.1)
            }
            // A plain assignment looks at its subscript last, the others first.
            Expr::Assign(None, operands) => {
                let value = self.expr(&operands.1)?;
                let place = self.place(&operands.0)?;
                self.assign(place, value)
            }
            Expr::Assign(Some(op), operands) => {
                let place = self.place(&operands.0)?;
                let left = self.value_at(&place)?;
                let right = self.expr(&operands.1)?;
                let value = self.apply(*op, left, right, None)?;
                self.assign(place, value)
            }
            Expr::Step(by, old, target) => {
                let place = self.place(target)?;
                let value = self.value_at(&place)?;
                let new = self.assign(place, value.wrapping_add(*by))?;
                Ok(if *old { value } else { new })
            }
            Expr::Element(_) => {
                let place = self.place(expr)?;
                self.value_at(&place)
            }
        }
    }

    fn apply(&self, op: BinaryOp, left: i64, right: i64, pos: Option<u32>) -> Result {
        Ok(match op {
            BinaryOp::Add => left.wrapping_add(right),
            BinaryOp::Subtract => left.wrapping_sub(right),
            BinaryOp::Multiply => left.wrapping_mul(right),
            BinaryOp::Divide | BinaryOp::Remainder if right == 0 => {
                let source = &self.parsed.source;
                let at = pos.map_or(0, |pos| (pos as usize).min(source.len()));
                return Err(ArithError::new(source, "division by 0", &source[at..]));
            }
            BinaryOp::Divide => left.wrapping_div(right),
            BinaryOp::Remainder => left.wrapping_rem(right),
            BinaryOp::Power if right < 0 => {
                return Err(ArithError::new(
                    &self.parsed.source,
                    "exponent less than 0",
                    &int_text(right.wrapping_neg()),
                ));
            }
            BinaryOp::Power => power(left, right),
            BinaryOp::ShiftLeft => left.wrapping_shl(right as u32),
            BinaryOp::ShiftRight => left.wrapping_shr(right as u32),
            BinaryOp::Less => i64::from(left < right),
            BinaryOp::LessEqual => i64::from(left <= right),
            BinaryOp::Greater => i64::from(left > right),
            BinaryOp::GreaterEqual => i64::from(left >= right),
            BinaryOp::Equal => i64::from(left == right),
            BinaryOp::NotEqual => i64::from(left != right),
            BinaryOp::BitAnd => left & right,
            BinaryOp::BitXor => left ^ right,
            BinaryOp::BitOr => left | right,
        })
    }

    fn variable(&mut self, sym: Sym) -> Result {
        let var = self.sh.vars.get(sym);
        match &var.value {
            _ if var.attrs & (attr::NAMEREF | attr::DYNAMIC) != 0 => {}
            Value::Int(value) => return Ok(*value),
            Value::Str(text) => {
                if let Some(value) = canonical_int(text) {
                    return Ok(value);
                }
            }
            _ => {}
        }
        match self.sh.scalar(sym).map(std::borrow::Cow::into_owned) {
            Some(text) => self.indirect(&text),
            None => self.unset(self.sh.vars.names.name(sym).to_vec()),
        }
    }

    fn unset(&self, name: Vec<u8>) -> Result {
        if self.sh.options.nounset {
            let mut error = ArithError::plain([&name, &b": unbound variable"[..]].concat());
            error.unbound = true;
            return Err(error);
        }
        Ok(0)
    }

    /// The value of a variable, which may itself be an expression.
    fn indirect(&mut self, text: &[u8]) -> Result {
        if let Some(value) = canonical_int(text) {
            return Ok(value);
        }
        if text.trim_ascii().is_empty() {
            return Ok(0);
        }
        if self.sh.arith_depth >= RECURSION_MAX {
            return Err(ArithError::new(
                text,
                "expression recursion level exceeded",
                text,
            ));
        }
        self.sh.arith_depth += 1;
        let result = eval_text(self.sh, text);
        self.sh.arith_depth -= 1;
        result
    }

    /// What is read or assigned, its subscript evaluated.
    fn place<'e>(&mut self, target: &'e Expr) -> std::result::Result<Place<'e>, Box<ArithError>> {
        Ok(match target {
            Expr::Variable(sym) => Place::Variable(*sym),
            Expr::Element(element) => {
                let (sym, key) = self.element_key(element)?;
                Place::Element(sym, key, element)
            }
            _ => Place::None,
        })
    }

    fn value_at(&mut self, place: &Place) -> Result {
        let (sym, key, element) = match place {
            Place::Variable(sym) => return self.variable(*sym),
            Place::Element(sym, key, element) => (*sym, key, element),
            Place::None => return Ok(0),
        };
        match self.sh.element_text(sym, key) {
            Some(text) => self.indirect(&text),
            None => {
                // Elements of what is set at all count as 0.
                match self.sh.vars.get(sym).value {
                    Value::Unset => self.unset(self.sh.vars.names.name(element.name).to_vec()),
                    _ => Ok(0),
                }
            }
        }
    }

    fn element_key(
        &mut self,
        element: &Element,
    ) -> std::result::Result<(Sym, crate::exec::Key), Box<ArithError>> {
        let sym = self.sh.vars_target(element.name);
        if self.sh.vars.get(sym).has(attr::ASSOC) {
            let text = self.sh.expand_key_text(&element.text);
            return Ok((sym, crate::exec::Key::Text(text)));
        }
        let index = match &element.index {
            Some(index) => self.expr(index)?,
            None => {
                let text = self.sh.expand_key_text(&element.text);
                eval_text(self.sh, &text)?
            }
        };
        Ok((sym, crate::exec::Key::Index(index)))
    }

    fn assign(&mut self, place: Place, value: i64) -> Result {
        let assigned = match place {
            Place::Variable(sym) => {
                const PLAIN: u16 = attr::EXPORT | attr::DECLARED | attr::INTEGER;
                let var = self.sh.vars.get(sym);
                let simple = var.attrs & !PLAIN == 0
                    && sym.0 as usize >= Sym::FIXED
                    && !self.sh.options.allexport;
                if simple {
                    self.sh.vars.get_mut(sym).value = Value::Int(value);
                    return Ok(value);
                }
                self.sh.assign_scalar(sym, int_text(value))
            }
            Place::Element(sym, key, _) => self.sh.assign_element(sym, key, int_text(value), false),
            Place::None => Ok(()),
        };
        match assigned {
            Ok(()) => Ok(value),
            Err(error) => Err(ArithError::plain(error.message)),
        }
    }
}

/// What an operator reads and assigns.
enum Place<'e> {
    Variable(Sym),
    Element(Sym, crate::exec::Key, &'e Element),
    /// Nothing: the parser lets no such target through.
    None,
}

fn power(base: i64, exponent: i64) -> i64 {
    let (mut result, mut base, mut exponent) = (1i64, base, exponent);
    while exponent > 0 {
        if exponent & 1 == 1 {
            result = result.wrapping_mul(base);
        }
        base = base.wrapping_mul(base);
        exponent >>= 1;
    }
    result
}
