//! Whole programs and modules: imports, metadata, definitions.

use super::{Parser, Result};
use crate::jq::ast::{Ast, Definition, Import, Source};
use crate::jq::lex::Token;
use crate::json::{Map, Value};

impl Parser<'_> {
    pub(super) fn source(&mut self) -> Result<Source> {
        let mut source = Source::default();
        if self.take_word("module") {
            source.meta = Some(self.constant_term()?);
            self.expect(";")?;
        }
        loop {
            let include = self.is_word("include");
            if !include && !self.is_word("import") {
                break;
            }
            self.at += 1;
            let path = self.constant_string()?;
            let mut alias = None;
            let mut data = false;
            if !include {
                self.expect_word("as")?;
                match self.next() {
                    Token::Name(name) => alias = Some(name.clone()),
                    Token::Variable(name) => {
                        alias = Some(name.clone());
                        data = true;
                    }
                    _ => {
                        self.at -= 1;
                        return Err(self.unexpected(""));
                    }
                }
            }
            let mut map = Map::default();
            let mut search = None;
            if !self.is(";")
                && let Value::Object(given) = self.constant_term()?
            {
                map = given.0.clone();
                search = map.get("search").cloned();
            }
            self.expect(";")?;
            if let Some(alias) = &alias {
                map.insert("as".into(), Value::string(alias.as_str()));
            }
            map.insert("is_data".into(), Value::Bool(data));
            map.insert("relpath".into(), Value::string(path.as_str()));
            source.imports.push(Import {
                path,
                alias,
                data,
                search,
                meta: Value::object(map),
            });
        }
        while self.is_word("def") {
            source.definitions.push(self.definition()?);
        }
        if !matches!(self.peek(), Token::End) {
            source.main = Some(self.query()?);
        }
        Ok(source)
    }

    fn constant_term(&mut self) -> Result<Value> {
        let term = self.postfix()?;
        constant(&term).ok_or_else(|| "Module metadata must be constant".to_owned())
    }

    fn constant_string(&mut self) -> Result<String> {
        match self.constant_term()? {
            Value::String(text) => Ok(text.to_string()),
            _ => Err("Import path must be constant".to_owned()),
        }
    }

    pub(super) fn definition(&mut self) -> Result<Definition> {
        self.expect_word("def")?;
        let Token::Name(name) = self.next() else {
            self.at -= 1;
            return Err(self.unexpected(", expecting IDENT"));
        };
        let mut params = Vec::new();
        if self.take("(") {
            loop {
                match self.next() {
                    Token::Name(name) => params.push(name.clone()),
                    Token::Variable(name) => params.push(format!("${name}")),
                    _ => {
                        self.at -= 1;
                        return Err(self.unexpected(""));
                    }
                }
                if !self.take(";") {
                    break;
                }
            }
            self.expect(")")?;
        }
        self.expect(":")?;
        let body = self.query()?;
        self.expect(";")?;
        Ok(Definition {
            name: name.clone(),
            params,
            body,
        })
    }
}

/// The value of a filter that is a constant.
fn constant(ast: &Ast) -> Option<Value> {
    match ast {
        Ast::Literal(value) => Some(value.clone()),
        Ast::Array(None) => Some(Value::array(Vec::new())),
        Ast::Array(Some(inner)) => {
            fn elements(ast: &Ast, out: &mut Vec<Value>) -> Option<()> {
                match ast {
                    Ast::Comma(a, b) => {
                        elements(a, out)?;
                        elements(b, out)
                    }
                    other => {
                        out.push(constant(other)?);
                        Some(())
                    }
                }
            }
            let mut out = Vec::new();
            elements(inner, &mut out)?;
            Some(Value::array(out))
        }
        Ast::Object(members) => {
            let mut map = Map::default();
            for (key, value) in members {
                let Value::String(key) = constant(key)? else {
                    return None;
                };
                map.insert(key, constant(value)?);
            }
            Some(Value::object(map))
        }
        _ => None,
    }
}
