//! Landing the changes of an overlay in its folder.
//!
//! Everything is checked, then every new content is written beside its place,
//! and only then anything of the host changes: what cannot be read or has no
//! room is found out before. Each file is put in place by one rename.

use std::collections::{BTreeMap, HashSet};
use std::fs::File;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;

use rustix::fs::OFlags;
use wardian_abi::Errno;
use wardian_snapshot::Change;
use wardian_vfs::{LowerEntry, LowerKind, NodeKind, Stat};

use super::changes::{OverlayChange, OverlayChangeKind, OverlayChanges};
use super::entry;
use super::host_errno::errno;
use super::host_folder::{path_of, reading};
use super::replace::Staged;
use crate::error::{Error, ErrorKind};

/// Most names that are looked at in a directory that is to be removed.
const NAMES_MOST: usize = 2_000_000;
/// How much of a file is compared at a time.
const BLOCK_BYTES: usize = 64 << 10;

/// How changes are applied.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Apply {
    /// Only say what would be done.
    pub dry_run: bool,
}

/// What applying did, or would do.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct ApplyReport {
    /// The changes, in order of their paths.
    pub changes: Vec<(OverlayChange, Applied)>,
    /// Where the host's folder is not as the sandbox first saw it. If there are
    /// any, nothing was changed.
    pub conflicts: Vec<Conflict>,
}

/// What became of a change.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Applied {
    /// It was made, or would be.
    Done,
    /// The host has it already.
    Already,
    /// A named pipe or a device: not brought to the host.
    LeftOut,
}

/// A path at which the host's folder was changed meanwhile.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Conflict {
    /// Path from the top of the folder.
    pub path: Vec<u8>,
    /// What is in the way.
    pub reason: &'static str,
}

/// A change with what is to be done about it.
struct Step<'a> {
    path: Vec<u8>,
    change: &'a Change,
    kind: OverlayChangeKind,
    applied: Applied,
}

/// Which paths the changes clear or make, by which others are judged.
struct Plan {
    removed: HashSet<Vec<u8>>,
    made_directories: HashSet<Vec<u8>>,
}

impl Plan {
    fn of(changes: &OverlayChanges) -> Plan {
        let is_dir =
            |stat: &Option<Stat>| stat.is_some_and(|stat| stat.kind == NodeKind::Directory);
        let paths = |wanted: &dyn Fn(&Change) -> bool| {
            let found = changes.counted().filter(|(_, change, _)| wanted(change));
            found.map(|(path, ..)| path).collect()
        };
        Plan {
            removed: paths(&replaces_before),
            made_directories: paths(&|change| is_dir(&change.after) && !is_dir(&change.before)),
        }
    }

    /// Whether a directory above a path is to be removed or made.
    fn reaches_above(&self, path: &[u8]) -> bool {
        let mut above = path;
        while let Some(cut) = above.iter().rposition(|byte| *byte == b'/') {
            above = above.get(..cut).unwrap_or_default();
            if self.removed.contains(above) || self.made_directories.contains(above) {
                return true;
            }
        }
        false
    }
}

impl OverlayChanges {
    /// Makes the changes in the folder of the host, or none if the host changed
    /// one of the paths meanwhile. Modes are set without set-user-id and the
    /// like, owners and times are the host's own; a file with several names
    /// becomes several files.
    ///
    /// # Errors
    /// [`ErrorKind::HostFile`]: the host refuses something. Before the first
    /// change this leaves all as it was; later, calling again goes on.
    pub fn apply(&self, how: Apply) -> Result<ApplyReport, Error> {
        let mut report = ApplyReport::default();
        let mut steps = Vec::new();
        let plan = Plan::of(self);
        for (path, change, kind) in self.counted() {
            match self.check(&path, change, kind, &plan)? {
                Ok(applied) => steps.push(Step {
                    path,
                    change,
                    kind,
                    applied,
                }),
                Err(reason) => report.conflicts.push(Conflict { path, reason }),
            }
        }
        if report.conflicts.is_empty() && !how.dry_run {
            self.land(&steps)?;
        }
        report.changes = steps
            .into_iter()
            .map(
                |Step {
                     path,
                     kind,
                     applied,
                     ..
                 }| (OverlayChange { path, kind }, applied),
            )
            .collect();
        Ok(report)
    }

