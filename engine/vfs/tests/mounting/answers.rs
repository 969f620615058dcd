//! What mounted trees answer, and what they cost.

use std::sync::atomic::Ordering;

use wardian_vfs::{Access, Create, Errno, Follow, PathMode, Quota, SetTime, Vfs};

use super::memory::{CTX, Memory, OWNER, mounted};

fn resolve(vfs: &Vfs, path: &str) -> Result<wardian_vfs::Resolved, Errno> {
    let at = wardian_vfs::At {
        base: vfs.root(),
        root: vfs.root(),
        cred: &OWNER,
        mode: PathMode::Posix,
    };
    vfs.resolve(&at, path.as_bytes(), Follow::Entry)
}

#[test]
fn read_only_refuses_every_change() {
    let lower = Memory::new();
    let (mut vfs, top) = mounted(&lower, Quota::default(), true);
    let before = vfs.usage();
    let file = vfs.find("/m/a/f").unwrap();
    let name = |vfs: &Vfs, path: &str| resolve(vfs, path).unwrap();
    let (f, new, a) = (name(&vfs, "/m/f"), name(&vfs, "/m/new"), name(&vfs, "/m/a"));
    let outside = name(&vfs, "/outside");
    let rofs = Err(Errno::Rofs);
    assert_eq!(
        vfs.create_at(&CTX, &new, Create::Regular, 0o644).map(drop),
        rofs
    );
    assert_eq!(
        vfs.create_at(&CTX, &new, Create::Directory, 0o755)
            .map(drop),
        rofs
    );
    assert_eq!(
        vfs.create_at(&CTX, &new, Create::Symlink(b"x"), 0)
            .map(drop),
        rofs
    );
    assert_eq!(vfs.link_at(&CTX, file, &new), rofs);
    assert_eq!(vfs.link_at(&CTX, file, &outside), rofs);
    assert_eq!(vfs.unlink_at(&CTX, &f), rofs);
    assert_eq!(vfs.rmdir_at(&CTX, &name(&vfs, "/m/empty")), rofs);
    assert_eq!(vfs.rename_at(&CTX, &f, &new), rofs);
    assert_eq!(vfs.rename_at(&CTX, &a, &outside), rofs);
    assert_eq!(vfs.write(&CTX, file, 0, b"x").map(drop), rofs);
    assert_eq!(vfs.truncate(&CTX, file, 0), rofs);
    assert_eq!(vfs.allocate(&CTX, file, 0, 9), rofs);
    assert_eq!(vfs.chmod(&CTX, file, 0o600), rofs);
    assert_eq!(vfs.chown(&CTX, file, None, None), rofs);
    assert_eq!(vfs.set_times(&CTX, file, SetTime::Now, SetTime::Now), rofs);
    assert_eq!(vfs.access(file, &OWNER, Access::WRITE), rofs);
    assert_eq!(vfs.access(top, &OWNER, Access::READ), Ok(()));
    vfs.touch_accessed(file, 1 << 60);
    assert_eq!(vfs.usage(), before);
}

#[test]
fn the_top_stays_where_it_is() {
    let (mut vfs, _) = mounted(&Memory::new(), Quota::default(), false);
    let (top, elsewhere) = (resolve(&vfs, "/m").unwrap(), resolve(&vfs, "/n").unwrap());
    assert_eq!(vfs.rename_at(&CTX, &top, &elsewhere), Err(Errno::Busy));
    assert_eq!(vfs.rmdir_at(&CTX, &top), Err(Errno::Busy));
    let dir = vfs.create_at(&CTX, &elsewhere, Create::Directory, 0o755);
    assert!(dir.is_ok());
    let from = resolve(&vfs, "/n").unwrap();
    assert_eq!(vfs.rename_at(&CTX, &from, &top), Err(Errno::Busy));
}

