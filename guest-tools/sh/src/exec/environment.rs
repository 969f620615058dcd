//! The environment: taken over at the start, built for commands.

use super::Shell;
use super::dynamic::MACHINE;
use crate::sys;
use crate::text::{is_name, parse_int};
use crate::vars::{Sym, Value, Var, attr};

const DEFAULT_PATH: &[u8] = b"/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

impl Shell {
    /// A shell as every one begins, before its environment is known.
    pub fn prepared() -> Shell {
        let mut sh = Shell::new(Vec::new());
        sh.set_defaults();
        sh
    }

    /// The variables that every shell has.
    pub fn set_defaults(&mut self) {
        for (sym, value) in [
            (Sym::IFS, &b" \t\n"[..]),
            (Sym::PS4, b"+ "),
            (Sym::OPTERR, b"1"),
            (Sym::BASH, b"/usr/bin/bash"),
            (Sym::BASH_VERSION, b"5.2.15(1)-release"),
            (Sym::HOSTTYPE, b"x86_64"),
            (Sym::OSTYPE, b"linux-gnu"),
            (Sym::MACHTYPE, MACHINE),
            (Sym::PATH, DEFAULT_PATH),
            (Sym::HOSTNAME, b"wardian"),
            (Sym::TERM, b"dumb"),
        ] {
            self.vars.get_mut(sym).value = Value::Fixed(value);
        }
        let index = self.vars.get_mut(Sym::OPTIND);
        index.value = Value::Int(1);
        index.attrs |= attr::INTEGER;
        self.protect_computed();
    }

    /// Makes variables of the environment, and those that depend on it.
    pub fn import_environment(&mut self, start: &sys::Start) {
        self.start_ns = start.monotonic_ns;
        let mut rest = start.env;
        while let Some(end) = memchr::memchr(0, rest) {
            let entry = &rest[..end];
            rest = &rest[end + 1..];
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
                self.keep_foreign(entry);
                continue;
            }
            let sym = self.vars.sym(name);
            let ignored = matches!(sym, Sym::SHELLOPTS | Sym::BASHOPTS | Sym::IFS)
                || sym.0 <= Sym::BASH_CMDS.0;
            if ignored {
                continue;
            }
            let var = self.vars.get_mut(sym);
            var.attrs |= attr::EXPORT | attr::DECLARED;
            // The value of these is the shell's own, and so is PS4 for the superuser.
            let own = match sym {
                Sym::OPTERR | Sym::OPTIND | Sym::BASH | Sym::BASH_VERSION => true,
                Sym::PS4 => sys::process_info().uid == 0,
                _ => false,
            };
            if !own {
                var.value = Value::Fixed(value);
            }
        }
        self.locale_changed();
        let level = match self.vars.get(Sym::SHLVL).value.text() {
            Some(text) => parse_int(&text).unwrap_or(0),
            None => 0,
        };
        *self.vars.get_mut(Sym::SHLVL) = Var {
            value: Value::Int(level + 1),
            attrs: attr::EXPORT | attr::DECLARED,
        };
        self.set_working_directory(start.cwd);
        self.set_last_argument(self.name.clone());
    }

    /// Keeps the strings of the environment whose names no variable can have, where
    /// the variables come from elsewhere.
    pub fn import_foreign(&mut self, env: &[u8]) {
        for entry in env.split(|byte| *byte == 0) {
            if let Some(equals) = memchr::memchr(b'=', entry)
                && !is_name(&entry[..equals])
                && !entry.starts_with(b"BASH_FUNC_")
            {
                self.keep_foreign(entry);
            }
        }
    }

    /// No variable of the shell's, but of the commands it runs.
    pub fn keep_foreign(&mut self, entry: &[u8]) {
        self.foreign.extend_from_slice(entry);
        self.foreign.push(0);
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

    /// What the option `posix` brings along when it is set or unset.
    pub fn posix_changed(&mut self) {
        let on = self.options.posix;
        let var = self.vars.get_mut(Sym::POSIXLY_CORRECT);
        match on {
            true if !var.is_set() => var.value = Value::Fixed(b"y"),
            true => {}
            false => *var = Var::default(),
        }
        self.shopt.expand_aliases |= on;
    }

    /// PWD: taken over if it names the working directory, or else its path.
    fn set_working_directory(&mut self, real: &'static [u8]) {
        let keep = match &self.vars.get(Sym::PWD).value {
            Value::Fixed(given) => {
                *given == real
                    || (given.starts_with(b"/")
                        && match (sys::stat(given, true), sys::stat(b".", true)) {
                            (Ok(a), Ok(b)) => (a.device, a.inode) == (b.device, b.inode),
                            _ => false,
                        })
            }
            _ => false,
        };
        let var = self.vars.get_mut(Sym::PWD);
        var.attrs = attr::EXPORT | attr::DECLARED;
        if !keep {
            var.value = Value::Fixed(real);
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
            self.environment.extend_from_slice(&self.foreign);
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
