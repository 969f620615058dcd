//! Expressions, from unary operators to names and constants.

use super::ast::{Arith, Expr, Source};
use super::parser::{Parsed, Parser};
use crate::lex::{Builtin, Keyword, Token};

impl Parser<'_> {
    /// `!`, `-`, `+` and what binds tighter.
    pub(super) fn unary(&mut self) -> Parsed<Expr> {
        self.nested(|parser| match parser.token {
            Token::Op("!") => {
                parser.advance()?;
                Ok(Expr::Not(Box::new(parser.unary()?)))
            }
            Token::Op("-") => {
                parser.advance()?;
                Ok(match parser.unary()? {
                    Expr::Num(n) => Expr::Num(-n),
                    operand => Expr::Negate(Box::new(operand)),
                })
            }
            Token::Op("+") => {
                parser.advance()?;
                Ok(Expr::Plus(Box::new(parser.unary()?)))
            }
            _ => parser.power(),
        })
    }

    fn power(&mut self) -> Parsed<Expr> {
        let base = self.postfix()?;
        if base.is_target()
            && let Some(assigned) = self.assignment(&base)?
        {
            return Ok(assigned);
        }
        if !self.is("^") {
            return Ok(base);
        }
        self.advance()?;
        // The exponent may have a sign, and the operator binds to the right.
        let exponent = match self.token {
            Token::Op("-" | "+" | "!") => self.unary()?,
            _ => self.nested(Self::power)?,
        };
        Ok(Expr::Arith(Arith::Pow, Box::new(base), Box::new(exponent)))
    }

    fn assignment(&mut self, target: &Expr) -> Parsed<Option<Expr>> {
        let op = match self.token {
            Token::Op("=") => None,
            Token::Op("+=") => Some(Arith::Add),
            Token::Op("-=") => Some(Arith::Sub),
            Token::Op("*=") => Some(Arith::Mul),
            Token::Op("/=") => Some(Arith::Div),
            Token::Op("%=") => Some(Arith::Mod),
            Token::Op("^=") => Some(Arith::Pow),
            _ => return Ok(None),
        };
        self.advance()?;
        self.skip_newlines()?;
        let target = Box::new(target.clone());
        let value = Box::new(self.expression()?);
        if let Expr::List(_) = *value {
            return self.unexpected();
        }
        Ok(Some(match op {
            None => Expr::Assign(target, value),
            Some(op) => Expr::AssignOp(op, target, value),
        }))
    }

    fn postfix(&mut self) -> Parsed<Expr> {
        let operand = self.primary()?;
        if !operand.is_target() {
            return Ok(operand);
        }
        let step = match self.token {
            Token::Op("++") => 1.0,
            Token::Op("--") => -1.0,
            _ => return Ok(operand),
        };
        self.advance()?;
        Ok(Expr::Step(Box::new(operand), step, true))
    }

    /// A constant, variable, field, call or parenthesis.
    pub(super) fn primary(&mut self) -> Parsed<Expr> {
        match &self.token {
            Token::Op("$") => {
                self.advance()?;
                let index = match self.token {
                    Token::Op("++" | "--") => self.nested(Self::primary)?,
                    Token::Op("-" | "+" | "!") => self.unary()?,
                    _ => self.nested(Self::primary)?,
                };
                Ok(Expr::Field(Box::new(index)))
            }
            Token::Op("++" | "--") => {
                let step = if self.is("++") { 1.0 } else { -1.0 };
                self.advance()?;
                let target = self.nested(Self::primary)?;
                if !target.is_target() {
                    return self.unexpected();
                }
                Ok(Expr::Step(Box::new(target), step, false))
            }
            Token::Op("(") => {
                self.advance()?;
                let mut list = self.expressions(")")?;
                match list.len() {
                    0 => self.unexpected(),
                    1 => Ok(match list.pop() {
                        Some(expr) => Expr::Group(Box::new(expr)),
                        None => return self.unexpected(),
                    }),
                    _ => Ok(Expr::List(list)),
                }
            }
            Token::Op("/" | "/=") => self.regex(),
            Token::Op("@") => {
                self.advance()?;
                if self.is("/") || self.is("/=") {
                    return match self.regex()? {
                        Expr::Regex(regex) => Ok(Expr::TypedRegex(regex)),
                        _ => self.unexpected(),
                    };
                }
                match self.advance()? {
                    Token::Call(name) => {
                        self.expect("(")?;
                        Ok(Expr::Indirect(name, self.expressions(")")?))
                    }
                    _ => self.unexpected(),
                }
            }
            Token::Keyword(Keyword::Getline) => {
                self.advance()?;
                let target = self.getline_target()?;
                let source = if self.is("<") {
                    self.advance()?;
                    Source::File(Box::new(self.postfix()?))
                } else {
                    Source::Main
                };
                Ok(Expr::Getline(source, target))
            }
            Token::Builtin(builtin) => {
                let builtin = *builtin;
                self.advance()?;
                self.builtin(builtin)
            }
            Token::Number(_) | Token::Text(_) | Token::Name(_) | Token::Call(_) => {
                match self.advance()? {
                    Token::Number(n) => Ok(Expr::Num(n)),
                    Token::Text(text) => Ok(Expr::Text(text)),
                    Token::Call(name) => {
                        self.expect("(")?;
                        Ok(Expr::Call(name, self.expressions(")")?))
                    }
                    Token::Name(name) => {
                        let mut expr = Expr::Var(name);
                        while self.is("[") {
                            self.advance()?;
                            let keys = self.expressions("]")?;
                            if keys.is_empty() {
                                return self.unexpected();
                            }
                            expr = Expr::Index(Box::new(expr), keys);
                        }
                        Ok(expr)
                    }
                    _ => self.unexpected(),
                }
            }
            _ => self.unexpected(),
        }
    }

    /// What `getline` reads into, if it is given.
    pub(super) fn getline_target(&mut self) -> Parsed<Option<Box<Expr>>> {
        match self.token {
            Token::Name(_) | Token::Op("$") => {
                let target = self.primary()?;
                Ok(Some(Box::new(target)))
            }
            _ => Ok(None),
        }
    }

    /// A regular expression, at its slash.
    pub(super) fn regex(&mut self) -> Parsed<Expr> {
        let first: &[u8] = if self.is("/=") { b"=" } else { b"" };
        match self.lexer.regex(first) {
            Ok(regex) => {
                self.advance()?;
                Ok(Expr::Regex(regex))
            }
            Err(message) => Err(self.error(message)),
        }
    }

    fn builtin(&mut self, builtin: Builtin) -> Parsed<Expr> {
        let args = match self.is("(") {
            true => {
                self.advance()?;
                self.expressions(")")?
            }
            false if builtin == Builtin::Length => Vec::new(),
            false => return self.unexpected(),
        };
        let (least, most) = builtin.arity();
        if args.len() < least || args.len() > most {
            let name = builtin.text();
            let count = args.len();
            return Err(self.error(format!(
                "{count} is invalid as number of arguments for {name}"
            )));
        }
        Ok(Expr::Builtin(builtin, args))
    }
}
