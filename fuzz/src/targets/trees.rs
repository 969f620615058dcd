//! Every operation of the filesystem by several users under small quotas, with
//! forks on the way: accounts and quotas hold, forks stay as they were, nobody
//! changes what he may not, listings go on where they were.

use std::collections::{BTreeMap, HashSet};

use wardian_vfs::{
    At, Create, Cred, Ctx, Device, Errno, Follow, Ino, NodeKind, PathMode, Quota, Resolved,
    SetTime, Stat, Vfs,
};

use super::recount;
use crate::{Draw, Target, Trace};

pub(crate) static TARGET: Target = Target {
    name: "trees",
    run,
    seeds: Vec::new,
    pieces: &[],
    most_bytes: 1500,
};

const USERS: [Cred; 4] = [
    Cred::ROOT,
    Cred { uid: 1, gid: 1 },
    Cred { uid: 2, gid: 1 },
    Cred { uid: 3, gid: 3 },
];

fn run(input: &[u8], trace: &mut Trace) {
    let mut draw = Draw::new(input);
    let mut world = World::new(&mut draw);
    let mut steps = 0;
    while !draw.is_done() && steps < 120 {
        let kind = draw.byte() % 32;
        let outcome = world.step(kind, &mut draw);
        trace.note((kind, outcome.err().map(Errno::raw)));
        steps += 1;
    }
    world.finish();
}

/// A reading of a directory that has not come to its end.
struct Listing {
    dir: Ino,
    cookie: u64,
    /// What was there when it began and has not gone since.
    expected: HashSet<Vec<u8>>,
    given: HashSet<Vec<u8>>,
}

struct World {
    vfs: Vfs,
    quota: Quota,
    ctx: Ctx,
    open: Vec<Ino>,
    forks: Vec<(Vfs, BTreeMap<Ino, u64>)>,
    listing: Option<Listing>,
}

impl World {
    fn new(draw: &mut Draw<'_>) -> World {
        let mut quota = Quota::default();
        match draw.byte() % 4 {
            0 => {}
            1 => quota.bytes = draw.number() % 400_000,
            2 => quota.inodes = 2 + draw.number() % 9,
            _ => {
                quota.file_size_bytes = draw.number();
                quota.links = 2 + u32::from(draw.byte() % 4);
                quota.symlink_depth = u32::from(draw.byte() % 4);
                quota.name_bytes = 1 + u32::from(draw.byte() % 3);
                quota.path_bytes = 1 + u32::from(draw.byte() % 9);
            }
        }
        World {
            vfs: Vfs::new(quota, 0),
            quota,
            ctx: Ctx {
                cred: Cred::ROOT,
                now: 0,
            },
            open: Vec::new(),
            forks: Vec::new(),
            listing: None,
        }
    }

    fn step(&mut self, kind: u8, draw: &mut Draw<'_>) -> Result<(), Errno> {
        self.ctx = Ctx {
            cred: *draw.pick(&USERS),
            now: self.ctx.now + 1,
        };
        let before = self.vfs.clone();
        let outcome = self.perform(kind, draw);
        if outcome.is_err() && kind < 8 {
            let (now, then) = (recount::digest(&self.vfs), recount::digest(&before));
            assert_eq!(now, then, "what failed ({kind}) changed nothing");
        }
        if kind < FIRST_EMBEDDING && !self.ctx.cred.is_root() {
            self.check_rights(&before);
        }
        self.check_listing(&before);
        recount::check(&self.vfs, &self.open);
        let usage = self.vfs.usage();
        // The root is there whatever the quota says.
        assert!(usage.bytes <= self.quota.bytes, "{usage:?}");
        assert!(usage.inodes <= self.quota.inodes.max(1), "{usage:?}");
        outcome
    }

