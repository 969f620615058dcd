//! The state that host functions of a process work on: the data of its Store.

use std::ffi::CStr;
use std::sync::Arc;

use rand_chacha::ChaCha12Rng;
use wardian_abi::{Errno, SystemInfo};
use wardian_vfs::{Cred, Device};
use wasmtime::Memory;

use super::proc_text::ProcessView;
use crate::audit::Denials;
use crate::clock::Clock;
use crate::fd::{Description, Descriptor, Directory, FdTable, Interrupt, Rights, SharedFs};
use crate::limits::Limits;
use crate::virtual_time::Meter;

/// Data of a Store. `P` is what the process layer adds.
#[derive(Debug)]
pub struct Ctx<P> {
    /// The guest's memory, once instantiated.
    pub memory: Option<Memory>,
    /// Open descriptors.
    pub fds: FdTable,
    /// The sandbox's filesystem.
    pub fs: SharedFs,
    /// Working directory, for [`wardian_abi::AT_CWD`]; none when the process has
    /// ended.
    pub cwd: Option<Arc<Directory>>,
    /// Whom permission checks are for.
    pub cred: Cred,
    /// Permission bits withheld from new files.
    pub umask: u16,
    /// Whether paths follow POSIX (the guest is one of Wardian's own) rather
    /// than WASI's stricter rules.
    pub posix: bool,
    /// Arguments.
    pub args: Strings,
    /// Environment.
    pub env: Strings,
    /// Time.
    pub clock: Clock,
    /// Randomness; made from `random_seed` at first use.
    pub random: Option<Box<ChaCha12Rng>>,
    /// Seed of this process's randomness.
    pub random_seed: [u8; 32],
    /// What may end a wait.
    pub interrupt: Arc<Interrupt>,
    /// Limits of the sandbox.
    pub limits: Arc<Limits>,
    /// Who the process is, for `/proc/self`.
    pub identity: Identity,
    /// The sandbox as a machine, for `/proc`.
    pub system: SystemView,
    /// Whom to tell of denials.
    pub denials: Option<Box<Denials>>,
    /// Counts what it uses, in a deterministic sandbox.
    pub meter: Option<Arc<Meter>>,
    /// Bytes moved into the guest.
    pub read_bytes: u64,
    /// Bytes moved out of the guest.
    pub written_bytes: u64,
    /// What the process layer adds.
    pub process: P,
}

impl<P> Ctx<P> {
    /// The working directory.
    ///
    /// # Errors
    /// `ENOENT`: the process has ended.
    pub fn cwd(&self) -> Result<&Arc<Directory>, Errno> {
        self.cwd.as_ref().ok_or(Errno::Noent)
    }

    /// Closes what is open: the process has ended.
    pub fn close_all(&mut self) {
        self.fds.close_all();
        self.cwd = None;
    }
}

/// The sandbox as a machine, looked at when asked.
pub trait System: Send + Sync {
    /// Its limits and what is used of them, but for those of the filesystem,
    /// which the caller may hold locked.
    fn info(&self) -> SystemInfo;
    /// Its processes, by number.
    fn processes(&self) -> Vec<ProcessView>;

    /// One of them, if it is alive.
    fn process(&self, pid: u32) -> Option<ProcessView>;
}

/// A [`System`], shared.
#[derive(Clone)]
pub struct SystemView(pub Arc<dyn System>);

impl std::fmt::Debug for SystemView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SystemView")
    }
}

/// Who a process is.
#[derive(Clone, Debug, Default)]
pub struct Identity {
    /// Process number.
    pub pid: u32,
    /// Path of the program.
    pub program: Arc<[u8]>,
}

/// NUL-terminated strings one after the other, as they lie in a guest.
#[derive(Clone, Debug, Default)]
pub struct Strings {
    bytes: Arc<[u8]>,
    count: u32,
}

impl Strings {
    /// Takes NUL-terminated strings.
    ///
    /// # Errors
    /// `EINVAL`: the last one is not terminated.
    pub fn from_block(block: &[u8]) -> Result<Strings, Errno> {
        if block.last().is_some_and(|byte| *byte != 0) {
            return Err(Errno::Inval);
        }
        let count = block.iter().filter(|byte| **byte == 0).count();
        Ok(Strings {
            bytes: block.into(),
            count: u32::try_from(count).map_err(|_| Errno::TooBig)?,
        })
    }

    /// Joins strings; those with a NUL byte inside end there.
    pub fn from_list<S: AsRef<[u8]>>(list: impl Iterator<Item = S> + Clone) -> Strings {
        let length = list.clone().map(|text| cut(text.as_ref()).len() + 1).sum();
        // One allocation: of known length, and filled in afterwards.
        let mut bytes: Arc<[u8]> = std::iter::repeat_n(0, length).collect();
        let mut count = 0;
        let mut rest = Arc::get_mut(&mut bytes).unwrap_or_default();
        for text in list {
            let text = text.as_ref();
            let text = cut(text);
            let Some((place, after)) = rest.split_at_mut_checked(text.len() + 1) else {
                break;
            };
            if let Some(place) = place.get_mut(..text.len()) {
                place.copy_from_slice(text);
            }
            rest = after;
            count += 1;
        }
        Strings { bytes, count }
    }

    /// The strings with their terminators.
    pub fn block(&self) -> &[u8] {
        &self.bytes
    }

