//! Copying a host folder in: read once, when the sandbox is built.

use std::fs;
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;

use rustix::fs::OFlags;
use wardian_vfs::{Create, Cred, Ctx, Ino, SetTime, Vfs};

use crate::error::{Error, ErrorKind};

/// How much of a host file is read at a time.
const BLOCK_BYTES: usize = 256 << 10;

/// Copies a file or folder of the host to `path`. Devices, sockets and pipes in a
/// folder are left out; alone they are an error. Everything belongs to `owner`;
/// modes and modification times are kept.
pub(super) fn copy(
    vfs: &mut Vfs,
    host: &Path,
    path: &[u8],
    owner: Cred,
    now: u64,
) -> Result<(), Error> {
    let metadata = fs::metadata(host).map_err(|error| host_error(host, error))?;
    let mut import = Import {
        vfs,
        ctx: Ctx {
            cred: Cred::ROOT,
            now,
        },
        owner,
    };
    if metadata.is_dir() {
        let root = import
            .vfs
            .mkdir_all(path, 0o755, owner, now)
            .map_err(|errno| Error::path(path, errno))?;
        return import.directory(host, root, &metadata);
    }
    let split = path.iter().rposition(|byte| *byte == b'/').unwrap_or(0);
    let (above, name) = path.split_at(split);
    let above = if above.is_empty() { b"/" } else { above };
    let parent = import
        .vfs
        .mkdir_all(above, 0o755, owner, now)
        .map_err(|errno| Error::path(above, errno))?;
    let name = name.strip_prefix(b"/").unwrap_or(name);
    if import.file(host, parent, name, OFlags::empty())? {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::HostFile,
        host.display().to_string(),
        "neither a file nor a folder: pipes, sockets and devices are not copied",
    ))
}

struct Import<'a> {
    vfs: &'a mut Vfs,
    ctx: Ctx,
    owner: Cred,
}

