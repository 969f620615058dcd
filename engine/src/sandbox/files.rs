//! A sandbox's files, from the host's side.

use std::sync::Arc;

use wardian_abi::{Errno, FileType};
use wardian_vfs::{At, Cred, Ctx, Follow, NodeKind, PathMode, Resolved, Stat, Vfs};

use super::builder::Config;
use super::tarball;
#[allow(unused_imports, reason = "named in documentation")]
use crate::error::{Error, ErrorKind};
use crate::process::Kernel;

/// A sandbox's files, with the rights of root. New ones belong to the
/// sandbox's user. Relative paths start at the sandbox's working directory.
pub struct Files {
    kernel: Arc<Kernel>,
    config: Arc<Config>,
}

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileStat {
    /// Its kind.
    pub file_type: FileType,
    /// Size in bytes.
    pub size_bytes: u64,
    /// The twelve permission bits.
    pub mode: u16,
    /// Owner.
    pub uid: u32,
    /// Group.
    pub gid: u32,
    /// Number of hard links.
    pub links: u32,
    /// Last change of contents, nanoseconds since the epoch.
    pub modified_ns: u64,
}

/// An entry of a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirEntry {
    /// Its name.
    pub name: Vec<u8>,
    /// Its kind.
    pub file_type: FileType,
}

impl Files {
    pub(super) fn new(kernel: &Arc<Kernel>, config: &Arc<Config>) -> Files {
        Files {
            kernel: kernel.clone(),
            config: config.clone(),
        }
    }

    /// Contents of a file.
    ///
    /// # Errors
    /// [`ErrorKind::File`].
    pub fn read(&self, path: impl AsRef<[u8]>) -> Result<Vec<u8>, Error> {
        let path = self.absolute(path.as_ref());
        let mut vfs = self.kernel.fs().lock();
        vfs.refresh_path(&path);
        vfs.read_file(&path)
            .map_err(|errno| Error::path(&path, errno))
    }

    /// Replaces a file's contents, or makes it with mode 0644, and the
    /// directories above it.
    ///
    /// # Errors
    /// [`ErrorKind::File`], also when a quota is reached.
    pub fn write(&self, path: impl AsRef<[u8]>, contents: impl AsRef<[u8]>) -> Result<(), Error> {
        let path = self.absolute(path.as_ref());
        let now = self.now();
        let owner = self.kernel.settings().cred;
        let mut vfs = self.kernel.fs().lock();
        vfs.refresh_path(&path);
        vfs.write_file_as(&path, contents.as_ref(), 0o644, owner, now)
            .map(drop)
            .map_err(|errno| Error::path(&path, errno))
    }

    /// Entries of a directory by name, without `.` and `..`.
    ///
    /// # Errors
    /// [`ErrorKind::File`].
    pub fn list(&self, path: impl AsRef<[u8]>) -> Result<Vec<DirEntry>, Error> {
        let path = self.absolute(path.as_ref());
        let mut vfs = self.kernel.fs().lock();
        vfs.refresh_path(&path);
        let list = || {
            let mut entries: Vec<DirEntry> = vfs
                .read_dir(vfs.find(&path)?, 0)?
                .filter(|entry| entry.name != b"." && entry.name != b"..")
                .map(|entry| DirEntry {
                    name: entry.name.to_vec(),
                    file_type: entry.kind.file_type(),
                })
                .collect();
            entries.sort_by(|a, b| a.name.cmp(&b.name));
            Ok(entries)
        };
        list().map_err(|errno| Error::path(&path, errno))
    }

    /// What a path is; symbolic links are followed.
    ///
    /// # Errors
    /// [`ErrorKind::File`].
    pub fn stat(&self, path: impl AsRef<[u8]>) -> Result<FileStat, Error> {
        let path = self.absolute(path.as_ref());
        let mut vfs = self.kernel.fs().lock();
        vfs.refresh_path(&path);
        vfs.stat_path(&path)
            .map(|stat| file_stat(&stat))
            .map_err(|errno| Error::path(&path, errno))
    }

    /// What a path is; a symbolic link is itself.
    ///
    /// # Errors
    /// [`ErrorKind::File`].
    pub fn symlink_stat(&self, path: impl AsRef<[u8]>) -> Result<FileStat, Error> {
        let path = self.absolute(path.as_ref());
        let mut vfs = self.kernel.fs().lock();
        vfs.refresh_path(&path);
        let stat = || {
            let place = resolve(&vfs, &path, Follow::NoLast)?;
            vfs.stat(place.target.ok_or(Errno::Noent)?)
        };
        stat()
            .map(|stat| file_stat(&stat))
            .map_err(|errno| Error::path(&path, errno))
    }

    /// Whether something is at a path. Never fails.
    pub fn exists(&self, path: impl AsRef<[u8]>) -> bool {
        self.stat(path).is_ok()
    }

