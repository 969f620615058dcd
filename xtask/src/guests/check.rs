//! Whether the committed modules are whole and belong to the sources beside
//! them. Needs no toolchain.

use anyhow::{Result, bail};

use super::list::{GUESTS, Guest};
use super::manifest::{Manifest, module_path};
use super::{pack, sources};
use crate::checkout::Checkout;

/// Checks every module and names each that is not right.
pub fn run(checkout: &Checkout) -> Result<()> {
    let manifest = Manifest::read(checkout)?;
    let mut stale = Vec::new();
    for guest in GUESTS {
        if let Err(error) = check(checkout, &manifest, guest) {
            eprintln!("guests: {}: {error:#}", guest.name);
            stale.push(guest.name);
        }
    }
    for entry in &manifest.modules {
        if !GUESTS.iter().any(|guest| guest.name == entry.name) {
            bail!(
                "{}: no guest makes this module any more; run `cargo xtask guests`",
                entry.name
            );
        }
    }
    if !stale.is_empty() {
        bail!(
            "run `cargo xtask guests --only {}` and commit guest-tools/image/modules",
            stale.join(" ")
        );
    }
    eprintln!("guests: {} modules match their sources", GUESTS.len());
    Ok(())
}

fn check(checkout: &Checkout, manifest: &Manifest, guest: &Guest) -> Result<()> {
    let Some(entry) = manifest.find(guest.name) else {
        bail!("not in the manifest");
    };
    let wasm = pack::read(&module_path(checkout, guest.name))?;
    if wasm.len() != entry.size || pack::sha256(&wasm) != entry.sha256 {
        bail!("the committed module is not the one that the manifest names");
    }
    if sources::hash(checkout, guest)? != entry.sources {
        bail!("its sources have changed since it was built");
    }
    if entry.kind != guest.kind.word() || entry.applets != guest.applet_names(checkout)? {
        bail!("the manifest's kind or list of applets is an old one");
    }
    Ok(())
}
