//! Open file descriptions (POSIX 3.258): what several descriptors can share,
//! with its offset and flags.

use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use wardian_vfs::{Device, Ino};

use super::{Capture, Completion, FsState, PipeId, PipeReader, PipeWriter, SharedFs};

/// What a descriptor stands for.
#[derive(Debug)]
pub enum Description {
    /// A regular file.
    Node(NodeFile),
    /// A directory.
    Directory(Directory),
    /// The end of a pipe to read from.
    PipeReader(PipeReader, Flags),
    /// The end of a pipe to write to.
    PipeWriter(PipeWriter, Flags),
    /// Both ends of a named pipe, opened to read and write.
    PipeBoth(PipeReader, PipeWriter, Flags),
    /// Output collected by the host.
    Capture(Arc<Capture>),
    /// A device node.
    Device(Device),
    /// Text made when it was opened (`/proc`).
    Text(TextFile),
    /// A directory whose entries were made when it was opened (`/proc`).
    Listing(Listing),
    /// A process; readable once it has ended.
    Process(Arc<Completion>),
}

/// WASI's `fdflags`, shared by all descriptors of a description.
#[derive(Debug, Default)]
pub struct Flags(AtomicU16);

impl Flags {
    /// Writes go to the end.
    pub const APPEND: u16 = 1;
    /// Calls return `EAGAIN` instead of waiting.
    pub const NONBLOCK: u16 = 4;
    /// Every flag of preview 1; the synchronising ones mean nothing in memory.
    pub const ALL: u16 = 31;

    /// These flags.
    pub fn new(bits: u16) -> Flags {
        Flags(AtomicU16::new(bits))
    }

    /// The flags.
    pub fn get(&self) -> u16 {
        self.0.load(Ordering::Relaxed)
    }

    /// Replaces the flags.
    pub fn set(&self, bits: u16) {
        self.0.store(bits, Ordering::Relaxed);
    }
}

/// An open regular file. The node lives until this is dropped, linked or not.
#[derive(Debug)]
pub struct NodeFile {
    fs: SharedFs,
    ino: Ino,
    offset: Mutex<u64>,
    flags: Flags,
}

impl NodeFile {
    /// Opens a node that exists; the caller has checked permissions.
    pub fn open(fs: &SharedFs, ino: Ino, flags: u16) -> Result<NodeFile, wardian_abi::Errno> {
        fs.lock().retain(ino)?;
        Ok(NodeFile {
            fs: fs.clone(),
            ino,
            offset: Mutex::new(0),
            flags: Flags::new(flags),
        })
    }

    /// The filesystem.
    pub fn fs(&self) -> &SharedFs {
        &self.fs
    }

    /// The node.
    pub fn ino(&self) -> Ino {
        self.ino
    }

    /// The offset, held while a call moves it.
    pub fn offset(&self) -> MutexGuard<'_, u64> {
        self.offset.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// WASI's flags.
    pub fn flags(&self) -> &Flags {
        &self.flags
    }
}

impl Drop for NodeFile {
    fn drop(&mut self) {
        self.fs.lock().release(self.ino);
    }
}

/// An open directory.
#[derive(Debug)]
pub struct Directory {
    fs: SharedFs,
    ino: Ino,
    /// The root's own name is kept as an empty one, which needs no memory.
    preopen: Option<Box<[u8]>>,
    flags: Flags,
}

impl Directory {
    /// Opens the root, preopened.
    ///
    /// # Errors
    /// As [`Directory::open`].
    pub fn root(fs: &SharedFs) -> Result<Directory, wardian_abi::Errno> {
        let mut vfs = fs.lock();
        let ino = vfs.root();
        vfs.retain(ino)?;
        drop(vfs);
        Ok(Directory::retained(fs, ino, Some(Box::default())))
    }

    /// Opens a directory; `preopen` is the name that WASI shows the guest for it.
    pub fn open(
        fs: &SharedFs,
        ino: Ino,
        preopen: Option<&[u8]>,
    ) -> Result<Directory, wardian_abi::Errno> {
        fs.lock().retain(ino)?;
        Ok(Directory::retained(fs, ino, preopen.map(Into::into)))
    }

    /// Opens a directory as [`Directory::open`] does, if the tree is still this one.
    pub fn open_in(fs: &SharedFs, state: FsState, ino: Ino) -> Option<Directory> {
        let mut vfs = fs.lock();
        if fs.state(&vfs) != Some(state) {
            return None;
        }
        vfs.retain(ino).ok()?;
        drop(vfs);
        Some(Directory::retained(fs, ino, None))
    }

    /// A directory whose node is retained for it.
    fn retained(fs: &SharedFs, ino: Ino, preopen: Option<Box<[u8]>>) -> Directory {
        Directory {
            fs: fs.clone(),
            ino,
            preopen,
            flags: Flags::default(),
        }
    }

    /// The node.
    pub fn ino(&self) -> Ino {
        self.ino
    }

    /// The name it was preopened under, if it was.
    pub fn preopen(&self) -> Option<&[u8]> {
        let name = self.preopen.as_deref();
        name.map(|name| if name.is_empty() { b"/" } else { name })
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        self.fs.lock().release(self.ino);
    }
}

/// Generated text with an offset.
#[derive(Debug)]
pub struct TextFile {
    text: Vec<u8>,
    offset: Mutex<u64>,
}

impl TextFile {
    /// This text, from its start.
    pub fn new(text: Vec<u8>) -> TextFile {
        TextFile {
            text,
            offset: Mutex::new(0),
        }
    }

    /// The text.
    pub fn text(&self) -> &[u8] {
        &self.text
    }

    /// The offset, held while a call moves it.
    pub fn offset(&self) -> MutexGuard<'_, u64> {
        self.offset.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A generated directory.
#[derive(Debug)]
pub struct Listing {
    /// Path below `/proc`, without a leading slash.
    pub path: Vec<u8>,
    /// Names with their kind, in order.
    pub entries: Vec<(Vec<u8>, wardian_abi::FileType)>,
}

impl Description {
    /// What tells a pipe, or what stands for one, from others.
    pub fn pipe_id(&self) -> Option<PipeId> {
        match self {
            Description::PipeReader(reader, _) | Description::PipeBoth(reader, ..) => {
                Some(reader.pipe().id())
            }
            Description::PipeWriter(writer, _) => Some(writer.pipe().id()),
            Description::Capture(capture) => Some(PipeId::Nowhere(capture.number())),
            _ => None,
        }
    }

    /// WASI's flags of this description.
    pub fn flags(&self) -> u16 {
        self.flag_cell().map_or(0, Flags::get)
    }

    /// Where the flags are kept, for descriptions that have them.
    pub fn flag_cell(&self) -> Option<&Flags> {
        match self {
            Description::Node(file) => Some(file.flags()),
            Description::Directory(directory) => Some(&directory.flags),
            Description::PipeReader(_, flags)
            | Description::PipeWriter(_, flags)
            | Description::PipeBoth(_, _, flags) => Some(flags),
            Description::Capture(_)
            | Description::Device(_)
            | Description::Text(_)
            | Description::Listing(_)
            | Description::Process(_) => None,
        }
    }
}
