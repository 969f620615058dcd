//! Node types. They own their text; names of variables are interned.

use std::cell::OnceCell;
use std::rc::Rc;

use super::Few;
use crate::arith::ArithExpr;
use crate::vars::Sym;

/// Commands in sequence.
#[derive(Debug, Default)]
pub struct List {
    pub items: Few<AndOr>,
}

/// Pipelines joined by `&&` and `||`.
#[derive(Debug)]
pub struct AndOr {
    pub first: Pipeline,
    pub rest: Vec<(Connector, Pipeline)>,
    pub background: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Connector {
    And,
    Or,
}

/// Commands joined by `|`.
#[derive(Debug)]
pub struct Pipeline {
    pub commands: Few<Command>,
    pub negate: bool,
    pub time: Option<TimeFormat>,
    pub line: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeFormat {
    Default,
    Posix,
}

#[derive(Debug)]
pub enum Command {
    Simple(Box<Simple>),
    Compound(Box<Compound>),
    Function(Rc<Function>),
}

/// Assignments, words and redirections.
#[derive(Debug, Default)]
pub struct Simple {
    pub assigns: Vec<Assign>,
    pub words: Vec<Word>,
    pub redirects: Vec<Redirect>,
    pub line: u32,
}

#[derive(Debug)]
pub struct Compound {
    pub kind: Kind,
    pub redirects: Vec<Redirect>,
    pub line: u32,
}

/// Each is boxed with its redirections, so that the size of the largest matters little.
#[allow(clippy::large_enum_variant)]
#[derive(Debug)]
pub enum Kind {
    Brace(List),
    Subshell(List),
    If {
        branches: Vec<(List, List)>,
        otherwise: Option<List>,
    },
    While {
        until: bool,
        condition: List,
        body: List,
    },
    For {
        name: Vec<u8>,
        words: Option<Vec<Word>>,
        body: List,
    },
    Select {
        name: Vec<u8>,
        words: Option<Vec<Word>>,
        body: List,
    },
    ArithFor {
        init: Arith,
        condition: Arith,
        step: Arith,
        body: List,
    },
    Case {
        word: Word,
        arms: Vec<CaseArm>,
    },
    Condition(Box<CondExpr>),
    Arith(Arith),
    Coproc {
        name: Vec<u8>,
        body: Command,
    },
}

#[derive(Debug)]
pub struct CaseArm {
    pub patterns: Vec<Word>,
    pub body: List,
    pub end: CaseEnd,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CaseEnd {
    /// `;;`
    Break,
    /// `;&`
    FallThrough,
    /// `;;&`
    Continue,
}

#[derive(Debug)]
pub struct Function {
    pub name: Vec<u8>,
    pub body: Command,
    pub line: u32,
}

/// What stands between `[[` and `]]`.
#[derive(Debug)]
pub enum CondExpr {
    Not(Box<CondExpr>),
    And(Box<CondExpr>, Box<CondExpr>),
    Or(Box<CondExpr>, Box<CondExpr>),
    Group(Box<CondExpr>),
    Unary(Vec<u8>, Word),
    Binary(Word, Vec<u8>, Word),
    Word(Word),
}

#[derive(Debug)]
pub struct Redirect {
    pub fd: RedirectFd,
    pub kind: RedirectKind,
    pub target: RedirectTarget,
    pub line: u32,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RedirectFd {
    Default,
    Number(u32),
    /// `{name}>`
    Variable(Vec<u8>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RedirectKind {
    Read,
    Write,
    Clobber,
    Append,
    ReadWrite,
    DupIn,
    DupOut,
    /// `&>`
    WriteBoth,
    /// `&>>`
    AppendBoth,
    HereDoc,
    HereString,
}

#[derive(Debug)]
pub enum RedirectTarget {
    Word(Word),
    HereDoc(Rc<HereDoc>),
}

#[derive(Debug)]
pub struct HereDoc {
    pub delimiter: Vec<u8>,
    pub quoted: bool,
    pub strip_tabs: bool,
    /// Read at the end of the line on which the redirection stands.
    pub body: OnceCell<Word>,
}

/// `name=value`, `name[subscript]+=value`, `name=(…)`.
#[derive(Debug)]
pub struct Assign {
    pub name: Sym,
    pub index: Option<Subscript>,
    pub append: bool,
    pub value: AssignValue,
}

#[derive(Debug)]
pub enum AssignValue {
    Scalar(Word),
    Array(Vec<ArrayElement>),
}

#[derive(Debug)]
pub struct ArrayElement {
    pub index: Option<Subscript>,
    pub append: bool,
    pub value: Word,
}

#[derive(Debug)]
pub enum Subscript {
    /// `[@]`
    At,
    /// `[*]`
    Star,
    /// An arithmetic expression or the key of an associative array.
    Expr(Box<Arith>),
}

#[derive(Debug, Default)]
pub struct Word {
    pub parts: Few<Part>,
    /// Whether an unquoted `{` and `}` make brace expansion possible.
    pub braces: bool,
    /// The word is unquoted text in which nothing expands.
    pub plain: bool,
    /// Set where the word is an assignment argument of `declare` and the like.
    pub assign: Option<Box<Assign>>,
}

#[derive(Debug)]
pub enum Part {
    /// Unquoted text.
    Literal(Vec<u8>),
    /// `'…'`, or text of `$'…'`.
    Single(Vec<u8>),
    /// `\c`
    Escaped(Vec<u8>),
    /// `"…"`; `Literal` inside it is quoted.
    Double(Vec<Part>),
    Param(Box<Param>),
    Command(Rc<CommandSub>),
    Arith(Box<Arith>),
    Process(Rc<ProcessSub>),
    /// `~` or `~user` where it expands.
    Tilde(Vec<u8>),
}

#[derive(Debug)]
pub struct CommandSub {
    pub body: List,
    /// What stands between backquotes.
    pub backquoted: Option<Box<[u8]>>,
    /// A body in backquotes that does not parse is an error only when run.
    pub error: Option<Box<crate::parser::SyntaxError>>,
}

#[derive(Debug)]
pub struct ProcessSub {
    pub body: List,
    /// `<( )`: the command's output is read.
    pub input: bool,
}

/// An arithmetic expression: its text with expansions, and parsed if the
/// expansions leave that possible before they are known.
#[derive(Debug)]
pub struct Arith {
    pub text: Word,
    pub parsed: Option<ArithExpr>,
}

impl Arith {
    /// Whether nothing but blanks stands there.
    pub fn is_blank(&self) -> bool {
        self.text
            .parts
            .iter()
            .all(|part| matches!(part, Part::Literal(text) if text.trim_ascii().is_empty()))
    }
}

#[derive(Debug)]
pub struct Param {
    pub name: ParamName,
    pub index: Option<Subscript>,
    /// `${!name}`
    pub indirect: bool,
    /// Written with braces.
    pub braced: bool,
    pub op: ParamOp,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ParamName {
    Variable(Sym),
    Positional(usize),
    /// `@ * # ? - $ !` and 0.
    Special(u8),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Span {
    Shortest,
    Longest,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReplaceKind {
    First,
    All,
    Prefix,
    Suffix,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CaseKind {
    Upper,
    Lower,
    Toggle,
}

#[derive(Debug)]
pub enum ParamOp {
    Value,
    Length,
    Default {
        colon: bool,
        word: Word,
    },
    Assign {
        colon: bool,
        word: Word,
    },
    Error {
        colon: bool,
        word: Word,
    },
    Alternative {
        colon: bool,
        word: Word,
    },
    RemovePrefix {
        span: Span,
        pattern: Word,
    },
    RemoveSuffix {
        span: Span,
        pattern: Word,
    },
    Replace {
        kind: ReplaceKind,
        pattern: Word,
        with: Option<Word>,
    },
    Substring {
        offset: Arith,
        length: Option<Arith>,
    },
    Case {
        kind: CaseKind,
        all: bool,
        pattern: Word,
    },
    Transform(u8),
    /// The text with `@` and what is no transformation: an error if there is a value.
    NoTransform(Vec<u8>),
    /// `${!prefix*}`, `${!prefix@}`
    Names {
        at: bool,
    },
    /// `${!name[*]}`, `${!name[@]}`
    Keys {
        at: bool,
    },
    /// Text that is no valid expansion: an error when expanded.
    Bad(Vec<u8>),
}

impl Word {
    /// A word of unquoted text.
    pub fn literal(text: &[u8]) -> Word {
        Word {
            parts: Few::One(Part::Literal(text.to_vec())),
            ..Word::default()
        }
    }

    /// The text, if nothing in the word is quoted or expanded.
    pub fn as_literal(&self) -> Option<&[u8]> {
        match self.parts.as_slice() {
            [Part::Literal(text)] if self.assign.is_none() => Some(text),
            _ => None,
        }
    }
}
