//! Overlays over folders of the host, without a script that runs in them.

mod apply;
mod live;
mod reading;
mod saved;

use std::collections::HashMap;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;

use tempfile::TempDir;
use wardian_vfs::{Create, Cred, Ctx, Ino, Quota, Vfs};

use super::{MountMode, OverlayChanges, Record};

const ROOT: Ctx = Ctx {
    cred: Cred::ROOT,
    now: 50,
};

/// Where the overlay is.
const PLACE: &str = "/overlay";

/// A folder of the host, and an overlay over it.
struct Overlay {
    folder: TempDir,
    vfs: Vfs,
    record: Record,
}

impl Overlay {
    fn over(folder: TempDir) -> Overlay {
        let mut vfs = Vfs::new(Quota::default(), 0);
        let record = Record::mount(
            &mut vfs,
            folder.path(),
            PLACE.as_bytes(),
            MountMode::Overlay,
            Cred::ROOT,
            0,
        );
        Overlay {
            folder,
            vfs,
            record: record.unwrap(),
        }
    }

    /// A place in the folder of the host.
    fn host(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A node of the overlay.
    fn ino(&self, name: &str) -> Ino {
        self.vfs.find(format!("{PLACE}/{name}")).unwrap()
    }

    fn create(&mut self, name: &str, kind: Create<'_>, mode: u16) -> Ino {
        let (dir, last) = name.rsplit_once('/').unwrap_or(("", name));
        let dir = self.ino(dir);
        self.vfs
            .create(&ROOT, dir, last.as_bytes(), kind, mode)
            .unwrap()
    }

    fn write(&mut self, name: &str, data: &[u8]) {
        self.vfs
            .write_file(format!("{PLACE}/{name}"), data, 0o644, 50)
            .unwrap();
    }

    fn remove(&mut self, name: &str) {
        self.vfs.remove_all(format!("{PLACE}/{name}"), 50).unwrap();
    }

    fn changes(&self) -> OverlayChanges {
        let top = self.record.top;
        let after = self.vfs.fork();
        OverlayChanges::new(
            Arc::clone(&self.record.host),
            (after.pristine(top), top),
            (after, top),
            HashMap::new(),
        )
    }
}

/// A user that is not root.
const NOBODY: u32 = 65_534;

/// Runs a test of this folder as somebody whom modes hold back, if this process is
/// none: whether that was done.
fn done_as_user(test: &str) -> bool {
    if !rustix::process::geteuid().is_root() {
        return false;
    }
    let program = std::env::current_exe().unwrap();
    let name = format!("mount::tests::{test}");
    let status = Command::new(program)
        .args(["--exact", &name])
        .env_remove("TMPDIR")
        .current_dir("/")
        .uid(NOBODY)
        .gid(NOBODY)
        .status();
    match status {
        Ok(status) => {
            assert!(status.success(), "{test} as another user");
            true
        }
        // The program lies where others may not look: better as root than not.
        Err(_) => false,
    }
}

/// Letters and paths of all changes.
fn list(changes: &OverlayChanges) -> Vec<String> {
    let line = |change: super::OverlayChange| {
        format!(
            "{} {}",
            change.kind.letter(),
            String::from_utf8_lossy(&change.path)
        )
    };
    changes.iter().map(line).collect()
}
