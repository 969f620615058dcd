//! A filter, ready to run: names are resolved to places in the environment.

use super::ast::Operator;
use super::context::{Context, Raise};
use crate::json::Value;
use std::cell::OnceCell;

/// Nodes live as long as the program.
pub type N = &'static Node;

/// A function written in Rust: input and arguments to a result.
pub type Native = fn(&mut Context, Value, &mut [Value]) -> Result<Value, Raise>;

/// A node.
pub struct Node {
    /// What it does.
    pub kind: Kind,
    /// Whether it has exactly one result (or an error), found without backtracking.
    pub simple: bool,
}

/// What a node does. Numbers of hops count slots of the environment.
pub enum Kind {
    /// Its input.
    Identity,
    /// Nothing.
    Empty,
    /// A constant.
    Literal(Value),
    /// A member or element by a constant key.
    Field(Value),
    /// Term and key.
    Index(N, N),
    /// Term, from, to.
    Slice(N, Option<N>, Option<N>),
    /// All members.
    Iterate,
    /// The value and all below it.
    Recurse,
    /// One after the other.
    Pipe(N, N),
    /// One, then the other.
    Comma(N, N),
    /// Arithmetic negation.
    Negate(N),
    /// A calculation.
    Binary(Operator, N, N),
    /// Both.
    And(N, N),
    /// Either.
    Or(N, N),
    /// The true results of the first or all of the second.
    Alternative(N, N),
    /// Condition, then, else.
    If(N, N, N),
    /// Body and handler.
    Try(N, Option<N>),
    /// All results in an array.
    Array(N),
    /// Keys and values.
    Object(Box<[(N, N)]>),
    /// Strings, joined.
    Template(Box<[N]>),
    /// The variable so many hops up.
    Variable(usize),
    /// Runs the body with each result of the source in a new slot.
    Bind(N, N),
    /// As `Bind`, with bodies to try one after the other.
    BindAlternatives(N, Box<[N]>),
    /// Source, start, step.
    Reduce(N, N, N),
    /// Source, start, step.
    Foreach(N, N, N),
    /// The update of a reduction whose state is so many hops up.
    ReduceStep(usize, N),
    /// The update and extraction of a `foreach`.
    ForeachStep(usize, N, N),
    /// Paths of the results.
    Path(N),
    /// The value at a path.
    GetPath(N),
    /// Paths and the filter for what is there.
    Modify(N, N),
    /// Calls a function of Rust.
    Native(Native, Box<[N]>),
    /// Calls a function: it, slots to drop, arguments.
    Call(&'static OnceCell<N>, usize, Box<[N]>),
    /// Calls the closure so many hops up.
    Closure(usize),
    /// Marks where `Break` comes out.
    Label(N),
    /// Goes back to the label so many hops up.
    Break(usize),
    /// The first result.
    First(N),
    /// Count and source.
    Limit(N, N),
    /// From, to, by.
    Range(N, N, N),
}
