//! The changes of an overlay in a file: what a process leaves for a later one.
//!
//! A header, the path of the folder, then one record a change with what the
//! sandbox saw of the path and what it made of it. Of a file's contents, only
//! what is not zeros. Numbers are little-endian, strings have their length before
//! them.

use std::collections::HashMap;
use std::io::{Read, Write};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::PathBuf;
use std::sync::Arc;

use wardian_abi::Errno;
use wardian_vfs::{Create, Cred, Ctx, Fingerprint, Ino, NodeKind, Quota, Stat, Vfs};

use super::apply::is_special;
use super::stretches::each_stretch;
use super::{HostFolder, MountMode, OverlayChanges, Record};
use crate::error::{Error, ErrorKind};

/// The first bytes of the file: a name and the version.
const MAGIC: &[u8; 16] = b"wardian overlay2";
/// How much of a file is copied at a time.
const BLOCK_BYTES: usize = 256 << 10;
/// Longest path or link target.
const PATH_MOST: u32 = 1 << 16;
/// Bytes of a saved overlay that are read, and that it takes in memory.
const LOADED_MOST: u64 = 4 << 30;
/// Bytes that the tree itself may take at least, however little is read.
const TREE_BYTES: u64 = 1 << 20;
/// Changes in a saved overlay.
const CHANGES_MOST: u64 = 4_000_000;
/// Where the folder is mounted while a file is read.
const PLACE: &[u8] = b"/overlay";

const REMOVED: u8 = 0;
const REGULAR: u8 = 1;
const DIRECTORY: u8 = 2;
const SYMLINK: u8 = 3;

