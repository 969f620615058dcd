//! A folder of the host that is changed in place. Each call finds the directory
//! again, no component of which may be a link, and does one thing to one name in
//! it.

use std::fs::{File, FileTimes};
use std::os::unix::fs::{FileExt, PermissionsExt};
use std::sync::{Arc, PoisonError};
use std::time::{Duration, SystemTime};

use cap_fs_ext::{FollowSymlinks, OpenOptionsFollowExt};
use cap_std::fs::{Dir, OpenOptions, OpenOptionsExt};
use rustix::fs::{AtFlags, FileType, OFlags, Timespec, Timestamps};
use wardian_abi::Errno;
use wardian_vfs::{Fingerprint, Listed, Live, LivePlace, LowerEntry, LowerKind, Room, SetTime};

use super::HostFolder;
use super::entry;
use super::host_errno::{errno, of_host};
use super::host_folder::{Open, path_of, reading};

/// Removed files that are still open, at most.
const KEPT_MOST: usize = 256;
/// A directory that changed so short a time ago may change again without a sign.
const SETTLED: Duration = Duration::from_millis(50);

impl HostFolder {
    fn holder<'a>(&self, path: &'a [u8]) -> Result<(Dir, &'a [u8]), Errno> {
        self.parent(path).map_err(|error| errno(&error))
    }

    /// The file at a place, which must be the one that was seen there.
    fn handle(&self, place: &LivePlace, writes: bool) -> Result<Arc<File>, Errno> {
        let is_it = |open: &Open| {
            (open.seen.device, open.seen.node) == (place.seen.device, place.seen.node)
        };
        {
            if let Some(removed) = self.removed(place) {
                return Ok(removed);
            }
            let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
            let found = open
                .iter()
                .find(|open| is_it(open) && open.path == place.path && (open.writes || !writes));
            if let Some(found) = found {
                return Ok(Arc::clone(&found.file));
            }
        }
        let (dir, name) = self.holder(&place.path)?;
        let mut options = reading();
        options.write(writes);
        let opened = match dir.open_with(path_of(name), &options) {
            // A file may be there to be written only.
            Err(error) if writes && errno(&error) == Errno::Acces => {
                options.read(false);
                dir.open_with(path_of(name), &options)
            }
            opened => opened,
        };
        let opened = opened.map_err(|error| errno(&error))?.into_std();
        let stat = rustix::fs::fstat(&opened).map_err(of_host)?;
        let now = entry::fingerprint(&stat);
        if (now.device, now.node) != (place.seen.device, place.seen.node)
            || !opened.metadata().is_ok_and(|metadata| metadata.is_file())
        {
            return Err(Errno::Stale);
        }
        let opened = Arc::new(opened);
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|open| !is_it(open));
        if open.len() >= super::host_folder::OPEN_MOST {
            open.remove(0);
        }
        open.push(Open {
            path: place.path.clone(),
            seen: place.seen,
            file: Arc::clone(&opened),
            writes,
        });
        Ok(opened)
    }

    /// The engine's own check comes first; this one stands by itself.
    fn check_writable(&self) -> Result<(), Errno> {
        if self.is_read_only {
            return Err(Errno::Rofs);
        }
        Ok(())
    }

    /// Keeps a file open that is about to lose its name.
    fn keep_removed(&self, place: &LivePlace) -> Result<(), Errno> {
        let file = self
            .handle(place, true)
            .or_else(|_| self.handle(place, false))?;
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= KEPT_MOST {
            return Err(Errno::Nfile);
        }
        kept.push(Open {
            path: place.path.clone(),
            seen: place.seen,
            file,
            writes: true,
        });
        Ok(())
    }

    /// Refuses to touch another file than the one that was seen.
    fn check(dir: &Dir, name: &[u8], seen: &Fingerprint) -> Result<(), Errno> {
        match entry::look(dir, name).map_err(of_host)? {
            Some(now) if (now.seen.device, now.seen.node) == (seen.device, seen.node) => Ok(()),
            _ => Err(Errno::Stale),
        }
    }
}

impl Live for HostFolder {
    fn look(&self, path: &[u8]) -> Result<Option<LowerEntry>, Errno> {
        if path.is_empty() {
            return entry::of_directory(self.top_handle())
                .map(Some)
                .map_err(of_host);
        }
        let (dir, name) = match self.holder(path) {
            Err(Errno::Noent | Errno::Notdir | Errno::Loop) => return Ok(None),
            found => found?,
        };
        match entry::look(&dir, name) {
            Err(rustix::io::Errno::NOENT) => Ok(None),
            found => found.map_err(of_host),
        }
    }

