//! Tar in and out: owners, modes, links and times included. Times have fractions
//! of seconds and long names their place in attributes of the format of POSIX
//! (pax).

use std::collections::HashMap;
use std::io::{Read, Write};

use tar::{Archive, Builder, EntryType, Header};
use wardian_abi::Errno;
use wardian_vfs::{
    At, Create, Cred, Ctx, Follow, Ino, NodeKind, PathMode, Resolved, SetTime, Stat, Vfs,
};

use super::tar_guard::TarGuard;
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
    let mut archive = Archive::new(TarGuard::new(archive));
    // Last: filling a directory changes its times.
    let mut directories = Vec::new();
    let entries = archive.entries().map_err(broken)?;
    for entry in entries {
        let mut entry = entry.map_err(broken)?;
        let name = entry.path_bytes().into_owned();
        let name = relative(name.strip_suffix(b"/").unwrap_or(&name)).to_vec();
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
        let directory = place
            .unpack(&mut entry, &name)
            .map_err(|failure| match failure {
                Failure::Errno(errno) => Error::path(&name, errno),
                Failure::Archive(error) => broken(error),
            })?;
        directories.extend(directory);
    }
    let ctx = Ctx {
        cred: Cred::ROOT,
        now,
    };
    let mut vfs = kernel.fs().lock();
    for (ino, modified) in directories {
        // It may be gone by now; then its time does not matter.
        let _ = vfs.set_times(&ctx, ino, SetTime::Keep, SetTime::At(modified));
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
    /// Makes a member; of a directory, its number and time, to be set last.
    fn unpack(
        &mut self,
        entry: &mut tar::Entry<'_, impl Read>,
        name: &[u8],
    ) -> Result<Option<(Ino, u64)>, Failure> {
        let header = entry.header().clone();
        let kind = header.entry_type();
        let mode = (header.mode().unwrap_or(0o644) & 0o7777) as u16;
        let target = entry.link_name_bytes().map(|target| target.into_owned());
        let target = target.unwrap_or_default();
        let modified = modified(entry, &header).map_err(Failure::Archive)?;
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
                let place = self.resolve(&vfs, relative(&target), Follow::NoLast)?;
                let ino = place.target.ok_or(Errno::Noent)?;
                if vfs.lookup(parent, base) == Ok(ino) {
                    // It has that name already.
                    return Ok(None);
                }
                let _ = vfs.unlink(&self.ctx, parent, base);
                vfs.link(&self.ctx, ino, parent, base)?;
                return Ok(None);
            }
            EntryType::Regular | EntryType::Continuous | EntryType::GNUSparse => {
                let ino = self.create(parent, base, Create::Regular, mode)?;
                self.fill(entry, ino)?;
                ino
            }
            // Devices mean nothing here; extension headers were read already.
            _ => return Ok(None),
        };
        let id = |field: std::io::Result<u64>| field.ok().and_then(|id| u32::try_from(id).ok());
        let mut vfs = self.kernel.fs().lock();
        vfs.chown(&self.ctx, ino, id(header.uid()), id(header.gid()))?;
        if kind != EntryType::Symlink {
            vfs.chmod(&self.ctx, ino, mode)?;
        }
        vfs.set_times(&self.ctx, ino, SetTime::Keep, SetTime::At(modified))?;
        Ok((kind == EntryType::Directory).then_some((ino, modified)))
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
            if prefix.is_empty() || prefix.ends_with(b"/") {
                continue;
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
        let mut offset = 0_u64;
        loop {
            let mut filled = 0;
            while let Some(rest) = block.get_mut(filled..).filter(|rest| !rest.is_empty()) {
                match entry.read(rest).map_err(Failure::Archive)? {
                    0 => break,
                    count => filled += count,
                }
            }
            let mut data = block.get(..filled).unwrap_or_default();
            if data.is_empty() {
                return Ok(());
            }
            let mut vfs = self.kernel.fs().lock();
            if data.iter().all(|byte| *byte == 0) {
                // A hole costs nothing, however long.
                offset = offset.saturating_add(filled as u64);
                vfs.truncate(&self.ctx, ino, offset)?;
                continue;
            }
            while !data.is_empty() {
                let written = vfs.write(&self.ctx, ino, offset, data)?;
                offset = offset.saturating_add(written as u64);
                data = data.get(written..).unwrap_or_default();
            }
        }
    }
}

