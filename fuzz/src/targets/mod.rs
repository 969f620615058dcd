//! The targets, a file or folder each.

#[cfg(feature = "engine")]
mod archives;
#[cfg(feature = "engine")]
mod buffers;
#[cfg(feature = "engine")]
mod calls;
#[cfg(feature = "engine")]
mod descriptors;
#[cfg(feature = "engine")]
mod guest;
#[cfg(feature = "engine")]
mod modules;
#[cfg(feature = "engine")]
mod overlays;
#[cfg(target_os = "linux")]
mod paths;
mod recount;
mod scripts;
mod snapshots;
mod trees;

use crate::Target;

/// All targets.
pub const ALL: &[&Target] = &[
    #[cfg(target_os = "linux")]
    &paths::TARGET,
    &trees::TARGET,
    &snapshots::TARGET,
    &scripts::TARGET,
    #[cfg(feature = "engine")]
    &archives::TARGET,
    #[cfg(feature = "engine")]
    &buffers::TARGET,
    #[cfg(feature = "engine")]
    &calls::TARGET,
    #[cfg(feature = "engine")]
    &descriptors::TARGET,
    #[cfg(feature = "engine")]
    &modules::TARGET,
    #[cfg(feature = "engine")]
    &overlays::TARGET,
];
