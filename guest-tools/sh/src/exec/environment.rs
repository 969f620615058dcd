//! The environment: taken over at the start, built for commands.

use super::Shell;
use super::dynamic::MACHINE;
use crate::sys;
use crate::text::{is_name, parse_int};
use crate::vars::{Sym, Value, Var, attr};

const DEFAULT_PATH: &[u8] = b"/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

impl Shell {
    /// Makes variables of the environment, and those that every shell has.
    pub fn import_environment(&mut self) {
        let environment = sys::environ();
        for entry in environment.split(|byte| *byte == 0) {
            let Some(equals) = entry.iter().position(|c| *c == b'=') else {
                continue;
            };
            let (name, value) = (&entry[..equals], &entry[equals + 1..]);
            if let Some(function) = name
                .strip_prefix(b"BASH_FUNC_")
                .and_then(|name| name.strip_suffix(b"%%"))
            {
                self.import_function(function, value);
                continue;
            }
            if !is_name(name) {
                continue;
            }
            let sym = self.vars.sym(name);
            if matches!(sym, Sym::SHELLOPTS | Sym::BASHOPTS | Sym::IFS) || sym.0 <= Sym::BASH_CMDS.0
            {
                continue;
            }
            *self.vars.get_mut(sym) = Var {
                value: Value::Str(value.to_vec()),
                attrs: attr::EXPORT | attr::DECLARED,
            };
        }
        self.locale_changed();
        self.default_variables();
    }

    fn default_variables(&mut self) {
        let level = match self.vars.get(Sym::SHLVL).value.text() {
            Some(text) => parse_int(&text).unwrap_or(0),
            None => 0,
        };
        *self.vars.get_mut(Sym::SHLVL) = Var {
            value: Value::Int(level + 1),
            attrs: attr::EXPORT | attr::DECLARED,
        };
        self.set_working_directory();
        for (sym, value) in [
            (Sym::IFS, &b" \t\n"[..]),
            (Sym::PS4, b"+ "),
            (Sym::OPTERR, b"1"),
            (Sym::BASH, b"/usr/bin/bash"),
            (Sym::BASH_VERSION, b"5.2.15(1)-release"),
            (Sym::HOSTTYPE, b"x86_64"),
            (Sym::OSTYPE, b"linux-gnu"),
            (Sym::MACHTYPE, MACHINE),
        ] {
            self.vars.get_mut(sym).value = Value::Fixed(value);
        }
        let index = self.vars.get_mut(Sym::OPTIND);
        index.value = Value::Int(1);
        index.attrs |= attr::INTEGER;
        for (sym, value) in [
            (Sym::PATH, DEFAULT_PATH),
            (Sym::HOSTNAME, b"wardian"),
            (Sym::TERM, b"dumb"),
        ] {
            let var = self.vars.get_mut(sym);
            if !var.is_set() {
                var.value = Value::Fixed(value);
            }
        }
        self.protect_computed();
        self.set_last_argument(self.name.clone());
    }

    /// Marks the computed variables that no script can change.
    pub fn protect_computed(&mut self) {
        for sym in [Sym::UID, Sym::EUID, Sym::PPID] {
            self.vars.get_mut(sym).attrs |= attr::READONLY | attr::INTEGER;
        }
        self.vars.get_mut(Sym::BASH_VERSINFO).attrs |= attr::READONLY | attr::INDEXED;
        for sym in [Sym::SHELLOPTS, Sym::BASHOPTS] {
            self.vars.get_mut(sym).attrs |= attr::READONLY;
        }
    }

    /// PWD: taken over if it names the working directory, or else its path.
    fn set_working_directory(&mut self) {
        let real = sys::working_directory().unwrap_or_default();
        let given = self
            .vars
            .get(Sym::PWD)
            .value
            .text()
            .map(std::borrow::Cow::into_owned);
        let keep = given.as_ref().is_some_and(|given| {
            *given == real
                || (given.starts_with(b"/")
                    && match (sys::stat(given, true), sys::stat(b".", true)) {
                        (Ok(a), Ok(b)) => (a.device, a.inode) == (b.device, b.inode),
                        _ => false,
                    })
        });
        let var = self.vars.get_mut(Sym::PWD);
        var.attrs = attr::EXPORT | attr::DECLARED;
        if !keep {
            var.value = Value::Str(real);
        }
        let old = self.vars.get_mut(Sym::OLDPWD);
        old.attrs |= attr::EXPORT | attr::DECLARED;
    }

    fn import_function(&mut self, name: &[u8], body: &[u8]) {
        let text = [name, b" ", body].concat();
        let mut input = crate::lexer::Input::new(text, 1);
        let options = self.parse_options();
        let parsed = crate::parser::Parser::new(&mut input, &mut self.vars, &self.aliases, options)
            .parse_all();
        if let Ok(list) = parsed
            && let Some(item) = list.items.first()
            && let Some(crate::ast::Command::Function(function)) = item.first.commands.first()
        {
            let definition = super::Definition::parsed(std::rc::Rc::clone(function));
            self.functions.insert(name.to_vec(), definition);
            self.exported_functions.insert(name.to_vec());
        }
    }

    /// The environment for a command: `NAME=VALUE` strings, each ended by NUL.
    pub fn environment(&mut self, command: &[u8]) -> Vec<u8> {
        if self.vars.environment_changed {
            self.environment.clear();
            for (sym, var) in self.vars.iter() {
                if var.attrs & attr::EXPORT == 0 || var.is_array() {
                    continue;
                }
                let Some(text) = var.value.text() else {
                    continue;
                };
                self.environment
                    .extend_from_slice(self.vars.names.name(sym));
                self.environment.push(b'=');
                self.environment.extend_from_slice(&text);
                self.environment.push(0);
            }
            self.vars.environment_changed = false;
        }
        let mut block = Vec::with_capacity(self.environment.len() + command.len() + 3);
        block.extend_from_slice(&self.environment);
        let mut names: Vec<_> = self.exported_functions.iter().cloned().collect();
        names.sort_unstable();
        for name in names {
            if let Some(function) = self.function(&name) {
                let mut text = Vec::new();
                crate::ast::print_function(&function, &mut self.vars, &mut text);
                let body = text.splice(..name.len(), []).collect::<Vec<u8>>();
                drop(body);
                block.extend_from_slice(b"BASH_FUNC_");
                block.extend_from_slice(&name);
                block.extend_from_slice(b"%%=");
                block.extend_from_slice(text.trim_ascii());
                block.push(0);
            }
        }
        block.extend_from_slice(b"_=");
        block.extend_from_slice(command);
        block.push(0);
        block
    }
}
