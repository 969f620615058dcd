//! The devices of `/dev` give and take as their names say.

use crate::prelude::*;

pub fn run(_: &[OsString]) -> Outcome {
    let root = scratch::open_preopen(b"/")?;
    let open = |path: &str| path_open(root, FOLLOW, path, 0, (R_FILE, 0), 0);
    let mut buffer = [9; 16];
    let null = open("dev/null")?;
    same(fd_read(null, &mut [&mut buffer])?, 0)?;
    same(fd_write(null, &[&buffer, &buffer])?, 32)?;
    same(fd_filestat_get(null)?.filetype, CHARACTER_DEVICE)?;
    same(fd_seek(null, 0, SEEK_SET)?, 0)?;
    let zero = open("dev/zero")?;
    same(fd_read(zero, &mut [&mut buffer])?, 16)?;
    same(buffer, [0; 16])?;
    let random = open("dev/urandom")?;
    same(fd_read(random, &mut [&mut buffer])?, 16)?;
    holds(buffer != [0; 16], "it is random")?;
    let full = open("dev/full")?;
    refused(fd_write(full, &[b"x"]), &[Errno(51)])
}
