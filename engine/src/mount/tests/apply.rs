//! Applying what is hard to apply.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use wardian_vfs::Create;

use super::{Overlay, ROOT, done_as_user};
use crate::mount::{Applied, Apply};

fn mode(path: &Path) -> u32 {
    fs::symlink_metadata(path).unwrap().permissions().mode() & 0o777
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

/// Directories that nobody may change: new ones, changed ones, removed ones.
#[test]
fn closed_directories_are_applied_whole() {
    if done_as_user("apply::closed_directories_are_applied_whole") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    for (name, mode) in [
        ("edited", 0o555),
        ("opened", 0o555),
        ("shut", 0o755),
        ("gone", 0o555),
    ] {
        let dir = folder.path().join(name);
        fs::create_dir(&dir).unwrap();
        fs::write(dir.join("file"), "old").unwrap();
        set_mode(&dir, mode);
    }
    let mut overlay = Overlay::over(folder);
    for dir in ["edited", "opened", "shut"] {
        overlay.write(&format!("{dir}/file"), b"new");
        overlay.write(&format!("{dir}/more"), b"more");
    }
    for (dir, mode) in [("opened", 0o755), ("shut", 0o555)] {
        let ino = overlay.ino(dir);
        overlay.vfs.chmod(&ROOT, ino, mode).unwrap();
    }
    overlay.remove("gone");
    overlay.create("new", Create::Directory, 0o555);
    overlay.create("new/inner", Create::Directory, 0o500);
    overlay.write("new/inner/file", b"new");

    let changes = overlay.changes();
    assert_eq!(changes.apply(Apply::default()).unwrap().conflicts, []);
    let check = || {
        for (name, expected) in [
            ("edited", 0o555),
            ("opened", 0o755),
            ("shut", 0o555),
            ("new", 0o555),
            ("new/inner", 0o500),
        ] {
            let dir = overlay.host(name);
            assert_eq!(mode(&dir), expected, "{name}");
            if name != "new" {
                assert_eq!(fs::read(dir.join("file")).unwrap(), b"new", "{name}");
            }
        }
        let names = fs::read_dir(overlay.folder.path()).unwrap();
        assert_eq!(names.count(), 4, "nothing else is left");
    };
    check();

    // Once more, where not all modes had been set.
    for name in ["shut", "new", "new/inner"] {
        set_mode(&overlay.host(name), 0o755);
    }
    let report = changes.apply(Apply::default()).unwrap();
    assert_eq!(report.conflicts, []);
    let done = report.changes.iter();
    let done = done.filter(|(_, applied)| *applied == Applied::Done);
    let done: Vec<_> = done.map(|(change, _)| change.path.as_slice()).collect();
    assert_eq!(done, [&b"new"[..], b"new/inner", b"shut"]);
    check();
    for name in ["edited", "opened", "shut", "new", "new/inner"] {
        set_mode(&overlay.host(name), 0o755);
    }
}

/// What has no path that could be listed is not lost in silence.
#[test]
fn paths_that_are_too_long_are_conflicts() {
    let mut overlay = Overlay::over(tempfile::tempdir().unwrap());
    overlay.write("file", b"new");
    let name = [b'd'; 250];
    let mut dir = overlay.ino("");
    for _ in 0..20 {
        let vfs = &mut overlay.vfs;
        dir = vfs
            .create(&ROOT, dir, &name, Create::Directory, 0o755)
            .unwrap();
    }
    let changes = overlay.changes();
    assert_eq!(changes.too_long().len(), 1);
    let report = changes.apply(Apply::default()).unwrap();
    let [conflict] = &report.conflicts[..] else {
        panic!("{:?}", report.conflicts);
    };
    assert!(conflict.path.len() > 3900 && conflict.reason.contains("too long"));
    let names = fs::read_dir(overlay.folder.path()).unwrap();
    assert_eq!(names.count(), 0, "nothing was applied");
    let error = changes.save(Vec::new()).unwrap_err().to_string();
    assert!(error.contains("too long"), "{error}");

    // Alone they are changes, too.
    overlay.remove("file");
    assert!(!overlay.changes().is_empty());
}

/// What the host refuses leaves all as it was, modes of directories too.
#[test]
fn a_link_that_the_host_refuses_replaces_nothing() {
    let folder = tempfile::tempdir().unwrap();
    symlink("old", folder.path().join("link")).unwrap();
    fs::write(folder.path().join("file"), "old").unwrap();
    let mut overlay = Overlay::over(folder);
    for name in ["link", "file"] {
        overlay.remove(name);
        overlay.create(name, Create::Symlink(b"new"), 0o777);
    }
    assert_eq!(super::list(&overlay.changes()), ["T file", "M link"]);
    let fork = overlay.vfs.fork();
    // Longer than links of the host can be.
    overlay.remove("link");
    overlay.create("link", Create::Symlink(&[b'x'; 4096]), 0o777);
    assert!(overlay.changes().apply(Apply::default()).is_err());
    let target = |name| fs::read_link(overlay.host(name));
    assert_eq!(target("link").unwrap(), Path::new("old"));
    assert_eq!(fs::read(overlay.host("file")).unwrap(), b"old");
    assert_eq!(fs::read_dir(overlay.folder.path()).unwrap().count(), 2);

    overlay.vfs = fork;
    let report = overlay.changes().apply(Apply::default()).unwrap();
    assert_eq!(report.conflicts, []);
    for name in ["link", "file"] {
        let target = fs::read_link(overlay.host(name)).unwrap();
        assert_eq!(target, Path::new("new"));
    }
}
