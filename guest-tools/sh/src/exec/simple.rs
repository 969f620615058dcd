//! Simple commands: assignments, expansion, then a function, builtin or program.

use super::flow::{Flow, Run};
use super::{ExpandedAssign, Shell};
use crate::ast::{Assign, AssignValue, Part, Simple, Word};
use crate::builtins::{self, Builtin};
use crate::vars::{ScopeKind, Sym, Value, attr};

/// Whether the word is written as `name[…]`.
fn is_element(word: &Word) -> bool {
    let (Some(Part::Literal(first)), Some(Part::Literal(last))) =
        (word.parts.first(), word.parts.last())
    else {
        return false;
    };
    last.ends_with(b"]")
        && first
            .iter()
            .position(|c| *c == b'[')
            .is_some_and(|open| crate::text::is_name(&first[..open]))
}

impl Shell {
    /// Runs a simple command.
    pub fn run_simple(&mut self, simple: &Simple) -> Run {
        let tail = std::mem::take(&mut self.tail);
        self.line = simple.line;
        if (self.traps.any() || self.vars.names.command_named)
            && !self.restoring
            && self.before_command(simple)?
        {
            return Ok(0);
        }
        self.substitution_status = None;
        if simple.words.is_empty() {
            return self.run_assignments(simple);
        }
        let mut args = std::mem::take(&mut self.spare_args);
        args.reserve(simple.words.len());
        let mut declarations = Vec::new();
        let mut elements = Vec::new();
        for word in &simple.words {
            match &word.assign {
                None => {
                    let from = args.len();
                    self.expand_word_into(word, &mut args)?;
                    if from > 0
                        && args.len() == from + 1
                        && matches!(args[0].as_slice(), b"unset" | b"wait")
                        && is_element(word)
                    {
                        elements.push(args[from].clone());
                    }
                }
                Some(assign) => {
                    let expanded = self.expand_argument(assign, &args)?;
                    declarations.resize_with(args.len(), || None);
                    declarations.push(expanded);
                    args.push(self.declaration_text(assign, declarations.last()));
                }
            }
        }
        if args.is_empty() {
            return self.run_assignments(simple);
        }
        if !(elements.is_empty() && self.element_words.is_empty()) {
            self.element_words = elements;
        }
        if self.options.xtrace && !self.restoring {
            self.trace_command(simple, &args, &declarations)?;
        }
        let result = self.dispatch(simple, &args, declarations, tail);
        if let Some(last) = args.pop()
            && !(self.restoring && matches!(result, Err(Flow::Return(_))))
        {
            self.set_last_argument(last);
        }
        self.reuse_all(args);
        result
    }

    /// An assignment as an argument of `declare` and the like.
    fn expand_argument(
        &mut self,
        assign: &Assign,
        args: &[Vec<u8>],
    ) -> Result<Option<ExpandedAssign>, Flow> {
        let mut options = args.iter().skip(1).take_while(|arg| arg.starts_with(b"-"));
        let assoc = options.any(|arg| arg.contains(&b'A'));
        self.expand_assign_as(assign, assoc).map(Some)
    }

    /// The text of such an argument, for commands that do not know assignments.
    fn declaration_text(
        &self,
        assign: &Assign,
        expanded: Option<&Option<ExpandedAssign>>,
    ) -> Vec<u8> {
        let mut text = self.vars.names.name(assign.name).to_vec();
        if let Some(Some(expanded)) = expanded {
            if let Some(index) = &expanded.index {
                text.push(b'[');
                text.extend_from_slice(index);
                text.push(b']');
            }
            text.extend_from_slice(if expanded.append { b"+=" } else { b"=" });
            if let super::ExpandedValue::Scalar(value) = &expanded.value {
                text.extend_from_slice(value);
            }
        }
        text
    }

