//! The hash that binds a module to its sources: the guest's folder, the ABI
//! crate, the workspace's manifest, lock file and compiler flags.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use sha2::{Digest as _, Sha256};
use walkdir::WalkDir;

use super::list::Guest;
use super::pack::hex;
use crate::checkout::Checkout;

const SHARED: &[&str] = &[
    ".cargo/config.toml",
    "Cargo.lock",
    "Cargo.toml",
    "abi/Cargo.toml",
    "abi/src",
];

/// The hash of all that `guest` is built from, in hex.
pub fn hash(checkout: &Checkout, guest: &Guest) -> Result<String> {
    hash_of(&checkout.path("guest-tools"), guest.folder)
}

fn hash_of(base: &Path, folder: &str) -> Result<String> {
    let mut files = Vec::new();
    for part in SHARED.iter().chain([&folder]) {
        collect(base, part, &mut files)?;
    }
    files.sort();
    let mut hasher = Sha256::new();
    for file in files {
        let contents = std::fs::read(base.join(&file)).with_context(|| file.clone())?;
        // With lengths, so that no two trees read as the same bytes.
        hasher.update((file.len() as u64).to_le_bytes());
        hasher.update(file.as_bytes());
        hasher.update((contents.len() as u64).to_le_bytes());
        hasher.update(&contents);
    }
    Ok(hex(&hasher.finalize()))
}

/// The files under `part`, as paths relative to `base` with `/` between names.
fn collect(base: &Path, part: &str, files: &mut Vec<String>) -> Result<()> {
    let entries = WalkDir::new(base.join(part))
        .into_iter()
        .filter_entry(|entry| entry.depth() == 0 || counts(entry.path()));
    for entry in entries {
        let entry = entry?;
        if entry.file_type().is_dir() {
            continue;
        }
        let relative: PathBuf = entry.path().strip_prefix(base)?.components().collect();
        let name = relative
            .to_str()
            .with_context(|| format!("{} is not UTF-8", relative.display()))?;
        files.push(name.replace('\\', "/"));
    }
    Ok(())
}

/// Whether a file or folder has a part in the module. Documents and test cases
/// have none, nor has what editors leave behind.
fn counts(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let left_out = name == "target"
        || name == "cases"
        || name.ends_with(".md")
        || name.ends_with('~')
        || name.starts_with('.');
    !left_out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(name: &str) -> PathBuf {
        let base = std::env::temp_dir().join(format!("wardian-{name}-{}", std::process::id()));
        for folder in [".cargo", "abi/src", "tool/src", "tool/target", "tool/cases"] {
            std::fs::create_dir_all(base.join(folder)).unwrap();
        }
        for file in SHARED
            .iter()
            .filter(|part| part.contains("Cargo") || part.ends_with("toml"))
        {
            std::fs::write(base.join(file), file).unwrap();
        }
        std::fs::write(base.join("tool/src/main.rs"), "fn main() {}").unwrap();
        base
    }

    #[test]
    fn only_what_is_compiled_counts() {
        let base = tree("sources");
        let first = hash_of(&base, "tool").unwrap();
        for file in [
            "tool/NOTES.md",
            "tool/target/x",
            "tool/cases/x",
            "tool/src/.main.rs.swp",
        ] {
            std::fs::write(base.join(file), "x").unwrap();
        }
        assert_eq!(hash_of(&base, "tool").unwrap(), first);
        for file in ["abi/src/lib.rs", "tool/src/more.rs", "Cargo.lock"] {
            let before = hash_of(&base, "tool").unwrap();
            std::fs::write(base.join(file), "changed").unwrap();
            assert_ne!(hash_of(&base, "tool").unwrap(), before, "{file}");
        }
        std::fs::remove_dir_all(&base).unwrap();
    }
}
