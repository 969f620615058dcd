//! Asks for a larger stack: values within values are compared by recursion.

fn main() {
    if std::env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("wasi") {
        println!("cargo:rustc-link-arg-bins=-zstack-size=4194304");
    }
    println!("cargo:rerun-if-changed=build.rs");
}
