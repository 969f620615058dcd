//! Instructions of the backtracking matcher, compiled from the syntax tree of a
//! pattern in which named groups stand for back-references.

use super::reference::group_of;
use regex_syntax::hir::{Class, Hir, HirKind, Look};

/// One instruction. Targets are indices of instructions.
pub enum Step {
    Byte(u8),
    /// One byte of these ranges.
    Bytes(Box<[(u8, u8)]>),
    /// One character of these ranges.
    Chars(Box<[(char, char)]>),
    Look(Look),
    /// Stores the position.
    Save(usize),
    /// Fails where nothing was consumed since the position in this slot.
    Progress(usize),
    /// The first, then the second.
    Split(usize, usize),
    Jump(usize),
    /// The text that a group matched last.
    Reference(usize),
    Match,
}

/// A compiled pattern.
pub struct Program {
    pub steps: Vec<Step>,
    /// Groups, the whole match among them.
    pub groups: usize,
    /// Positions kept: two for each group, then one for each loop.
    pub slots: usize,
}

/// A pattern takes more instructions than are allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooBig;

/// Instructions of a pattern at most.
const STEPS_MAX: usize = 200_000;

impl Program {
    /// Compiles a pattern with this many groups of its own.
    pub fn new(hir: &Hir, groups: usize) -> Result<Program, TooBig> {
        let mut compiler = Compiler {
            steps: Vec::new(),
            slots: 2 * (groups + 1),
            numbers: Vec::new(),
        };
        compiler.number(hir);
        compiler.compile(hir)?;
        compiler.add(Step::Match)?;
        Ok(Program {
            steps: compiler.steps,
            groups: groups + 1,
            slots: compiler.slots,
        })
    }
}

struct Compiler {
    steps: Vec<Step>,
    slots: usize,
    /// Numbers in the tree of the groups that are not back-references.
    numbers: Vec<u32>,
}

impl Compiler {
    fn add(&mut self, step: Step) -> Result<usize, TooBig> {
        if self.steps.len() >= STEPS_MAX {
            return Err(TooBig);
        }
        self.steps.push(step);
        Ok(self.steps.len() - 1)
    }

    fn number(&mut self, hir: &Hir) {
        match hir.kind() {
            HirKind::Capture(capture) => {
                if capture.name.is_none() && !self.numbers.contains(&capture.index) {
                    self.numbers.push(capture.index);
                }
                self.number(&capture.sub);
            }
            HirKind::Repetition(repetition) => self.number(&repetition.sub),
            HirKind::Concat(parts) | HirKind::Alternation(parts) => {
                parts.iter().for_each(|part| self.number(part));
            }
            _ => {}
        }
    }

    fn compile(&mut self, hir: &Hir) -> Result<(), TooBig> {
        match hir.kind() {
            HirKind::Empty => {}
            HirKind::Literal(literal) => {
                for byte in &literal.0 {
                    self.add(Step::Byte(*byte))?;
                }
            }
            HirKind::Class(Class::Bytes(class)) => {
                let ranges = class.ranges().iter().map(|r| (r.start(), r.end()));
                self.add(Step::Bytes(ranges.collect()))?;
            }
            HirKind::Class(Class::Unicode(class)) => {
                let ranges = class.ranges().iter().map(|r| (r.start(), r.end()));
                self.add(Step::Chars(ranges.collect()))?;
            }
            HirKind::Look(look) => {
                self.add(Step::Look(*look))?;
            }
            HirKind::Capture(capture) => match &capture.name {
                Some(name) => {
                    self.add(Step::Reference(group_of(name).unwrap_or(0)))?;
                }
                None => {
                    let known = self.numbers.iter().position(|n| *n == capture.index);
                    let group = known.unwrap_or(0) + 1;
                    self.add(Step::Save(2 * group))?;
                    self.compile(&capture.sub)?;
                    self.add(Step::Save(2 * group + 1))?;
                }
            },
            HirKind::Concat(parts) => {
                for part in parts {
                    self.compile(part)?;
                }
            }
            HirKind::Alternation(parts) => self.alternation(parts)?,
            HirKind::Repetition(repetition) => {
                for _ in 0..repetition.min {
                    self.compile(&repetition.sub)?;
                }
                match repetition.max {
                    None => self.star(&repetition.sub)?,
                    Some(max) => {
                        let mut splits = Vec::new();
                        for _ in repetition.min..max {
                            splits.push(self.add(Step::Split(0, 0))?);
                            self.compile(&repetition.sub)?;
                        }
                        let end = self.steps.len();
                        for split in splits {
                            self.steps[split] = Step::Split(split + 1, end);
                        }
                    }
                }
            }
        }
        Ok(())
    }

    fn alternation(&mut self, parts: &[Hir]) -> Result<(), TooBig> {
        let mut jumps = Vec::new();
        for (index, part) in parts.iter().enumerate() {
            if index + 1 == parts.len() {
                self.compile(part)?;
                break;
            }
            let split = self.add(Step::Split(0, 0))?;
            self.compile(part)?;
            jumps.push(self.add(Step::Jump(0))?);
            self.steps[split] = Step::Split(split + 1, self.steps.len());
        }
        let end = self.steps.len();
        for jump in jumps {
            self.steps[jump] = Step::Jump(end);
        }
        Ok(())
    }

    fn star(&mut self, sub: &Hir) -> Result<(), TooBig> {
        let split = self.add(Step::Split(0, 0))?;
        // A back-reference may be empty although its stand-in is not.
        let slot = self.slots;
        self.slots += 1;
        self.add(Step::Save(slot))?;
        self.compile(sub)?;
        self.add(Step::Progress(slot))?;
        self.add(Step::Jump(split))?;
        self.steps[split] = Step::Split(split + 1, self.steps.len());
        Ok(())
    }
}
