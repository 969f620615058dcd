//! The modules and applets of this build, generated from the manifest.

use crate::GuestModule;

include!(concat!(env!("OUT_DIR"), "/table.rs"));

/// Every module of a sandbox's tools.
#[must_use]
pub fn modules() -> &'static [GuestModule] {
    TOOLS
}

/// The tiny WASI programs that tests run; they are in no sandbox by themselves.
/// Each applet of these modules observes one behaviour.
#[cfg(feature = "probes")]
#[must_use]
pub fn probes() -> &'static [GuestModule] {
    PROBES
}

/// The module called `name`.
#[must_use]
pub fn find_module(name: &str) -> Option<&'static GuestModule> {
    TOOLS.iter().find(|module| module.name == name)
}

/// The module that holds the applet `name`, a program's base name such as `ls`.
/// File names are bytes, so both strings and byte slices are taken.
#[must_use]
pub fn find_applet(name: impl AsRef<[u8]>) -> Option<&'static GuestModule> {
    let name = name.as_ref();
    let found = APPLETS
        .binary_search_by(|(applet, _)| applet.as_bytes().cmp(name))
        .ok()?;
    APPLETS.get(found).map(|(_, module)| *module)
}

/// Each applet with its module, sorted by name.
#[must_use]
pub fn applets() -> impl ExactSizeIterator<Item = (&'static str, &'static GuestModule)> {
    APPLETS.iter().copied()
}
