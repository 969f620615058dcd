//! The persistent structures below the filesystem: cloning any of them takes
//! constant time, and changing a clone copies only the nodes on the way.

mod below;
pub(crate) mod chunk;
pub(crate) mod dir;
pub(crate) mod file;
mod hash_index;
pub(crate) mod inode;
pub(crate) mod trie;
