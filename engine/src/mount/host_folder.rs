//! A folder of the host, opened once. Everything in it is reached from that
//! handle, component by component and without following links, so that nothing
//! that happens to the host's names leads out of it.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use cap_fs_ext::{DirExt, FollowSymlinks, OpenOptionsFollowExt};
use cap_std::ambient_authority;
use cap_std::fs::{Dir, OpenOptions, OpenOptionsExt};
use rustix::fs::OFlags;
use wardian_abi::Errno;
use wardian_vfs::{Fingerprint, Lower, LowerEntry, LowerFile, Room};

use super::entry;
use super::host_errno::{errno, of_host};
use crate::error::{Error, ErrorKind};

/// Files kept open because they are read piece by piece.
pub(super) const OPEN_MOST: usize = 8;

/// A folder of the host.
pub(crate) struct HostFolder {
    path: PathBuf,
    top: Dir,
    /// Nothing of it is ever changed.
    pub(super) is_read_only: bool,
    /// Files being read, the one used last at the end.
    pub(super) open: Mutex<Vec<Open>>,
    /// Files that lost their names while they were open.
    pub(super) kept: Mutex<Vec<Open>>,
}

/// An open file.
pub(super) struct Open {
    pub(super) path: Vec<u8>,
    pub(super) seen: Fingerprint,
    pub(super) file: Arc<File>,
    /// Whether it was opened to be written too.
    pub(super) writes: bool,
}

impl HostFolder {
    /// Opens a folder.
    ///
    /// # Errors
    /// [`ErrorKind::HostFile`].
    pub(crate) fn open(path: &Path, is_read_only: bool) -> Result<HostFolder, Error> {
        let failed = |error| Error::new(ErrorKind::HostFile, path.display().to_string(), error);
        let path = path.canonicalize().map_err(failed)?;
        let top = Dir::open_ambient_dir(&path, ambient_authority()).map_err(failed)?;
        Ok(HostFolder {
            path,
            top,
            is_read_only,
            open: Mutex::default(),
            kept: Mutex::default(),
        })
    }

    /// The same folder, with nothing remembered.
    ///
    /// # Errors
    /// [`ErrorKind::HostFile`].
    pub(crate) fn again(&self) -> Result<HostFolder, Error> {
        let top = self.top.try_clone().map_err(|error| self.error(error))?;
        Ok(HostFolder {
            path: self.path.clone(),
            top,
            is_read_only: self.is_read_only,
            open: Mutex::default(),
            kept: Mutex::default(),
        })
    }

    /// Where it lies on the host.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The folder itself as an entry.
    ///
    /// # Errors
    /// [`ErrorKind::HostFile`].
    pub(crate) fn top(&self) -> Result<LowerEntry, Error> {
        entry::of_directory(&self.top).map_err(|error| self.error(error))
    }

    pub(super) fn top_handle(&self) -> &Dir {
        &self.top
    }

    /// Opens a directory below, no component of which may be a link.
    ///
    /// # Errors
    /// Those of the host; `ELOOP` or `ENOTDIR` for a link.
    pub(super) fn dir(&self, path: &[u8]) -> std::io::Result<Dir> {
        if path.is_empty() {
            return self.top.try_clone();
        }
        #[cfg(target_os = "linux")]
        {
            use rustix::fs::{Mode, ResolveFlags};
            use rustix::io::Errno;
            // One call does it all.
            let how =
                ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
            let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
            match rustix::fs::openat2(&self.top, path, flags, Mode::empty(), how) {
                // Not every kernel can, nor may every process.
                Err(Errno::NOSYS | Errno::PERM | Errno::AGAIN) => {}
                opened => return Ok(Dir::from_std_file(File::from(opened?))),
            }
        }
        let mut dir = self.top.try_clone()?;
        for name in path.split(|byte| *byte == b'/') {
            if !name.is_empty() {
                dir = dir.open_dir_nofollow(path_of(name))?;
            }
        }
        Ok(dir)
    }

