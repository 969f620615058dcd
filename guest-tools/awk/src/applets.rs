//! The applet table: dispatch, `--list`, help and the sandbox's `/bin` come from it.

use crate::command;
use wardian_applet::{Applet, Module};

const SYNOPSIS: &str = "[-F FS] [-v VAR=VALUE] {-f PROGFILE | 'PROGRAM'} [FILE]...";

/// This module and its applets, sorted by name.
pub static MODULE: Module = Module {
    name: "awk",
    applets: &[
        applet("awk"),
        applet("gawk"),
        applet("mawk"),
        applet("nawk"),
    ],
};

const fn applet(name: &'static str) -> Applet {
    Applet {
        name,
        synopsis: SYNOPSIS,
        run: command::run,
    }
}

#[cfg(test)]
mod tests {
    use super::MODULE;

    #[test]
    fn names_are_sorted_and_listed() {
        assert_eq!(MODULE.listing(), include_str!("../applets.txt"));
    }
}
