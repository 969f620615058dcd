//! One mount: a folder of the host and where it appears.

use std::path::Path;
use std::sync::Arc;

use wardian_vfs::{Cred, Ino, Vfs};

use super::{HostFolder, MountMode};
use crate::error::{Error, ErrorKind};

/// A mount of a sandbox.
#[derive(Clone)]
pub(crate) struct Record {
    /// Absolute path in the sandbox.
    pub(crate) guest: Vec<u8>,
    pub(crate) host: Arc<HostFolder>,
    pub(crate) mode: MountMode,
    /// The top of the mounted tree.
    pub(crate) top: Ino,
}

impl Record {
    /// Mounts a folder of the host.
    ///
    /// # Errors
    /// [`ErrorKind::HostFile`], [`ErrorKind::File`], [`ErrorKind::Usage`].
    pub(crate) fn mount(
        vfs: &mut Vfs,
        host: &Path,
        guest: &[u8],
        mode: MountMode,
        owner: Cred,
        now: u64,
    ) -> Result<Record, Error> {
        let host = Arc::new(HostFolder::open(host, mode == MountMode::ReadOnly)?);
        let guest = absolute(guest)?;
        let cut = guest.iter().rposition(|byte| *byte == b'/').unwrap_or(0);
        let (above, name) = guest.split_at_checked(cut).unwrap_or_default();
        let name = name.strip_prefix(b"/").unwrap_or(name);
        let failed = |errno| Error::path(&guest, errno);
        let parent = vfs.mkdir_all(above, 0o755, owner, now).map_err(failed)?;
        let entry = host.top()?;
        let mounted = match mode {
            MountMode::Overlay => {
                let lower = Arc::clone(&host) as _;
                vfs.mount(parent, name, lower, &entry, owner, false, now)
            }
            MountMode::ReadOnly | MountMode::ReadWrite => {
                let is_read_only = mode == MountMode::ReadOnly;
                let live = Arc::clone(&host) as _;
                vfs.mount_live(parent, name, live, &entry, owner, is_read_only, now)
            }
        };
        let top = mounted.map_err(|errno| match errno {
            wardian_abi::Errno::Busy => Error::new(
                ErrorKind::Usage,
                String::from_utf8_lossy(&guest),
                "there are files already; mount at a path that is free or an empty directory",
            ),
            errno => failed(errno),
        })?;
        Ok(Record {
            guest,
            host,
            mode,
            top,
        })
    }
}

/// An absolute path of a sandbox without double and last slashes.
///
/// # Errors
/// [`ErrorKind::Usage`].
pub(crate) fn absolute(guest: &[u8]) -> Result<Vec<u8>, Error> {
    let usage = |why| Error::new(ErrorKind::Usage, String::from_utf8_lossy(guest), why);
    if !guest.starts_with(b"/") {
        return Err(usage("a mount needs an absolute path in the sandbox"));
    }
    let mut path = Vec::new();
    for name in guest.split(|byte| *byte == b'/') {
        match name {
            b"" | b"." => {}
            b".." => return Err(usage("a mount needs a path without ..")),
            name => {
                path.push(b'/');
                path.extend_from_slice(name);
            }
        }
    }
    if path.is_empty() {
        return Err(usage(
            "the root cannot be a mount; choose a path such as /work",
        ));
    }
    Ok(path)
}
