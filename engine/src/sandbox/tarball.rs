//! Tar in and out: owners, modes, links and times included.

use std::collections::HashMap;
use std::io::{Read, Write};
use std::os::unix::ffi::OsStrExt;

use tar::{Archive, Builder, EntryType, Header};
use wardian_abi::Errno;
use wardian_vfs::{
    At, Create, Cred, Ctx, Follow, Ino, NodeKind, PathMode, Resolved, SetTime, Stat, Vfs,
};

use crate::error::{Error, ErrorKind};
use crate::process::Kernel;

/// How much of a member is moved at a time.
const BLOCK_BYTES: usize = 256 << 10;

/// Unpacks below `path`. Members are placed like WASI paths: nothing above
/// `path` can be reached, by name or through a link.
pub(super) fn import(
    kernel: &Kernel,
    archive: impl Read,
    path: &[u8],
    now: u64,
) -> Result<(), Error> {
    let owner = kernel.settings().cred;
    let root = {
        let mut vfs = kernel.fs().lock();
        vfs.mkdir_all(path, 0o755, owner, now)
            .map_err(|errno| Error::path(path, errno))?
    };
    let mut archive = Archive::new(archive);
    let entries = archive.entries().map_err(broken)?;
    for entry in entries {
        let mut entry = entry.map_err(broken)?;
        let name = entry.path_bytes().into_owned();
        let name = name.strip_suffix(b"/").unwrap_or(&name).to_vec();
        if name.is_empty() || name == b"." {
            continue;
        }
        let mut place = Place {
            kernel,
            root,
            ctx: Ctx {
                cred: Cred::ROOT,
                now,
            },
        };
        place
            .unpack(&mut entry, &name)
            .map_err(|failure| match failure {
                Failure::Errno(errno) => Error::path(&name, errno),
                Failure::Archive(error) => broken(error),
            })?;
    }
    Ok(())
}

enum Failure {
    Errno(Errno),
    Archive(std::io::Error),
}

impl From<Errno> for Failure {
    fn from(errno: Errno) -> Failure {
        Failure::Errno(errno)
    }
}

struct Place<'a> {
    kernel: &'a Kernel,
    root: Ino,
    ctx: Ctx,
}

impl Place<'_> {
    fn unpack(
        &mut self,
        entry: &mut tar::Entry<'_, impl Read>,
        name: &[u8],
    ) -> Result<(), Failure> {
        let header = entry.header().clone();
        let kind = header.entry_type();
        let mode = (header.mode().unwrap_or(0o644) & 0o7777) as u16;
        let target = entry.link_name_bytes().map(|target| target.into_owned());
        let target = target.unwrap_or_default();
        let parent = self.parent(name)?;
        let base = name.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
        let ino = match kind {
            EntryType::Directory => match self.existing(parent, base) {
                Some(ino) => ino,
                None => self.create(parent, base, Create::Directory, mode)?,
            },
            EntryType::Symlink => self.create(parent, base, Create::Symlink(&target), 0o777)?,
            EntryType::Fifo => self.create(parent, base, Create::Fifo, mode)?,
            EntryType::Link => {
                let mut vfs = self.kernel.fs().lock();
                let place = self.resolve(&vfs, &target, Follow::NoLast)?;
                let ino = place.target.ok_or(Errno::Noent)?;
                let _ = vfs.unlink(&self.ctx, parent, base);
                vfs.link(&self.ctx, ino, parent, base)?;
                return Ok(());
            }
            EntryType::Regular | EntryType::Continuous | EntryType::GNUSparse => {
                let ino = self.create(parent, base, Create::Regular, mode)?;
                self.fill(entry, ino)?;
                ino
            }
            // Devices mean nothing here; extension headers were read already.
            _ => return Ok(()),
        };
        let id = |field: std::io::Result<u64>| field.ok().and_then(|id| u32::try_from(id).ok());
        let modified = header.mtime().unwrap_or(0).saturating_mul(1_000_000_000);
        let mut vfs = self.kernel.fs().lock();
        vfs.chown(&self.ctx, ino, id(header.uid()), id(header.gid()))?;
        if kind != EntryType::Symlink {
            vfs.chmod(&self.ctx, ino, mode)?;
        }
        vfs.set_times(&self.ctx, ino, SetTime::Keep, SetTime::At(modified))?;
        Ok(())
    }

    fn resolve(&self, vfs: &Vfs, path: &[u8], follow: Follow) -> Result<Resolved, Errno> {
        let at = At {
            base: self.root,
            root: vfs.root(),
            cred: &Cred::ROOT,
            mode: PathMode::Beneath,
        };
        let place = vfs.resolve(&at, path, follow)?;
        if place.magic.is_some() {
            return Err(Errno::Perm);
        }
        Ok(place)
    }

    /// The directory of a member; missing ones are made, as tar does.
    fn parent(&self, name: &[u8]) -> Result<Ino, Errno> {
        let mut vfs = self.kernel.fs().lock();
        let mut end = 0;
        let mut parent = self.root;
        while let Some(slash) = name
            .get(end..)
            .and_then(|rest| rest.iter().position(|byte| *byte == b'/'))
        {
            let prefix = name.get(..end + slash).unwrap_or_default();
            end += slash + 1;
            if prefix.is_empty() {
                return Err(Errno::Perm);
            }
            let place = self.resolve(&vfs, prefix, Follow::Last)?;
            parent = match place.target {
                Some(ino) => ino,
                None => vfs.create(
                    &self.ctx,
                    place.parent,
                    &place.name,
                    Create::Directory,
                    0o755,
                )?,
            };
        }
        Ok(parent)
    }

    fn existing(&self, parent: Ino, name: &[u8]) -> Option<Ino> {
        let vfs = self.kernel.fs().lock();
        let ino = vfs.lookup(parent, name).ok()?;
        (vfs.stat(ino).ok()?.kind == NodeKind::Directory).then_some(ino)
    }

    fn create(&self, parent: Ino, name: &[u8], kind: Create<'_>, mode: u16) -> Result<Ino, Errno> {
        if name == b".." || name == b"." {
            return Err(Errno::Perm);
        }
        let mut vfs = self.kernel.fs().lock();
        if !matches!(kind, Create::Directory) {
            let _ = vfs.unlink(&self.ctx, parent, name);
        }
        vfs.create(&self.ctx, parent, name, kind, mode)
    }

    fn fill(&self, entry: &mut impl Read, ino: Ino) -> Result<(), Failure> {
        let mut block = vec![0; BLOCK_BYTES];
        loop {
            let count = entry.read(&mut block).map_err(Failure::Archive)?;
            let mut data = block.get(..count).unwrap_or_default();
            if data.is_empty() {
                return Ok(());
            }
            while !data.is_empty() {
                let mut vfs = self.kernel.fs().lock();
                let (written, _) = vfs.append(&self.ctx, ino, data)?;
                data = data.get(written..).unwrap_or_default();
            }
        }
    }
}

