//! Paths: where a call's path starts, and the `path_*` functions that look at
//! or change the tree. Opening has a file of its own.

use wardian_abi::{AT_CWD, Errno, ExtStat};
use wardian_vfs::{Create, Cred, Follow, Ino, PathMode, Resolved, SetTime, Vfs};
use wasmtime::{Caller, Linker};

use super::ctx::rights;
use super::guest::memory;
use super::procfs::{self, ProcNode};
use super::status::{ext_stat, put_filestat};
use super::{Ctx, MODULE, working_directory};
use crate::fd::Description;

const SYMLINK_FOLLOW: u32 = 1;

pub(super) fn add<P: Send + 'static>(linker: &mut Linker<Ctx<P>>) -> wasmtime::Result<()> {
    linker.func_wrap(
        MODULE,
        "path_create_directory",
        |caller: Caller<'_, Ctx<P>>, fd: u32, path: u32, length: u32| {
            memory(caller, |memory, ctx| {
                require(ctx, fd, rights::PATH_CREATE_DIRECTORY)?;
                ctx.create_directory(fd, ctx.path(memory.bytes(path, length)?)?)
            })
        },
    )?;
    linker.func_wrap(
        MODULE,
        "path_filestat_get",
        |caller: Caller<'_, Ctx<P>>, fd: u32, flags: u32, path: u32, length: u32, out: u32| {
            memory(caller, |memory, ctx| {
                let follow = follow(flags)?;
                require(ctx, fd, rights::PATH_FILESTAT_GET)?;
                let stat = ctx.stat(fd, ctx.path(memory.bytes(path, length)?)?, follow)?;
                put_filestat(memory, out, &stat)
            })
        },
    )?;
    linker.func_wrap(
        MODULE,
        "path_filestat_set_times",
        |caller: Caller<'_, Ctx<P>>,
         fd: u32,
         flags: u32,
         path: u32,
         length: u32,
         accessed: u64,
         modified: u64,
         which: u32| {
            memory(caller, |memory, ctx| {
                let times = times(accessed, modified, which)?;
                require(ctx, fd, rights::PATH_FILESTAT_SET_TIMES)?;
                let path = ctx.path(memory.bytes(path, length)?)?;
                let mut vfs = ctx.fs.lock();
                let ino = existing(ctx, &mut vfs, fd, path, follow(flags)?)?;
                vfs.set_times(&ctx.change(), ino, times.0, times.1)
            })
        },
    )?;
    linker.func_wrap(
        MODULE,
        "path_link",
        |caller: Caller<'_, Ctx<P>>,
         from_fd: u32,
         flags: u32,
         from: u32,
         from_length: u32,
         to_fd: u32,
         to: u32,
         to_length: u32| {
            memory(caller, |memory, ctx| {
                // Preview 1 lets hosts refuse to follow here; so do the others.
                if !ctx.posix && flags != 0 {
                    return Err(Errno::Inval);
                }
                require(ctx, from_fd, rights::PATH_LINK_SOURCE)?;
                require(ctx, to_fd, rights::PATH_LINK_TARGET)?;
                let from = ctx.path(memory.bytes(from, from_length)?)?;
                let to = ctx.path(memory.bytes(to, to_length)?)?;
                let mut vfs = ctx.fs.lock();
                let ino = existing(ctx, &mut vfs, from_fd, from, follow(flags)?)?;
                let place = entry(ctx, &mut vfs, to_fd, to)?;
                vfs.link_at(&ctx.change(), ino, &place)
            })
        },
    )?;
    linker.func_wrap(
        MODULE,
        "path_readlink",
        |caller: Caller<'_, Ctx<P>>,
         fd: u32,
         path: u32,
         length: u32,
         buffer: u32,
         size: u32,
         out: u32| {
            memory(caller, |memory, ctx| {
                require(ctx, fd, rights::PATH_READLINK)?;
                let target = ctx.read_link(fd, ctx.path(memory.bytes(path, length)?)?)?;
                let count = target.len().min(size as usize);
                memory.put(buffer, target.get(..count).ok_or(Errno::Fault)?)?;
                memory.put_u32(out, count as u32)
            })
        },
    )?;
    linker.func_wrap(
        MODULE,
        "path_remove_directory",
        |caller: Caller<'_, Ctx<P>>, fd: u32, path: u32, length: u32| {
            memory(caller, |memory, ctx| {
                require(ctx, fd, rights::PATH_REMOVE_DIRECTORY)?;
                let path = ctx.path(memory.bytes(path, length)?)?;
                let mut vfs = ctx.fs.lock();
                let place = entry(ctx, &mut vfs, fd, path)?;
                vfs.rmdir_at(&ctx.change(), &place)
            })
        },
    )?;
    linker.func_wrap(
        MODULE,
        "path_rename",
        |caller: Caller<'_, Ctx<P>>,
         from_fd: u32,
         from: u32,
         from_length: u32,
         to_fd: u32,
         to: u32,
         to_length: u32| {
            memory(caller, |memory, ctx| {
                require(ctx, from_fd, rights::PATH_RENAME_SOURCE)?;
                require(ctx, to_fd, rights::PATH_RENAME_TARGET)?;
                let from = ctx.path(memory.bytes(from, from_length)?)?;
                let to = ctx.path(memory.bytes(to, to_length)?)?;
                rename(ctx, from_fd, from, to_fd, to)
            })
        },
    )?;
    linker.func_wrap(
        MODULE,
        "path_symlink",
        |caller: Caller<'_, Ctx<P>>,
         target: u32,
         target_length: u32,
         fd: u32,
         path: u32,
         length: u32| {
            memory(caller, |memory, ctx| {
                require(ctx, fd, rights::PATH_SYMLINK)?;
                let target = ctx.path(memory.bytes(target, target_length)?)?;
                let path = ctx.path(memory.bytes(path, length)?)?;
                let mut vfs = ctx.fs.lock();
                if target.starts_with(b"/") && !ctx.posix {
                    return Err(Errno::Perm);
                }
                let place = entry(ctx, &mut vfs, fd, path)?;
                vfs.create_at(&ctx.change(), &place, Create::Symlink(target), 0o777)
                    .map(drop)
            })
        },
    )?;
    linker.func_wrap(
        MODULE,
        "path_unlink_file",
        |caller: Caller<'_, Ctx<P>>, fd: u32, path: u32, length: u32| {
            memory(caller, |memory, ctx| {
                require(ctx, fd, rights::PATH_UNLINK_FILE)?;
                let path = ctx.path(memory.bytes(path, length)?)?;
                let mut vfs = ctx.fs.lock();
                let place = entry(ctx, &mut vfs, fd, path)?;
                vfs.unlink_at(&ctx.change(), &place)
            })
        },
    )?;
    Ok(())
}

