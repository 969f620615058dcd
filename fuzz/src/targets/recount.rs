//! The accounts of a filesystem made again from what can be seen of it.

use std::collections::{BTreeMap, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};

use wardian_vfs::{ENTRY_BYTES, Ino, NodeKind, Usage, Vfs};

/// Usage, numbers of links and places are what counting finds. `open` are nodes
/// that may have no name.
pub fn check(vfs: &Vfs, open: &[Ino]) {
    let mut usage = Usage::default();
    let mut names: HashMap<Ino, u32> = HashMap::new();
    let nodes: Vec<Ino> = vfs.nodes(Ino(0)).collect();
    for ino in &nodes {
        let stat = vfs.stat(*ino).expect("a node that is listed");
        usage.inodes += 1;
        usage.bytes += match stat.kind {
            NodeKind::Symlink => stat.size_bytes,
            _ => stat.allocated_bytes,
        };
        if stat.kind != NodeKind::Directory {
            continue;
        }
        let mut subdirectories = 0;
        let mut last_cookie = 2;
        for entry in vfs.entries(*ino).expect("a directory") {
            usage.bytes += ENTRY_BYTES + entry.name.len() as u64;
            assert!(entry.cookie > last_cookie, "cookies ascend in {ino:?}");
            last_cookie = entry.cookie;
            assert_eq!(vfs.lookup(*ino, entry.name), Ok(entry.ino), "{ino:?}");
            let below = vfs.stat(entry.ino).expect("an entry's node");
            if below.kind == NodeKind::Directory {
                subdirectories += 1;
                assert_eq!(vfs.parent_of(entry.ino), Ok(*ino), "of {:?}", entry.ino);
                let place = vfs.place_of(entry.ino).expect("a directory");
                assert_eq!((place.0, place.1.as_bytes()), (*ino, entry.name.as_bytes()));
            }
            *names.entry(entry.ino).or_default() += 1;
        }
        let gone = stat.links == 0;
        assert!(gone || stat.links == 2 + subdirectories, "links of {ino:?}");
    }
    for ino in &nodes {
        let stat = vfs.stat(*ino).expect("a node");
        let named = names.get(ino).copied().unwrap_or(0);
        match stat.kind {
            _ if *ino == vfs.root() => assert_eq!(named, 0, "names of the root"),
            NodeKind::Directory => assert_eq!(named, u32::from(stat.links > 0), "{ino:?}"),
            _ => assert_eq!(named, stat.links, "links of {ino:?}"),
        }
        let wanted = named > 0 || *ino == vfs.root() || open.contains(ino);
        assert!(wanted, "{ino:?} is left over");
    }
    assert_eq!(vfs.usage(), usage);
}

/// All that can be seen of a filesystem but times of access, as a number for
/// each node.
pub fn digest(vfs: &Vfs) -> BTreeMap<Ino, u64> {
    let of = |ino: Ino| {
        let mut hasher = DefaultHasher::new();
        let stat = vfs.stat(ino).expect("a node");
        (stat.kind, stat.mode, stat.links, stat.uid, stat.gid).hash(&mut hasher);
        (stat.size_bytes, stat.allocated_bytes).hash(&mut hasher);
        (stat.modified, stat.changed, stat.created).hash(&mut hasher);
        match stat.kind {
            NodeKind::Regular => {
                for chunk in vfs.chunks(ino, 0).expect("a file") {
                    chunk.hash(&mut hasher);
                }
            }
            NodeKind::Symlink => vfs.readlink(ino).expect("a link").hash(&mut hasher),
            NodeKind::Directory => {
                for entry in vfs.entries(ino).expect("a directory") {
                    (entry.name.as_bytes(), entry.ino, entry.cookie).hash(&mut hasher);
                }
            }
            _ => {}
        }
        (ino, hasher.finish())
    };
    vfs.nodes(Ino(0)).map(of).collect()
}
