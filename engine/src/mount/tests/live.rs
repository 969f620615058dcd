//! Folders changed in place, asked without a sandbox.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use tempfile::TempDir;
use wardian_vfs::{Errno, Live, LivePlace, Lower, Room};

use super::done_as_user;
use crate::mount::HostFolder;

fn folder() -> (TempDir, HostFolder) {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("dir")).unwrap();
    for name in ["dir/file", "other"] {
        fs::write(folder.path().join(name), name).unwrap();
    }
    let host = HostFolder::open(folder.path(), false).unwrap();
    (folder, host)
}

fn place(host: &HostFolder, path: &str) -> LivePlace {
    let entry = host.look(path.as_bytes()).unwrap().unwrap();
    LivePlace {
        path: path.into(),
        seen: entry.seen,
    }
}

fn kept(host: &HostFolder) -> usize {
    host.kept.lock().unwrap().len()
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

/// A file that is open is kept only once it lost its name.
#[test]
fn what_the_host_does_not_remove_is_not_kept() {
    if done_as_user("live::what_the_host_does_not_remove_is_not_kept") {
        return;
    }
    let (folder, host) = folder();
    let (file, other) = (place(&host, "dir/file"), place(&host, "other"));
    // Nothing is renamed over a directory.
    assert!(host.rename(&other, b"dir", Some((&file, true))).is_err());
    assert_eq!(kept(&host), 0);
    let dir = folder.path().join("dir");
    set_mode(&dir, 0o555);
    let is_root = rustix::process::geteuid().is_root();
    if !is_root {
        assert!(host.remove(&file, false, true).is_err());
        assert_eq!(kept(&host), 0);
    }
    set_mode(&dir, 0o755);
    assert_eq!(host.remove(&file, false, true), Ok(()));
    assert_eq!(kept(&host), 1);
    let mut read = [0; 8];
    assert_eq!(Live::read(&host, &file, 0, &mut read), Ok(8));
    host.forget(&file.seen);
    assert_eq!(kept(&host), 0);
}

#[test]
fn a_directory_is_listed_as_far_as_there_is_room() {
    let (folder, host) = folder();
    for name in ["a", "b", "c"] {
        symlink("x".repeat(100), folder.path().join(name)).unwrap();
    }
    let seen = host.top().unwrap().seen;
    for (entries, text_bytes, expected) in [
        (5, 311, Ok(5)),
        (4, 311, Err(Errno::Overflow)),
        (5, 310, Err(Errno::Overflow)),
        (5, 10, Err(Errno::Overflow)),
    ] {
        let room = Room {
            entries,
            text_bytes,
        };
        let listed = Lower::list(&host, b"", &seen, room);
        assert_eq!(listed.map(|entries| entries.len()), expected);
        let listed = Live::list(&host, b"", None, room);
        assert_eq!(listed.map(|found| found.unwrap().1.len()), expected);
    }
}
