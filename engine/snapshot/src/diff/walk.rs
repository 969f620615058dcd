//! Two trees side by side, without what they share.

use std::collections::HashMap;

use wardian_vfs::{Errno, Ino, Name, NodeKind, Stat, Vfs};

use super::changes::{Change, ChangeKind, Changes, What};
use super::contents;
use super::names::Trail;

/// With more changed nodes than this share of all, every directory is visited.
const MOST_CHANGED: u64 = 4;

/// What changed from `before` to `after`.
///
/// What one was made from by [`Vfs::fork`] is skipped where it is still shared,
/// so this takes as long as the change is big; only the names of changed files
/// are searched for where numbers lie close. Filesystems that share nothing are
/// compared in full. Times of access, of the change of attributes and of
/// creation are not compared.
#[must_use]
pub fn diff(before: &Vfs, after: &Vfs) -> Changes {
    let changed = before.changed_nodes(after);
    let all = before.usage().inodes.max(after.usage().inodes);
    let is_small = before.has_mounts() || changed.len() as u64 <= all / MOST_CHANGED;
    compare((before, before.root()), (after, after.root()), is_small)
}

/// What changed in a directory, from how it was in one filesystem to how it is in
/// another that was made from it. Paths begin at the directory. Only changes are
/// visited, so what was mounted and never looked into is left alone.
///
/// See [`diff`].
#[must_use]
pub fn diff_below(before: (&Vfs, Ino), after: (&Vfs, Ino)) -> Changes {
    compare(before, after, true)
}

fn compare(before: (&Vfs, Ino), after: (&Vfs, Ino), follows_trails: bool) -> Changes {
    let tops = (before.1, after.1);
    // Without what lives only because it is open.
    let (before, after) = (&before.0.fork(), &after.0.fork());
    let trails = follows_trails.then(|| {
        let changed = before.changed_nodes(after);
        [Trail::to(before, &changed), Trail::to(after, &changed)]
    });
    let mut walk = Walk {
        before,
        after,
        trails,
        longest: before.quota().path_bytes.max(after.quota().path_bytes),
        changes: Changes::new(),
        pairs: Pairs::default(),
        pending: Vec::new(),
    };
    let top = Pending {
        dir: 0,
        name: Name::new(b""),
        before: Some(tops.0),
        after: Some(tops.1),
        length: 0,
    };
    walk.pending.push(top);
    // The nodes come from the trees themselves, so nothing can be missing.
    while let Some(pending) = walk.pending.pop() {
        let _ = walk.visit(pending);
    }
    walk.finish()
}

struct Walk<'a> {
    before: &'a Vfs,
    after: &'a Vfs,
    /// Where changes are; `None`: look everywhere.
    trails: Option<[Trail; 2]>,
    /// Longest path.
    longest: u32,
    changes: Changes,
    pairs: Pairs,
    /// Paths to visit, the next one last.
    pending: Vec<Pending>,
}

/// A path to visit: in which directory of the list, and the nodes there.
struct Pending {
    dir: usize,
    name: Name,
    before: Option<Ino>,
    after: Option<Ino>,
    /// Length of the path.
    length: u32,
}

/// Which nodes with several names stand at the same paths: before and after.
#[derive(Default)]
struct Pairs {
    after: HashMap<Ino, Ino>,
    before: HashMap<Ino, Ino>,
    /// Those that stand beside more than one other.
    split_before: HashMap<Ino, ()>,
    split_after: HashMap<Ino, ()>,
}

impl Pairs {
    fn note(&mut self, before: Ino, after: Ino) {
        if *self.after.entry(before).or_insert(after) != after {
            self.split_before.insert(before, ());
        }
        if *self.before.entry(after).or_insert(before) != before {
            self.split_after.insert(after, ());
        }
    }

    fn is_split(&self, before: Ino, after: Ino) -> bool {
        self.split_before.contains_key(&before) || self.split_after.contains_key(&after)
    }
}

