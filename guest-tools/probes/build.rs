//! Wires every file of `src/probes` into the program: a file is a probe, and
//! one without a fitting `run` does not compile.

use std::fmt::Write as _;
use std::path::PathBuf;

fn main() {
    println!("cargo::rerun-if-changed=src/probes");
    let folder = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").unwrap()).join("src/probes");
    let mut names: Vec<String> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter_map(|file| file.strip_suffix(".rs").map(str::to_owned))
        .collect();
    names.sort();
    let mut source = String::new();
    for name in &names {
        let path = folder.join(format!("{name}.rs"));
        let _ = writeln!(source, "#[path = {path:?}]\nmod {name};");
    }
    source += "pub const PROBES: &[(&str, Probe)] = &[\n";
    for name in &names {
        let _ = writeln!(source, "    ({name:?}, {name}::run),");
    }
    source += "];\n";
    let out = PathBuf::from(std::env::var_os("OUT_DIR").unwrap()).join("probes.rs");
    std::fs::write(out, source).unwrap();
}
