//! The tree of a program.

use crate::lex::Builtin;

/// Arithmetic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arith {
    /// `+`
    Add,
    /// `-`
    Sub,
    /// `*`
    Mul,
    /// `/`
    Div,
    /// `%`
    Mod,
    /// `^`
    Pow,
}

/// Comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// `<`
    Less,
    /// `<=`
    LessEqual,
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterEqual,
}

/// Where `getline` reads from.
#[derive(Clone, Debug)]
pub enum Source {
    /// The main input.
    Main,
    /// A file.
    File(Box<Expr>),
    /// A command's output.
    Command(Box<Expr>),
    /// A coprocess.
    Coprocess(Box<Expr>),
}

/// An expression.
#[derive(Clone, Debug)]
pub enum Expr {
    /// Number.
    Num(f64),
    /// String.
    Text(Vec<u8>),
    /// Regular expression: a match against the record where a value is wanted.
    Regex(Vec<u8>),
    /// `@/x/`
    TypedRegex(Vec<u8>),
    /// Variable.
    Var(Vec<u8>),
    /// `$x`
    Field(Box<Expr>),
    /// `a[i, j]`
    Index(Box<Expr>, Vec<Expr>),
    /// `x = y`
    Assign(Box<Expr>, Box<Expr>),
    /// `x += y`
    AssignOp(Arith, Box<Expr>, Box<Expr>),
    /// `++x`, `x++`, and with `--`: target, step, whether the old value is given.
    Step(Box<Expr>, f64, bool),
    /// `-x`
    Negate(Box<Expr>),
    /// `+x`
    Plus(Box<Expr>),
    /// `!x`
    Not(Box<Expr>),
    /// Arithmetic.
    Arith(Arith, Box<Expr>, Box<Expr>),
    /// Parts side by side.
    Concat(Vec<Expr>),
    /// Comparison.
    Compare(Relation, Box<Expr>, Box<Expr>),
    /// `x ~ y`, or `!~` if negated.
    Match(bool, Box<Expr>, Box<Expr>),
    /// `x && y`
    And(Box<Expr>, Box<Expr>),
    /// `x || y`
    Or(Box<Expr>, Box<Expr>),
    /// `x ? y : z`
    Choose(Box<Expr>, Box<Expr>, Box<Expr>),
    /// `(i, j) in a`
    In(Vec<Expr>, Box<Expr>),
    /// `(x, y)`, before `in` or after `print`.
    List(Vec<Expr>),
    /// `(x)`
    Group(Box<Expr>),
    /// Call of a function of the program.
    Call(Vec<u8>, Vec<Expr>),
    /// `@name(x)`
    Indirect(Vec<u8>, Vec<Expr>),
    /// Call of a function of the language.
    Builtin(Builtin, Vec<Expr>),
    /// `getline`
    Getline(Source, Option<Box<Expr>>),
}

impl Expr {
    /// Whether it can be assigned to.
    pub fn is_target(&self) -> bool {
        matches!(self, Expr::Var(_) | Expr::Field(_) | Expr::Index(..))
    }
}

/// Where output goes.
#[derive(Clone, Debug)]
pub enum Output {
    /// Standard output.
    Standard,
    /// `> file`
    File(Expr),
    /// `>> file`
    Append(Expr),
    /// `| command`
    Command(Expr),
    /// `|& command`
    Coprocess(Expr),
}

/// A statement and its line.
#[derive(Clone, Debug)]
pub struct Stmt {
    /// Line in the program.
    pub line: u32,
    /// What it does.
    pub kind: StmtKind,
}

/// A case of a `switch`: its value, `None` for the default.
pub type Case = (Option<Expr>, Vec<Stmt>);

/// What a statement does.
#[derive(Clone, Debug)]
pub enum StmtKind {
    /// Evaluates.
    Expr(Expr),
    /// `print`
    Print(Vec<Expr>, Output),
    /// `printf`
    Printf(Vec<Expr>, Output),
    /// `if`
    If(Expr, Box<Stmt>, Option<Box<Stmt>>),
    /// `while`
    While(Expr, Box<Stmt>),
    /// `do`
    Do(Box<Stmt>, Expr),
    /// `for (x; y; z)`
    For(
        Option<Box<Stmt>>,
        Option<Expr>,
        Option<Box<Stmt>>,
        Box<Stmt>,
    ),
    /// `for (x in a)`
    ForIn(Expr, Expr, Box<Stmt>),
    /// `switch`
    Switch(Expr, Vec<Case>),
    /// Braces.
    Block(Vec<Stmt>),
    /// `break`
    Break,
    /// `continue`
    Continue,
    /// `next`
    Next,
    /// `nextfile`
    NextFile,
    /// `exit`
    Exit(Option<Expr>),
    /// `return`
    Return(Option<Expr>),
    /// `delete a` or `delete a[i]`
    Delete(Expr),
}

/// When a rule runs.
#[derive(Clone, Debug)]
pub enum Pattern {
    /// Before all input.
    Begin,
    /// After all input.
    End,
    /// Before a file.
    BeginFile,
    /// After a file.
    EndFile,
    /// For each record.
    Always,
    /// For records where it holds.
    When(Expr),
    /// From one record to another.
    Range(Expr, Expr),
}

/// A rule; without statements it prints the record.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Line in the program.
    pub line: u32,
    /// When it runs.
    pub pattern: Pattern,
    /// What it does.
    pub body: Option<Vec<Stmt>>,
}

/// A function of the program.
#[derive(Clone, Debug)]
pub struct Function {
    /// Its name.
    pub name: Vec<u8>,
    /// Names of its parameters.
    pub params: Vec<Vec<u8>>,
    /// What it does.
    pub body: Vec<Stmt>,
}

/// A program.
#[derive(Clone, Debug, Default)]
pub struct Program {
    /// Its rules, in order.
    pub rules: Vec<Rule>,
    /// Its functions.
    pub functions: Vec<Function>,
}