    /// Sets `$_`.
    pub fn set_last_argument(&mut self, last: Vec<u8>) {
        let var = self.vars.get_mut(self.last_argument);
        if var.attrs & attr::READONLY != 0 {
            return;
        }
        var.attrs = 0;
        if let Value::Str(former) = std::mem::replace(&mut var.value, Value::Str(last)) {
            self.reuse(former);
        }
    }

    /// A command that is nothing but assignments and redirections.
    fn run_assignments(&mut self, simple: &Simple) -> Run {
        self.set_last_argument(Vec::new());
        let names_fd = |redirect: &crate::ast::Redirect| {
            matches!(redirect.fd, crate::ast::RedirectFd::Variable(_))
        };
        if simple.redirects.iter().any(names_fd) {
            // Without a command, `{name}>file` happens in a shell of its own.
            return self.redirect_in_child(simple);
        }
        for assign in &simple.assigns {
            self.run_assign(assign)?;
        }
        if !simple.redirects.is_empty() {
            match self.redirect(&simple.redirects, false)? {
                Some(saved) => self.restore(saved),
                None => return Ok(1),
            }
        }
        Ok(self.substitution_status.take().unwrap_or(0))
    }

    fn redirect_in_child(&mut self, simple: &Simple) -> Run {
        let child = self.fork_child(None, |sh| {
            let redirected = sh.redirect(&simple.redirects, false);
            let result = redirected.map(|saved| i32::from(saved.is_none()));
            sh.exit_status(result)
        });
        Ok(child.map_or(254, |child| self.wait_for(child)))
    }

    fn run_assign(&mut self, assign: &Assign) -> Result<(), Flow> {
        if let AssignValue::Scalar(word) = &assign.value
            && let [Part::Arith(arith)] = word.parts.as_slice()
            && assign.index.is_none()
            && !assign.append
            && !self.options.xtrace
            && self.takes_any(assign.name)
        {
            // A number needs no text before someone asks for it.
            let value = self.eval_arith(arith)?;
            if self.takes_any(assign.name) {
                self.vars.get_mut(assign.name).value = Value::Int(value);
                return Ok(());
            }
        }
        let expanded = self.expand_assign(assign)?;
        if self.options.xtrace && !self.restoring {
            self.trace_assignment(assign, &expanded)?;
        }
        if let Err(error) = self.apply_assign(expanded) {
            self.complain(&error.message);
            return Err(if self.options.posix {
                self.fatal(1)
            } else {
                Flow::Discard(1)
            });
        }
        Ok(())
    }

    /// Whether an assignment to the variable is nothing but a new value.
    fn takes_any(&self, sym: Sym) -> bool {
        self.vars.get(sym).attrs & !(attr::EXPORT | attr::DECLARED) == 0
            && sym.0 as usize >= Sym::FIXED
            && !self.options.allexport
    }

    /// Runs expanded words: function, builtin or program.
    fn dispatch(
        &mut self,
        simple: &Simple,
        args: &[Vec<u8>],
        declarations: Vec<Option<ExpandedAssign>>,
        tail: bool,
    ) -> Run {
        let name = &args[0];
        let builtin = self.builtin(name);
        let special = self.options.posix && builtin.is_some_and(|builtin| builtin.special);
        if !special
            && !self.restoring
            && let Some(function) = self.function(name)
        {
            return self.with_redirects(simple, |sh| {
                sh.with_assignments(simple, |sh| sh.call_function(&function, args))
            });
        }
        let Some(builtin) = builtin else {
            return self.run_external(simple, args, tail);
        };
        if builtin.name == "exec" {
            return self.run_exec(simple, args);
        }
        if matches!(builtin.name, "command" | "builtin")
            && args.get(1).is_some_and(|name| name == b"exec")
        {
            return self.run_exec(simple, &args[1..]);
        }
        if simple.redirects.is_empty() && simple.assigns.is_empty() {
            self.declarations = declarations;
            return self.call_builtin(builtin, args);
        }
        self.with_redirects(simple, |sh| {
            if special {
                for assign in &simple.assigns {
                    sh.run_assign(assign)?;
                    sh.vars.propagate(assign.name);
                }
                sh.declarations = declarations.clone();
                return sh.call_builtin(builtin, args);
            }
            sh.with_assignments(simple, |sh| {
                sh.declarations = declarations.clone();
                sh.call_builtin(builtin, args)
            })
        })
    }

