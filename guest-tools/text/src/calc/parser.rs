//! From words to instructions: `bc`'s grammar, one line at a time.

use super::code::{Argument, Binary, Function, Local, Op, Place, Program};
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

    /// Statements up to a closing brace.
    fn block(&mut self, program: &mut Program) -> Parsed {
        loop {
            match &self.token {
                Token::Symbol("}") => return self.advance(),
                Token::Newline | Token::Symbol(";") => self.advance()?,
                Token::End => return Err(self.error()),
                _ => {
                    self.statement(program)?;
                    if !matches!(self.token, Token::Newline | Token::Symbol(";" | "}")) {
                        return Err(self.error());
                    }
                }
            }
        }
    }

    fn statement(&mut self, program: &mut Program) -> Parsed {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(self.complaint("too deeply nested"));
        }
        let result = self.one_statement(program);
        self.depth -= 1;
        result
    }

    fn one_statement(&mut self, program: &mut Program) -> Parsed {
        match self.token.clone() {
            Token::String(text) => {
                self.advance()?;
                let text = program.text(text);
                self.code.push(Op::Text(text, false));
            }
            Token::Symbol("{") => {
                self.advance()?;
                self.block(program)?;
            }
            Token::Name(name) => match name.as_slice() {
                b"print" => self.print(program)?,
                b"if" => self.condition(program)?,
                b"while" => self.while_loop(program)?,
                b"for" => self.for_loop(program)?,
                b"break" | b"continue" => {
                    self.advance()?;
                    let at = self.code.len();
                    let Some((out, again)) = self.loops.last_mut() else {
                        let text = match name.as_slice() {
                            b"break" => "Break outside a for/while",
                            _ => "Continue outside a for",
                        };
                        return Err(self.complaint(text));
                    };
                    if name == b"break" { out } else { again }.push(at);
                    self.code.push(Op::Jump(0));
                }
                b"return" => self.return_value(program)?,
                b"halt" => {
                    self.advance()?;
                    self.code.push(Op::Halt);
                }
                b"quit" => return Err(Stop::Quit),
                b"limits" => {
                    self.advance()?;
                    let text = program.text(LIMITS.to_vec());
                    self.code.push(Op::Text(text, false));
                }
                b"warranty" => self.advance()?,
                b"auto" | b"else" | b"define" => return Err(self.error()),
                _ => self.expression_statement(program)?,
            },
            _ => self.expression_statement(program)?,
        }
        Ok(())
    }

    fn expression_statement(&mut self, program: &mut Program) -> Parsed {
        let assigns = self.expression(program, 0)?;
        self.code
            .push(if assigns { Op::Drop } else { Op::PrintLine });
        Ok(())
    }

    fn print(&mut self, program: &mut Program) -> Parsed {
        loop {
            self.advance()?;
            if let Token::String(text) = self.token.clone() {
                self.advance()?;
                let text = program.text(text);
                self.code.push(Op::Text(text, true));
            } else {
                self.expression(program, 0)?;
                self.code.push(Op::Print);
            }
            if !self.is(",") {
                return Ok(());
            }
        }
    }

    fn condition(&mut self, program: &mut Program) -> Parsed {
        self.advance()?;
        self.expect("(")?;
        self.expression(program, 0)?;
        self.expect(")")?;
        let test = self.code.len();
        self.code.push(Op::JumpIfZero(0));
        self.skip_newlines()?;
        self.statement(program)?;
        if matches!(&self.token, Token::Name(name) if name == b"else") {
            self.advance()?;
            let skip = self.code.len();
            self.code.push(Op::Jump(0));
            self.code[test] = Op::JumpIfZero(self.code.len());
            self.skip_newlines()?;
            self.statement(program)?;
            self.code[skip] = Op::Jump(self.code.len());
        } else {
            self.code[test] = Op::JumpIfZero(self.code.len());
        }
        Ok(())
    }

    fn while_loop(&mut self, program: &mut Program) -> Parsed {
        self.advance()?;
        self.expect("(")?;
        let start = self.code.len();
        self.expression(program, 0)?;
        self.expect(")")?;
        let test = self.code.len();
        self.code.push(Op::JumpIfZero(0));
        self.body(program)?;
        self.code.push(Op::Jump(start));
        self.code[test] = Op::JumpIfZero(self.code.len());
        self.end_loop(start);
        Ok(())
    }

    fn for_loop(&mut self, program: &mut Program) -> Parsed {
        self.advance()?;
        self.expect("(")?;
        if !self.is(";") {
            self.expression(program, 0)?;
            self.code.push(Op::Drop);
        }
        self.expect(";")?;
        let start = self.code.len();
        let mut test = None;
        if !self.is(";") {
            self.expression(program, 0)?;
            test = Some(self.code.len());
            self.code.push(Op::JumpIfZero(0));
        }
        self.expect(";")?;
        // The step stands before the body but runs after it.
        let mark = self.code.len();
        if !self.is(")") {
            self.expression(program, 0)?;
            self.code.push(Op::Drop);
        }
        let step = self.code.split_off(mark);
        self.expect(")")?;
        self.body(program)?;
        let again = self.code.len();
        let shift = again as isize - mark as isize;
        self.code
            .extend(step.into_iter().map(|op| moved(op, shift)));
        self.code.push(Op::Jump(start));
        if let Some(test) = test {
            self.code[test] = Op::JumpIfZero(self.code.len());
        }
        self.end_loop(again);
        Ok(())
    }

    fn body(&mut self, program: &mut Program) -> Parsed {
        self.loops.push(Default::default());
        self.skip_newlines()?;
        self.statement(program)
    }

    fn end_loop(&mut self, again: usize) {
        let end = self.code.len();
        let (out, continued) = self.loops.pop().unwrap_or_default();
        out.into_iter().for_each(|at| self.code[at] = Op::Jump(end));
        continued
            .into_iter()
            .for_each(|at| self.code[at] = Op::Jump(again));
    }

    fn return_value(&mut self, program: &mut Program) -> Parsed {
        self.advance()?;
        if !self.in_function {
            if !matches!(self.token, Token::Newline | Token::Symbol(_)) {
                self.advance()?;
            }
            return Err(self.complaint("Return outside of a function."));
        }
        if matches!(self.token, Token::Newline | Token::Symbol(";" | "}")) {
            let zero = program.text(b"0".to_vec());
            self.code.push(Op::Constant(zero));
        } else {
            self.expression(program, 0)?;
        }
        self.code.push(Op::Return);
        Ok(())
    }

    /// An expression of operators at least this strong. Whether it is an
    /// assignment, whose value is not printed.
    fn expression(&mut self, program: &mut Program, least: u8) -> Result<bool, Stop> {
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

static LIMITS: &[u8] = b"BC_BASE_MAX     = 2147483647
BC_DIM_MAX      = 16777215
BC_SCALE_MAX    = 2147483647
BC_STRING_MAX   = 2147483647
MAX Exponent    = 9223372036854775807
Number of vars  = 32767
";

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

/// An instruction after its code was moved.
fn moved(op: Op, by: isize) -> Op {
    match op {
        Op::Jump(to) => Op::Jump(to.saturating_add_signed(by)),
        Op::JumpIfZero(to) => Op::JumpIfZero(to.saturating_add_signed(by)),
        Op::JumpUnlessZero(to) => Op::JumpUnlessZero(to.saturating_add_signed(by)),
        other => other,
    }
}
