//! Whatever happens, usage is what a recount finds, the quota holds, and
//! nothing panics.

use std::collections::BTreeMap;

use proptest::prelude::*;
use wardian_vfs::{Cred, Ctx, ENTRY_BYTES, Ino, NodeKind, Quota, Usage, Vfs};

use crate::script::{Op, dotted_path, op};
use crate::world::World;

/// Usage as the public interface shows it; `open` are nodes perhaps without names.
fn recount(vfs: &Vfs, open: &[Ino]) -> Usage {
    let mut usage = Usage::default();
    let mut charges = BTreeMap::new();
    for entry in vfs.walk("/").unwrap() {
        let Ok(entry) = entry else { continue };
        if !entry.path.is_empty() {
            let name = entry.path.rsplit(|byte| *byte == b'/').next().unwrap();
            usage.bytes += ENTRY_BYTES + name.len() as u64;
        }
        charges.insert(entry.stat.ino, entry.stat);
    }
    for ino in open {
        if let Ok(stat) = vfs.stat(*ino) {
            charges.insert(*ino, stat);
        }
    }
    for stat in charges.values() {
        usage.inodes += 1;
        usage.bytes += match stat.kind {
            NodeKind::Symlink => stat.size_bytes,
            _ => stat.allocated_bytes,
        };
    }
    usage
}

#[derive(Clone, Debug)]
enum Step {
    Path(Op),
    Open(String),
    Close,
    Allocate(String, u64, u64),
    Huge(String, u64),
    Fork,
    RemoveAll(String),
}

fn step() -> impl Strategy<Value = Step> {
    let offset = || prop_oneof![0..300_000_u64, any::<u64>()];
    prop_oneof![
        20 => op(dotted_path(), dotted_path()).prop_map(Step::Path),
        3 => dotted_path().prop_map(Step::Open),
        1 => Just(Step::Close),
        2 => (dotted_path(), offset(), offset())
            .prop_map(|(path, offset, length)| Step::Allocate(path, offset, length)),
        1 => (dotted_path(), any::<u64>()).prop_map(|(path, offset)| Step::Huge(path, offset)),
        1 => Just(Step::Fork),
        1 => dotted_path().prop_map(Step::RemoveAll),
    ]
}

const CTX: Ctx = Ctx {
    cred: Cred::ROOT,
    now: 9,
};

fn perform(world: &mut World, open: &mut Vec<Ino>, step: &Step) {
    let vfs = &mut world.vfs;
    match step {
        Step::Path(op) => {
            let _ = world.run(op);
        }
        Step::Open(path) => {
            if let Ok(ino) = vfs.find(path) {
                vfs.retain(ino).unwrap();
                open.push(ino);
            }
        }
        Step::Close => {
            if let Some(ino) = open.pop() {
                vfs.release(ino);
            }
        }
        Step::Allocate(path, offset, length) => {
            if let Ok(ino) = vfs.find(path) {
                let _ = vfs.allocate(&CTX, ino, *offset, *length);
            }
        }
        Step::Huge(path, offset) => {
            if let Ok(ino) = vfs.find(path) {
                let _ = vfs.write(&CTX, ino, *offset, b"far");
                let _ = vfs.extent(ino, *offset);
                let _ = vfs.read(ino, *offset, &mut [0; 9]);
            }
        }
        Step::Fork => {
            *vfs = vfs.fork();
            open.clear();
        }
        Step::RemoveAll(path) => {
            let _ = vfs.remove_all(path, 9);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn usage_is_what_a_recount_finds(
        steps in prop::collection::vec(step(), 1..80),
        bytes in prop_oneof![Just(1 << 30), 0..300_000_u64],
        inodes in prop_oneof![Just(1 << 20), 1..8_u64],
        file_size_bytes in prop_oneof![Just(u64::MAX), 0..300_000_u64],
    ) {
        let quota = Quota { bytes, inodes, file_size_bytes, ..Quota::default() };
        let mut world = World::new(Vfs::new(quota, 0));
        let mut open = Vec::new();
        for step in &steps {
            perform(&mut world, &mut open, step);
            let usage = world.vfs.usage();
            prop_assert_eq!(usage, recount(&world.vfs, &open), "{:?}", step);
            prop_assert!(usage.bytes <= bytes && usage.inodes <= inodes, "{:?}", step);
        }
    }
}
