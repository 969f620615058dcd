//! `[[ … ]]`.

use super::Shell;
use super::flow::{Flow, Run};
use crate::ast::{CondExpr, Word};
use crate::builtins::test_unary;
use crate::pattern::{Pattern, PatternOptions};

impl Shell {
    pub(super) fn run_condition_command(&mut self, expr: &CondExpr) -> Run {
        match self.condition(expr) {
            Ok(true) => Ok(0),
            Ok(false) => Ok(1),
            Err(CondFailure::Status(status)) => Ok(status),
            Err(CondFailure::Flow(Flow::Discard(_))) => Ok(1),
            Err(CondFailure::Flow(flow)) => Err(flow),
        }
    }

    fn condition(&mut self, expr: &CondExpr) -> Result<bool, CondFailure> {
        match expr {
            CondExpr::Not(inner) => Ok(!self.condition(inner)?),
            CondExpr::Group(inner) => self.condition(inner),
            CondExpr::And(left, right) => Ok(self.condition(left)? && self.condition(right)?),
            CondExpr::Or(left, right) => Ok(self.condition(left)? || self.condition(right)?),
            CondExpr::Word(word) => {
                let text = self.expand_string(word)?;
                self.trace_condition(&[b"-n", &text])?;
                Ok(!text.is_empty())
            }
            CondExpr::Unary(op, word) => {
                let text = match op[1] {
                    b'v' if !self.shopt.assoc_expand_once => self.expand_arith_word(word)?,
                    _ => self.expand_string(word)?,
                };
                self.trace_condition(&[op, &text])?;
                Ok(test_unary(self, op[1], &text).unwrap_or(false))
            }
            CondExpr::Binary(left, op, right) => self.binary_condition(left, op, right),
        }
    }

    fn binary_condition(
        &mut self,
        left: &Word,
        op: &[u8],
        right: &Word,
    ) -> Result<bool, CondFailure> {
        let numbers = matches!(op, b"-eq" | b"-ne" | b"-lt" | b"-le" | b"-gt" | b"-ge");
        let text = match numbers {
            true => self.expand_arith_word(left)?,
            false => self.expand_string(left)?,
        };
        match op {
            b"=" | b"==" | b"!=" => {
                let pattern = self.expand_pattern(right)?;
                self.trace_condition(&[&text, op, &pattern])?;
                let options = PatternOptions {
                    extglob: true,
                    fold: self.shopt.nocasematch,
                };
                let matches = Pattern::new(&pattern, options).matches(&text);
                Ok(matches == (op != b"!="))
            }
            b"=~" => {
                let regex = self.expand_regex(right)?;
                if self.options.xtrace {
                    let quoted = |c: &u8| {
                        if *c == crate::regex::QUOTED {
                            b'\\'
                        } else {
                            *c
                        }
                    };
                    let shown: Vec<u8> = regex.iter().map(quoted).collect();
                    self.trace_condition(&[&text, op, &shown])?;
                }
                match self.regex_matches(&text, &regex) {
                    Some(matches) => Ok(matches),
                    None => Err(CondFailure::Status(2)),
                }
            }
            b"-eq" | b"-ne" | b"-lt" | b"-le" | b"-gt" | b"-ge" => {
                let right = self.expand_arith_word(right)?;
                self.trace_condition(&[&text, op, &right])?;
                let outer = std::mem::replace(&mut self.arith_command, "[[");
                let numbers = self
                    .eval_arith_text(&text)
                    .and_then(|a| Ok((a, self.eval_arith_text(&right)?)));
                self.arith_command = outer;
                match numbers {
                    Ok((a, b)) => Ok(crate::builtins::compare_numbers(op, a, b)),
                    // What is no number compares as false.
                    Err(Flow::Discard(_)) => Ok(false),
                    Err(flow) => Err(flow.into()),
                }
            }
            _ => {
                let right = self.expand_string(right)?;
                self.trace_condition(&[&text, op, &right])?;
                Ok(crate::builtins::test_binary(&text, op, &right).unwrap_or(false))
            }
        }
    }

    fn trace_condition(&mut self, words: &[&[u8]]) -> Result<(), Flow> {
        if !self.options.xtrace {
            return Ok(());
        }
        let mut text = b"[[".to_vec();
        for word in words {
            text.push(b' ');
            match word.is_empty() {
                true => text.extend_from_slice(b"''"),
                false => text.extend_from_slice(word),
            }
        }
        text.extend_from_slice(b" ]]");
        self.trace_line(&text)
    }
}

/// A condition that is neither true nor false.
enum CondFailure {
    Status(i32),
    Flow(Flow),
}

impl From<Flow> for CondFailure {
    fn from(flow: Flow) -> CondFailure {
        CondFailure::Flow(flow)
    }
}
