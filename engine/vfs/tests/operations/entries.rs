//! Creating, linking, removing and renaming: errors and effects.

use wardian_vfs::{Create, Device, Errno, Magic, NodeKind};

use crate::fixture::{Fs, NOW};

/// `/d/f`, `/d/sub`, `/d/l -> f`, `/d/magic`, `/e` empty.
fn tree() -> Fs {
    let mut fs = Fs::new();
    fs.dir(1, "/d", 0o755);
    fs.dir(1, "/d/sub", 0o755);
    fs.dir(1, "/e", 0o755);
    fs.file(1, "/d/f", 0o644);
    fs.make(1, "/d/l", Create::Symlink(b"f"), 0).unwrap();
    fs.make(0, "/d/magic", Create::Magic(Magic::Proc), 0o555)
        .unwrap();
    fs
}

#[test]
fn create_makes_every_kind() {
    let mut fs = Fs::new();
    for (name, create, kind, mode, links) in [
        ("f", Create::Regular, NodeKind::Regular, 0o640, 1),
        ("d", Create::Directory, NodeKind::Directory, 0o640, 2),
        ("p", Create::Fifo, NodeKind::Fifo, 0o640, 1),
        ("l", Create::Symlink(b"to"), NodeKind::Symlink, 0o777, 1),
        (
            "n",
            Create::Device(Device::Null),
            NodeKind::Device(Device::Null),
            0o640,
            1,
        ),
        (
            "m",
            Create::Magic(Magic::Proc),
            NodeKind::Magic(Magic::Proc),
            0o640,
            1,
        ),
    ] {
        let ino = fs.make(3, name, create, 0o640).unwrap();
        let stat = fs.stat(name);
        assert_eq!(
            (stat.ino, stat.kind, stat.mode),
            (ino, kind, mode),
            "{name}"
        );
        assert_eq!((stat.uid, stat.gid, stat.links), (3, 3, links), "{name}");
        let times = [stat.accessed, stat.modified, stat.changed, stat.created];
        assert_eq!(times, [NOW; 4], "{name}");
    }
    assert_eq!(fs.stat("/").links, 3, "one subdirectory");
    assert_eq!(fs.stat("/").modified, NOW);
}

#[test]
fn create_refuses() {
    let mut fs = tree();
    let regular = Create::Regular;
    let long = "n".repeat(256);
    let target = "t".repeat(4097);
    for (path, kind, errno) in [
        ("/d/f", regular, Errno::Exist),
        ("/d/l", Create::Directory, Errno::Exist),
        ("/d/.", Create::Directory, Errno::Exist),
        ("/d/..", Create::Directory, Errno::Exist),
        ("/", Create::Directory, Errno::Exist),
        ("/d/f/x", regular, Errno::Notdir),
        ("/x/y", regular, Errno::Noent),
        ("/d/new/", regular, Errno::Isdir),
        ("/d/new/", Create::Fifo, Errno::Noent),
        ("/d/magic/x", regular, Errno::Noent),
        (&long, regular, Errno::Nametoolong),
        ("/d/x", Create::Symlink(b""), Errno::Noent),
        ("/d/x", Create::Symlink(b"a\0b"), Errno::Inval),
        (
            "/d/x",
            Create::Symlink(target.as_bytes()),
            Errno::Nametoolong,
        ),
    ] {
        assert_eq!(fs.make(1, path, kind, 0o777), Err(errno), "{path} {kind:?}");
    }
    let root = fs.0.root();
    for name in [&b"a/b"[..], b"a\0"] {
        let made = fs.0.create(&crate::fixture::ctx(1), root, name, regular, 0);
        assert_eq!(made, Err(Errno::Inval));
    }
}

#[test]
fn link_adds_a_name() {
    let mut fs = tree();
    assert_eq!(fs.link(1, "/d/f", "/e/g"), Ok(()));
    assert_eq!(fs.ino("/d/f"), fs.ino("/e/g"));
    assert_eq!(fs.stat("/d/f").links, 2);
    for (old, new, errno) in [
        ("/d/f", "/d/l", Errno::Exist),
        ("/d/f", "/e/new/", Errno::Noent),
        ("/d/missing", "/e/x", Errno::Noent),
        ("/d/sub", "/e/x", Errno::Perm),
        ("/d/magic", "/e/x", Errno::Perm),
        ("/d/f", "/d/f/x", Errno::Notdir),
    ] {
        assert_eq!(fs.link(1, old, new), Err(errno), "{old} {new}");
    }
    assert_eq!(fs.unlink(1, "/d/f"), Ok(()));
    assert_eq!(fs.stat("/e/g").links, 1);
}

