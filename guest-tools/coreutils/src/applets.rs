//! The applet table: dispatch, `--list`, help and the sandbox's `/bin` come from it.

use crate::{
    bytes, copy, digest, dircolors, dump, eval, fast, format, grep, identity, layout, lines, ls,
    meta, numfmt, order, pieces, place, process, seq, sort,
};
use wardian_applet::{Applet, Module};

macro_rules! table {
    ($($name:literal, $synopsis:literal, $run:expr;)*) => {
        /// This module and its applets, sorted by name.
        pub static MODULE: Module = Module {
            name: "coreutils",
            applets: &[$(Applet { name: $name, synopsis: $synopsis, run: $run },)*],
        };
    };
}

table! {
    "[", "EXPRESSION ]", eval::test::bracket;
    "arch", "[OPTION]...", identity::machine::arch;
    "b2sum", "[OPTION]... [FILE]...", digest::b2sum;
    "base32", "[OPTION]... [FILE]", bytes::base::base32;
    "base64", "[OPTION]... [FILE]", bytes::base::base64;
    "basename", "NAME [SUFFIX] | OPTION... NAME...", fast::names::basename;
    "basenc", "[OPTION]... [FILE]", bytes::base::basenc;
    "cat", "[OPTION]... [FILE]...", fast::cat::run;
    "chgrp", "[OPTION]... GROUP FILE...", meta::chown::chgrp;
    "chmod", "[OPTION]... MODE[,MODE]... FILE...", meta::chmod::chmod;
    "chown", "[OPTION]... [OWNER][:[GROUP]] FILE...", meta::chown::chown;
    "cksum", "[OPTION]... [FILE]...", digest::cksum;
    "comm", "[OPTION]... FILE1 FILE2", lines::comm::run;
    "cp", "[OPTION]... SOURCE... DEST", copy::cp;
    "csplit", "[OPTION]... FILE PATTERN...", pieces::csplit::run;
    "cut", "OPTION... [FILE]...", lines::cut::run;
    "date", "[OPTION]... [+FORMAT]", fast::date::run;
    "dd", "[OPERAND]...", copy::dd;
    "dir", "[OPTION]... [FILE]...", ls::dir;
    "dircolors", "[OPTION]... [FILE]", dircolors::run;
    "dirname", "[OPTION] NAME...", fast::names::dirname;
    "echo", "[-neE] [STRING]...", fast::echo::run;
    "egrep", "[OPTION]... PATTERNS [FILE]...", grep::egrep;
    "env", "[OPTION]... [-] [NAME=VALUE]... [COMMAND [ARG]...]", process::env::env;
    "expand", "[OPTION]... [FILE]...", lines::tabs::expand;
    "expr", "EXPRESSION", eval::expr::run;
    "factor", "[NUMBER]...", eval::factor::run;
    "false", "[IGNORED]...", fast::small::no_code;
    "fgrep", "[OPTION]... PATTERNS [FILE]...", grep::fgrep;
    "fmt", "[-WIDTH] [OPTION]... [FILE]...", layout::fmt::run;
    "fold", "[OPTION]... [FILE]...", lines::fold::run;
    "grep", "[OPTION]... PATTERNS [FILE]...", grep::grep;
    "groups", "[OPTION]... [USERNAME]...", identity::id::groups;
    "head", "[OPTION]... [FILE]...", fast::head::run;
    "hostid", "[OPTION]", identity::machine::hostid;
    "hostname", "[OPTION]...", identity::machine::hostname;
    "id", "[OPTION]... [USER]...", identity::id::id;
    "install", "[OPTION]... SOURCE... DEST", meta::install::install;
    "join", "[OPTION]... FILE1 FILE2", lines::join::run;
    "kill", "[-s SIGNAL | -SIGNAL] PID... | -l [SIGNAL]...", process::kill::kill;
    "link", "FILE1 FILE2", fast::small::link;
    "ln", "[OPTION]... TARGET... LINK", copy::ln;
    "ls", "[OPTION]... [FILE]...", ls::ls;
    "md5sum", "[OPTION]... [FILE]...", digest::md5sum;
    "mkdir", "[OPTION]... DIRECTORY...", meta::mkdir::mkdir;
    "mkfifo", "[OPTION]... NAME...", meta::special::mkfifo;
    "mknod", "[OPTION]... NAME TYPE [MAJOR MINOR]", meta::special::mknod;
    "mktemp", "[OPTION]... [TEMPLATE]", place::mktemp::run;
    "mv", "[OPTION]... SOURCE... DEST", copy::mv;
    "nice", "[OPTION] [COMMAND [ARG]...]", process::launch::nice;
    "nl", "[OPTION]... [FILE]...", lines::nl::run;
    "nohup", "COMMAND [ARG]...", process::launch::nohup;
    "nproc", "[OPTION]...", identity::machine::nproc;
    "numfmt", "[OPTION]... [NUMBER]...", numfmt::run;
    "od", "[OPTION]... [FILE]...", dump::run;
    "paste", "[OPTION]... [FILE]...", lines::paste::run;
    "pathchk", "[OPTION]... NAME...", place::pathchk::run;
    "pr", "[OPTION]... [FILE]...", layout::pr::run;
    "printenv", "[OPTION]... [VARIABLE]...", process::env::printenv;
    "printf", "FORMAT [ARGUMENT]...", format::printf::run;
    "ptx", "[OPTION]... [INPUT]...", layout::ptx::run;
    "pwd", "[OPTION]...", fast::small::pwd;
    "readlink", "[OPTION]... FILE...", place::canonical::readlink;
    "realpath", "[OPTION]... FILE...", place::canonical::realpath;
    "rm", "[OPTION]... [FILE]...", fast::remove::rm;
    "rmdir", "[OPTION]... DIRECTORY...", fast::remove::rmdir;
    "seq", "[OPTION]... [FIRST [INCREMENT]] LAST", seq::run;
    "sha1sum", "[OPTION]... [FILE]...", digest::sha1sum;
    "sha224sum", "[OPTION]... [FILE]...", digest::sha224sum;
    "sha256sum", "[OPTION]... [FILE]...", digest::sha256sum;
    "sha384sum", "[OPTION]... [FILE]...", digest::sha384sum;
    "sha512sum", "[OPTION]... [FILE]...", digest::sha512sum;
    "shred", "[OPTION]... FILE...", place::shred::run;
    "shuf", "[OPTION]... [FILE] | -e [ARG]... | -i LO-HI", order::shuf::run;
    "sleep", "NUMBER[SUFFIX]...", process::duration::sleep;
    "sort", "[OPTION]... [FILE]...", sort::run;
    "split", "[OPTION]... [FILE [PREFIX]]", pieces::split::run;
    "stat", "[OPTION]... FILE...", meta::stat::stat;
    "sum", "[OPTION]... [FILE]...", digest::sum;
    "sync", "[OPTION] [FILE]...", fast::small::sync;
    "tac", "[OPTION]... [FILE]...", order::tac::run;
    "tail", "[OPTION]... [FILE]...", fast::tail::run;
    "tee", "[OPTION]... [FILE]...", fast::tee::run;
    "test", "EXPRESSION", eval::test::test;
    "timeout", "[OPTION] DURATION COMMAND [ARG]...", process::timeout::timeout;
    "touch", "[OPTION]... FILE...", fast::touch::run;
    "tr", "[OPTION]... STRING1 [STRING2]", bytes::tr::run;
    "true", "[IGNORED]...", fast::small::yes_code;
    "truncate", "OPTION... FILE...", place::truncate::run;
    "tsort", "[OPTION] [FILE]", order::tsort::run;
    "tty", "[OPTION]...", identity::tty::run;
    "uname", "[OPTION]...", identity::machine::uname;
    "unexpand", "[OPTION]... [FILE]...", lines::tabs::unexpand;
    "uniq", "[OPTION]... [INPUT [OUTPUT]]", lines::uniq::run;
    "unlink", "FILE", fast::small::unlink;
    "vdir", "[OPTION]... [FILE]...", ls::vdir;
    "wc", "[OPTION]... [FILE]...", fast::wc::run;
    "which", "[-as] NAME...", process::which::which;
    "whoami", "[OPTION]...", identity::id::whoami;
    "yes", "[STRING]...", fast::small::yes;
}

#[cfg(test)]
mod tests {
    use super::MODULE;

    #[test]
    fn names_are_sorted_and_listed() {
        assert_eq!(MODULE.listing(), include_str!("../applets.txt"));
    }
}
