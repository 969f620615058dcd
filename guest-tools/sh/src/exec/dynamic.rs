//! Variables that the shell computes: RANDOM, SECONDS, FUNCNAME and so on.

use super::Shell;
use super::shell::FrameKind;
use crate::sys;
use crate::text::int_text;
use crate::vars::{Assoc, Indexed, Sym, Value, attr};

const SECOND_NS: u64 = 1_000_000_000;

/// What the shell says it runs on.
pub const MACHINE: &[u8] = b"x86_64-pc-linux-gnu";

/// Computed when they are asked for: a listing does not ask.
const AS_ASKED: [Sym; 12] = [
    Sym::BASHPID,
    Sym::BASH_ARGV0,
    Sym::BASH_COMMAND,
    Sym::BASH_SUBSHELL,
    Sym::COMP_WORDBREAKS,
    Sym::EPOCHREALTIME,
    Sym::EPOCHSECONDS,
    Sym::HISTCMD,
    Sym::LINENO,
    Sym::RANDOM,
    Sym::SECONDS,
    Sym::SRANDOM,
];

impl Shell {
    /// The text of a computed variable. Listings show what was asked for last.
    pub fn dynamic_scalar(&mut self, sym: Sym) -> Option<Vec<u8>> {
        let text = self.computed_scalar(sym)?;
        if AS_ASKED.contains(&sym) {
            self.asked.retain(|(known, _)| *known != sym);
            self.asked.push((sym, text.clone()));
        }
        Some(text)
    }

    /// Fills a computed variable for a listing: some are shown as they were when
    /// they were asked for, and without a value if they never were.
    pub fn load_listed(&mut self, sym: Sym) {
        let arrays = [Sym::DIRSTACK, Sym::GROUPS];
        let asked = self.asked.iter().find(|(known, _)| *known == sym);
        let asked = asked.map(|(_, text)| text.clone());
        let var = self.vars.get_mut(sym);
        if AS_ASKED.contains(&sym) && var.has(attr::DYNAMIC) {
            var.value = asked.map_or(Value::Unset, Value::Str);
            return;
        }
        let never_asked = matches!(var.value, Value::Unset) && var.has(attr::DYNAMIC);
        if arrays.contains(&sym) && never_asked {
            var.value = Value::Indexed(Box::default());
        }
        if sym == Sym::FUNCNAME && !self.in_function() && self.vars.get(sym).has(attr::DYNAMIC) {
            self.vars.get_mut(sym).value = Value::Unset;
        } else if !arrays.contains(&sym) {
            self.load_dynamic(sym);
        }
    }

    /// After a listing: what was shown is no value to be read.
    pub fn unload_listed(&mut self, sym: Sym) {
        if AS_ASKED.contains(&sym) && self.vars.get(sym).has(attr::DYNAMIC) {
            self.vars.get_mut(sym).value = Value::Unset;
        }
    }

    /// The attributes of a variable as listings and `${x@a}` show them: a computed
    /// one has those of its values.
    pub fn shown_attributes(&self, sym: Sym) -> u16 {
        let var = self.vars.get(sym);
        if !var.has(attr::DYNAMIC) {
            return var.attrs;
        }
        let own = match sym {
            Sym::BASHPID | Sym::HISTCMD | Sym::RANDOM | Sym::SRANDOM => attr::INTEGER,
            Sym::SECONDS if self.asked.iter().any(|(known, _)| *known == sym) => attr::INTEGER,
            Sym::FUNCNAME | Sym::DIRSTACK | Sym::GROUPS => attr::INDEXED,
            _ => 0,
        };
        var.attrs | own
    }

    fn computed_scalar(&mut self, sym: Sym) -> Option<Vec<u8>> {
        let number = match sym {
            Sym::RANDOM => self.next_random(),
            Sym::SRANDOM => i64::from(sys::random()),
            Sym::SECONDS => self.seconds(),
            Sym::LINENO => i64::from(self.line),
            Sym::EPOCHSECONDS => (sys::realtime_ns() / SECOND_NS) as i64,
            Sym::EPOCHREALTIME => {
                let now = sys::realtime_ns() / 1000;
                let mut text = int_text((now / 1_000_000) as i64);
                text.extend_from_slice(format!(".{:06}", now % 1_000_000).as_bytes());
                return Some(text);
            }
            Sym::BASHPID => i64::from(sys::process_info().pid),
            Sym::BASH_SUBSHELL => i64::from(self.subshell),
            Sym::UID | Sym::EUID => i64::from(sys::process_info().uid),
            Sym::PPID => i64::from(self.parent_pid()),
            Sym::HISTCMD => match self.options.history {
                true => crate::builtins::history_number(self),
                false => 0,
            },
            Sym::COMP_WORDBREAKS => return Some(b" \t\n\"'@><=;|&(:".to_vec()),
            Sym::BASH_COMMAND => return Some(self.command_text.clone()),
            Sym::BASH_ARGV0 => return Some(self.name.clone()),
            Sym::BASHOPTS => return Some(self.shopt_names()),
            Sym::SHELLOPTS => return Some(self.option_names()),
            _ => {
                self.load_dynamic(sym);
                return match &self.vars.get(sym).value {
                    Value::Indexed(array) => array.get(0).cloned(),
                    Value::Assoc(array) => array.get(b"0").cloned(),
                    _ => None,
                };
            }
        };
        Some(int_text(number))
    }

