//! What a tree outside must offer for a mount that changes it.

use super::source::{Fingerprint, LowerEntry, LowerKind, Room};
use crate::{Errno, SetTime};

/// A tree outside that is changed in place: nothing of it is kept here but what
/// was seen last.
///
/// Every call gives what the host answers. Nothing follows a symbolic link.
pub trait Live: Send + Sync {
    /// What is at a path now; `None`: nothing, or nothing that is shown.
    fn look(&self, path: &[u8]) -> Result<Option<LowerEntry>, Errno>;

    /// The entries of a directory, and what to tell it by; `None`: it is as it was
    /// when it was `listed`. `EOVERFLOW`: more than there is `room` for.
    fn list(&self, dir: &[u8], listed: Option<&Fingerprint>, room: Room) -> Listed;

    /// Reads at `offset`; how many bytes, fewer than asked only at the end.
    fn read(&self, file: &LivePlace, offset: u64, buffer: &mut [u8]) -> Result<usize, Errno>;

    /// Writes at `offset`; how many bytes.
    fn write(&self, file: &LivePlace, offset: u64, data: &[u8]) -> Result<usize, Errno>;

    /// Sets the length of a file.
    fn set_size(&self, file: &LivePlace, size: u64) -> Result<(), Errno>;

    /// Makes an entry at a path that must be free. The mode has the nine permission
    /// bits.
    fn create(&self, path: &[u8], kind: &LowerKind, mode: u16) -> Result<LowerEntry, Errno>;

    /// Removes an entry. A file that is open (`keeps`) is read and written until
    /// [`Live::forget`].
    fn remove(&self, place: &LivePlace, is_directory: bool, keeps: bool) -> Result<(), Errno>;

    /// Moves an entry, over `replaced` if that is given; see [`Live::remove`].
    fn rename(
        &self,
        from: &LivePlace,
        to: &[u8],
        replaced: Option<(&LivePlace, bool)>,
    ) -> Result<(), Errno>;

    /// Gives a file one more name.
    fn link(&self, from: &LivePlace, to: &[u8]) -> Result<LowerEntry, Errno>;

    /// Sets the nine permission bits.
    fn set_mode(&self, place: &LivePlace, mode: u16) -> Result<(), Errno>;

    /// Sets the times of access and modification.
    fn set_times(
        &self,
        place: &LivePlace,
        accessed: SetTime,
        modified: SetTime,
    ) -> Result<(), Errno>;

    /// Lets go of a removed file.
    fn forget(&self, seen: &Fingerprint);
}

/// What [`Live::list`] answers.
pub type Listed = Result<Option<(Fingerprint, Vec<LowerEntry>)>, Errno>;

/// Where a node of a live tree is, and what it was when it was last seen there.
#[derive(Clone, Debug)]
pub struct LivePlace {
    /// Path from the top, without a leading slash; empty for the top.
    pub path: Vec<u8>,
    /// What was seen there.
    pub seen: Fingerprint,
}
