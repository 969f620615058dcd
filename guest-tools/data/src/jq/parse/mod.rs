//! From words to a filter, by precedence climbing.

use super::ast::{Assignment, Ast, Definition, Import, Operator, Part, Pattern, Source};
use super::lex::{self, Piece, Token};
use crate::json::{Map, Value};

/// Filters within filters.
const MAX_DEPTH: usize = 2_000;

const KEYWORDS: [&str; 21] = [
    "def",
    "if",
    "then",
    "elif",
    "else",
    "end",
    "as",
    "reduce",
    "foreach",
    "try",
    "catch",
    "label",
    "import",
    "include",
    "and",
    "or",
    "__loc__",
    "module",
    "not_a_word",
    "break",
    "import",
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

    fn source(&mut self) -> Result<Source> {
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

    fn definition(&mut self) -> Result<Definition> {
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

    fn patterns(&mut self) -> Result<Vec<Pattern>> {
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

    fn binary(&mut self, lowest: u8) -> Result<Ast> {
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

    fn postfix(&mut self) -> Result<Ast> {
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

    fn template(&self, format: Option<&str>, pieces: &[Piece]) -> Result<Ast> {
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