/// Where a relative path starts.
#[derive(Debug)]
pub enum At {
    /// A directory of the tree.
    Directory(Ino),
    /// A generated directory below `/proc`.
    Generated(Vec<u8>),
}

/// What a path leads to.
#[derive(Debug)]
pub enum Found {
    /// A place in the tree.
    Node(Resolved),
    /// Something generated.
    Proc(ProcNode),
}

/// Where paths relative to `fd` start.
///
/// # Errors
/// `EBADF`, `ENOTDIR`.
pub fn at<P>(ctx: &Ctx<P>, fd: u32) -> Result<At, Errno> {
    if fd == AT_CWD && ctx.posix {
        return Ok(At::Directory(ctx.cwd()?.ino()));
    }
    match &*ctx.fds.get(fd)?.description {
        Description::Directory(directory) => Ok(At::Directory(directory.ino())),
        Description::Listing(listing) => Ok(At::Generated(listing.path.clone())),
        _ => Err(Errno::Notdir),
    }
}

/// Checks that a directory has the right to a call.
///
/// # Errors
/// `EBADF`, `ENOTCAPABLE`.
pub(super) fn require<P>(ctx: &Ctx<P>, fd: u32, right: u64) -> Result<(), Errno> {
    if fd == AT_CWD && ctx.posix {
        return Ok(());
    }
    let descriptor = ctx.fds.get(fd)?;
    match &*descriptor.description {
        Description::Directory(_) | Description::Listing(_) if !descriptor.allows(right) => {
            Err(Errno::Notcapable)
        }
        _ => Ok(()),
    }
}

/// Resolves a path for the process: POSIX rules for Wardian's own guests,
/// WASI's for others.
///
/// # Errors
/// As [`Vfs::resolve`], and those of [`at`].
pub fn resolve<P>(
    ctx: &Ctx<P>,
    vfs: &mut Vfs,
    fd: u32,
    path: &[u8],
    follow: Follow,
) -> Result<Found, Errno> {
    resolve_for(ctx, vfs, fd, path, follow, follow == Follow::Entry)
}

/// As [`resolve`], for a call that may make (`creates`) the path's last name.
pub(super) fn resolve_for<P>(
    ctx: &Ctx<P>,
    vfs: &mut Vfs,
    fd: u32,
    path: &[u8],
    follow: Follow,
    creates: bool,
) -> Result<Found, Errno> {
    let base = match at(ctx, fd)? {
        At::Directory(base) => base,
        At::Generated(_) if path.starts_with(b"/") && ctx.posix => vfs.root(),
        At::Generated(mut below) => {
            below.push(b'/');
            below.extend_from_slice(path);
            return procfs::look(ctx, &below).map(Found::Proc);
        }
    };
    let root = vfs.root();
    let mode = if ctx.posix {
        PathMode::Posix
    } else {
        PathMode::Beneath
    };
    let at = wardian_vfs::At {
        base,
        root,
        cred: &ctx.cred,
        mode,
    };
    let mut found = vfs.resolve_fresh(&at, path, follow);
    let missing = match &found {
        Ok(place) => place.target.is_none() && place.magic.is_none(),
        Err(errno) => *errno == Errno::Noent,
    };
    let leaves = matches!(found, Err(Errno::Perm)) && !path.starts_with(b"/");
    if ctx.posix {
        // No second reading of its paths.
    } else if missing && working_directory::means_root(ctx, vfs, fd, base, path, creates) {
        found = vfs.resolve_fresh(&wardian_vfs::At { base: root, ..at }, path, follow);
    } else if leaves && working_directory::may_leave(ctx, vfs, fd) {
        let mode = PathMode::Posix;
        found = vfs.resolve_fresh(&wardian_vfs::At { mode, ..at }, path, follow);
    }
    let found = found?;
    match &found.magic {
        Some((magic, rest)) => {
            let below = procfs::below(*magic, rest);
            procfs::look(ctx, &below).map(Found::Proc)
        }
        None => Ok(Found::Node(found)),
    }
}

