//! Gives the shell a shadow stack deep enough for recursive scripts, and its heap.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let wasm = std::env::var("CARGO_CFG_TARGET_FAMILY").is_ok_and(|family| family == "wasm");
    if wasm {
        // The stack lies below the data (--stack-first), so that a fork copies
        // one range: from the stack pointer to the end of memory.
        println!("cargo:rustc-link-arg-bins=-zstack-size=8454144");
        println!("cargo:rustc-link-arg-bins=--stack-first");
        // Enough for most scripts: whatever is there, the kernel looks through after
        // each run.
        println!("cargo:rustc-link-arg-bins=--initial-heap=196608");
    }
}
