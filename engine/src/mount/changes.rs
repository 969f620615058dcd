//! What an overlay changes of its folder: a list, and unified diffs.

use std::collections::HashMap;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use wardian_snapshot::{Change, ChangeKind, Changes, TextLimits, diff_below};
use wardian_vfs::{Fingerprint, Ino, NodeKind, Stat, Vfs};

use super::HostFolder;
use crate::error::{Error, ErrorKind};

/// The changes of an overlay, as they were when they were asked for.
pub struct OverlayChanges {
    pub(super) host: Arc<HostFolder>,
    /// The folder as the sandbox first saw it, and its top there.
    pub(super) before: (Vfs, Ino),
    pub(super) after: (Vfs, Ino),
    pub(super) changes: Changes,
    /// What was seen of paths, where the trees do not know it.
    pub(super) seen: HashMap<Vec<u8>, Fingerprint>,
}

/// One change.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OverlayChange {
    /// Path from the top of the folder, without a leading slash.
    pub path: Vec<u8>,
    /// What happened to it.
    pub kind: OverlayChangeKind,
}

/// What happened to a path. Times and owners of existing files do not count, nor
/// do other names of the same file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OverlayChangeKind {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// A file with other bytes, perhaps with another mode too.
    Contents,
    /// The permission bits are others, and nothing else.
    Mode {
        /// Before.
        from: u16,
        /// After.
        to: u16,
    },
    /// A symbolic link that leads elsewhere.
    Target,
    /// A file is now a directory, or the like.
    Kind,
}

impl OverlayChangeKind {
    /// One letter as git has it: `A`, `D`, `M`, or `T` for another kind.
    #[must_use]
    pub fn letter(&self) -> char {
        match self {
            OverlayChangeKind::Added => 'A',
            OverlayChangeKind::Removed => 'D',
            OverlayChangeKind::Kind => 'T',
            _ => 'M',
        }
    }
}

impl OverlayChanges {
    pub(crate) fn new(
        host: Arc<HostFolder>,
        before: (Vfs, Ino),
        after: (Vfs, Ino),
        seen: HashMap<Vec<u8>, Fingerprint>,
    ) -> OverlayChanges {
        let changes = diff_below((&before.0, before.1), (&after.0, after.1));
        OverlayChanges {
            host,
            before,
            after,
            changes,
            seen,
        }
    }

    /// The folder of the host.
    #[must_use]
    pub fn host(&self) -> &Path {
        self.host.path()
    }

    /// The changes, sorted by path: names by their bytes, what is in a directory
    /// right after it. What is in [`OverlayChanges::too_long`] is not listed.
    pub fn iter(&self) -> impl Iterator<Item = OverlayChange> {
        self.counted().map(|(path, change, kind)| {
            let _ = change;
            OverlayChange { path, kind }
        })
    }

    /// Whether nothing changed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.counted().next().is_none() && self.too_long().is_empty()
    }

    /// Directories in which something changed that is not listed: its path is longer
    /// than the sandbox lets paths be. It can be neither applied nor saved; a script
    /// can move it to a shorter path.
    #[must_use]
    pub fn too_long(&self) -> &[Vec<u8>] {
        self.changes.too_long()
    }

    /// Unified diffs of files and symbolic links, as `git apply` and `patch -p1`
    /// read them. Files longer than 4 MiB are only named, and all beyond
    /// 128 MiB; so are binary ones.
    ///
    /// # Errors
    /// [`ErrorKind::HostFile`]: `out` fails.
    pub fn diff(&self, mut out: impl Write) -> Result<(), Error> {
        let limits = TextLimits::default();
        self.changes
            .write_unified(&self.before.0, &self.after.0, &limits, &mut out)
            .and_then(|()| out.flush())
            .map_err(|error| Error::new(ErrorKind::HostFile, "the diff", error))
    }

    /// The changes that count, with what they are in the trees.
    pub(super) fn counted(&self) -> impl Iterator<Item = (Vec<u8>, &Change, OverlayChangeKind)> {
        self.changes.iter().filter_map(|change| {
            let path = self.changes.path(change);
            let kind = kind_of(change)?;
            // The mode of the folder itself is the host's affair.
            (!path.is_empty()).then_some((path, change, kind))
        })
    }

    /// What the host's file at a path was when the sandbox first saw it.
    pub(super) fn expected(&self, path: &[u8], before: Option<&Stat>) -> Option<Fingerprint> {
        if let Some(seen) = self.seen.get(path) {
            return Some(*seen);
        }
        Some(self.before.0.lower_place(before?.ino)?.seen)
    }
}

fn kind_of(change: &Change) -> Option<OverlayChangeKind> {
    let what = change.what;
    Some(match (change.kind(), &change.before, &change.after) {
        (ChangeKind::Added, ..) => OverlayChangeKind::Added,
        (ChangeKind::Removed, ..) => OverlayChangeKind::Removed,
        _ if what.kind => OverlayChangeKind::Kind,
        _ if what.contents => OverlayChangeKind::Contents,
        _ if what.target => OverlayChangeKind::Target,
        (_, Some(before), Some(after)) if what.mode && before.kind != NodeKind::Symlink => {
            OverlayChangeKind::Mode {
                from: before.mode,
                to: after.mode,
            }
        }
        _ => return None,
    })
}
