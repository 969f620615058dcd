//! A filesystem under test: operations by user number and path.

use wardian_vfs::{
    Access, At, Create, Cred, Ctx, Errno, Follow, Ino, PathMode, Quota, Resolved, Stat, Vfs,
};

/// The time at which every operation happens.
pub const NOW: u64 = 5000;

pub struct Fs(pub Vfs);

/// User `uid`, in the group of the same number, at [`NOW`].
pub fn ctx(uid: u32) -> Ctx {
    Ctx {
        cred: Cred { uid, gid: uid },
        now: NOW,
    }
}

impl Fs {
    /// An empty filesystem; anyone may write to `/`.
    pub fn new() -> Fs {
        Fs::with(Quota::default())
    }

    pub fn with(quota: Quota) -> Fs {
        let mut vfs = Vfs::new(quota, 0);
        let root = vfs.root();
        vfs.chmod(&ctx(0), root, 0o777).unwrap();
        Fs(vfs)
    }

    fn place(&self, uid: u32, path: &str, follow: Follow) -> Result<Resolved, Errno> {
        let at = At {
            base: self.0.root(),
            root: self.0.root(),
            cred: &ctx(uid).cred,
            mode: PathMode::Posix,
        };
        self.0.resolve(&at, path.as_bytes(), follow)
    }

    /// The node a path names; links at the end are not followed.
    pub fn ino(&self, path: &str) -> Result<Ino, Errno> {
        self.place(0, path, Follow::NoLast)?
            .target
            .ok_or(Errno::Noent)
    }

    pub fn stat(&self, path: &str) -> Stat {
        self.0.stat(self.ino(path).unwrap()).unwrap()
    }

    pub fn make(
        &mut self,
        uid: u32,
        path: &str,
        kind: Create<'_>,
        mode: u16,
    ) -> Result<Ino, Errno> {
        let place = self.place(uid, path, Follow::Entry)?;
        self.0.create_at(&ctx(uid), &place, kind, mode)
    }

    pub fn file(&mut self, uid: u32, path: &str, mode: u16) -> Ino {
        self.make(uid, path, Create::Regular, mode).unwrap()
    }

    pub fn dir(&mut self, uid: u32, path: &str, mode: u16) -> Ino {
        self.make(uid, path, Create::Directory, mode).unwrap()
    }

    pub fn link(&mut self, uid: u32, old: &str, new: &str) -> Result<(), Errno> {
        let ino = self.ino(old)?;
        let place = self.place(uid, new, Follow::Entry)?;
        self.0.link_at(&ctx(uid), ino, &place)
    }

    pub fn unlink(&mut self, uid: u32, path: &str) -> Result<(), Errno> {
        let place = self.place(uid, path, Follow::Entry)?;
        self.0.unlink_at(&ctx(uid), &place)
    }

    pub fn rmdir(&mut self, uid: u32, path: &str) -> Result<(), Errno> {
        let place = self.place(uid, path, Follow::Entry)?;
        self.0.rmdir_at(&ctx(uid), &place)
    }

    pub fn rename(&mut self, uid: u32, old: &str, new: &str) -> Result<(), Errno> {
        let from = self.place(uid, old, Follow::Entry)?;
        let to = self.place(uid, new, Follow::Entry)?;
        self.0.rename_at(&ctx(uid), &from, &to)
    }

    pub fn may(&self, uid: u32, path: &str, want: Access) -> Result<(), Errno> {
        self.0.access(self.ino(path)?, &ctx(uid).cred, want)
    }

    pub fn names(&self, path: &str) -> Vec<String> {
        let dir = self.ino(path).unwrap();
        let entries = self.0.read_dir(dir, 0).unwrap();
        entries
            .map(|entry| String::from_utf8(entry.name.to_vec()).unwrap())
            .collect()
    }
}
