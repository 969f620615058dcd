//! Proof that a committed module comes from the committed source: build it
//! again and compare.

use anyhow::{Context as _, Result, bail};

use super::build::build;
use super::list::Guest;
use super::manifest::Manifest;
use super::pack;
use super::toolchain::Toolchain;
use crate::arguments::ToolchainChoice;
use crate::checkout::Checkout;

/// Rebuilds `guest`. The bytes are compared if the toolchain is the one that
/// the committed module was built with; else it is enough that it builds.
pub fn run(checkout: &Checkout, guest: &Guest, choice: ToolchainChoice) -> Result<()> {
    let manifest = Manifest::read(checkout)?;
    let entry = manifest
        .find(guest.name)
        .with_context(|| format!("{} is not in the manifest", guest.name))?;
    let toolchain = Toolchain::find(checkout, choice)?;
    let built = build(checkout, &toolchain, guest)?;
    if built.sources != entry.sources {
        bail!(
            "{}: its sources have changed since it was committed; \
             run `cargo xtask guests --only {}`",
            guest.name,
            guest.name
        );
    }
    let hash = pack::sha256(&built.wasm);
    if toolchain.description != entry.toolchain {
        println!(
            "{}: builds, {} bytes; not compared, as the toolchains differ:\n  \
             committed: {}\n  here:      {}",
            guest.name,
            built.wasm.len(),
            entry.toolchain,
            toolchain.description
        );
    } else if hash == entry.sha256 {
        println!(
            "{}: the source gives the committed bytes, sha256 {hash}",
            guest.name
        );
    } else {
        bail!(
            "{}: the source gives other bytes with the same toolchain: \
             {hash}, committed {}",
            guest.name,
            entry.sha256
        );
    }
    Ok(())
}
