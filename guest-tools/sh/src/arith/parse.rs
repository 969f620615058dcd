//! Expressions by precedence climbing.

use super::lex::{Lexer, PLACEHOLDER, Tok};
use super::{ArithError, ArithExpr, BinaryOp, Element, Expr, UnaryOp};
use crate::ast::Part;
use crate::text::is_name_byte;
use crate::vars::{Sym, Vars};

type Result<T> = std::result::Result<T, Box<ArithError>>;

/// Longest text that is parsed before it is needed.
pub const CACHED_MAX: usize = 4096;

/// How deep parentheses and operators may nest.
const DEPTH_MAX: u32 = 500;

/// Parses an expression without expansions.
pub fn parse(source: &[u8], vars: &mut Vars) -> Result<ArithExpr> {
    let lexer = Lexer {
        src: source,
        pos: 0,
        start: 0,
    };
    let mut parser = Parser {
        lexer,
        vars,
        token: Tok::End,
        dollars: 0,
        indexed: Vec::new(),
        depth: 0,
        nested: 0,
    };
    parser.advance(false)?;
    let expr = match parser.token {
        Tok::End => Expr::Number(0),
        _ => parser.comma()?,
    };
    let mistake = match parser.token {
        Tok::End => None,
        Tok::Assign(_) => Some("attempted assignment to non-variable"),
        _ => Some("syntax error in expression"),
    };
    if let Some(mistake) = mistake {
        let error = parser.error(mistake);
        return Err(parser.after(expr, error));
    }
    let (dollars, indexed) = (parser.dollars, parser.indexed);
    Ok(ArithExpr {
        expr,
        dollars,
        indexed,
        source: source.into(),
    })
}

/// Parses an expression whose expansions stand where only a number can.
pub fn parse_parts(parts: &[Part], vars: &mut Vars) -> Option<ArithExpr> {
    let mut source = Vec::new();
    for part in parts {
        match part {
            Part::Literal(text) if text.contains(&PLACEHOLDER) => return None,
            Part::Literal(text) => source.extend_from_slice(text),
            Part::Param(_) | Part::Command(_) | Part::Arith(_) => source.push(PLACEHOLDER),
            _ => return None,
        }
        if source.len() > CACHED_MAX {
            return None;
        }
    }
    let glued = |c: u8| is_name_byte(c) || matches!(c, PLACEHOLDER | b'#' | b'[' | b'@');
    for (at, c) in source.iter().enumerate() {
        if *c != PLACEHOLDER {
            continue;
        }
        let before = at.checked_sub(1).map(|at| source[at]);
        let after = source.get(at + 1);
        if before.is_some_and(|c| c != b'[' && glued(c)) || after.is_some_and(|c| glued(*c)) {
            return None;
        }
    }
    parse(&source, vars).ok()
}

struct Parser<'a> {
    lexer: Lexer<'a>,
    vars: &'a mut Vars,
    token: Tok,
    dollars: usize,
    indexed: Vec<Sym>,
    depth: u32,
    /// How many operators wait for a part in parentheses or between `?` and `:`.
    nested: u32,
}

fn precedence(token: &Tok) -> u8 {
    use BinaryOp::*;
    match token {
        Tok::Or => 1,
        Tok::And => 2,
        Tok::Binary(op) => match op {
            BitOr => 3,
            BitXor => 4,
            BitAnd => 5,
            Equal | NotEqual => 6,
            Less | LessEqual | Greater | GreaterEqual => 7,
            ShiftLeft | ShiftRight => 8,
            Add | Subtract => 9,
            Multiply | Divide | Remainder => 10,
            Power => 11,
        },
        _ => 0,
    }
}

