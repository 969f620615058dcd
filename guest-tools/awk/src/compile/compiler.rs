//! The compiler's state: names to places, rules to sections.

use super::op::Op;
use super::variable;
use crate::parse::ast::{Expr, Pattern, Program, Rule, Stmt, StmtKind};
use crate::text::Regex;
use crate::value::Value;
use std::collections::HashMap;
use std::rc::Rc;

/// Compiled program.
#[derive(Default)]
pub struct Code {
    /// Instructions.
    pub ops: Vec<Op>,
    /// Line of each.
    pub lines: Vec<u32>,
    /// Constants.
    pub consts: Vec<Value>,
    /// Names of the globals, by place.
    pub globals: Vec<Vec<u8>>,
    /// Whether each is used as an array.
    pub arrays: Vec<bool>,
    /// Functions: name, start, number of parameters, number of locals.
    pub functions: Vec<(Vec<u8>, u32, u32)>,
    /// Names of the parameters of each function.
    pub params: Vec<Vec<Vec<u8>>>,
    /// Number of range patterns.
    pub ranges: u32,
    /// Starts of the sections.
    pub begin: Option<u32>,
    /// The rules for records.
    pub main: Option<u32>,
    /// `END`
    pub end: Option<u32>,
    /// `BEGINFILE`
    pub begin_file: Option<u32>,
    /// `ENDFILE`
    pub end_file: Option<u32>,
    /// Whether the program may look at `RT`.
    pub uses_rt: bool,
}

pub(super) struct Compiler {
    pub(super) code: Code,
    pub(super) names: HashMap<Vec<u8>, u32>,
    pub(super) functions: HashMap<Vec<u8>, u32>,
    pub(super) locals: HashMap<Vec<u8>, u32>,
    pub(super) loops: Vec<Loop>,
    pub(super) line: u32,
    pub(super) utf8: bool,
    pub(super) in_special: &'static str,
}

/// Jumps to patch, of a loop or `switch`.
#[derive(Default)]
pub(super) struct Loop {
    pub(super) breaks: Vec<usize>,
    pub(super) continues: Vec<usize>,
    pub(super) is_switch: bool,
}

/// A message about the program and its line.
pub type Error = (u32, String);

pub(super) type Compiled = Result<(), Error>;

/// Compiles a program.
///
/// # Errors
/// What is wrong with it, and where.
pub fn compile(program: &Program, utf8: bool) -> Result<Code, Error> {
    let mut compiler = Compiler {
        code: Code::default(),
        names: HashMap::new(),
        functions: HashMap::new(),
        locals: HashMap::new(),
        loops: Vec::new(),
        line: 0,
        utf8,
        in_special: "",
    };
    for (slot, name) in variable::NAMES.iter().enumerate() {
        compiler.code.globals.push(name.as_bytes().to_vec());
        compiler.code.arrays.push(slot as u32 >= variable::ARRAYS);
        compiler.names.insert(name.as_bytes().to_vec(), slot as u32);
    }
    for (index, function) in program.functions.iter().enumerate() {
        let name = function.name.clone();
        compiler.functions.insert(name.clone(), index as u32);
        let entry = (name, 0, function.params.len() as u32);
        compiler.code.functions.push(entry);
        compiler.code.params.push(function.params.clone());
    }
    for (index, function) in program.functions.iter().enumerate() {
        compiler.code.functions[index].1 = compiler.here();
        compiler.locals = (0..)
            .zip(&function.params)
            .map(|(i, p)| (p.clone(), i))
            .collect();
        compiler.body(&function.body)?;
        compiler.emit(Op::Unset);
        compiler.emit(Op::Return);
    }
    compiler.locals.clear();
    compiler.rules(program)?;
    Ok(compiler.code)
}

