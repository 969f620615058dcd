//! Statements.

use super::ast::{Case, Expr, Output, Stmt, StmtKind};
use super::parser::{Parsed, Parser};
use crate::lex::{Keyword, Token};

impl Parser<'_> {
    /// Statements in braces.
    pub(super) fn braces(&mut self) -> Parsed<Vec<Stmt>> {
        self.expect("{")?;
        let mut body = Vec::new();
        loop {
            self.skip_terminators()?;
            if self.accept("}")? {
                return Ok(body);
            }
            body.push(self.statement()?);
        }
    }

    fn statement(&mut self) -> Parsed<Stmt> {
        self.nested(Self::statement_here)
    }

    fn statement_here(&mut self) -> Parsed<Stmt> {
        let line = self.line;
        let stmt = |kind| Stmt { line, kind };
        if self.is("{") {
            let body = self.braces()?;
            return Ok(stmt(StmtKind::Block(body)));
        }
        if self.accept(";")? {
            return Ok(stmt(StmtKind::Block(Vec::new())));
        }
        let Token::Keyword(keyword) = self.token else {
            return self.simple_and_end();
        };
        let kind = match keyword {
            Keyword::If => {
                self.advance()?;
                let condition = self.condition()?;
                let then = self.body()?;
                // `else` may follow on a later line, or after a semicolon.
                let saved = (self.lexer.clone(), self.token.clone(), self.line);
                self.skip_terminators()?;
                let otherwise = if self.is_keyword(Keyword::Else) {
                    self.advance()?;
                    Some(Box::new(self.body()?))
                } else {
                    (self.lexer, self.token, self.line) = saved;
                    None
                };
                StmtKind::If(condition, Box::new(then), otherwise)
            }
            Keyword::While => {
                self.advance()?;
                let condition = self.condition()?;
                if self.accept(";")? {
                    let empty = stmt(StmtKind::Block(Vec::new()));
                    return Ok(stmt(StmtKind::While(condition, Box::new(empty))));
                }
                StmtKind::While(condition, Box::new(self.loop_body()?))
            }
            Keyword::Do => {
                self.advance()?;
                let body = self.loop_body()?;
                self.skip_terminators()?;
                if !self.is_keyword(Keyword::While) {
                    return self.unexpected();
                }
                self.advance()?;
                let condition = self.condition()?;
                self.end_simple()?;
                StmtKind::Do(Box::new(body), condition)
            }
            Keyword::For => self.for_statement()?,
            Keyword::Switch => self.switch()?,
            _ => return self.simple_and_end(),
        };
        Ok(stmt(kind))
    }

    /// `( expression )`, and newlines after it.
    fn condition(&mut self) -> Parsed<Expr> {
        self.expect("(")?;
        let condition = self.expression()?;
        self.expect(")")?;
        Ok(condition)
    }

    fn body(&mut self) -> Parsed<Stmt> {
        self.skip_newlines()?;
        self.statement()
    }

    fn loop_body(&mut self) -> Parsed<Stmt> {
        self.loops += 1;
        let body = self.body();
        self.loops -= 1;
        body
    }

    fn for_statement(&mut self) -> Parsed<StmtKind> {
        self.advance()?;
        self.expect("(")?;
        let saved = (self.lexer.clone(), self.token.clone(), self.line);
        if let Some((var, array)) = self.for_in()? {
            let body = self.loop_body()?;
            return Ok(StmtKind::ForIn(var, array, Box::new(body)));
        }
        (self.lexer, self.token, self.line) = saved;
        let first = match self.is(";") {
            true => None,
            false => Some(Box::new(self.simple()?)),
        };
        self.expect(";")?;
        self.skip_newlines()?;
        let condition = match self.is(";") {
            true => None,
            false => Some(self.expression()?),
        };
        self.expect(";")?;
        self.skip_newlines()?;
        let step = match self.is(")") {
            true => None,
            false => Some(Box::new(self.simple()?)),
        };
        self.expect(")")?;
        if self.accept(";")? {
            let empty = Stmt {
                line: self.line,
                kind: StmtKind::Block(Vec::new()),
            };
            return Ok(StmtKind::For(first, condition, step, Box::new(empty)));
        }
        let body = self.loop_body()?;
        Ok(StmtKind::For(first, condition, step, Box::new(body)))
    }

    /// `x in a )`, if that is what follows.
    fn for_in(&mut self) -> Parsed<Option<(Expr, Expr)>> {
        let paren = self.accept("(")?;
        let Token::Name(name) = &self.token else {
            return Ok(None);
        };
        let mut var = Expr::Var(name.clone());
        self.advance()?;
        while self.is("[") {
            self.advance()?;
            let keys = self.expressions("]")?;
            var = Expr::Index(Box::new(var), keys);
        }
        if !self.is_keyword(Keyword::In) {
            return Ok(None);
        }
        self.advance()?;
        let Token::Name(name) = &self.token else {
            return Ok(None);
        };
        let mut array = Expr::Var(name.clone());
        self.advance()?;
        while self.is("[") {
            self.advance()?;
            let keys = self.expressions("]")?;
            array = Expr::Index(Box::new(array), keys);
        }
        if paren && !self.accept(")")? {
            return Ok(None);
        }
        Ok(self.accept(")")?.then_some((var, array)))
    }

    fn switch(&mut self) -> Parsed<StmtKind> {
        self.advance()?;
        let subject = self.condition()?;
        self.skip_newlines()?;
        self.expect("{")?;
        let mut cases: Vec<Case> = Vec::new();
        self.loops += 1;
        loop {
            self.skip_terminators()?;
            if self.accept("}")? {
                break;
            }
            if self.is_keyword(Keyword::Case) {
                self.advance()?;
                let value = self.case_value()?;
                self.expect(":")?;
                cases.push((Some(value), Vec::new()));
            } else if self.is_keyword(Keyword::Default) {
                self.advance()?;
                self.expect(":")?;
                cases.push((None, Vec::new()));
            } else {
                let stmt = self.statement()?;
                match cases.last_mut() {
                    Some((_, body)) => body.push(stmt),
                    None => return self.unexpected(),
                }
            }
        }
        self.loops -= 1;
        Ok(StmtKind::Switch(subject, cases))
    }

    fn case_value(&mut self) -> Parsed<Expr> {
        if self.is("/") || self.is("/=") {
            return self.regex();
        }
        let sign = match self.token {
            Token::Op("-") => Some(-1.0),
            Token::Op("+") => Some(1.0),
            _ => None,
        };
        if sign.is_some() {
            self.advance()?;
        }
        match (self.advance()?, sign) {
            (Token::Number(n), sign) => Ok(Expr::Num(n * sign.unwrap_or(1.0))),
            (Token::Text(text), None) => Ok(Expr::Text(text)),
            (Token::Op("@"), None) => {
                let Expr::Regex(regex) = self.regex()? else {
                    return self.unexpected();
                };
                Ok(Expr::TypedRegex(regex))
            }
            _ => self.unexpected(),
        }
    }

    fn simple_and_end(&mut self) -> Parsed<Stmt> {
        let stmt = self.simple()?;
        self.end_simple()?;
        Ok(stmt)
    }

    fn end_simple(&mut self) -> Parsed<()> {
        match self.token {
            Token::Newline | Token::Op(";") => {
                self.advance()?;
                Ok(())
            }
            Token::Op("}") | Token::End => Ok(()),
            _ => self.unexpected(),
        }
    }

    fn ends(&self) -> bool {
        matches!(
            self.token,
            Token::Newline | Token::End | Token::Op(";" | "}" | ")")
        )
    }

    /// A statement without statements in it.
    fn simple(&mut self) -> Parsed<Stmt> {
        let line = self.line;
        let stmt = |kind| Ok(Stmt { line, kind });
        let Token::Keyword(keyword) = self.token else {
            let expr = self.expression()?;
            return stmt(StmtKind::Expr(expr));
        };
        match keyword {
            Keyword::Print | Keyword::Printf => return stmt(self.print(keyword)?),
            Keyword::Getline => {
                let expr = self.expression()?;
                return stmt(StmtKind::Expr(expr));
            }
            _ => {}
        }
        self.advance()?;
        stmt(match keyword {
            Keyword::Break | Keyword::Continue if self.loops == 0 => {
                let name = keyword.text();
                let place = match keyword {
                    Keyword::Break => "a loop or switch",
                    _ => "a loop",
                };
                return Err(self.error(format!("`{name}' is not allowed outside {place}")));
            }
            Keyword::Break => StmtKind::Break,
            Keyword::Continue => StmtKind::Continue,
            Keyword::Next => StmtKind::Next,
            Keyword::NextFile => StmtKind::NextFile,
            Keyword::Exit => StmtKind::Exit(self.optional()?),
            Keyword::Return => {
                if !self.in_function {
                    return Err(self.error("`return' used outside function context"));
                }
                StmtKind::Return(self.optional()?)
            }
            Keyword::Delete => {
                let paren = self.accept("(")?;
                let target = self.primary()?;
                if paren {
                    self.expect(")")?;
                }
                match target {
                    Expr::Var(_) | Expr::Index(..) => StmtKind::Delete(target),
                    _ => return self.unexpected(),
                }
            }
            _ => return self.unexpected(),
        })
    }

    fn optional(&mut self) -> Parsed<Option<Expr>> {
        match self.ends() {
            true => Ok(None),
            false => self.expression().map(Some),
        }
    }

    fn print(&mut self, keyword: Keyword) -> Parsed<StmtKind> {
        self.advance()?;
        let outer = std::mem::replace(&mut self.no_greater, true);
        let mut args = Vec::new();
        if !self.ends() && !matches!(self.token, Token::Op(">" | ">>" | "|" | "|&")) {
            loop {
                args.push(self.expression()?);
                if !self.accept(",")? {
                    break;
                }
                self.skip_newlines()?;
            }
        }
        let output = match self.token {
            Token::Op(">") => {
                self.advance()?;
                Output::File(self.concatenation()?)
            }
            Token::Op(">>") => {
                self.advance()?;
                Output::Append(self.concatenation()?)
            }
            Token::Op("|") => {
                self.advance()?;
                Output::Command(self.concatenation()?)
            }
            Token::Op("|&") => {
                self.advance()?;
                Output::Coprocess(self.concatenation()?)
            }
            _ => Output::Standard,
        };
        self.no_greater = outer;
        if let [Expr::List(_)] = args.as_slice()
            && let Some(Expr::List(list)) = args.pop()
        {
            args = list;
        }
        if args.iter().any(|arg| matches!(arg, Expr::List(_))) {
            return self.unexpected();
        }
        Ok(match keyword {
            Keyword::Print => StmtKind::Print(args, output),
            _ if args.is_empty() => return Err(self.error("syntax error")),
            _ => StmtKind::Printf(args, output),
        })
    }
}
