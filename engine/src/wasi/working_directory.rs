//! Absolute paths of guests whose C library cannot tell them from relative ones.
//!
//! A foreign guest finds two directories preopened, `/` and `.`. The usual C
//! library strips the slash off an absolute path before it looks for the
//! preopened directory that fits, and takes `.` for both kinds of paths. So the
//! working directory comes first, and a path that it cannot mean is the root's.

use wardian_abi::Errno;
use wardian_vfs::{At, Follow, Ino, PathMode, Vfs};

use super::Ctx;
use crate::fd::Description;

/// Most preopened directories that are looked through.
const PREOPENS: u32 = 16;

/// Whether a path that leads to nothing from the working directory was meant
/// from the root: `fd` is the preopened `.`, `/` is preopened too, and the
/// path's first name is at the root but not in the working directory. A single
/// name that is about to be made belongs to the working directory.
pub(super) fn means_root<P>(
    ctx: &Ctx<P>,
    vfs: &Vfs,
    fd: u32,
    base: Ino,
    path: &[u8],
    creates: bool,
) -> bool {
    let root = vfs.root();
    if base == root || preopened(ctx, fd, b".") != Some(base) {
        return false;
    }
    let mut names = path
        .split(|byte| *byte == b'/')
        .filter(|name| !name.is_empty() && *name != b".");
    let Some(first) = names.next() else {
        return false;
    };
    if first == b".." || (creates && names.next().is_none()) {
        return false;
    }
    let present = |base| {
        let at = At {
            base,
            root,
            cred: &ctx.cred,
            mode: PathMode::Beneath,
        };
        match vfs.resolve(&at, first, Follow::NoLast) {
            Ok(place) => place.target.is_some(),
            Err(errno) => errno != Errno::Noent,
        }
    };
    holds_root(ctx, root) && !present(base) && present(root)
}

/// Whether a path that leaves the directory `fd`, by `..` or an absolute link,
/// may be followed: `fd` is the preopened `.` or `/`, and all below `/` is the
/// guest's to reach anyway.
pub(super) fn may_leave<P>(ctx: &Ctx<P>, vfs: &Vfs, fd: u32) -> bool {
    let preopen = preopened(ctx, fd, b".").or_else(|| preopened(ctx, fd, b"/"));
    preopen.is_some() && holds_root(ctx, vfs.root())
}

fn holds_root<P>(ctx: &Ctx<P>, root: Ino) -> bool {
    (3..PREOPENS).any(|fd| preopened(ctx, fd, b"/") == Some(root))
}

/// The directory preopened as `name` under this number.
fn preopened<P>(ctx: &Ctx<P>, fd: u32, name: &[u8]) -> Option<Ino> {
    match &*ctx.fds.get(fd).ok()?.description {
        Description::Directory(directory) if directory.preopen() == Some(name) => {
            Some(directory.ino())
        }
        _ => None,
    }
}
