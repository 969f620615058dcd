//! The descriptor table of a process.

use std::sync::Arc;

use wardian_abi::{Errno, USER_FD_BASE, USER_FD_MAX};

use super::Description;

/// WASI's rights of a descriptor. They only ever shrink.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rights {
    /// What calls on the descriptor may do.
    pub base: u64,
    /// What descriptors opened through it may do.
    pub inheriting: u64,
}

/// One open descriptor.
#[derive(Clone, Debug)]
pub struct Descriptor {
    /// What it stands for.
    pub description: Arc<Description>,
    /// What it allows.
    pub rights: Rights,
}

/// Descriptors by number: WASI's own from 0, and those that users number 3 and
/// above at [`USER_FD_BASE`].
#[derive(Clone, Debug)]
pub struct FdTable {
    low: Vec<Option<Descriptor>>,
    user: Vec<Option<Descriptor>>,
    open: usize,
    limit: usize,
    refused: bool,
}

impl FdTable {
    /// An empty table that holds at most `limit` descriptors.
    pub fn new(limit: usize) -> FdTable {
        FdTable {
            low: Vec::with_capacity(8),
            user: Vec::new(),
            open: 0,
            limit,
            refused: false,
        }
    }

    /// Whether the limit has refused a descriptor.
    pub fn refused(&self) -> bool {
        self.refused
    }

    /// The descriptor with this number.
    ///
    /// # Errors
    /// `EBADF`.
    pub fn get(&self, fd: u32) -> Result<&Descriptor, Errno> {
        self.slot(fd).ok_or(Errno::Badf)
    }

    /// The descriptor with this number, to change its rights.
    ///
    /// # Errors
    /// `EBADF`.
    pub fn get_mut(&mut self, fd: u32) -> Result<&mut Descriptor, Errno> {
        let slot = match fd.checked_sub(USER_FD_BASE) {
            Some(user) => self.user.get_mut(user as usize),
            None => self.low.get_mut(fd as usize),
        };
        slot.and_then(Option::as_mut).ok_or(Errno::Badf)
    }

    /// Puts a descriptor at the lowest free WASI number.
    ///
    /// # Errors
    /// `EMFILE`.
    pub fn insert(&mut self, descriptor: Descriptor) -> Result<u32, Errno> {
        if self.open >= self.limit {
            self.refused = true;
            return Err(Errno::Mfile);
        }
        self.open += 1;
        if let Some(free) = self.low.iter().position(Option::is_none)
            && let Some(slot) = self.low.get_mut(free)
        {
            *slot = Some(descriptor);
            return Ok(free as u32);
        }
        self.low.push(Some(descriptor));
        Ok(self.low.len() as u32 - 1)
    }

    /// Puts a descriptor at this number; gives what was there, to be closed.
    ///
    /// # Errors
    /// `EBADF`: the number is out of range. `EMFILE`: the table is full.
    pub fn put(&mut self, fd: u32, descriptor: Descriptor) -> Result<Option<Descriptor>, Errno> {
        let (slots, index) = match fd.checked_sub(USER_FD_BASE) {
            Some(user) if user <= USER_FD_MAX => (&mut self.user, user as usize),
            // A gap in the numbers is bounded by the number of descriptors.
            None if (fd as usize) < self.limit => (&mut self.low, fd as usize),
            _ => return Err(Errno::Badf),
        };
        if slots.len() <= index {
            slots.resize(index + 1, None);
        }
        let slot = slots.get_mut(index).ok_or(Errno::Badf)?;
        if slot.is_none() {
            if self.open >= self.limit {
                self.refused = true;
                return Err(Errno::Mfile);
            }
            self.open += 1;
        }
        Ok(slot.replace(descriptor))
    }

    /// Puts a descriptor at what a user calls `number`.
    ///
    /// # Errors
    /// As [`FdTable::put`].
    pub fn put_user(&mut self, number: u32, descriptor: Descriptor) -> Result<(), Errno> {
        let fd = match number {
            0..=2 => number,
            3..=USER_FD_MAX => USER_FD_BASE + number,
            _ => return Err(Errno::Badf),
        };
        self.put(fd, descriptor).map(drop)
    }

    /// Takes a descriptor out.
    ///
    /// # Errors
    /// `EBADF`.
    pub fn remove(&mut self, fd: u32) -> Result<Descriptor, Errno> {
        let slot = match fd.checked_sub(USER_FD_BASE) {
            Some(user) => self.user.get_mut(user as usize),
            None => self.low.get_mut(fd as usize),
        };
        let descriptor = slot.and_then(Option::take).ok_or(Errno::Badf)?;
        self.open -= 1;
        Ok(descriptor)
    }

    /// Closes every descriptor.
    pub fn close_all(&mut self) {
        self.low.clear();
        self.user.clear();
        self.open = 0;
    }

    /// Every open descriptor with the number that a user gives it, in order;
    /// preopened directories and the guest's own have none.
    pub fn user_numbers(&self) -> impl Iterator<Item = (u32, &Descriptor)> {
        let standard = self.low.iter().take(3).enumerate();
        let others = self.user.iter().enumerate();
        standard
            .chain(others)
            .filter_map(|(number, slot)| Some((number as u32, slot.as_ref()?)))
    }

    /// The descriptor that a user calls `number` (as in `/dev/fd/3`).
    ///
    /// # Errors
    /// `EBADF`.
    pub fn by_user_number(&self, number: u32) -> Result<&Descriptor, Errno> {
        match number {
            0..=2 => self.get(number),
            3..=USER_FD_MAX => self.get(USER_FD_BASE + number),
            _ => Err(Errno::Badf),
        }
    }

    fn slot(&self, fd: u32) -> Option<&Descriptor> {
        match fd.checked_sub(USER_FD_BASE) {
            Some(user) => self.user.get(user as usize)?.as_ref(),
            None => self.low.get(fd as usize)?.as_ref(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wardian_vfs::Device;

    fn null() -> Descriptor {
        Descriptor {
            description: Arc::new(Description::Device(Device::Null)),
            rights: Rights {
                base: 0,
                inheriting: 0,
            },
        }
    }

    #[test]
    fn numbers_are_the_lowest_free_and_bounded() {
        let mut table = FdTable::new(4);
        for expected in 0..3 {
            assert_eq!(table.insert(null()).unwrap(), expected);
        }
        table.remove(1).unwrap();
        assert_eq!(table.insert(null()).unwrap(), 1);
        assert!(table.put(USER_FD_BASE + 9, null()).unwrap().is_none());
        assert_eq!(table.insert(null()).unwrap_err(), Errno::Mfile);
    }

    #[test]
    fn edges_are_ebadf_and_never_grow_the_table() {
        let mut table = FdTable::new(8);
        for fd in [
            8,
            USER_FD_BASE - 1,
            USER_FD_BASE + USER_FD_MAX + 1,
            u32::MAX,
        ] {
            assert_eq!(table.put(fd, null()).unwrap_err(), Errno::Badf);
            assert_eq!(table.get(fd).unwrap_err(), Errno::Badf);
            assert_eq!(table.remove(fd).unwrap_err(), Errno::Badf);
        }
        assert!(table.low.is_empty() && table.user.is_empty());
    }
}
