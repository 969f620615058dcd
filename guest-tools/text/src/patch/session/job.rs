//! One patch in the course of being applied.

use crate::patch::header::Header;
use crate::patch::hunk::{Hunk, Malformed};

/// One patch in the course of being applied.
pub(super) struct Job<'p> {
    pub(super) header: Header<'p>,
    pub(super) hunks: Vec<Hunk<'p>>,
    pub(super) name: Vec<u8>,
    pub(super) reversed: bool,
    pub(super) skip: bool,
    /// Whether what is skipped is not worth a reject file.
    pub(super) unsaved: bool,
    /// What is wrong with the patch after these hunks.
    pub(super) broken: Option<Malformed>,
    /// The commands of an `ed` script.
    pub(super) script: Option<Vec<&'p [u8]>>,
}

impl Job<'_> {
    /// How sure the patch is that the old (0) or new (1) file has nothing: 2 if
    /// it is absent, 1 if it is empty.
    pub(super) fn absence(&self, side: usize) -> usize {
        let f = if self.reversed { 1 - side } else { side };
        let name = [&self.header.old, &self.header.new][f];
        let git = self.header.git.as_ref();
        let by_git = git.is_some_and(|git| if f == 0 { git.created } else { git.deleted });
        let empty = match self.hunks.first() {
            Some(hunk) => hunk.start[side] == 0 && hunk.count(side) == 0,
            None => by_git,
        };
        let absent = by_git || name.as_ref().is_some_and(|name| name.absent);
        match (empty, absent) {
            (false, _) => 0,
            (true, false) => 1,
            (true, true) => 2,
        }
    }

    pub(super) fn reverse(&mut self) {
        self.hunks.iter_mut().for_each(Hunk::reverse);
        self.reversed = !self.reversed;
    }
}
