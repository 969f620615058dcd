//! How much a snapshot may ask of the host that loads it.

use wardian_vfs::Quota;

/// The limits of loading. All of them are checked before memory is taken;
/// exceeding one is [`crate::ErrorKind::Limit`], and the error names it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// The quota that the loaded filesystem gets and must fit in.
    pub quota: Quota,
    /// Names in one path.
    pub depth: u32,
    /// Bytes of stored pages: attributes, entries and lists of chunks.
    pub page_bytes: u64,
}

impl Default for Limits {
    /// The default quota, paths of 4096 names, 1 GiB of pages.
    fn default() -> Limits {
        Limits {
            quota: Quota::default(),
            depth: 4096,
            page_bytes: 1 << 30,
        }
    }
}
