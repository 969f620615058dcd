//! What the host says of an entry of a directory.

use std::ffi::CString;
use std::fs::File;
use std::os::fd::AsFd;

use rustix::fs::{AtFlags, FileType, Mode, OFlags, Stat};
use rustix::io::Errno as HostErrno;
use wardian_vfs::{Fingerprint, LowerEntry, LowerKind, Room, Timestamp};

/// How often an entry is looked at that changes meanwhile.
const TRIES: u32 = 16;

/// An entry, itself and not what it may point to. `None`: nothing that a sandbox
/// is shown: a device, a socket, a named pipe.
///
/// # Errors
/// Those of the host; `ENOENT` too for an entry that is never the same for long
/// enough.
pub(super) fn look(dir: impl AsFd, name: &[u8]) -> Result<Option<LowerEntry>, HostErrno> {
    let target = || rustix::fs::readlinkat(&dir, name, Vec::new()).map(CString::into_bytes);
    look_with(&dir, name, target)
}

/// [`look`], with what reads a link's target.
fn look_with(
    dir: impl AsFd,
    name: &[u8],
    mut target: impl FnMut() -> Result<Vec<u8>, HostErrno>,
) -> Result<Option<LowerEntry>, HostErrno> {
    for _ in 0..TRIES {
        let stat = rustix::fs::statat(&dir, name, AtFlags::SYMLINK_NOFOLLOW)?;
        let kind = match FileType::from_raw_mode(stat.st_mode) {
            FileType::RegularFile => LowerKind::Regular,
            FileType::Directory => LowerKind::Directory,
            FileType::Symlink => match target() {
                Ok(target) => LowerKind::Symlink(target),
                // It became another thing just now.
                Err(HostErrno::INVAL) => continue,
                Err(error) => return Err(error),
            },
            _ => return Ok(None),
        };
        return Ok(Some(entry(name, kind, &stat)));
    }
    Err(HostErrno::NOENT)
}

/// An open directory as an entry.
pub(super) fn of_directory(dir: impl AsFd) -> Result<LowerEntry, HostErrno> {
    let stat = rustix::fs::fstat(dir)?;
    Ok(entry(b"", LowerKind::Directory, &stat))
}

/// The entries of a directory, without what a sandbox is not shown.
pub(super) fn entries(dir: impl AsFd, mut room: Room) -> Result<Vec<LowerEntry>, HostErrno> {
    let mut entries = Vec::new();
    for name in names(&dir, &mut room)? {
        match look(&dir, &name) {
            Ok(Some(entry)) => {
                take(&mut room, 0, entry.kind.target_bytes())?;
                entries.push(entry);
            }
            // Removed meanwhile, or nothing to show.
            Ok(None) | Err(HostErrno::NOENT) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(entries)
}

fn take(room: &mut Room, entries: u64, text_bytes: usize) -> Result<(), HostErrno> {
    room.take(entries, text_bytes)
        .map_err(|_| HostErrno::OVERFLOW)
}

/// The names in a directory, without `.` and `..`; no more than there is room for.
pub(super) fn names(dir: impl AsFd, room: &mut Room) -> Result<Vec<Vec<u8>>, HostErrno> {
    let mut names = Vec::new();
    let readable = reopen(dir, OFlags::DIRECTORY)?;
    for found in rustix::fs::Dir::new(readable)? {
        let found = found?;
        let name = found.file_name().to_bytes();
        if matches!(name, b"." | b"..") {
            continue;
        }
        take(room, 1, name.len())?;
        names.push(name.to_vec());
    }
    Ok(names)
}

/// A directory, from a handle that is only for finding things from, opened to be
/// read and changed itself.
pub(super) fn reopen(dir: impl AsFd, flags: OFlags) -> Result<File, HostErrno> {
    let flags = flags | OFlags::RDONLY | OFlags::CLOEXEC;
    rustix::fs::openat(dir, ".", flags, Mode::empty()).map(File::from)
}

/// What tells whether an open file is still the same.
#[allow(clippy::unnecessary_cast, reason = "hosts have other widths")]
pub(super) fn fingerprint(stat: &Stat) -> Fingerprint {
    Fingerprint {
        device: stat.st_dev as u64,
        node: stat.st_ino as u64,
        size: u64::try_from(stat.st_size).unwrap_or(0),
        modified: nanoseconds(stat.st_mtime as i64, stat.st_mtime_nsec as i64),
        changed: nanoseconds(stat.st_ctime as i64, stat.st_ctime_nsec as i64),
    }
}

#[allow(clippy::unnecessary_cast, reason = "hosts have other widths")]
fn entry(name: &[u8], kind: LowerKind, stat: &Stat) -> LowerEntry {
    LowerEntry {
        name: name.to_vec(),
        kind,
        mode: (stat.st_mode & 0o7777) as u16,
        accessed: nanoseconds(stat.st_atime as i64, stat.st_atime_nsec as i64),
        seen: fingerprint(stat),
    }
}

/// Times before 1970 become 1970.
fn nanoseconds(seconds: i64, nanoseconds: i64) -> Timestamp {
    let seconds = u64::try_from(seconds).unwrap_or(0);
    let nanoseconds = u64::try_from(nanoseconds).unwrap_or(0);
    seconds
        .saturating_mul(1_000_000_000)
        .saturating_add(nanoseconds)
}

#[cfg(test)]
mod tests {
    use std::fs::{self, File};
    use std::os::unix::fs::symlink;

    use rustix::io::Errno;
    use wardian_vfs::LowerKind;

    use super::look_with;

    /// A link that becomes a file, and a link again, between the two questions
    /// about it.
    #[test]
    fn an_entry_may_change_its_kind_at_any_time() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("name");
        symlink("target", &path).unwrap();
        let dir = File::open(folder.path()).unwrap();
        let look = |target: &mut dyn FnMut() -> Result<Vec<u8>, Errno>| {
            let found = look_with(&dir, b"name", target);
            found.map(|found| found.unwrap().kind)
        };
        let mut asked = 0;
        let kind = look(&mut || {
            asked += 1;
            if asked < 3 {
                return Err(Errno::INVAL);
            }
            Ok(b"target".to_vec())
        });
        assert_eq!(kind, Ok(LowerKind::Symlink(b"target".to_vec())));
        assert_eq!(look(&mut || Err(Errno::INVAL)), Err(Errno::NOENT));
        assert_eq!(look(&mut || Err(Errno::ACCESS)), Err(Errno::ACCESS));
        let kind = look(&mut || {
            fs::remove_file(&path).unwrap();
            fs::write(&path, "text").unwrap();
            Err(Errno::INVAL)
        });
        assert_eq!(kind, Ok(LowerKind::Regular));
    }
}