    /// Makes a directory and those above it.
    ///
    /// # Errors
    /// [`ErrorKind::File`].
    pub fn create_dir_all(&self, path: impl AsRef<[u8]>) -> Result<(), Error> {
        let path = self.absolute(path.as_ref());
        let (now, owner) = (self.now(), self.kernel.settings().cred);
        let mut vfs = self.kernel.fs().lock();
        vfs.refresh_path(&path);
        vfs.mkdir_all(&path, 0o755, owner, now)
            .map(drop)
            .map_err(|errno| Error::path(&path, errno))
    }

    /// Removes a file or an empty directory.
    ///
    /// # Errors
    /// [`ErrorKind::File`].
    pub fn remove(&self, path: impl AsRef<[u8]>) -> Result<(), Error> {
        let path = self.absolute(path.as_ref());
        let ctx = self.ctx();
        let mut vfs = self.kernel.fs().lock();
        vfs.refresh_path(&path);
        let remove = || {
            let place = resolve(&vfs, &path, Follow::Entry)?;
            let ino = place.target.ok_or(Errno::Noent)?;
            let directory = vfs.stat(ino)?.kind == NodeKind::Directory;
            Ok((place, directory))
        };
        let result = remove().and_then(|(place, directory)| {
            if directory {
                vfs.rmdir_at(&ctx, &place)
            } else {
                vfs.unlink_at(&ctx, &place)
            }
        });
        result.map_err(|errno| Error::path(&path, errno))
    }

    /// Removes a file, or a directory with all that is in it.
    ///
    /// # Errors
    /// [`ErrorKind::File`].
    pub fn remove_all(&self, path: impl AsRef<[u8]>) -> Result<(), Error> {
        let path = self.absolute(path.as_ref());
        let now = self.now();
        let mut vfs = self.kernel.fs().lock();
        vfs.refresh_path(&path);
        vfs.remove_all(&path, now)
            .map_err(|errno| Error::path(&path, errno))
    }

    /// Renames, replacing what is there (POSIX `rename`).
    ///
    /// # Errors
    /// [`ErrorKind::File`].
    pub fn rename(&self, from: impl AsRef<[u8]>, to: impl AsRef<[u8]>) -> Result<(), Error> {
        let (from, to) = (self.absolute(from.as_ref()), self.absolute(to.as_ref()));
        let ctx = self.ctx();
        let mut vfs = self.kernel.fs().lock();
        vfs.refresh_path(&from);
        vfs.refresh_path(&to);
        let old = resolve(&vfs, &from, Follow::Entry).map_err(|errno| Error::path(&from, errno))?;
        let new = resolve(&vfs, &to, Follow::Entry).map_err(|errno| Error::path(&to, errno))?;
        vfs.rename_at(&ctx, &old, &new)
            .map_err(|errno| Error::path(&from, errno))
    }

    /// Unpacks a tar archive below a directory, which is made. Names that lead
    /// out of it are refused.
    ///
    /// # Errors
    /// [`ErrorKind::File`], [`ErrorKind::HostFile`] (the archive).
    pub fn import_tar(
        &self,
        archive: impl std::io::Read,
        path: impl AsRef<[u8]>,
    ) -> Result<(), Error> {
        let path = self.absolute(path.as_ref());
        tarball::import(&self.kernel, archive, &path, self.now())
    }

    /// Packs a directory into a tar archive, sorted by name.
    ///
    /// # Errors
    /// [`ErrorKind::File`], [`ErrorKind::HostFile`] (the writer).
    pub fn export_tar(
        &self,
        path: impl AsRef<[u8]>,
        archive: impl std::io::Write,
    ) -> Result<(), Error> {
        let path = self.absolute(path.as_ref());
        // A fork costs nothing and lets commands go on meanwhile.
        let mut vfs = self.kernel.fs().lock().fork();
        vfs.refresh_below(&path)
            .map_err(|errno| Error::path(&path, errno))?;
        tarball::export(&vfs, &path, archive)
    }

    fn absolute(&self, path: &[u8]) -> Vec<u8> {
        if path.starts_with(b"/") {
            return path.to_vec();
        }
        [&self.config.cwd, &b"/"[..], path].concat()
    }

    fn now(&self) -> u64 {
        self.kernel.settings().clock.realtime_ns()
    }

    fn ctx(&self) -> Ctx {
        Ctx {
            cred: Cred::ROOT,
            now: self.now(),
        }
    }
}

fn resolve(vfs: &Vfs, path: &[u8], follow: Follow) -> Result<Resolved, Errno> {
    let at = At {
        base: vfs.root(),
        root: vfs.root(),
        cred: &Cred::ROOT,
        mode: PathMode::Posix,
    };
    let place = vfs.resolve(&at, path, follow)?;
    if place.magic.is_some() {
        return Err(Errno::Perm);
    }
    Ok(place)
}

fn file_stat(stat: &Stat) -> FileStat {
    FileStat {
        file_type: stat.file_type(),
        size_bytes: stat.size_bytes,
        mode: stat.mode,
        uid: stat.uid,
        gid: stat.gid,
        links: stat.links,
        modified_ns: stat.modified,
    }
}
