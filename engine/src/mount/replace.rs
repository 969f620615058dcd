//! Files written beside where they shall be, and put there in one step.

use std::os::unix::fs::{FileExt, PermissionsExt};

use cap_std::fs::{Dir, OpenOptions, OpenOptionsExt};
use wardian_vfs::{Ino, Vfs};

use super::host_folder::{HostFolder, path_of};
use super::stretches::each_stretch;

/// Names that were taken, before it is given up.
const TRIES: u32 = 16;

/// A file without its name yet. Removed when it is dropped, unless it was put in
/// place.
pub(super) struct Staged<'a> {
    host: &'a HostFolder,
    dir: Vec<u8>,
    name: String,
    is_placed: bool,
}

impl<'a> Staged<'a> {
    /// Writes the contents of a file of a sandbox into a new file in `dir`. What is
    /// zeros there takes no room here, where the host's filesystem can do that.
    pub(super) fn write(
        host: &'a HostFolder,
        dir: &[u8],
        (vfs, ino): (&Vfs, Ino),
        mode: u16,
    ) -> std::io::Result<Staged<'a>> {
        let opened = host.dir(dir)?;
        let mut options = OpenOptions::new();
        options.write(true).create_new(true).mode(0o600);
        let mut tries = 0;
        let (name, file) = loop {
            let name = random_name()?;
            match opened.open_with(&name, &options) {
                Ok(file) => break (name, file),
                Err(error)
                    if error.kind() == std::io::ErrorKind::AlreadyExists && tries < TRIES =>
                {
                    tries += 1;
                }
                Err(error) => return Err(error),
            }
        };
        let staged = Staged {
            host,
            dir: dir.to_vec(),
            name,
            is_placed: false,
        };
        let file = file.into_std();
        let stat = vfs
            .stat(ino)
            .map_err(|errno| std::io::Error::other(errno.message()))?;
        file.set_len(stat.size_bytes)?;
        each_stretch(vfs, ino, |offset, bytes| file.write_all_at(bytes, offset))?;
        file.set_permissions(PermissionsExt::from_mode(u32::from(mode & 0o777)))?;
        Ok(staged)
    }

    /// Gives the file its place in one step, over a file that is there only if it
    /// `replaces` one.
    pub(super) fn place(mut self, dir: &Dir, name: &[u8], replaces: bool) -> std::io::Result<()> {
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

/// Renames to a name that must be free.
fn rename_new(from: &Dir, old: &str, to: &Dir, new: &[u8]) -> std::io::Result<()> {
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
        return Err(std::io::ErrorKind::AlreadyExists.into());
    }
    from.rename(old, to, path_of(new))
}

fn random_name() -> std::io::Result<String> {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes).map_err(|error| std::io::Error::other(error.to_string()))?;
    Ok(format!(".wardian-{:016x}", u64::from_le_bytes(bytes)))
}
