//! Snapshots made up by someone who knows the format: every hash is right, but
//! what is hashed is not what a writer would write.

use std::collections::BTreeMap;

use proptest::prelude::*;
use wardian_vfs::{Create, Cred, Ctx, Quota, Vfs};

use super::index::{self, Pack};
use super::{Piece, Store};
use crate::error::ErrorKind;
use crate::format::pack::{self, Packed};
use crate::format::page::{Kind, PageReader, PageWriter};
use crate::format::record::Chunk;
use crate::format::root::Root;
use crate::hash::Hash;
use crate::limits::Limits;

/// All objects of a store.
fn objects(store: &Store) -> BTreeMap<Hash, Vec<u8>> {
    let index = store.refresh().unwrap();
    let mut objects = BTreeMap::new();
    for pack in index.packs() {
        let path = index::path(&pack.name);
        let mut start = pack::HEAD_BYTES;
        for object in &pack.objects {
            let mut bytes = vec![0; object.length as usize];
            store.backend.read(&path, start, &mut bytes).unwrap();
            start += u64::from(object.length);
            objects.insert(object.hash, bytes);
        }
    }
    objects
}

/// Replaces an object, and its hash wherever it is named, and so on upwards; the
/// new root.
fn replace(objects: &mut BTreeMap<Hash, Vec<u8>>, root: Hash, old: Hash, new: Vec<u8>) -> Hash {
    let mut todo = vec![(old, new)];
    let mut top = root;
    // Each step goes up one level, so this ends.
    while let Some((old, new)) = todo.pop() {
        objects.remove(&old);
        let hash = Hash::of(&new);
        if old == top {
            top = hash;
        }
        for (name, bytes) in objects.iter() {
            let place = bytes.windows(32).position(|part| part == old.as_bytes());
            if let Some(place) = place {
                let mut changed = bytes.clone();
                changed[place..place + 32].copy_from_slice(hash.as_bytes());
                todo.push((*name, changed));
                break;
            }
        }
        objects.insert(hash, new);
    }
    top
}

/// Stores objects and names a root.
fn put(store: &Store, objects: &BTreeMap<Hash, Vec<u8>>, root: Hash) {
    let packed = |(hash, bytes): (&Hash, &Vec<u8>)| Packed {
        hash: *hash,
        length: bytes.len() as u32,
    };
    let (index, pack) = Pack::seal(objects.iter().map(packed).collect());
    let mut pieces = vec![Piece::Bytes(pack::head())];
    pieces.extend(objects.values().cloned().map(Piece::Bytes));
    pieces.push(Piece::Bytes(index));
    store
        .backend
        .write(&index::path(&pack.name), pieces)
        .unwrap();
    store.put_reference("forged", root).unwrap();
}

