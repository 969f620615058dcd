//! Interned names of variables.

use super::hash::FastMap;

/// The number of a variable's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Sym(pub u32);

macro_rules! well_known {
    ($($name:ident)*) => {
        #[allow(non_camel_case_types, clippy::upper_case_acronyms)]
        #[repr(u32)]
        enum Index { $($name,)* COUNT }

        /// Names that the shell itself uses have fixed numbers.
        #[allow(missing_docs)]
        impl Sym {
            $(pub const $name: Sym = Sym(Index::$name as u32);)*
            /// How many names have fixed numbers.
            pub const FIXED: usize = Index::COUNT as usize;

            fn fixed(name: &[u8]) -> Option<Sym> {
                $(if name == stringify!($name).as_bytes() { return Some(Sym::$name); })*
                None
            }
        }

        const FIXED_NAMES: [&[u8]; Sym::FIXED] = [$(stringify!($name).as_bytes(),)*];
    };
}

well_known! {
    RANDOM SRANDOM SECONDS LINENO EPOCHSECONDS EPOCHREALTIME BASHPID FUNCNAME BASH_LINENO
    BASH_SOURCE BASH_COMMAND DIRSTACK PIPESTATUS BASH_SUBSHELL GROUPS HISTCMD BASH_ARGV0
    BASHOPTS SHELLOPTS UID EUID PPID BASH_ARGC BASH_ARGV BASH_ALIASES BASH_CMDS
    IFS PATH OPTIND OPTARG OPTERR HOME PWD OLDPWD REPLY PS1 PS2 PS3 PS4 SHLVL BASH_VERSION
    BASH_VERSINFO BASH_REMATCH HOSTNAME HOSTTYPE OSTYPE MACHTYPE SHELL TERM BASH CDPATH
    GLOBIGNORE POSIXLY_CORRECT TIMEFORMAT TMOUT FUNCNEST BASH_ENV COPROC MAPFILE
    BASH_EXECUTION_STRING COLUMNS LINES BASH_XTRACEFD EXECIGNORE
    HISTSIZE HISTFILESIZE PROMPT_COMMAND LC_ALL LC_CTYPE LANG
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
