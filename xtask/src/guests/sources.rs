//! The hash that binds a module to its sources: the guest's folder and those of
//! the workspace's crates that it stands on, the versions of the others, the
//! workspace's profiles and compiler flags, and for prepared guests the program that
//! runs their start-up.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use sha2::{Digest as _, Sha256};
use walkdir::WalkDir;

use super::list::Guest;
use super::lock;
use super::pack::hex;
use crate::checkout::Checkout;

/// Flags of the compiler.
const FLAGS: &str = ".cargo/config.toml";

/// Crates that the guests stand on and that are members of the other workspace.
const OUTSIDE: &[&str] = &["abi"];

/// What runs the start-up of prepared guests while they are built.
const PREPARER: &str = "../xtask/preinit";

/// The hash of all that `guest` is built from, in hex.
pub fn hash(checkout: &Checkout, guest: &Guest) -> Result<String> {
    let preparer = guest.prepared.then_some(PREPARER);
    hash_of(&checkout.path("guest-tools"), guest.package, preparer)
}

/// `also` is a folder beside the crates that has a part in the module.
fn hash_of(base: &Path, package: &str, also: Option<&str>) -> Result<String> {
    let workspace = Workspace::read(base)?;
    let closure = lock::closure(base, &workspace.folders, package)?;
    let mut files = Vec::new();
    let folders = closure.folders.iter().map(String::as_str);
    for part in folders.chain([FLAGS]).chain(also) {
        collect(base, part, &mut files)?;
    }
    files.sort();
    let mut hasher = Sha256::new();
    // With lengths, so that no two trees read as the same bytes.
    let mut add = |name: &str, contents: &[u8]| {
        hasher.update((name.len() as u64).to_le_bytes());
        hasher.update(name.as_bytes());
        hasher.update((contents.len() as u64).to_le_bytes());
        hasher.update(contents);
    };
    add("Cargo.toml", workspace.settings.as_bytes());
    for package in &closure.registry {
        add("Cargo.lock", package.as_bytes());
    }
    for file in files {
        let contents = std::fs::read(base.join(&file)).with_context(|| file.clone())?;
        add(&file, &contents);
    }
    Ok(hex(&hasher.finalize()))
}

/// What the workspace's manifest says.
struct Workspace {
    /// Where crates are.
    folders: Vec<String>,
    /// What a member may inherit, and the profiles.
    settings: String,
}

impl Workspace {
    fn read(base: &Path) -> Result<Workspace> {
        let path = base.join("Cargo.toml");
        let text = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        let mut manifest: toml::Table =
            toml::from_str(&text).with_context(|| path.display().to_string())?;
        let table = manifest
            .get_mut("workspace")
            .and_then(|it| it.as_table_mut());
        let table = table.with_context(|| format!("{}: no [workspace]", path.display()))?;
        let members = table
            .remove("members")
            .unwrap_or_else(|| toml::Value::Array(Vec::new()));
        table.remove("exclude");
        let members = members.as_array().cloned().unwrap_or_default();
        let mut folders: Vec<String> = members
            .iter()
            .filter_map(|member| member.as_str().map(str::to_owned))
            .collect();
        let outside = OUTSIDE.iter().filter(|folder| base.join(folder).exists());
        folders.extend(outside.map(ToString::to_string));
        Ok(Workspace {
            folders,
            settings: toml::to_string(&manifest)?,
        })
    }
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

    const LOCK: &str = r#"
[[package]]
name = "my-tool"
version = "0.1.0"
dependencies = ["my-shared", "regex 1.0.0"]

[[package]]
name = "my-shared"
version = "0.1.0"

[[package]]
name = "my-other"
version = "0.1.0"
dependencies = ["regex 2.0.0"]

[[package]]
name = "regex"
version = "1.0.0"
source = "registry"
checksum = "aa"

[[package]]
name = "regex"
version = "2.0.0"
source = "registry"
checksum = "bb"
"#;

    fn write(base: &Path, file: &str, contents: &str) {
        let path = base.join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, contents).unwrap();
    }

    fn tree(name: &str) -> PathBuf {
        let base = std::env::temp_dir().join(format!("wardian-{name}-{}", std::process::id()));
        write(
            &base,
            "Cargo.toml",
            "[workspace]\nmembers = [\"tool\", \"shared\", \"other\"]\n",
        );
        write(&base, "Cargo.lock", LOCK);
        write(&base, FLAGS, "[build]\n");
        write(&base, "preparer/src/main.rs", "");
        for name in ["tool", "shared", "other"] {
            let manifest = format!("[package]\nname = \"my-{name}\"\n");
            write(&base, &format!("{name}/Cargo.toml"), &manifest);
            write(&base, &format!("{name}/src/lib.rs"), "");
        }
        base
    }

    #[test]
    fn only_what_is_compiled_counts() {
        let base = tree("sources");
        let first = hash_of(&base, "my-tool", Some("preparer")).unwrap();
        for file in [
            "tool/NOTES.md",
            "tool/target/x",
            "tool/cases/x",
            "tool/src/.main.rs.swp",
            "other/src/lib.rs",
        ] {
            write(&base, file, "x");
        }
        let members = "[workspace]\nmembers = [\"tool\", \"shared\", \"other\", \"new\"]\n";
        write(&base, "Cargo.toml", members);
        write(&base, "new/Cargo.toml", "[package]\nname = \"my-new\"\n");
        write(&base, "Cargo.lock", &LOCK.replace("bb", "cc"));
        assert_eq!(hash_of(&base, "my-tool", Some("preparer")).unwrap(), first);
        for (file, contents) in [
            ("shared/src/lib.rs", "changed".to_owned()),
            ("tool/src/more.rs", "new".to_owned()),
            ("preparer/src/main.rs", "changed".to_owned()),
            (FLAGS, "[build]\ntarget = \"x\"\n".to_owned()),
            ("Cargo.lock", LOCK.replace("aa", "ab")),
            (
                "Cargo.toml",
                format!("{members}[profile.release]\nlto = true\n"),
            ),
        ] {
            let before = hash_of(&base, "my-tool", Some("preparer")).unwrap();
            write(&base, file, &contents);
            assert_ne!(
                hash_of(&base, "my-tool", Some("preparer")).unwrap(),
                before,
                "{file}"
            );
        }
        std::fs::remove_dir_all(&base).unwrap();
    }
}
