//! Writing a state.

use super::{EXPORTED, HEADER, NOT_KEPT, READONLY, TRACED, kind, tag};
use crate::builtins::event_name;
use crate::exec::Shell;
use crate::exec::options::{OPTION_TABLE, Options, SHOPT_TABLE, Shopt};
use crate::sys;
use crate::text::{int_text, is_name};
use crate::vars::{Sym, Value, attr};

/// Appends records.
struct Writer {
    out: Vec<u8>,
}

impl Writer {
    /// A record; what `fill` appends are its fields.
    fn record(&mut self, tag: u8, fill: impl FnOnce(&mut Writer)) {
        self.out.push(tag);
        let start = self.out.len();
        self.number(0);
        fill(self);
        let len = (self.out.len() - start - 4) as u32;
        self.out[start..start + 4].copy_from_slice(&len.to_le_bytes());
    }

    /// A record of texts.
    fn texts(&mut self, tag: u8, texts: &[&[u8]]) {
        self.record(tag, |to| texts.iter().for_each(|text| to.text(text)));
    }

    fn number(&mut self, number: u32) {
        self.out.extend_from_slice(&number.to_le_bytes());
    }

    fn text(&mut self, text: &[u8]) {
        self.number(text.len() as u32);
        self.out.extend_from_slice(text);
    }
}

impl Shell {
    /// The state as bytes.
    pub fn state_bytes(&mut self) -> Vec<u8> {
        let mut to = Writer {
            out: Vec::with_capacity(4096),
        };
        to.out.extend_from_slice(HEADER);
        self.put_options(&mut to);
        self.put_variables(&mut to);
        self.put_functions(&mut to);
        self.put_tables(&mut to);
        for (event, action) in self.traps.list() {
            to.texts(tag::TRAP, &[event_name(event).as_bytes(), &action]);
        }
        to.record(tag::POSITIONAL, |to| {
            self.positional.iter().for_each(|word| to.text(word));
        });
        self.put_shell(&mut to);
        to.record(tag::END, |_| {});
        to.out
    }

    /// Mask, directory, numbers and names that are no variables.
    fn put_shell(&mut self, to: &mut Writer) {
        let mask = self.state.mask.unwrap_or_else(|| {
            let mask = sys::umask(0);
            sys::umask(mask);
            mask
        });
        let directory = self.directory_to_keep();
        let last = self.vars.get(self.last_argument).value.text();
        let last = last.unwrap_or_default().into_owned();
        let seconds = match self.vars.get(Sym::SECONDS).has(attr::DYNAMIC) {
            true => self.dynamic_scalar(Sym::SECONDS).unwrap_or_default(),
            false => Vec::new(),
        };
        to.record(tag::SHELL, |to| {
            to.number(mask);
            to.number(self.status as u32);
            to.number(self.random);
            to.number(self.state.getopts_at as u32);
            to.text(&directory);
            to.text(&self.name);
            to.text(&last);
            to.text(&seconds);
        });
    }

    /// PWD where it tells the truth.
    fn directory_to_keep(&self) -> Vec<u8> {
        let directory = match self.vars.get(Sym::PWD).value.text() {
            Some(path) if path.starts_with(b"/") => path.into_owned(),
            _ => Vec::new(),
        };
        let same = match (sys::stat(&directory, true), sys::stat(b".", true)) {
            (Ok(a), Ok(b)) => (a.device, a.inode) == (b.device, b.inode),
            _ => false,
        };
        match same {
            true => directory,
            false => sys::working_directory().unwrap_or_default(),
        }
    }

    /// Options that a fresh shell has otherwise.
    fn put_options(&mut self, to: &mut Writer) {
        let mut fresh = Shopt::default();
        for (name, _, place) in SHOPT_TABLE {
            let on = *place(&mut self.shopt);
            if on != *place(&mut fresh) && !NOT_KEPT.contains(name) {
                to.texts(tag::SHOPT, &[name.as_bytes(), &[u8::from(on)]]);
            }
        }
        let mut fresh = Options::default();
        for (name, _, place) in OPTION_TABLE {
            let on = *place(&mut self.options);
            if on != *place(&mut fresh) && !NOT_KEPT.contains(name) {
                to.texts(tag::OPTION, &[name.as_bytes(), &[u8::from(on)]]);
            }
        }
    }

