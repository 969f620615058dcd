//! Each limit of the quota: what happens when it is reached.

use wardian_vfs::{Create, ENTRY_BYTES, Errno, Quota, Usage};

use crate::fixture::{Fs, NOW, ctx};

#[test]
fn the_defaults_are_the_documented_ones() {
    let expected = Quota {
        bytes: 1_073_741_824,
        inodes: 1_048_576,
        file_size_bytes: 1_073_741_824,
        name_bytes: 255,
        path_bytes: 4096,
        symlink_depth: 40,
        links: 65_000,
    };
    assert_eq!(Quota::default(), expected);
}

#[test]
fn bytes() {
    let entry = ENTRY_BYTES + 4;
    let mut fs = Fs::with(Quota {
        bytes: entry + 4096 + 600,
        ..Quota::default()
    });
    let ino = fs.file(0, "/file", 0o644);
    assert_eq!(
        fs.0.usage(),
        Usage {
            bytes: entry,
            inodes: 2
        }
    );
    // As much as fits: the charge grows in powers of two.
    assert_eq!(fs.0.write(&ctx(0), ino, 0, &[1; 9000]), Ok(4096));
    assert_eq!(fs.0.usage().bytes, entry + 4096);
    let later = wardian_vfs::Ctx {
        now: NOW + 1,
        ..ctx(0)
    };
    assert_eq!(fs.0.write(&later, ino, 4096, b"x"), Err(Errno::Nospc));
    assert_eq!(
        fs.stat("/file").modified,
        NOW,
        "a failed write leaves no trace"
    );
    assert_eq!(fs.0.write(&ctx(0), ino, 70_000, b"x"), Err(Errno::Nospc));
    assert_eq!(fs.0.write(&ctx(0), ino, 4000, b"x"), Ok(1), "in place");
    fs.0.truncate(&ctx(0), ino, 100).unwrap();
    assert_eq!(fs.0.usage().bytes, entry + 128);
    fs.unlink(0, "/file").unwrap();
    assert_eq!(
        fs.0.usage(),
        Usage {
            bytes: 0,
            inodes: 1
        }
    );
}

#[test]
fn bytes_of_entries_and_targets() {
    let mut fs = Fs::with(Quota {
        bytes: 1000,
        ..Quota::default()
    });
    let target = [b't'; 500];
    fs.make(0, "/a", Create::Symlink(&target), 0).unwrap();
    assert_eq!(fs.0.usage().bytes, ENTRY_BYTES + 1 + 500);
    let made = fs.make(0, "/b", Create::Symlink(&target), 0);
    assert_eq!(made, Err(Errno::Nospc));
    assert_eq!(fs.link(0, "/a", &"n".repeat(250)), Err(Errno::Nospc));
    assert_eq!(fs.link(0, "/a", &"n".repeat(240)), Ok(()));
    assert_eq!(fs.0.usage().bytes, 2 * ENTRY_BYTES + 241 + 500);
    assert_eq!(fs.rename(0, "/a", "/aaaaa"), Err(Errno::Nospc));
    assert_eq!(fs.rename(0, "/a", "/aaaa"), Ok(()));
    assert_eq!(fs.0.usage().bytes, 1000);
    fs.unlink(0, "/aaaa").unwrap();
    assert_eq!(fs.0.usage().bytes, ENTRY_BYTES + 240 + 500);
}

#[test]
fn inodes() {
    let mut fs = Fs::with(Quota {
        inodes: 3,
        ..Quota::default()
    });
    fs.file(0, "/a", 0o644);
    fs.file(0, "/b", 0o644);
    assert_eq!(fs.make(0, "/c", Create::Regular, 0), Err(Errno::Nospc));
    assert_eq!(fs.link(0, "/a", "/c"), Ok(()), "a name is no node");
    fs.unlink(0, "/b").unwrap();
    assert!(fs.make(0, "/d", Create::Directory, 0).is_ok());
}

#[test]
fn file_size() {
    let mut fs = Fs::with(Quota {
        file_size_bytes: 10,
        ..Quota::default()
    });
    let ino = fs.file(0, "/f", 0o644);
    assert_eq!(fs.0.write(&ctx(0), ino, 8, b"abc"), Ok(2));
    assert_eq!(fs.0.write(&ctx(0), ino, 10, b"c"), Err(Errno::Fbig));
    assert_eq!(fs.0.append(&ctx(0), ino, b"c"), Err(Errno::Fbig));
    assert_eq!(fs.0.truncate(&ctx(0), ino, 11), Err(Errno::Fbig));
    assert_eq!(fs.0.truncate(&ctx(0), ino, 10), Ok(()));
    fs.0.set_quota(Quota {
        file_size_bytes: u64::MAX,
        ..Quota::default()
    });
    let far = i64::MAX as u64;
    assert_eq!(fs.0.write(&ctx(0), ino, far - 1, b"abc"), Ok(1));
    assert_eq!(fs.0.write(&ctx(0), ino, u64::MAX, b"abc"), Err(Errno::Fbig));
    assert_eq!(fs.0.truncate(&ctx(0), ino, far + 1), Err(Errno::Fbig));
    assert_eq!(fs.stat("/f").size_bytes, far);
}

#[test]
fn names_and_links() {
    let mut fs = Fs::with(Quota {
        name_bytes: 3,
        links: 4,
        ..Quota::default()
    });
    assert_eq!(
        fs.make(0, "/long", Create::Regular, 0),
        Err(Errno::Nametoolong)
    );
    fs.file(0, "/f", 0o644);
    for name in ["g", "h", "i"] {
        assert_eq!(fs.link(0, "/f", name), Ok(()));
    }
    assert_eq!(fs.link(0, "/f", "j"), Err(Errno::Mlink));
    fs.dir(0, "/d1", 0o755);
    fs.dir(0, "/d2", 0o755);
    assert_eq!(fs.make(0, "/d3", Create::Directory, 0), Err(Errno::Mlink));
    fs.dir(0, "/d1/x", 0o755);
    assert_eq!(fs.rename(0, "/d1/x", "/x"), Err(Errno::Mlink));
    assert_eq!(fs.rename(0, "/d1/x", "/d2"), Ok(()), "it takes a place");
}

#[test]
fn a_smaller_quota_keeps_what_is_there() {
    let mut fs = Fs::new();
    let ino = fs.file(0, "/f", 0o644);
    fs.0.write(&ctx(0), ino, 0, &[1; 1000]).unwrap();
    fs.0.set_quota(Quota {
        bytes: 10,
        inodes: 1,
        ..Quota::default()
    });
    assert_eq!(fs.0.write(&ctx(0), ino, 0, &[2; 1000]), Ok(1000));
    assert_eq!(fs.make(0, "/g", Create::Regular, 0), Err(Errno::Nospc));
    assert_eq!(fs.unlink(0, "/f"), Ok(()));
}