    /// How many there are.
    pub fn count(&self) -> u32 {
        self.count
    }

    /// The strings without their terminators.
    pub fn iter(&self) -> impl Iterator<Item = &[u8]> {
        let body = self.bytes.strip_suffix(b"\0");
        body.into_iter()
            .flat_map(|body| body.split(|byte| *byte == 0))
    }
}

/// A string up to its first NUL byte.
fn cut(text: &[u8]) -> &[u8] {
    CStr::from_bytes_until_nul(text).map_or(text, CStr::to_bytes)
}

/// Rights as WASI shows them for a new descriptor.
pub fn wasi_rights(description: &Description, read: bool, write: bool) -> Rights {
    use rights::*;
    let transfer = if read { READ } else { 0 } | if write { WRITE } else { 0 };
    match description {
        Description::Directory(_) | Description::Listing(_) => Rights {
            base: DIRECTORY,
            inheriting: DIRECTORY | FILE,
        },
        Description::Node(_) | Description::Text(_) => {
            let mut base = FILE & !(READ | WRITE) | transfer;
            if !write {
                base &= !(DATASYNC | ALLOCATE | FD_FILESTAT_SET_SIZE);
            }
            Rights {
                base,
                inheriting: 0,
            }
        }
        Description::Device(device) if *device != Device::Tty => Rights {
            base: DEVICE & !(READ | WRITE) | transfer,
            inheriting: 0,
        },
        _ => Rights {
            base: STREAM & !(READ | WRITE) | transfer,
            inheriting: 0,
        },
    }
}

/// WASI's right bits.
pub(crate) mod rights {
    pub const DATASYNC: u64 = 1 << 0;
    pub const READ: u64 = 1 << 1;
    pub const SEEK: u64 = 1 << 2;
    pub const FDSTAT_SET_FLAGS: u64 = 1 << 3;
    pub const SYNC: u64 = 1 << 4;
    pub const TELL: u64 = 1 << 5;
    pub const WRITE: u64 = 1 << 6;
    pub const ADVISE: u64 = 1 << 7;
    pub const ALLOCATE: u64 = 1 << 8;
    pub const PATH_CREATE_DIRECTORY: u64 = 1 << 9;
    pub const PATH_CREATE_FILE: u64 = 1 << 10;
    pub const PATH_LINK_SOURCE: u64 = 1 << 11;
    pub const PATH_LINK_TARGET: u64 = 1 << 12;
    pub const PATH_OPEN: u64 = 1 << 13;
    pub const READDIR: u64 = 1 << 14;
    pub const PATH_READLINK: u64 = 1 << 15;
    pub const PATH_RENAME_SOURCE: u64 = 1 << 16;
    pub const PATH_RENAME_TARGET: u64 = 1 << 17;
    pub const PATH_FILESTAT_GET: u64 = 1 << 18;
    pub const PATH_FILESTAT_SET_SIZE: u64 = 1 << 19;
    pub const PATH_FILESTAT_SET_TIMES: u64 = 1 << 20;
    pub const FD_FILESTAT_GET: u64 = 1 << 21;
    pub const FD_FILESTAT_SET_SIZE: u64 = 1 << 22;
    pub const FD_FILESTAT_SET_TIMES: u64 = 1 << 23;
    pub const PATH_SYMLINK: u64 = 1 << 24;
    pub const PATH_REMOVE_DIRECTORY: u64 = 1 << 25;
    pub const PATH_UNLINK_FILE: u64 = 1 << 26;
    pub const POLL: u64 = 1 << 27;
    /// Every right of preview 1.
    pub const ALL: u64 = (1 << 30) - 1;

    /// Path functions, reading and looking at the directory itself.
    pub const DIRECTORY: u64 = (0x7ff_fe00 & !FD_FILESTAT_SET_SIZE)
        | FDSTAT_SET_FLAGS
        | SYNC
        | DATASYNC
        | ADVISE
        | READDIR
        | FD_FILESTAT_GET
        | FD_FILESTAT_SET_TIMES
        | POLL;
    /// Everything a regular file can do.
    pub const FILE: u64 = DATASYNC
        | READ
        | SEEK
        | FDSTAT_SET_FLAGS
        | SYNC
        | TELL
        | WRITE
        | ADVISE
        | ALLOCATE
        | FD_FILESTAT_GET
        | FD_FILESTAT_SET_SIZE
        | FD_FILESTAT_SET_TIMES
        | POLL;
    /// Everything a pipe or terminal can do. The C library takes a character
    /// device without the rights to seek and tell for a terminal.
    pub const STREAM: u64 = READ | WRITE | FDSTAT_SET_FLAGS | FD_FILESTAT_GET | POLL;
    /// Everything a device can do that is no terminal.
    pub const DEVICE: u64 = STREAM | SEEK | TELL;
}

impl Descriptor {
    /// A descriptor with the rights that WASI gives this description.
    pub fn new(description: Description, read: bool, write: bool) -> Descriptor {
        Descriptor::of(Arc::new(description), read, write)
    }

    /// As [`Descriptor::new`], for a shared description.
    pub fn of(description: Arc<Description>, read: bool, write: bool) -> Descriptor {
        Descriptor {
            rights: wasi_rights(&description, read, write),
            description,
        }
    }

    /// Whether the descriptor has all these rights.
    pub(crate) fn allows(&self, wanted: u64) -> bool {
        self.rights.base & wanted == wanted
    }
}
