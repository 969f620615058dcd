//! Archives and compression: tar, gzip, zip and their kin.

mod applets;
mod codec;
mod compress;
mod cpio;
mod date;
mod stream;
mod tar;
mod zip;

fn main() {
    std::process::exit(wardian_applet::main(&applets::MODULE, || {}));
}
