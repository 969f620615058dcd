//! Instructions.

use crate::io::{InputKind, OutputKind};
use crate::lex::Builtin;
use crate::parse::ast::{Arith, Relation};

/// Which array an instruction works on.
#[derive(Clone, Copy, Debug)]
pub enum Place {
    /// A global variable.
    Global(u32),
    /// A local variable.
    Local(u32),
    /// The one on the stack, below the index.
    Stack,
}

/// What `++` and `--` leave on the stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Give {
    /// Nothing.
    Nothing,
    /// The value before.
    Old,
    /// The value after.
    New,
}

/// Where output goes; the name is on top of the stack.
pub type Destination = Option<OutputKind>;

/// An instruction. `keep`: whether the value assigned stays on the stack.
/// Jumps hold the position to go to.
#[derive(Clone, Copy, Debug)]
pub enum Op {
    /// Pushes a number.
    Num(f64),
    /// Pushes a constant.
    Const(u32),
    /// Pushes the unset value.
    Unset,
    /// Drops the top.
    Pop,
    /// Pushes a global variable.
    Global(u32),
    /// Pushes a local variable.
    Local(u32),
    /// Pushes a variable with a meaning of its own.
    Special(u32),
    /// Value to a global variable.
    SetGlobal(u32, bool),
    /// Value to a local variable.
    SetLocal(u32, bool),
    /// Value to a variable with a meaning of its own.
    SetSpecial(u32, bool),
    /// Value into a global variable by arithmetic.
    ChangeGlobal(Arith, u32, bool),
    /// Value into a local variable by arithmetic.
    ChangeLocal(Arith, u32, bool),
    /// Value into a variable with a meaning of its own by arithmetic.
    ChangeSpecial(Arith, u32, bool),
    /// Steps a global variable.
    StepGlobal(u32, i8, Give),
    /// Steps a local variable.
    StepLocal(u32, i8, Give),
    /// Steps a variable with a meaning of its own.
    StepSpecial(u32, i8, Give),
    /// Pushes a field.
    Field(u32),
    /// Pushes a field's number.
    FieldNum(u32),
    /// Index to field.
    FieldAt,
    /// Value, index: sets a field.
    SetField(bool),
    /// Value, index: arithmetic on a field.
    ChangeField(Arith, bool),
    /// Index: steps a field.
    StepField(i8, Give),
    /// Index, value: sets a field, pushes nothing.
    SetFieldUnder,
    /// Index: pushes the field above it.
    FieldPeek,
    /// Index to element, which is made.
    Elem(Place),
    /// Value, index: sets an element.
    SetElem(Place, bool),
    /// Value, index: arithmetic on an element.
    ChangeElem(Arith, Place, bool),
    /// Index: steps an element.
    StepElem(Place, i8, Give),
    /// Index: pushes the element above it.
    ElemPeek(Place),
    /// Index, value: sets an element, pushes nothing.
    SetElemUnder(Place),
    /// Index to whether it is in the array.
    InElem(Place),
    /// Index: removes the element.
    Delete(Place),
    /// Removes all elements.
    Clear(Place),
    /// Index to the array that is the element, made if need be.
    SubArray(Place),
    /// Pushes an array.
    Array(Place),
    /// Index to the element as an argument: an array if it is one.
    ArgElem(Place),
    /// Pushes a global variable as an argument, which may become an array.
    ArgGlobal(u32),
    /// Pushes a local variable as an argument, which may become an array.
    ArgLocal(u32),
    /// Values to one index.
    Join(u32),
    /// Two values to one.
    Arith(Arith),
    /// Value and constant to a value.
    ArithConst(Arith, f64),
    /// Changes the sign.
    Negate,
    /// Value to number.
    ToNum,
    /// Value to its negation.
    Not,
    /// Value to 0 or 1.
    Truth,
    /// Two values to whether the relation holds.
    Compare(Relation),
    /// Two values: jumps unless the relation holds.
    Unless(Relation, u32),
    /// Values to one text.
    Concat(u32),
    /// Value to whether it matches a constant; negated or not.
    MatchConst(u32, bool),
    /// Value, pattern to whether it matches; negated or not.
    Match(bool),
    /// Pushes whether the record matches a constant.
    MatchRecord(u32),
    /// Goes on elsewhere.
    Jump(u32),
    /// Value: jumps if false.
    JumpFalse(u32),
    /// Value: jumps if true.
    JumpTrue(u32),
    /// Value: if false, pushes 0 and jumps.
    AndJump(u32),
    /// Value: if true, pushes 1 and jumps.
    OrJump(u32),
    /// Subject, value: jumps with neither if they are equal, else keeps the subject.
    CaseEqual(u32),
    /// Subject: jumps without it if it matches the constant.
    CaseMatch(u32, u32),
    /// Pushes the indices of an array.
    Keys(Place),
    /// Next index off the list below: pushed, or the list dropped and jumped.
    NextKey(u32),
    /// Arguments to a function's value.
    Call(u32, u32),
    /// Arguments, name to a function's value.
    CallNamed(u32),
    /// Value: returns it.
    Return,
    /// Arguments to value.
    Builtin(Builtin, u32),
    /// `sprintf`
    Sprintf(u32),
    /// Length of the record.
    LengthRecord,
    /// `split` and `patsplit`: text, array, then separator and array of
    /// separators as far as given.
    Split(Builtin, u32),
    /// Pattern, replacement, text: if something was replaced pushes the new
    /// text, else jumps. The count is kept aside.
    Substitute(bool, u32),
    /// Pushes the count kept aside.
    Count,
    /// `asort`, `asorti`: arguments.
    Sort(Builtin, u32),
    /// Prints values, the destination's name above them.
    Print(u32, Destination),
    /// Prints values through a format, the destination's name above them.
    Printf(u32, Destination),
    /// Prints the record.
    PrintRecord(Destination),
    /// Reads a record: from the main input, or what the name on the stack is.
    Getline(Option<InputKind>),
    /// The same into a target: pushes status and, unless it jumps, the text.
    GetlineInto(Option<InputKind>, u32),
    /// Jumps if a range is not open.
    RangeClosed(u32, u32),
    /// Opens or closes a range.
    SetRange(u32, bool),
    /// Ends the work on this record.
    Next,
    /// Ends the work on this file.
    NextFile,
    /// Ends the program; with a value: its exit code.
    Exit(bool),
    /// End of a section.
    End,
}
