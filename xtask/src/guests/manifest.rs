//! `modules/manifest.toml`: what is committed, and what it was built from.

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};

use crate::checkout::Checkout;

const FOLDER: &str = "guest-tools/image/modules";
const HEADER: &str = "\
# Written by `cargo xtask guests`; not to be edited.
# sha256 and size are of the uncompressed module, sources is the hash of all
# that it is built from.\n\n";

/// The manifest: one entry for each module, sorted by name.
#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The modules.
    #[serde(default, rename = "module")]
    pub modules: Vec<Entry>,
}

/// One module.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The module's name; its file is NAME.wasm.zst.
    pub name: String,
    /// `tool` or `probe`.
    pub kind: String,
    /// SHA-256 of the uncompressed module, in hex.
    pub sha256: String,
    /// Size of the uncompressed module in bytes.
    pub size: usize,
    /// Hash of the sources, in hex.
    pub sources: String,
    /// The compiler, linker and recipe.
    pub toolchain: String,
    /// The programs in the module, sorted.
    pub applets: Vec<String>,
}

impl Manifest {
    /// Reads the manifest; an absent one is empty.
    pub fn read(checkout: &Checkout) -> Result<Self> {
        let path = path(checkout);
        match std::fs::read_to_string(&path) {
            Ok(text) => toml::from_str(&text).with_context(|| path.display().to_string()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(error).with_context(|| path.display().to_string()),
        }
    }

    /// Writes the manifest.
    pub fn write(&self, checkout: &Checkout) -> Result<()> {
        let path = path(checkout);
        let text = format!("{HEADER}{}", toml::to_string_pretty(self)?);
        std::fs::write(&path, text).with_context(|| path.display().to_string())
    }

    /// The entry for the module `name`.
    pub fn find(&self, name: &str) -> Option<&Entry> {
        self.modules.iter().find(|entry| entry.name == name)
    }

    /// Adds an entry or replaces the one of the same name.
    pub fn put(&mut self, entry: Entry) {
        self.modules.retain(|other| other.name != entry.name);
        self.modules.push(entry);
        self.modules.sort_by(|a, b| a.name.cmp(&b.name));
    }
}

/// The committed file of the module `name`.
pub fn module_path(checkout: &Checkout, name: &str) -> PathBuf {
    checkout.path(FOLDER).join(format!("{name}.wasm.zst"))
}

fn path(checkout: &Checkout) -> PathBuf {
    checkout.path(FOLDER).join("manifest.toml")
}
