//! The host's filesystem as the oracle: the same operations, the same errors,
//! the same tree. Paths cannot leave the temporary directory: they never climb
//! above their start, and link targets hold no `..`.

use std::fs::{self, OpenOptions};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileExt, MetadataExt, symlink};
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use wardian_vfs::{Cred, Errno, FileType, PathMode, Quota, Vfs};

use crate::script::{Answer, Leaf, Op, Outcome, dotted_path, op, plain_path};
use crate::world::World;

struct Host {
    base: PathBuf,
}

fn errno(error: io::Error) -> Errno {
    match error.raw_os_error() {
        Some(1) => Errno::Perm,
        Some(2) => Errno::Noent,
        Some(13) => Errno::Acces,
        Some(16) => Errno::Busy,
        Some(17) => Errno::Exist,
        Some(20) => Errno::Notdir,
        Some(21) => Errno::Isdir,
        Some(22) => Errno::Inval,
        Some(31) => Errno::Mlink,
        Some(36) => Errno::Nametoolong,
        Some(39) => Errno::Notempty,
        Some(40) => Errno::Loop,
        other => panic!("an error to add to the table: {other:?} {error}"),
    }
}

impl Host {
    fn path(&self, path: &str) -> PathBuf {
        // `join` would keep the path's own form; so does this, for every form.
        let mut whole = self.base.clone().into_os_string();
        whole.push("/");
        whole.push(path);
        whole.into()
    }

    fn run(&self, op: &Op) -> Outcome {
        self.attempt(op).map_err(errno)
    }

    fn attempt(&self, op: &Op) -> io::Result<Answer> {
        match op {
            Op::Create(path) => {
                let mut options = OpenOptions::new();
                options.write(true).create_new(true).open(self.path(path))?;
            }
            Op::Mkdir(path) => fs::create_dir(self.path(path))?,
            Op::Symlink(target, path) => symlink(target, self.path(path))?,
            Op::Link(old, new) => fs::hard_link(self.path(old), self.path(new))?,
            Op::Unlink(path) => fs::remove_file(self.path(path))?,
            Op::Rmdir(path) => fs::remove_dir(self.path(path))?,
            Op::Rename(old, new) => fs::rename(self.path(old), self.path(new))?,
            Op::Write(path, offset, data) => {
                let file = OpenOptions::new().write(true).open(self.path(path))?;
                return file.write_at(data, *offset).map(Answer::Count);
            }
            Op::Truncate(path, size) => {
                let file = OpenOptions::new().write(true).open(self.path(path))?;
                file.set_len(*size)?;
            }
            Op::Read(path, offset, length) => {
                let file = OpenOptions::new().read(true).open(self.path(path))?;
                let mut buffer = vec![0x55; *length];
                let count = file.read_at(&mut buffer, *offset)?;
                buffer.truncate(count);
                return Ok(Answer::Bytes(buffer));
            }
            Op::Stat(path) => return Ok(stat(&fs::metadata(self.path(path))?)),
            Op::Lstat(path) => return Ok(stat(&fs::symlink_metadata(self.path(path))?)),
            Op::Readlink(path) => {
                let target = fs::read_link(self.path(path))?;
                return Ok(Answer::Bytes(target.as_os_str().as_bytes().to_vec()));
            }
            Op::List(path) => {
                let mut names = Vec::new();
                for entry in fs::read_dir(self.path(path))? {
                    names.push(entry?.file_name().as_bytes().to_vec());
                }
                names.sort();
                return Ok(Answer::Names(names));
            }
        }
        Ok(Answer::Done)
    }

    fn tree(&self) -> Vec<Leaf> {
        let mut leaves = Vec::new();
        let mut pending = vec![(Vec::new(), self.base.clone())];
        while let Some((path, dir)) = pending.pop() {
            for entry in fs::read_dir(dir).unwrap() {
                let entry = entry.unwrap().path();
                let mut path = path.clone();
                if !path.is_empty() {
                    path.push(b'/');
                }
                path.extend_from_slice(entry.file_name().unwrap().as_bytes());
                leaves.push(leaf(path.clone(), &entry));
                if entry.symlink_metadata().unwrap().is_dir() {
                    pending.push((path, entry));
                }
            }
        }
        leaves.sort_by(|left, right| left.path.cmp(&right.path));
        leaves
    }
}

fn leaf(path: Vec<u8>, at: &Path) -> Leaf {
    let metadata = at.symlink_metadata().unwrap();
    let bytes = if metadata.is_file() {
        fs::read(at).unwrap()
    } else if metadata.is_symlink() {
        fs::read_link(at).unwrap().as_os_str().as_bytes().to_vec()
    } else {
        Vec::new()
    };
    Leaf {
        path,
        stat: stat(&metadata),
        bytes,
    }
}

fn stat(metadata: &fs::Metadata) -> Answer {
    let kind = metadata.file_type();
    if kind.is_dir() {
        return Answer::Stat(FileType::Directory, 0, 0);
    }
    let kind = if kind.is_symlink() {
        FileType::Symlink
    } else {
        FileType::Regular
    };
    Answer::Stat(kind, metadata.len(), metadata.nlink())
}

fn check(ops: &[Op]) {
    let outside = tempfile::tempdir().unwrap();
    let host = Host {
        base: outside.path().join("w/x"),
    };
    fs::create_dir_all(&host.base).unwrap();
    let mut vfs = Vfs::new(Quota::default(), 0);
    let base = vfs.mkdir_all("/w/x", 0o755, Cred::ROOT, 0).unwrap();
    let mut world = World {
        base,
        mode: PathMode::Beneath,
        ..World::new(vfs)
    };
    for (step, op) in ops.iter().enumerate() {
        assert_eq!(world.run(op), host.run(op), "step {step}: {op:?}");
    }
    assert_eq!(world.tree(), host.tree());
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn answers_as_the_host_does(
        ops in prop::collection::vec(op(dotted_path(), plain_path()), 1..40),
    ) {
        check(&ops);
    }
}
