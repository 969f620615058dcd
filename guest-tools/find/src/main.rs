//! Tools that walk trees and start commands: find, xargs, and their kin.

mod applets;

fn main() {
    std::process::exit(wardian_applet::main(&applets::MODULE, || {}));
}
