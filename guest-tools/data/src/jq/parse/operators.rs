//! Operators by precedence.

use super::{Parser, Result, boxed};
use crate::jq::ast::{Assignment, Ast, Operator};
use crate::jq::lex::Token;
use crate::json::Value;

impl Parser<'_> {
    fn operator(&self) -> Option<(&'static str, u8)> {
        let level = |sign: &'static str| {
            let level = match sign {
                "//" => 1,
                "=" | "|=" | "+=" | "-=" | "*=" | "/=" | "%=" | "//=" => 2,
                "==" | "!=" | "<" | "<=" | ">" | ">=" => 5,
                "+" | "-" => 6,
                "*" | "/" | "%" => 7,
                _ => return None,
            };
            Some((sign, level))
        };
        match self.peek() {
            Token::Sign(sign) => level(sign),
            Token::Name(word) if word == "or" => Some(("or", 3)),
            Token::Name(word) if word == "and" => Some(("and", 4)),
            _ => None,
        }
    }

    pub(super) fn binary(&mut self, lowest: u8) -> Result<Ast> {
        self.nested(|this| this.binary_at(lowest))
    }

    fn binary_at(&mut self, lowest: u8) -> Result<Ast> {
        let mut left = self.unary()?;
        let mut previous = 0;
        while let Some((sign, level)) = self.operator() {
            if level < lowest {
                break;
            }
            if matches!(level, 2 | 5) && previous == level {
                return Err(self.unexpected(""));
            }
            previous = level;
            self.at += 1;
            let right = self.binary(if level == 1 { 1 } else { level + 1 })?;
            left = combine(sign, left, right);
        }
        Ok(left)
    }

    fn unary(&mut self) -> Result<Ast> {
        if self.take("-") {
            let operand = self.binary(7)?;
            return Ok(match operand {
                Ast::Literal(Value::Literal(number)) => {
                    Ast::Literal(Value::Literal(std::rc::Rc::new(number.negated())))
                }
                Ast::Literal(Value::Number(number)) if number != 0.0 => {
                    Ast::Literal(Value::Number(-number))
                }
                operand => Ast::Negate(boxed(operand)),
            });
        }
        if self.is_word("def") {
            let definition = self.definition()?;
            let rest = self.query()?;
            return Ok(Ast::Define(Box::new(definition), boxed(rest)));
        }
        self.postfix()
    }
}

fn combine(sign: &str, left: Ast, right: Ast) -> Ast {
    use Operator::{
        Add, AtLeast, AtMost, Divide, Equal, Greater, Less, Multiply, NotEqual, Remainder, Subtract,
    };
    let (left, right) = (boxed(left), boxed(right));
    let calculate =
        |operator, left, right| Ast::Assign(Assignment::Calculate(operator), left, right);
    match sign {
        "//" => Ast::Alternative(left, right),
        "or" => Ast::Or(left, right),
        "and" => Ast::And(left, right),
        "=" => Ast::Assign(Assignment::Set, left, right),
        "|=" => Ast::Assign(Assignment::Update, left, right),
        "//=" => Ast::Assign(Assignment::Alternative, left, right),
        "+=" => calculate(Add, left, right),
        "-=" => calculate(Subtract, left, right),
        "*=" => calculate(Multiply, left, right),
        "/=" => calculate(Divide, left, right),
        "%=" => calculate(Remainder, left, right),
        "+" => Ast::Binary(Add, left, right),
        "-" => Ast::Binary(Subtract, left, right),
        "*" => Ast::Binary(Multiply, left, right),
        "/" => Ast::Binary(Divide, left, right),
        "%" => Ast::Binary(Remainder, left, right),
        "==" => Ast::Binary(Equal, left, right),
        "!=" => Ast::Binary(NotEqual, left, right),
        "<" => Ast::Binary(Less, left, right),
        "<=" => Ast::Binary(AtMost, left, right),
        ">" => Ast::Binary(Greater, left, right),
        _ => Ast::Binary(AtLeast, left, right),
    }
}
