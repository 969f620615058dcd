//! Interned names of variables.

use super::hash::FastMap;

/// The number of a variable's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Sym(pub u32);

macro_rules! well_known {
    ($($name:ident)*) => {
        // Some are only ever looked up by name.
        #[allow(dead_code, non_camel_case_types, clippy::upper_case_acronyms)]
        #[repr(u32)]
        enum Index { $($name,)* COUNT }

        /// Names that the shell itself uses have fixed numbers.
        #[allow(dead_code, missing_docs)]
        impl Sym {
            $(pub const $name: Sym = Sym(Index::$name as u32);)*
            /// How many names have fixed numbers.
            pub const FIXED: usize = Index::COUNT as usize;
        }

        const FIXED_NAMES: [&[u8]; Sym::FIXED] = [$(stringify!($name).as_bytes(),)*];
    };
}

well_known! {
    RANDOM SRANDOM SECONDS LINENO EPOCHSECONDS EPOCHREALTIME BASHPID FUNCNAME BASH_LINENO
    BASH_SOURCE BASH_COMMAND DIRSTACK PIPESTATUS BASH_SUBSHELL GROUPS HISTCMD BASH_ARGV0
    BASHOPTS SHELLOPTS UID EUID PPID BASH_ARGC BASH_ARGV BASH_VERSINFO BASH_ALIASES BASH_CMDS
    COMP_WORDBREAKS
    IFS PATH OPTIND OPTARG OPTERR HOME PWD OLDPWD REPLY PS1 PS2 PS3 PS4 SHLVL BASH_VERSION
    BASH_REMATCH HOSTNAME HOSTTYPE OSTYPE MACHTYPE SHELL TERM BASH CDPATH
    GLOBIGNORE POSIXLY_CORRECT TIMEFORMAT TMOUT FUNCNEST BASH_ENV COPROC MAPFILE
    BASH_EXECUTION_STRING COLUMNS LINES BASH_XTRACEFD EXECIGNORE
    HISTSIZE HISTFILESIZE PROMPT_COMMAND LC_ALL LC_CTYPE LANG
}

/// The fixed names' numbers, shortest name first.
const BY_LENGTH: [u8; Sym::FIXED] = by_length();
/// Where in [`BY_LENGTH`] the names of each length begin.
const OF_LENGTH: [u8; LONGEST + 2] = of_length();
const LONGEST: usize = longest();

const fn longest() -> usize {
    let (mut longest, mut at) = (0, 0);
    while at < Sym::FIXED {
        if FIXED_NAMES[at].len() > longest {
            longest = FIXED_NAMES[at].len();
        }
        at += 1;
    }
    longest
}

const fn of_length() -> [u8; LONGEST + 2] {
    let mut starts = [0; LONGEST + 2];
    let mut length = 0;
    while length < starts.len() {
        let mut at = 0;
        while at < Sym::FIXED {
            if FIXED_NAMES[at].len() < length {
                starts[length] += 1;
            }
            at += 1;
        }
        length += 1;
    }
    starts
}

const fn by_length() -> [u8; Sym::FIXED] {
    let mut sorted = [0; Sym::FIXED];
    let (mut filled, mut length) = (0, 0);
    while length <= LONGEST {
        let mut at = 0;
        while at < Sym::FIXED {
            if FIXED_NAMES[at].len() == length {
                sorted[filled] = at as u8;
                filled += 1;
            }
            at += 1;
        }
        length += 1;
    }
    sorted
}

impl Sym {
    /// The fixed number of a name. Every variable of the environment is looked up
    /// here when a shell starts.
    fn fixed(name: &[u8]) -> Option<Sym> {
        if name.is_empty() || name.len() > LONGEST {
            return None;
        }
        let (from, to) = (OF_LENGTH[name.len()], OF_LENGTH[name.len() + 1]);
        BY_LENGTH[usize::from(from)..usize::from(to)]
            .iter()
            .find(|number| {
                let known = FIXED_NAMES[usize::from(**number)];
                known[0] == name[0] && known == name
            })
            .map(|number| Sym(u32::from(*number)))
    }
}

/// Both directions between names and numbers.
#[derive(Default)]
pub struct Interner {
    numbers: FastMap<Box<[u8]>, u32>,
    names: Vec<Box<[u8]>>,
    /// Whether anything named BASH_COMMAND, which costs time to keep.
    pub command_named: bool,
}

impl Interner {
    /// The number of a name, new if need be.
    pub fn intern(&mut self, name: &[u8]) -> Sym {
        if name.first().is_some_and(u8::is_ascii_uppercase)
            && let Some(sym) = Sym::fixed(name)
        {
            self.command_named |= sym == Sym::BASH_COMMAND;
            return sym;
        }
        if let Some(number) = self.numbers.get(name) {
            return Sym(*number);
        }
        let number = (Sym::FIXED + self.names.len()) as u32;
        self.numbers.insert(name.into(), number);
        self.names.push(name.into());
        Sym(number)
    }

    /// The number of a name that has one.
    pub fn find(&self, name: &[u8]) -> Option<Sym> {
        if name.first().is_some_and(u8::is_ascii_uppercase)
            && let Some(sym) = Sym::fixed(name)
        {
            return Some(sym);
        }
        self.numbers.get(name).map(|number| Sym(*number))
    }

    /// The name behind a number.
    pub fn name(&self, sym: Sym) -> &[u8] {
        let index = sym.0 as usize;
        if index < Sym::FIXED {
            FIXED_NAMES[index]
        } else {
            &self.names[index - Sym::FIXED]
        }
    }
}

impl Interner {
    /// How many numbers are in use.
    pub fn count(&self) -> usize {
        Sym::FIXED + self.names.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fixed_names_are_found_and_others_are_not() {
        for (number, name) in FIXED_NAMES.iter().enumerate() {
            assert_eq!(Sym::fixed(name), Some(Sym(number as u32)));
            let shorter = FIXED_NAMES.iter().position(|other| *other == &name[1..]);
            assert_eq!(
                Sym::fixed(&name[1..]),
                shorter.map(|number| Sym(number as u32))
            );
        }
        for name in ["", "X", "PATHS", "path", "BASH_EXECUTION_STRINGS", "PS5"] {
            assert_eq!(Sym::fixed(name.as_bytes()), None, "{name}");
        }
    }
}
