//! The object that a snapshot begins with.

use wardian_vfs::Ino;

use super::wire::{Malformed, Reader, put_number};
use crate::hash::Hash;

/// The last byte is the version.
const MAGIC: [u8; 8] = *b"WRDSNAP\x01";
/// Longest root.
pub(crate) const ROOT_BYTES: u64 = 128;

/// The whole of a snapshot: its nodes, and what they come to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Root {
    /// How many nodes.
    pub(crate) inodes: u64,
    /// What they are charged.
    pub(crate) bytes: u64,
    /// The number of the next node.
    pub(crate) next: Ino,
    /// The table of nodes.
    pub(crate) nodes: Hash,
}

/// Why bytes are not a root.
pub(crate) enum NoRoot {
    /// They are one of another version.
    Version(u8),
    Malformed(Malformed),
}

impl From<Malformed> for NoRoot {
    fn from(malformed: Malformed) -> NoRoot {
        NoRoot::Malformed(malformed)
    }
}

impl Root {
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut out = MAGIC.to_vec();
        put_number(&mut out, self.inodes);
        put_number(&mut out, self.bytes);
        put_number(&mut out, self.next.0);
        out.extend_from_slice(self.nodes.as_bytes());
        out
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Root, NoRoot> {
        let mut reader = Reader::new(bytes);
        let magic: [u8; 8] = reader.array()?;
        if let ([kind @ .., version], [expected @ .., known]) = (magic, MAGIC)
            && kind == expected
            && version != known
        {
            return Err(NoRoot::Version(version));
        }
        if magic != MAGIC {
            return Err(Malformed("is not the root of a snapshot").into());
        }
        let root = Root {
            inodes: reader.number()?,
            bytes: reader.number()?,
            next: Ino(reader.number()?),
            nodes: reader.hash()?,
        };
        reader.finish()?;
        Ok(root)
    }
}