/// Packs what is below `path`.
pub(super) fn export(vfs: &Vfs, path: &[u8], archive: impl Write) -> Result<(), Error> {
    let mut builder = Builder::new(archive);
    let mut links: HashMap<Ino, Vec<u8>> = HashMap::new();
    let walk = vfs.walk(path).map_err(|errno| Error::path(path, errno))?;
    for entry in walk {
        let entry = entry.map_err(|errno| Error::path(path, errno))?;
        if entry.path.is_empty() {
            continue;
        }
        let stat = entry.stat;
        let mut header = header(&stat);
        let name = std::path::Path::new(std::ffi::OsStr::from_bytes(&entry.path));
        let shared = stat.links > 1 && stat.kind != NodeKind::Directory;
        if let Some(first) = links.get(&stat.ino).filter(|_| shared) {
            header.set_entry_type(EntryType::Link);
            header.set_size(0);
            let target = std::path::Path::new(std::ffi::OsStr::from_bytes(first));
            builder
                .append_link(&mut header, name, target)
                .map_err(broken)?;
            continue;
        }
        if shared {
            links.insert(stat.ino, entry.path.clone());
        }
        match stat.kind {
            NodeKind::Regular => {
                header.set_entry_type(EntryType::Regular);
                header.set_size(stat.size_bytes);
                let contents = Contents {
                    vfs,
                    ino: stat.ino,
                    offset: 0,
                };
                builder
                    .append_data(&mut header, name, contents)
                    .map_err(broken)?;
            }
            NodeKind::Directory => {
                header.set_entry_type(EntryType::Directory);
                builder
                    .append_data(&mut header, name, std::io::empty())
                    .map_err(broken)?;
            }
            NodeKind::Symlink => {
                header.set_entry_type(EntryType::Symlink);
                let target = vfs
                    .readlink(stat.ino)
                    .map_err(|errno| Error::path(&entry.path, errno))?;
                let target = std::path::Path::new(std::ffi::OsStr::from_bytes(target));
                builder
                    .append_link(&mut header, name, target)
                    .map_err(broken)?;
            }
            NodeKind::Fifo => {
                header.set_entry_type(EntryType::Fifo);
                builder
                    .append_data(&mut header, name, std::io::empty())
                    .map_err(broken)?;
            }
            // The image of every sandbox brings its own.
            NodeKind::Device(_) | NodeKind::Magic(_) => {}
        }
    }
    builder.finish().map_err(broken)
}

fn header(stat: &Stat) -> Header {
    let mut header = Header::new_gnu();
    header.set_mode(u32::from(stat.mode));
    header.set_uid(u64::from(stat.uid));
    header.set_gid(u64::from(stat.gid));
    header.set_mtime(stat.modified / 1_000_000_000);
    header.set_size(0);
    header
}

struct Contents<'a> {
    vfs: &'a Vfs,
    ino: Ino,
    offset: u64,
}

impl Read for Contents<'_> {
    fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        let count = self
            .vfs
            .read(self.ino, self.offset, buf)
            .map_err(std::io::Error::other)?;
        self.offset += count as u64;
        Ok(count)
    }
}

fn broken(error: std::io::Error) -> Error {
    Error::new(ErrorKind::HostFile, "tar archive", error)
}
