//! Commands of every kind; compound ones.

use super::Shell;
use super::flow::{Flow, Run};
use crate::ast::{
    CaseArm, CaseEnd, Command, Compound, Kind, List, Redirect, RedirectFd, RedirectKind, Word,
};

impl Shell {
    /// Runs a command; process substitutions in it end with it.
    pub fn run_command(&mut self, command: &Command) -> Run {
        let mark = self.process_subs.len();
        let result = match command {
            Command::Simple(simple) => self.run_simple(simple),
            Command::Compound(compound) => self.run_compound(compound),
            Command::Function(function) => self.define_function(function),
        };
        if self.process_subs.len() > mark {
            self.flush_out();
            self.end_process_subs(mark);
        }
        if let Ok(status) = result {
            self.status = status;
        }
        result
    }

    fn run_compound(&mut self, compound: &Compound) -> Run {
        if compound.redirects.is_empty() {
            return self.run_kind(compound);
        }
        self.tail = false;
        self.line = compound.line;
        let Some(saved) = self.redirect(&compound.redirects, false)? else {
            self.redirect_failed = true;
            return Ok(1);
        };
        let input = u32::from(compound.redirects.iter().any(redirects_input));
        self.stdin_redirected += input;
        let result = self.run_kind(compound);
        self.stdin_redirected -= input;
        self.restore(saved);
        result
    }

    fn run_kind(&mut self, compound: &Compound) -> Run {
        match &compound.kind {
            Kind::Brace(list) => self.run_list(list),
            Kind::Subshell(list) => self.run_subshell(compound, list),
            Kind::If {
                branches,
                otherwise,
            } => self.run_if(branches, otherwise.as_ref()),
            Kind::While {
                until,
                condition,
                body,
            } => self.run_while(*until, condition, body),
            Kind::For { name, words, body } => {
                self.line = compound.line;
                self.run_for(name, words.as_deref(), body)
            }
            Kind::Select { name, words, body } => self.run_select(name, words.as_deref(), body),
            Kind::ArithFor {
                init,
                condition,
                step,
                body,
            } => {
                self.line = compound.line;
                self.run_arith_for(init, condition, step, body)
            }
            Kind::Case { word, arms } => {
                self.line = compound.line;
                self.run_case(word, arms)
            }
            Kind::Condition(expr) => {
                self.tail = false;
                self.line = compound.line;
                if self.before_compound(compound)? {
                    return Ok(0);
                }
                self.run_condition_command(expr)
            }
            Kind::Arith(arith) => {
                self.tail = false;
                self.line = compound.line;
                if self.before_compound(compound)? {
                    return Ok(0);
                }
                self.run_arith(arith)
            }
            Kind::Coproc { name, body } => self.run_coproc(name, body),
        }
    }

    fn run_arith(&mut self, arith: &crate::ast::Arith) -> Run {
        if self.options.xtrace {
            self.trace_arith(arith)?;
        }
        let outer = std::mem::replace(&mut self.arith_command, "((");
        let result = self.eval_arith(arith);
        self.arith_command = outer;
        match result {
            Ok(value) => Ok(i32::from(value == 0)),
            Err(Flow::Discard(_)) => Ok(1),
            Err(flow) => Err(flow),
        }
    }

    /// Runs a list in a forked copy of the shell.
    fn run_subshell(&mut self, compound: &Compound, list: &List) -> Run {
        let ignored = self.errexit_ignored;
        self.tail = false;
        let child = self.fork_child(None, |sh| {
            sh.errexit_ignored = ignored;
            sh.run_child_list(list)
        });
        match child {
            Ok(child) => Ok(self.wait_for_command(child, |vars, text| {
                crate::ast::print_compound(compound, vars, text);
            })),
            Err(_) => Ok(254),
        }
    }

    fn run_if(&mut self, branches: &[(List, List)], otherwise: Option<&List>) -> Run {
        let tail = std::mem::take(&mut self.tail);
        for (condition, body) in branches {
            if self.run_condition(condition)? == 0 {
                self.tail = tail;
                return self.run_list(body);
            }
        }
        match otherwise {
            Some(body) => {
                self.tail = tail;
                self.run_list(body)
            }
            None => Ok(0),
        }
    }

    fn run_case(&mut self, word: &Word, arms: &[CaseArm]) -> Run {
        let tail = std::mem::take(&mut self.tail);
        if self.options.xtrace || self.traps.has_debug() {
            self.before_case(word)?;
        }
        let text = self.expand_string(word)?;
        let mut status = 0;
        let mut falling = false;
        for arm in arms {
            if !falling && !self.arm_matches(arm, &text)? {
                continue;
            }
            self.tail = tail && arm.end == CaseEnd::Break;
            status = self.run_list(&arm.body)?;
            match arm.end {
                CaseEnd::Break => return Ok(status),
                CaseEnd::FallThrough => falling = true,
                CaseEnd::Continue => falling = false,
            }
        }
        Ok(status)
    }

    fn arm_matches(&mut self, arm: &CaseArm, text: &[u8]) -> Result<bool, Flow> {
        for pattern in &arm.patterns {
            if let Some(literal) = pattern.as_literal()
                && !self.shopt.nocasematch
                && !literal
                    .iter()
                    .any(|c| matches!(c, b'*' | b'?' | b'[' | b'('))
            {
                if literal == text {
                    return Ok(true);
                }
                continue;
            }
            if self.compile(pattern)?.matches(text) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Whether the redirection is one of standard input.
fn redirects_input(redirect: &Redirect) -> bool {
    let reads = matches!(
        redirect.kind,
        RedirectKind::Read
            | RedirectKind::ReadWrite
            | RedirectKind::DupIn
            | RedirectKind::HereDoc
            | RedirectKind::HereString
    );
    reads && matches!(redirect.fd, RedirectFd::Default | RedirectFd::Number(0))
}
