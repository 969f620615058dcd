//! Function calls.

use std::rc::Rc;

use super::flow::{Flow, Run};
use super::shell::{Frame, FrameKind, Shell};
use crate::ast::Function;
use crate::sys;
use crate::vars::{ScopeKind, Sym};

/// Stack that has to be left for a call.
const STACK_MIN: usize = 256 * 1024;

/// How deep calls may nest whatever the stack.
const DEPTH_MAX: u32 = 20_000;

impl Shell {
    /// Defines a function.
    pub fn define_function(&mut self, function: &Rc<Function>) -> Run {
        if self.readonly_functions.contains(&function.name) {
            self.complain(&[function.name.as_slice(), b": readonly function"].concat());
            return Ok(1);
        }
        let odd = function.name.iter().any(|c| b"$'\"`\\".contains(c));
        if odd || self.options.posix && !crate::text::is_name(&function.name) {
            self.complain(&[b"`", function.name.as_slice(), b"': not a valid identifier"].concat());
            return match self.options.posix {
                true => Err(self.fatal(2)),
                false => Ok(1),
            };
        }
        if self.options.posix
            && crate::builtins::find(&function.name).is_some_and(|builtin| builtin.special)
        {
            self.complain(&[b"`", function.name.as_slice(), b"': is a special builtin"].concat());
            return Err(self.fatal(2));
        }
        self.functions.insert(
            function.name.clone(),
            super::Definition::parsed(Rc::clone(function)),
        );
        self.function_sources
            .insert(function.name.clone(), Rc::clone(&self.source));
        Ok(0)
    }

    /// Calls a function with arguments, its name first.
    pub fn call_function(&mut self, function: &Rc<Function>, args: &[Vec<u8>]) -> Run {
        let limit = self
            .vars
            .get(Sym::FUNCNEST)
            .value
            .text()
            .and_then(|text| crate::text::parse_int(&text));
        let too_deep = limit.is_some_and(|limit| limit > 0 && self.depth as i64 >= limit);
        if too_deep || self.depth >= DEPTH_MAX || sys::stack_left() < STACK_MIN {
            let limit = match too_deep {
                true => limit.unwrap_or(0),
                false => i64::from(self.depth),
            };
            let limit = crate::text::int_text(limit);
            let message = [
                &function.name,
                &b": maximum function nesting level exceeded ("[..],
                &limit,
                b")",
            ];
            self.complain(&message.concat());
            return Err(Flow::Discard(1));
        }
        let positional = std::mem::replace(&mut self.positional, args[1..].to_vec());
        let loop_depth = std::mem::take(&mut self.loop_depth);
        let source = match self.function_sources.get(&function.name) {
            Some(source) => Rc::clone(source),
            None => Rc::clone(&self.source),
        };
        let caller = std::mem::replace(&mut self.source, Rc::clone(&source));
        self.frames.push(Frame {
            kind: FrameKind::Function,
            name: function.name.clone(),
            source,
            call_line: self.line,
            args: self.shopt.extdebug.then(|| args[1..].to_vec()),
        });
        self.vars.push_scope(ScopeKind::Function);
        self.depth += 1;
        let traced = self.options.functrace
            || !self.traced_functions.is_empty() && self.traced_functions.contains(&function.name);
        let kept = self.traps.enter_function(traced, self.options.errtrace);
        let getopts_at = self.state.getopts_at;
        // The call itself is one more event for a trap that the function inherits.
        let result = match self.traps.has_debug() && self.run_debug_trap()? {
            true => Ok(0),
            false => self.run_command(&function.body),
        };
        let own_options = self.vars.is_local(Sym::OPTIND);
        let result = self.leave_function(result, kept);
        self.depth -= 1;
        self.end_scope();
        if own_options {
            self.state.getopts_at = getopts_at;
        }
        if let Some(frame) = self.frames.pop() {
            self.line = frame.call_line;
        }
        self.source = caller;
        self.loop_depth = loop_depth;
        self.positional = positional;
        result
    }

    fn leave_function(&mut self, result: Run, kept: crate::trap::Kept) -> Run {
        let result = match result {
            Err(Flow::Return(status)) => Ok(status),
            Err(Flow::Break(_) | Flow::Continue(_)) => Ok(self.status),
            other => other,
        };
        if let Ok(status) = result {
            self.status = status;
            self.run_return_trap()?;
        }
        self.traps.leave_function(kept);
        result
    }
}
