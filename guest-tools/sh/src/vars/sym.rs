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
    USER LOGNAME MAIL EDITOR PAGER LESS TZ
}

/// Every variable of the environment is looked up among the fixed names when a shell
/// starts: a table with one name a slot, as no two of them have the same [`slot`].
const TABLE: [u8; SLOTS] = table(FACTOR);
const SLOTS: usize = 512;
const NONE: u8 = u8::MAX;
const FACTOR: u32 = factor();

/// The slot of a name, by its length and three of its letters.
const fn slot(name: &[u8], factor: u32) -> usize {
    let letters = [name[0], name[name.len() / 2], name[name.len() - 1]];
    let number = u32::from_le_bytes([letters[0], letters[1], letters[2], name.len() as u8]);
    (number.wrapping_mul(factor) >> 23) as usize
}

/// A factor with which no two fixed names share a slot.
const fn factor() -> u32 {
    let mut factor = 0x9e37_79b1;
    while has_two_in_one(factor) {
        factor = factor.wrapping_add(0x2c1b_3c6e);
    }
    factor
}

const fn has_two_in_one(factor: u32) -> bool {
    let mut taken = [false; SLOTS];
    let mut at = 0;
    while at < Sym::FIXED {
        let slot = slot(FIXED_NAMES[at], factor);
        if taken[slot] {
            return true;
        }
        taken[slot] = true;
        at += 1;
    }
    false
}

const fn table(factor: u32) -> [u8; SLOTS] {
    let mut table = [NONE; SLOTS];
    let mut at = 0;
    while at < Sym::FIXED {
        table[slot(FIXED_NAMES[at], factor)] = at as u8;
        at += 1;
    }
    table
}

impl Sym {
    /// The fixed number of a name.
    fn fixed(name: &[u8]) -> Option<Sym> {
        if name.is_empty() {
            return None;
        }
        let number = TABLE[slot(name, FACTOR)];
        let known = FIXED_NAMES.get(usize::from(number))?;
        (*known == name).then_some(Sym(u32::from(number)))
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
