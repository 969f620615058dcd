//! AWK as POSIX describes it, with what agents use of gawk.

mod applets;
mod command;
mod compile;
mod io;
mod lex;
mod parse;
mod run;
mod text;
mod value;

fn main() {
    std::process::exit(wardian_applet::main(&applets::MODULE, || {}));
}