    /// The builtin of this name, unless it is disabled.
    pub fn builtin(&self, name: &[u8]) -> Option<&'static Builtin> {
        builtins::find(name)
            .filter(|builtin| self.restoring || !self.state.is_disabled(builtin.name.as_bytes()))
    }

    /// Runs a builtin and writes what it printed.
    pub fn call_builtin(&mut self, builtin: &'static Builtin, args: &[Vec<u8>]) -> Run {
        let result = builtin.run(self, args);
        if !self.declarations.is_empty() {
            self.declarations.clear();
        }
        if let Err(errno) = self.try_flush() {
            let message = [
                builtin.name.as_bytes(),
                b": write error: ",
                errno.message().as_bytes(),
            ];
            self.complain(&message.concat());
            return result.map(|_| 1);
        }
        result
    }

    /// Runs something with a command's redirections.
    pub fn with_redirects(&mut self, simple: &Simple, run: impl FnOnce(&mut Shell) -> Run) -> Run {
        if simple.redirects.is_empty() {
            return run(self);
        }
        let Some(saved) = self.redirect(&simple.redirects, false)? else {
            return Ok(1);
        };
        // What a command substitution collects must not take what goes elsewhere.
        let captured = (self.capturing > 0).then(|| {
            (
                std::mem::take(&mut self.out),
                std::mem::take(&mut self.capturing),
            )
        });
        let result = run(self);
        self.restore(saved);
        if let Some((out, capturing)) = captured {
            self.flush_out();
            (self.out, self.capturing) = (out, capturing);
        }
        result
    }

    /// Runs something with a command's assignments in force.
    fn with_assignments(&mut self, simple: &Simple, run: impl FnOnce(&mut Shell) -> Run) -> Run {
        if simple.assigns.is_empty() {
            return run(self);
        }
        self.vars.push_scope(ScopeKind::Temporary);
        let result = self.assign_all(&simple.assigns).and_then(|()| run(self));
        self.end_scope();
        result
    }

    /// Performs the assignments before a command, in an open scope.
    pub fn assign_all(&mut self, assigns: &[Assign]) -> Result<(), Flow> {
        for assign in assigns {
            let expanded = self.expand_assign(assign)?;
            if let Err(error) = self.assign_temporary(expanded) {
                self.complain(&error.message);
                if self.options.posix {
                    return Err(Flow::Discard(1));
                }
            }
        }
        Ok(())
    }

    /// Closes the innermost scope of variables.
    pub fn end_scope(&mut self) {
        for sym in self.vars.pop_scope() {
            self.assigned(sym);
            if self.state.options_kept && self.vars.names.name(sym) == b"-" {
                self.restore_options(sym);
            }
        }
    }

    /// The end of a function with `local -`.
    fn restore_options(&mut self, sym: Sym) {
        let kept = self.vars.get(sym).value.text();
        let Some(kept) = kept.map(std::borrow::Cow::into_owned) else {
            return;
        };
        for (name, _, place) in super::OPTION_TABLE {
            *place(&mut self.options) = kept.split(|c| *c == b':').any(|on| on == name.as_bytes());
        }
    }

    /// Runs words as a command, without functions if `functions` is false.
    pub fn run_words(&mut self, args: &[Vec<u8>], functions: bool) -> Run {
        let simple = Simple {
            line: self.line,
            ..Simple::default()
        };
        if functions && let Some(function) = self.function(&args[0]) {
            return self.call_function(&function, args);
        }
        match self.builtin(&args[0]) {
            Some(builtin) if builtin.name == "exec" => self.run_exec(&simple, args),
            Some(builtin) => self.call_builtin(builtin, args),
            None => self.run_external(&simple, args, false),
        }
    }
}
