//! `bc`'s expressions, by the strength of their operators.

use super::{DEPTH_MAX, Parsed, Parser, Stop};
use crate::calc::code::{Argument, Binary, Op, Place, Program};
use crate::calc::lexer::{Lexer, Token};

impl Parser<'_> {
    /// An expression of operators at least this strong. Whether it is an
    /// assignment, whose value is not printed.
    pub(super) fn expression(&mut self, program: &mut Program, least: u8) -> Result<bool, Stop> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(self.complaint("too deeply nested"));
        }
        let mut assigns = self.operand(program)?;
        while let Token::Symbol(symbol) = self.token {
            let Some((strength, right, op)) = operator(symbol).filter(|found| found.0 >= least)
            else {
                break;
            };
            assigns = false;
            self.advance()?;
            let next = if right { strength } else { strength + 1 };
            match op {
                Some(op) => {
                    self.expression(program, next)?;
                    self.code.push(Op::Binary(op));
                }
                None => {
                    // `&&` and `||` look at the right side only if need be.
                    self.code.push(Op::Truth);
                    self.code.push(Op::Double);
                    let test = self.code.len();
                    self.code.push(Op::Drop);
                    self.code.push(Op::Drop);
                    self.expression(program, next)?;
                    self.code.push(Op::Truth);
                    let end = self.code.len();
                    self.code[test] = match symbol {
                        "&&" => Op::JumpIfZero(end),
                        _ => Op::JumpUnlessZero(end),
                    };
                }
            }
        }
        self.depth -= 1;
        Ok(assigns)
    }

    fn operand(&mut self, program: &mut Program) -> Result<bool, Stop> {
        match self.token.clone() {
            Token::Number(digits) => {
                self.advance()?;
                let number = program.text(digits);
                self.code.push(Op::Constant(number));
            }
            Token::Symbol("(") => {
                self.advance()?;
                self.expression(program, 0)?;
                self.expect(")")?;
            }
            Token::Symbol("-") => {
                self.advance()?;
                self.expression(program, UNARY)?;
                self.code.push(Op::Negate);
            }
            Token::Symbol("!") => {
                self.advance()?;
                self.expression(program, RELATION)?;
                self.code.push(Op::Not);
            }
            Token::Symbol(sign @ ("++" | "--")) => {
                self.advance()?;
                let place = self.place(program)?;
                let by = if sign == "++" { 1 } else { -1 };
                self.code.push(Op::Step {
                    place,
                    by,
                    old: false,
                });
            }
            Token::Symbol(".") | Token::Name(_) => return self.named(program),
            _ => return Err(self.error()),
        }
        Ok(false)
    }

    /// A name that stands for a number: reads the index of an element.
    fn place(&mut self, program: &mut Program) -> Result<Place, Stop> {
        if self.is(".") {
            self.advance()?;
            return Ok(Place::Last);
        }
        let name = self.take_name()?;
        match name.as_slice() {
            b"scale" => Ok(Place::Scale),
            b"ibase" => Ok(Place::InputBase),
            b"obase" => Ok(Place::OutputBase),
            b"last" => Ok(Place::Last),
            _ if KEYWORDS.contains(&name.as_slice()) => Err(self.error()),
            _ if self.is("[") => {
                self.advance()?;
                self.expression(program, 0)?;
                self.expect("]")?;
                Ok(Place::Element(program.name(name)))
            }
            _ => Ok(Place::Variable(program.name(name))),
        }
    }

    /// A variable, element, assignment or call.
    fn named(&mut self, program: &mut Program) -> Result<bool, Stop> {
        if let Token::Name(name) = self.token.clone() {
            let builtin = match name.as_slice() {
                b"length" => Some(Op::Length),
                b"sqrt" => Some(Op::Root),
                b"read" => Some(Op::Read),
                b"random" => Some(Op::Random),
                _ => None,
            };
            if let Some(op) = builtin {
                self.advance()?;
                self.expect("(")?;
                if !matches!(op, Op::Read | Op::Random) {
                    self.expression(program, 0)?;
                }
                self.expect(")")?;
                self.code.push(op);
                return Ok(false);
            }
            if !KEYWORDS.contains(&name.as_slice()) {
                let mut ahead = Lexer::new(self.lexer.rest());
                if ahead.next() == Ok(Token::Symbol("(")) {
                    self.advance()?;
                    if name == b"scale" {
                        self.advance()?;
                        self.expression(program, 0)?;
                        self.expect(")")?;
                        self.code.push(Op::ScaleOf);
                        return Ok(false);
                    }
                    return self.call(program, name).map(|()| false);
                }
            }
        }
        let place = self.place(program)?;
        let element = matches!(place, Place::Element(_));
        let Token::Symbol(symbol) = self.token else {
            self.code.push(Op::Load(place));
            return Ok(false);
        };
        let by = match symbol {
            "++" => 1,
            "--" => -1,
            "=" | "+=" | "-=" | "*=" | "/=" | "%=" | "^=" => 0,
            _ => {
                self.code.push(Op::Load(place));
                return Ok(false);
            }
        };
        self.advance()?;
        if by != 0 {
            self.code.push(Op::Step {
                place,
                by,
                old: true,
            });
            return Ok(false);
        }
        let op = operator(&symbol[..symbol.len() - 1]).and_then(|found| found.2);
        if op.is_some() {
            if element {
                self.code.push(Op::Double);
            }
            self.code.push(Op::Load(place));
        }
        self.expression(program, ASSIGNMENT)?;
        if let Some(op) = op {
            self.code.push(Op::Binary(op));
        }
        self.code.push(Op::Store(place));
        Ok(true)
    }

    fn call(&mut self, program: &mut Program, name: Vec<u8>) -> Parsed {
        self.expect("(")?;
        let mut arguments = Vec::new();
        while !self.is(")") {
            let mut ahead = Lexer::new(self.lexer.rest());
            let array = matches!(self.token, Token::Name(_))
                && ahead.next() == Ok(Token::Symbol("["))
                && ahead.next() == Ok(Token::Symbol("]"));
            if array {
                let name = self.take_name()?;
                self.advance()?;
                self.expect("]")?;
                arguments.push(Argument::Array(program.name(name)));
            } else {
                self.expression(program, 0)?;
                arguments.push(Argument::Value);
            }
            if self.is(",") {
                self.advance()?;
                continue;
            }
            break;
        }
        self.expect(")")?;
        let function = program.function(name);
        self.code.push(Op::Call(function, arguments.into()));
        Ok(())
    }
}