    fn perform(&mut self, kind: u8, draw: &mut Draw<'_>) -> Result<(), Errno> {
        let ctx = self.ctx;
        match kind {
            0..=4 => {
                let place = self.place(draw)?;
                let target = path(draw);
                let mode = draw.number() as u16;
                let kind = match kind {
                    0 => Create::Regular,
                    1 | 2 => Create::Directory,
                    3 => Create::Symlink(&target),
                    _ if draw.one_in(2) => Create::Device(Device::Zero),
                    _ => Create::Fifo,
                };
                self.vfs.create_at(&ctx, &place, kind, mode)?;
            }
            5 => {
                let ino = self.node(draw, Follow::NoLast)?;
                let place = self.place(draw)?;
                self.vfs.link_at(&ctx, ino, &place)?;
            }
            6 => {
                let place = self.place(draw)?;
                self.vfs.unlink_at(&ctx, &place)?;
            }
            7 => {
                let place = self.place(draw)?;
                self.vfs.rmdir_at(&ctx, &place)?;
            }
            8..=10 => {
                let (from, to) = (self.place(draw)?, self.place(draw)?);
                self.vfs.rename_at(&ctx, &from, &to)?;
            }
            11 => {
                let ino = self.node(draw, Follow::Last)?;
                self.vfs.chmod(&ctx, ino, draw.number() as u16)?;
            }
            12 => {
                let ino = self.node(draw, Follow::NoLast)?;
                let id = |draw: &mut Draw<'_>| match draw.byte() % 4 {
                    0 => None,
                    _ => Some(draw.pick(&USERS).uid),
                };
                let (uid, gid) = (id(draw), id(draw));
                self.vfs.chown(&ctx, ino, uid, gid)?;
            }
            13 => {
                let ino = self.node(draw, Follow::Last)?;
                let time = |draw: &mut Draw<'_>| match draw.byte() % 3 {
                    0 => SetTime::Keep,
                    1 => SetTime::Now,
                    _ => SetTime::At(draw.number()),
                };
                let (accessed, modified) = (time(draw), time(draw));
                self.vfs.set_times(&ctx, ino, accessed, modified)?;
            }
            14 => self.list(draw)?,
            // What follows takes a node that was opened: rights were asked then.
            15..=18 => {
                let ino = self.node(draw, Follow::Last)?;
                let (offset, data) = (draw.number(), draw.bytes(70_000));
                let written = if kind == 15 {
                    self.vfs.append(&ctx, ino, &data)?.0
                } else {
                    self.vfs.write(&ctx, ino, offset, &data)?
                };
                assert!(written <= data.len() && (written > 0 || data.is_empty()));
                if kind != 15 {
                    let mut back = vec![0xaa; written];
                    assert_eq!(self.vfs.read(ino, offset, &mut back), Ok(written));
                    assert_eq!(back, data[..written]);
                }
            }
            19 => {
                let ino = self.node(draw, Follow::Last)?;
                let size = draw.number();
                self.vfs.truncate(&ctx, ino, size)?;
                assert_eq!(self.vfs.stat(ino)?.size_bytes, size);
            }
            20 => {
                let ino = self.node(draw, Follow::Last)?;
                let (offset, length) = (draw.number(), draw.number());
                self.vfs.allocate(&ctx, ino, offset, length)?;
            }
            21 => self.compare_extents(draw)?,
            22 => {
                let ino = self.node(draw, Follow::Last)?;
                self.vfs.retain(ino)?;
                self.open.push(ino);
            }
            23 => {
                if let Some(ino) = self.open.pop() {
                    self.vfs.release(ino);
                }
            }
            24 | 25 => self.fork(kind == 25),
            _ => self.embed(kind, draw)?,
        }
        Ok(())
    }

    /// What the embedder does, with the rights of root.
    fn embed(&mut self, kind: u8, draw: &mut Draw<'_>) -> Result<(), Errno> {
        let now = self.ctx.now;
        let path = path(draw);
        match kind {
            26 | 27 => {
                let data = draw.bytes(70_000);
                let before = recount::digest(&self.vfs);
                let owner = *draw.pick(&USERS);
                match self.vfs.write_file_as(&path, &data, 0o640, owner, now) {
                    Ok(_) => assert_eq!(self.vfs.read_file(&path)?, data),
                    Err(errno) => {
                        assert_eq!(recount::digest(&self.vfs), before, "all or nothing");
                        return Err(errno);
                    }
                }
            }
            28 => drop(self.vfs.mkdir_all(&path, 0o711, *draw.pick(&USERS), now)?),
            29 => self.vfs.remove_all(&path, now)?,
            30 => {
                for entry in self.vfs.walk(&path)? {
                    let entry = entry?;
                    if entry.stat.kind == NodeKind::Directory {
                        // Longer than a path may be is an answer too.
                        let _ = self.vfs.path_of(entry.stat.ino);
                    }
                }
            }
            _ => drop(self.vfs.find(&path)?),
        }
        Ok(())
    }

    fn fork(&mut self, go_on_in_it: bool) {
        let fork = self.vfs.fork();
        recount::check(&fork, &[]);
        let kept = if go_on_in_it {
            self.open.clear();
            self.listing = None;
            let before = std::mem::replace(&mut self.vfs, fork);
            before.fork()
        } else {
            fork
        };
        if self.forks.len() < 4 {
            let digest = recount::digest(&kept);
            self.forks.push((kept, digest));
        }
    }

    /// Reads a directory on from where it was, or from the start of another one.
    fn list(&mut self, draw: &mut Draw<'_>) -> Result<(), Errno> {
        let mut listing = match self.listing.take() {
            Some(listing) => listing,
            None => {
                let dir = self.node(draw, Follow::Last)?;
                let entries = self.vfs.read_dir(dir, 2)?;
                Listing {
                    dir,
                    cookie: 0,
                    expected: entries.map(|entry| entry.name.to_vec()).collect(),
                    given: HashSet::new(),
                }
            }
        };
        let count = draw.below(5);
        let mut entries = self.vfs.read_dir(listing.dir, listing.cookie)?;
        for _ in 0..=count {
            let Some(entry) = entries.next() else {
                for name in &listing.expected {
                    assert!(listing.given.contains(name), "{name:?} was left out");
                }
                return Ok(());
            };
            assert!(entry.next_cookie > listing.cookie);
            listing.cookie = entry.next_cookie;
            listing.given.insert(entry.name.to_vec());
        }
        self.listing = Some(listing);
        Ok(())
    }

    /// What went meanwhile, a listing need not give; nor what was made anew.
    fn check_listing(&mut self, before: &Vfs) {
        let Some(listing) = &mut self.listing else {
            return;
        };
        let (vfs, dir) = (&self.vfs, listing.dir);
        if vfs.read_dir(dir, 0).is_err() {
            self.listing = None;
            return;
        }
        listing.expected.retain(|name| {
            vfs.lookup(dir, name)
                .is_ok_and(|now| before.lookup(dir, name) == Ok(now))
        });
    }

    fn compare_extents(&mut self, draw: &mut Draw<'_>) -> Result<(), Errno> {
        let ino = self.node(draw, Follow::Last)?;
        let start = draw.number();
        let mut by_read = vec![0xaa; 200_000];
        let count = self.vfs.read(ino, start, &mut by_read)?;
        by_read.truncate(count);
        let mut by_extent = Vec::new();
        while by_extent.len() < count {
            let extent = self.vfs.extent(ino, start + by_extent.len() as u64)?;
            assert!(!extent.is_empty(), "the file goes on");
            let mut buffer = vec![0x55; extent.len().min(count - by_extent.len())];
            assert_eq!(extent.copy_to(&mut buffer), buffer.len());
            by_extent.extend_from_slice(&buffer);
        }
        assert_eq!(by_read, by_extent);
        Ok(())
    }

    /// Who is not root has changed nothing that the bits before forbid.
    fn check_rights(&self, before: &Vfs) {
        let cred = self.ctx.cred;
        for ino in self.vfs.changed_nodes(before) {
            let (Ok(then), Ok(now)) = (before.stat(ino), self.vfs.stat(ino)) else {
                continue;
            };
            let owns = then.uid == cred.uid;
            assert_eq!(now.uid, then.uid, "only root gives files away");
            if now.mode != then.mode {
                // Whoever changes a file takes its set-user-id away.
                assert!(owns || now.mode & !then.mode == 0, "mode of {ino:?}");
            }
            if now.gid != then.gid {
                assert!(owns && now.gid == cred.gid, "group of {ino:?}");
            }
            if then.kind == NodeKind::Directory && now.kind == NodeKind::Directory {
                self.check_entries(before, ino, &then);
            }
        }
    }

    fn check_entries(&self, before: &Vfs, dir: Ino, then: &Stat) {
        let cred = self.ctx.cred;
        let names = self
            .vfs
            .changed_names(dir, before, dir)
            .expect("directories");
        for name in names {
            let was = before.lookup(dir, name.as_bytes());
            if was == self.vfs.lookup(dir, name.as_bytes()) {
                continue;
            }
            assert!(may_change(then, cred), "{cred:?} changed {dir:?}: {then:?}");
            if let Ok(was) = was
                && then.mode & 0o1000 != 0
            {
                let victim = before.stat(was).expect("a node");
                let owns = then.uid == cred.uid || victim.uid == cred.uid;
                assert!(owns, "{cred:?} took {name:?} out of sticky {dir:?}");
            }
        }
    }

    fn finish(self) {
        for (fork, digest) in &self.forks {
            assert_eq!(&recount::digest(fork), digest, "a fork stays as it was");
            recount::check(fork, &[]);
        }
    }

    fn resolve(&self, draw: &mut Draw<'_>, follow: Follow) -> Result<Resolved, Errno> {
        let path = path(draw);
        let at = At {
            base: self.vfs.root(),
            root: self.vfs.root(),
            cred: &self.ctx.cred,
            mode: PathMode::Posix,
        };
        self.vfs.resolve(&at, &path, follow)
    }

    fn place(&self, draw: &mut Draw<'_>) -> Result<Resolved, Errno> {
        self.resolve(draw, Follow::Entry)
    }

    fn node(&self, draw: &mut Draw<'_>, follow: Follow) -> Result<Ino, Errno> {
        self.resolve(draw, follow)?.target.ok_or(Errno::Noent)
    }
}

/// From this step on, the embedder acts or rights do not matter.
const FIRST_EMBEDDING: u8 = 15;

/// Write and search permission, said once more in other words.
fn may_change(dir: &Stat, cred: Cred) -> bool {
    let shift = match () {
        () if dir.uid == cred.uid => 6,
        () if dir.gid == cred.gid => 3,
        () => 0,
    };
    dir.mode >> shift & 3 == 3
}

fn path(draw: &mut Draw<'_>) -> Vec<u8> {
    let shape = draw.byte();
    let mut path = Vec::new();
    for number in 0..=shape % 4 {
        if number > 0 {
            path.push(b'/');
        }
        match draw.byte() % 16 {
            0..=5 => path.push(b'a'),
            6..=9 => path.push(b'b'),
            10 | 11 => path.extend_from_slice(b"cc"),
            12 => path.push(b'.'),
            13 => path.extend_from_slice(b".."),
            14 => path.extend_from_slice(&draw.bytes(300)),
            _ => {}
        }
    }
    if shape & 0x80 != 0 {
        path.push(b'/');
    }
    path
}