impl Walk<'_> {
    fn visit(&mut self, pending: Pending) -> Result<(), Errno> {
        let before = pending
            .before
            .map(|ino| self.before.stat(ino))
            .transpose()?;
        let after = pending.after.map(|ino| self.after.stat(ino)).transpose()?;
        let what = match (&before, &after) {
            (Some(before), Some(after)) => self.compare(before, after)?,
            _ => What::default(),
        };
        let place = (pending.dir, pending.name.clone());
        let is_several = |stat: &Option<Stat>| {
            stat.is_some_and(|stat| stat.links > 1 && stat.kind != NodeKind::Directory)
        };
        // Whether those with several names are linked otherwise shows at the end.
        let several = is_several(&before) || is_several(&after);
        if before.is_none() || after.is_none() || what.any() || several {
            self.changes.add(place, before, after, what);
        }
        let is_dir = |stat: Option<Stat>| stat.filter(|stat| stat.kind == NodeKind::Directory);
        self.enter(pending, is_dir(before), is_dir(after))
    }

    fn compare(&mut self, before: &Stat, after: &Stat) -> Result<What, Errno> {
        if before.kind != NodeKind::Directory || after.kind != NodeKind::Directory {
            self.pairs.note(before.ino, after.ino);
        }
        if self.before.shares_node(before.ino, self.after, after.ino) {
            return Ok(What::default());
        }
        let same_kind = before.kind == after.kind;
        Ok(What {
            kind: !same_kind,
            contents: same_kind
                && before.kind == NodeKind::Regular
                // What cannot be read any more may have changed.
                && contents::differ((self.before, before.ino), (self.after, after.ino))
                    .unwrap_or(true),
            target: same_kind
                && before.kind == NodeKind::Symlink
                && self.before.readlink(before.ino)? != self.after.readlink(after.ino)?,
            mode: before.mode != after.mode,
            owner: (before.uid, before.gid) != (after.uid, after.gid),
            modified: before.modified != after.modified,
            links: same_kind && before.kind != NodeKind::Directory && before.links != after.links,
        })
    }

    /// Goes on to the entries of directories.
    fn enter(
        &mut self,
        pending: Pending,
        before: Option<Stat>,
        after: Option<Stat>,
    ) -> Result<(), Errno> {
        let (before, after) = (before.map(|stat| stat.ino), after.map(|stat| stat.ino));
        let names = match (before, after) {
            (Some(before), Some(after)) => self.names(before, after)?,
            (Some(dir), None) => all_names(self.before, dir)?,
            (None, Some(dir)) => all_names(self.after, dir)?,
            (None, None) => return Ok(()),
        };
        if names.is_empty() {
            return Ok(());
        }
        let above = match pending.name.is_empty() {
            true => pending.dir,
            false => self.changes.add_dir(pending.dir, pending.name),
        };
        let find = |vfs: &Vfs, dir: Option<Ino>, name: &Name| {
            dir.and_then(|dir| vfs.lookup(dir, name).ok())
        };
        let mut is_too_long = false;
        for name in names.into_iter().rev() {
            let slash = u32::from(pending.length > 0);
            let length = pending.length.saturating_add(slash + name.len() as u32);
            if length > self.longest {
                is_too_long = true;
                continue;
            }
            self.pending.push(Pending {
                dir: above,
                before: find(self.before, before, &name),
                after: find(self.after, after, &name),
                name,
                length,
            });
        }
        if is_too_long {
            self.changes.add_too_long(above);
        }
        Ok(())
    }

    /// The names to visit in directories that stand at the same path.
    fn names(&self, before: Ino, after: Ino) -> Result<Vec<Name>, Errno> {
        let mut names = match &self.trails {
            // Entries that are the same lead somewhere only if they are on a
            // trail. But where the directories are other ones, so may be all
            // below them.
            Some([left, right]) if before == after => {
                let mut names = self.before.changed_names(before, self.after, after)?;
                names.extend(left.below(before).chain(right.below(after)).cloned());
                names
            }
            _ => {
                let mut names = all_names(self.before, before)?;
                names.extend(all_names(self.after, after)?);
                names
            }
        };
        names.sort_unstable();
        names.dedup();
        Ok(names)
    }

    /// Decides about links, and leaves out what did not change after all.
    fn finish(self) -> Changes {
        let Walk {
            mut changes, pairs, ..
        } = self;
        changes.revise(|change: &mut Change| {
            if change.kind() == ChangeKind::Modified
                && !change.what.kind
                && let (Some(before), Some(after)) = (&change.before, &change.after)
                && before.kind != NodeKind::Directory
            {
                change.what.links |= pairs.is_split(before.ino, after.ino);
            }
        });
        changes
    }
}

fn all_names(vfs: &Vfs, dir: Ino) -> Result<Vec<Name>, Errno> {
    let entries = vfs.entries(dir)?;
    let mut names: Vec<Name> = entries.map(|entry| entry.name.clone()).collect();
    names.sort_unstable();
    Ok(names)
}
