//! The changes of an overlay in a file: what a process leaves for a later one.
//!
//! A header, the path of the folder, then one record a change with what the
//! sandbox saw of the path and what it made of it. Numbers are little-endian,
//! strings have their length before them.

use std::collections::HashMap;
use std::io::{Read, Write};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::PathBuf;
use std::sync::Arc;

use wardian_vfs::{Create, Cred, Ctx, Fingerprint, Ino, NodeKind, Quota, Stat, Vfs};

use super::{HostFolder, MountMode, OverlayChanges, Record};
use crate::error::{Error, ErrorKind};

/// The first bytes of the file: a name and the version.
const MAGIC: &[u8; 16] = b"wardian overlay1";
/// How much of a file is copied at a time.
const BLOCK_BYTES: usize = 256 << 10;
/// Longest path or link target.
const PATH_MOST: u32 = 1 << 16;
/// Where the folder is mounted while a file is read.
const PLACE: &[u8] = b"/overlay";

const REMOVED: u8 = 0;
const REGULAR: u8 = 1;
const DIRECTORY: u8 = 2;
const SYMLINK: u8 = 3;

impl OverlayChanges {
    /// Writes the changes to a file, for [`OverlayChanges::load`].
    ///
    /// # Errors
    /// [`ErrorKind::HostFile`]: `out` fails, or a file cannot be read any more.
    pub fn save(&self, out: impl Write) -> Result<(), Error> {
        let mut out = Writer(out);
        let mut save = || -> std::io::Result<()> {
            out.0.write_all(MAGIC)?;
            out.string(self.host().as_os_str().as_bytes())?;
            for (path, change, _) in self.counted() {
                out.string(&path)?;
                match self.expected(&path, change.before.as_ref()) {
                    Some(seen) => {
                        out.0.write_all(&[1])?;
                        for part in [
                            seen.device,
                            seen.node,
                            seen.size,
                            seen.modified,
                            seen.changed,
                        ] {
                            out.number(part)?;
                        }
                    }
                    None => out.0.write_all(&[0])?,
                }
                match &change.after {
                    Some(after) => self.save_node(&mut out, after)?,
                    None => out.0.write_all(&[REMOVED])?,
                }
            }
            // No path is empty: the end.
            out.string(b"")?;
            out.0.flush()
        };
        save().map_err(|error| Error::new(ErrorKind::HostFile, "the saved overlay", error))
    }

