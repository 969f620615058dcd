//! The environment: taken over at the start, built for commands.

use super::Shell;
use super::dynamic::MACHINE;
use crate::sys;
use crate::text::{is_name, parse_int};
use crate::vars::{Sym, Value, Var, attr};

const DEFAULT_PATH: &[u8] = b"/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// What a sandbox gives its commands if its embedder changes nothing. Any other
/// environment is as good, but taking it over costs a short script a few percent of
/// its time.
const USUAL: &[u8] = b"HOME=/home/user\0LANG=C.UTF-8\0LOGNAME=user\0\
PATH=/usr/local/bin:/usr/bin:/bin\0SHELL=/bin/bash\0TERM=dumb\0USER=user\0";

/// What a name in the environment belongs to.
enum Named<'a> {
    Variable,
    /// An exported function.
    Function(&'a [u8]),
    /// Nothing of the shell's.
    Foreign,
}

fn of_name(name: &[u8]) -> Named<'_> {
    if is_name(name) {
        return Named::Variable;
    }
    let function = name
        .strip_prefix(b"BASH_FUNC_")
        .and_then(|name| name.strip_suffix(b"%%"));
    function.map_or(Named::Foreign, Named::Function)
}

/// The strings of an environment that have a name, and where it ends.
fn entries(mut env: &[u8]) -> impl Iterator<Item = (&[u8], usize)> {
    let strings = std::iter::from_fn(move || {
        let end = memchr::memchr(0, env)?;
        let entry = &env[..end];
        env = &env[end + 1..];
        Some(entry)
    });
    strings.filter_map(|entry| {
        let equals = entry.iter().position(|byte| *byte == b'=')?;
        Some((entry, equals))
    })
}

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

    /// Takes over the environment that most shells have, before it is known which
    /// one this will get.
    #[cfg(any(target_family = "wasm", test))]
    pub fn import_usual(&mut self) {
        self.import(USUAL);
        self.import_level();
        self.has_usual = true;
    }

    /// Makes variables of the environment, and those that depend on it.
    pub fn import_environment(&mut self, start: &sys::Start) {
        self.start_ns = start.monotonic_ns;
        let usual = self.has_usual && start.env.starts_with(USUAL);
        let rest = match usual {
            true => &start.env[USUAL.len()..],
            false => start.env,
        };
        if self.has_usual && !usual {
            self.forget_usual();
        }
        if !usual || !rest.is_empty() {
            *self.vars.get_mut(Sym::SHLVL) = Var::default();
            self.import(rest);
            self.import_level();
        }
        self.set_working_directory(start.cwd);
        self.set_last_argument(self.name.clone());
    }

    fn import(&mut self, env: &'static [u8]) {
        for (entry, equals) in entries(env) {
            let (name, value) = (&entry[..equals], &entry[equals + 1..]);
            match of_name(name) {
                Named::Variable => self.import_variable(name, value),
                Named::Function(name) => self.import_function(name, value),
                Named::Foreign => self.keep_foreign(entry),
            }
        }
        self.locale_changed();
    }

    fn import_variable(&mut self, name: &[u8], value: &'static [u8]) {
        let sym = self.vars.sym(name);
        let ignored =
            matches!(sym, Sym::SHELLOPTS | Sym::BASHOPTS | Sym::IFS) || sym.0 <= Sym::BASH_CMDS.0;
        if ignored {
            return;
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

    /// SHLVL: one more than it was.
    fn import_level(&mut self) {
        let var = self.vars.get_mut(Sym::SHLVL);
        let level = match var.value.text() {
            Some(text) => parse_int(&text).unwrap_or(0),
            None => 0,
        };
        *var = Var {
            value: Value::Int(level + 1),
            attrs: attr::EXPORT | attr::DECLARED,
        };
    }

    /// The environment is another one.
    fn forget_usual(&mut self) {
        for (entry, equals) in entries(USUAL) {
            let sym = self.vars.sym(&entry[..equals]);
            *self.vars.get_mut(sym) = Var::default();
        }
        self.set_defaults();
    }

    /// Keeps the strings of the environment whose names no variable can have, where
    /// the variables come from elsewhere.
    pub fn import_foreign(&mut self, env: &[u8]) {
        for (entry, equals) in entries(env) {
            if let Named::Foreign = of_name(&entry[..equals]) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_environment_taken_over_before_makes_no_difference() {
        let others: [&[u8]; 7] = [
            b"",
            b"FOO=bar\0a-b=foreign\0",
            b"HOME=/elsewhere\0PATH=/bin\0LC_ALL=C\0SHLVL=4\0",
            b"TERM=xterm\0OSTYPE=other\0PWD=/nowhere\0",
            b"BASH_FUNC_f%%=() { echo f; }\0",
            b"nothing\0=empty\0",
            b"cut off",
        ];
        for usual in [USUAL, b""] {
            for other in others {
                let env: &'static [u8] = [usual, other].concat().leak();
                let begun = sys::Start {
                    env,
                    cwd: b"/",
                    ..sys::Start::default()
                };
                let [one, two] = [false, true].map(|before| {
                    let mut sh = Shell::prepared();
                    if before {
                        sh.import_usual();
                    }
                    sh.import_environment(&begun);
                    let variables: std::collections::BTreeMap<_, _> = sh
                        .vars
                        .iter()
                        .filter(|(_, var)| var.exists())
                        .map(|(sym, var)| {
                            let name = sh.vars.names.name(sym).to_vec();
                            let value = var.value.text().map(|text| text.into_owned());
                            (name, (var.attrs, value))
                        })
                        .collect();
                    let mut strings: Vec<_> = sh
                        .environment(b"x")
                        .split(|byte| *byte == 0)
                        .map(<[u8]>::to_vec)
                        .collect();
                    strings.sort_unstable();
                    (variables, strings)
                });
                assert_eq!(one, two, "{}", String::from_utf8_lossy(env));
            }
        }
    }
}
