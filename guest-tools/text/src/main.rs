//! Text tools equal to GNU's: sed, diff, patch, and their kin.

mod applets;
mod calc;
mod calendar;
mod cmp;
mod diff;
mod diff3;
mod dump;
mod ed;
mod locale;
mod magic;
mod patch;
mod sdiff;
mod sed;
mod shell;
mod small;

use wardian_applet::{Args, cli, sys, text};

fn main() {
    std::process::exit(wardian_applet::main(&applets::MODULE, || {}));
}