fn tree() -> Vfs {
    let mut vfs = Vfs::new(Quota::default(), 0);
    vfs.populate_base(1).unwrap();
    let ctx = Ctx {
        cred: Cred::ROOT,
        now: 3,
    };
    let file = vfs.write_file("/a/b/c", &[7; 200_000], 0o644, 2).unwrap();
    vfs.write_file("/a/small", b"small", 0o600, 2).unwrap();
    vfs.link(&ctx, file, vfs.root(), b"hard").unwrap();
    vfs.create(&ctx, vfs.root(), b"pipe", Create::Fifo, 0o600)
        .unwrap();
    for number in 0..100 {
        vfs.write_file(format!("/many/{number}"), b"", 0o644, 2)
            .unwrap();
    }
    vfs
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        cases: 300,
        ..ProptestConfig::default()
    })]
    #[test]
    fn forged_objects_do_no_harm(
        which in any::<prop::sample::Index>(),
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..3_u8), 1..4),
    ) {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::open_relaxed(directory.path()).unwrap();
        let root = store.save(&tree(), "s").unwrap().root;
        let mut objects = objects(&store);
        // Chunks are the guest's anyway.
        let names: Vec<Hash> = objects
            .iter()
            .filter(|(_, bytes)| bytes.starts_with(b"W"))
            .map(|(name, _)| *name)
            .collect();
        let old = names[which.index(names.len())];
        let mut bytes = objects[&old].clone();
        for (place, byte, what) in edits {
            let place = place.index(bytes.len());
            match what {
                0 => bytes[place] = byte,
                1 => bytes.insert(place, byte),
                _ => bytes.truncate(place.max(1)),
            }
        }
        let top = replace(&mut objects, root, old, bytes);
        put(&store, &objects, top);
        let limits = Limits::default();
        let problems = store.verify("forged", &limits).unwrap().problems;
        match store.load("forged", &limits) {
            // Another tree than before, perhaps; but a tree, that can be saved.
            Ok(mut loaded) => {
                prop_assert!(problems.is_empty(), "{:?}", problems);
                prop_assert!(loaded.walk("/").unwrap().all(|step| step.is_ok()));
                let again = store.save(&loaded, "again").unwrap();
                let loaded_again = store.load("again", &limits).unwrap();
                prop_assert!(crate::diff(&loaded, &loaded_again).is_empty());
                prop_assert_eq!(store.save(&loaded_again, "again").unwrap().root, again.root);
                loaded.remove_all("/many", 9).ok();
                loaded.write_file("/one more", b"x", 0o644, 9).ok();
            }
            Err(error) => {
                prop_assert!(!problems.is_empty());
                prop_assert!(
                    matches!(
                        error.kind(),
                        ErrorKind::Corrupt | ErrorKind::Limit | ErrorKind::Missing | ErrorKind::Version
                    ),
                    "{}", error
                );
            }
        }
        // Marking meets the same objects.
        let _ = store.collect_garbage();
    }
}

#[test]
fn a_snapshot_of_another_version_is_refused_by_name() {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::open_relaxed(directory.path()).unwrap();
    let root = store.save(&tree(), "s").unwrap().root;
    let mut objects = objects(&store);
    let mut bytes = objects[&root].clone();
    bytes[7] = 9;
    let top = replace(&mut objects, root, root, bytes);
    put(&store, &objects, top);
    let error = store.load("forged", &Limits::default()).err().unwrap();
    assert_eq!(error.kind(), ErrorKind::Version);
    assert!(error.to_string().contains("version 9"), "{error}");
}

/// 64 chunks of 64 KiB named by one small page, 64 times over: what is charged is
/// what a file takes, not what is stored.
#[test]
fn one_chunk_named_often_is_charged_each_time() {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::open_relaxed(directory.path()).unwrap();
    let mut vfs = Vfs::new(Quota::default(), 0);
    vfs.write_file("/zeros", &vec![0; 64 << 20], 0o644, 1)
        .unwrap();
    let report = store.save(&vfs, "s").unwrap();
    assert!(report.bytes_written < 200_000, "{report:?}");
    let limits = Limits {
        quota: Quota {
            bytes: 32 << 20,
            ..Quota::default()
        },
        ..Limits::default()
    };
    let error = store.load("s", &limits).err().unwrap();
    assert_eq!(error.kind(), ErrorKind::Limit);
    // Also where the root says otherwise.
    let mut objects = objects(&store);
    let mut root = Root::decode(&objects[&report.root]).ok().unwrap();
    root.bytes = 1;
    let top = replace(&mut objects, report.root, report.root, root.encode());
    put(&store, &objects, top);
    let error = store.load("forged", &limits).err().unwrap();
    assert_eq!(error.kind(), ErrorKind::Limit);
    let error = store.load("forged", &Limits::default()).err().unwrap();
    assert_eq!(error.kind(), ErrorKind::Corrupt);
}

