//! From words to instructions: `bc`'s grammar, one line at a time.

mod expression;
mod statement;

use super::code::{Function, Local, Op, Program};
use super::lexer::{Lexer, Token};

/// Deepest nesting of expressions and statements.
const DEPTH_MAX: usize = 400;

/// Why a line gives no code.
pub enum Stop {
    /// A message for the user.
    Error(String),
    /// The end of the text.
    End,
    /// `quit`.
    Quit,
}

type Parsed = Result<(), Stop>;

/// Reads a text statement by statement.
pub struct Parser<'a> {
    lexer: Lexer<'a>,
    token: Token,
    name: String,
    code: Vec<Op>,
    /// For each open loop, the jumps out of it and where `continue` goes.
    loops: Vec<(Vec<usize>, Vec<usize>)>,
    in_function: bool,
    void: bool,
    depth: usize,
    /// Complaints that do not stop anything.
    pub complaints: Vec<String>,
}

impl<'a> Parser<'a> {
    /// For a text with this name, whose first line has this number.
    pub fn new(text: &'a [u8], name: String, line: usize) -> Parser<'a> {
        let mut lexer = Lexer::new(text);
        lexer.line = line;
        Parser {
            lexer,
            token: Token::Newline,
            name,
            code: Vec::new(),
            loops: Vec::new(),
            in_function: false,
            void: false,
            depth: 0,
            complaints: Vec::new(),
        }
    }

    /// The code of the next line.
    pub fn line(&mut self, program: &mut Program) -> Result<Vec<Op>, Stop> {
        self.code.clear();
        self.loops.clear();
        (self.in_function, self.depth) = (false, 0);
        let result = self.whole_line(program);
        if let Err(Stop::Error(_)) = result
            && self.token != Token::Newline
        {
            self.lexer.skip_line();
        }
        result.map(|()| std::mem::take(&mut self.code))
    }

    /// The number of the line being read.
    pub fn line_number(&self) -> usize {
        self.lexer.line
    }

    /// Takes the next line as it is, for `read()`; blank ones are passed over.
    pub fn read_line(&mut self) -> Option<Vec<u8>> {
        loop {
            let rest = self.lexer.rest();
            if rest.is_empty() {
                return None;
            }
            let end = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
            self.lexer.skip_line();
            if !rest[..end].trim_ascii().is_empty() {
                return Some(rest[..end].to_vec());
            }
        }
    }

    fn whole_line(&mut self, program: &mut Program) -> Parsed {
        self.advance()?;
        loop {
            match &self.token {
                Token::End if self.code.is_empty() => return Err(Stop::End),
                Token::End => return Err(self.error()),
                Token::Newline => return Ok(()),
                Token::Symbol(";") => self.advance()?,
                Token::Name(name) if name == b"define" => {
                    let outer = std::mem::take(&mut self.code);
                    self.define(program)?;
                    self.code = outer;
                    self.in_function = false;
                }
                _ => {
                    self.statement(program)?;
                    if !matches!(self.token, Token::End | Token::Newline | Token::Symbol(";")) {
                        return Err(self.error());
                    }
                }
            }
        }
    }

    fn advance(&mut self) -> Parsed {
        loop {
            match self.lexer.next() {
                Ok(token) => {
                    self.token = token;
                    return Ok(());
                }
                Err(byte) => {
                    let shown = if byte.is_ascii_graphic() {
                        char::from(byte).to_string()
                    } else {
                        format!("\\{byte:03o}")
                    };
                    let text = format!(
                        "{} {}: illegal character: {shown}",
                        self.name, self.lexer.line
                    );
                    self.complaints.push(text);
                }
            }
        }
    }

    fn error(&self) -> Stop {
        Stop::Error(format!("{} {}: syntax error", self.name, self.lexer.line))
    }

    fn complaint(&self, text: &str) -> Stop {
        Stop::Error(format!("{} {}: {text}", self.name, self.lexer.line))
    }

    fn is(&self, symbol: &str) -> bool {
        matches!(&self.token, Token::Symbol(own) if *own == symbol)
    }

    fn expect(&mut self, symbol: &str) -> Parsed {
        if !self.is(symbol) {
            return Err(self.error());
        }
        self.advance()
    }

    fn skip_newlines(&mut self) -> Parsed {
        while self.token == Token::Newline {
            self.advance()?;
        }
        Ok(())
    }

    fn take_name(&mut self) -> Result<Vec<u8>, Stop> {
        match std::mem::replace(&mut self.token, Token::Newline) {
            Token::Name(name) => {
                self.advance()?;
                Ok(name)
            }
            other => {
                self.token = other;
                Err(self.error())
            }
        }
    }

    fn define(&mut self, program: &mut Program) -> Parsed {
        self.advance()?;
        let mut name = self.take_name()?;
        self.void = name == b"void" && matches!(self.token, Token::Name(_));
        if self.void {
            name = self.take_name()?;
        }
        self.expect("(")?;
        let mut function = Function {
            defined: true,
            void: self.void,
            ..Function::default()
        };
        function.parameters = self.names(program, ")")?;
        self.expect(")")?;
        self.skip_newlines()?;
        self.expect("{")?;
        self.in_function = true;
        while matches!(self.token, Token::Newline | Token::Symbol(";")) {
            self.advance()?;
        }
        if matches!(&self.token, Token::Name(name) if name == b"auto") {
            self.advance()?;
            function.locals = self.names(program, ";")?;
            if !matches!(self.token, Token::Newline | Token::Symbol(";")) {
                return Err(self.error());
            }
        }
        let number = program.function(name);
        self.block(program)?;
        function.code = std::mem::take(&mut self.code).into();
        program.functions[number] = function;
        Ok(())
    }

    fn names(&mut self, program: &mut Program, end: &str) -> Result<Vec<Local>, Stop> {
        let mut found = Vec::new();
        while !self.is(end) && self.token != Token::Newline {
            let shared = self.is("*") || self.is("&");
            if shared {
                self.advance()?;
            }
            let name = self.take_name()?;
            let number = program.name(name);
            if self.is("[") {
                self.advance()?;
                self.expect("]")?;
                found.push(if shared {
                    Local::Shared(number)
                } else {
                    Local::Array(number)
                });
            } else if shared {
                return Err(self.error());
            } else {
                found.push(Local::Variable(number));
            }
            if !self.is(",") {
                break;
            }
            self.advance()?;
        }
        Ok(found)
    }
}
