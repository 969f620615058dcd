//! Builtins: one table from which dispatch, `help` and `enable` come.

mod alias;
mod arithmetic;
mod bind;
mod caller;
mod cd;
mod complete;
mod declare;
mod dirs;
mod echo;
mod enable;
mod eval;
mod fc;
mod flow;
mod getopts;
mod help;
mod history;
mod jobs;
mod kill;
mod limits;
mod lookup;
mod mapfile;
mod printf;
mod read;
mod set;
mod state;
mod test;
mod trap;
mod unset;
mod wait;

pub use history::{
    begin as begin_history, load as load_history, number as history_number, save as save_history,
    size as history_size,
};
pub use printf::date;
pub use state::State;
pub use test::{compare_numbers, test_binary, test_unary};
pub use trap::{event_name, event_of};

use crate::exec::{Run, Shell};

/// A command that the shell runs itself. `args[0]` is its name.
pub struct Builtin {
    pub name: &'static str,
    /// The usage line, from the name on.
    pub synopsis: &'static str,
    /// Whether POSIX calls it special.
    pub special: bool,
    call: fn(&mut Shell, &[Vec<u8>]) -> Run,
}

impl Builtin {
    /// Runs it.
    #[inline]
    pub fn run(&self, sh: &mut Shell, args: &[Vec<u8>]) -> Run {
        // The first call through a pointer has the host look the function up, which
        // takes an instance longer than what these do.
        match self.name {
            "true" | ":" => echo::yes(sh, args),
            "echo" => echo::echo(sh, args),
            "[" => test::bracket(sh, args),
            "printf" => printf::printf(sh, args),
            _ => (self.call)(sh, args),
        }
    }
}

macro_rules! table {
    ($($name:literal $special:literal $run:path, $synopsis:literal;)*) => {
        /// Every builtin, sorted by name.
        pub static TABLE: &[Builtin] = &[
            $(Builtin { name: $name, synopsis: $synopsis, special: $special, call: $run },)*
        ];

        const NAMES: &[&str] = &[$($name,)*];
    };
}

