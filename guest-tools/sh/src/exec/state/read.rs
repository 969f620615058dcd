//! Taking over a state.

use std::rc::Rc;

use super::{ANY_HEADER, EXPORTED, HEADER, NoState, READONLY, SCRIPT_HEADER, TRACED, kind, tag};
use crate::builtins::event_of;
use crate::exec::options::{Options, Shopt};
use crate::exec::{Definition, Flow, Shell};
use crate::history::Entry;
use crate::sys;
use crate::text::{is_name, parse_int};
use crate::vars::{Assoc, Indexed, Sym, Value, Vars, attr};

/// Fields of a record.
struct Fields<'a> {
    bytes: &'a [u8],
}

impl<'a> Fields<'a> {
    fn take(&mut self, len: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.bytes.split_at_checked(len)?;
        self.bytes = rest;
        Some(taken)
    }

    fn byte(&mut self) -> Option<u8> {
        self.take(1).map(|byte| byte[0])
    }

    fn number(&mut self) -> Option<u32> {
        Some(u32::from_le_bytes(self.take(4)?.try_into().ok()?))
    }

    fn index(&mut self) -> Option<i64> {
        Some(i64::from_le_bytes(self.take(8)?.try_into().ok()?))
    }

    fn text(&mut self) -> Option<&'a [u8]> {
        let len = self.number()?;
        self.take(usize::try_from(len).ok()?)
    }

    fn owned(&mut self) -> Option<Vec<u8>> {
        self.text().map(<[u8]>::to_vec)
    }

    fn value(&mut self) -> Option<Value> {
        Some(match self.byte()? {
            kind::UNSET => Value::Unset,
            kind::TEXT => Value::Str(self.owned()?),
            kind::NUMBER => Value::Int(self.index()?),
            kind::INDEXED => {
                let mut array = Indexed::default();
                while !self.bytes.is_empty() {
                    let index = self.index()?;
                    if index < 0 {
                        return None;
                    }
                    array.set(index, self.owned()?);
                }
                Value::Indexed(Box::new(array))
            }
            kind::ASSOC => {
                let mut array = Assoc::default();
                while !self.bytes.is_empty() {
                    let key = self.owned()?;
                    array.set(key, self.owned()?);
                }
                Value::Assoc(Box::new(array))
            }
            _ => return None,
        })
    }
}

impl Shell {
    /// Takes over a state; what this shell had is gone.
    ///
    /// # Errors
    /// The bytes are no state, or not a whole one.
    pub fn restore_state(&mut self, state: Vec<u8>) -> Result<(), NoState> {
        if state.starts_with(SCRIPT_HEADER) {
            self.forget_all();
            return self.run_state(state);
        }
        let Some(mut rest) = state.strip_prefix(HEADER) else {
            return Err(match state.starts_with(ANY_HEADER) {
                true => NoState::Version,
                false => NoState::Other,
            });
        };
        self.forget_all();
        loop {
            let at = state.len() - rest.len();
            let mut record = Fields { bytes: rest };
            let (Some(tag), Some(bytes)) = (record.byte(), record.text()) else {
                return Err(NoState::Damaged(at));
            };
            rest = record.bytes;
            let mut fields = Fields { bytes };
            let taken = self.take_record(tag, &mut fields);
            if taken.is_none() || !fields.bytes.is_empty() {
                return Err(NoState::Damaged(at));
            }
            if tag == tag::END {
                break;
            }
        }
        if !rest.is_empty() {
            return Err(NoState::Damaged(state.len() - rest.len()));
        }
        self.vars.environment_changed = true;
        self.ifs_changed();
        self.locale_changed();
        Ok(())
    }

    fn forget_all(&mut self) {
        let mut vars = Vars::new();
        std::mem::swap(&mut vars.names, &mut self.vars.names);
        vars.reserve_all();
        self.vars = vars;
        self.protect_computed();
        self.functions.clear();
        self.exported_functions.clear();
        self.readonly_functions.clear();
        self.traced_functions.clear();
        self.aliases.clear();
        self.options = Options::default();
        self.shopt = Shopt::default();
        self.ifs_changed();
        self.locale_changed();
    }

    /// Runs a state that is a script.
    fn run_state(&mut self, script: Vec<u8>) -> Result<(), NoState> {
        self.restoring = true;
        let result = self.run_text(script, 1);
        self.restoring = false;
        self.command_number = 0;
        match result {
            Err(Flow::Return(status)) => {
                self.status = status;
                self.pipe_status = vec![status];
                Ok(())
            }
            _ => Err(NoState::Other),
        }
    }

