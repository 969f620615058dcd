//! Processes and the system, as the sandbox sees them: ps, free, and their kin.

mod applets;
mod kernel;
mod machine;
mod network;
mod process;
mod run;
mod terminal;

fn main() {
    std::process::exit(wardian_applet::main(&applets::MODULE, || {}));
}