    fn list(&self, dir: &[u8], listed: Option<&Fingerprint>, room: Room) -> Listed {
        let opened = self.dir(dir).map_err(|error| errno(&error))?;
        let now = entry::fingerprint(&rustix::fs::fstat(&opened).map_err(of_host)?);
        if listed == Some(&now) {
            return Ok(None);
        }
        let entries = entry::entries(&opened, room).map_err(of_host)?;
        let modified = SystemTime::UNIX_EPOCH + Duration::from_nanos(now.modified);
        let age = SystemTime::now().duration_since(modified);
        let settled = age.is_ok_and(|age| age > SETTLED);
        let mark = if settled { now } else { Fingerprint::default() };
        Ok(Some((mark, entries)))
    }

    fn read(&self, file: &LivePlace, offset: u64, buffer: &mut [u8]) -> Result<usize, Errno> {
        let opened = self.handle(file, false)?;
        super::host_folder::read_at(&opened, offset, buffer)
    }

    fn write(&self, file: &LivePlace, offset: u64, data: &[u8]) -> Result<usize, Errno> {
        self.check_writable()?;
        let opened = self.handle(file, true)?;
        loop {
            match opened.write_at(data, offset) {
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                written => return written.map_err(|error| errno(&error)),
            }
        }
    }

    fn set_size(&self, file: &LivePlace, size: u64) -> Result<(), Errno> {
        self.check_writable()?;
        let opened = self.handle(file, true)?;
        opened.set_len(size).map_err(|error| errno(&error))
    }

    fn create(&self, path: &[u8], kind: &LowerKind, mode: u16) -> Result<LowerEntry, Errno> {
        self.check_writable()?;
        let (dir, name) = self.holder(path)?;
        let failed = |error: std::io::Error| errno(&error);
        let permissions = std::fs::Permissions::from_mode(u32::from(mode & 0o777));
        match kind {
            LowerKind::Regular => {
                let mut options = OpenOptions::new();
                options
                    .write(true)
                    .create_new(true)
                    .mode(0o600)
                    .follow(FollowSymlinks::No);
                let file = dir.open_with(path_of(name), &options).map_err(failed)?;
                file.into_std()
                    .set_permissions(permissions)
                    .map_err(failed)?;
            }
            LowerKind::Directory => {
                dir.create_dir(path_of(name)).map_err(failed)?;
                let made = self.dir(path).map_err(failed)?;
                entry::reopen(made, OFlags::DIRECTORY)
                    .map_err(of_host)?
                    .set_permissions(permissions)
                    .map_err(failed)?;
            }
            LowerKind::Symlink(target) => dir
                .symlink_contents(path_of(target), path_of(name))
                .map_err(failed)?,
        }
        entry::look(&dir, name)
            .map_err(of_host)?
            .ok_or(Errno::Stale)
    }

    fn remove(&self, place: &LivePlace, is_directory: bool, keeps: bool) -> Result<(), Errno> {
        self.check_writable()?;
        let (dir, name) = self.holder(&place.path)?;
        HostFolder::check(&dir, name, &place.seen)?;
        if is_directory {
            return dir.remove_dir(path_of(name)).map_err(|error| errno(&error));
        }
        if keeps {
            self.keep_removed(place)?;
        }
        dir.remove_file(path_of(name)).map_err(|error| {
            if keeps {
                self.forget(&place.seen);
            }
            errno(&error)
        })
    }

    fn rename(
        &self,
        from: &LivePlace,
        to: &[u8],
        replaced: Option<(&LivePlace, bool)>,
    ) -> Result<(), Errno> {
        self.check_writable()?;
        let (from_dir, old) = self.holder(&from.path)?;
        let (to_dir, new) = self.holder(to)?;
        HostFolder::check(&from_dir, old, &from.seen)?;
        // Directories are not kept.
        let kept = match replaced {
            Some((place, true)) => self.keep_removed(place).is_ok().then_some(place),
            _ => None,
        };
        from_dir
            .rename(path_of(old), &to_dir, path_of(new))
            .map_err(|error| {
                if let Some(place) = kept {
                    self.forget(&place.seen);
                }
                errno(&error)
            })
    }

