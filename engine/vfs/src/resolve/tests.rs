//! Where paths lead, as a table.

use super::{At, Follow, PathMode};
use crate::{Create, Cred, Ctx, Errno, Ino, Quota, Vfs};

const USER: Cred = Cred { uid: 7, gid: 7 };

/// `/a/b/file`, `/a/secret` (closed to the user) with `file` in it, and links.
fn tree() -> Vfs {
    let mut vfs = Vfs::new(Quota::default(), 0);
    vfs.populate_base(0).unwrap();
    vfs.write_file("/a/b/file", b"", 0o644, 0).unwrap();
    vfs.mkdir_all("/a/secret", 0o700, Cred::ROOT, 0).unwrap();
    vfs.write_file("/a/secret/file", b"", 0o644, 0).unwrap();
    let ctx = Ctx {
        cred: Cred::ROOT,
        now: 0,
    };
    let dir = vfs.find("/a").unwrap();
    for (name, target) in [
        ("to-b", "b"),
        ("to-b-slash", "b/"),
        ("to-file", "b/file"),
        ("to-missing", "b/missing"),
        ("up", ".."),
        ("up-up", "../.."),
        ("absolute", "/a/b"),
        ("root", "/"),
        ("roots", "///"),
        ("loop", "loop"),
        ("ping", "pong"),
        ("pong", "ping"),
        ("proc", "/proc/self"),
    ] {
        let kind = Create::Symlink(target.as_bytes());
        vfs.create(&ctx, dir, name.as_bytes(), kind, 0).unwrap();
    }
    vfs
}

/// What a resolution answers, in short: "path of the parent", "name", and what
/// is there: a number, `-` for nothing, `magic(rest)`; then a slash, if any.
fn describe(vfs: &Vfs, base: &str, path: &str, follow: Follow, mode: PathMode) -> String {
    let at = At {
        base: vfs.find(base).unwrap(),
        root: vfs.root(),
        cred: &USER,
        mode,
    };
    let place = match vfs.resolve(&at, path.as_bytes(), follow) {
        Ok(place) => place,
        Err(errno) => return format!("{errno:?}"),
    };
    let parent = String::from_utf8(vfs.path_of(place.parent).unwrap()).unwrap();
    let name = String::from_utf8(place.name.to_vec()).unwrap();
    let what = match (&place.magic, place.target) {
        (Some((magic, rest)), _) => format!("{magic:?}({})", rest.escape_ascii()),
        (None, Some(ino)) => match vfs.path_of(ino) {
            Ok(path) => String::from_utf8(path).unwrap(),
            Err(_) => format!("{:?}", vfs.stat(ino).unwrap().file_type()),
        },
        (None, None) => String::from("-"),
    };
    let slash = if place.trailing_slash { " slash" } else { "" };
    format!("{parent} {name} {what}{slash}")
}

#[test]
fn posix_paths() {
    let vfs = tree();
    for (path, follow, expected) in [
        // Plain.
        ("b", Follow::Last, "/a b /a/b"),
        ("b/file", Follow::Last, "/a/b file Regular"),
        ("/a//b///file", Follow::Last, "/a/b file Regular"),
        ("b/missing", Follow::Last, "/a/b missing -"),
        ("missing/x", Follow::Last, "ENOENT"),
        ("b/file/x", Follow::Last, "ENOTDIR"),
        ("b/file/..", Follow::Last, "ENOTDIR"),
        ("", Follow::Last, "ENOENT"),
        ("b\0", Follow::Last, "EINVAL"),
        // Dots and the root.
        (".", Follow::Last, "/a . /a"),
        ("./b/.", Follow::Last, "/a/b . /a/b"),
        ("..", Follow::Last, "/a .. /"),
        ("../../..", Follow::Last, "/ .. /"),
        ("../../a/b/../b", Follow::Last, "/a b /a/b"),
        ("/", Follow::Last, "/ / /"),
        ("///", Follow::Entry, "/ / /"),
        // Slashes at the end.
        ("b/", Follow::Last, "/a b /a/b slash"),
        ("b//", Follow::NoLast, "/a b /a/b slash"),
        ("b/missing/", Follow::Last, "/a/b missing - slash"),
        ("b/file/", Follow::Last, "ENOTDIR"),
        ("b/file/", Follow::NoLast, "ENOTDIR"),
        ("b/file/", Follow::Entry, "/a/b file Regular slash"),
        // Links.
        ("to-b", Follow::Last, "/a b /a/b"),
        ("to-b", Follow::NoLast, "/a to-b Symlink"),
        ("to-b/", Follow::NoLast, "/a b /a/b slash"),
        ("to-b/", Follow::Entry, "/a to-b Symlink slash"),
        ("to-b-slash", Follow::Last, "/a b /a/b slash"),
        ("to-b-slash/file", Follow::Last, "/a/b file Regular"),
        ("to-b/file", Follow::NoLast, "/a/b file Regular"),
        ("to-b/../to-file", Follow::Last, "/a/b file Regular"),
        ("to-file", Follow::Last, "/a/b file Regular"),
        ("to-file/", Follow::Last, "ENOTDIR"),
        ("to-missing", Follow::Last, "/a/b missing -"),
        ("to-missing", Follow::NoLast, "/a to-missing Symlink"),
        ("to-missing/x", Follow::Last, "ENOENT"),
        ("up/a/b", Follow::Last, "/a b /a/b"),
        ("up-up", Follow::Last, "/ .. /"),
        ("absolute/file", Follow::Last, "/a/b file Regular"),
        ("root", Follow::Last, "/ / /"),
        ("roots/a", Follow::Last, "/ a /a"),
        ("loop", Follow::Last, "ELOOP"),
        ("loop", Follow::NoLast, "/a loop Symlink"),
        ("ping/x", Follow::NoLast, "ELOOP"),
        // Rights.
        ("secret", Follow::Last, "/a secret /a/secret"),
        ("secret/file", Follow::Last, "EACCES"),
        ("secret/..", Follow::Last, "EACCES"),
        // Magic.
        ("/proc", Follow::Last, "/ proc Proc()"),
        ("/proc/", Follow::Entry, "/ proc Proc() slash"),
        (
            "/proc/./self//stat/",
            Follow::Last,
            "/ proc Proc(self//stat/) slash",
        ),
        ("/proc/../a", Follow::Last, "/ a /a"),
        ("/dev/fd/..", Follow::Last, "/dev . /dev"),
        ("/dev/fd/3", Follow::Last, "/dev fd DevFd(3)"),
        ("/dev/stdin", Follow::Last, "/ proc Proc(self/fd/0)"),
        ("/dev/null/x", Follow::Last, "ENOTDIR"),
        ("proc/../x/.", Follow::Last, "/ proc Proc(self/../x/.)"),
    ] {
        let found = describe(&vfs, "/a", path, follow, PathMode::Posix);
        assert_eq!(found, expected, "{path:?} {follow:?}");
    }
}

