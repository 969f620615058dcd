//! A shell's state as a script: what a later shell runs to go on where this one
//! stopped. Variables, functions, options, aliases, traps, directories, `$?`.
//!
//! Not part of it: open descriptors, jobs, the numbers of lines in functions.

use super::Shell;
use super::flow::Flow;
use super::options::{OPTION_TABLE, Options, SHOPT_TABLE, Shopt};
use crate::builtins::event_name;
use crate::lexer::Input;
use crate::sys;
use crate::text::{is_name, push_int};
use crate::vars::{Sym, Value, Vars, attr};

/// The first line of every state.
const HEADER: &[u8] = b"# wardian shell state 1\n";

/// Options that a state does not carry: nothing could run after the first, and
/// the other tells how the shell was started.
const NOT_KEPT: &[&str] = &["noexec", "login_shell"];

/// Text in single quotes, whatever its bytes.
fn push_quoted(out: &mut Vec<u8>, text: &[u8]) {
    out.push(b'\'');
    for piece in text.split_inclusive(|c| *c == b'\'') {
        match piece.strip_suffix(b"'") {
            Some(piece) => {
                out.extend_from_slice(piece);
                out.extend_from_slice(b"'\\''");
            }
            None => out.extend_from_slice(piece),
        }
    }
    out.push(b'\'');
}

/// A command with quoted arguments.
fn push_command(out: &mut Vec<u8>, command: &[u8], args: &[&[u8]]) {
    out.extend_from_slice(command);
    for arg in args {
        out.push(b' ');
        push_quoted(out, arg);
    }
    out.push(b'\n');
}

impl Shell {
    /// The state as a script.
    pub fn state_text(&mut self) -> Vec<u8> {
        let mut out = HEADER.to_vec();
        self.put_shopts(&mut out);
        self.put_directories(&mut out);
        self.put_variables(&mut out);
        self.put_functions(&mut out);
        self.put_tables(&mut out);
        for (event, action) in self.traps.list() {
            push_command(
                &mut out,
                b"trap --",
                &[&action, event_name(event).as_bytes()],
            );
        }
        out.extend_from_slice(b"BASH_ARGV0=");
        push_quoted(&mut out, &self.name);
        out.push(b'\n');
        let positional: Vec<&[u8]> = self.positional.iter().map(Vec::as_slice).collect();
        push_command(&mut out, b"set --", &positional);
        let last = self.vars.get(self.last_argument).value.text();
        let last = last.unwrap_or_default().into_owned();
        self.put_options(&mut out);
        // The last argument of the last command but one is `$_`.
        push_command(&mut out, b":", &[&last]);
        out.extend_from_slice(b"return ");
        push_int(&mut out, i64::from(self.status));
        out.push(b'\n');
        out
    }

    /// Options that a fresh shell does not have as well.
    fn put_shopts(&mut self, out: &mut Vec<u8>) {
        let mut fresh = Shopt::default();
        for (name, _, place) in SHOPT_TABLE {
            let on = *place(&mut self.shopt);
            if on != *place(&mut fresh) && !NOT_KEPT.contains(name) {
                out.extend_from_slice(if on { b"shopt -s " } else { b"shopt -u " });
                out.extend_from_slice(name.as_bytes());
                out.push(b'\n');
            }
        }
    }

    fn put_options(&mut self, out: &mut Vec<u8>) {
        let mut fresh = Options::default();
        let start = out.len();
        for (name, _, place) in OPTION_TABLE {
            let on = *place(&mut self.options);
            if on != *place(&mut fresh) && !NOT_KEPT.contains(name) {
                out.extend_from_slice(if on { b" -o " } else { b" +o " });
                out.extend_from_slice(name.as_bytes());
            }
        }
        if out.len() > start {
            out.splice(start..start, *b"set");
            out.push(b'\n');
        }
    }

    fn put_directories(&mut self, out: &mut Vec<u8>) {
        let mask = sys::umask(0);
        sys::umask(mask);
        out.extend_from_slice(format!("umask {mask:04o}\n").as_bytes());
        let directory = match self.vars.get(Sym::PWD).value.text() {
            Some(path) if path.starts_with(b"/") => path.into_owned(),
            _ => Vec::new(),
        };
        let same = match (sys::stat(&directory, true), sys::stat(b".", true)) {
            (Ok(a), Ok(b)) => (a.device, a.inode) == (b.device, b.inode),
            _ => false,
        };
        let directory = match same {
            true => directory,
            false => sys::working_directory().unwrap_or_default(),
        };
        if !directory.is_empty() {
            push_command(out, b"cd --", &[&directory]);
        }
        for directory in self.state.directories.iter().rev() {
            push_command(out, b"pushd -n >/dev/null", &[directory]);
        }
    }

