//! The applet table: dispatch, `--list`, help and the sandbox's `/bin` come from it.

use wardian_applet::{Applet, Module};

/// This module and its applets, sorted by name.
pub static MODULE: Module = Module {
    name: "text",
    applets: &[
        Applet {
            name: "column",
            synopsis: "[-tJxL] [-s SEPARATORS] [-o SEPARATOR] [-N NAMES] [-c WIDTH] [FILE]...",
            run: crate::small::column,
        },
        Applet {
            name: "dos2unix",
            synopsis: "[-fkq] [-n IN OUT] [FILE]...",
            run: crate::small::dos2unix,
        },
        Applet {
            name: "envsubst",
            synopsis: "[-v] [FORMAT]",
            run: crate::small::envsubst,
        },
        Applet {
            name: "getopt",
            synopsis: "[-aqQu] [-o OPTIONS] [-l NAMES] [-n NAME] -- ARGUMENT...",
            run: crate::small::getopt,
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
            name: "pg",
            synopsis: "[FILE]...",
            run: crate::small::pg,
        },
        Applet {
            name: "rev",
            synopsis: "[-0] [FILE]...",
            run: crate::small::rev,
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
            name: "unix2dos",
            synopsis: "[-fkq] [-n IN OUT] [FILE]...",
            run: crate::small::unix2dos,
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
