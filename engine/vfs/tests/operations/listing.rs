//! Listing directories, and finding the way back up.

use wardian_vfs::{Errno, Ino, NodeKind};

use crate::fixture::{Fs, ctx};

#[test]
fn lists_in_order_of_creation() {
    let mut fs = Fs::new();
    fs.dir(0, "/d", 0o755);
    fs.file(0, "/d/z", 0o644);
    fs.dir(0, "/d/a", 0o755);
    fs.file(0, "/d/m", 0o644);
    assert_eq!(fs.names("/d"), [".", "..", "z", "a", "m"]);
    let dir = fs.ino("/d").unwrap();
    let entries: Vec<_> = fs.0.read_dir(dir, 0).unwrap().collect();
    assert_eq!((entries[0].ino, entries[1].ino), (dir, fs.0.root()));
    assert_eq!((entries[0].next_cookie, entries[1].next_cookie), (1, 2));
    assert_eq!(entries[3].kind, NodeKind::Directory);
    for (index, entry) in entries.iter().enumerate() {
        let rest = fs.0.read_dir(dir, entry.next_cookie).unwrap();
        assert!(rest.eq(entries[index + 1..].iter().copied()));
    }
    assert_eq!(fs.0.read_dir(dir, u64::MAX).unwrap().count(), 0);
}

#[test]
fn a_listing_goes_on_while_the_directory_changes() {
    for count in [10, 1000] {
        let mut fs = Fs::new();
        let dir = fs.dir(0, "/d", 0o755);
        for number in 0..count {
            fs.file(0, &format!("/d/{number}"), 0o644);
        }
        // As `rm -r` does: take a few, remove them, go on.
        let mut cookie = 2;
        let mut seen = 0;
        loop {
            let batch: Vec<_> =
                fs.0.read_dir(dir, cookie)
                    .unwrap()
                    .take(7)
                    .map(|entry| (entry.name.to_vec(), entry.next_cookie))
                    .collect();
            let Some((_, last)) = batch.last() else { break };
            cookie = *last;
            for (name, _) in &batch {
                fs.0.unlink(&ctx(0), dir, name).unwrap();
            }
            seen += batch.len();
        }
        assert_eq!(seen, count);
        assert_eq!(fs.0.read_dir(dir, 0).unwrap().count(), 2);
    }
}

#[test]
fn a_replaced_entry_keeps_its_place() {
    let mut fs = Fs::new();
    for name in ["a", "b", "c"] {
        fs.file(0, name, 0o644);
    }
    fs.rename(0, "c", "a").unwrap();
    assert_eq!(fs.names("/"), [".", "..", "a", "b"]);
    fs.rename(0, "a", "z").unwrap();
    assert_eq!(fs.names("/"), [".", "..", "b", "z"]);
}

#[test]
fn paths_of_directories() {
    let mut fs = Fs::new();
    fs.dir(0, "/a", 0o755);
    let deep = fs.dir(0, "/a/b", 0o755);
    let file = fs.file(0, "/f", 0o644);
    let root = fs.0.root();
    assert_eq!(fs.0.path_of(root), Ok(b"/".to_vec()));
    assert_eq!(fs.0.path_of(deep), Ok(b"/a/b".to_vec()));
    assert_eq!(fs.0.parent_of(root), Ok(root));
    assert_eq!(fs.0.path_of(file), Err(Errno::Notdir));
    assert_eq!(fs.0.path_of(Ino(99)), Err(Errno::Noent));
    fs.0.retain(deep).unwrap();
    fs.rmdir(0, "/a/b").unwrap();
    assert_eq!(fs.0.path_of(deep), Err(Errno::Noent));
    assert_eq!(fs.0.parent_of(deep), Err(Errno::Noent));
    assert_eq!(fs.0.read_dir(deep, 0).map(|_| ()), Err(Errno::Noent));
}

#[test]
fn lookup_knows_the_dots() {
    let mut fs = Fs::new();
    let dir = fs.dir(0, "/d", 0o755);
    let file = fs.file(0, "/d/f", 0o644);
    for (name, expected) in [
        (&b"f"[..], Ok(file)),
        (b".", Ok(dir)),
        (b"..", Ok(fs.0.root())),
        (b"g", Err(Errno::Noent)),
        (b"", Err(Errno::Noent)),
    ] {
        assert_eq!(fs.0.lookup(dir, name), expected);
    }
    assert_eq!(fs.0.lookup(file, b"x"), Err(Errno::Notdir));
    assert_eq!(fs.0.readlink(file), Err(Errno::Inval));
}
