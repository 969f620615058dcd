//! Taking a filesystem apart and putting it together again, and what is refused.

use std::sync::Arc;

use wardian_vfs::{Attributes, Create, Errno, Flaw, FlawKind, Import, Ino, NodeKind, Quota, Vfs};

use crate::fixture::ctx;

const ATTRIBUTES: Attributes = Attributes {
    mode: 0o755,
    uid: 1,
    gid: 2,
    accessed: 3,
    modified: 4,
    changed: 5,
    created: 6,
};

/// Every node, entry and chunk of one filesystem, in another.
fn copy(from: &Vfs) -> Vfs {
    let mut import = Import::new(*from.quota());
    for ino in from.nodes(Ino(0)) {
        let stat = from.stat(ino).unwrap();
        let kind = match stat.kind {
            NodeKind::Regular => Create::Regular,
            NodeKind::Directory => Create::Directory,
            NodeKind::Symlink => Create::Symlink(from.readlink(ino).unwrap()),
            NodeKind::Fifo => Create::Fifo,
            NodeKind::Device(device) => Create::Device(device),
            NodeKind::Magic(magic) => Create::Magic(magic),
        };
        let attributes = Attributes {
            mode: stat.mode,
            uid: stat.uid,
            gid: stat.gid,
            accessed: stat.accessed,
            modified: stat.modified,
            changed: stat.changed,
            created: stat.created,
        };
        import.add(ino, kind, &attributes).unwrap();
        if stat.kind == NodeKind::Regular {
            import.set_size(ino, stat.size_bytes).unwrap();
            for (index, chunk) in from.chunks(ino, 0).unwrap() {
                import.add_chunk(ino, index, Arc::clone(chunk)).unwrap();
            }
        }
        if stat.kind == NodeKind::Directory {
            for entry in from.entries(ino).unwrap() {
                import
                    .add_entry(ino, entry.cookie, entry.name, entry.ino)
                    .unwrap();
            }
        }
    }
    import.finish(from.next_ino(), 100).unwrap()
}

#[test]
fn a_copy_is_the_same_in_all_it_shows() {
    let mut vfs = Vfs::new(Quota::default(), 1);
    vfs.populate_base(2).unwrap();
    vfs.write_file("/a/b/file", &[1; 200_000], 0o600, 7)
        .unwrap();
    let file = vfs.find("/a/b/file").unwrap();
    let top = vfs.find("/a").unwrap();
    vfs.link(&ctx(0), file, top, b"second").unwrap();
    vfs.truncate(&ctx(0), file, 900_000).unwrap();
    for number in 0..300 {
        vfs.write_file(format!("/many/{number}"), b"x", 0o644, 1)
            .unwrap();
    }
    let copied = copy(&vfs);
    assert_eq!(copied.usage(), vfs.usage());
    assert_eq!(copied.next_ino(), vfs.next_ino());
    let walk = |vfs: &Vfs| vfs.walk("/").unwrap().collect::<Vec<_>>();
    assert_eq!(walk(&copied), walk(&vfs));
    for ino in vfs.nodes(Ino(0)) {
        let list = |vfs: &Vfs| {
            let entries = vfs.read_dir(ino, 0).ok()?;
            let entries = entries.map(|entry| (entry.name.to_vec(), entry.ino, entry.next_cookie));
            Some(entries.collect::<Vec<_>>())
        };
        assert_eq!(list(&copied), list(&vfs));
    }
    let path = |vfs: &Vfs| vfs.path_of(vfs.find("/a/b").unwrap()).unwrap();
    assert_eq!(path(&copied), path(&vfs));
}

/// A root and what `entries` names: directory, name, node. Nodes from 10 on are
/// files, the others directories.
fn tree(nodes: &[u64], entries: &[(u64, &[u8], u64)], depth: u32) -> Result<Vfs, Flaw> {
    let mut import = Import::new(Quota {
        links: 4,
        ..Quota::default()
    });
    for ino in nodes {
        let kind = if *ino < 10 {
            Create::Directory
        } else {
            Create::Regular
        };
        import.add(Ino(*ino), kind, &ATTRIBUTES).unwrap();
    }
    for (cookie, (dir, name, ino)) in (3..).zip(entries) {
        import
            .add_entry(Ino(*dir), cookie, name, Ino(*ino))
            .unwrap();
    }
    import.finish(Ino(0), depth)
}

