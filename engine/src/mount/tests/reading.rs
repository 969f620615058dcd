//! Folders that change while they are read.

use std::fs;
use std::os::unix::fs::symlink;
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::fs::{CWD, RenameFlags, renameat_with};
use wardian_vfs::{Errno, Live};

use super::Overlay;
use crate::mount::HostFolder;

#[test]
fn a_file_that_is_kept_open_may_not_change() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    fs::write(&path, [b'a'; 1000]).unwrap();
    let overlay = Overlay::over(folder);
    let (ino, mut read) = (overlay.ino("file"), [0; 10]);
    assert_eq!(overlay.vfs.read(ino, 0, &mut read), Ok(10));
    assert_eq!(read, [b'a'; 10]);
    // In its place, so that an open handle shows it.
    fs::write(&path, [b'b'; 1001]).unwrap();
    assert_eq!(overlay.vfs.read(ino, 10, &mut read), Err(Errno::Stale));
    assert_eq!(overlay.vfs.read(ino, 0, &mut read), Err(Errno::Stale));
    assert!(overlay.record.host.open.lock().unwrap().is_empty());
}

/// A link that becomes a file between the two questions about it is looked at
/// again.
#[test]
fn an_entry_may_change_its_kind_at_any_time() {
    let folder = tempfile::tempdir().unwrap();
    let (one, other) = (folder.path().join("one"), folder.path().join("other"));
    fs::write(&one, "text").unwrap();
    symlink("target", &other).unwrap();
    let host = HostFolder::open(folder.path(), true).unwrap();
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(Ordering::Relaxed) {
                renameat_with(CWD, &one, CWD, &other, RenameFlags::EXCHANGE).unwrap();
            }
        });
        for _ in 0..20_000 {
            let found = host.look(b"one");
            assert!(!matches!(found, Err(Errno::Inval)), "{found:?}");
        }
        stop.store(true, Ordering::Relaxed);
    });
}