    fn put_variables(&mut self, to: &mut Writer) {
        for (sym, var) in self.vars.iter() {
            let name = self.vars.names.name(sym);
            if !var.exists() {
                // A computed variable that is gone stays away.
                if sym.0 <= Sym::BASH_CMDS.0 {
                    to.texts(tag::UNSET, &[name]);
                }
                continue;
            }
            if var.attrs & attr::DYNAMIC != 0 || !is_name(name) || sym == self.last_argument {
                continue;
            }
            to.record(tag::VARIABLE, |to| {
                to.text(name);
                to.number(u32::from(var.attrs));
                to.value(&var.value);
            });
        }
    }

    fn put_functions(&mut self, to: &mut Writer) {
        let mut names: Vec<Vec<u8>> = self.functions.keys().cloned().collect();
        names.sort_unstable();
        for name in names {
            let Some(text) = self.function_text(&name) else {
                continue;
            };
            let exported = u8::from(self.exported_functions.contains(&name)) * EXPORTED;
            let readonly = u8::from(self.readonly_functions.contains(&name)) * READONLY;
            let traced = u8::from(self.traced_functions.contains(&name)) * TRACED;
            let line = self.functions.get(&name).map_or(1, |known| known.line);
            let source = self.function_sources.get(&name);
            to.record(tag::FUNCTION, |to| {
                to.text(&name);
                to.number(u32::from(exported | readonly | traced));
                to.number(line);
                to.text(source.map_or(&b""[..], |source| source));
                to.text(&text);
            });
        }
    }

    /// Aliases, hashed paths, completions, history, disabled builtins, limits.
    fn put_tables(&mut self, to: &mut Writer) {
        let mut aliases: Vec<_> = self.aliases.iter().collect();
        aliases.sort_unstable();
        for (name, value) in aliases {
            to.texts(tag::ALIAS, &[name, value]);
        }
        let mut hashed: Vec<_> = self.hash.iter().collect();
        hashed.sort_unstable();
        for (name, (path, _)) in hashed {
            to.texts(tag::HASH, &[name, path]);
        }
        for (name, text) in &self.state.completions {
            to.texts(tag::COMPLETION, &[name, text]);
        }
        for entry in &self.state.history.entries {
            to.texts(tag::HISTORY, &[&entry.text, &int_text(entry.time)]);
        }
        for directory in &self.state.directories {
            to.texts(tag::STACK, &[directory]);
        }
        let mut disabled: Vec<_> = self.state.disabled.iter().collect();
        disabled.sort_unstable();
        for name in disabled {
            to.texts(tag::DISABLED, &[name]);
        }
        for (letter, value) in &self.state.limits {
            let value = value.map_or_else(Vec::new, |value| value.to_string().into_bytes());
            to.texts(tag::LIMIT, &[&[*letter], &value]);
        }
    }
}

impl Writer {
    fn value(&mut self, value: &Value) {
        match value {
            Value::Unset => self.out.push(kind::UNSET),
            Value::Str(text) => {
                self.out.push(kind::TEXT);
                self.text(text);
            }
            Value::Fixed(text) => {
                self.out.push(kind::TEXT);
                self.text(text);
            }
            Value::Int(number) => {
                self.out.push(kind::NUMBER);
                self.out.extend_from_slice(&number.to_le_bytes());
            }
            Value::Indexed(array) => {
                self.out.push(kind::INDEXED);
                for (index, text) in array.iter() {
                    self.out.extend_from_slice(&index.to_le_bytes());
                    self.text(text);
                }
            }
            Value::Assoc(array) => {
                self.out.push(kind::ASSOC);
                // Backwards, so that keys of one bucket come back in their order.
                let mut entries: Vec<_> = array.iter().collect();
                entries.reverse();
                for (key, text) in entries {
                    self.text(key);
                    self.text(text);
                }
            }
        }
    }
}
