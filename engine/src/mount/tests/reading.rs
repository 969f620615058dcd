//! Folders that change while they are read.

use std::fs;

use wardian_vfs::Errno;

use super::Overlay;

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
