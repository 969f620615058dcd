//! The applet table: dispatch, `--list`, help and the sandbox's `/bin` come from it.

use crate::machine::{configuration, free, hardware, hostname, mount, uptime, users};
use crate::network;
use crate::process::{lsof, ps, select, top};
use crate::run::{flock, plain, rename, script, time, watch};
use crate::terminal::{stty, tput};
use wardian_applet::{Applet, Module};

macro_rules! table {
    ($($name:literal, $synopsis:literal, $run:expr;)*) => {
        /// This module and its applets, sorted by name.
        pub static MODULE: Module = Module {
            name: "system",
            applets: &[$(Applet { name: $name, synopsis: $synopsis, run: $run },)*],
        };
    };
}

table! {
    "chrt", "[OPTION]... PRIORITY COMMAND [ARG]... | -p PID", plain::chrt;
    "clear", "", tput::clear;
    "curl", "[OPTION]... URL...", network::curl;
    "flock", "[OPTION]... FILE COMMAND [ARG]... | FILE -c COMMAND | NUMBER", flock::run;
    "free", "[OPTION]...", free::free;
    "getconf", "[-v SPECIFICATION] NAME [PATH] | -a", configuration::getconf;
    "hostnamectl", "[status | hostname [NAME]]", hostname::hostnamectl;
    "ifconfig", "[INTERFACE]", network::interfaces;
    "ionice", "[-c CLASS] [-n LEVEL] [COMMAND [ARG]...] | -p PID", plain::ionice;
    "ip", "OBJECT [COMMAND]", network::interfaces;
    "killall", "[OPTION]... [-SIGNAL] NAME...", select::killall;
    "last", "[OPTION]...", users::last;
    "locale", "[-a | -m | NAME]", configuration::locale;
    "logger", "[-s] [-t TAG] [MESSAGE]...", plain::logger;
    "lscpu", "", hardware::lscpu;
    "lsof", "[-ta] [-p PIDS] [-c NAME] [-u USERS] [FILE]...", lsof::run;
    "man", "NAME", plain::man;
    "mcookie", "", hardware::mcookie;
    "mesg", "[y | n]", users::mesg;
    "mount", "[-l] [-t TYPE]", mount::mount;
    "namei", "[-lmo] PATH...", rename::namei;
    "pgrep", "[OPTION]... PATTERN", select::pgrep;
    "pidof", "[OPTION]... NAME...", select::pidof;
    "ping", "[OPTION]... HOST", network::ping;
    "pkill", "[-SIGNAL] [OPTION]... PATTERN", select::pkill;
    "ps", "[OPTION]...", ps::run;
    "rename", "[-vnf] s/FROM/TO/[gi] FILE...", rename::rename;
    "renice", "[-n] PRIORITY [-p] PID...", plain::renice;
    "reset", "", tput::reset;
    "script", "[-qae] [-c COMMAND] [FILE]", script::run;
    "setsid", "[-fw] COMMAND [ARG]...", plain::setsid;
    "stty", "[SETTING]...", stty::run;
    "sysctl", "[-nNae] [KEY]...", mount::sysctl;
    "taskset", "[-c] MASK COMMAND [ARG]... | -p PID", plain::taskset;
    "time", "[-apqv] [-f FORMAT] [-o FILE] COMMAND [ARG]...", time::run;
    "top", "[-b] [-n COUNT] [-d SECONDS] [-p PIDS]", top::run;
    "tput", "[-T TERMINAL] CAPABILITY [ARG]...", tput::tput;
    "umount", "TARGET", mount::umount;
    "uptime", "[-ps]", uptime::uptime;
    "users", "", users::users;
    "uuidgen", "[-r]", hardware::uuidgen;
    "vmstat", "", free::vmstat;
    "w", "[-h]", uptime::w;
    "watch", "[-degtx] [-n SECONDS] COMMAND [ARG]...", watch::run;
    "wget", "[OPTION]... URL...", network::wget;
    "who", "[-qH]", users::who;
}

#[cfg(test)]
mod tests {
    use super::MODULE;

    #[test]
    fn names_are_sorted_and_listed() {
        assert_eq!(MODULE.listing(), include_str!("../applets.txt"));
    }
}