/// Equal trees have equal roots, so there must be no second way to store one.
#[test]
fn a_tree_stored_in_another_way_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::open_relaxed(directory.path()).unwrap();
    let mut vfs = Vfs::new(Quota::default(), 0);
    let data = [b'x'; 70_000];
    vfs.write_file("/two chunks", &data, 0o644, 1).unwrap();
    let root = store.save(&vfs, "s").unwrap().root;
    let saved = objects(&store);
    let page = |kind: &[u8]| {
        let found = saved.iter().find(|(_, bytes)| bytes.starts_with(kind));
        found.map(|(name, bytes)| (*name, bytes.clone())).unwrap()
    };

    // One more page above the table of nodes.
    let (nodes, _) = page(b"WPN");
    let mut above = PageWriter::new(0, 1);
    above.push(0, nodes.as_bytes());
    let above = above.finish(Kind::Nodes);
    let mut top = Root::decode(&saved[&root]).ok().unwrap();
    top.nodes = Hash::of(&above);
    let mut objects = saved.clone();
    objects.insert(top.nodes, above);
    objects.insert(Hash::of(&top.encode()), top.encode());
    put(&store, &objects, Hash::of(&top.encode()));
    let error = store.load("forged", &Limits::default()).err().unwrap();
    assert!(error.to_string().contains("page above one"), "{error}");

    // A number for the next node that one has already.
    let mut top = Root::decode(&saved[&root]).ok().unwrap();
    top.next = vfs.root();
    let mut objects = saved.clone();
    objects.insert(Hash::of(&top.encode()), top.encode());
    put(&store, &objects, Hash::of(&top.encode()));
    let error = store.load("forged", &Limits::default()).err().unwrap();
    assert!(error.to_string().contains("impossible number 1"), "{error}");

    // A table that holds what belongs to the node itself.
    let (chunks, bytes) = page(b"WPC");
    let mut pages = PageReader::new(&bytes, Kind::Chunks).unwrap();
    pages.next_key().unwrap();
    let first = Chunk::read(&mut pages.reader).unwrap();
    let mut record = Vec::new();
    first.put(&mut record);
    let mut alone = PageWriter::new(0, 0);
    alone.push(0, &record);
    let mut objects = saved.clone();
    let top = replace(&mut objects, root, chunks, alone.finish(Kind::Chunks));
    put(&store, &objects, top);
    let error = store.load("forged", &Limits::default()).err().unwrap();
    assert!(error.to_string().contains("chunk 0 alone"), "{error}");
}

#[test]
fn one_chunk_named_with_two_lengths_is_found_by_checking_too() {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::open_relaxed(directory.path()).unwrap();
    let mut vfs = Vfs::new(Quota::default(), 0);
    let data = [b'x'; 2 * wardian_vfs::CHUNK_BYTES];
    vfs.write_file("/same twice", &data, 0o644, 1).unwrap();
    let root = store.save(&vfs, "s").unwrap().root;
    let mut objects = objects(&store);
    let page = objects.iter().find(|(_, bytes)| bytes.starts_with(b"WPC"));
    let (name, bytes) = page.map(|(name, bytes)| (*name, bytes.clone())).unwrap();
    let mut page = PageReader::new(&bytes, Kind::Chunks).unwrap();
    page.next_key().unwrap();
    let mut chunk = Chunk::read(&mut page.reader).unwrap();
    let mut forged = PageWriter::new(0, 0);
    for key in 0..2 {
        let mut record = Vec::new();
        chunk.put(&mut record);
        forged.push(key, &record);
        chunk.length -= 1;
    }
    let top = replace(&mut objects, root, name, forged.finish(Kind::Chunks));
    put(&store, &objects, top);
    assert!(store.load("forged", &Limits::default()).is_err());
    let found = store.verify("forged", &Limits::default()).unwrap();
    assert_eq!(found.problems.len(), 1, "{:?}", found.problems);
}

#[test]
fn checking_is_charged_as_loading_is() {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::open_relaxed(directory.path()).unwrap();
    store.save(&tree(), "s").unwrap();
    let limits = |page_bytes| Limits {
        page_bytes,
        ..Limits::default()
    };
    let (mut least, mut enough) = (1, 1 << 20);
    while least < enough {
        let between = (least + enough) / 2;
        match store.load("s", &limits(between)) {
            Ok(_) => enough = between,
            Err(_) => least = between + 1,
        }
    }
    for page_bytes in [least - 1, least, least + 1] {
        let found = store.verify("s", &limits(page_bytes)).unwrap();
        assert_eq!(found.problems.is_empty(), page_bytes >= least);
    }
}
