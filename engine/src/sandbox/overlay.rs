//! What can be done with an overlay of a sandbox.

use std::collections::HashMap;
use std::io::Write;
use std::sync::Arc;

use wardian_vfs::Vfs;

use super::builder::Sandbox;
use crate::error::{Error, ErrorKind};
use crate::mount::{Apply, ApplyReport, MountMode, OverlayChanges, Record, absolute};

/// An overlay of a sandbox: a folder of the host with changes in memory above.
pub struct Overlay<'a> {
    sandbox: &'a Sandbox,
    record: Record,
}

impl Sandbox {
    /// The overlay mounted at `guest`.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`]: no overlay is mounted there.
    pub fn overlay(&self, guest: impl AsRef<[u8]>) -> Result<Overlay<'_>, Error> {
        let guest = absolute(guest.as_ref())?;
        let records = self.mounts();
        let found = records
            .iter()
            .find(|record| record.guest == guest && record.mode == MountMode::Overlay);
        match found {
            Some(record) => Ok(Overlay {
                sandbox: self,
                record: record.clone(),
            }),
            None => Err(Error::new(
                ErrorKind::NotFound,
                String::from_utf8_lossy(&guest),
                "no overlay is mounted there",
            )),
        }
    }
}

impl Overlay<'_> {
    /// What changed since the folder was mounted, or since it was last applied or
    /// discarded.
    #[must_use]
    pub fn changes(&self) -> OverlayChanges {
        let after = self.sandbox.kernel().fs().lock().fork();
        self.changes_in(after)
    }

    /// The changes as unified diffs; see [`OverlayChanges::diff`].
    ///
    /// # Errors
    /// Those of [`OverlayChanges::diff`].
    pub fn diff(&self, out: impl Write) -> Result<(), Error> {
        self.changes().diff(out)
    }

    /// Makes the changes in the folder of the host; see [`OverlayChanges::apply`].
    /// The overlay then shows the folder as it is now, without changes.
    ///
    /// # Errors
    /// Those of [`OverlayChanges::apply`]. [`ErrorKind::Usage`]: commands are
    /// running in the sandbox.
    pub fn apply(&mut self, how: Apply) -> Result<ApplyReport, Error> {
        self.check_still()?;
        let report = self.changes().apply(how)?;
        if !how.dry_run && report.conflicts.is_empty() {
            self.discard()?;
        }
        Ok(report)
    }

    /// Throws all changes away: the overlay shows the folder as it is now.
    ///
    /// # Errors
    /// [`ErrorKind::HostFile`]: the folder cannot be opened any more.
    /// [`ErrorKind::Usage`]: commands are running in the sandbox.
    pub fn discard(&mut self) -> Result<(), Error> {
        self.check_still()?;
        let host = Arc::new(self.record.host.again()?);
        let top = host.top()?;
        let settings = self.sandbox.kernel().settings();
        let now = settings.clock.realtime_ns();
        let mut vfs = self.sandbox.kernel().fs().lock();
        self.record.top = vfs
            .remount(self.record.top, Arc::clone(&host) as _, &top, now)
            .map_err(|errno| Error::path(&self.record.guest, errno))?;
        drop(vfs);
        self.record.host = host;
        let mut records = self.sandbox.mounts();
        for record in records.iter_mut() {
            if record.guest == self.record.guest {
                *record = self.record.clone();
            }
        }
        Ok(())
    }

    /// Writes the changes to a file, for [`OverlayChanges::load`].
    ///
    /// # Errors
    /// Those of [`OverlayChanges::save`].
    pub fn save(&self, out: impl Write) -> Result<(), Error> {
        self.changes().save(out)
    }

    fn changes_in(&self, after: Vfs) -> OverlayChanges {
        let top = self.record.top;
        let before = after.pristine(top);
        let host = Arc::clone(&self.record.host);
        OverlayChanges::new(host, (before, top), (after, top), HashMap::new())
    }

    fn check_still(&self) -> Result<(), Error> {
        match self.sandbox.processes() {
            0 => Ok(()),
            count => Err(Error::new(
                ErrorKind::Usage,
                String::from_utf8_lossy(&self.record.guest),
                format!("{count} commands are running; wait until they have ended"),
            )),
        }
    }
}
