//! The operations by the host's kernel, which is told not to leave a directory.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::FileExt;
use std::path::Path;

use rustix::fs::{
    AtFlags, Dir, FallocateFlags, FileType as HostType, Mode, OFlags, ResolveFlags, fallocate,
    fchmod, fstat, linkat, mkdirat, openat2, readlinkat, renameat, symlinkat, unlinkat,
};
use wardian_vfs::{Errno, FileType, PathMode};

use super::script::{Answer, Leaf, Op, Outcome};

/// A directory of the host, as the top of all paths.
pub struct Host {
    top: OwnedFd,
    resolve: ResolveFlags,
}

impl Host {
    /// Paths resolve from `top`.
    pub fn new(top: &Path, mode: PathMode) -> Host {
        let resolve = match mode {
            PathMode::Posix => ResolveFlags::IN_ROOT,
            PathMode::Beneath => ResolveFlags::BENEATH,
        };
        Host {
            top: File::open(top).expect("the directory").into(),
            resolve: resolve | ResolveFlags::NO_MAGICLINKS,
        }
    }

    /// Whether the kernel knows `openat2`.
    pub fn can_resolve(&self) -> bool {
        self.open(b".", OFlags::PATH).is_ok()
    }

    /// Performs an operation.
    pub fn run(&self, op: &Op) -> Outcome {
        self.attempt(op).map_err(errno)
    }

    fn open(&self, path: &[u8], flags: OFlags) -> io::Result<OwnedFd> {
        let mode = if flags.contains(OFlags::CREATE) {
            Mode::from_raw_mode(0o644)
        } else {
            Mode::empty()
        };
        loop {
            match openat2(&self.top, path, flags | OFlags::CLOEXEC, mode, self.resolve) {
                // A rename elsewhere on the machine.
                Err(rustix::io::Errno::AGAIN) => {}
                result => return Ok(result?),
            }
        }
    }

    /// The directory of an entry, and the entry's name with the slashes after it.
    fn entry<'a>(&self, path: &'a [u8]) -> io::Result<(OwnedFd, &'a [u8])> {
        let name_end = path.iter().rposition(|byte| *byte != b'/');
        let Some(name_end) = name_end else {
            // Nothing, or nothing but slashes.
            return Ok((self.open(path, OFlags::PATH | OFlags::DIRECTORY)?, path));
        };
        let start = path[..=name_end].iter().rposition(|byte| *byte == b'/');
        let (parent, name) = path.split_at(start.map_or(0, |slash| slash + 1));
        let parent = if parent.is_empty() { b"." } else { parent };
        Ok((self.open(parent, OFlags::PATH | OFlags::DIRECTORY)?, name))
    }

    fn attempt(&self, op: &Op) -> io::Result<Answer> {
        match op {
            Op::Create(path) => {
                let flags = OFlags::CREATE | OFlags::EXCL | OFlags::WRONLY;
                let file = self.open(path, flags)?;
                fchmod(file, Mode::from_raw_mode(0o644))?;
            }
            Op::Mkdir(path) => {
                let (parent, name) = self.entry(path)?;
                mkdirat(parent, name, Mode::from_raw_mode(0o755))?;
                let made = self.open(path, OFlags::RDONLY | OFlags::DIRECTORY)?;
                fchmod(made, Mode::from_raw_mode(0o755))?;
            }
            Op::Symlink(target, path) => {
                if target.is_empty() {
                    return Err(rustix::io::Errno::NOENT.into());
                }
                let (parent, name) = self.entry(path)?;
                symlinkat(&target[..], parent, name)?;
            }
            Op::Link(old, new) => {
                let node = self.open(old, OFlags::PATH | OFlags::NOFOLLOW)?;
                let (parent, name) = self.entry(new)?;
                use std::os::fd::AsRawFd;
                let node = format!("/proc/self/fd/{}", node.as_raw_fd());
                linkat(rustix::fs::CWD, node, parent, name, AtFlags::SYMLINK_FOLLOW)?;
            }
            Op::Unlink(path) => {
                let (parent, name) = self.entry(path)?;
                unlinkat(parent, name, AtFlags::empty())?;
            }
            Op::Rmdir(path) => {
                let (parent, name) = self.entry(path)?;
                unlinkat(parent, name, AtFlags::REMOVEDIR)?;
            }
            Op::Rename(old, new) => {
                let (from, old) = self.entry(old)?;
                let (to, new) = self.entry(new)?;
                renameat(from, old, to, new)?;
            }
            Op::Write(path, offset, data) => {
                let file = File::from(self.open(path, OFlags::WRONLY)?);
                return file.write_at(data, *offset).map(Answer::Count);
            }
            Op::Truncate(path, size) => {
                File::from(self.open(path, OFlags::WRONLY)?).set_len(*size)?;
            }
            Op::Allocate(path, offset, length) => {
                let file = self.open(path, OFlags::WRONLY)?;
                fallocate(file, FallocateFlags::empty(), *offset, *length)?;
            }
            Op::Read(path, offset, length) => {
                let file = File::from(self.open(path, OFlags::RDONLY)?);
                let mut buffer = vec![0x55; *length];
                let count = file.read_at(&mut buffer, *offset)?;
                buffer.truncate(count);
                return Ok(Answer::Bytes(buffer));
            }
            Op::Chmod(path, mode) => {
                let file = self.open(path, OFlags::RDONLY)?;
                fchmod(file, Mode::from_raw_mode(u32::from(*mode)))?;
            }
            Op::Stat(path) => return stat(self.open(path, OFlags::PATH)?),
            Op::Lstat(path) => return stat(self.open(path, OFlags::PATH | OFlags::NOFOLLOW)?),
            Op::Readlink(path) => {
                let node = self.open(path, OFlags::PATH | OFlags::NOFOLLOW)?;
                if kind(&node)? != FileType::Symlink {
                    return Err(rustix::io::Errno::INVAL.into());
                }
                let target = readlinkat(node, c"", Vec::new())?;
                return Ok(Answer::Bytes(target.into_bytes()));
            }
            Op::List(path) => {
                let directory = self.open(path, OFlags::RDONLY | OFlags::DIRECTORY)?;
                return names(&directory).map(Answer::Names);
            }
        }
        Ok(Answer::Done)
    }

    /// Everything below the top, sorted by path.
    pub fn tree(&self) -> Vec<Leaf> {
        let mut leaves = Vec::new();
        let top = self.open(b".", OFlags::RDONLY | OFlags::DIRECTORY);
        let mut pending = vec![(Vec::new(), top.expect("the top"))];
        while let Some((path, directory)) = pending.pop() {
            for name in names(&directory).expect("a directory") {
                let mut path: Vec<u8> = path.clone();
                if !path.is_empty() {
                    path.push(b'/');
                }
                path.extend_from_slice(&name);
                let leaf = leaf(path, &directory, &name, &mut pending);
                leaves.push(leaf.expect("a node"));
            }
        }
        leaves.sort();
        leaves
    }
}

