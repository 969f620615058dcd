//! A node: its attributes and what it holds.

use std::sync::Arc;

use super::dir::Dir;
use super::file::File;
use crate::{Device, Ino, Magic, NodeKind, Stat, Timestamp};

/// A node.
#[derive(Clone)]
pub(crate) struct Inode {
    pub(crate) body: Body,
    pub(crate) mode: u16,
    pub(crate) links: u32,
    pub(crate) uid: u32,
    pub(crate) gid: u32,
    pub(crate) accessed: Timestamp,
    pub(crate) modified: Timestamp,
    pub(crate) changed: Timestamp,
    pub(crate) created: Timestamp,
}

/// What a node holds. `clone` takes constant time.
#[derive(Clone)]
pub(crate) enum Body {
    File(File),
    Directory(Arc<Dir>),
    /// A directory of a tree below whose entries nobody asked for yet.
    Unlisted,
    Symlink(Arc<[u8]>),
    Fifo,
    Device(Device),
    Magic(Magic),
}

impl Body {
    /// Bytes charged to the quota.
    pub(crate) fn charge(&self) -> u64 {
        match self {
            Body::File(file) => file.allocated(),
            Body::Symlink(target) => target.len() as u64,
            _ => 0,
        }
    }
}

impl Inode {
    /// What the node is.
    pub(crate) fn kind(&self) -> NodeKind {
        match &self.body {
            Body::File(_) => NodeKind::Regular,
            Body::Directory(_) | Body::Unlisted => NodeKind::Directory,
            Body::Symlink(_) => NodeKind::Symlink,
            Body::Fifo => NodeKind::Fifo,
            Body::Device(device) => NodeKind::Device(*device),
            Body::Magic(magic) => NodeKind::Magic(*magic),
        }
    }

    /// Whether the node is a directory of this filesystem.
    pub(crate) fn is_directory(&self) -> bool {
        matches!(self.body, Body::Directory(_) | Body::Unlisted)
    }

    /// The attributes.
    pub(crate) fn stat(&self, ino: Ino) -> Stat {
        let size_bytes = match &self.body {
            Body::File(file) => file.size(),
            Body::Symlink(target) => target.len() as u64,
            Body::Directory(dir) => dir.len() as u64,
            Body::Unlisted | Body::Fifo | Body::Device(_) | Body::Magic(_) => 0,
        };
        Stat {
            ino,
            kind: self.kind(),
            mode: self.mode,
            links: self.links,
            uid: self.uid,
            gid: self.gid,
            size_bytes,
            allocated_bytes: match &self.body {
                Body::File(file) => file.allocated(),
                _ => 0,
            },
            accessed: self.accessed,
            modified: self.modified,
            changed: self.changed,
            created: self.created,
        }
    }

    /// Notes a change of the contents.
    pub(crate) fn touch_modified(&mut self, now: Timestamp) {
        self.modified = now;
        self.changed = now;
    }
}

#[cfg(test)]
mod tests {
    use super::Inode;

    #[test]
    fn is_small() {
        assert!(size_of::<Inode>() <= 104, "{}", size_of::<Inode>());
    }
}
