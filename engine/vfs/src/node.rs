//! What a node of the tree is: its number, its kind, its attributes.

use wardian_abi::FileType;

/// The number of a node. Numbers are never used again within a filesystem.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Ino(pub u64);

/// Nanoseconds since the epoch.
pub type Timestamp = u64;

/// A character device; the engine supplies its behaviour.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Device {
    /// `/dev/null`: reads nothing, swallows writes.
    Null,
    /// `/dev/zero`: reads zeros, swallows writes.
    Zero,
    /// `/dev/full`: reads zeros, refuses writes with `ENOSPC`.
    Full,
    /// `/dev/random` and `/dev/urandom`.
    Random,
    /// `/dev/tty`: the controlling terminal, if any.
    Tty,
}

/// A directory whose inside the engine supplies.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Magic {
    /// `/proc`.
    Proc,
    /// `/dev/fd`: the open descriptors of the calling process.
    DevFd,
}

/// What a node is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum NodeKind {
    /// A file with contents.
    Regular,
    /// A directory.
    Directory,
    /// A symbolic link.
    Symlink,
    /// A named pipe; the engine supplies the pipe.
    Fifo,
    /// A character device.
    Device(Device),
    /// A directory that the engine fills.
    Magic(Magic),
}

impl NodeKind {
    /// The type a guest sees. A magic node shows as a directory.
    #[must_use]
    pub fn file_type(self) -> FileType {
        match self {
            NodeKind::Regular => FileType::Regular,
            NodeKind::Directory | NodeKind::Magic(_) => FileType::Directory,
            NodeKind::Symlink => FileType::Symlink,
            NodeKind::Fifo => FileType::Fifo,
            NodeKind::Device(_) => FileType::CharacterDevice,
        }
    }
}

/// What [`crate::Vfs::create`] makes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Create<'a> {
    /// An empty file.
    Regular,
    /// An empty directory.
    Directory,
    /// A named pipe.
    Fifo,
    /// A symbolic link with this target.
    Symlink(&'a [u8]),
    /// A character device.
    Device(Device),
    /// A directory that the engine fills.
    Magic(Magic),
}

/// What [`crate::Vfs::set_times`] does to one time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SetTime {
    /// Leave it.
    Keep,
    /// Take the context's time.
    Now,
    /// Take this time.
    At(Timestamp),
}

/// The attributes of a node.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Stat {
    /// The node's number.
    pub ino: Ino,
    /// What the node is.
    pub kind: NodeKind,
    /// The twelve permission bits: set-user-id, set-group-id, sticky, `rwxrwxrwx`.
    pub mode: u16,
    /// Number of hard links; for a directory 2 plus its subdirectories.
    pub links: u32,
    /// Owner.
    pub uid: u32,
    /// Group.
    pub gid: u32,
    /// Length of the contents or of the link target; for a directory the
    /// number of its entries.
    pub size_bytes: u64,
    /// Bytes charged to the quota for the contents; holes are free. Of a file of a
    /// mounted tree, its length.
    pub allocated_bytes: u64,
    /// Last access.
    pub accessed: Timestamp,
    /// Last change of the contents.
    pub modified: Timestamp,
    /// Last change of the contents or the attributes.
    pub changed: Timestamp,
    /// Creation.
    pub created: Timestamp,
}

impl Stat {
    /// The type a guest sees.
    #[must_use]
    pub fn file_type(&self) -> FileType {
        self.kind.file_type()
    }
}