    /// Fills a computed array with its present elements.
    pub fn load_dynamic(&mut self, sym: Sym) {
        if self.vars.get(sym).attrs & attr::DYNAMIC == 0 {
            return;
        }
        let elements = match sym {
            Sym::FUNCNAME => {
                if !self.in_function() {
                    Vec::new()
                } else {
                    let mut names: Vec<Vec<u8>> = self
                        .frames
                        .iter()
                        .rev()
                        .map(|frame| match frame.kind {
                            FrameKind::Function => frame.name.clone(),
                            FrameKind::Source => b"source".to_vec(),
                        })
                        .collect();
                    if self.is_script() {
                        names.push(b"main".to_vec());
                    }
                    names
                }
            }
            Sym::BASH_LINENO => {
                let mut lines: Vec<Vec<u8>> = self
                    .frames
                    .iter()
                    .rev()
                    .map(|frame| int_text(i64::from(frame.call_line)))
                    .collect();
                if self.is_script() {
                    lines.push(b"0".to_vec());
                }
                lines
            }
            Sym::BASH_SOURCE => self.source_names(),
            Sym::BASH_VERSINFO => [&b"5"[..], b"2", b"15", b"1", b"release", MACHINE]
                .into_iter()
                .map(<[u8]>::to_vec)
                .collect(),
            Sym::PIPESTATUS => self
                .pipe_status
                .iter()
                .map(|status| int_text(i64::from(*status)))
                .collect(),
            Sym::DIRSTACK => self.directory_stack(),
            Sym::GROUPS => vec![int_text(i64::from(sys::process_info().gid))],
            Sym::BASH_ALIASES => {
                let mut table = Assoc::with_buckets(64);
                for (name, value) in &self.aliases {
                    table.set(name.clone(), value.clone());
                }
                self.store_dynamic(sym, Value::Assoc(Box::new(table)), attr::ASSOC);
                return;
            }
            Sym::BASH_CMDS => {
                let mut table = Assoc::with_buckets(256);
                for (name, (path, _)) in &self.hash {
                    table.set(name.clone(), path.clone());
                }
                self.store_dynamic(sym, Value::Assoc(Box::new(table)), attr::ASSOC);
                return;
            }
            Sym::BASH_ARGC | Sym::BASH_ARGV => self.call_arguments(sym == Sym::BASH_ARGC),
            _ => {
                let text = self.dynamic_scalar(sym).unwrap_or_default();
                self.vars.get_mut(sym).value = Value::Str(text);
                return;
            }
        };
        let array = Indexed::from_vec(elements);
        self.store_dynamic(sym, Value::Indexed(Box::new(array)), attr::INDEXED);
    }

    fn store_dynamic(&mut self, sym: Sym, value: Value, kind: u16) {
        let var = self.vars.get_mut(sym);
        var.value = value;
        var.attrs |= kind;
    }

    /// BASH_ARGC or BASH_ARGV: the arguments of the calls being executed.
    fn call_arguments(&self, counts: bool) -> Vec<Vec<u8>> {
        if self.frames.iter().all(|frame| frame.args.is_none()) {
            return Vec::new();
        }
        let calls = self
            .frames
            .iter()
            .rev()
            .filter_map(|frame| frame.args.as_ref());
        if counts {
            let mut all: Vec<_> = calls.map(|args| int_text(args.len() as i64)).collect();
            all.push(b"0".to_vec());
            return all;
        }
        calls.flat_map(|args| args.iter().rev().cloned()).collect()
    }

    /// Whether `main` stands below all calls: in a script, also in one that the
    /// embedder gives, but not in what `bash -c` runs or standard input holds.
    fn is_script(&mut self) -> bool {
        match self.command_string {
            true => self.parent_pid() == 0,
            false => !self.reads_stdin && !self.interactive,
        }
    }

