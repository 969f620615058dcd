//! Tools for structured data: jq, yq.

mod applets;
mod jq;
mod json;
mod yq;

fn main() {
    std::process::exit(wardian_applet::main(&applets::MODULE, || {}));
}
