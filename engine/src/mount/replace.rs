//! Files and links made beside where they shall be, and put there in one step.

use std::io;
use std::os::unix::fs::{FileExt, PermissionsExt};

use cap_std::fs::{Dir, OpenOptions, OpenOptionsExt};
use wardian_vfs::{Ino, NodeKind, Stat, Vfs};

use super::host_folder::{HostFolder, path_of};
use super::stretches::each_stretch;

/// Names that were taken, before it is given up.
const TRIES: u32 = 16;

/// A file or link without its name yet. Removed when it is dropped, unless it was
/// put in place.
pub(super) struct Staged<'a> {
    host: &'a HostFolder,
    dir: Vec<u8>,
    name: String,
    is_placed: bool,
}

impl<'a> Staged<'a> {
    /// Makes a file or link as a sandbox has it, in `dir`. What is zeros in a file
    /// takes no room, where the host's filesystem can do that.
    pub(super) fn write(
        host: &'a HostFolder,
        dir: &[u8],
        (vfs, stat): (&Vfs, &Stat),
    ) -> io::Result<Staged<'a>> {
        let opened = host.dir(dir)?;
        let staged = |name| Staged {
            host,
            dir: dir.to_vec(),
            name,
            is_placed: false,
        };
        if stat.kind == NodeKind::Symlink {
            let target = vfs.readlink(stat.ino);
            let target = target.map_err(|errno| io::Error::other(errno.message()))?;
            let made = make(|name| opened.symlink_contents(path_of(target), name))?;
            return Ok(staged(made.0));
        }
        let mut options = OpenOptions::new();
        options.write(true).create_new(true).mode(0o600);
        let (name, file) = make(|name| opened.open_with(name, &options))?;
        let staged = staged(name);
        let file = file.into_std();
        file.set_len(stat.size_bytes)?;
        fill(&file, vfs, stat.ino)?;
        file.set_permissions(PermissionsExt::from_mode(u32::from(stat.mode & 0o777)))?;
        Ok(staged)
    }

    /// Gives it its place in one step, over what is there only if it `replaces`
    /// that.
    pub(super) fn place(mut self, dir: &Dir, name: &[u8], replaces: bool) -> io::Result<()> {
        let from = self.host.dir(&self.dir)?;
        if replaces {
            from.rename(&self.name, dir, path_of(name))?;
        } else {
            rename_new(&from, &self.name, dir, name)?;
        }
        self.is_placed = true;
        Ok(())
    }
}

impl Drop for Staged<'_> {
    fn drop(&mut self) {
        if !self.is_placed
            && let Ok(dir) = self.host.dir(&self.dir)
        {
            // Nobody is left who could be told.
            let _ = dir.remove_file(&self.name);
        }
    }
}

/// Makes something of a name that is free.
fn make<T>(mut make: impl FnMut(&str) -> io::Result<T>) -> io::Result<(String, T)> {
    let mut tries = 0;
    loop {
        let name = random_name()?;
        match make(&name) {
            Ok(made) => return Ok((name, made)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && tries < TRIES => {
                tries += 1;
            }
            Err(error) => return Err(error),
        }
    }
}

fn fill(file: &std::fs::File, vfs: &Vfs, ino: Ino) -> io::Result<()> {
    each_stretch(vfs, ino, |offset, bytes| file.write_all_at(bytes, offset))
}

/// Renames to a name that must be free.
fn rename_new(from: &Dir, old: &str, to: &Dir, new: &[u8]) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    {
        use rustix::fs::RenameFlags;
        use rustix::io::Errno;
        match rustix::fs::renameat_with(from, old, to, new, RenameFlags::NOREPLACE) {
            // Not every filesystem can.
            Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => {}
            result => return Ok(result?),
        }
    }
    if to.symlink_metadata(path_of(new)).is_ok() {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    from.rename(old, to, path_of(new))
}

fn random_name() -> io::Result<String> {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes).map_err(|error| io::Error::other(error.to_string()))?;
    Ok(format!(".wardian-{:016x}", u64::from_le_bytes(bytes)))
}
