//! Turns `modules/manifest.toml` into the table of modules that the crate
//! embeds, and refuses a manifest whose files are not there.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

const REBUILD: &str = "run `cargo xtask guests` to build the guest modules";

#[derive(serde::Deserialize)]
struct Manifest {
    #[serde(default)]
    module: Vec<Module>,
}

#[derive(serde::Deserialize)]
struct Module {
    name: String,
    kind: String,
    sha256: String,
    size: usize,
    applets: Vec<String>,
}

fn main() {
    println!("cargo::rerun-if-changed=modules");
    println!("cargo::rerun-if-changed=build.rs");
    match generate() {
        Ok(table) => {
            let out = PathBuf::from(std::env::var_os("OUT_DIR").unwrap_or_default());
            if let Err(error) = std::fs::write(out.join("table.rs"), table) {
                println!("cargo::error=cannot write table.rs: {error}");
            }
        }
        Err(message) => println!("cargo::error={message}; {REBUILD}"),
    }
}

fn generate() -> Result<String, String> {
    let folder = Path::new("modules");
    let path = folder.join("manifest.toml");
    let text = std::fs::read_to_string(&path)
        .map_err(|error| format!("guest-tools/image/{}: {error}", path.display()))?;
    let manifest: Manifest =
        toml::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?;
    for module in &manifest.module {
        let file = folder.join(format!("{}.wasm.zst", module.name));
        if !file.is_file() {
            return Err(format!(
                "guest-tools/image/{} is missing, though the manifest names it",
                file.display()
            ));
        }
    }
    let (tools, probes): (Vec<_>, Vec<_>) = manifest
        .module
        .into_iter()
        .partition(|module| module.kind == "tool");
    if tools.is_empty() {
        return Err(format!("{} names no module", path.display()));
    }
    table(&tools, &probes)
}

/// The generated source: one constant for each group, and the applets sorted
/// by name so that a lookup is a binary search.
fn table(tools: &[Module], probes: &[Module]) -> Result<String, String> {
    let mut source = String::from("static TOOLS: &[GuestModule] = &[\n");
    for module in tools {
        source += &entry(module)?;
    }
    source += "];\n";
    let mut applets = BTreeMap::new();
    for (index, module) in tools.iter().enumerate() {
        for applet in &module.applets {
            if let Some(first) = applets.insert(applet.as_str(), index) {
                let (first, second) = (&tools[first].name, &module.name);
                return Err(format!("both {first} and {second} have an applet {applet}"));
            }
        }
    }
    source += "static APPLETS: &[(&str, &GuestModule)] = &[\n";
    for (applet, index) in applets {
        let _ = writeln!(source, "    ({applet:?}, &TOOLS[{index}]),");
    }
    source += "];\n";
    source += "#[cfg(feature = \"probes\")]\nstatic PROBES: &[GuestModule] = &[\n";
    for module in probes {
        source += &entry(module)?;
    }
    source += "];\n";
    Ok(source)
}

fn entry(module: &Module) -> Result<String, String> {
    let Module {
        name,
        sha256,
        size,
        applets,
        ..
    } = module;
    let digest = bytes(sha256).ok_or_else(|| format!("{name}: sha256 is not 64 hex digits"))?;
    Ok(format!(
        "    GuestModule {{
        name: {name:?},
        compressed: include_bytes!(concat!(env!(\"CARGO_MANIFEST_DIR\"), \"/modules/{name}.wasm.zst\")),
        sha256: {digest:?},
        size_bytes: {size},
        applets: &{applets:?},
    }},\n"
    ))
}

fn bytes(hex: &str) -> Option<[u8; 32]> {
    let mut digest = [0; 32];
    if hex.len() != 64 {
        return None;
    }
    for (index, byte) in digest.iter_mut().enumerate() {
        *byte = u8::from_str_radix(hex.get(index * 2..index * 2 + 2)?, 16).ok()?;
    }
    Some(digest)
}