    fn link(&self, from: &LivePlace, to: &[u8]) -> Result<LowerEntry, Errno> {
        self.check_writable()?;
        let (from_dir, old) = self.holder(&from.path)?;
        let (to_dir, new) = self.holder(to)?;
        HostFolder::check(&from_dir, old, &from.seen)?;
        from_dir
            .hard_link(path_of(old), &to_dir, path_of(new))
            .map_err(|error| errno(&error))?;
        entry::look(&to_dir, new)
            .map_err(of_host)?
            .ok_or(Errno::Stale)
    }

    fn set_mode(&self, place: &LivePlace, mode: u16) -> Result<(), Errno> {
        self.check_writable()?;
        let permissions = std::fs::Permissions::from_mode(u32::from(mode & 0o777));
        self.changeable(place)?
            .set_permissions(permissions)
            .map_err(|error| errno(&error))
    }

    fn set_times(
        &self,
        place: &LivePlace,
        accessed: SetTime,
        modified: SetTime,
    ) -> Result<(), Errno> {
        self.check_writable()?;
        if let Some((dir, name)) = self.link_at(place)? {
            let times = Timestamps {
                last_access: timespec(accessed),
                last_modification: timespec(modified),
            };
            return rustix::fs::utimensat(&dir, name, &times, AtFlags::SYMLINK_NOFOLLOW)
                .map_err(of_host);
        }
        let time = |set| match set {
            SetTime::Keep => None,
            SetTime::Now => Some(SystemTime::now()),
            SetTime::At(at) => Some(SystemTime::UNIX_EPOCH + Duration::from_nanos(at)),
        };
        let mut times = FileTimes::new();
        if let Some(at) = time(accessed) {
            times = times.set_accessed(at);
        }
        if let Some(at) = time(modified) {
            times = times.set_modified(at);
        }
        self.changeable(place)?
            .set_times(times)
            .map_err(|error| errno(&error))
    }

    fn forget(&self, seen: &Fingerprint) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let is_it = |open: &Open| (open.seen.device, open.seen.node) == (seen.device, seen.node);
        if let Some(found) = kept.iter().position(is_it) {
            kept.remove(found);
        }
    }
}

impl HostFolder {
    /// A handle by which attributes of a file or directory are changed.
    fn changeable(&self, place: &LivePlace) -> Result<File, Errno> {
        if place.path.is_empty() {
            return entry::reopen(self.top_handle(), OFlags::DIRECTORY).map_err(of_host);
        }
        if let Some(removed) = self.removed(place) {
            return removed.try_clone().map_err(|error| errno(&error));
        }
        let (dir, name) = self.holder(&place.path)?;
        let opened = dir
            .open_with(path_of(name), &reading())
            .map_err(|error| errno(&error))?
            .into_std();
        let now = entry::fingerprint(&rustix::fs::fstat(&opened).map_err(of_host)?);
        if (now.device, now.node) != (place.seen.device, place.seen.node) {
            return Err(Errno::Stale);
        }
        Ok(opened)
    }

    /// The file that was at a place and lost its name while it was open.
    fn removed(&self, place: &LivePlace) -> Option<Arc<File>> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let is_it = |open: &&Open| {
            (open.seen.device, open.seen.node) == (place.seen.device, place.seen.node)
        };
        kept.iter().find(is_it).map(|open| Arc::clone(&open.file))
    }

    /// Where a symbolic link is, if the place is one's: no handle leads to it.
    fn link_at<'a>(&self, place: &'a LivePlace) -> Result<Option<(Dir, &'a [u8])>, Errno> {
        if place.path.is_empty() || self.removed(place).is_some() {
            return Ok(None);
        }
        let (dir, name) = self.holder(&place.path)?;
        let stat = rustix::fs::statat(&dir, name, AtFlags::SYMLINK_NOFOLLOW).map_err(of_host)?;
        if FileType::from_raw_mode(stat.st_mode) != FileType::Symlink {
            return Ok(None);
        }
        HostFolder::check(&dir, name, &place.seen)?;
        Ok(Some((dir, name)))
    }
}

fn timespec(set: SetTime) -> Timespec {
    let special = |tv_nsec| Timespec { tv_sec: 0, tv_nsec };
    match set {
        SetTime::Keep => special(rustix::fs::UTIME_OMIT),
        SetTime::Now => special(rustix::fs::UTIME_NOW),
        SetTime::At(at) => {
            let at = Duration::from_nanos(at);
            Timespec {
                // Nanoseconds in 64 bits are fewer seconds than that.
                tv_sec: at.as_secs().cast_signed(),
                tv_nsec: at.subsec_nanos().into(),
            }
        }
    }
}