/// The place of a path whose entry is about to change.
fn entry<P>(ctx: &Ctx<P>, vfs: &mut Vfs, fd: u32, path: &[u8]) -> Result<Resolved, Errno> {
    match resolve(ctx, vfs, fd, path, Follow::Entry)? {
        Found::Node(place) => Ok(place),
        Found::Proc(_) => Err(Errno::Perm),
    }
}

/// The node that a path leads to.
pub(crate) fn existing<P>(
    ctx: &Ctx<P>,
    vfs: &mut Vfs,
    fd: u32,
    path: &[u8],
    follow: Follow,
) -> Result<Ino, Errno> {
    match resolve(ctx, vfs, fd, path, follow)? {
        Found::Node(place) => place.target.ok_or(Errno::Noent),
        Found::Proc(_) => Err(Errno::Perm),
    }
}

fn rename<P>(ctx: &Ctx<P>, from_fd: u32, from: &[u8], to_fd: u32, to: &[u8]) -> Result<(), Errno> {
    let mut vfs = ctx.fs.lock();
    let old = entry(ctx, &mut vfs, from_fd, from)?;
    let new = entry(ctx, &mut vfs, to_fd, to)?;
    vfs.rename_at(&ctx.change(), &old, &new)
}

pub(super) fn follow(flags: u32) -> Result<Follow, Errno> {
    match flags {
        0 => Ok(Follow::NoLast),
        SYMLINK_FOLLOW => Ok(Follow::Last),
        _ => Err(Errno::Inval),
    }
}

/// The times that `*_filestat_set_times` sets.
pub(super) fn times(accessed: u64, modified: u64, which: u32) -> Result<(SetTime, SetTime), Errno> {
    let pick = |bits: u32, value: u64| match bits & 3 {
        0 => Ok(SetTime::Keep),
        1 => Ok(SetTime::At(value)),
        2 => Ok(SetTime::Now),
        _ => Err(Errno::Inval),
    };
    if which > 15 {
        return Err(Errno::Inval);
    }
    Ok((pick(which, accessed)?, pick(which >> 2, modified)?))
}

impl<P> Ctx<P> {
    /// Checks a path's length before anything looks at it.
    pub(crate) fn path<'a>(&self, path: &'a [u8]) -> Result<&'a [u8], Errno> {
        if path.len() > self.limits.path_bytes as usize {
            return Err(Errno::Nametoolong);
        }
        if let Some(denials) = &self.denials {
            denials.about(path);
        }
        Ok(path)
    }

    /// Who changes the tree, and when.
    pub(crate) fn change(&self) -> wardian_vfs::Ctx {
        wardian_vfs::Ctx {
            cred: Cred { ..self.cred },
            now: self.clock.realtime_ns(),
        }
    }

    /// Status of a path.
    pub(crate) fn stat(&self, fd: u32, path: &[u8], follow: Follow) -> Result<ExtStat, Errno> {
        let mut vfs = self.fs.lock();
        match resolve(self, &mut vfs, fd, path, follow)? {
            Found::Node(place) => {
                let ino = place.target.ok_or(Errno::Noent)?;
                Ok(ext_stat(&vfs.stat(ino)?))
            }
            Found::Proc(node) => procfs::stat(self, &mut vfs, &node),
        }
    }

    fn create_directory(&self, fd: u32, path: &[u8]) -> Result<(), Errno> {
        let mut vfs = self.fs.lock();
        let place = entry(self, &mut vfs, fd, path)?;
        vfs.create_at(
            &self.change(),
            &place,
            Create::Directory,
            0o777 & !self.umask,
        )
        .map(drop)
    }

    fn read_link(&self, fd: u32, path: &[u8]) -> Result<Vec<u8>, Errno> {
        let mut vfs = self.fs.lock();
        match resolve(self, &mut vfs, fd, path, Follow::NoLast)? {
            Found::Node(place) => {
                let ino = place.target.ok_or(Errno::Noent)?;
                vfs.readlink(ino).map(Into::into)
            }
            Found::Proc(node) => procfs::read_link(self, &vfs, &node),
        }
    }
}
