//! What a node or descriptor looks like: WASI's `filestat` and the longer
//! structure of Wardian's own guests.

use wardian_abi::{Errno, ExtStat, FileType, NOWHERE_DEVICE};
use wardian_vfs::{Device, NodeKind, Stat, Vfs};

use super::guest::GuestMemory;
use crate::fd::{Description, PipeId};

/// Device number of the sandbox's filesystem.
const FILESYSTEM: u64 = 0x21;
/// What files are allocated in, in bytes.
const PAGE_BYTES: u64 = 4096;

/// WASI's number of a file type.
pub(super) fn wasi_file_type(file_type: FileType) -> u8 {
    match file_type {
        FileType::BlockDevice => 1,
        FileType::CharacterDevice => 2,
        FileType::Directory => 3,
        FileType::Regular => 4,
        FileType::Socket => 6,
        FileType::Symlink => 7,
        FileType::Fifo => 0,
    }
}

/// File type of what a descriptor stands for.
pub(super) fn type_of(description: &Description) -> FileType {
    match description {
        Description::Node(_) | Description::Text(_) => FileType::Regular,
        Description::Directory(_) | Description::Listing(_) => FileType::Directory,
        Description::Device(_) => FileType::CharacterDevice,
        Description::PipeReader(..)
        | Description::PipeWriter(..)
        | Description::PipeBoth(..)
        | Description::Capture(_)
        | Description::Process(_) => FileType::Fifo,
    }
}

/// The status of a node, as Wardian's own guests see it.
pub fn ext_stat(stat: &Stat) -> ExtStat {
    let device_node = match stat.kind {
        NodeKind::Device(Device::Null) => 1 << 8 | 3,
        NodeKind::Device(Device::Zero) => 1 << 8 | 5,
        NodeKind::Device(Device::Full) => 1 << 8 | 7,
        NodeKind::Device(Device::Random) => 1 << 8 | 9,
        NodeKind::Device(Device::Tty) => 5 << 8,
        _ => 0,
    };
    // As on the disk filesystems that scripts know: whole pages, and one for a
    // directory.
    let (size_bytes, allocated_bytes) = match stat.kind {
        NodeKind::Directory => (PAGE_BYTES, PAGE_BYTES),
        _ => (stat.size_bytes, stat.allocated_bytes),
    };
    ExtStat {
        device: FILESYSTEM,
        inode: stat.ino.0,
        links: u64::from(stat.links),
        size_bytes,
        blocks: allocated_bytes.div_ceil(PAGE_BYTES) * (PAGE_BYTES / 512),
        accessed_ns: stat.accessed,
        modified_ns: stat.modified,
        changed_ns: stat.changed,
        created_ns: stat.created,
        mode: (stat.file_type() as u32) << 12 | u32::from(stat.mode),
        uid: stat.uid,
        gid: stat.gid,
        device_node,
    }
}

/// The status of something that is no node: a pipe, a process, generated text.
pub(super) fn unplaced(file_type: FileType, mode: u32, size_bytes: u64, now_ns: u64) -> ExtStat {
    ExtStat {
        device: NOWHERE_DEVICE,
        inode: 1,
        links: 1,
        size_bytes,
        accessed_ns: now_ns,
        modified_ns: now_ns,
        changed_ns: now_ns,
        created_ns: now_ns,
        mode: (file_type as u32) << 12 | mode,
        ..ExtStat::default()
    }
}

/// The status of what a descriptor stands for.
///
/// # Errors
/// `EBADF`: the node is gone.
pub fn ext_stat_of_descriptor(
    vfs: &mut Vfs,
    description: &Description,
    now_ns: u64,
) -> Result<ExtStat, Errno> {
    match description {
        Description::Node(file) => {
            vfs.refresh_node(file.ino());
            Ok(ext_stat(&vfs.stat(file.ino())?))
        }
        Description::Directory(directory) => {
            vfs.refresh_node(directory.ino());
            Ok(ext_stat(&vfs.stat(directory.ino())?))
        }
        Description::Text(text) => Ok(unplaced(
            FileType::Regular,
            0o444,
            text.text().len() as u64,
            now_ns,
        )),
        Description::Listing(_) => Ok(unplaced(FileType::Directory, 0o555, 0, now_ns)),
        Description::Device(_) => Ok(unplaced(FileType::CharacterDevice, 0o666, 0, now_ns)),
        Description::PipeReader(..)
        | Description::PipeWriter(..)
        | Description::PipeBoth(..)
        | Description::Capture(_)
        | Description::Process(_) => Ok(status_of_pipe(vfs, description.pipe_id(), now_ns)),
    }
}

fn status_of_pipe(vfs: &mut Vfs, id: Option<PipeId>, now_ns: u64) -> ExtStat {
    let mut stat = unplaced(FileType::Fifo, 0o600, 0, now_ns);
    match id {
        Some(PipeId::Node(ino)) => match vfs.stat(ino) {
            Ok(node) => return ext_stat(&node),
            // Its last name is gone.
            Err(_) => (stat.device, stat.inode, stat.links) = (FILESYSTEM, ino.0, 0),
        },
        Some(PipeId::Nowhere(number)) => stat.inode = number,
        None => {}
    }
    stat
}

/// Writes WASI's `filestat` (64 bytes).
pub(super) fn put_filestat(
    memory: &mut GuestMemory<'_>,
    out: u32,
    stat: &ExtStat,
) -> Result<(), Errno> {
    let mut bytes = [0u8; 64];
    let mut put = |at: usize, value: u64| {
        if let Some(place) = bytes.get_mut(at..at + 8) {
            place.copy_from_slice(&value.to_le_bytes());
        }
    };
    put(0, stat.device);
    put(8, stat.inode);
    put(16, u64::from(file_type_byte(stat)));
    put(24, stat.links);
    put(32, stat.size_bytes);
    put(40, stat.accessed_ns);
    put(48, stat.modified_ns);
    put(56, stat.changed_ns);
    memory.put(out, &bytes)
}

fn file_type_byte(stat: &ExtStat) -> u8 {
    match stat.mode >> 12 {
        2 => 2,
        4 => 3,
        6 => 1,
        8 => 4,
        10 => 7,
        12 => 6,
        _ => 0,
    }
}