    fn put_variables(&mut self, out: &mut Vec<u8>) {
        if self.random != 0 {
            out.extend_from_slice(b"RANDOM=");
            push_int(out, i64::from(self.random));
            out.push(b'\n');
        }
        if self.vars.get(Sym::SECONDS).has(attr::DYNAMIC)
            && let Some(seconds) = self.dynamic_scalar(Sym::SECONDS)
        {
            out.extend_from_slice(&[b"SECONDS=", seconds.as_slice(), b"\n"].concat());
        }
        // References come last: until then their names are free for assignments.
        for references in [false, true] {
            for sym in self.vars.sorted() {
                if self.vars.get(sym).has(attr::NAMEREF) == references {
                    self.put_variable(sym, out);
                }
            }
        }
        for sym in (0..=Sym::BASH_CMDS.0).map(Sym) {
            if !self.vars.get(sym).exists() {
                out.extend_from_slice(b"unset ");
                out.extend_from_slice(self.vars.names.name(sym));
                out.push(b'\n');
            }
        }
    }

    fn put_variable(&mut self, sym: Sym, out: &mut Vec<u8>) {
        let name = self.vars.names.name(sym).to_vec();
        let attrs = self.vars.get(sym).attrs;
        if attrs & attr::DYNAMIC != 0 || !is_name(&name) || sym == self.last_argument {
            return;
        }
        let letters = self.attribute_letters(sym);
        if attrs & attr::NAMEREF != 0 {
            out.extend_from_slice(&[b"declare -", letters.as_slice(), b" ", &name].concat());
            if let Some(target) = self.vars.get(sym).value.text() {
                out.push(b'=');
                push_quoted(out, &target);
            }
            out.push(b'\n');
            return;
        }
        // Attributes that would change the value come after it.
        let kind = letters.iter().copied().find(|c| matches!(c, b'a' | b'A'));
        let at_once = letters.iter().all(|c| matches!(c, b'a' | b'A' | b'x'));
        out.extend_from_slice(b"declare -");
        if at_once && letters.contains(&b'x') {
            out.push(b'x');
        }
        match kind {
            Some(kind) => out.push(kind),
            None if out.ends_with(b"-") => out.push(b'-'),
            None => {}
        }
        out.push(b' ');
        out.extend_from_slice(&name);
        match &self.vars.get(sym).value {
            Value::Unset => {}
            Value::Indexed(array) => {
                out.extend_from_slice(b"=(");
                for (index, value) in array.iter() {
                    out.push(b'[');
                    push_int(out, index);
                    out.extend_from_slice(b"]=");
                    push_quoted(out, value);
                    out.push(b' ');
                }
                out.push(b')');
            }
            Value::Assoc(array) => {
                out.extend_from_slice(b"=(");
                // Backwards, so that keys of one bucket come back in their order.
                let mut entries: Vec<_> = array.iter().collect();
                entries.reverse();
                for (key, value) in entries {
                    out.push(b'[');
                    push_quoted(out, key);
                    out.extend_from_slice(b"]=");
                    push_quoted(out, value);
                    out.push(b' ');
                }
                out.push(b')');
            }
            value => {
                out.push(b'=');
                push_quoted(out, &value.text().unwrap_or_default());
            }
        }
        out.push(b'\n');
        let others: Vec<u8> = letters.into_iter().filter(|c| Some(*c) != kind).collect();
        if !others.is_empty() && !at_once {
            out.extend_from_slice(&[b"declare -", others.as_slice(), b" ", &name, b"\n"].concat());
        }
    }

