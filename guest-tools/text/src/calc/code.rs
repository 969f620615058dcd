//! What `bc`'s parser makes and its machine runs.

/// A place that holds a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Variable(usize),
    /// An element; its index lies on the stack.
    Element(usize),
    Scale,
    InputBase,
    OutputBase,
    Last,
}

/// Operators of two values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binary {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    Power,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Equal,
    NotEqual,
}

/// An argument of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Argument {
    /// A value on the stack.
    Value,
    Array(usize),
}

/// One instruction.
#[derive(Clone, Debug)]
pub enum Op {
    /// Digits, read in the input base when they are reached.
    Constant(usize),
    Load(Place),
    /// Stores the top, and leaves it.
    Store(Place),
    /// Doubles the top.
    Double,
    /// Adds to a place; leaves the old or the new value.
    Step {
        place: Place,
        by: i64,
        old: bool,
    },
    Binary(Binary),
    Negate,
    Not,
    /// Makes a truth value.
    Truth,
    Jump(usize),
    JumpIfZero(usize),
    JumpUnlessZero(usize),
    Drop,
    /// Prints a value and ends the line.
    PrintLine,
    /// Prints a value.
    Print,
    /// Prints text, with escapes or without.
    Text(usize, bool),
    Length,
    ScaleOf,
    Root,
    Read,
    Random,
    Call(usize, Box<[Argument]>),
    Return,
    Halt,
}

/// A parameter or local name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Local {
    Variable(usize),
    Array(usize),
    /// An array that is the caller's.
    Shared(usize),
}

/// A function.
#[derive(Clone, Default, Debug)]
pub struct Function {
    pub defined: bool,
    pub void: bool,
    pub parameters: Vec<Local>,
    pub locals: Vec<Local>,
    pub code: std::rc::Rc<[Op]>,
}

/// Names, texts and functions, by number.
#[derive(Default)]
pub struct Program {
    pub names: std::collections::HashMap<Vec<u8>, usize>,
    pub texts: Vec<Vec<u8>>,
    pub functions: Vec<Function>,
    pub function_names: Vec<Vec<u8>>,
    function_numbers: std::collections::HashMap<Vec<u8>, usize>,
}

impl Program {
    /// The number of a variable or array.
    pub fn name(&mut self, name: Vec<u8>) -> usize {
        let next = self.names.len();
        *self.names.entry(name).or_insert(next)
    }

    /// The number of a function.
    pub fn function(&mut self, name: Vec<u8>) -> usize {
        let next = self.functions.len();
        let number = *self.function_numbers.entry(name.clone()).or_insert(next);
        if number == next {
            self.functions.push(Function::default());
            self.function_names.push(name);
        }
        number
    }

    /// Keeps a text.
    pub fn text(&mut self, text: Vec<u8>) -> usize {
        self.texts.push(text);
        self.texts.len() - 1
    }
}
