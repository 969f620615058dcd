//! The embedder's conveniences and the base image.

use wardian_vfs::{Create, Cred, Ctx, Device, Errno, Magic, NodeKind, Quota, Vfs, image};

use crate::fixture::NOW;

fn base() -> Vfs {
    let mut vfs = Vfs::new(Quota::default(), 0);
    vfs.populate_base(NOW).unwrap();
    vfs
}

#[test]
fn the_base_image_is_as_documented() {
    let mut vfs = base();
    vfs.add_program(b"sh", b"\0asm", NOW).unwrap();
    for (path, kind, mode, uid) in [
        ("/", NodeKind::Directory, 0o755, 1000),
        ("/home/user", NodeKind::Directory, 0o755, 1000),
        ("/tmp", NodeKind::Directory, 0o1777, 0),
        ("/var/tmp", NodeKind::Directory, 0o1777, 0),
        ("/root", NodeKind::Directory, 0o700, 0),
        ("/usr/lib", NodeKind::Directory, 0o755, 0),
        ("/usr/local/bin", NodeKind::Directory, 0o755, 0),
        ("/bin", NodeKind::Directory, 0o755, 0),
        ("/bin/sh", NodeKind::Regular, 0o755, 0),
        ("/proc", NodeKind::Magic(Magic::Proc), 0o555, 0),
        ("/dev/fd", NodeKind::Magic(Magic::DevFd), 0o555, 0),
        ("/dev/null", NodeKind::Device(Device::Null), 0o666, 0),
        ("/dev/urandom", NodeKind::Device(Device::Random), 0o666, 0),
        ("/etc/passwd", NodeKind::Regular, 0o644, 0),
    ] {
        let stat = vfs.stat_path(path).unwrap();
        assert_eq!(
            (stat.kind, stat.mode, stat.uid),
            (kind, mode, uid),
            "{path}"
        );
        assert_eq!(stat.modified, NOW, "{path}");
    }
    assert_eq!(vfs.read_file("/etc/hostname").unwrap(), b"wardian\n");
    assert_eq!(vfs.find("/dev/stdin"), Err(Errno::Noent), "inside /proc");
    assert_eq!(image::USER.uid, 1000);
    assert_eq!(vfs.populate_base(NOW), Err(Errno::Exist));
}

#[test]
fn write_file_makes_parents_and_keeps_attributes() {
    let mut vfs = base();
    let owner = Cred { uid: 7, gid: 8 };
    let ino = vfs
        .write_file_as("/new/dir/f", b"one", 0o4750, owner, 9)
        .unwrap();
    let stat = vfs.stat(ino).unwrap();
    assert_eq!(
        (stat.uid, stat.gid, stat.mode, stat.created),
        (7, 8, 0o4750, 9)
    );
    assert_eq!(vfs.stat_path("/new").unwrap().uid, 7);
    assert_eq!(vfs.write_file("/new/dir/f", b"two!", 0o600, 10), Ok(ino));
    assert_eq!(vfs.stat(ino).unwrap().mode, 0o4750);
    assert_eq!(vfs.read_file("new/dir/f").unwrap(), b"two!");
    for (path, errno) in [
        ("/new/dir", Errno::Isdir),
        ("/new/file/", Errno::Isdir),
        ("/new/dir/f/x", Errno::Notdir),
        ("/proc/x", Errno::Acces),
        ("/dev/null", Errno::Inval),
        ("", Errno::Noent),
    ] {
        assert_eq!(vfs.write_file(path, b"", 0o644, 0), Err(errno), "{path}");
    }
}

