//! Folders of the host in a sandbox: read through capabilities that cannot be
//! left, and overlays whose changes are shown, applied or thrown away.
//!
//! The only part of the engine that touches a folder of the host while commands
//! run. Paths are resolved by the sandbox's filesystem; what comes here is the
//! path of a directory that was listed and a name in it, and no symbolic link is
//! followed on the way.

mod apply;
mod changes;
mod entry;
mod host_errno;
mod host_folder;
mod land;
mod live;
mod record;
mod replace;
mod saved;
mod stretches;
#[cfg(test)]
mod tests;

pub use apply::{Applied, Apply, ApplyReport, Conflict};
pub use changes::{OverlayChange, OverlayChangeKind, OverlayChanges};
pub(crate) use host_folder::HostFolder;
pub(crate) use record::{Record, absolute};

/// How a folder of the host is mounted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum MountMode {
    /// Shown as it is at each moment; every change is refused (`EROFS`).
    ReadOnly,
    /// Shown as it is at each moment; every change is made on the host at once.
    /// Forks of the sandbox share it.
    ReadWrite,
    /// Changes stay in memory, until they are applied or discarded.
    Overlay,
}