#[test]
fn only_what_is_looked_into_is_listed_and_read() {
    let lower = Memory::new();
    let (mut vfs, _) = mounted(&lower, Quota::default(), false);
    let listed = || lower.listed.load(Ordering::Relaxed);
    let read = || lower.read_bytes.load(Ordering::Relaxed);
    assert_eq!(vfs.stat_path("/m").map(|stat| stat.uid), Ok(OWNER.uid));
    assert_eq!(listed(), 0);
    let file = vfs.find("/m/a/f").unwrap();
    assert_eq!(listed(), 2);
    let fork = vfs.fork();
    assert!(fork.find("/m/a/b/f").is_ok() && vfs.find("/m/a/b/g").is_ok());
    assert_eq!(listed(), 3, "forks share what was listed");

    // A write copies the chunk up, and no more.
    assert_eq!(read(), 0);
    assert_eq!(vfs.write(&CTX, file, 70_000, b"new"), Ok(3));
    assert_eq!(read(), 65_536);
    assert_eq!(vfs.stat(file).unwrap().allocated_bytes, 65_536);
    let mut bytes = vec![0; 200_000];
    assert_eq!(vfs.read(file, 0, &mut bytes), Ok(200_000));
    assert_eq!(&bytes[70_000..70_003], b"new");
    assert_eq!(fork.read(file, 0, &mut bytes), Ok(200_000));
    assert_ne!(&bytes[70_000..70_003], b"new");
}

#[test]
fn only_what_is_written_is_charged() {
    let quota = Quota {
        bytes: 100_000,
        ..Quota::default()
    };
    let (mut vfs, _) = mounted(&Memory::new(), quota, false);
    let before = vfs.usage();
    let file = vfs.find("/m/a/f").unwrap();
    let mut bytes = vec![0; 200_000];
    assert_eq!(vfs.read(file, 0, &mut bytes), Ok(200_000));
    assert_eq!(vfs.usage(), before);
    assert_eq!(vfs.write(&CTX, file, 10, b"x"), Ok(1));
    assert_eq!(vfs.usage().inodes, before.inodes + 1);
    assert_eq!(vfs.usage().bytes, before.bytes + 65_536);
    assert_eq!(vfs.write(&CTX, file, 70_000, b"x"), Err(Errno::Nospc));
    assert!(vfs.take_denials().bytes);
    vfs.truncate(&CTX, file, 0).unwrap();
    assert_eq!(vfs.usage().bytes, before.bytes);
}

#[test]
fn what_is_discarded_is_gone_with_its_charge() {
    let lower = Memory::new();
    let (mut vfs, top) = mounted(&lower, Quota::default(), false);
    let before = vfs.usage();
    vfs.write_file_as("/m/a/new/deep", b"x", 0o644, OWNER, 60)
        .unwrap();
    vfs.write_file_as("/m/a/f", b"y", 0o644, OWNER, 60).unwrap();
    vfs.remove_all("/m/a/b", 60).unwrap();
    let open = vfs.find("/m/a/f").unwrap();
    vfs.retain(open).unwrap();
    assert_ne!(vfs.usage(), before);
    let entry = wardian_vfs::LowerEntry {
        name: Vec::new(),
        kind: wardian_vfs::LowerKind::Directory,
        mode: 0o755,
        accessed: 0,
        seen: Default::default(),
    };
    vfs.remount(top, lower, &entry, 70).unwrap();
    let mut byte = [0; 9];
    assert_eq!(vfs.read(open, 0, &mut byte), Ok(1), "it is open still");
    vfs.release(open);
    assert_eq!(vfs.usage(), before);
    assert_eq!(vfs.stat_path("/m/a/f").unwrap().size_bytes, 200_000);
    assert!(vfs.find("/m/a/b/f").is_ok() && vfs.find("/m/a/new").is_err());
}

#[test]
fn links_lead_where_they_would_in_the_sandbox() {
    let (mut vfs, _) = mounted(&Memory::new(), Quota::default(), false);
    assert_eq!(vfs.find("/m/l/f"), vfs.find("/m/a/b/f"));
    assert_eq!(vfs.find("/m/abs"), vfs.find("/m/a/f"));
    // `..` of the top is the directory that the tree is mounted in.
    assert_eq!(vfs.find("/m/up"), Err(Errno::Noent));
    vfs.write_file("/a", b"outside", 0o644, 60).unwrap();
    assert_eq!(vfs.find("/m/up"), vfs.find("/a"));
    assert_eq!(vfs.find("/m/../../../m/f"), vfs.find("/m/f"));
}
