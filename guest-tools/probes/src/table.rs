//! The probes by name, as `build.rs` found them in `src/probes`.

use std::ffi::{OsStr, OsString};

use crate::check::Outcome;

/// What each file in `src/probes` offers as `run`: it gets the arguments after
/// its name and says what differs from what it expects.
pub type Probe = fn(&[OsString]) -> Outcome;

include!(concat!(env!("OUT_DIR"), "/probes.rs"));

/// The probe called `name`.
pub fn find(name: &OsStr) -> Option<Probe> {
    let name = name.to_str()?;
    let (_, run) = PROBES.iter().find(|(probe, _)| *probe == name)?;
    Some(*run)
}

/// The names of all probes, sorted.
pub fn names() -> impl Iterator<Item = &'static str> {
    PROBES.iter().map(|(name, _)| *name)
}
