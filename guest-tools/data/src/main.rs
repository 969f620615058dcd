//! Tools for structured data: jq, yq.

mod applets;

fn main() {
    std::process::exit(wardian_applet::main(&applets::MODULE, || {}));
}
