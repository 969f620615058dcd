//! Tools that walk trees and start commands: find, xargs, and their kin.

mod accounts;
mod applets;
mod df;
mod du;
mod fd;
mod find;
mod fnmatch;
mod process;
mod rg;
mod tree;
mod walk;
mod words;
mod xargs;

fn main() {
    std::process::exit(wardian_applet::main(&applets::MODULE, || {}));
}
