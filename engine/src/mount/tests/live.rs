//! Folders changed in place, asked without a sandbox.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::Path;

use tempfile::TempDir;
use wardian_vfs::{Errno, Live, LivePlace, Lower, Room, SetTime};

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

/// Times are those of the link itself, and of a file that has no name any more.
#[test]
fn times_of_links_and_of_removed_files() {
    let (folder, host) = folder();
    let link = folder.path().join("link");
    symlink("dir/file", &link).unwrap();
    let (one, two) = (SetTime::At(1_500_000_000), SetTime::At(2_000_000_007));
    assert_eq!(host.set_times(&place(&host, "link"), one, two), Ok(()));
    let stat = fs::symlink_metadata(&link).unwrap();
    assert_eq!((stat.atime(), stat.atime_nsec()), (1, 500_000_000));
    assert_eq!((stat.mtime(), stat.mtime_nsec()), (2, 7));
    assert_ne!(
        fs::metadata(folder.path().join("dir/file"))
            .unwrap()
            .mtime(),
        2
    );
    assert_eq!(
        host.set_times(&place(&host, "link"), SetTime::Keep, SetTime::Now),
        Ok(())
    );
    assert!(fs::symlink_metadata(&link).unwrap().mtime() > 2);

    let file = place(&host, "other");
    assert_eq!(host.remove(&file, false, true), Ok(()));
    fs::write(folder.path().join("other"), "another").unwrap();
    assert_eq!(host.set_times(&file, one, two), Ok(()));
    assert_eq!(host.set_mode(&file, 0o600), Ok(()));
    let another = fs::metadata(folder.path().join("other")).unwrap();
    assert_ne!(another.mtime(), 2);
    assert_ne!(another.mode() & 0o777, 0o600);
    // Another file in the place of a link is left alone.
    let link_place = place(&host, "link");
    fs::rename(&link, folder.path().join("old")).unwrap();
    symlink("elsewhere", &link).unwrap();
    assert_eq!(host.set_times(&link_place, one, two), Err(Errno::Stale));
}
