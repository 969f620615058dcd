//! Landing the changes of an overlay in its folder.
//!
//! Everything was checked. Every new content is written beside its place, and
//! only then anything of the host changes: what cannot be read or has no room is
//! found out before. Each file and link is put in place by one rename.
//! Directories that let nobody change them are open meanwhile, and get their
//! modes at the very end.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::Permissions;
use std::io;
use std::os::unix::fs::PermissionsExt;

use cap_std::fs::Dir;
use rustix::fs::OFlags;
use wardian_vfs::{LowerKind, NodeKind, Stat};

use super::apply::{Step, Task, host_error, replaces_before};
use super::changes::{OverlayChangeKind, OverlayChanges};
use super::entry;
use super::host_folder::path_of;
use super::replace::Staged;
use crate::error::Error;

/// What the owner of a directory needs to change it.
const OPEN: u16 = 0o700;

/// Modes that directories get at the end.
type Modes = BTreeMap<Vec<u8>, u16>;

impl OverlayChanges {
    /// Makes the changes of all steps, which are sorted by path.
    pub(super) fn land(&self, steps: &[Step<'_>]) -> Result<(), Error> {
        let staged = self.stage_all(steps)?;
        let mut modes = Modes::new();
        let made = self
            .open_parents(steps, &mut modes)
            .and_then(|()| self.make_all(steps, staged, &mut modes));
        // Also when something was refused: those that were opened are closed.
        let closed = self.close(&modes);
        made.and(closed)
    }

    fn stage_all(&self, steps: &[Step<'_>]) -> Result<BTreeMap<Vec<u8>, Staged<'_>>, Error> {
        let mut staged = BTreeMap::new();
        for step in steps.iter().filter(|step| step.task == Task::Make) {
            if let Some(after) = placed(step) {
                let file = self
                    .stage(&step.path, after)
                    .map_err(|error| host_error(&step.path, error))?;
                staged.insert(step.path.clone(), file);
            }
        }
        Ok(staged)
    }

    /// Writes a file or link beside its place, or in the nearest directory above
    /// that is there and lets it.
    fn stage(&self, path: &[u8], after: &Stat) -> io::Result<Staged<'_>> {
        let mut dir = path;
        loop {
            dir = above(dir);
            let source = (&self.after.0, after);
            match Staged::write(&self.host, dir, source) {
                Err(error) if !dir.is_empty() && is_no_place(&error) => {}
                staged => return staged,
            }
        }
    }

    /// Lets entries of directories be changed, and notes the modes they had.
    fn open_parents(&self, steps: &[Step<'_>], modes: &mut Modes) -> Result<(), Error> {
        let changed = steps.iter().filter(|step| step.task == Task::Make);
        let parents: BTreeSet<&[u8]> = changed.map(|step| above(&step.path)).collect();
        // The mode of the folder itself is the host's affair.
        for path in parents.into_iter().filter(|path| !path.is_empty()) {
            let failed = |error| host_error(path, error);
            let Ok((dir, name)) = self.host.parent(path) else {
                continue;
            };
            match entry::look(&dir, name) {
                Ok(Some(now)) if now.kind == LowerKind::Directory && now.mode & OPEN != OPEN => {
                    let open = (now.mode | OPEN) & 0o777;
                    self.set_directory_mode(path, open).map_err(failed)?;
                    modes.insert(path.to_vec(), now.mode & 0o777);
                }
                // It is not there yet, or needs nothing.
                _ => {}
            }
        }
        Ok(())
    }

    fn make_all(
        &self,
        steps: &[Step<'_>],
        mut staged: BTreeMap<Vec<u8>, Staged<'_>>,
        modes: &mut Modes,
    ) -> Result<(), Error> {
        let failed = |step: &Step<'_>, error| host_error(&step.path, error);
        // What is in a directory comes after it, so backwards is inside out.
        for step in steps.iter().rev() {
            if step.task == Task::Make && replaces_before(step.change) {
                self.remove(step).map_err(|error| failed(step, error))?;
                modes.remove(&step.path);
            }
        }
        let mut finals = Modes::new();
        for step in steps {
            match (step.task, &step.change.after) {
                (Task::Make, Some(after)) => {
                    let staged = staged.remove(&step.path);
                    self.make(step, after, staged)
                        .map_err(|error| failed(step, error))?;
                    if after.kind == NodeKind::Directory {
                        finals.insert(step.path.clone(), after.mode & 0o777);
                    }
                }
                (Task::SetMode, Some(after)) => {
                    finals.insert(step.path.clone(), after.mode & 0o777);
                }
                _ => {}
            }
        }
        // Only now: had something failed, applying again would have to go on here.
        modes.append(&mut finals);
        Ok(())
    }

    /// Takes away what a change replaces by a directory, or by nothing.
    fn remove(&self, step: &Step<'_>) -> io::Result<()> {
        let Some(before) = &step.change.before else {
            return Ok(());
        };
        let (dir, name) = self.host.parent(&step.path)?;
        if before.kind == NodeKind::Directory {
            return dir.remove_dir(path_of(name));
        }
        self.check_again(&dir, name, step)?;
        dir.remove_file(path_of(name))
    }

    fn make(&self, step: &Step<'_>, after: &Stat, staged: Option<Staged<'_>>) -> io::Result<()> {
        let (dir, name) = self.host.parent(&step.path)?;
        let replaces = step.change.before.is_some() && !replaces_before(step.change);
        if replaces {
            self.check_again(&dir, name, step)?;
        }
        match staged {
            Some(staged) => staged.place(&dir, name, replaces),
            None if after.kind == NodeKind::Directory => {
                dir.create_dir(path_of(name))?;
                self.set_directory_mode(&step.path, (after.mode | OPEN) & 0o777)
            }
            None => self
                .open(&step.path)?
                .set_permissions(Permissions::from_mode(u32::from(after.mode & 0o777))),
        }
    }

    /// Gives directories their modes, the innermost first.
    fn close(&self, modes: &Modes) -> Result<(), Error> {
        let mut result = Ok(());
        for (path, mode) in modes.iter().rev() {
            if let Err(error) = self.set_directory_mode(path, *mode) {
                result = result.and(Err(host_error(path, error)));
            }
        }
        result
    }

    fn set_directory_mode(&self, path: &[u8], mode: u16) -> io::Result<()> {
        let opened = entry::reopen(self.host.dir(path)?, OFlags::DIRECTORY)?;
        if opened.metadata()?.permissions().mode() & 0o777 == u32::from(mode) {
            return Ok(());
        }
        opened.set_permissions(Permissions::from_mode(u32::from(mode)))
    }

    /// Looks once more, right before something is replaced.
    fn check_again(&self, dir: &Dir, name: &[u8], step: &Step<'_>) -> io::Result<()> {
        let expected = self.expected(&step.path, step.change.before.as_ref());
        let now = entry::look(dir, name)?.map(|entry| entry.seen);
        if now.is_none() || now != expected {
            return Err(io::Error::other(
                "the host changed it just now; apply again",
            ));
        }
        Ok(())
    }
}

/// The directory of a path; empty for the folder itself.
fn above(path: &[u8]) -> &[u8] {
    let cut = path.iter().rposition(|byte| *byte == b'/').unwrap_or(0);
    path.get(..cut).unwrap_or_default()
}

/// Whether a directory is not there, or not yet open.
fn is_no_place(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory | io::ErrorKind::PermissionDenied
    ) || matches!(
        rustix::io::Errno::from_io_error(error),
        Some(rustix::io::Errno::LOOP)
    )
}

/// The file or link that a step puts in its place whole.
fn placed<'a>(step: &Step<'a>) -> Option<&'a Stat> {
    let after = step.change.after.as_ref()?;
    let is_placed = match after.kind {
        NodeKind::Regular => !matches!(step.kind, OverlayChangeKind::Mode { .. }),
        NodeKind::Symlink => true,
        _ => false,
    };
    is_placed.then_some(after)
}
