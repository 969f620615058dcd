//! From words to a filter, by precedence climbing.

mod operators;
mod patterns;
mod source;
mod terms;

use super::ast::{Ast, Source};
use super::lex::{self, Token};
use crate::json::Value;

/// Filters within filters.
const MAX_DEPTH: usize = 2_000;

const KEYWORDS: [&str; 19] = [
    "def", "if", "then", "elif", "else", "end", "as", "reduce", "foreach", "try", "catch", "label",
    "import", "include", "and", "or", "__loc__", "module", "break",
];

/// Takes a program or module apart.
///
/// # Errors
/// What jq says about a bad one.
pub fn parse(text: &str) -> Result<Source> {
    let tokens = lex::tokens(text)?;
    let mut parser = Parser {
        text,
        tokens: &tokens,
        at: 0,
        depth: 0,
    };
    let source = parser.source()?;
    parser.expect_end()?;
    Ok(source)
}

/// Takes a filter apart that may begin with definitions of its own.
///
/// # Errors
/// What jq says about a bad one.
pub fn filter(text: &str) -> Result<Ast> {
    let tokens = lex::tokens(text)?;
    let mut parser = Parser {
        text,
        tokens: &tokens,
        at: 0,
        depth: 0,
    };
    let filter = parser.query()?;
    parser.expect_end()?;
    Ok(filter)
}

struct Parser<'a> {
    text: &'a str,
    tokens: &'a [(Token, usize)],
    at: usize,
    depth: usize,
}

type Result<T> = std::result::Result<T, String>;

fn boxed(ast: Ast) -> Box<Ast> {
    Box::new(ast)
}

fn text(text: &str) -> Ast {
    Ast::Literal(Value::string(text))
}

impl<'a> Parser<'a> {
    fn peek(&self) -> &'a Token {
        self.tokens.get(self.at).map_or(&Token::End, |pair| &pair.0)
    }

    fn next(&mut self) -> &'a Token {
        let token = self.peek();
        self.at += 1;
        token
    }

    fn is(&self, sign: &str) -> bool {
        matches!(self.peek(), Token::Sign(found) if *found == sign)
    }

    fn is_word(&self, word: &str) -> bool {
        matches!(self.peek(), Token::Name(found) if found == word)
    }

    fn take(&mut self, sign: &str) -> bool {
        let found = self.is(sign);
        self.at += usize::from(found);
        found
    }

    fn take_word(&mut self, word: &str) -> bool {
        let found = self.is_word(word);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, sign: &str) -> Result<()> {
        if self.take(sign) {
            return Ok(());
        }
        Err(self.unexpected(&format!(", expecting '{sign}'")))
    }

    fn expect_word(&mut self, word: &str) -> Result<()> {
        if self.take_word(word) {
            return Ok(());
        }
        Err(self.unexpected(&format!(", expecting \"{word}\"")))
    }

    fn expect_end(&self) -> Result<()> {
        match self.peek() {
            Token::End => Ok(()),
            _ => Err(self.unexpected(", expecting end of file")),
        }
    }

    fn unexpected(&self, expecting: &str) -> String {
        let name = match self.peek() {
            Token::End => "end of file".to_owned(),
            Token::Invalid(_) => "INVALID_CHARACTER".to_owned(),
            Token::Name(word) if KEYWORDS.contains(&word.as_str()) => word.clone(),
            Token::Name(_) => "IDENT".to_owned(),
            Token::Field(_) => "FIELD".to_owned(),
            Token::Variable(_) => "BINDING".to_owned(),
            Token::Format(_) => "FORMAT".to_owned(),
            Token::Number(_) => "LITERAL".to_owned(),
            Token::String(_) => "QQSTRING_START".to_owned(),
            Token::Sign(sign) if sign.len() > 1 => (*sign).to_owned(),
            Token::Sign(sign) => format!("'{sign}'"),
        };
        let hint = match self.peek() {
            Token::Invalid(_) => " (Unix shell quoting issues?)",
            _ => "",
        };
        let at = self.tokens.get(self.at).map_or(self.text.len(), |t| t.1);
        let line = 1 + self.text.as_bytes()[..at.min(self.text.len())]
            .iter()
            .filter(|b| **b == b'\n')
            .count();
        let shown = self.text.lines().nth(line - 1).unwrap_or_default();
        format!(
            "syntax error, unexpected {name}{expecting}{hint} at <top-level>, line {line}:\n    {shown}"
        )
    }

    fn nested<T>(&mut self, f: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err("syntax error, the filter is nested too deeply".to_owned());
        }
        let result = f(self);
        self.depth -= 1;
        result
    }

    fn query(&mut self) -> Result<Ast> {
        self.nested(Self::pipeline)
    }

    /// Filters joined by `|`, in a loop as far as they go.
    fn pipeline(&mut self) -> Result<Ast> {
        let mut stages = Vec::new();
        let last = loop {
            if self.is_word("def") {
                let definition = self.definition()?;
                let rest = self.query()?;
                break Ast::Define(Box::new(definition), boxed(rest));
            }
            if self.take_word("label") {
                let Token::Variable(name) = self.next() else {
                    self.at -= 1;
                    return Err(self.unexpected(", expecting BINDING"));
                };
                self.expect("|")?;
                let rest = self.query()?;
                break Ast::Label(name.clone(), boxed(rest));
            }
            let mut stage: Option<Ast> = None;
            let mut bound = false;
            loop {
                let mut part = self.binary(1)?;
                if self.take_word("as") {
                    let patterns = self.patterns()?;
                    self.expect("|")?;
                    let rest = self.query()?;
                    part = Ast::Bind(boxed(part), patterns, boxed(rest));
                    bound = true;
                }
                stage = Some(match stage {
                    None => part,
                    Some(before) => Ast::Comma(boxed(before), boxed(part)),
                });
                if bound || !self.take(",") {
                    break;
                }
            }
            let stage = stage.unwrap_or(Ast::Identity);
            if bound || !self.take("|") {
                break stage;
            }
            stages.push(stage);
        };
        let join = |rest, stage| Ast::Pipe(boxed(stage), boxed(rest));
        Ok(stages.into_iter().rev().fold(last, join))
    }
}
