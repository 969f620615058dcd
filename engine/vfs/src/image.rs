//! The tree a sandbox starts with.

use crate::{Create, Cred, Ctx, Device, Errno, Ino, Magic, Timestamp, Vfs};

/// The one ordinary user.
pub const USER: Cred = Cred {
    uid: 1000,
    gid: 1000,
};

/// Directories: path, mode, owner. Parents first.
const DIRECTORIES: &[(&str, u16, Cred)] = &[
    ("/dev", 0o755, Cred::ROOT),
    ("/etc", 0o755, Cred::ROOT),
    ("/home", 0o755, Cred::ROOT),
    ("/home/user", 0o755, USER),
    ("/root", 0o700, Cred::ROOT),
    ("/tmp", 0o1777, Cred::ROOT),
    ("/usr", 0o755, Cred::ROOT),
    ("/usr/bin", 0o755, Cred::ROOT),
    ("/usr/lib", 0o755, Cred::ROOT),
    ("/usr/local", 0o755, Cred::ROOT),
    ("/usr/local/bin", 0o755, Cred::ROOT),
    ("/var", 0o755, Cred::ROOT),
    ("/var/tmp", 0o1777, Cred::ROOT),
];

/// Everything in them but files: directory, name, kind, mode.
const NODES: &[(&str, &str, Create<'static>, u16)] = &[
    ("/", "bin", Create::Symlink(b"usr/bin"), 0o777),
    ("/", "lib", Create::Symlink(b"usr/lib"), 0o777),
    ("/", "proc", Create::Magic(Magic::Proc), 0o555),
    ("/dev", "fd", Create::Magic(Magic::DevFd), 0o555),
    ("/dev", "full", Create::Device(Device::Full), 0o666),
    ("/dev", "null", Create::Device(Device::Null), 0o666),
    ("/dev", "random", Create::Device(Device::Random), 0o666),
    ("/dev", "stderr", Create::Symlink(b"/proc/self/fd/2"), 0o777),
    ("/dev", "stdin", Create::Symlink(b"/proc/self/fd/0"), 0o777),
    ("/dev", "stdout", Create::Symlink(b"/proc/self/fd/1"), 0o777),
    ("/dev", "tty", Create::Device(Device::Tty), 0o666),
    ("/dev", "urandom", Create::Device(Device::Random), 0o666),
    ("/dev", "zero", Create::Device(Device::Zero), 0o666),
];

/// Files of mode 0644: path, contents.
const FILES: &[(&str, &str)] = &[
    ("/etc/group", "root:x:0:\nuser:x:1000:\n"),
    ("/etc/hostname", "wardian\n"),
    (
        "/etc/os-release",
        "NAME=\"Wardian\"\nID=wardian\nPRETTY_NAME=\"Wardian\"\n",
    ),
    (
        "/etc/passwd",
        "root:x:0:0:root:/root:/bin/bash\nuser:x:1000:1000:user:/home/user:/bin/bash\n",
    ),
];

impl Vfs {
    /// Makes the standard layout in an empty filesystem: `/dev`, `/proc`, `/etc`,
    /// `/usr/bin` and the usual empty directories. `/` belongs to [`USER`], who
    /// lives in `/home/user`; all but that and the temporary directories belongs
    /// to root.
    ///
    /// # Errors
    /// Those of [`Vfs::create`]: `ENOSPC` when the quota is too small, `EEXIST`
    /// when part of the layout is there already.
    pub fn populate_base(&mut self, now: Timestamp) -> Result<(), Errno> {
        let ctx = Ctx {
            cred: Cred::ROOT,
            now,
        };
        for (path, mode, owner) in DIRECTORIES {
            self.mkdir_all(path, *mode, *owner, now)?;
        }
        for (dir, name, kind, mode) in NODES {
            let dir = self.find(dir)?;
            self.create(&ctx, dir, name.as_bytes(), *kind, *mode)?;
        }
        for (path, contents) in FILES {
            self.write_file(path, contents.as_bytes(), 0o644, now)?;
        }
        self.chown(&ctx, self.root(), Some(USER.uid), Some(USER.gid))
    }

    /// Puts a program into `/usr/bin`, mode 0755, owned by root.
    ///
    /// # Errors
    /// Those of [`Vfs::write_file`].
    pub fn add_program(
        &mut self,
        name: &[u8],
        contents: &[u8],
        now: Timestamp,
    ) -> Result<Ino, Errno> {
        let path = [b"/usr/bin/", name].concat();
        self.write_file(path, contents, 0o755, now)
    }
}
