//! The patterns after `as`.

use super::{Parser, Result, text};
use crate::jq::ast::Pattern;
use crate::jq::lex::Token;

impl Parser<'_> {
    pub(super) fn patterns(&mut self) -> Result<Vec<Pattern>> {
        let mut all = vec![self.pattern()?];
        while self.take("?//") {
            all.push(self.pattern()?);
        }
        Ok(all)
    }

    fn pattern(&mut self) -> Result<Pattern> {
        self.nested(|this| match this.next() {
            Token::Variable(name) => Ok(Pattern::Variable(name.clone())),
            Token::Sign("[") => {
                let mut parts = vec![this.pattern()?];
                while this.take(",") {
                    parts.push(this.pattern()?);
                }
                this.expect("]")?;
                Ok(Pattern::Array(parts))
            }
            Token::Sign("{") => {
                let mut members = Vec::new();
                loop {
                    let (variable, key) = match this.next() {
                        Token::Variable(name) => (Some(name.clone()), text(name)),
                        Token::Name(name) => (None, text(name)),
                        Token::String(pieces) => (None, this.template(None, pieces)?),
                        Token::Sign("(") => {
                            let key = this.query()?;
                            this.expect(")")?;
                            (None, key)
                        }
                        _ => {
                            this.at -= 1;
                            return Err(this.unexpected(""));
                        }
                    };
                    let inner = match (this.take(":"), &variable) {
                        (true, _) => Some(this.pattern()?),
                        (false, Some(_)) => None,
                        (false, None) => return Err(this.unexpected(", expecting ':'")),
                    };
                    members.push((variable, key, inner));
                    if !this.take(",") {
                        break;
                    }
                }
                this.expect("}")?;
                Ok(Pattern::Object(members))
            }
            _ => {
                this.at -= 1;
                Err(this.unexpected(""))
            }
        })
    }
}
