//! A filter as it is written.

use crate::json::Value;

/// An operator between two filters.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Operator {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `%`
    Remainder,
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    Greater,
    /// `>=`
    AtLeast,
}

/// How an assignment finds the new value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Assignment {
    /// `=`
    Set,
    /// `|=`
    Update,
    /// `+=` and the like.
    Calculate(Operator),
    /// `//=`
    Alternative,
}

/// A filter.
#[derive(Clone)]
pub enum Ast {
    /// `.`
    Identity,
    /// `..`
    Descend,
    /// A constant.
    Literal(Value),
    /// A string with filters inside; the name of the format for their results.
    Template(Option<String>, Vec<Part>),
    /// `@name`
    Format(String),
    /// `f[g]`, `f.name`
    Index(Box<Ast>, Box<Ast>),
    /// `f[g:h]`
    Slice(Box<Ast>, Option<Box<Ast>>, Option<Box<Ast>>),
    /// `f[]`
    Iterate(Box<Ast>),
    /// `try f catch g`
    Try(Box<Ast>, Option<Box<Ast>>),
    /// `-f`
    Negate(Box<Ast>),
    /// `f | g`
    Pipe(Box<Ast>, Box<Ast>),
    /// `f, g`
    Comma(Box<Ast>, Box<Ast>),
    /// `f + g` and the like.
    Binary(Operator, Box<Ast>, Box<Ast>),
    /// `f and g`
    And(Box<Ast>, Box<Ast>),
    /// `f or g`
    Or(Box<Ast>, Box<Ast>),
    /// `f // g`
    Alternative(Box<Ast>, Box<Ast>),
    /// `f = g` and the like.
    Assign(Assignment, Box<Ast>, Box<Ast>),
    /// `if f then g else h end`
    If(Box<Ast>, Box<Ast>, Option<Box<Ast>>),
    /// `reduce f as $x (g; h)`
    Reduce(Box<Ast>, Vec<Pattern>, Box<Ast>, Box<Ast>),
    /// `foreach f as $x (g; h; i)`
    Foreach(Box<Ast>, Vec<Pattern>, Box<Ast>, Box<Ast>, Option<Box<Ast>>),
    /// `def f: g; h`
    Define(Box<Definition>, Box<Ast>),
    /// `f(g; h)`
    Call(String, Vec<Ast>),
    /// `$name`
    Variable(String),
    /// `f as $x | g`
    Bind(Box<Ast>, Vec<Pattern>, Box<Ast>),
    /// `label $name | f`
    Label(String, Box<Ast>),
    /// `break $name`
    Break(String),
    /// `[f]`
    Array(Option<Box<Ast>>),
    /// `{f: g}`
    Object(Vec<(Ast, Ast)>),
}

/// A piece of a string.
#[derive(Clone)]
pub enum Part {
    /// As it stands.
    Text(String),
    /// `\(f)`
    Filter(Ast),
}

/// What a value is taken apart by.
#[derive(Clone)]
pub enum Pattern {
    /// `$name`
    Variable(String),
    /// `[p, q]`
    Array(Vec<Pattern>),
    /// `{key: p}`: the variable that the whole member gets, key, pattern.
    Object(Vec<(Option<String>, Ast, Option<Pattern>)>),
}

/// A function.
#[derive(Clone)]
pub struct Definition {
    /// Its name.
    pub name: String,
    /// Names of its parameters; with `$` if they are values.
    pub params: Vec<String>,
    /// What it does.
    pub body: Ast,
}

/// `import` or `include`.
#[derive(Clone)]
pub struct Import {
    /// The module's path.
    pub path: String,
    /// The name it gets (none: its functions become ours).
    pub alias: Option<String>,
    /// Whether it is data.
    pub data: bool,
    /// A directory to look in.
    pub search: Option<Value>,
    /// All that was given after the name.
    pub meta: Value,
}

/// A program or a module.
#[derive(Default)]
pub struct Source {
    /// What `module` says.
    pub meta: Option<Value>,
    /// What it imports.
    pub imports: Vec<Import>,
    /// Its functions.
    pub definitions: Vec<Definition>,
    /// What it does (none in a library).
    pub main: Option<Ast>,
}