    /// Compares the host with what the sandbox first saw at a path. The inner
    /// error is a conflict.
    fn check(
        &self,
        path: &[u8],
        change: &Change,
        kind: OverlayChangeKind,
        plan: &Plan,
    ) -> Result<Result<Applied, &'static str>, Error> {
        let after = change.after.as_ref();
        let is_special = |stat: &Stat| {
            !matches!(
                stat.kind,
                NodeKind::Regular | NodeKind::Directory | NodeKind::Symlink
            )
        };
        if after.is_some_and(is_special) {
            return Ok(Ok(Applied::LeftOut));
        }
        let (now, exists) = match self.look(path) {
            Ok(Some(found)) => found,
            Ok(None) if after.is_none() || plan.reaches_above(path) => (None, false),
            Ok(None) => return Ok(Err("the host has no such directory above it any more")),
            Err(error) => return Err(host_error(path, error)),
        };
        let is_dir =
            |stat: Option<&Stat>| stat.is_some_and(|stat| stat.kind == NodeKind::Directory);
        if is_dir(change.before.as_ref()) && is_dir(after) {
            return Ok(match &now {
                Some(now) if now.kind == LowerKind::Directory => Ok(Applied::Done),
                _ => Err("it is no directory on the host any more"),
            });
        }
        let expected = self.expected(path, change.before.as_ref());
        let as_seen = match (&expected, &now) {
            (None, None) => !exists,
            (Some(expected), Some(now)) if now.kind == LowerKind::Directory => {
                is_dir(change.before.as_ref())
                    && (expected.device, expected.node) == (now.seen.device, now.seen.node)
            }
            (Some(expected), Some(now)) => *expected == now.seen,
            _ => false,
        };
        if as_seen {
            let removes_directory = is_dir(change.before.as_ref()) && !is_dir(after);
            if removes_directory && !self.knows_all(path, &plan.removed)? {
                return Ok(Err("the host has entries in it that the sandbox never saw"));
            }
            return Ok(Ok(Applied::Done));
        }
        if self.is_already(path, after, now.as_ref(), exists) {
            return Ok(Ok(Applied::Already));
        }
        Ok(Err(match (kind, exists) {
            (_, false) => "the host removed it meanwhile",
            (OverlayChangeKind::Added, true) => "the host has something there already",
            _ => "the host changed it meanwhile",
        }))
    }

    /// What the host has at a path, and whether it has anything. `None`: there is
    /// no directory that could hold it.
    fn look(&self, path: &[u8]) -> std::io::Result<Option<(Option<LowerEntry>, bool)>> {
        let (dir, name) = match self.host.parent(path) {
            Ok(found) => found,
            Err(error) => {
                return match errno(&error) {
                    Errno::Noent | Errno::Notdir | Errno::Loop => Ok(None),
                    _ => Err(error),
                };
            }
        };
        match entry::look(&dir, name) {
            Ok(found) => Ok(Some((found, true))),
            Err(rustix::io::Errno::NOENT) => Ok(Some((None, false))),
            Err(error) => Err(error.into()),
        }
    }

    /// Whether a directory of the host holds nothing but what is removed with it.
    fn knows_all(&self, path: &[u8], removed: &HashSet<Vec<u8>>) -> Result<bool, Error> {
        let failed = |error| host_error(path, error);
        let dir = self.host.dir(path).map_err(failed)?;
        let names = entry::names(&dir, NAMES_MOST).map_err(|error| failed(error.into()))?;
        Ok(names
            .iter()
            .all(|name| removed.contains(&[path, b"/", name].concat())))
    }

    /// Whether the host has at a path what the sandbox has.
    fn is_already(
        &self,
        path: &[u8],
        after: Option<&Stat>,
        now: Option<&LowerEntry>,
        exists: bool,
    ) -> bool {
        let (after, now) = match (after, now) {
            (None, None) => return !exists,
            (Some(after), Some(now)) => (after, now),
            _ => return false,
        };
        match (&now.kind, after.kind) {
            (LowerKind::Directory, NodeKind::Directory) => true,
            (LowerKind::Symlink(target), NodeKind::Symlink) => {
                self.after.0.readlink(after.ino) == Ok(target)
            }
            (LowerKind::Regular, NodeKind::Regular) => {
                now.seen.size == after.size_bytes
                    && now.mode & 0o777 == after.mode & 0o777
                    && self.has_contents(path, after).unwrap_or(false)
            }
            _ => false,
        }
    }

    fn has_contents(&self, path: &[u8], after: &Stat) -> std::io::Result<bool> {
        let mut file = self.open(path)?;
        let (mut ours, mut theirs) = (vec![0; BLOCK_BYTES], vec![0; BLOCK_BYTES]);
        let mut offset = 0;
        loop {
            let Ok(count) = self.after.0.read(after.ino, offset, &mut ours) else {
                return Ok(false);
            };
            let (Some(ours), Some(theirs)) = (ours.get(..count), theirs.get_mut(..count)) else {
                return Ok(false);
            };
            if count == 0 {
                return Ok(true);
            }
            file.read_exact(theirs)?;
            if ours != theirs {
                return Ok(false);
            }
            offset = offset.saturating_add(count as u64);
        }
    }

    /// Opens a regular file of the host to read.
    fn open(&self, path: &[u8]) -> std::io::Result<File> {
        let (dir, name) = self.host.parent(path)?;
        let file = dir.open_with(path_of(name), &reading())?.into_std();
        if !file.metadata()?.is_file() {
            return Err(std::io::ErrorKind::InvalidInput.into());
        }
        Ok(file)
    }

    fn land(&self, steps: &[Step<'_>]) -> Result<(), Error> {
        let todo = || steps.iter().filter(|step| step.applied == Applied::Done);
        let mut staged = BTreeMap::new();
        for step in todo() {
            if let Some(after) = written(step) {
                let file = self
                    .stage(&step.path, after)
                    .map_err(|error| host_error(&step.path, error))?;
                staged.insert(&step.path, file);
            }
        }
        // What is in a directory comes after it, so backwards is inside out.
        for step in steps.iter().rev() {
            if step.applied == Applied::Done && replaces_before(step.change) {
                self.remove(step)
                    .map_err(|error| host_error(&step.path, error))?;
            }
        }
        for step in todo() {
            let file = staged.remove(&step.path);
            self.make(step, file)
                .map_err(|error| host_error(&step.path, error))?;
        }
        Ok(())
    }

    /// Writes a file beside its place, or in the nearest directory above that is
    /// there.
    fn stage(&self, path: &[u8], after: &Stat) -> std::io::Result<Staged<'_>> {
        let mut dir = path;
        loop {
            let cut = dir.iter().rposition(|byte| *byte == b'/').unwrap_or(0);
            dir = dir.get(..cut).unwrap_or_default();
            if dir.is_empty() || self.host.dir(dir).is_ok() {
                return Staged::write(&self.host, dir, (&self.after.0, after.ino), after.mode);
            }
        }
    }

    /// Takes away what a change replaces by another kind, or by nothing.
    fn remove(&self, step: &Step<'_>) -> std::io::Result<()> {
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

    fn make(&self, step: &Step<'_>, staged: Option<Staged<'_>>) -> std::io::Result<()> {
        let Some(after) = &step.change.after else {
            return Ok(());
        };
        let (dir, name) = self.host.parent(&step.path)?;
        let replaces = step.change.before.is_some() && !replaces_before(step.change);
        let permissions = std::fs::Permissions::from_mode(u32::from(after.mode & 0o777));
        if let Some(staged) = staged {
            if replaces {
                self.check_again(&dir, name, step)?;
            }
            return staged.place(&dir, name, replaces);
        }
        match after.kind {
            NodeKind::Symlink => {
                let target = self.after.0.readlink(after.ino);
                let target = target.map_err(|errno| std::io::Error::other(errno.message()))?;
                if replaces {
                    self.check_again(&dir, name, step)?;
                    dir.remove_file(path_of(name))?;
                }
                dir.symlink_contents(path_of(target), path_of(name))
            }
            NodeKind::Directory => {
                if !replaces {
                    dir.create_dir(path_of(name))?;
                }
                let made = self.host.dir(&step.path)?;
                entry::reopen(made, OFlags::DIRECTORY)?.set_permissions(permissions)
            }
            _ => {
                self.check_again(&dir, name, step)?;
                self.open(&step.path)?.set_permissions(permissions)
            }
        }
    }

    /// Looks once more, right before something is replaced.
    fn check_again(
        &self,
        dir: &cap_std::fs::Dir,
        name: &[u8],
        step: &Step<'_>,
    ) -> std::io::Result<()> {
        let expected = self.expected(&step.path, step.change.before.as_ref());
        let now = entry::look(dir, name)?.map(|entry| entry.seen);
        if now.is_none() || now != expected {
            return Err(std::io::Error::other(
                "the host changed it just now; apply again",
            ));
        }
        Ok(())
    }
}

/// Whether what was at the path goes first, for it is removed or of another kind.
fn replaces_before(change: &Change) -> bool {
    change.before.is_some() && (change.after.is_none() || change.what.kind)
}

/// The file whose contents a step writes.
fn written<'a>(step: &Step<'a>) -> Option<&'a Stat> {
    let after = step.change.after.as_ref()?;
    let is_written =
        after.kind == NodeKind::Regular && !matches!(step.kind, OverlayChangeKind::Mode { .. });
    is_written.then_some(after)
}

fn host_error(path: &[u8], error: std::io::Error) -> Error {
    Error::new(ErrorKind::HostFile, String::from_utf8_lossy(path), error)
}
