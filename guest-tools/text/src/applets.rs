//! The applet table: dispatch, `--list`, help and the sandbox's `/bin` come from it.

use crate::{calc, cmp, diff, dump, magic, patch, sdiff};
use wardian_applet::{Applet, Module};

/// This module and its applets, sorted by name.
pub static MODULE: Module = Module {
    name: "text",
    applets: &[
        Applet {
            name: "bc",
            synopsis: "[-hilqsvw] [FILE]...",
            run: calc::bc,
        },
        Applet {
            name: "cmp",
            synopsis: "[OPTION]... FILE1 [FILE2 [SKIP1 [SKIP2]]]",
            run: cmp::run,
        },
        Applet {
            name: "dc",
            synopsis: "[-e EXPRESSION] [-f FILE] [FILE]...",
            run: calc::dc,
        },
        Applet {
            name: "diff",
            synopsis: "[OPTION]... FILES",
            run: diff::run,
        },
        Applet {
            name: "file",
            synopsis: "[-bhiL0] [--mime-type] [--mime-encoding] FILE...",
            run: magic::run,
        },
        Applet {
            name: "hd",
            synopsis: "[OPTION]... [FILE]...",
            run: dump::hd,
        },
        Applet {
            name: "hexdump",
            synopsis: "[OPTION]... [FILE]...",
            run: dump::hexdump,
        },
        Applet {
            name: "patch",
            synopsis: "[OPTION]... [ORIGFILE [PATCHFILE]]",
            run: patch::run,
        },
        Applet {
            name: "sdiff",
            synopsis: "[OPTION]... FILE1 FILE2",
            run: sdiff::run,
        },
        Applet {
            name: "strings",
            synopsis: "[OPTION]... [FILE]...",
            run: dump::strings,
        },
        Applet {
            name: "xxd",
            synopsis: "[OPTION]... [INFILE [OUTFILE]]",
            run: dump::xxd,
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
