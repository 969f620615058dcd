//! A list of changes, sorted by path.

use wardian_vfs::{Name, Stat};

/// What differs between two filesystems. The order is that of
/// [`wardian_vfs::Vfs::walk`]: names sorted by their bytes, what is in a
/// directory right after it.
#[derive(Clone, Default, Debug)]
pub struct Changes {
    /// Directories on the way to what changed: each with the one above it, as an
    /// index into this list; the root names itself.
    dirs: Vec<(usize, Name)>,
    list: Vec<Change>,
    /// Directories whose inside is not listed.
    too_long: Vec<Vec<u8>>,
}

/// One path at which the filesystems differ.
#[derive(Clone, Debug)]
pub struct Change {
    dir: usize,
    name: Name,
    /// The node before; `None`: the path is new.
    pub before: Option<Stat>,
    /// The node after; `None`: the path is gone.
    pub after: Option<Stat>,
    /// What is different, if the path is in both.
    pub what: What,
}

/// The kinds of changes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ChangeKind {
    /// The path is new.
    Added,
    /// The path is gone.
    Removed,
    /// The path is in both filesystems.
    Modified,
}

/// What is different about a path that is in both filesystems.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct What {
    /// One is a file, the other a directory, or the like. Then contents, target
    /// and links are not compared.
    pub kind: bool,
    /// The contents of the file.
    pub contents: bool,
    /// The target of the symbolic link.
    pub target: bool,
    /// The permission bits.
    pub mode: bool,
    /// User or group.
    pub owner: bool,
    /// The time of the last change of the contents.
    pub modified: bool,
    /// Which other paths are the same file.
    pub links: bool,
}

impl What {
    /// Whether anything is different.
    #[must_use]
    pub fn any(&self) -> bool {
        *self != What::default()
    }

    /// Whether anything but the time is different: directories change their time
    /// with each entry.
    #[must_use]
    pub fn more_than_time(&self) -> bool {
        let without = What {
            modified: false,
            ..*self
        };
        without.any()
    }
}

impl Change {
    /// What happened to the path.
    #[must_use]
    pub fn kind(&self) -> ChangeKind {
        match (&self.before, &self.after) {
            (None, _) => ChangeKind::Added,
            (_, None) => ChangeKind::Removed,
            _ => ChangeKind::Modified,
        }
    }
}

impl Changes {
    /// Begins with the root, which is directory 0.
    pub(super) fn new() -> Changes {
        Changes {
            dirs: vec![(0, Name::new(b""))],
            ..Changes::default()
        }
    }

    pub(super) fn add_dir(&mut self, above: usize, name: Name) -> usize {
        self.dirs.push((above, name));
        self.dirs.len() - 1
    }

    pub(super) fn add(
        &mut self,
        (dir, name): (usize, Name),
        before: Option<Stat>,
        after: Option<Stat>,
        what: What,
    ) {
        self.list.push(Change {
            dir,
            name,
            before,
            after,
            what,
        });
    }

    pub(super) fn add_too_long(&mut self, dir: usize) {
        self.too_long.push(self.join(dir, b""));
    }

    /// Lets each change be looked at again; those left without any go.
    pub(super) fn revise(&mut self, mut revise: impl FnMut(&mut Change)) {
        self.list.iter_mut().for_each(&mut revise);
        self.list
            .retain(|change| change.kind() != ChangeKind::Modified || change.what.any());
    }

    /// The changes, sorted by path.
    pub fn iter(&self) -> impl Iterator<Item = &Change> {
        self.list.iter()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether the filesystems are the same.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty() && self.too_long.is_empty()
    }

    /// Directories of which something changed inside that is not listed, because
    /// its path is longer than both quotas let paths be.
    #[must_use]
    pub fn too_long(&self) -> &[Vec<u8>] {
        &self.too_long
    }

    /// The path of a change of this list, without a leading `/`; empty for the
    /// root.
    #[must_use]
    pub fn path(&self, change: &Change) -> Vec<u8> {
        self.join(change.dir, &change.name)
    }

    fn join(&self, dir: usize, name: &[u8]) -> Vec<u8> {
        let mut names: Vec<&[u8]> = vec![name];
        let mut at = dir;
        while let Some((above, name)) = self.dirs.get(at).filter(|_| at != 0) {
            names.push(name);
            at = *above;
        }
        names.retain(|name| !name.is_empty());
        names.reverse();
        names.join(&b'/')
    }
}
