//! Help and version.

/// Shows how awk is called.
pub fn show(name: &str, fd: u32) {
    let text = format!(
        "Usage: {name} [POSIX or GNU style options] -f progfile [--] file ...\n\
         Usage: {name} [POSIX or GNU style options] [--] 'program' file ...\n\
         POSIX options:\t\tGNU long options: (standard)\n\
         \t-f progfile\t\t--file=progfile\n\
         \t-F fs\t\t\t--field-separator=fs\n\
         \t-v var=val\t\t--assign=var=val\n\
         Short options:\t\tGNU long options: (extensions)\n\
         \t-b\t\t\t--characters-as-bytes\n\
         \t-e 'program-text'\t--source='program-text'\n\
         \t-E file\t\t\t--exec=file\n\
         \t-h\t\t\t--help\n\
         \t-i includefile\t\t--include=includefile\n\
         \t-k\t\t\t--csv\n\
         \t-V\t\t\t--version\n"
    );
    put(fd, text.as_bytes());
}

/// Shows the version of the language.
pub fn version() {
    let text = concat!(
        "GNU Awk 5.2.1 compatible (Wardian ",
        env!("CARGO_PKG_VERSION"),
        ")\n"
    );
    put(1, text.as_bytes());
}

fn put(fd: u32, text: &[u8]) {
    let mut out = wardian_applet::cli::Output::new(fd);
    out.put(text);
    out.flush();
}
