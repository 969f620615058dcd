//! A model that is too simple to be wrong: maps in maps, copied whole. Forks
//! taken on the way must stay as they were.

use std::collections::BTreeMap;

use proptest::prelude::*;
use wardian_vfs::{Errno, FileType, Quota, Vfs};

use crate::script::{Answer, Leaf, Op, Outcome, op, short_name};
use crate::world::World;

#[derive(Clone, Debug, PartialEq)]
enum Tree {
    Dir(BTreeMap<String, Tree>),
    File(Vec<u8>),
}

impl Tree {
    fn at(&mut self, path: &str) -> Result<&mut Tree, Errno> {
        let mut tree = self;
        for name in path.split('/').filter(|name| !name.is_empty()) {
            let Tree::Dir(entries) = tree else {
                return Err(Errno::Notdir);
            };
            tree = entries.get_mut(name).ok_or(Errno::Noent)?;
        }
        Ok(tree)
    }

    fn dir_of<'a>(
        &mut self,
        path: &'a str,
    ) -> Result<(&mut BTreeMap<String, Tree>, &'a str), Errno> {
        let (dir, name) = path.rsplit_once('/').unwrap_or(("", path));
        match self.at(dir)? {
            Tree::Dir(entries) => Ok((entries, name)),
            Tree::File(_) => Err(Errno::Notdir),
        }
    }

    fn add(&mut self, path: &str, tree: Tree) -> Result<(), Errno> {
        let (entries, name) = self.dir_of(path)?;
        if entries.contains_key(name) {
            return Err(Errno::Exist);
        }
        entries.insert(name.into(), tree);
        Ok(())
    }

    fn file(&mut self, path: &str) -> Result<&mut Vec<u8>, Errno> {
        match self.at(path)? {
            Tree::File(bytes) => Ok(bytes),
            Tree::Dir(_) => Err(Errno::Isdir),
        }
    }

    fn rename(&mut self, old: &str, new: &str) -> Result<(), Errno> {
        self.dir_of(old)?;
        self.dir_of(new)?;
        let moved = self.at(old)?.clone();
        let target = self.at(new).ok().cloned();
        if old == new {
            return Ok(());
        }
        if new.starts_with(&format!("{old}/")) {
            return Err(Errno::Inval);
        }
        if old.starts_with(&format!("{new}/")) {
            return Err(Errno::Notempty);
        }
        match (&moved, &target) {
            (Tree::Dir(_), Some(Tree::File(_))) => return Err(Errno::Notdir),
            (Tree::File(_), Some(Tree::Dir(_))) => return Err(Errno::Isdir),
            (_, Some(Tree::Dir(entries))) if !entries.is_empty() => return Err(Errno::Notempty),
            _ => {}
        }
        let (entries, name) = self.dir_of(old)?;
        entries.remove(name);
        let (entries, name) = self.dir_of(new)?;
        entries.insert(name.into(), moved);
        Ok(())
    }

    /// `None`: the model does not know.
    fn run(&mut self, op: &Op) -> Option<Outcome> {
        Some(match op {
            Op::Create(path) => self
                .add(path, Tree::File(Vec::new()))
                .map(|()| Answer::Done),
            Op::Mkdir(path) => self
                .add(path, Tree::Dir(BTreeMap::new()))
                .map(|()| Answer::Done),
            Op::Unlink(path) => self.dir_of(path).and_then(|(entries, name)| {
                match entries.get(name).ok_or(Errno::Noent)? {
                    Tree::Dir(_) => Err(Errno::Isdir),
                    Tree::File(_) => {
                        entries.remove(name);
                        Ok(Answer::Done)
                    }
                }
            }),
            Op::Rmdir(path) => self.dir_of(path).and_then(|(entries, name)| {
                match entries.get(name).ok_or(Errno::Noent)? {
                    Tree::File(_) => Err(Errno::Notdir),
                    Tree::Dir(below) if !below.is_empty() => Err(Errno::Notempty),
                    Tree::Dir(_) => {
                        entries.remove(name);
                        Ok(Answer::Done)
                    }
                }
            }),
            Op::Rename(old, new) => self.rename(old, new).map(|()| Answer::Done),
            Op::Write(path, offset, data) => self.file(path).map(|bytes| {
                let start = *offset as usize;
                if !data.is_empty() {
                    bytes.resize(bytes.len().max(start + data.len()), 0);
                    bytes[start..start + data.len()].copy_from_slice(data);
                }
                Answer::Count(data.len())
            }),
            Op::Truncate(path, size) => self.file(path).map(|bytes| {
                bytes.resize(*size as usize, 0);
                Answer::Done
            }),
            Op::Read(path, offset, length) => self.file(path).map(|bytes| {
                let start = bytes.len().min(*offset as usize);
                let end = bytes.len().min(start + length);
                Answer::Bytes(bytes[start..end].to_vec())
            }),
            Op::List(path) => self.at(path).and_then(|tree| match tree {
                Tree::Dir(entries) => Ok(Answer::Names(
                    entries
                        .keys()
                        .map(|name| name.clone().into_bytes())
                        .collect(),
                )),
                Tree::File(_) => Err(Errno::Notdir),
            }),
            Op::Stat(path) | Op::Lstat(path) => self.at(path).map(|tree| tree.stat()),
            Op::Readlink(path) => self.at(path).and(Err(Errno::Inval)),
            Op::Symlink(..) | Op::Link(..) => return None,
        })
    }

    fn stat(&self) -> Answer {
        match self {
            Tree::Dir(_) => Answer::Stat(FileType::Directory, 0, 0),
            Tree::File(bytes) => Answer::Stat(FileType::Regular, bytes.len() as u64, 1),
        }
    }

    fn leaves(&self) -> Vec<Leaf> {
        let mut leaves = Vec::new();
        self.push_leaves("", &mut leaves);
        leaves.sort_by(|left, right| left.path.cmp(&right.path));
        leaves
    }

    fn push_leaves(&self, path: &str, leaves: &mut Vec<Leaf>) {
        let Tree::Dir(entries) = self else { return };
        for (name, tree) in entries {
            let path = if path.is_empty() {
                name.clone()
            } else {
                format!("{path}/{name}")
            };
            leaves.push(Leaf {
                path: path.clone().into_bytes(),
                stat: tree.stat(),
                bytes: match tree {
                    Tree::File(bytes) => bytes.clone(),
                    Tree::Dir(_) => Vec::new(),
                },
            });
            tree.push_leaves(&path, leaves);
        }
    }
}

fn path() -> impl Strategy<Value = String> + Clone {
    prop::collection::vec(short_name(), 1..4).prop_map(|names| names.join("/"))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn behaves_like_maps_in_maps_and_forks_stay(
        ops in prop::collection::vec((op(path(), path()), 0..10_u8), 1..60),
    ) {
        let mut world = World::new(Vfs::new(Quota::default(), 0));
        let mut model = Tree::Dir(BTreeMap::new());
        let mut forks = Vec::new();
        for (op, dice) in &ops {
            if let Some(expected) = model.run(op) {
                prop_assert_eq!(world.run(op), expected, "{:?}", op);
            }
            if *dice == 0 {
                let fork = World { vfs: world.vfs.fork(), ..world.clone() };
                forks.push((fork, model.clone()));
            }
            // Now and then go on in the fork, and keep the original.
            if *dice == 1 {
                let fork = world.clone();
                forks.push((std::mem::replace(&mut world, fork), model.clone()));
            }
        }
        forks.push((world, model));
        for (world, model) in forks {
            prop_assert_eq!(world.tree(), model.leaves());
        }
    }
}
