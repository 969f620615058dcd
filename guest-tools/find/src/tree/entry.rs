//! A name in the tree with what is known of it.

use wardian_applet::sys::{ExtStat, mode};

/// A file or directory.
pub struct Entry {
    /// Its name.
    pub name: Vec<u8>,
    /// Type bits.
    pub kind: u32,
    /// Status, if it was needed.
    pub stat: Option<ExtStat>,
    /// A link's target.
    pub target: Option<Vec<u8>>,
    /// Status of the target, if it is there.
    pub target_stat: Option<ExtStat>,
    /// Bytes of a directory's contents, with `--du`.
    pub usage: Option<u64>,
    /// What is in it, if read ahead.
    pub children: Option<Contents>,
}

/// What is in a directory.
pub enum Contents {
    /// Its entries, sorted.
    Entries(Vec<Entry>),
    /// Why there are none.
    Unread(String),
}

impl Entry {
    /// An entry with a name and a type.
    pub fn new(name: Vec<u8>, kind: u32) -> Entry {
        Entry {
            name,
            kind,
            stat: None,
            target: None,
            target_stat: None,
            usage: None,
            children: None,
        }
    }

    /// Whether it is a directory or a link to one.
    pub fn leads_to_directory(&self) -> bool {
        let target = self.target_stat.map(|stat| stat.mode & mode::TYPE);
        self.kind == mode::DIRECTORY || target == Some(mode::DIRECTORY)
    }

    /// Bytes shown for it.
    pub fn size(&self) -> u64 {
        self.usage
            .or(self.stat.map(|stat| stat.size_bytes))
            .unwrap_or(0)
    }
}
