//! What a guest stands on, after the workspace's lock file: its own crates by
//! folder, those of the registry by name and checksum. A dependency of another
//! guest changes nothing here.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context as _, Result};
use serde::Deserialize;

/// All that a guest's crate depends on, itself included.
#[derive(Debug, PartialEq, Eq)]
pub struct Closure {
    /// Folders of crates of this repository, relative to the workspace.
    pub folders: BTreeSet<String>,
    /// One line for each crate of the registry: name, version, checksum.
    pub registry: BTreeSet<String>,
}

#[derive(Deserialize)]
struct Lock {
    package: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    version: String,
    source: Option<String>,
    checksum: Option<String>,
    #[serde(default)]
    dependencies: Vec<String>,
}

/// The closure of the crate `package` of the workspace in `base`, whose crates
/// lie in `folders`.
pub fn closure(base: &Path, folders: &[String], package: &str) -> Result<Closure> {
    let path = base.join("Cargo.lock");
    let text = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    let lock: Lock = toml::from_str(&text).with_context(|| path.display().to_string())?;
    let local = names(base, folders)?;
    let mut closure = Closure {
        folders: BTreeSet::new(),
        registry: BTreeSet::new(),
    };
    let mut seen = BTreeSet::new();
    let mut open = vec![package.to_owned()];
    while let Some(wanted) = open.pop() {
        if !seen.insert(wanted.clone()) {
            continue;
        }
        // "name", or with several versions "name version".
        let mut words = wanted.split(' ');
        let (name, version) = (words.next(), words.next());
        let found = lock.package.iter().find(|found| {
            Some(found.name.as_str()) == name
                && version.is_none_or(|version| found.version == version)
        });
        let found = found.with_context(|| {
            format!("{} has no {wanted}: run cargo build there", path.display())
        })?;
        if found.source.is_some() {
            let checksum = found.checksum.as_deref().unwrap_or_default();
            let line = format!("{} {} {checksum}", found.name, found.version);
            closure.registry.insert(line);
        } else {
            let folder = local
                .get(&found.name)
                .with_context(|| format!("no folder of the workspace holds {}", found.name))?;
            closure.folders.insert(folder.clone());
        }
        open.extend(found.dependencies.iter().cloned());
    }
    Ok(closure)
}

/// Package names with their folders.
fn names(base: &Path, folders: &[String]) -> Result<BTreeMap<String, String>> {
    #[derive(Deserialize)]
    struct Manifest {
        package: Named,
    }
    #[derive(Deserialize)]
    struct Named {
        name: String,
    }
    let mut names = BTreeMap::new();
    for folder in folders {
        let path = base.join(folder).join("Cargo.toml");
        let text = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        let manifest: Manifest =
            toml::from_str(&text).with_context(|| path.display().to_string())?;
        names.insert(manifest.package.name, folder.clone());
    }
    Ok(names)
}
