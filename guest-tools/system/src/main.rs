//! Processes and the system, as the sandbox sees them: ps, free, and their kin.

mod applets;

fn main() {
    std::process::exit(wardian_applet::main(&applets::MODULE, || {}));
}