/// A name without the slashes before it: like tar, which takes them off.
fn relative(name: &[u8]) -> &[u8] {
    let start = name.iter().position(|byte| *byte != b'/');
    start
        .and_then(|start| name.get(start..))
        .unwrap_or_default()
}

/// The time of a member, with the fraction that attributes give it.
fn modified(entry: &mut tar::Entry<'_, impl Read>, header: &Header) -> std::io::Result<u64> {
    let mut modified = header.mtime().unwrap_or(0).saturating_mul(1_000_000_000);
    for attribute in entry.pax_extensions()?.into_iter().flatten() {
        let attribute = attribute?;
        if attribute.key_bytes() == b"mtime"
            && let Some(time) = nanoseconds(attribute.value_bytes())
        {
            modified = time;
        }
    }
    Ok(modified)
}

/// Seconds with a fraction; times before 1970 become 1970.
fn nanoseconds(text: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(text).ok()?;
    if text.starts_with('-') {
        return Some(0);
    }
    let (seconds, fraction) = text.split_once('.').unwrap_or((text, ""));
    let seconds: u64 = seconds.parse().ok()?;
    let digits = fraction.bytes().take_while(u8::is_ascii_digit);
    let padded = digits.chain(std::iter::repeat(b'0')).take(9);
    let fraction = padded.fold(0, |number, digit| number * 10 + u64::from(digit - b'0'));
    Some(
        seconds
            .saturating_mul(1_000_000_000)
            .saturating_add(fraction),
    )
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
        let shared = stat.links > 1 && stat.kind != NodeKind::Directory;
        if let Some(first) = links.get(&stat.ino).filter(|_| shared) {
            header.set_entry_type(EntryType::Link);
            header.set_size(0);
            describe(&mut builder, &mut header, &entry.path, first, stat.modified)
                .and_then(|()| builder.append(&header, std::io::empty()))
                .map_err(broken)?;
            continue;
        }
        if shared {
            links.insert(stat.ino, entry.path.clone());
        }
        let mut target: &[u8] = b"";
        let size = match stat.kind {
            NodeKind::Regular => {
                header.set_entry_type(EntryType::Regular);
                header.set_size(stat.size_bytes);
                stat.size_bytes
            }
            NodeKind::Directory => {
                header.set_entry_type(EntryType::Directory);
                0
            }
            NodeKind::Symlink => {
                header.set_entry_type(EntryType::Symlink);
                target = vfs
                    .readlink(stat.ino)
                    .map_err(|errno| Error::path(&entry.path, errno))?;
                0
            }
            NodeKind::Fifo => {
                header.set_entry_type(EntryType::Fifo);
                0
            }
            // The image of every sandbox brings its own.
            NodeKind::Device(_) | NodeKind::Magic(_) => continue,
        };
        let contents = Contents {
            vfs,
            ino: stat.ino,
            offset: 0,
        };
        describe(
            &mut builder,
            &mut header,
            &entry.path,
            target,
            stat.modified,
        )
        .and_then(|()| builder.append(&header, contents.take(size)))
        .map_err(broken)?;
    }
    builder.finish().map_err(broken)
}

/// Names a member and what it links to, byte for byte; what has no room in the
/// header goes before it.
fn describe(
    builder: &mut Builder<impl Write>,
    header: &mut Header,
    name: &[u8],
    target: &[u8],
    modified: u64,
) -> std::io::Result<()> {
    let mut attributes: Vec<(&str, Vec<u8>)> = Vec::new();
    let fields = header.as_old_mut();
    for (key, field, value) in [
        ("path", &mut fields.name, name),
        ("linkpath", &mut fields.linkname, target),
    ] {
        let fits = value.len() <= field.len();
        for (place, byte) in field.iter_mut().zip(value) {
            *place = *byte;
        }
        if !fits {
            attributes.push((key, value.to_vec()));
        }
    }
    let fraction = modified % 1_000_000_000;
    if fraction != 0 {
        let time = format!("{}.{fraction:09}", modified / 1_000_000_000);
        attributes.push(("mtime", time.into_bytes()));
    }
    if !attributes.is_empty() {
        let attributes = attributes
            .iter()
            .map(|(key, value)| (*key, value.as_slice()));
        builder.append_pax_extensions(attributes)?;
    }
    header.set_cksum();
    Ok(())
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
