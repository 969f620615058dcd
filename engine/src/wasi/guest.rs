//! The guest's memory as the host sees it, and the two ways to answer a call:
//! an errno for the guest's mistakes, a trap for its end.

use std::fmt;

use wardian_abi::{Errno, Signal, Slice};
use wasmtime::Caller;

use super::Ctx;
use crate::fd::Stop;

/// The end of a program, raised as a trap through its frames.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// `proc_exit`.
    Exit(u32),
    /// A signal.
    Killed(Signal),
    /// Another program takes its place.
    Exec,
    /// The module exports no memory named `memory`.
    NoMemory,
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            End::Exit(code) => write!(f, "exit with code {code}"),
            End::Killed(signal) => write!(f, "killed by signal {}", signal.raw()),
            End::Exec => f.write_str("replaced by another program"),
            End::NoMemory => f.write_str("the module exports no memory named \"memory\""),
        }
    }
}

impl std::error::Error for End {}

/// Why a host function did not do what was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The guest is told.
    Errno(Errno),
    /// The guest ends.
    End(End),
}

impl From<Errno> for Refusal {
    fn from(errno: Errno) -> Refusal {
        Refusal::Errno(errno)
    }
}

impl From<End> for Refusal {
    fn from(end: End) -> Refusal {
        Refusal::End(end)
    }
}

impl From<Stop> for Refusal {
    fn from(stop: Stop) -> Refusal {
        match stop {
            Stop::Signal => Refusal::Errno(Errno::Intr),
            Stop::Kill(signal) => Refusal::End(End::Killed(signal)),
        }
    }
}

/// A host function's return value: 0 or an errno, or the trap that ends the guest.
pub fn outcome(result: Result<(), Refusal>) -> wasmtime::Result<u32> {
    match result {
        Ok(()) => Ok(0),
        Err(Refusal::Errno(errno)) => Ok(u32::from(errno.raw())),
        Err(Refusal::End(end)) => Err(wasmtime::Error::from(end)),
    }
}

/// The return value of a host function that cannot end the guest.
pub fn code(result: Result<(), Errno>) -> u32 {
    match result {
        Ok(()) => 0,
        Err(errno) => u32::from(errno.raw()),
    }
}

/// The guest's memory and state at once.
///
/// # Errors
/// [`End::NoMemory`].
pub fn guest<'a, P>(
    caller: &'a mut Caller<'_, Ctx<P>>,
) -> Result<(GuestMemory<'a>, &'a mut Ctx<P>), End> {
    let memory = caller.data().memory.ok_or(End::NoMemory)?;
    if caller.data().meter.is_some() {
        count(caller);
    }
    let (bytes, ctx) = memory.data_and_store_mut(caller);
    Ok((GuestMemory(bytes), ctx))
}

/// Counts a host call, and the fuel that was burnt before it.
#[cold]
fn count<P>(caller: &Caller<'_, Ctx<P>>) {
    let left = caller.get_fuel().unwrap_or(u64::MAX);
    let ctx = caller.data();
    if let Some(meter) = &ctx.meter {
        let moved_bytes = ctx.read_bytes.saturating_add(ctx.written_bytes);
        meter.called(u64::MAX - left, moved_bytes);
    }
}

/// Runs a host function that only reads and writes memory and state.
pub fn memory<P>(
    mut caller: Caller<'_, Ctx<P>>,
    call: impl FnOnce(&mut GuestMemory<'_>, &mut Ctx<P>) -> Result<(), Errno>,
) -> wasmtime::Result<u32> {
    let (mut memory, ctx) = guest(&mut caller)?;
    let result = call(&mut memory, ctx);
    if let (Err(errno), Some(denials)) = (result, &ctx.denials) {
        denials.failed(errno);
    }
    Ok(code(result))
}

/// The guest's linear memory. Every access is checked: addresses are hostile.
pub struct GuestMemory<'a>(&'a mut [u8]);

impl GuestMemory<'_> {
    /// Its bytes from `address`.
    ///
    /// # Errors
    /// `EFAULT`: outside the memory.
    pub fn bytes(&self, address: u32, length: u32) -> Result<&[u8], Errno> {
        let end = (address as usize).checked_add(length as usize);
        end.and_then(|end| self.0.get(address as usize..end))
            .ok_or(Errno::Fault)
    }

    /// Its bytes from `address`, to write.
    ///
    /// # Errors
    /// `EFAULT`: outside the memory.
    pub fn bytes_mut(&mut self, address: u32, length: u32) -> Result<&mut [u8], Errno> {
        let end = (address as usize).checked_add(length as usize);
        end.and_then(|end| self.0.get_mut(address as usize..end))
            .ok_or(Errno::Fault)
    }

    /// Writes bytes.
    ///
    /// # Errors
    /// `EFAULT`.
    pub fn put(&mut self, address: u32, data: &[u8]) -> Result<(), Errno> {
        let length = u32::try_from(data.len()).map_err(|_| Errno::Fault)?;
        self.bytes_mut(address, length)?.copy_from_slice(data);
        Ok(())
    }

    /// Writes a number.
    ///
    /// # Errors
    /// `EFAULT`.
    pub fn put_u32(&mut self, address: u32, value: u32) -> Result<(), Errno> {
        self.put(address, &value.to_le_bytes())
    }

    /// Writes a number.
    ///
    /// # Errors
    /// `EFAULT`.
    pub fn put_u64(&mut self, address: u32, value: u64) -> Result<(), Errno> {
        self.put(address, &value.to_le_bytes())
    }

    /// Reads `N` consecutive numbers.
    ///
    /// # Errors
    /// `EFAULT`.
    pub fn words<const N: usize>(&self, address: u32) -> Result<[u32; N], Errno> {
        let bytes = self.bytes(address, 4 * N as u32)?;
        let mut words = [0; N];
        for (word, chunk) in words.iter_mut().zip(bytes.chunks_exact(4)) {
            *word = u32::from_le_bytes(chunk.try_into().map_err(|_| Errno::Fault)?);
        }
        Ok(words)
    }

    /// Reads the buffers of a vectored call, checking each against the memory.
    ///
    /// # Errors
    /// `EINVAL`: more than `limit` buffers, or more than 2 GiB. `EFAULT`.
    pub fn buffers(&self, address: u32, count: u32, limit: u32) -> Result<Buffers, Errno> {
        if count > limit {
            return Err(Errno::Inval);
        }
        let table = self.bytes(address, count.checked_mul(8).ok_or(Errno::Inval)?)?;
        let mut buffers = Buffers::default();
        let mut total: u64 = 0;
        for entry in table.chunks_exact(8) {
            let (at, length) = entry.split_at(4);
            let address = u32::from_le_bytes(at.try_into().map_err(|_| Errno::Fault)?);
            let length = u32::from_le_bytes(length.try_into().map_err(|_| Errno::Fault)?);
            self.bytes(address, length)?;
            total += u64::from(length);
            if length > 0 {
                buffers.push(Slice { address, length });
            }
        }
        if total > i32::MAX as u64 {
            return Err(Errno::Inval);
        }
        Ok(buffers)
    }
}

/// Buffers of a vectored call that are not empty. One needs no allocation.
#[derive(Debug, Default)]
pub struct Buffers {
    first: Option<Slice>,
    rest: Vec<Slice>,
}

impl Buffers {
    fn push(&mut self, slice: Slice) {
        if self.first.is_none() {
            self.first = Some(slice);
        } else {
            self.rest.push(slice);
        }
    }

    /// The buffers in order.
    pub fn iter(&self) -> impl Iterator<Item = Slice> {
        self.first.into_iter().chain(self.rest.iter().copied())
    }
}