impl Parser<'_> {
    fn advance(&mut self, after_operand: bool) -> Result<()> {
        self.token = self.lexer.next(after_operand)?;
        Ok(())
    }

    fn error(&self, message: &str) -> Box<ArithError> {
        ArithError::new(self.lexer.src, message, self.lexer.rest())
    }

    /// An error behind an expression that is whole: bash evaluates as it reads.
    fn after(&self, expr: Expr, mut error: Box<ArithError>) -> Box<ArithError> {
        if self.nested == 0 {
            let expr = match error.before.take() {
                Some(before) => Expr::Comma(Box::new((expr, before.expr))),
                None => expr,
            };
            error.before = Some(Box::new(ArithExpr {
                expr,
                dollars: 0,
                indexed: Vec::new(),
                source: self.lexer.src.into(),
            }));
        }
        error
    }

    fn comma(&mut self) -> Result<Expr> {
        let mut left = self.assignment()?;
        while self.token == Tok::Comma {
            let right = match self.advance(false).and_then(|()| self.assignment()) {
                Ok(right) => right,
                Err(error) => return Err(self.after(left, error)),
            };
            left = Expr::Comma(Box::new((left, right)));
        }
        Ok(left)
    }

    fn assignment(&mut self) -> Result<Expr> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(self.error("expression recursion level exceeded"));
        }
        let left = self.ternary()?;
        let result = match self.token {
            Tok::Assign(op) => {
                if !matches!(left, Expr::Variable(_) | Expr::Element(_)) {
                    return Err(self.error("attempted assignment to non-variable"));
                }
                self.advance(false)?;
                let right = self.assignment()?;
                Expr::Assign(op, Box::new((left, right)))
            }
            _ => left,
        };
        self.depth -= 1;
        Ok(result)
    }

    fn ternary(&mut self) -> Result<Expr> {
        let condition = self.binary(1)?;
        if self.token != Tok::Question {
            return Ok(condition);
        }
        self.advance(false)?;
        if matches!(self.token, Tok::End | Tok::Colon) {
            return Err(self.error("expression expected"));
        }
        self.nested += 1;
        let yes = self.comma()?;
        self.nested -= 1;
        if self.token != Tok::Colon {
            return Err(self.error("`:' expected for conditional expression"));
        }
        self.advance(false)?;
        if self.token == Tok::End {
            return Err(self.error("expression expected"));
        }
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(self.error("expression recursion level exceeded"));
        }
        let no = self.ternary()?;
        self.depth -= 1;
        Ok(Expr::Ternary(Box::new((condition, yes, no))))
    }

    fn binary(&mut self, min: u8) -> Result<Expr> {
        let mut left = self.unary()?;
        loop {
            let level = precedence(&self.token);
            if level < min || level == 0 {
                return Ok(left);
            }
            let token = std::mem::replace(&mut self.token, Tok::End);
            self.advance(false)?;
            // `**` groups to the right, all others to the left.
            let power = token == Tok::Binary(BinaryOp::Power);
            let right = self.binary(if power { level } else { level + 1 })?;
            let operands = Box::new((left, right));
            left = match token {
                Tok::And => Expr::And(operands),
                Tok::Or => Expr::Or(operands),
                Tok::Binary(op @ (BinaryOp::Divide | BinaryOp::Remainder)) => {
                    Expr::Divide(op, operands, self.lexer.start as u32)
                }
                Tok::Binary(op) => Expr::Binary(op, operands),
                _ => return Err(self.error("syntax error in expression")),
            };
        }
    }

    fn unary(&mut self) -> Result<Expr> {
        let op = match &self.token {
            Tok::Binary(BinaryOp::Add) => UnaryOp::Plus,
            Tok::Binary(BinaryOp::Subtract) => UnaryOp::Minus,
            Tok::Not => UnaryOp::Not,
            Tok::Complement => UnaryOp::Complement,
            Tok::Increment | Tok::Decrement => {
                let by = if self.token == Tok::Increment { 1 } else { -1 };
                self.advance(false)?;
                let target = self.primary()?;
                if !matches!(target, Expr::Variable(_) | Expr::Element(_)) {
                    return Err(self.error("syntax error: operand expected"));
                }
                return Ok(Expr::Step(by, false, Box::new(target)));
            }
            _ => return self.postfix(),
        };
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(self.error("expression recursion level exceeded"));
        }
        self.advance(false)?;
        let operand = self.unary()?;
        self.depth -= 1;
        Ok(Expr::Unary(op, Box::new(operand)))
    }

    fn postfix(&mut self) -> Result<Expr> {
        let operand = self.primary()?;
        let by = match self.token {
            Tok::Increment => 1,
            Tok::Decrement => -1,
            _ => return Ok(operand),
        };
        if !matches!(operand, Expr::Variable(_) | Expr::Element(_)) {
            return Err(self.error("syntax error: operand expected"));
        }
        self.advance(true)?;
        Ok(Expr::Step(by, true, Box::new(operand)))
    }

    fn primary(&mut self) -> Result<Expr> {
        match std::mem::replace(&mut self.token, Tok::End) {
            Tok::Number(value) => {
                self.advance(true)?;
                Ok(Expr::Number(value))
            }
            Tok::Dollar => {
                self.dollars += 1;
                let number = self.dollars - 1;
                self.advance(true)?;
                Ok(Expr::Dollar(number))
            }
            Tok::Name(name) => {
                let sym = self.vars.sym(&name);
                if self.lexer.src.get(self.lexer.pos) == Some(&b'[') {
                    return self.element(sym);
                }
                self.advance(true)?;
                Ok(Expr::Variable(sym))
            }
            Tok::Open => {
                self.advance(false)?;
                self.nested += 1;
                let inner = self.comma()?;
                self.nested -= 1;
                if self.token != Tok::Close {
                    return Err(self.error("missing `)'"));
                }
                self.advance(true)?;
                Ok(inner)
            }
            _ => Err(self.error("syntax error: operand expected")),
        }
    }

    fn element(&mut self, name: Sym) -> Result<Expr> {
        let open = self.lexer.pos;
        let mut end = crate::subscript::subscript_end(self.lexer.src, open);
        if end.is_none() && self.vars.get(name).has(crate::vars::attr::ASSOC) {
            // A key with a quote of its own.
            let rest = &self.lexer.src[open..];
            end = rest.iter().position(|c| *c == b']').map(|at| open + at);
        }
        let Some(at) = end else {
            return Err(self.error("bad array subscript"));
        };
        let text = self.lexer.src[open + 1..at].to_vec();
        let index = self.subscript(&text, name);
        self.lexer.pos = at + 1;
        self.advance(true)?;
        Ok(Expr::Element(Box::new(Element { name, text, index })))
    }

    fn subscript(&mut self, text: &[u8], name: Sym) -> Option<Expr> {
        if text.contains(&PLACEHOLDER) {
            self.indexed.push(name);
        }
        let mut inner = Parser {
            lexer: Lexer {
                src: text,
                pos: 0,
                start: 0,
            },
            vars: self.vars,
            token: Tok::End,
            dollars: self.dollars,
            indexed: Vec::new(),
            depth: self.depth + 1,
            nested: 1,
        };
        if inner.depth > DEPTH_MAX {
            return None;
        }
        inner.advance(false).ok()?;
        let expr = inner.comma().ok()?;
        let ended = inner.token == Tok::End;
        let (dollars, indexed) = (inner.dollars, inner.indexed);
        self.dollars = dollars;
        self.indexed.extend(indexed);
        ended.then_some(expr)
    }
}
