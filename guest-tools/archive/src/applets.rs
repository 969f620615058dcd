//! The applet table: dispatch, `--list`, help and the sandbox's `/bin` come from it.

use crate::{compress, cpio, tar, zip};
use wardian_applet::{Applet, Module};

const FILES: &str = "[OPTION]... [FILE]...";

const fn applet(
    name: &'static str,
    synopsis: &'static str,
    run: fn(&wardian_applet::Args) -> i32,
) -> Applet {
    Applet {
        name,
        synopsis,
        run,
    }
}

/// This module and its applets, sorted by name.
pub static MODULE: Module = Module {
    name: "archive",
    applets: &[
        applet("bunzip2", FILES, compress::bunzip2),
        applet("bzcat", FILES, compress::bzcat),
        applet("bzip2", FILES, compress::bzip2),
        applet(
            "cpio",
            "-o|-i|-t|-p [OPTION]... [PATTERN|DIRECTORY]...",
            cpio::run,
        ),
        applet("gunzip", FILES, compress::gunzip),
        applet("gzip", FILES, compress::gzip),
        applet("lzcat", FILES, compress::lzcat),
        applet("lzma", FILES, compress::lzma),
        applet("tar", "[OPTION]... [FILE]...", tar::run),
        applet("unlzma", FILES, compress::unlzma),
        applet("unxz", FILES, compress::unxz),
        applet(
            "unzip",
            "[OPTION]... ARCHIVE [MEMBER]... [-x MEMBER]... [-d DIRECTORY]",
            zip::unzip,
        ),
        applet("unzstd", FILES, compress::unzstd),
        applet("xz", FILES, compress::xz),
        applet("xzcat", FILES, compress::xzcat),
        applet("zcat", FILES, compress::zcat),
        applet(
            "zip",
            "[OPTION]... ARCHIVE [FILE]... [-x PATTERN]...",
            zip::zip,
        ),
        applet("zstd", FILES, compress::zstd),
        applet("zstdcat", FILES, compress::zstdcat),
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
