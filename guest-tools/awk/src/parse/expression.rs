//! Expressions, from the loosest operators to concatenation.

use super::ast::{Arith, Expr, Relation, Source};
use super::parser::{Parsed, Parser};
use crate::lex::{Keyword, Token};

/// How many operators of one rank may follow each other.
const CHAIN_MAX: usize = 3000;

impl Parser<'_> {
    /// An expression.
    pub(super) fn expression(&mut self) -> Parsed<Expr> {
        self.nested(Self::choice)
    }

    /// Expressions up to a closing bracket, which is taken too.
    pub(super) fn expressions(&mut self, close: &str) -> Parsed<Vec<Expr>> {
        let outer = (
            std::mem::replace(&mut self.no_greater, false),
            std::mem::replace(&mut self.no_in, false),
        );
        let mut list = Vec::new();
        self.skip_newlines()?;
        while !self.is(close) {
            list.push(self.expression()?);
            self.skip_newlines()?;
            if !self.accept(",")? {
                break;
            }
            self.skip_newlines()?;
        }
        (self.no_greater, self.no_in) = outer;
        self.expect(close)?;
        Ok(list)
    }

    /// Counts the operators of a chain: its tree is as deep as it is long.
    fn link(&mut self, links: &mut usize) -> Parsed<()> {
        *links += 1;
        match *links > CHAIN_MAX {
            true => Err(self.error("program nested too deeply")),
            false => Ok(()),
        }
    }

    fn choice(&mut self) -> Parsed<Expr> {
        let condition = self.or()?;
        if !self.is("?") {
            return Ok(condition);
        }
        self.advance()?;
        self.skip_newlines()?;
        let yes = self.expression()?;
        self.skip_newlines()?;
        self.expect(":")?;
        self.skip_newlines()?;
        let no = self.expression()?;
        let boxed = (Box::new(condition), Box::new(yes), Box::new(no));
        Ok(Expr::Choose(boxed.0, boxed.1, boxed.2))
    }

    fn or(&mut self) -> Parsed<Expr> {
        let mut left = self.and()?;
        let mut links = 0;
        while self.accept("||")? {
            self.link(&mut links)?;
            self.skip_newlines()?;
            let right = self.and()?;
            left = Expr::Or(Box::new(left), Box::new(right));
        }
        Ok(left)
    }

    fn and(&mut self) -> Parsed<Expr> {
        let mut left = self.membership()?;
        let mut links = 0;
        while self.accept("&&")? {
            self.link(&mut links)?;
            self.skip_newlines()?;
            let right = self.membership()?;
            left = Expr::And(Box::new(left), Box::new(right));
        }
        Ok(left)
    }

    fn membership(&mut self) -> Parsed<Expr> {
        let mut left = self.matching()?;
        while !self.no_in && self.is_keyword(Keyword::In) {
            self.advance()?;
            let array = self.primary()?;
            if !matches!(array, Expr::Var(_) | Expr::Index(..)) {
                return self.unexpected();
            }
            let keys = match left {
                Expr::List(keys) => keys,
                key => vec![key],
            };
            left = Expr::In(keys, Box::new(array));
        }
        Ok(left)
    }

    fn matching(&mut self) -> Parsed<Expr> {
        let mut left = self.comparison()?;
        let mut links = 0;
        loop {
            self.link(&mut links)?;
            let negated = match self.token {
                Token::Op("~") => false,
                Token::Op("!~") => true,
                _ => return Ok(left),
            };
            self.advance()?;
            let right = self.comparison()?;
            left = Expr::Match(negated, Box::new(left), Box::new(right));
        }
    }

    fn comparison(&mut self) -> Parsed<Expr> {
        let mut left = self.piped()?;
        let mut links = 0;
        loop {
            self.link(&mut links)?;
            let relation = match self.token {
                Token::Op("<") => Relation::Less,
                Token::Op("<=") => Relation::LessEqual,
                Token::Op("==") => Relation::Equal,
                Token::Op("!=") => Relation::NotEqual,
                Token::Op(">") if !self.no_greater => Relation::Greater,
                Token::Op(">=") => Relation::GreaterEqual,
                _ => return Ok(left),
            };
            self.advance()?;
            let right = self.piped()?;
            left = Expr::Compare(relation, Box::new(left), Box::new(right));
        }
    }

    /// `command | getline`, which binds looser than concatenation.
    fn piped(&mut self) -> Parsed<Expr> {
        let mut left = self.concatenation()?;
        loop {
            let coprocess = match self.token {
                Token::Op("|") => false,
                Token::Op("|&") => true,
                _ => return Ok(left),
            };
            let saved = (self.lexer.clone(), self.token.clone(), self.line);
            self.advance()?;
            if !self.is_keyword(Keyword::Getline) {
                (self.lexer, self.token, self.line) = saved;
                return Ok(left);
            }
            self.advance()?;
            let target = self.getline_target()?;
            let command = Box::new(left);
            let source = match coprocess {
                true => Source::Coprocess(command),
                false => Source::Command(command),
            };
            left = Expr::Getline(source, target);
            while let Token::Op(op @ ("+" | "-")) = self.token {
                self.advance()?;
                let op = if op == "+" { Arith::Add } else { Arith::Sub };
                let right = self.term()?;
                left = Expr::Arith(op, Box::new(left), Box::new(right));
            }
            if self.starts_operand() {
                let mut parts = vec![left];
                while self.starts_operand() {
                    parts.push(self.additive()?);
                }
                left = Expr::Concat(parts);
            }
        }
    }

    /// Parts side by side.
    pub(super) fn concatenation(&mut self) -> Parsed<Expr> {
        let first = self.additive()?;
        if !self.starts_operand() {
            return Ok(first);
        }
        let mut parts = vec![first];
        while self.starts_operand() {
            parts.push(self.additive()?);
        }
        Ok(Expr::Concat(parts))
    }

    /// Whether the token can start a further part of a concatenation.
    fn starts_operand(&self) -> bool {
        match &self.token {
            Token::Number(_)
            | Token::Text(_)
            | Token::Name(_)
            | Token::Call(_)
            | Token::Builtin(_) => true,
            Token::Op(op) => matches!(*op, "$" | "!" | "(" | "-" | "+" | "++" | "--" | "@"),
            _ => false,
        }
    }

    fn additive(&mut self) -> Parsed<Expr> {
        let mut left = self.term()?;
        let mut links = 0;
        loop {
            self.link(&mut links)?;
            let op = match self.token {
                Token::Op("+") => Arith::Add,
                Token::Op("-") => Arith::Sub,
                _ => return Ok(left),
            };
            self.advance()?;
            let right = self.term()?;
            left = Expr::Arith(op, Box::new(left), Box::new(right));
        }
    }

    fn term(&mut self) -> Parsed<Expr> {
        let mut left = self.unary()?;
        let mut links = 0;
        loop {
            self.link(&mut links)?;
            let op = match self.token {
                Token::Op("*") => Arith::Mul,
                Token::Op("/") => Arith::Div,
                Token::Op("%") => Arith::Mod,
                _ => return Ok(left),
            };
            self.advance()?;
            let right = self.unary()?;
            left = Expr::Arith(op, Box::new(left), Box::new(right));
        }
    }
}