    /// None: the record is not what it should be.
    fn take_record(&mut self, tag: u8, from: &mut Fields) -> Option<()> {
        match tag {
            tag::VARIABLE => self.take_variable(from)?,
            tag::FUNCTION => self.take_function(from)?,
            tag::SHELL => self.take_shell(from)?,
            tag::OPTION => {
                let (name, on) = (from.text()?, from.text()?);
                *self.options.by_name(name)? = on == [1];
            }
            tag::SHOPT => {
                let (name, on) = (from.text()?, from.text()?);
                *self.shopt.by_name(name)? = on == [1];
            }
            tag::POSITIONAL => {
                self.positional.clear();
                while !from.bytes.is_empty() {
                    self.positional.push(from.owned()?);
                }
            }
            tag::UNSET => {
                let sym = self.vars.sym(from.text()?);
                *self.vars.get_mut(sym) = crate::vars::Var::default();
            }
            tag::TRAP => {
                let event = event_of(from.text()?)?;
                self.traps.set(event, Some(from.owned()?));
            }
            tag::ALIAS => {
                let name = from.owned()?;
                self.aliases.insert(name, from.owned()?);
            }
            tag::HASH => {
                let name = from.owned()?;
                self.hash.insert(name, (from.owned()?, 0));
            }
            tag::COMPLETION => {
                let name = from.owned()?;
                self.state.completions.push((name, from.owned()?));
            }
            tag::HISTORY => {
                let text = from.owned()?;
                // Older states have no times.
                let time = from.text().and_then(parse_int).unwrap_or(0);
                self.state.history.entries.push(Entry { text, time });
            }
            tag::STACK => self.state.directories.push(from.owned()?),
            tag::DISABLED => {
                self.state.disabled.insert(from.owned()?);
            }
            tag::LIMIT => {
                let letter = *from.text()?.first()?;
                let value = parse_int(from.text()?).and_then(|value| u64::try_from(value).ok());
                self.state.limits.push((letter, value));
            }
            tag::END => {}
            _ => return None,
        }
        Some(())
    }

    fn take_variable(&mut self, from: &mut Fields) -> Option<()> {
        let name = from.text()?;
        if !is_name(name) {
            return None;
        }
        let sym = self.vars.sym(name);
        let attrs = u16::try_from(from.number()?).ok()?;
        let value = from.value()?;
        let fits = match &value {
            Value::Indexed(_) => attrs & attr::INDEXED != 0,
            Value::Assoc(_) => attrs & attr::ASSOC != 0,
            _ => true,
        };
        if !fits || attrs & attr::DYNAMIC != 0 {
            return None;
        }
        let var = self.vars.get_mut(sym);
        var.attrs = attrs;
        var.value = value;
        Some(())
    }

    fn take_function(&mut self, from: &mut Fields) -> Option<()> {
        let name = from.owned()?;
        let (bits, line) = (from.number()?, from.number()?);
        let (source, text) = (from.text()?, from.text()?);
        if bits & u32::from(EXPORTED) != 0 {
            self.exported_functions.insert(name.clone());
        }
        if bits & u32::from(READONLY) != 0 {
            self.readonly_functions.insert(name.clone());
        }
        if bits & u32::from(TRACED) != 0 {
            self.traced_functions.insert(name.clone());
        }
        if !source.is_empty() {
            self.function_sources.insert(name.clone(), Rc::from(source));
        }
        self.functions
            .insert(name, Definition::unparsed(text, line));
        Some(())
    }

    fn take_shell(&mut self, from: &mut Fields) -> Option<()> {
        let mask = from.number()? & 0o777;
        sys::umask(mask);
        self.state.mask = Some(mask);
        self.status = from.number()? as i32;
        self.pipe_status = vec![self.status];
        self.random = from.number()?;
        self.state.getopts_at = usize::try_from(from.number()?).ok()?;
        let directory = from.text()?;
        if !directory.is_empty()
            && let Err(errno) = sys::change_directory(directory)
        {
            self.complain(&[b"cd: ", directory, b": ", errno.message().as_bytes()].concat());
        }
        self.name = from.owned()?;
        let last = from.owned()?;
        self.set_last_argument(last);
        let seconds = from.text()?;
        if !seconds.is_empty() {
            self.assign_dynamic(Sym::SECONDS, seconds);
        }
        Some(())
    }
}