#[test]
fn unlink_and_rmdir() {
    let mut fs = tree();
    for (path, unlink, rmdir) in [
        ("/d/missing", Err(Errno::Noent), Err(Errno::Noent)),
        ("/d", Err(Errno::Isdir), Err(Errno::Notempty)),
        ("/d/.", Err(Errno::Isdir), Err(Errno::Inval)),
        ("/d/..", Err(Errno::Isdir), Err(Errno::Notempty)),
        ("/", Err(Errno::Isdir), Err(Errno::Busy)),
        ("/d/f/", Err(Errno::Notdir), Err(Errno::Notdir)),
        ("/d/magic", Err(Errno::Isdir), Err(Errno::Busy)),
        ("/d/magic/x", Err(Errno::Perm), Err(Errno::Perm)),
        ("/d/sub", Err(Errno::Isdir), Ok(())),
        ("/d/l", Ok(()), Err(Errno::Noent)),
        ("/d/f", Ok(()), Err(Errno::Noent)),
    ] {
        assert_eq!(fs.unlink(1, path), unlink, "unlink {path}");
        assert_eq!(fs.rmdir(1, path), rmdir, "rmdir {path}");
    }
    assert_eq!(fs.stat("/d").links, 2);
    assert_eq!(fs.names("/d"), [".", "..", "magic"]);
}

#[test]
fn rename_answers() {
    for (old, new, expected) in [
        ("/d/f", "/e/g", Ok(())),
        ("/d/f", "/d/l", Ok(())),
        ("/d/sub", "/e", Ok(())),
        ("/d", "/e", Ok(())),
        ("/d", "/e/", Ok(())),
        ("/d/sub/", "/new/", Ok(())),
        ("/d/f", "/d/f", Ok(())),
        ("/d", "/d", Ok(())),
        ("/missing", "/e/x", Err(Errno::Noent)),
        ("/d/f", "/x/y", Err(Errno::Noent)),
        ("/d/f", "/e", Err(Errno::Isdir)),
        ("/e", "/d/f", Err(Errno::Notdir)),
        ("/e", "/d", Err(Errno::Notempty)),
        ("/d", "/d/sub/x", Err(Errno::Inval)),
        ("/d", "/d/sub", Err(Errno::Inval)),
        ("/d/sub", "/d", Err(Errno::Notempty)),
        ("/d/f", "/d", Err(Errno::Notempty)),
        ("/d/f/", "/e/g", Err(Errno::Notdir)),
        ("/d/f", "/e/g/", Err(Errno::Notdir)),
        ("/d/.", "/e/x", Err(Errno::Busy)),
        ("/e", "/d/..", Err(Errno::Busy)),
        ("/", "/e/x", Err(Errno::Busy)),
        ("/d/magic", "/e/x", Err(Errno::Busy)),
        ("/e", "/d/magic", Err(Errno::Busy)),
        ("/d/magic/x", "/e/x", Err(Errno::Perm)),
    ] {
        let mut fs = tree();
        let before = fs.0.usage();
        let moved = fs.ino(old);
        assert_eq!(fs.rename(1, old, new), expected, "{old} {new}");
        if expected.is_ok() {
            assert_eq!(fs.ino(new), moved, "{old} {new}");
        } else {
            assert_eq!(fs.0.usage(), before, "{old} {new}");
        }
    }
}

#[test]
fn rename_moves_directories_whole() {
    let mut fs = tree();
    fs.rename(1, "/d", "/e/moved").unwrap();
    let sub = fs.ino("/e/moved/sub").unwrap();
    assert_eq!(fs.0.path_of(sub), Ok(b"/e/moved/sub".to_vec()));
    assert_eq!(fs.0.parent_of(fs.ino("/e/moved").unwrap()), fs.ino("/e"));
    assert_eq!((fs.stat("/").links, fs.stat("/e").links), (3, 3));
    // Over an empty directory: the count stays.
    fs.dir(1, "/e/empty", 0o755);
    fs.rename(1, "/e/moved", "/e/empty").unwrap();
    assert_eq!(fs.stat("/e").links, 3);
    // Two names of one file: nothing happens.
    fs.link(1, "/e/empty/f", "/e/empty/g").unwrap();
    fs.rename(1, "/e/empty/f", "/e/empty/g").unwrap();
    assert_eq!(fs.stat("/e/empty/f").links, 2);
}
