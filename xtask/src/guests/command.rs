//! `cargo xtask guests`: build and pack, or hand on to a check.

use anyhow::{Context as _, Result};

use super::build::build;
use super::list::{self, GUESTS, Guest};
use super::manifest::{Entry, Manifest, module_path};
use super::pack;
use super::progress::spinner;
use super::toolchain::Toolchain;
use super::{check, prove};
use crate::arguments::GuestOptions;
use crate::checkout::Checkout;

/// Runs the subcommand.
pub fn run(checkout: &Checkout, options: &GuestOptions) -> Result<()> {
    if options.check {
        return check::run(checkout);
    }
    if let Some(name) = &options.prove {
        return prove::run(checkout, list::find(name)?, options.toolchain);
    }
    let guests: Vec<&Guest> = if options.only.is_empty() {
        GUESTS.iter().collect()
    } else {
        let named: Result<_> = options.only.iter().map(|name| list::find(name)).collect();
        named?
    };
    let toolchain = Toolchain::find(checkout, options.toolchain)?;
    eprintln!("guests: with {}", toolchain.description);
    let mut manifest = Manifest::read(checkout)?;
    // A guest that is gone leaves the manifest with it.
    manifest
        .modules
        .retain(|entry| GUESTS.iter().any(|guest| guest.name == entry.name));
    for guest in guests {
        let entry = build_and_pack(checkout, &toolchain, guest)?;
        manifest.put(entry);
        manifest.write(checkout)?;
    }
    Ok(())
}

fn build_and_pack(checkout: &Checkout, toolchain: &Toolchain, guest: &Guest) -> Result<Entry> {
    let started = std::time::Instant::now();
    let applets = guest.applet_names(checkout)?;
    let built = build(checkout, toolchain, guest)?;
    let progress = spinner(guest.name)?.with_message("compressing");
    let compressed = pack::compress(&built.wasm)?;
    progress.finish_and_clear();
    let path = module_path(checkout, guest.name);
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(&path, &compressed).with_context(|| path.display().to_string())?;
    eprintln!(
        "guests: {}: {} bytes, {} compressed, {} applets, {:.1} s",
        guest.name,
        built.wasm.len(),
        compressed.len(),
        applets.len(),
        started.elapsed().as_secs_f64()
    );
    Ok(Entry {
        name: guest.name.to_owned(),
        kind: guest.kind.word().to_owned(),
        sha256: pack::sha256(&built.wasm),
        size: built.wasm.len(),
        sources: built.sources,
        toolchain: toolchain.description.clone(),
        applets,
    })
}
