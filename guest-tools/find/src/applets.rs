//! The applet table: dispatch, `--list`, help and the sandbox's `/bin` come from it.

use crate::{df, du, fd, find, rg, tree, xargs};
use wardian_applet::{Applet, Module};

/// This module and its applets, sorted by name.
pub static MODULE: Module = Module {
    name: "find",
    applets: &[
        Applet {
            name: "df",
            synopsis: "[OPTION]... [FILE]...",
            run: df::run,
        },
        Applet {
            name: "du",
            synopsis: "[OPTION]... [FILE]...",
            run: du::run,
        },
        Applet {
            name: "fd",
            synopsis: "[OPTION]... [pattern] [path]...",
            run: fd::run,
        },
        Applet {
            name: "fdfind",
            synopsis: "[OPTION]... [pattern] [path]...",
            run: fd::run,
        },
        Applet {
            name: "find",
            synopsis: "[-H] [-L] [-P] [-Olevel] [-D debugopts] [path...] [expression]",
            run: find::run,
        },
        Applet {
            name: "rg",
            synopsis: "[OPTION]... PATTERN [PATH]...",
            run: rg::run,
        },
        Applet {
            name: "tree",
            synopsis: "[OPTION]... [directory ...]",
            run: tree::run,
        },
        Applet {
            name: "xargs",
            synopsis: "[OPTION]... COMMAND [INITIAL-ARGS]...",
            run: xargs::run,
        },
    ],
};

#[cfg(test)]
mod tests {
    use super::MODULE;

    #[test]
    fn names_are_sorted_and_listed() {
        assert_eq!(MODULE.listing(), include_str!("../applets.txt"));
    }
}
