//! `-delete`, and which file system a file is on.

use super::file::File;
use super::settings::State;
use crate::words::quoted;
use std::sync::OnceLock;
use wardian_applet::sys::{self, Errno, mode};

/// Removes the file; tells if that fails.
pub fn delete(file: &mut File, state: &mut State<'_>) -> bool {
    if file.path == b"." {
        return true;
    }
    // A link to a directory is removed, not followed.
    let directory = match file.stat {
        Some(_) if file.follow => {
            let own = crate::walk::stat_at(file.dir, file.reach(), false);
            own.is_ok_and(|stat| sys::is_dir(&stat))
        }
        _ => file.kind() == Ok(mode::DIRECTORY),
    };
    let result = crate::walk::remove_at(file.dir, file.reach(), directory);
    match result {
        Ok(()) => true,
        Err(Errno::Noent) if state.settings.ignore_race => true,
        Err(errno) => {
            let subject = [b"cannot delete ".as_slice(), &quoted(&file.path)].concat();
            state.context.say_error(&subject, errno);
            state.code = 1;
            false
        }
    }
}

/// The type of the file system with this device number.
pub fn file_system(device: u64) -> &'static [u8] {
    static MOUNTS: OnceLock<Vec<(u64, Vec<u8>)>> = OnceLock::new();
    let mounts = MOUNTS.get_or_init(|| {
        let text = sys::read_file(b"/proc/mounts").unwrap_or_default();
        let mount = |line: &[u8]| {
            let mut fields = line.split(|byte| *byte == b' ').skip(1);
            let stat = sys::stat(fields.next()?, true).ok()?;
            Some((stat.device, fields.next()?.to_vec()))
        };
        text.split(|byte| *byte == b'\n')
            .filter_map(mount)
            .collect()
    });
    let found = mounts.iter().rev().find(|(number, _)| *number == device);
    found.map_or(b"unknown", |(_, name)| name)
}
