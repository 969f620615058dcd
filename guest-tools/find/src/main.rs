//! Tools that walk trees and start commands: find, xargs, and their kin.

mod accounts;
mod applets;
mod df;
mod du;
mod find;
mod fnmatch;
mod process;
mod tree;
mod walk;
mod words;
mod xargs;

fn main() {
    std::process::exit(wardian_applet::main(&applets::MODULE, || {}));
}