#[test]
fn only_trees_pass() {
    let check =
        |nodes: &[u64], entries: &[(u64, &[u8], u64)], expected: Option<(u64, FlawKind)>| {
            let found = tree(nodes, entries, 3).err();
            let expected = expected.map(|(ino, kind)| Flaw {
                ino: Ino(ino),
                kind,
            });
            assert_eq!(found, expected, "{nodes:?} {entries:?}");
        };
    check(&[1], &[], None);
    check(&[1, 2, 10], &[(1, b"a", 2), (2, b"b", 10)], None);
    check(&[], &[], Some((1, FlawKind::NoRoot)));
    check(&[2], &[], Some((1, FlawKind::NoRoot)));
    check(&[1], &[(1, b"a", 5)], Some((5, FlawKind::Missing)));
    check(&[1, 2], &[], Some((2, FlawKind::Unreachable)));
    check(&[1, 10], &[], Some((10, FlawKind::Unreachable)));
    check(&[1], &[(1, b"a", 1)], Some((1, FlawKind::TwoParents)));
    check(
        &[1, 2],
        &[(1, b"a", 2), (2, b"b", 2)],
        Some((2, FlawKind::TwoParents)),
    );
    check(
        &[1, 2],
        &[(1, b"a", 2), (1, b"b", 2)],
        Some((2, FlawKind::TwoParents)),
    );
    check(
        &[1, 2, 3],
        &[(2, b"a", 3), (3, b"b", 2)],
        Some((2, FlawKind::Unreachable)),
    );
    let chain: &[(u64, &[u8], u64)] = &[(1, b"a", 2), (2, b"a", 3), (3, b"a", 4), (4, b"a", 10)];
    check(&[1, 2, 3, 4, 10], chain, Some((4, FlawKind::TooDeep)));
    check(&[1, 2, 3, 4], &chain[..3], None);
    let five: Vec<(u64, &[u8], u64)> = [&b"a"[..], b"b", b"c", b"d", b"e"]
        .map(|name| (1, name, 10))
        .into();
    check(&[1, 10], &five, Some((10, FlawKind::TooManyLinks)));
    let three = [(1, &b"a"[..], 2), (1, b"b", 3), (1, b"c", 4)];
    check(&[1, 2, 3, 4], &three, Some((1, FlawKind::TooManyLinks)));
}

#[test]
fn bad_parts_are_refused_one_by_one() {
    let mut import = Import::new(Quota {
        bytes: 100_000,
        inodes: 4,
        file_size_bytes: 1 << 20,
        name_bytes: 5,
        ..Quota::default()
    });
    let add = |import: &mut Import, ino, kind| import.add(Ino(ino), kind, &ATTRIBUTES);
    add(&mut import, 1, Create::Directory).unwrap();
    add(&mut import, 9, Create::Regular).unwrap();
    for (ino, kind, expected) in [
        (0, Create::Fifo, Errno::Inval),
        (1 << 62, Create::Fifo, Errno::Inval),
        (9, Create::Fifo, Errno::Exist),
        (10, Create::Symlink(b""), Errno::Noent),
        (10, Create::Symlink(b"a\0b"), Errno::Inval),
    ] {
        assert_eq!(add(&mut import, ino, kind), Err(expected), "{ino} {kind:?}");
    }
    let strange = Attributes {
        mode: 0o10000,
        ..ATTRIBUTES
    };
    assert_eq!(
        import.add(Ino(10), Create::Fifo, &strange),
        Err(Errno::Inval)
    );

    let chunk = |length| Arc::new(vec![1; length]);
    assert_eq!(import.set_size(Ino(1), 1), Err(Errno::Inval));
    assert_eq!(import.set_size(Ino(9), 2 << 20), Err(Errno::Fbig));
    import.set_size(Ino(9), 70_000).unwrap();
    for (index, length, expected) in [
        (0, 0, Err(Errno::Inval)),
        (0, 65_537, Err(Errno::Nospc)),
        (1, 65_536, Err(Errno::Inval)),
        (1, 4465, Err(Errno::Inval)),
        (1, 4464, Ok(())),
        (1, 4464, Err(Errno::Inval)),
        (0, 65_536, Ok(())),
        (2, 1, Err(Errno::Inval)),
        (u64::MAX, 1, Err(Errno::Inval)),
    ] {
        let found = import.add_chunk(Ino(9), index, chunk(length));
        assert_eq!(found, expected, "{index} {length}");
    }

    for (cookie, name, expected) in [
        (3, &b""[..], Err(Errno::Noent)),
        (3, b".", Err(Errno::Inval)),
        (3, b"..", Err(Errno::Inval)),
        (3, b"a/b", Err(Errno::Inval)),
        (3, b"a\0", Err(Errno::Inval)),
        (3, b"abcdef", Err(Errno::Nametoolong)),
        (2, b"a", Err(Errno::Inval)),
        (1 << 62, b"a", Err(Errno::Inval)),
        (7, b"a", Ok(())),
        (7, b"b", Err(Errno::Inval)),
        (8, b"a", Err(Errno::Exist)),
        (8, b"b", Ok(())),
    ] {
        let found = import.add_entry(Ino(1), cookie, name, Ino(9));
        assert_eq!(found, expected, "{cookie} {:?}", name.escape_ascii());
    }
    assert_eq!(
        import.add_entry(Ino(9), 9, b"a", Ino(9)),
        Err(Errno::Notdir)
    );
    assert_eq!(import.add_entry(Ino(5), 9, b"a", Ino(9)), Err(Errno::Noent));

    add(&mut import, 20, Create::Fifo).unwrap();
    add(&mut import, 21, Create::Fifo).unwrap();
    assert_eq!(add(&mut import, 22, Create::Fifo), Err(Errno::Nospc));
}