#[test]
fn paths_beneath() {
    let vfs = tree();
    for (path, expected) in [
        ("b/file", "/a/b file Regular"),
        ("b/..", "/a/b .. /a"),
        ("b/../b/../to-file", "/a/b file Regular"),
        ("to-b/..", "/a/b .. /a"),
        ("..", "EPERM"),
        ("../a", "EPERM"),
        ("b/../..", "EPERM"),
        ("up", "EPERM"),
        ("up/a/b", "EPERM"),
        ("/", "EPERM"),
        ("/a/b", "EPERM"),
        ("absolute", "EPERM"),
        ("root", "EPERM"),
    ] {
        let found = describe(&vfs, "/a", path, Follow::Last, PathMode::Beneath);
        assert_eq!(found, expected, "{path:?}");
    }
    let found = describe(&vfs, "/", "..", Follow::Last, PathMode::Beneath);
    assert_eq!(found, "EPERM", "even at the root");
}

#[test]
fn lengths_and_the_link_budget() {
    let mut vfs = Vfs::new(Quota::default(), 0);
    let ctx = Ctx {
        cred: Cred::ROOT,
        now: 0,
    };
    let root = vfs.root();
    vfs.create(&ctx, root, b"0", Create::Regular, 0).unwrap();
    for number in 1..=41 {
        let target = format!("{}", number - 1);
        let name = format!("{number}");
        let kind = Create::Symlink(target.as_bytes());
        vfs.create(&ctx, root, name.as_bytes(), kind, 0).unwrap();
    }
    for (path, expected) in [
        ("40".into(), "/ 0 Regular"),
        ("41".into(), "ELOOP"),
        ("n".repeat(255), "-"),
        ("n".repeat(256), "ENAMETOOLONG"),
        ("./".repeat(2048), "/ . / slash"),
        ("./".repeat(2048) + ".", "ENAMETOOLONG"),
    ] {
        let found = describe(&vfs, "/", &path, Follow::Last, PathMode::Posix);
        assert!(found.ends_with(expected), "{path}: {found}");
    }
}

#[test]
fn a_base_that_is_gone_or_no_directory() {
    let mut vfs = Vfs::new(Quota::default(), 0);
    let dir = vfs.mkdir_all("/gone", 0o755, Cred::ROOT, 0).unwrap();
    let file = vfs.write_file("/file", b"", 0o644, 0).unwrap();
    vfs.retain(dir).unwrap();
    vfs.remove_all("/gone", 0).unwrap();
    for (base, path, expected) in [
        (dir, "x", Ok(None)),
        (dir, ".", Ok(Some(dir))),
        (dir, "/file", Ok(Some(file))),
        (file, "x", Err(Errno::Notdir)),
        (Ino(999), "x", Err(Errno::Noent)),
    ] {
        let at = At {
            base,
            root: vfs.root(),
            cred: &Cred::ROOT,
            mode: PathMode::Posix,
        };
        let found = vfs.resolve(&at, path.as_bytes(), Follow::Last);
        assert_eq!(found.map(|place| place.target), expected, "{base:?} {path}");
    }
}
