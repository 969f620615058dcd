//! Nodes that are open outlive their names.

use wardian_vfs::{Create, Errno, Usage};

use crate::fixture::{Fs, ctx};

#[test]
fn a_removed_file_lives_until_its_last_release() {
    let mut fs = Fs::new();
    let ino = fs.file(0, "/f", 0o644);
    fs.0.write(&ctx(0), ino, 0, b"still here").unwrap();
    fs.0.retain(ino).unwrap();
    fs.0.retain(ino).unwrap();
    fs.unlink(0, "/f").unwrap();
    assert_eq!(fs.ino("/f"), Err(Errno::Noent));
    assert_eq!(fs.0.stat(ino).unwrap().links, 0);
    assert_eq!(fs.0.append(&ctx(0), ino, b"!"), Ok((1, 11)));
    let root = fs.0.root();
    assert_eq!(fs.0.link(&ctx(0), ino, root, b"back"), Err(Errno::Noent));
    assert_eq!(
        fs.0.usage(),
        Usage {
            bytes: 16,
            inodes: 2
        }
    );
    fs.0.release(ino);
    assert!(fs.0.stat(ino).is_ok());
    fs.0.release(ino);
    assert_eq!(fs.0.stat(ino), Err(Errno::Noent));
    assert_eq!(
        fs.0.usage(),
        Usage {
            bytes: 0,
            inodes: 1
        }
    );
    fs.0.release(ino);
    assert_eq!(fs.0.retain(ino), Err(Errno::Noent));
}

#[test]
fn a_released_file_with_a_name_stays() {
    let mut fs = Fs::new();
    let ino = fs.file(0, "/f", 0o644);
    fs.0.retain(ino).unwrap();
    fs.0.release(ino);
    assert_eq!(fs.ino("/f"), Ok(ino));
    fs.unlink(0, "/f").unwrap();
    assert_eq!(fs.0.stat(ino), Err(Errno::Noent));
}

#[test]
fn a_removed_directory_that_is_open_takes_no_entries() {
    let mut fs = Fs::new();
    let dir = fs.dir(0, "/d", 0o755);
    fs.0.retain(dir).unwrap();
    fs.rmdir(0, "/d").unwrap();
    let made = fs.0.create(&ctx(0), dir, b"x", Create::Regular, 0);
    assert_eq!(made, Err(Errno::Noent));
    fs.file(0, "/f", 0o644);
    let root = fs.0.root();
    assert_eq!(
        fs.0.rename(&ctx(0), root, b"f", dir, b"g"),
        Err(Errno::Noent)
    );
    fs.0.release(dir);
    assert_eq!(fs.0.stat(dir), Err(Errno::Noent));
}

#[test]
fn a_fork_forgets_open_files_and_a_clone_does_not() {
    let mut fs = Fs::new();
    let ino = fs.file(0, "/f", 0o644);
    fs.0.retain(ino).unwrap();
    fs.unlink(0, "/f").unwrap();
    let fork = fs.0.fork();
    let mut clone = fs.0.clone();
    assert_eq!(fork.stat(ino), Err(Errno::Noent));
    assert_eq!(
        fork.usage(),
        Usage {
            bytes: 0,
            inodes: 1
        }
    );
    assert!(clone.stat(ino).is_ok());
    clone.release(ino);
    assert_eq!(clone.stat(ino), Err(Errno::Noent));
    assert!(fs.0.stat(ino).is_ok(), "the original is not touched");
}
