//! The applet table: dispatch, `--list`, help and the sandbox's `/bin` come from it.

use crate::{jq, yq};
use wardian_applet::{Applet, Module};

/// This module and its applets, sorted by name.
pub static MODULE: Module = Module {
    name: "data",
    applets: &[
        Applet {
            name: "jq",
            synopsis: "[OPTION]... FILTER [FILE]...",
            run: jq::run,
        },
        Applet {
            name: "yq",
            synopsis: "[eval] [OPTION]... [EXPRESSION] [FILE]...",
            run: yq::run,
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