impl OverlayChanges {
    /// Writes the changes to a file, for [`OverlayChanges::load`]. As in
    /// [`OverlayChanges::apply`], named pipes and devices are left out, with what
    /// they replaced.
    ///
    /// # Errors
    /// [`ErrorKind::HostFile`]: `out` fails, a file cannot be read any more, or a
    /// path is too long; see [`OverlayChanges::too_long`].
    pub fn save(&self, out: impl Write) -> Result<(), Error> {
        if let Some(dir) = self.too_long().first() {
            return Err(Error::new(
                ErrorKind::HostFile,
                String::from_utf8_lossy(dir),
                "changes below it have paths that are too long to be saved; move them up or \
                 remove them in the sandbox",
            ));
        }
        let mut out = Writer(out);
        let mut save = || -> std::io::Result<()> {
            out.0.write_all(MAGIC)?;
            out.string(self.host().as_os_str().as_bytes())?;
            for (path, change, _) in self.counted() {
                // A folder of the host gets none of these: what it has stays.
                if change.after.as_ref().is_some_and(is_special) {
                    continue;
                }
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
        let failed = |errno: Errno| std::io::Error::other(errno.message());
        let tag = match after.kind {
            NodeKind::Regular => REGULAR,
            NodeKind::Directory => DIRECTORY,
            NodeKind::Symlink => SYMLINK,
            _ => return Err(invalid("a kind of file that cannot be saved")),
        };
        out.0.write_all(&[tag])?;
        out.number(u64::from(after.mode))?;
        match after.kind {
            NodeKind::Symlink => out.string(vfs.readlink(after.ino).map_err(failed)?),
            NodeKind::Regular => {
                out.number(after.size_bytes)?;
                each_stretch(vfs, after.ino, |offset, bytes| {
                    out.number(offset)?;
                    out.number(bytes.len() as u64)?;
                    out.0.write_all(bytes)
                })?;
                // No stretch is empty: the end.
                out.number(after.size_bytes)?;
                out.number(0)
            }
            _ => Ok(()),
        }
    }

    /// Reads changes that were saved, of no more than 4 GiB and 4,000,000 paths.
    /// The folder of the host is opened where it was then.
    ///
    /// # Errors
    /// [`ErrorKind::HostFile`]: the file is damaged, too big or of another
    /// version, or the folder is gone.
    pub fn load(input: impl Read) -> Result<OverlayChanges, Error> {
        OverlayChanges::load_within(input, LOADED_MOST)
    }

    /// [`OverlayChanges::load`] of no more than `most` bytes. They are kept in
    /// memory; zeros count neither in the file nor there.
    ///
    /// # Errors
    /// Those of [`OverlayChanges::load`].
    pub fn load_within(input: impl Read, most: u64) -> Result<OverlayChanges, Error> {
        let damaged = |error| Error::new(ErrorKind::HostFile, "the saved overlay", error);
        let mut input = Reader {
            input,
            most,
            left: most,
        };
        let host = input.header().map_err(damaged)?;
        let quota = Quota {
            bytes: most.max(TREE_BYTES),
            inodes: CHANGES_MOST,
            file_size_bytes: i64::MAX as u64,
            path_bytes: PATH_MOST,
            ..Quota::default()
        };
        let mut after = Vfs::new(quota, 0);
        let record = Record::mount(&mut after, &host, PLACE, MountMode::Overlay, Cred::ROOT, 0)?;
        let mut seen = HashMap::new();
        for count in 0.. {
            let path = input.string().map_err(damaged)?;
            if path.is_empty() {
                break;
            }
            if count == CHANGES_MOST {
                return Err(damaged(too_many()));
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
        let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        if length > PATH_MOST {
            return Err(invalid(format!(
                "a path of {length} bytes is too long to be saved; {PATH_MOST} is the most"
            )));
        }
        self.0.write_all(&length.to_le_bytes())?;
        self.0.write_all(bytes)
    }
}

/// A saved overlay being read.
struct Reader<R> {
    input: R,
    /// Bytes that may be read, and how many of them still may.
    most: u64,
    left: u64,
}

fn invalid(what: impl Into<String>) -> std::io::Error {
    std::io::Error::new(std::io::ErrorKind::InvalidData, what.into())
}

fn too_many() -> std::io::Error {
    invalid(format!(
        "it holds more than {CHANGES_MOST} changes, the most that are read"
    ))
}

fn too_big(most: u64) -> std::io::Error {
    invalid(format!(
        "it holds more than {most} bytes, the most that are read \
         (OverlayChanges::load_within takes another limit)"
    ))
}

impl<R: Read> Reader<R> {
    fn fill(&mut self, bytes: &mut [u8]) -> std::io::Result<()> {
        let left = self.left.checked_sub(bytes.len() as u64);
        self.left = left.ok_or_else(|| too_big(self.most))?;
        self.input.read_exact(bytes)
    }

    /// Why the tree in memory did not take something.
    fn refused(&self, errno: Errno) -> std::io::Error {
        match errno {
            Errno::Nospc => too_big(self.most),
            errno => invalid(errno.message()),
        }
    }

    fn header(&mut self) -> std::io::Result<PathBuf> {
        let mut magic = [0; MAGIC.len()];
        self.fill(&mut magic)?;
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
        self.fill(&mut byte)?;
        let [byte] = byte;
        Ok(byte)
    }

    fn number(&mut self) -> std::io::Result<u64> {
        let mut bytes = [0; 8];
        self.fill(&mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }

    fn string(&mut self) -> std::io::Result<Vec<u8>> {
        let mut length = [0; 4];
        self.fill(&mut length)?;
        let length = u32::from_le_bytes(length);
        if length > PATH_MOST {
            return Err(invalid("a path is too long"));
        }
        let mut bytes = vec![0; length as usize];
        self.fill(&mut bytes)?;
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
                Some(_) => vfs.remove_all(path, 0).map_err(|errno| self.refused(errno)),
                None => Ok(()),
            };
        }
        let mode = (self.number()? & 0o7777) as u16;
        let keeps = tag == DIRECTORY && stat.is_some_and(|stat| stat.kind == NodeKind::Directory);
        if stat.is_some() && !keeps {
            vfs.remove_all(path, 0)
                .map_err(|errno| self.refused(errno))?;
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
        let dir = vfs
            .mkdir_all(dir, 0o755, Cred::ROOT, 0)
            .map_err(|errno| self.refused(errno))?;
        let name = name.get(1..).unwrap_or_default();
        let ino = match stat {
            Some(stat) if keeps => stat.ino,
            _ => vfs
                .create(&ctx, dir, name, kind, mode)
                .map_err(|errno| self.refused(errno))?,
        };
        if keeps {
            vfs.chmod(&ctx, ino, mode)
                .map_err(|errno| self.refused(errno))?;
        }
        if tag == REGULAR {
            self.contents(vfs, &ctx, ino)?;
        }
        Ok(())
    }

    /// Reads the stretches of a file that are not zeros.
    fn contents(&mut self, vfs: &mut Vfs, ctx: &Ctx, ino: Ino) -> std::io::Result<()> {
        let size = self.number()?;
        let mut block = vec![0; BLOCK_BYTES];
        let mut end = 0;
        loop {
            let (mut offset, length) = (self.number()?, self.number()?);
            if offset < end || length > size.saturating_sub(offset) {
                return Err(invalid("contents beyond the end of a file"));
            }
            if length == 0 {
                break;
            }
            end = offset + length;
            while offset < end {
                let count = (end - offset).min(BLOCK_BYTES as u64) as usize;
                let data = block.get_mut(..count).unwrap_or_default();
                self.fill(data)?;
                let written = vfs.write(ctx, ino, offset, data);
                if written.map_err(|errno| self.refused(errno))? < count {
                    return Err(too_big(self.most));
                }
                offset += count as u64;
            }
        }
        vfs.truncate(ctx, ino, size)
            .map_err(|errno| self.refused(errno))
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