#[test]
fn write_file_is_all_or_nothing() {
    let mut vfs = Vfs::new(
        Quota {
            bytes: 10_000,
            file_size_bytes: 20_000,
            ..Quota::default()
        },
        0,
    );
    vfs.write_file("/f", b"old", 0o644, 0).unwrap();
    let before = vfs.usage();
    for (path, length, errno) in [
        ("/f", 10_000, Errno::Nospc),
        ("/f", 30_000, Errno::Fbig),
        ("/new/g", 10_000, Errno::Nospc),
    ] {
        assert_eq!(vfs.write_file(path, &vec![1; length], 0o644, 0), Err(errno));
    }
    assert_eq!(vfs.read_file("/f").unwrap(), b"old");
    assert_eq!(vfs.find("/new"), Err(Errno::Noent));
    assert_eq!(vfs.usage(), before);
}

#[test]
fn mkdir_all_and_remove_all() {
    let mut vfs = base();
    let before = vfs.usage();
    let dir = vfs.mkdir_all("/x//y/./z/", 0o700, image::USER, 3).unwrap();
    assert_eq!(vfs.path_of(dir), Ok(b"/x/y/z".to_vec()));
    assert_eq!(vfs.mkdir_all("/x/y/z", 0o755, Cred::ROOT, 4), Ok(dir));
    assert_eq!(vfs.stat(dir).unwrap().mode, 0o700);
    assert_eq!(
        vfs.mkdir_all("/etc/passwd/x", 0o755, Cred::ROOT, 4),
        Err(Errno::Notdir)
    );
    vfs.write_file("/x/y/f", b"f", 0o644, 0).unwrap();
    let ctx = Ctx {
        cred: Cred::ROOT,
        now: 0,
    };
    let x = vfs.find("/x").unwrap();
    vfs.create(&ctx, x, b"link", Create::Symlink(b"/etc"), 0)
        .unwrap();
    for (path, expected) in [
        ("/x/link", Ok(())),
        ("/x/missing", Err(Errno::Noent)),
        ("/x/y/f/", Err(Errno::Notdir)),
        ("/", Err(Errno::Busy)),
        ("/x/.", Err(Errno::Busy)),
        ("/proc/self", Err(Errno::Noent)),
        ("/x", Ok(())),
    ] {
        assert_eq!(vfs.remove_all(path, 5), expected, "{path}");
    }
    assert!(vfs.find("/etc/passwd").is_ok());
    assert_eq!(vfs.usage(), before);
}

#[test]
fn walk_goes_by_name_and_does_not_follow() {
    let mut vfs = Vfs::new(Quota::default(), 0);
    for path in ["/t/b/x", "/t/a", "/t/c"] {
        vfs.write_file(path, b"", 0o644, 0).unwrap();
    }
    let ctx = Ctx {
        cred: Cred::ROOT,
        now: 0,
    };
    let t = vfs.find("/t").unwrap();
    vfs.create(&ctx, t, b"aa", Create::Symlink(b"b"), 0)
        .unwrap();
    let paths: Vec<_> = vfs
        .walk("/t")
        .unwrap()
        .map(|entry| String::from_utf8(entry.unwrap().path).unwrap())
        .collect();
    assert_eq!(paths, ["", "a", "aa", "b", "b/x", "c"]);
    assert_eq!(vfs.walk("/missing").map(|_| ()), Err(Errno::Noent));
}

#[test]
fn a_walk_bounds_the_paths_it_makes() {
    let mut vfs = Vfs::new(Quota::default(), 0);
    let ctx = Ctx {
        cred: Cred::ROOT,
        now: 0,
    };
    let mut dir = vfs.root();
    for _ in 0..30 {
        dir = vfs
            .create(&ctx, dir, &[b'n'; 200], Create::Directory, 0o755)
            .unwrap();
    }
    assert_eq!(vfs.path_of(dir), Err(Errno::Nametoolong));
    let steps: Vec<_> = vfs.walk("/").unwrap().collect();
    assert_eq!(steps.len(), 22);
    assert_eq!(steps.last(), Some(&Err(Errno::Nametoolong)));
    assert_eq!(vfs.remove_all([b'n'; 200], 0), Ok(()));
    assert_eq!(vfs.usage().inodes, 1);
}