static KEYWORDS: [&[u8]; 14] = [
    b"auto",
    b"break",
    b"continue",
    b"define",
    b"else",
    b"for",
    b"halt",
    b"if",
    b"limits",
    b"print",
    b"quit",
    b"return",
    b"warranty",
    b"while",
];

const RELATION: u8 = 3;
const ASSIGNMENT: u8 = 4;
const UNARY: u8 = 8;

/// Strength, whether it groups to the right, and what it does; nothing for
/// `&&` and `||`.
fn operator(symbol: &str) -> Option<(u8, bool, Option<Binary>)> {
    Some(match symbol {
        "||" => (0, false, None),
        "&&" => (1, false, None),
        "<" => (RELATION, false, Some(Binary::Less)),
        "<=" => (RELATION, false, Some(Binary::LessEqual)),
        ">" => (RELATION, false, Some(Binary::Greater)),
        ">=" => (RELATION, false, Some(Binary::GreaterEqual)),
        "==" => (RELATION, false, Some(Binary::Equal)),
        "!=" => (RELATION, false, Some(Binary::NotEqual)),
        "+" => (5, false, Some(Binary::Add)),
        "-" => (5, false, Some(Binary::Subtract)),
        "*" => (6, false, Some(Binary::Multiply)),
        "/" => (6, false, Some(Binary::Divide)),
        "%" => (6, false, Some(Binary::Remainder)),
        "^" => (7, true, Some(Binary::Power)),
        _ => return None,
    })
}
