//! The limits of a filesystem and what it uses of them.

/// What a directory entry is charged besides its name: about what it takes in
/// memory, for hard links cost no node.
pub const ENTRY_BYTES: u64 = 128;

/// The limits of a filesystem. There is no "unlimited"; `default()` documents
/// the values an embedder gets without asking.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Quota {
    /// Bytes of contents and link targets, and of entries: [`ENTRY_BYTES`] and
    /// the name's length each. Exceeded: `ENOSPC`.
    pub bytes: u64,
    /// Nodes, the root included. Exceeded: `ENOSPC`.
    pub inodes: u64,
    /// Length of one file. Exceeded: `EFBIG`.
    pub file_size_bytes: u64,
    /// Length of one name. Exceeded: `ENAMETOOLONG`.
    pub name_bytes: u32,
    /// Length of a path or a link target. Exceeded: `ENAMETOOLONG`.
    pub path_bytes: u32,
    /// Symbolic links followed in one resolution. Exceeded: `ELOOP`.
    pub symlink_depth: u32,
    /// Hard links of one node, subdirectories of one directory. Exceeded: `EMLINK`.
    pub links: u32,
}

impl Default for Quota {
    /// 1 GiB of bytes, 1,048,576 nodes, files of up to 1 GiB, names of 255 and
    /// paths of 4096 bytes, 40 symbolic links, 65,000 hard links.
    fn default() -> Quota {
        Quota {
            bytes: 1 << 30,
            inodes: 1 << 20,
            file_size_bytes: 1 << 30,
            name_bytes: 255,
            path_bytes: 4096,
            symlink_depth: 40,
            links: 65_000,
        }
    }
}

/// What an entry with this name is charged.
pub(crate) fn entry_charge(name: &[u8]) -> u64 {
    ENTRY_BYTES + name.len() as u64
}

/// What a filesystem uses of its [`Quota`].
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Usage {
    /// Bytes of contents, link targets and entries.
    pub bytes: u64,
    /// Nodes, the root and removed but open files included.
    pub inodes: u64,
}
