//! The names in a directory, held in one buffer.

use super::at;
use wardian_applet::sys::Errno;

/// Names with their types, in the directory's order.
#[derive(Default)]
pub struct Listing {
    pub(super) buf: Vec<u8>,
    pub(super) items: Vec<Item>,
}

/// Where a name lies in the buffer.
#[derive(Clone, Copy)]
pub struct Item {
    pub(super) start: u32,
    pub(super) length: u32,
    pub(super) kind: u32,
}

impl Listing {
    /// Reads an open directory, in place of what was here.
    pub fn fill(&mut self, fd: u32) -> Result<(), Errno> {
        self.items.clear();
        at::list(fd, self)
    }

    /// Number of names.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// The name at this place, and its type as in `st_mode` (0: unknown).
    pub fn get(&self, index: usize) -> Option<(&[u8], u32)> {
        let item = self.items.get(index)?;
        Some((self.name(item), item.kind))
    }

    fn name(&self, item: &Item) -> &[u8] {
        let start = item.start as usize;
        self.buf
            .get(start..start + item.length as usize)
            .unwrap_or_default()
    }

    /// Sorts the names by their bytes.
    pub fn sort(&mut self) {
        let mut items = std::mem::take(&mut self.items);
        items.sort_by(|a, b| self.name(a).cmp(self.name(b)));
        self.items = items;
    }
}

/// Listings to use again: their buffers stay.
#[derive(Default)]
pub struct Pool(Vec<Listing>);

impl Pool {
    /// A listing with undefined contents.
    pub fn take(&mut self) -> Listing {
        self.0.pop().unwrap_or_default()
    }

    /// Keeps a listing for later.
    pub fn put(&mut self, listing: Listing) {
        const KEPT_BYTES_MAX: usize = 1 << 20;
        if self.0.len() < 16 && listing.buf.len() <= KEPT_BYTES_MAX {
            self.0.push(listing);
        }
    }
}