fn leaf(
    path: Vec<u8>,
    directory: &OwnedFd,
    name: &[u8],
    pending: &mut Vec<(Vec<u8>, OwnedFd)>,
) -> io::Result<Leaf> {
    let open = |flags| {
        let flags = flags | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        rustix::fs::openat(directory, name, flags, Mode::empty())
    };
    let node = open(OFlags::PATH)?;
    let found = fstat(&node)?;
    let bytes = match kind(&node)? {
        FileType::Symlink => readlinkat(&node, c"", Vec::new())?.into_bytes(),
        FileType::Directory => {
            pending.push((path.clone(), open(OFlags::RDONLY)?));
            Vec::new()
        }
        _ => {
            let mut bytes = vec![0x55; found.st_size as usize];
            File::from(open(OFlags::RDONLY)?).read_exact_at(&mut bytes, 0)?;
            bytes
        }
    };
    let is_directory = kind(&node)? == FileType::Directory;
    Ok(Leaf {
        path,
        is_directory,
        links: if is_directory {
            0
        } else {
            found.st_nlink as u64
        },
        bytes,
    })
}

fn names(directory: &OwnedFd) -> io::Result<Vec<Vec<u8>>> {
    let mut names = Vec::new();
    for entry in Dir::read_from(directory)? {
        let name = entry?.file_name().to_bytes().to_vec();
        if name != b"." && name != b".." {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

fn kind(node: impl AsFd) -> io::Result<FileType> {
    Ok(match HostType::from_raw_mode(fstat(node)?.st_mode) {
        HostType::Symlink => FileType::Symlink,
        HostType::Directory => FileType::Directory,
        HostType::RegularFile => FileType::Regular,
        other => panic!("nobody made {other:?}"),
    })
}

fn stat(node: OwnedFd) -> io::Result<Answer> {
    let found = fstat(&node)?;
    let mode = (found.st_mode & 0o7777) as u16;
    Ok(match kind(&node)? {
        FileType::Directory => Answer::Stat(FileType::Directory, mode, 0, 0),
        kind => Answer::Stat(kind, mode, found.st_size as u64, found.st_nlink as u64),
    })
}

fn errno(error: io::Error) -> Errno {
    match error.raw_os_error() {
        // Beneath: what would lead out.
        Some(1 | 18) => Errno::Perm,
        Some(2) => Errno::Noent,
        Some(13) => Errno::Acces,
        Some(16) => Errno::Busy,
        Some(17) => Errno::Exist,
        Some(20) => Errno::Notdir,
        Some(21) => Errno::Isdir,
        Some(22) => Errno::Inval,
        Some(31) => Errno::Mlink,
        Some(36) => Errno::Nametoolong,
        Some(39) => Errno::Notempty,
        Some(40) => Errno::Loop,
        other => panic!("an error to add to the table: {other:?} {error}"),
    }
}