    fn put_functions(&mut self, out: &mut Vec<u8>) {
        let mut names: Vec<Vec<u8>> = self.functions.keys().cloned().collect();
        names.sort_unstable();
        for name in names {
            let Some(function) = self.functions.get(&name).cloned() else {
                continue;
            };
            let mut text = Vec::new();
            crate::ast::print_function(&function, &mut self.vars, &mut text);
            text.push(b'\n');
            if !self.defines(&text, &name) {
                text.splice(..0, b"function ".iter().copied());
                if !self.defines(&text, &name) {
                    continue;
                }
            }
            out.extend_from_slice(&text);
            for (letter, names) in [
                (b"x", &self.exported_functions),
                (b"r", &self.readonly_functions),
            ] {
                if names.contains(&name) {
                    push_command(out, &[b"declare -f", &letter[..]].concat(), &[&name]);
                }
            }
        }
    }

    /// Whether the text is read as the definition of this function.
    fn defines(&mut self, text: &[u8], name: &[u8]) -> bool {
        let mut input = Input::new(text.to_vec(), 1);
        let options = self.parse_options();
        let aliases = crate::parser::Aliases::default();
        let list =
            crate::parser::Parser::new(&mut input, &mut self.vars, &aliases, options).parse_all();
        list.is_ok_and(|list| match list.items.as_slice() {
            [item] => matches!(
                item.first.commands.as_slice(),
                [crate::ast::Command::Function(function)] if function.name == name
            ),
            _ => false,
        })
    }

    /// Aliases, hashed paths, completions, history, disabled builtins.
    fn put_tables(&mut self, out: &mut Vec<u8>) {
        let mut aliases: Vec<_> = self.aliases.iter().collect();
        aliases.sort_unstable();
        for (name, value) in aliases {
            let text = [name.as_slice(), b"=", value].concat();
            push_command(out, b"alias --", &[&text]);
        }
        let mut hashed: Vec<_> = self.hash.iter().collect();
        hashed.sort_unstable();
        for (name, (path, _)) in hashed {
            push_command(out, b"hash -p", &[path, name]);
        }
        for (name, text) in &self.state.completions {
            push_command(
                out,
                &[b"complete ", text.as_slice(), b" --"].concat(),
                &[name],
            );
        }
        for line in &self.state.history {
            push_command(out, b"history -s", &[line]);
        }
        let mut disabled: Vec<_> = self.state.disabled.iter().collect();
        disabled.sort_unstable();
        for name in disabled {
            push_command(out, b"enable -n", &[name]);
        }
    }

    /// Writes the state to a file.
    ///
    /// # Errors
    /// As `open` and `write`.
    pub fn dump_state(&mut self, path: &[u8]) -> Result<(), sys::Errno> {
        let text = self.state_text();
        let mode = sys::OpenMode {
            write: true,
            create: true,
            truncate: true,
            ..sys::OpenMode::default()
        };
        let fd = sys::open(path, mode)?;
        let written = sys::write_all(fd, &text);
        sys::close(fd);
        written
    }