    fn save_node(&self, out: &mut Writer<impl Write>, after: &Stat) -> std::io::Result<()> {
        let vfs = &self.after.0;
        let failed = |errno: wardian_abi::Errno| std::io::Error::other(errno.message());
        let tag = match after.kind {
            NodeKind::Regular => REGULAR,
            NodeKind::Directory => DIRECTORY,
            NodeKind::Symlink => SYMLINK,
            // Nothing that a folder of the host could get.
            _ => return out.0.write_all(&[REMOVED]),
        };
        out.0.write_all(&[tag])?;
        out.number(u64::from(after.mode))?;
        match after.kind {
            NodeKind::Symlink => out.string(vfs.readlink(after.ino).map_err(failed)?),
            NodeKind::Regular => {
                out.number(after.size_bytes)?;
                let mut block = vec![0; BLOCK_BYTES];
                let mut offset = 0;
                while offset < after.size_bytes {
                    let count = vfs.read(after.ino, offset, &mut block).map_err(failed)?;
                    out.0.write_all(block.get(..count).unwrap_or_default())?;
                    offset = offset.saturating_add(count as u64);
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Reads changes that were saved. The folder of the host is opened where it
    /// was then.
    ///
    /// # Errors
    /// [`ErrorKind::HostFile`]: the file is damaged or of another version, or the
    /// folder is gone.
    pub fn load(input: impl Read) -> Result<OverlayChanges, Error> {
        let damaged = |error| Error::new(ErrorKind::HostFile, "the saved overlay", error);
        let mut input = Reader(input);
        let host = input.header().map_err(damaged)?;
        let quota = Quota {
            bytes: u64::MAX / 4,
            inodes: u64::MAX / 4,
            file_size_bytes: i64::MAX as u64,
            path_bytes: PATH_MOST,
            ..Quota::default()
        };
        let mut after = Vfs::new(quota, 0);
        let record = Record::mount(&mut after, &host, PLACE, MountMode::Overlay, Cred::ROOT, 0)?;
        let mut seen = HashMap::new();
        loop {
            let path = input.string().map_err(damaged)?;
            if path.is_empty() {
                break;
            }
            if let Some(found) = input.fingerprint().map_err(damaged)? {
                seen.insert(path.clone(), found);
            }
            let full = [PLACE, b"/", &path].concat();
            input.node(&mut after, &full).map_err(damaged)?;
        }
        let top = record.top;
        let before = after.pristine(top);
        let host: Arc<HostFolder> = record.host;
        Ok(OverlayChanges::new(host, (before, top), (after, top), seen))
    }
}

struct Writer<W>(W);

impl<W: Write> Writer<W> {
    fn number(&mut self, number: u64) -> std::io::Result<()> {
        self.0.write_all(&number.to_le_bytes())
    }

    fn string(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        let length = u32::try_from(bytes.len()).map_err(std::io::Error::other)?;
        self.0.write_all(&length.to_le_bytes())?;
        self.0.write_all(bytes)
    }
}

struct Reader<R>(R);

fn invalid(what: &str) -> std::io::Error {
    std::io::Error::new(std::io::ErrorKind::InvalidData, what)
}

fn refused(errno: wardian_abi::Errno) -> std::io::Error {
    invalid(errno.message())
}

impl<R: Read> Reader<R> {
    fn header(&mut self) -> std::io::Result<PathBuf> {
        let mut magic = [0; MAGIC.len()];
        self.0.read_exact(&mut magic)?;
        if magic != *MAGIC {
            return Err(invalid(
                "not a file that `wardian exec --save` of this version wrote",
            ));
        }
        let path = std::ffi::OsString::from_vec(self.string()?);
        Ok(PathBuf::from(path))
    }

    fn byte(&mut self) -> std::io::Result<u8> {
        let mut byte = [0];
        self.0.read_exact(&mut byte)?;
        let [byte] = byte;
        Ok(byte)
    }

    fn number(&mut self) -> std::io::Result<u64> {
        let mut bytes = [0; 8];
        self.0.read_exact(&mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }

    fn string(&mut self) -> std::io::Result<Vec<u8>> {
        let mut length = [0; 4];
        self.0.read_exact(&mut length)?;
        let length = u32::from_le_bytes(length);
        if length > PATH_MOST {
            return Err(invalid("a path is too long"));
        }
        let mut bytes = vec![0; length as usize];
        self.0.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    fn fingerprint(&mut self) -> std::io::Result<Option<Fingerprint>> {
        if self.byte()? == 0 {
            return Ok(None);
        }
        Ok(Some(Fingerprint {
            device: self.number()?,
            node: self.number()?,
            size: self.number()?,
            modified: self.number()?,
            changed: self.number()?,
        }))
    }

    /// Makes one node as it was saved.
    fn node(&mut self, vfs: &mut Vfs, path: &[u8]) -> std::io::Result<()> {
        let tag = self.byte()?;
        let stat = {
            let cut = path.iter().rposition(|byte| *byte == b'/').unwrap_or(0);
            let (dir, name) = path.split_at_checked(cut).unwrap_or_default();
            let dir = find_directory(vfs, dir);
            let name = name.get(1..).unwrap_or_default();
            dir.and_then(|dir| vfs.stat(vfs.lookup(dir, name).ok()?).ok())
        };
        if tag == REMOVED {
            return match stat {
                Some(_) => vfs.remove_all(path, 0).map_err(refused),
                None => Ok(()),
            };
        }
        let mode = (self.number()? & 0o7777) as u16;
        let keeps = tag == DIRECTORY && stat.is_some_and(|stat| stat.kind == NodeKind::Directory);
        if stat.is_some() && !keeps {
            vfs.remove_all(path, 0).map_err(refused)?;
        }
        let target;
        let kind = match tag {
            REGULAR => Create::Regular,
            DIRECTORY => Create::Directory,
            SYMLINK => {
                target = self.string()?;
                Create::Symlink(&target)
            }
            _ => return Err(invalid("an entry of an unknown kind")),
        };
        let ctx = Ctx {
            cred: Cred::ROOT,
            now: 0,
        };
        let cut = path.iter().rposition(|byte| *byte == b'/').unwrap_or(0);
        let (dir, name) = path.split_at_checked(cut).unwrap_or_default();
        let dir = vfs.mkdir_all(dir, 0o755, Cred::ROOT, 0).map_err(refused)?;
        let name = name.get(1..).unwrap_or_default();
        let ino = match stat {
            Some(stat) if keeps => stat.ino,
            _ => vfs.create(&ctx, dir, name, kind, mode).map_err(refused)?,
        };
        if keeps {
            vfs.chmod(&ctx, ino, mode).map_err(refused)?;
        }
        if tag == REGULAR {
            self.contents(vfs, &ctx, ino)?;
        }
        Ok(())
    }

    fn contents(&mut self, vfs: &mut Vfs, ctx: &Ctx, ino: Ino) -> std::io::Result<()> {
        let size = self.number()?;
        let mut block = vec![0; BLOCK_BYTES];
        let mut offset = 0;
        while offset < size {
            let count = (size - offset).min(BLOCK_BYTES as u64) as usize;
            let data = block.get_mut(..count).unwrap_or_default();
            self.0.read_exact(data)?;
            if vfs.write(ctx, ino, offset, data).map_err(refused)? < count {
                return Err(refused(wardian_abi::Errno::Fbig));
            }
            offset += count as u64;
        }
        Ok(())
    }
}

/// A directory, reached without following links.
fn find_directory(vfs: &Vfs, path: &[u8]) -> Option<Ino> {
    let mut at = vfs.root();
    for name in path.split(|byte| *byte == b'/') {
        if !name.is_empty() {
            at = vfs.lookup(at, name).ok()?;
        }
    }
    Some(at)
}
