//! Archives and compression: tar, gzip, zip and their kin.

mod applets;

fn main() {
    std::process::exit(wardian_applet::main(&applets::MODULE, || {}));
}
