//! AWK as POSIX describes it, with what agents use of gawk.

mod applets;

fn main() {
    std::process::exit(wardian_applet::main(&applets::MODULE, || {}));
}