    fn source_names(&self) -> Vec<Vec<u8>> {
        if self.frames.is_empty() && self.source.is_empty() {
            return Vec::new();
        }
        let mut names: Vec<Vec<u8>> = self
            .frames
            .iter()
            .rev()
            .map(|frame| match frame.source.is_empty() {
                true if frame.kind == FrameKind::Function => match self.reads_stdin {
                    true => b"main".to_vec(),
                    false => b"environment".to_vec(),
                },
                _ => frame.source.to_vec(),
            })
            .collect();
        if !self.command_string && !self.reads_stdin {
            names.push(self.name.clone());
        }
        names
    }

    /// A value for a computed variable: some take it, others do not.
    pub fn assign_dynamic(&mut self, sym: Sym, value: &[u8]) {
        let number = crate::text::parse_int(value).unwrap_or(0);
        match sym {
            Sym::RANDOM => {
                // 0 stands for a generator that has not been seeded.
                self.random = match number as u32 {
                    0 => 123_459_876,
                    seed => seed,
                };
            }
            Sym::SECONDS => {
                let now = sys::monotonic_ns();
                self.start_ns = now.wrapping_sub((number as u64).wrapping_mul(SECOND_NS));
            }
            Sym::LINENO => self.line = number as u32,
            Sym::BASH_ARGV0 => self.name = value.to_vec(),
            Sym::BASH_COMMAND => self.command_text = value.to_vec(),
            _ => {}
        }
    }

    /// What a new value of some variables sets in motion.
    pub fn assigned(&mut self, sym: Sym) {
        match sym {
            Sym::IFS => self.ifs_changed(),
            Sym::PATH => self.hash.clear(),
            Sym::OPTIND => self.state.getopts_at = 0,
            Sym::HISTSIZE | Sym::HISTFILESIZE => crate::builtins::history_size(self, sym),
            Sym::LC_ALL | Sym::LC_CTYPE | Sym::LANG => self.locale_changed(),
            Sym::POSIXLY_CORRECT => self.options.posix = self.vars.get(sym).is_set(),
            _ => {}
        }
    }

    /// The locale has changed. Without a name it is UTF-8.
    pub fn locale_changed(&mut self) {
        let name = [Sym::LC_ALL, Sym::LC_CTYPE, Sym::LANG]
            .into_iter()
            .filter_map(|sym| self.vars.get(sym).value.text())
            .find(|text| !text.is_empty());
        let bytes = name.is_some_and(|name| matches!(&*name, b"C" | b"POSIX"));
        crate::text::set_byte_locale(bytes);
    }

    /// IFS has changed: reads it anew.
    pub fn ifs_changed(&mut self) {
        self.ifs = match self.vars.get(Sym::IFS).value.text() {
            Some(text) => crate::expand::Ifs::new(&text),
            None => crate::expand::Ifs::default(),
        };
    }

    fn seconds(&mut self) -> i64 {
        (sys::monotonic_ns().wrapping_sub(self.start_ns) / SECOND_NS) as i64
    }

    /// The next number of the generator that bash uses (Park and Miller's).
    fn next_random(&mut self) -> i64 {
        if self.random == 0 {
            self.random = sys::random() & 0x7fff_ffff;
        }
        let last = if self.random == 0 {
            123_459_876
        } else {
            i64::from(self.random)
        };
        let (high, low) = (last / 127_773, last % 127_773);
        let next = 16_807 * low - 2_836 * high;
        self.random = if next < 0 { next + 0x7fff_ffff } else { next } as u32;
        i64::from(((self.random >> 16) ^ (self.random & 0xffff)) & 0x7fff)
    }

    fn option_names(&mut self) -> Vec<u8> {
        let mut options = self.options.clone();
        let names: Vec<&str> = super::OPTION_TABLE
            .iter()
            .filter(|(_, _, place)| *place(&mut options))
            .map(|(name, _, _)| *name)
            .collect();
        names.join(":").into_bytes()
    }

    fn shopt_names(&mut self) -> Vec<u8> {
        let mut options = self.shopt.clone();
        let names: Vec<&str> = super::SHOPT_TABLE
            .iter()
            .filter(|(_, _, place)| *place(&mut options))
            .map(|(name, _, _)| *name)
            .collect();
        names.join(":").into_bytes()
    }

    /// `$-`
    pub fn option_letters(&mut self) -> Vec<u8> {
        let mut options = self.options.clone();
        let mut letters: Vec<u8> = super::OPTION_TABLE
            .iter()
            .filter(|(_, letter, place)| *letter != 0 && *place(&mut options))
            .map(|(_, letter, _)| *letter)
            .collect();
        if self.interactive {
            letters.push(b'i');
        }
        letters.sort_unstable_by_key(|c| (c.is_ascii_uppercase(), *c));
        if self.command_string && self.parent_pid() > 0 {
            letters.push(b'c');
        } else if self.reads_stdin {
            letters.push(b's');
        }
        letters
    }
}