impl Compiler {
    fn rules(&mut self, program: &Program) -> Compiled {
        type Select = fn(&Pattern) -> bool;
        let sections: [(Select, &'static str); 5] = [
            (|p| matches!(p, Pattern::Begin), "BEGIN"),
            (|p| matches!(p, Pattern::End), "END"),
            (|p| matches!(p, Pattern::BeginFile), "BEGINFILE"),
            (|p| matches!(p, Pattern::EndFile), "ENDFILE"),
            (
                |p| matches!(p, Pattern::Always | Pattern::When(_) | Pattern::Range(..)),
                "",
            ),
        ];
        let mut starts = [None; 5];
        for (index, (select, name)) in sections.iter().enumerate() {
            self.in_special = name;
            let rules: Vec<&Rule> = program
                .rules
                .iter()
                .filter(|r| select(&r.pattern))
                .collect();
            if rules.is_empty() {
                continue;
            }
            starts[index] = Some(self.here());
            for rule in rules {
                self.rule(rule)?;
            }
            self.emit(Op::End);
        }
        [
            self.code.begin,
            self.code.end,
            self.code.begin_file,
            self.code.end_file,
            self.code.main,
        ] = starts;
        Ok(())
    }

    fn rule(&mut self, rule: &Rule) -> Compiled {
        self.line = rule.line;
        let skip = match &rule.pattern {
            Pattern::When(Expr::Num(n)) if *n != 0.0 => None,
            Pattern::When(condition) => Some(self.jump_unless(condition)?),
            Pattern::Range(first, last) => {
                let range = self.code.ranges;
                self.code.ranges += 1;
                let closed = self.emit(Op::RangeClosed(range, 0));
                let check_end = self.here();
                // Open: look whether this record is the last.
                let more = self.jump_unless(last)?;
                self.emit(Op::SetRange(range, false));
                let run = self.emit(Op::Jump(0));
                self.patch_all(&more);
                let run_more = self.emit(Op::Jump(0));
                self.patch(closed);
                let skip = self.jump_unless(first)?;
                self.emit(Op::SetRange(range, true));
                self.emit(Op::Jump(check_end));
                self.patch(run);
                self.patch(run_more);
                Some(skip)
            }
            _ => None,
        };
        match &rule.body {
            Some(body) => self.body(body)?,
            None => {
                self.emit(Op::PrintRecord(None));
            }
        }
        if let Some(skip) = skip {
            self.patch_all(&skip);
        }
        Ok(())
    }

    pub(super) fn body(&mut self, body: &[Stmt]) -> Compiled {
        body.iter().try_for_each(|stmt| self.statement(stmt))
    }

    pub(super) fn error<T>(&self, message: impl Into<String>) -> Result<T, Error> {
        Err((self.line, message.into()))
    }

    pub(super) fn here(&self) -> u32 {
        self.code.ops.len() as u32
    }

    pub(super) fn emit(&mut self, op: Op) -> usize {
        self.code.ops.push(op);
        self.code.lines.push(self.line);
        self.code.ops.len() - 1
    }

    /// Lets a jump go to where the code has come to.
    pub(super) fn patch(&mut self, at: usize) {
        let here = self.here();
        match &mut self.code.ops[at] {
            Op::Jump(to)
            | Op::JumpFalse(to)
            | Op::JumpTrue(to)
            | Op::AndJump(to)
            | Op::OrJump(to)
            | Op::Unless(_, to)
            | Op::CaseEqual(to)
            | Op::CaseMatch(_, to)
            | Op::NextKey(to)
            | Op::Substitute(_, to)
            | Op::GetlineInto(_, to)
            | Op::RangeClosed(_, to) => *to = here,
            _ => {}
        }
    }

    pub(super) fn patch_all(&mut self, jumps: &[usize]) {
        for jump in jumps {
            self.patch(*jump);
        }
    }

    pub(super) fn constant(&mut self, value: Value) -> u32 {
        self.code.consts.push(value);
        self.code.consts.len() as u32 - 1
    }

    pub(super) fn regex(&mut self, source: &[u8]) -> Result<u32, Error> {
        match Regex::new(source, false, self.utf8) {
            Ok(regex) => Ok(self.constant(Value::Regex(Rc::new(regex)))),
            Err(message) => {
                let source = String::from_utf8_lossy(source);
                self.error(format!("error: {message}: /{source}/"))
            }
        }
    }

    /// The place of a global variable.
    pub(super) fn global(&mut self, name: &[u8]) -> u32 {
        if let Some(slot) = self.names.get(name) {
            if *slot == variable::RT {
                self.code.uses_rt = true;
            }
            return *slot;
        }
        let slot = self.code.globals.len() as u32;
        self.code.globals.push(name.to_vec());
        self.code.arrays.push(false);
        self.names.insert(name.to_vec(), slot);
        slot
    }

    /// Whether the statement list is only blank.
    pub(super) fn is_empty(stmt: &Stmt) -> bool {
        matches!(&stmt.kind, StmtKind::Block(body) if body.is_empty())
    }
}
