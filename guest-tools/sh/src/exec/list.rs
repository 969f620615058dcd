//! Lists, `&&` and `||`, `set -e`.

use super::Shell;
use super::flow::{Flow, Run};
use crate::ast::{AndOr, Command, Connector, Kind, List, Pipeline};

impl Shell {
    /// Runs commands in sequence.
    pub fn run_list(&mut self, list: &List) -> Run {
        let tail = std::mem::take(&mut self.tail);
        let Some((last, rest)) = list.items.split_last() else {
            return Ok(0);
        };
        for item in rest {
            self.run_item(item)?;
        }
        self.tail = tail;
        self.run_item(last)
    }

    fn run_item(&mut self, item: &AndOr) -> Run {
        if item.background {
            self.tail = false;
            let status = self.run_background(item)?;
            self.status = status;
            return Ok(status);
        }
        self.run_and_or(item)
    }

    /// Runs pipelines joined by `&&` and `||`.
    pub fn run_and_or(&mut self, item: &AndOr) -> Run {
        if item.rest.is_empty() {
            return self.run_checked(&item.first);
        }
        let tail = std::mem::take(&mut self.tail);
        let mut status = self.run_unchecked(&item.first)?;
        let last = item.rest.len() - 1;
        for (at, (connector, pipeline)) in item.rest.iter().enumerate() {
            if (status == 0) != (*connector == Connector::And) {
                continue;
            }
            status = if at == last {
                self.tail = tail;
                self.run_checked(pipeline)?
            } else {
                self.run_unchecked(pipeline)?
            };
        }
        Ok(status)
    }

    /// Runs a pipeline whose failure is looked at by the list around it.
    fn run_unchecked(&mut self, pipeline: &Pipeline) -> Run {
        self.errexit_ignored += 1;
        let result = self.run_pipeline(pipeline);
        self.errexit_ignored -= 1;
        result
    }

    /// Runs a pipeline whose failure is an error for `set -e` and `trap … ERR`.
    fn run_checked(&mut self, pipeline: &Pipeline) -> Run {
        let status = if pipeline.negate {
            self.run_unchecked(pipeline)?
        } else {
            self.run_pipeline(pipeline)?
        };
        if status != 0 && self.errexit_ignored == 0 && !pipeline.negate {
            self.after_failure(pipeline, status)?;
        }
        self.run_pending_traps()?;
        Ok(status)
    }

    fn after_failure(&mut self, pipeline: &Pipeline, status: i32) -> Result<(), Flow> {
        if !self.options.errexit && !self.traps.has_err() {
            return Ok(());
        }
        let failed = std::mem::take(&mut self.redirect_failed);
        // The commands inside a group or loop were checked themselves.
        let counts = match pipeline.commands.as_slice() {
            [Command::Compound(compound)] => {
                failed
                    || matches!(
                        compound.kind,
                        Kind::Subshell(_) | Kind::Condition(_) | Kind::Arith(_)
                    )
            }
            [Command::Function(_)] => false,
            _ => true,
        };
        if !counts {
            return Ok(());
        }
        if self.traps.has_err() && self.traps.running == 0 {
            self.note_failed(pipeline);
        }
        self.run_err_trap(status)?;
        if self.options.errexit {
            self.left = true;
            return Err(Flow::Exit(status));
        }
        Ok(())
    }

    /// The trap's BASH_COMMAND is what failed, not what that ran last.
    fn note_failed(&mut self, pipeline: &Pipeline) {
        let mut text = Vec::new();
        match pipeline.commands.as_slice() {
            [Command::Compound(compound)] => {
                crate::ast::print_compound(compound, &mut self.vars, &mut text);
            }
            _ => return,
        }
        self.command_text = text;
    }

    /// Runs a condition: its failure is no error.
    pub fn run_condition(&mut self, list: &List) -> Run {
        self.errexit_ignored += 1;
        let result = self.run_list(list);
        self.errexit_ignored -= 1;
        result
    }
}