    /// Takes over a state; what this shell had is gone. False: it is none.
    pub fn restore_state(&mut self, text: Vec<u8>) -> bool {
        if !text.starts_with(HEADER) {
            return false;
        }
        let mut vars = Vars::new();
        std::mem::swap(&mut vars.names, &mut self.vars.names);
        vars.reserve_all();
        // What no script can change stays as it is.
        for sym in [
            Sym::UID,
            Sym::EUID,
            Sym::PPID,
            Sym::SHELLOPTS,
            Sym::BASHOPTS,
        ] {
            *vars.get_mut(sym) = self.vars.get(sym).clone();
        }
        self.vars = vars;
        self.functions.clear();
        self.exported_functions.clear();
        self.aliases.clear();
        self.options = Options::default();
        self.shopt = Shopt::default();
        self.ifs_changed();
        self.restoring = true;
        let result = self.run_text(text, 1);
        self.restoring = false;
        self.command_number = 0;
        if let Err(Flow::Return(status)) = result {
            self.status = status;
            self.pipe_status = vec![status];
            return true;
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Shell {
        let mut sh = Shell::new(b"bash".to_vec());
        sh.import_environment();
        let _ = sh.run_text(script.as_bytes().to_vec(), 1);
        sh
    }

    /// A state that was taken over is the state that was left.
    fn comes_back(script: &str) {
        // The mask for new files belongs to the whole process.
        static ONE: std::sync::Mutex<()> = std::sync::Mutex::new(());
        let _one = ONE
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let mut first = shell(script);
        let left = first.state_text();
        let mut second = Shell::new(b"other".to_vec());
        second.import_environment();
        assert!(second.restore_state(left.clone()), "refused after {script}");
        let taken = second.state_text();
        let lines = |text: &[u8]| -> Vec<String> {
            let text = String::from_utf8_lossy(text).into_owned();
            text.lines().map(str::to_owned).collect()
        };
        for (left, taken) in lines(&left).iter().zip(lines(&taken)) {
            assert_eq!(*left, taken, "after {script}");
        }
        assert_eq!(left, taken);
        assert_eq!(first.status, second.status);
    }

    #[test]
    fn a_fresh_shell_comes_back() {
        comes_back("");
        comes_back("false");
        comes_back("f() { return 42; }; f");
    }

    #[test]
    fn variables_of_every_kind_come_back() {
        comes_back(
            "a=1; b='x y'; c=$'it\\'s\\n\\t\\x01\\xff'; d=; declare e; export f=3 g; readonly h=4",
        );
        comes_back(
            "declare -i n=5+5; declare -l lower=ABC; declare -u upper=abc; declare -c cap=xYZ",
        );
        comes_back("odd=abc; declare -i odd; mixed=ABC; declare -l mixed");
        comes_back(
            "declare -a none; declare -a empty=(); a=(1 '' 'x y' [10]=ten); a[1000000]=far; a[3]=$'\\n'",
        );
        comes_back(
            "declare -A m=([a]=1 ['x y']=2 [']']=3 ['\"']=4 [\"'\"]=5 ['@']=6 ['$x']='`y`')",
        );
        comes_back(
            "declare -ai ints=(1 2 3); readonly -a ra=(q); declare -rx both=1; declare -Ar rm=([k]=v)",
        );
        comes_back(
            "declare -n ref=target; target=5; declare -n late=nothing; declare -n free; b=(1 2); declare -n el='b[1]'",
        );
        comes_back("unset RANDOM; IFS=:; OPTIND=3; unset PS4 HOME; export -n PATH");
        comes_back("unset IFS; RANDOM=5; x=$RANDOM; LONG=$(printf '%0.s-' {1..5000})");
    }

    #[test]
    fn assoc_arrays_keep_their_order() {
        comes_back(
            "declare -A m; for i in {1..3000}; do m[k$i]=$i; done; unset 'm[k7]'; m[k7]=again",
        );
    }

    #[test]
    fn functions_come_back() {
        comes_back(
            "f() { echo \"$1\" | cat; }; g() ( cd /; ls ); function h-i.j { :; } >/dev/null 2>&1",
        );
        comes_back(
            "export_me() { local x=1; return $x; }; export -f export_me; readonly -f export_me",
        );
        comes_back(
            "f() { cat <<A; cat <<'B'\n$x\nA\n$y\nB\n}; shopt -s extglob\ng() { case $1 in !(a|b)) ;; esac; }",
        );
        comes_back(
            "declare() { echo mine; }; set() { :; }; trap() { :; }; return() { :; }; function cd { builtin cd; }",
        );
        comes_back(
            "f() { for ((i=0;i<3;i++)); do if [[ $i =~ ^[0-9]+$ ]]; then echo ${x//a/b} $((1+2)) `pwd`; fi; done; }",
        );
    }

    #[test]
    fn options_aliases_and_traps_come_back() {
        comes_back("set -euf -o pipefail; shopt -s nullglob globstar; shopt -u sourcepath");
        comes_back("set -x; set -v; set -C -a; set -o posix");
        comes_back(
            "shopt -s expand_aliases; alias ll='ls -l' trap='echo no' q=\"it's\" -- -='cd -'",
        );
        comes_back(
            "trap 'echo \"bye $?\"' EXIT; trap 'echo usr' USR1; trap 'echo err' ERR; trap \"echo it's\" DEBUG",
        );
    }

    #[test]
    fn the_rest_comes_back() {
        comes_back("set -- a 'b c' '' -x '*'; : last 'word'");
        comes_back("umask 027; BASH_ARGV0=other; hash -p /bin/ls mine; enable -n echo");
        comes_back(
            "history -s one; history -s 'two  words'; complete -W 'a b' cmd; SECONDS=500000",
        );
    }

    #[test]
    fn what_is_no_state_is_refused() {
        let mut sh = shell("");
        assert!(!sh.restore_state(b"echo hello".to_vec()));
        assert!(!sh.restore_state(Vec::new()));
    }
}
