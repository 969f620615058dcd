//! A compiled filter for other commands to run.

use super::cli::compile;
use super::context::{Context, Raise, Source};
use super::machine::Machine;
use super::node::N;
use super::regex::Regexes;
use crate::json::{Map, Value, to_text};

/// A compiled filter.
pub struct Program(N);

/// Why a run ended early.
pub enum Stop {
    /// An error, as text.
    Error(String),
    /// `halt`, with the exit code.
    Halt(i32),
}

struct Nothing;

impl Source for Nothing {
    fn next(&mut self) -> Option<Result<Value, Raise>> {
        None
    }

    fn file(&self) -> Option<String> {
        None
    }

    fn line(&self) -> usize {
        0
    }
}

impl Program {
    /// Compiles a filter with these variables.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn compile(text: &str, named: &Map) -> Result<Program, String> {
        compile(text, named, &[], &[]).map(Program)
    }

    /// Runs it on an input; gives why it ended early, if it did.
    pub fn run(&self, input: Value, take: &mut dyn FnMut(Value)) -> Option<Stop> {
        let mut context = Context {
            source: Box::new(Nothing),
            regexes: Regexes::default(),
            library: Vec::new(),
            say: |text| {
                let mut err = wardian_applet::cli::Output::new(2);
                err.put(text);
                err.flush();
            },
        };
        let mut machine = Machine::new(self.0, input);
        while let Some(result) = machine.next(&mut context) {
            match result {
                Ok(value) => take(value),
                Err(Raise::Halt(code)) => return Some(Stop::Halt(code)),
                Err(Raise::Error(Value::String(text))) => {
                    return Some(Stop::Error(text.to_string()));
                }
                Err(Raise::Error(other)) => return Some(Stop::Error(to_text(&other))),
            }
        }
        None
    }
}
