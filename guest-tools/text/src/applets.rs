//! The applet table: dispatch, `--list`, help and the sandbox's `/bin` come from it.

use crate::{calc, calendar, cmp, diff, diff3, dump, ed, magic, patch, sdiff};
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
            name: "cal",
            synopsis: "[-13jyY] [-m MONTH] [-n COUNT] [-A COUNT] [-B COUNT] [-d YEAR-MONTH] [[MONTH] YEAR]",
            run: calendar::cal,
        },
        Applet {
            name: "cmp",
            synopsis: "[OPTION]... FILE1 [FILE2 [SKIP1 [SKIP2]]]",
            run: cmp::run,
        },
        Applet {
            name: "column",
            synopsis: "[-tJxL] [-s SEPARATORS] [-o SEPARATOR] [-N NAMES] [-c WIDTH] [FILE]...",
            run: crate::small::column,
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
            name: "diff3",
            synopsis: "[OPTION]... MYFILE OLDFILE YOURFILE",
            run: diff3::run,
        },
        Applet {
            name: "dos2unix",
            synopsis: "[-fkq] [-n IN OUT] [FILE]...",
            run: crate::small::dos2unix,
        },
        Applet {
            name: "ed",
            synopsis: "[-EGlqrsv] [-p PROMPT] [FILE]",
            run: ed::run,
        },
        Applet {
            name: "envsubst",
            synopsis: "[-v] [FORMAT]",
            run: crate::small::envsubst,
        },
        Applet {
            name: "file",
            synopsis: "[-bhiL0] [--mime-type] [--mime-encoding] FILE...",
            run: magic::run,
        },
        Applet {
            name: "getopt",
            synopsis: "[-aqQu] [-o OPTIONS] [-l NAMES] [-n NAME] -- ARGUMENT...",
            run: crate::small::getopt,
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
            name: "iconv",
            synopsis: "[-c] [-f SET] [-t SET] [-o FILE] [FILE]...",
            run: crate::small::iconv,
        },
        Applet {
            name: "less",
            synopsis: "[FILE]...",
            run: crate::small::less,
        },
        Applet {
            name: "look",
            synopsis: "[-df] [-t CHAR] STRING [FILE]",
            run: crate::small::look,
        },
        Applet {
            name: "more",
            synopsis: "[FILE]...",
            run: crate::small::more,
        },
        Applet {
            name: "ncal",
            synopsis: "[-13bCJjMSwyeo] [-m MONTH] [-A COUNT] [-B COUNT] [-d YEAR-MONTH] [[MONTH] YEAR]",
            run: calendar::ncal,
        },
        Applet {
            name: "patch",
            synopsis: "[OPTION]... [ORIGFILE [PATCHFILE]]",
            run: patch::run,
        },
        Applet {
            name: "pg",
            synopsis: "[FILE]...",
            run: crate::small::pg,
        },
        Applet {
            name: "red",
            synopsis: "[-EGlqsv] [-p PROMPT] [FILE]",
            run: ed::run,
        },
        Applet {
            name: "rev",
            synopsis: "[-0] [FILE]...",
            run: crate::small::rev,
        },
        Applet {
            name: "sdiff",
            synopsis: "[OPTION]... FILE1 FILE2",
            run: sdiff::run,
        },
        Applet {
            name: "sed",
            synopsis: "[-nEsuz] [-i[SUFFIX]] [-l N] [-e SCRIPT | -f FILE]... [SCRIPT] [FILE]...",
            run: crate::sed::run,
        },
        Applet {
            name: "sponge",
            synopsis: "[-a] [FILE]",
            run: crate::small::sponge,
        },
        Applet {
            name: "strings",
            synopsis: "[OPTION]... [FILE]...",
            run: dump::strings,
        },
        Applet {
            name: "unix2dos",
            synopsis: "[-fkq] [-n IN OUT] [FILE]...",
            run: crate::small::unix2dos,
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
