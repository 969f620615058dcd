//! Terms and what may follow them.

use super::{KEYWORDS, Parser, Result, boxed, text};
use crate::jq::ast::{Ast, Part};
use crate::jq::lex::{self, Piece, Token};
use crate::json::{Map, Value};

impl Parser<'_> {
    pub(super) fn postfix(&mut self) -> Result<Ast> {
        self.nested(Self::postfix_inner)
    }

    fn postfix_inner(&mut self) -> Result<Ast> {
        let mut term = self.term()?;
        loop {
            match self.peek() {
                Token::Field(name) => {
                    self.at += 1;
                    term = Ast::Index(boxed(term), boxed(text(name)));
                }
                Token::Sign(".") => match self.tokens.get(self.at + 1).map(|pair| &pair.0) {
                    Some(Token::String(pieces)) => {
                        self.at += 2;
                        let key = self.template(None, pieces)?;
                        term = Ast::Index(boxed(term), boxed(key));
                    }
                    Some(Token::Sign("[")) => {
                        self.at += 2;
                        term = self.bracket(term)?;
                    }
                    _ => return Err(self.unexpected("")),
                },
                Token::Sign("[") => {
                    self.at += 1;
                    term = self.bracket(term)?;
                }
                Token::Sign("?") => {
                    self.at += 1;
                    term = Ast::Try(boxed(term), None);
                }
                Token::Sign("?//") => {
                    self.at += 1;
                    let rest = self.binary(1)?;
                    let tried = Ast::Try(boxed(term), None);
                    return Ok(Ast::Alternative(boxed(tried), boxed(rest)));
                }
                _ => return Ok(term),
            }
        }
    }

    /// What follows `f[`.
    fn bracket(&mut self, term: Ast) -> Result<Ast> {
        if self.take("]") {
            return Ok(Ast::Iterate(boxed(term)));
        }
        if self.take(":") {
            let to = self.query()?;
            self.expect("]")?;
            return Ok(Ast::Slice(boxed(term), None, Some(boxed(to))));
        }
        let key = self.query()?;
        if self.take(":") {
            if self.take("]") {
                return Ok(Ast::Slice(boxed(term), Some(boxed(key)), None));
            }
            let to = self.query()?;
            self.expect("]")?;
            return Ok(Ast::Slice(boxed(term), Some(boxed(key)), Some(boxed(to))));
        }
        self.expect("]")?;
        Ok(Ast::Index(boxed(term), boxed(key)))
    }

    pub(super) fn template(&self, format: Option<&str>, pieces: &[Piece]) -> Result<Ast> {
        if let [Piece::Text(only)] = pieces {
            return Ok(text(only));
        }
        let mut parts = Vec::new();
        for piece in pieces {
            parts.push(match piece {
                Piece::Text(text) => Part::Text(text.clone()),
                Piece::Tokens(tokens) => {
                    let mut inner = Parser {
                        text: self.text,
                        tokens,
                        at: 0,
                        depth: self.depth,
                    };
                    let filter = inner.query()?;
                    inner.expect_end()?;
                    Part::Filter(filter)
                }
            });
        }
        Ok(Ast::Template(format.map(str::to_owned), parts))
    }

    fn term(&mut self) -> Result<Ast> {
        match self.next() {
            Token::Number(number) => Ok(Ast::Literal(lex::number(number))),
            Token::String(pieces) => self.template(None, pieces),
            Token::Format(name) => match self.peek() {
                Token::String(pieces) => {
                    self.at += 1;
                    self.template(Some(name), pieces)
                }
                _ => Ok(Ast::Format(name.clone())),
            },
            Token::Field(name) => Ok(Ast::Index(boxed(Ast::Identity), boxed(text(name)))),
            Token::Variable(name) if name == "__loc__" => Ok(self.location()),
            Token::Variable(name) => Ok(Ast::Variable(name.clone())),
            Token::Sign("..") => Ok(Ast::Descend),
            Token::Sign(".") => match self.peek() {
                Token::String(pieces) => {
                    self.at += 1;
                    let key = self.template(None, pieces)?;
                    Ok(Ast::Index(boxed(Ast::Identity), boxed(key)))
                }
                _ => Ok(Ast::Identity),
            },
            Token::Sign("(") => {
                let inner = self.query()?;
                self.expect(")")?;
                Ok(inner)
            }
            Token::Sign("[") => {
                if self.take("]") {
                    return Ok(Ast::Array(None));
                }
                let inner = self.query()?;
                self.expect("]")?;
                Ok(Ast::Array(Some(boxed(inner))))
            }
            Token::Sign("{") => self.object(),
            Token::Sign("-") => Ok(Ast::Negate(boxed(self.postfix()?))),
            Token::Name(word) => self.word(word),
            _ => {
                self.at -= 1;
                Err(self.unexpected(""))
            }
        }
    }

    fn location(&self) -> Ast {
        let at = self.tokens.get(self.at - 1).map_or(0, |token| token.1);
        let before = self.text.as_bytes().get(..at).unwrap_or_default();
        let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
        let mut map = Map::default();
        map.insert("file".into(), Value::string("<top-level>"));
        map.insert("line".into(), Value::from(line));
        Ast::Literal(Value::object(map))
    }

    fn word(&mut self, word: &str) -> Result<Ast> {
        match word {
            "if" => {
                let condition = self.query()?;
                self.expect_word("then")?;
                self.branches(condition)
            }
            "try" => {
                let body = self.postfix()?;
                let handler = match self.take_word("catch") {
                    true => Some(boxed(self.postfix()?)),
                    false => None,
                };
                Ok(Ast::Try(boxed(body), handler))
            }
            "reduce" | "foreach" => {
                let source = self.binary(1)?;
                self.expect_word("as")?;
                let patterns = self.patterns()?;
                self.expect("(")?;
                let start = self.query()?;
                self.expect(";")?;
                let update = self.query()?;
                let extract = match word == "foreach" && self.take(";") {
                    true => Some(boxed(self.query()?)),
                    false => None,
                };
                self.expect(")")?;
                let (source, start, update) = (boxed(source), boxed(start), boxed(update));
                Ok(if word == "reduce" {
                    Ast::Reduce(source, patterns, start, update)
                } else {
                    Ast::Foreach(source, patterns, start, update, extract)
                })
            }
            "break" => match self.next() {
                Token::Variable(name) => Ok(Ast::Break(name.clone())),
                _ => Err("break requires a label to break to".to_owned()),
            },
            word if KEYWORDS.contains(&word) => {
                self.at -= 1;
                Err(self.unexpected(""))
            }
            name => {
                let mut args = Vec::new();
                if self.take("(") {
                    loop {
                        args.push(self.query()?);
                        if !self.take(";") {
                            break;
                        }
                    }
                    self.expect(")")?;
                }
                Ok(match (name, args.is_empty()) {
                    ("null", true) => Ast::Literal(Value::Null),
                    ("true", true) => Ast::Literal(Value::Bool(true)),
                    ("false", true) => Ast::Literal(Value::Bool(false)),
                    _ => Ast::Call(name.to_owned(), args),
                })
            }
        }
    }

    /// What follows `if f then`.
    fn branches(&mut self, condition: Ast) -> Result<Ast> {
        self.nested(|this| {
            let then = this.query()?;
            let other = if this.take_word("elif") {
                let condition = this.query()?;
                this.expect_word("then")?;
                Some(boxed(this.branches(condition)?))
            } else if this.take_word("else") {
                let other = this.query()?;
                this.expect_word("end")?;
                Some(boxed(other))
            } else {
                this.expect_word("end")?;
                None
            };
            Ok(Ast::If(boxed(condition), boxed(then), other))
        })
    }

    fn object(&mut self) -> Result<Ast> {
        let mut members = Vec::new();
        while !self.take("}") {
            let (key, short) = match self.next() {
                Token::Variable(name) if name == "__loc__" => {
                    (text("__loc__"), Some(self.location()))
                }
                Token::Variable(name) if self.is(":") => (Ast::Variable(name.clone()), None),
                Token::Variable(name) => (text(name), Some(Ast::Variable(name.clone()))),
                Token::Name(name) => {
                    let field = Ast::Index(boxed(Ast::Identity), boxed(text(name)));
                    (text(name), Some(field))
                }
                Token::Format(name) => {
                    let key = match self.peek() {
                        Token::String(pieces) => {
                            self.at += 1;
                            self.template(Some(name), pieces)?
                        }
                        _ => return Err(self.unexpected("")),
                    };
                    (
                        key.clone(),
                        Some(Ast::Index(boxed(Ast::Identity), boxed(key))),
                    )
                }
                Token::String(pieces) => {
                    let key = self.template(None, pieces)?;
                    (
                        key.clone(),
                        Some(Ast::Index(boxed(Ast::Identity), boxed(key))),
                    )
                }
                Token::Number(number) => (Ast::Literal(lex::number(number)), None),
                Token::Sign("(") => {
                    let key = self.query()?;
                    self.expect(")")?;
                    (key, None)
                }
                _ => {
                    self.at -= 1;
                    return Err(self.unexpected(""));
                }
            };
            let value = if self.take(":") {
                let mut stages = vec![self.binary(1)?];
                while self.take("|") {
                    stages.push(self.binary(1)?);
                }
                let last = stages.pop().unwrap_or(Ast::Identity);
                let join = |rest, stage| Ast::Pipe(boxed(stage), boxed(rest));
                stages.into_iter().rev().fold(last, join)
            } else {
                match short {
                    Some(value) => value,
                    None => return Err(self.unexpected(", expecting ':'")),
                }
            };
            if let Ast::Literal(constant) = &key
                && constant.text().is_none()
            {
                return Err(format!(
                    "Cannot use {} ({}) as object key",
                    constant.kind(),
                    crate::json::to_text(constant)
                ));
            }
            members.push((key, value));
            if !self.take(",") {
                self.expect("}")?;
                break;
            }
        }
        Ok(Ast::Object(members))
    }
}