impl Import<'_> {
    fn directory(&mut self, host: &Path, into: Ino, metadata: &fs::Metadata) -> Result<(), Error> {
        // The worklist keeps the host's depth off this thread's stack.
        let mut work = vec![(host.to_owned(), into, metadata.clone())];
        let mut made = Vec::new();
        while let Some((host, into, metadata)) = work.pop() {
            let entries = fs::read_dir(&host).map_err(|error| host_error(&host, error))?;
            let mut names: Vec<_> = entries
                .map(|entry| entry.map(|entry| entry.file_name()))
                .collect::<Result<_, _>>()
                .map_err(|error| host_error(&host, error))?;
            names.sort();
            for name in names {
                let child = host.join(&name);
                let metadata =
                    fs::symlink_metadata(&child).map_err(|error| host_error(&child, error))?;
                let kind = metadata.file_type();
                if kind.is_dir() {
                    let mode = (metadata.mode() & 0o7777) as u16;
                    let ino = self.create(into, name.as_bytes(), Create::Directory, mode)?;
                    work.push((child, ino, metadata));
                } else if kind.is_symlink() {
                    let target =
                        fs::read_link(&child).map_err(|error| host_error(&child, error))?;
                    let target = target.as_os_str().as_bytes();
                    self.create(into, name.as_bytes(), Create::Symlink(target), 0o777)?;
                } else if kind.is_file() {
                    // Another thing may be there by now: then it is left out.
                    self.file(&child, into, name.as_bytes(), OFlags::NOFOLLOW)?;
                }
            }
            made.push((into, metadata));
        }
        // Times last: filling a directory changes its own.
        for (ino, metadata) in made {
            self.finish(ino, &metadata)?;
        }
        Ok(())
    }

    /// Copies a file; whether it is one. Opening never waits for the other end of a
    /// pipe.
    fn file(
        &mut self,
        host: &Path,
        parent: Ino,
        name: &[u8],
        flags: OFlags,
    ) -> Result<bool, Error> {
        let flags = flags | OFlags::NONBLOCK | OFlags::NOCTTY;
        let opened = fs::OpenOptions::new()
            .read(true)
            .custom_flags(flags.bits() as i32)
            .open(host);
        let mut file = match opened {
            // No link may be there, and a socket cannot be opened.
            Err(error)
                if matches!(
                    rustix::io::Errno::from_io_error(&error),
                    Some(rustix::io::Errno::LOOP | rustix::io::Errno::NXIO)
                ) =>
            {
                return Ok(false);
            }
            opened => opened.map_err(|error| host_error(host, error))?,
        };
        let metadata = file.metadata().map_err(|error| host_error(host, error))?;
        if !metadata.is_file() {
            return Ok(false);
        }
        let mode = (metadata.mode() & 0o7777) as u16;
        let ino = self.create(parent, name, Create::Regular, mode)?;
        let mut block = vec![0; BLOCK_BYTES];
        loop {
            let count = file
                .read(&mut block)
                .map_err(|error| host_error(host, error))?;
            let mut data = block.get(..count).unwrap_or_default();
            if data.is_empty() {
                break;
            }
            while !data.is_empty() {
                let (written, _) = self
                    .vfs
                    .append(&self.ctx, ino, data)
                    .map_err(|errno| Error::path(name, errno))?;
                data = data.get(written..).unwrap_or_default();
            }
        }
        self.finish(ino, &metadata)?;
        Ok(true)
    }

    fn create(
        &mut self,
        parent: Ino,
        name: &[u8],
        kind: Create<'_>,
        mode: u16,
    ) -> Result<Ino, Error> {
        let failed = |errno| Error::path(name, errno);
        if let Ok(existing) = self.vfs.lookup(parent, name) {
            // Over what the image or an earlier copy put there.
            if matches!(kind, Create::Directory) {
                return Ok(existing);
            }
            self.vfs.unlink(&self.ctx, parent, name).map_err(failed)?;
        }
        let ino = self
            .vfs
            .create(&self.ctx, parent, name, kind, mode)
            .map_err(failed)?;
        self.vfs
            .chown(&self.ctx, ino, Some(self.owner.uid), Some(self.owner.gid))
            .map_err(failed)?;
        Ok(ino)
    }

    fn finish(&mut self, ino: Ino, metadata: &fs::Metadata) -> Result<(), Error> {
        let seconds = u64::try_from(metadata.mtime()).unwrap_or(0);
        let ns = u64::try_from(metadata.mtime_nsec()).unwrap_or(0);
        let modified = SetTime::At(seconds.saturating_mul(1_000_000_000).saturating_add(ns));
        self.vfs
            .set_times(&self.ctx, ino, SetTime::Keep, modified)
            .map_err(|errno| Error::path(b"modification time", errno))
    }
}

fn host_error(path: &Path, error: std::io::Error) -> Error {
    Error::new(ErrorKind::HostFile, path.display().to_string(), error)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;
    use std::os::unix::net::UnixListener;

    use rustix::fs::{CWD, FileType, Mode, mknodat};
    use wardian_vfs::{Cred, Quota, Vfs};

    use super::copy;
    use crate::ErrorKind;

    /// Nobody writes into the pipe: whoever opens it plainly waits for ever.
    #[test]
    fn neither_pipes_nor_sockets_are_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        mknodat(
            CWD,
            at("pipe"),
            FileType::Fifo,
            Mode::from_raw_mode(0o644),
            0,
        )
        .unwrap();
        let _socket = UnixListener::bind(at("socket")).unwrap();
        symlink("pipe", at("link")).unwrap();
        std::fs::write(at("file"), "text").unwrap();
        symlink("file", at("to-file")).unwrap();
        let mut vfs = Vfs::new(Quota::default(), 0);
        for name in ["pipe", "socket", "link"] {
            let error = copy(&mut vfs, &at(name), b"/alone", Cred::ROOT, 0).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::HostFile);
            let text = error.to_string();
            assert!(text.contains(name) && text.contains("not copied"), "{text}");
            assert!(vfs.find("/alone").is_err());
        }
        copy(&mut vfs, &at("to-file"), b"/alone", Cred::ROOT, 0).unwrap();
        assert_eq!(vfs.read_file("/alone").unwrap(), b"text");
        copy(&mut vfs, folder.path(), b"/all", Cred::ROOT, 0).unwrap();
        assert!(vfs.find("/all/file").is_ok());
        assert!(vfs.find("/all/pipe").is_err() && vfs.find("/all/socket").is_err());
    }
}