table! {
    "." true eval::source, ". filename [arguments]";
    ":" true echo::yes, ":";
    "[" false test::bracket, "[ arg... ]";
    "alias" false alias::alias, "alias [-p] [name[=value] ... ]";
    "bg" false jobs::bg, "bg [job_spec ...]";
    "bind" false bind::bind, "bind [-lpsvPSVX] [-m keymap] [-f filename] [-q name] [-u name] [-r keyseq] [-x keyseq:shell-command] [keyseq:readline-function or readline-command]";
    "break" true flow::break_, "break [n]";
    "builtin" false lookup::builtin, "builtin [shell-builtin [arg ...]]";
    "caller" false caller::caller, "caller [expr]";
    "cd" false cd::cd, "cd [-L|[-P [-e]] [-@]] [dir]";
    "command" false lookup::command, "command [-pVv] command [arg ...]";
    "compgen" false complete::compgen, "compgen [-abcdefgjksuv] [-o option] [-A action] [-G globpat] [-W wordlist] [-F function] [-C command] [-X filterpat] [-P prefix] [-S suffix] [word]";
    "complete" false complete::complete, "complete [-abcdefgjksuv] [-pr] [-DEI] [-o option] [-A action] [-G globpat] [-W wordlist] [-F function] [-C command] [-X filterpat] [-P prefix] [-S suffix] [name ...]";
    "compopt" false complete::compopt, "compopt [-o|+o option] [-DEI] [name ...]";
    "continue" true flow::continue_, "continue [n]";
    "declare" false declare::declare, "declare [-aAfFgiIlnrtux] [name[=value] ...] or declare -p [-aAfFilnrtux] [name ...]";
    "dirs" false dirs::dirs, "dirs [-clpv] [+N] [-N]";
    "disown" false jobs::disown, "disown [-h] [-ar] [jobspec ... | pid ...]";
    "echo" false echo::echo, "echo [-neE] [arg ...]";
    "enable" false enable::enable, "enable [-a] [-dnps] [-f filename] [name ...]";
    "eval" true eval::eval, "eval [arg ...]";
    "exec" true flow::exec, "exec [-cl] [-a name] [command [argument ...]] [redirection ...]";
    "exit" true flow::exit, "exit [n]";
    "export" true declare::export, "export [-fn] [name[=value] ...] or export -p";
    "false" false echo::no, "false";
    "fc" false fc::fc, "fc [-e ename] [-lnr] [first] [last] or fc -s [pat=rep] [command]";
    "fg" false jobs::fg, "fg [job_spec]";
    "getopts" false getopts::getopts, "getopts optstring name [arg ...]";
    "hash" false lookup::hash, "hash [-lr] [-p pathname] [-dt] [name ...]";
    "help" false help::help, "help [-dms] [pattern ...]";
    "history" false history::history, "history [-c] [-d offset] [n] or history -anrw [filename] or history -ps arg [arg...]";
    "jobs" false jobs::jobs, "jobs [-lnprs] [jobspec ...] or jobs -x command [args]";
    "kill" false kill::kill, "kill [-s sigspec | -n signum | -sigspec] pid | jobspec ... or kill -l [sigspec]";
    "let" false arithmetic::let_, "let arg [arg ...]";
    "local" false declare::local, "local [option] name[=value] ...";
    "logout" false flow::logout, "logout [n]";
    "mapfile" false mapfile::mapfile, "mapfile [-d delim] [-n count] [-O origin] [-s count] [-t] [-u fd] [-C callback] [-c quantum] [array]";
    "popd" false dirs::popd, "popd [-n] [+N | -N]";
    "printf" false printf::printf, "printf [-v var] format [arguments]";
    "pushd" false dirs::pushd, "pushd [-n] [+N | -N | dir]";
    "pwd" false cd::pwd, "pwd [-LP]";
    "read" false read::read, "read [-ers] [-a array] [-d delim] [-i text] [-n nchars] [-N nchars] [-p prompt] [-t timeout] [-u fd] [name ...]";
    "readarray" false mapfile::mapfile, "readarray [-d delim] [-n count] [-O origin] [-s count] [-t] [-u fd] [-C callback] [-c quantum] [array]";
    "readonly" true declare::readonly, "readonly [-aAf] [name[=value] ...] or readonly -p";
    "return" true flow::return_, "return [n]";
    "set" true set::set, "set [-abefhkmnptuvxBCEHPT] [-o option-name] [--] [-] [arg ...]";
    "shift" true set::shift, "shift [n]";
    "shopt" false set::shopt, "shopt [-pqsu] [-o] [optname ...]";
    "source" true eval::source, "source filename [arguments]";
    "suspend" false jobs::suspend, "suspend [-f]";
    "test" false test::test, "test [expr]";
    "times" true limits::times, "times";
    "trap" true trap::trap, "trap [-lp] [[arg] signal_spec ...]";
    "true" false echo::yes, "true";
    "type" false lookup::type_, "type [-afptP] name [name ...]";
    "typeset" false declare::declare, "typeset [-aAfFgiIlnrtux] name[=value] ... or typeset -p [-aAfFilnrtux] [name ...]";
    "ulimit" false limits::ulimit, "ulimit [-SHabcdefiklmnpqrstuvxPRT] [limit]";
    "umask" false limits::umask, "umask [-p] [-S] [mode]";
    "unalias" false alias::unalias, "unalias [-a] name [name ...]";
    "unset" true unset::unset, "unset [-f] [-v] [-n] [name ...]";
    "wait" false wait::wait, "wait [-fn] [-p var] [id ...]";
}

/// Where the names with a first byte begin, by that byte.
static STARTS: [u8; 257] = starts();

const fn starts() -> [u8; 257] {
    let mut starts = [0; 257];
    let mut at = 0;
    let mut byte = 0;
    while byte < 257 {
        while at < NAMES.len() && (NAMES[at].as_bytes()[0] as usize) < byte {
            at += 1;
        }
        starts[byte] = at as u8;
        byte += 1;
    }
    starts
}

/// The builtin of this name.
pub fn find(name: impl AsRef<[u8]>) -> Option<&'static Builtin> {
    let name = name.as_ref();
    let first = usize::from(*name.first()?);
    let range = usize::from(STARTS[first])..usize::from(STARTS[first + 1]);
    TABLE
        .get(range)?
        .iter()
        .find(|builtin| builtin.name.as_bytes() == name)
}
