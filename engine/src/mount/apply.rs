//! What is to be done to bring the changes of an overlay to its folder, and
//! whether the host changed something there meanwhile.

use std::collections::HashSet;
use std::fs::File;
use std::io::Read;

use wardian_abi::Errno;
use wardian_snapshot::Change;
use wardian_vfs::{LowerEntry, LowerKind, NodeKind, Room, Stat};

use super::changes::{OverlayChange, OverlayChangeKind, OverlayChanges};
use super::entry;
use super::host_errno::errno;
use super::host_folder::{path_of, reading};
use crate::error::{Error, ErrorKind};

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
    /// Where the host's folder is not as the sandbox first saw it, and what has no
    /// path to be applied by. If there are any, nothing was changed.
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

/// A path that cannot be applied.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Conflict {
    /// Path from the top of the folder.
    pub path: Vec<u8>,
    /// What is in the way.
    pub reason: &'static str,
}

/// A change with what is to be done about it.
pub(super) struct Step<'a> {
    pub(super) path: Vec<u8>,
    pub(super) change: &'a Change,
    pub(super) kind: OverlayChangeKind,
    pub(super) task: Task,
}

/// What is to be done about a change.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Task {
    /// All of it.
    Make,
    /// The directory is there: it gets its mode.
    SetMode,
    /// Nothing: the host has it already.
    Nothing,
    /// Nothing: the host gets none of its kind.
    LeaveOut,
}

impl Task {
    fn applied(self) -> Applied {
        match self {
            Task::Make | Task::SetMode => Applied::Done,
            Task::Nothing => Applied::Already,
            Task::LeaveOut => Applied::LeftOut,
        }
    }
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
    /// one of the paths meanwhile or there are some [`OverlayChanges::too_long`].
    /// Named pipes and devices are left out, with what they replaced.
    /// Modes are set without set-user-id and the
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
                Ok(task) => steps.push(Step {
                    path,
                    change,
                    kind,
                    task,
                }),
                Err(reason) => report.conflicts.push(Conflict { path, reason }),
            }
        }
        report
            .conflicts
            .extend(self.too_long().iter().map(|path| Conflict {
                path: path.clone(),
                reason: "changes below it have paths that are too long",
            }));
        if report.conflicts.is_empty() && !how.dry_run {
            self.land(&steps)?;
        }
        report.changes = steps
            .into_iter()
            .map(
                |Step {
                     path, kind, task, ..
                 }| (OverlayChange { path, kind }, task.applied()),
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
    ) -> Result<Result<Task, &'static str>, Error> {
        let after = change.after.as_ref();
        if after.is_some_and(is_special) {
            return Ok(Ok(Task::LeaveOut));
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
                Some(now) if now.kind == LowerKind::Directory => Ok(set_mode(now, after)),
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
            return Ok(Ok(Task::Make));
        }
        let is_directory = |now: &&LowerEntry| now.kind == LowerKind::Directory;
        if is_dir(after)
            && let Some(now) = now.as_ref().filter(is_directory)
        {
            return Ok(Ok(set_mode(now, after)));
        }
        if self.is_already(path, after, now.as_ref(), exists) {
            return Ok(Ok(Task::Nothing));
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
        let names = entry::names(&dir, &mut Room::default());
        let names = names.map_err(|error| failed(error.into()))?;
        Ok(names
            .iter()
            .all(|name| removed.contains(&[path, b"/", name].concat())))
    }

    /// Whether the host has at a path what the sandbox has, which is no directory.
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
    pub(super) fn open(&self, path: &[u8]) -> std::io::Result<File> {
        let (dir, name) = self.host.parent(path)?;
        let file = dir.open_with(path_of(name), &reading())?.into_std();
        if !file.metadata()?.is_file() {
            return Err(std::io::ErrorKind::InvalidInput.into());
        }
        Ok(file)
    }
}

/// Whether a node is of a kind that a folder of the host never gets.
pub(super) fn is_special(stat: &Stat) -> bool {
    !matches!(
        stat.kind,
        NodeKind::Regular | NodeKind::Directory | NodeKind::Symlink
    )
}

/// What is left to do where the host has a directory that shall be one.
fn set_mode(now: &LowerEntry, after: Option<&Stat>) -> Task {
    match after {
        Some(after) if now.mode & 0o777 != after.mode & 0o777 => Task::SetMode,
        _ => Task::Nothing,
    }
}

/// Whether what was at the path goes first: it is removed, or it was or becomes
/// a directory. Anything else is replaced in one step.
pub(super) fn replaces_before(change: &Change) -> bool {
    let is_dir = |stat: &Stat| stat.kind == NodeKind::Directory;
    match (&change.before, &change.after) {
        (None, _) => false,
        (Some(_), None) => true,
        (Some(before), Some(after)) => change.what.kind && (is_dir(before) || is_dir(after)),
    }
}

pub(super) fn host_error(path: &[u8], error: std::io::Error) -> Error {
    Error::new(ErrorKind::HostFile, String::from_utf8_lossy(path), error)
}
