//! 64-bit integer arithmetic of `$(( ))`, `(( ))`, `let`, subscripts.

mod eval;
mod lex;
mod parse;

pub use eval::{eval, eval_text};
pub use parse::{CACHED_MAX, parse, parse_parts};

use crate::vars::Sym;

/// A parsed expression.
#[derive(Debug, Clone)]
pub struct ArithExpr {
    pub(crate) expr: Expr,
    /// How many expansions stand in the text; their values are operands.
    pub dollars: usize,
    /// Arrays whose subscript holds an expansion: it must be arithmetic.
    pub(crate) indexed: Vec<Sym>,
    pub(crate) source: Box<[u8]>,
}

/// A node.
#[derive(Debug, Clone)]
pub enum Expr {
    Number(i64),
    Variable(Sym),
    Element(Box<Element>),
    Dollar(usize),
    Unary(UnaryOp, Box<Expr>),
    Binary(BinaryOp, Box<(Expr, Expr)>),
    /// Division: what follows the last token of the divisor is part of the message.
    Divide(BinaryOp, Box<(Expr, Expr)>, u32),
    And(Box<(Expr, Expr)>),
    Or(Box<(Expr, Expr)>),
    Ternary(Box<(Expr, Expr, Expr)>),
    Comma(Box<(Expr, Expr)>),
    Assign(Option<BinaryOp>, Box<(Expr, Expr)>),
    /// `++` and `--`: by how much, and whether the old value is the result.
    Step(i64, bool, Box<Expr>),
}

/// An element of an array.
#[derive(Debug, Clone)]
pub struct Element {
    pub name: Sym,
    pub text: Vec<u8>,
    /// None: not an expression, good only for associative arrays.
    pub index: Option<Expr>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnaryOp {
    Plus,
    Minus,
    Not,
    Complement,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BinaryOp {
    Power,
    Multiply,
    Divide,
    Remainder,
    Add,
    Subtract,
    ShiftLeft,
    ShiftRight,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Equal,
    NotEqual,
    BitAnd,
    BitXor,
    BitOr,
}

/// A failed parse or evaluation: the text after the shell's name.
#[derive(Debug, Clone)]
pub struct ArithError {
    pub message: Vec<u8>,
    /// Whether the expression's text is to stand before the message.
    pub source: Option<Box<[u8]>>,
    /// The variable is unset and that is an error (`set -u`).
    pub unbound: bool,
    /// What stands before a mistake in the text: it is evaluated all the same.
    pub(crate) before: Option<Box<ArithExpr>>,
}

impl ArithError {
    pub(crate) fn new(source: &[u8], message: &str, token: &[u8]) -> Box<ArithError> {
        let mut text = message.as_bytes().to_vec();
        text.extend_from_slice(b" (error token is \"");
        text.extend_from_slice(token);
        text.extend_from_slice(b"\")");
        Box::new(ArithError {
            message: text,
            source: Some(source.trim_ascii_start().into()),
            unbound: false,
            before: None,
        })
    }

    /// An error that already names its subject.
    pub fn plain(message: Vec<u8>) -> Box<ArithError> {
        Box::new(ArithError {
            message,
            source: None,
            unbound: false,
            before: None,
        })
    }

    /// The whole message.
    pub fn text(&self) -> Vec<u8> {
        match &self.source {
            Some(source) => [source, &b": "[..], &self.message].concat(),
            None => self.message.clone(),
        }
    }
}