    /// The directory that holds a path, and the last name of it.
    ///
    /// # Errors
    /// Those of the host.
    pub(super) fn parent<'a>(&self, path: &'a [u8]) -> std::io::Result<(Dir, &'a [u8])> {
        let cut = path.iter().rposition(|byte| *byte == b'/');
        let (dir, name) = match cut {
            Some(cut) => path.split_at(cut),
            None => (&[][..], path),
        };
        let name = name.strip_prefix(b"/").unwrap_or(name);
        Ok((self.dir(dir)?, name))
    }

    fn error(&self, error: impl std::fmt::Display) -> Error {
        Error::new(ErrorKind::HostFile, self.path.display().to_string(), error)
    }

    /// The file, which must be the one that was listed, and as it was then.
    fn file(&self, file: &LowerFile, path: &[u8]) -> Result<Arc<File>, Errno> {
        let opened = match self.take_open(path, file.seen()) {
            Some(opened) => opened,
            // One call where the kernel can keep the path beneath the folder. That
            // it came through no link shows in the number of what was opened.
            None => self
                .top
                .open_with(path_of(path), &reading())
                .map(|opened| Arc::new(opened.into_std()))
                .map_err(|error| errno(&error))?,
        };
        let stat = rustix::fs::fstat(&*opened).map_err(of_host)?;
        if entry::fingerprint(&stat) != *file.seen() {
            return Err(Errno::Stale);
        }
        Ok(opened)
    }

    /// Takes a file out of those being read, to be kept again after the read.
    fn take_open(&self, path: &[u8], seen: &Fingerprint) -> Option<Arc<File>> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let mut files = open.iter();
        let found = files.position(|open| open.path == path && open.seen == *seen)?;
        Some(open.remove(found).file)
    }

    fn keep(&self, path: Vec<u8>, seen: Fingerprint, file: Arc<File>) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if open
            .iter()
            .any(|open| open.path == path && open.seen == seen)
        {
            return;
        }
        if open.len() >= OPEN_MOST {
            open.remove(0);
        }
        open.push(Open {
            path,
            seen,
            file,
            writes: false,
        });
    }
}

impl Lower for HostFolder {
    fn list(&self, dir: &[u8], seen: &Fingerprint, room: Room) -> Result<Vec<LowerEntry>, Errno> {
        let opened = if dir.is_empty() {
            self.top.try_clone()
        } else {
            self.top.open_dir_nofollow(path_of(dir))
        };
        let opened = opened.map_err(|error| errno(&error))?;
        let now = rustix::fs::fstat(&opened).map_err(of_host)?;
        let now = entry::fingerprint(&now);
        if (now.device, now.node) != (seen.device, seen.node) {
            return Err(Errno::Stale);
        }
        entry::entries(&opened, room).map_err(of_host)
    }

    fn read(&self, file: &LowerFile, offset: u64, buffer: &mut [u8]) -> Result<usize, Errno> {
        let path = file.path();
        let opened = self.file(file, &path)?;
        let got = read_at(&opened, offset, buffer)?;
        // Whoever has read to the end does not come back.
        if offset.saturating_add(got as u64) < file.seen().size {
            self.keep(path, *file.seen(), opened);
        }
        Ok(got)
    }
}

/// Reads until the buffer is full or the file ends.
pub(super) fn read_at(file: &File, offset: u64, buffer: &mut [u8]) -> Result<usize, Errno> {
    let mut got = 0;
    while let Some(rest) = buffer.get_mut(got..).filter(|rest| !rest.is_empty()) {
        match file.read_at(rest, offset.saturating_add(got as u64)) {
            Ok(0) => break,
            Ok(count) => got += count,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(errno(&error)),
        }
    }
    Ok(got)
}

/// Opening to read: no link in the last place, and no waiting for a named pipe.
pub(super) fn reading() -> OpenOptions {
    let mut options = OpenOptions::new();
    let flags = OFlags::NONBLOCK | OFlags::NOCTTY;
    options
        .read(true)
        .custom_flags(flags.bits() as i32)
        .follow(FollowSymlinks::No);
    options
}

/// Bytes as a path of the host.
pub(super) fn path_of(path: &[u8]) -> &Path {
    use std::os::unix::ffi::OsStrExt;
    Path::new(std::ffi::OsStr::from_bytes(path))
}
